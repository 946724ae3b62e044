"""Patterns name files as `.gitignore` would."""

from __future__ import annotations

import pytest

from mai_lsp.workspace.chosen import chosen_by


@pytest.mark.parametrize(
    ("path", "patterns", "found"),
    [
        ("a.md", ["*.md"], "*.md"),
        ("docs/a.md", ["*.md"], "*.md"),
        ("docs/a.md", ["docs/"], "docs/"),
        ("docs/a.md", ["/a.md"], ""),
        ("docs/a.md", ["docs/*.md"], "docs/*.md"),
        ("docs/x/a.md", ["docs/*.md"], ""),
        ("docs/x/a.md", ["docs/**/*.md"], "docs/**/*.md"),
        ("a.md", ["*.md", "!a.md"], ""),
        ("a.md", ["!a.md", "*.md"], "*.md"),
        ("a.md", ["a.md/"], ""),
        ("ä.md", ["?.md"], ""),
        ("a.py", [], ""),
        ("a.py", ["", "# a.py"], ""),
    ],
)
def test_patterns(path: str, patterns: list[str], found: str) -> None:
    assert chosen_by(path, patterns) == found
