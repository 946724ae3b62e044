"""The model layer and the engine against real HTTP servers."""
