"""What models have answered before, found again after some of it was typed; and what the user has turned down.

Pure values by place. What it finds is text for a place, not yet a suggestion: the filters have to see it once more in
the document as it is now.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from mai_lsp.core.language import find
from mai_lsp.core.text import Document, with_line_ends
from mai_lsp.engine.agree import LOOKED_AT, agree, same_behind
from mai_lsp.engine.outcome import Skipped, Trace

T = TypeVar("T")

ANSWERS = 300
"""Answers that are kept, over all documents (Cody and llama.vim keep 250)."""

REJECTIONS = 100
"""Places with suggestions that were turned down."""

BEFORE = 2_000
"""Characters before the cursor that must be the same."""

KEY = 64
"""Of those, how many find an answer; the others confirm it."""

TYPED = 1_000
"""Characters for which one may have typed along."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a document, by the text around it."""

    uri: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a model said at a place, trimmed for it; or that there was nothing to say."""

    text: str
    r"""With ``\n`` as line end."""
    trace: Trace
    chat: bool = False
    """It came from a chat model."""
    masked: bool = False
    """The prompt hid something: the answer must not hold the mask."""
    nothing: Skipped | None = None
    """Why there is no suggestion; `text` is empty then."""
    max_lines: int = 0
    """Lines that it was allowed to have."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """An answer that agrees with what was typed since."""

    answer: Answered
    rest: str
    """What of its text is left."""
    typed: int
    """Characters that were typed of it."""


def place_of(document: Document, offset: int) -> Place:
    """Return the place of a cursor."""
    text = document.text
    return Place(document.uri, text[max(0, offset - BEFORE) : offset], text[offset : offset + LOOKED_AT])


class Memory:
    """Answers and rejections of a session."""

    def __init__(self) -> None:
        self._answers: _Shelf[Answered] = _Shelf(ANSWERS)
        self._rejected: _Shelf[str] = _Shelf(REJECTIONS)

    def __len__(self) -> int:
        return len(self._answers)

    def keep(self, place: Place, answer: Answered) -> None:
        """Remember an answer; a newer one for the same place replaces it."""
        self._answers.put(place, answer)

    def recall(self, document: Document, offset: int) -> Recalled | None:
        """Find what is left of an answer of this or an earlier place, the one of the latest place first."""
        for kept, typed in self._answers.look(document, offset):
            if kept.nothing is not None:
                if not typed:
                    return Recalled(kept, "", 0)
                continue
            agreement = _agree(kept.text, document, typed)
            if agreement.strip():
                return Recalled(kept, agreement, len(typed))
        return None

    def reject(self, place: Place, text: str) -> None:
        """Remember that the user does not want this text here."""
        self._rejected.put(place, text)

    def rejected(self, document: Document, offset: int) -> tuple[str, ...]:
        """Return what is left of texts that the user has turned down here, or where they began."""
        found = (_agree(text, document, typed) for text, typed in self._rejected.look(document, offset))
        return tuple(text for text in found if text.strip())

    def forget(self, uri: str) -> None:
        """Drop all of a document."""
        self._answers.drop(uri)
        self._rejected.drop(uri)


class _Shelf(Generic[T]):
    """Values by place, the least used dropped first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, str], tuple[Place, T]] = OrderedDict()
        self._counts: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, place: Place, value: T) -> None:
        key = (place.uri, place.before[-KEY:])
        if key not in self._kept:
            self._counts[place.uri] = self._counts.get(place.uri, 0) + 1
        self._kept[key] = (place, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            (uri, _), _ = self._kept.popitem(last=False)
            self._less(uri)

    def look(self, document: Document, offset: int) -> Iterator[tuple[T, str]]:
        """Yield what is kept for this place and those before it, the nearest first, with what was typed from there."""
        if document.uri not in self._counts:
            return
        text = document.text
        for back in range(min(TYPED, offset) + 1):
            at = offset - back
            found = self._kept.get((document.uri, text[max(0, at - KEY) : at]))
            if found is None:
                continue
            place, value = found
            if text[max(0, at - BEFORE) : at] == place.before and same_behind(
                place.after, text[offset : offset + LOOKED_AT]
            ):
                self._kept.move_to_end((document.uri, place.before[-KEY:]))
                yield value, text[at:offset]

    def drop(self, uri: str) -> None:
        for key in [key for key in self._kept if key[0] == uri]:
            del self._kept[key]
        self._counts.pop(uri, None)

    def _less(self, uri: str) -> None:
        self._counts[uri] -= 1
        if not self._counts[uri]:
            del self._counts[uri]


def _agree(text: str, document: Document, typed: str) -> str:
    by_columns = find(document.language, document.uri).block == "indent"
    return agree(text, with_line_ends(typed, "\n"), whole=True, by_columns=by_columns).rest
