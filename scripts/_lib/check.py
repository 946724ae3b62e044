"""Lint, format and types: what a change must pass before its tests are worth running."""

from __future__ import annotations

from _lib import env, node


def main() -> None:
    """Run ruff and mypy over the whole project, and the extension's compiler and tests of its pure parts."""
    python = str(env.ensure("local", "dev"))
    env.run([python, "-m", "ruff", "check", "."])
    env.run([python, "-m", "ruff", "format", "--check", "."])
    env.run([python, "-m", "mypy"])
    node.check()
