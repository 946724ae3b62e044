"""The configurations that the README gives its readers, word by word: tests run these and no others."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_PLACEHOLDER = "/path/to/this/clone"


def configuration(summary: str, language: str) -> str:
    """Return the lines in a language below the README's fold whose title begins with `summary`."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    fold = re.search(rf"<details><summary>{re.escape(summary)}.*?</details>", text, re.DOTALL)
    assert fold is not None, f"the README has no {summary}"
    lines = re.search(rf"```{language}\n(.*?)```", fold[0], re.DOTALL)
    assert lines is not None, f"the README has no {language} for {summary}"
    return lines[1].replace(_PLACEHOLDER, str(ROOT))
