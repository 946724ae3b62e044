"""The environment of our own child processes: they find our modules and none of the user's keys."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return a child's environment: our import path, since it may be no installed one, and none of our secrets."""
    kept = {name: value for name, value in ours.items() if not _SECRET.search(name)}
    # Relative entries would mean something else in the child's folder, or be the repository itself.
    kept["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if Path(entry).is_absolute())
    return kept
