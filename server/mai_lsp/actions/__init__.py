"""What can be done at a place of the code, told from its tree and its problems alone: no model, no file is asked."""
