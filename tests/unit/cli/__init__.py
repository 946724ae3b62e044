"""The command line's parts that need no server: positions, options, drawing, checks."""
