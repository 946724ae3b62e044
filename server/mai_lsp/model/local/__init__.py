"""The embedded model: its weights, and the engine process that runs them for all editors of this user.

Nothing here fetches weights unasked: only the command line calls `fetch`.
"""
