"""MAI Language Server: AI code completion over LSP, for any editor and any model endpoint."""

__version__ = "0.1.0"
