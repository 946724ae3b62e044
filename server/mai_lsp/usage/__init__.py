"""What comes of suggestions and what they cost: followed through edits, counted by day, kept on this machine.

What is stored is numbers and the names of models and languages, never code or paths; nothing is sent.
"""
