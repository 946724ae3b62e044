"""What actions tell a model, one file each; the code that fills them in is `mai_lsp.actions.words`."""
