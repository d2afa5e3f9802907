"""The console: the only place that imports Textual."""
