"""Models: talks HTTP to model servers; the only package that imports httpx."""
