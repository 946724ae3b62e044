"""Lint, format and types: what a change must pass before its tests are worth running."""

from __future__ import annotations

from _lib import env


def main() -> None:
    """Run ruff and mypy over the whole project."""
    python = str(env.ensure("local", "dev"))
    env.run([python, "-m", "ruff", "check", "."])
    env.run([python, "-m", "ruff", "format", "--check", "."])
    env.run([python, "-m", "mypy"])
