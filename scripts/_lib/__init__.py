"""What the scripts beside this folder do; each of them is a line that calls a module of the same name here."""
