"""Unit tests of `mai_lsp.system`."""
