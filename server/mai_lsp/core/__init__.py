"""Text and syntax: pure values and functions; no I/O, no asyncio, no LSP."""
