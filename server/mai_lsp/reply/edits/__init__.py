"""From a model's reply to edits of files: one reader per format, one cascade that finds the places, and refusals."""
