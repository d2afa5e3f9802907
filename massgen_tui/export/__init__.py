"""A session as a document, made from its state: for people, and for programs that read on."""
