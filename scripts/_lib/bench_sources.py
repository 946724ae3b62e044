"""Real code of a given length to measure with: modules of the standard library, also in a variant that is not ASCII.

The same on every run of one Python version; nothing is made up but the comments of the variant.
"""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path

LIBRARY = Path(sysconfig.get_paths()["stdlib"])

MODULES = (
    "argparse",
    "subprocess",
    "tarfile",
    "inspect",
    "difflib",
    "mailbox",
    "zipfile",
    "datetime",
    "typing",
    "optparse",
    "pickle",
    "shutil",
    "threading",
    "dataclasses",
    "ast",
    "pdb",
    "locale",
    "enum",
    "ipaddress",
    "doctest",
    "pydoc",
    "turtle",
    "_pyio",
    "pickletools",
)
"""One to five thousand lines each; those that a newer Python has made a package or a stub of are passed over."""

_COMMENT = re.compile(r"^(\s*#.*)$", re.MULTILINE)


def modules(count: int) -> list[tuple[str, str]]:
    """Return (name, text) of `count` modules of a thousand lines and more."""
    found = []
    for name in MODULES:
        path = LIBRARY / f"{name}.py"
        if path.exists() and (text := path.read_text(encoding="utf-8")).count("\n") >= 1000:
            found.append((path.name, text))
    return found[:count]


def python_file(lines: int, *, ascii_only: bool = True) -> str:
    """Return one file of about `lines` lines, cut at a top-level definition so that it parses.

    Otherwise its comments hold characters of two, three and four bytes in UTF-8, the last with two UTF-16 units.
    """
    text = "\n".join(text for _, text in modules(len(MODULES)))
    kept = text.split("\n")
    if len(kept) < lines:
        raise ValueError(f"the standard library gave only {len(kept)} lines")
    while not re.match(r"(?:def|class|@|import|from)\b", kept[lines]):
        lines += 1
    text = "\n".join(kept[:lines]) + "\n"
    text = "".join(char if char.isascii() else "?" for char in text)
    return text if ascii_only else _COMMENT.sub("\\1 — naïve, 漢字 🙂", text)
