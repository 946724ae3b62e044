"""Mends what can be mended by machine: lint, format, and the parts of documents that are generated."""

from __future__ import annotations

from _lib import env


def main() -> None:
    """Run ruff's fixes and formatter, and write the generated documentation."""
    python = str(env.ensure("local", "dev"))
    env.run([python, "-m", "ruff", "check", "--fix", "."])
    env.run([python, "-m", "ruff", "format", "."])
    env.run([python, "scripts/generate"])
    env.run([python, "-m", "pytest", "-q", "--inline-snapshot=fix,create", "tests/unit"])
