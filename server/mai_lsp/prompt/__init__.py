"""Prompts: a snapshot and its context in, a `Prompt` out; pure."""
