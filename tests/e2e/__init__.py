"""The server as editors and people run it: a process, its pipes and a scripted model."""
