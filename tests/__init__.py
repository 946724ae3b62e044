"""Tests, by layer: `unit` (pure), `engine` (asyncio, scripted model server), `e2e` (the server as a process)."""
