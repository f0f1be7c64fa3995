"""Samokoder: from a description in plain words to a proved application, through a language server."""

__version__ = "0.1.0"
