"""Config files: MassGen's YAML, read into models, with errors that say where and what instead."""
