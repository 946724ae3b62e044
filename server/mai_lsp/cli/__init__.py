"""The command line: the same engine as the editor's, shown in a terminal."""
