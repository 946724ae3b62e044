"""How this server came to this machine, and by what command something that is missing comes, too.

The VS Code extension carries the server and all it needs but the optional parts, which it takes from the packages of
the Python that runs it (`extension/bundled/launch.py`). Everywhere else it is a package of that Python itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parents[2]
"""The folder that the package is in."""

OPTIONAL = {"local": "xllamacpp==2026.10.11549", "entra": "azure-identity>=1.19"}
"""By extra, what the extension looks for outside, as `pyproject.toml` has it."""


def packed(folder: Path = _HERE) -> bool:
    """Whether this is the server that the extension carries."""
    return folder.name == "libs" and (folder.parent / "launch.py").is_file()


def how_to_add(extra: str, folder: Path = _HERE) -> str:
    """Return the sentence that tells how to get an optional part."""
    what = OPTIONAL[extra] if packed(folder) else f"'mai-lsp[{extra}]'"
    return f"Run: {_python(folder)} -m pip install {what}" + (", and restart the server" if packed(folder) else "")


def how_to_mend(folder: Path = _HERE) -> str:
    """Return the sentence that tells how to get the server and what comes with it anew."""
    if packed(folder):
        return "Install the extension anew, or set mai.interpreter to another Python."
    return f"Run: {_python(folder)} -m pip install --force-reinstall mai-lsp"


def command(arguments: str, folder: Path = _HERE) -> str:
    """Return the line for a terminal that runs a subcommand of ours; an extension puts no `mai-lsp` on the path."""
    if packed(folder):
        return f'{_python(folder)} -I -S "{folder.parent / "launch.py"}" {arguments}'
    return f"mai-lsp {arguments}"


def _python(folder: Path) -> str:
    """Name the Python to be used; outside the extension it is the one in whose environment the user ran us."""
    return f'"{sys.executable}"' if packed(folder) else "python"
