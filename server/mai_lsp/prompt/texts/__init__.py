"""Prompt prose, one file each; the code that fills it stands in `mai_lsp.prompt`."""
