"""What the scripted model says, and what must come of it."""

from __future__ import annotations

from tests.editors.conftest import FILES
from tests.support.changing import block

RENAME = "Rename Cart.total to amount"

RENAMED = {path: text.replace("total(", "amount(") for path, text in FILES.items() if "total(" in text}


def renaming() -> str:
    """The reply that renames `total` in every file that has it."""
    return "".join(
        block(path, line, line.replace("total(", "amount("))
        for path in RENAMED
        for line in FILES[path].split("\n")
        if "total(" in line
    )


SUMMED = block("shop/cart.py", "        ...", "        return sum(self.prices)")
"""The reply that writes a body."""

TOTALLED = FILES["shop/cart.py"].replace("...", "return sum(self.prices)")
