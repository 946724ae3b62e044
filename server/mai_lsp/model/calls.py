"""Puts the function calls of an answer together from their pieces, in the ways servers cut them up.

Pure. It does not judge: names and arguments are given as they came, complete JSON or not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from mai_lsp.model.wires.delta import CallPart


@dataclass(slots=True)
class _Call:
    id: str
    index: int | None
    name: str = ""
    arguments: str = ""


class Calls:
    """The calls so far, in the order in which they began."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def take(self, part: CallPart) -> int:
        """Take a piece in; give the characters that are new in it."""
        call = self._find(part)
        if call is None:
            call = _Call(part.id, part.index)
            self._calls.append(call)
        if part.name and part.arguments == call.arguments and _complete(part.arguments):
            return 0  # Said once more.
        before = len(call.name) + len(call.arguments)
        call.id = call.id or part.id
        call.name = part.name or call.name  # Some repeat the name with every piece.
        if part.whole:
            call.arguments = part.arguments or call.arguments
        else:
            call.arguments += part.arguments
        return max(0, len(call.name) + len(call.arguments) - before)

    def all(self) -> tuple[tuple[str, str], ...]:
        """Give (name, JSON text of the arguments) of each."""
        return tuple((call.name, call.arguments) for call in self._calls)

    def _find(self, part: CallPart) -> _Call | None:
        """Find the call that a piece goes on with; None if it begins another.

        The id decides where both have one: there are servers that number every call 0. Then the index. A piece with
        neither goes on with the last call, unless it has a name, which only a beginning has (Foundry's calls come
        whole and without index).
        """
        if part.id and (known := next((call for call in self._calls if call.id == part.id), None)):
            return known
        if part.index is not None:
            same = (call for call in reversed(self._calls) if call.index == part.index)
            found = next(same, None)
            return None if found is not None and part.id and found.id else found
        return self._calls[-1] if self._calls and not part.name and not part.id else None


def _complete(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False
