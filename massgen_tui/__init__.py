"""A terminal console for several language-model agents side by side."""

__version__ = "0.1.0"
