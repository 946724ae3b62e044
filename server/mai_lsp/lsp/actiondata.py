"""What a code action carries to the client and back: enough to work it out anew, and no words for a model.

What comes back is the client's word only: nothing in it is believed but where to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Document, Span
from mai_lsp.lsp.convert import field

if TYPE_CHECKING:
    from mai_lsp.actions.offered import Offer


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an action's data says."""

    uri: str
    version: int | None
    span: Span
    id: str
    problems: tuple[Problem, ...]
    wait: bool = False
    """The command's result is waited for; otherwise it is answered at once, since some editors wait 10 s at most."""

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it from other actions."""
        return self.uri, self.version, self.span, self.id, self.problems


def data_of(document: Document, asked: Span, one: Offer) -> dict[str, Any]:
    """Return what an action carries: enough to work it out anew, and no words for a model."""
    return {
        "uri": document.uri,
        "version": document.version,
        "span": [asked.start, asked.end],
        "id": one.id,
        "problems": [
            [
                problem.span.start,
                problem.span.end,
                problem.severity.value,
                problem.message,
                problem.source,
                problem.code,
            ]
            for problem in one.problems
        ],
    }


def read_data(data: Any) -> Wanted | None:
    """Read what an action brings back; None for what is no such thing."""
    uri, version, span, identity, problems = (
        field(data, name) for name in ("uri", "version", "span", "id", "problems")
    )
    numbers = list(span) if isinstance(span, list | tuple) else []
    if not isinstance(uri, str) or not isinstance(identity, str) or not isinstance(version, int | None):
        return None
    if len(numbers) != 2 or not all(isinstance(one, int) and one >= 0 for one in numbers) or numbers[0] > numbers[1]:
        return None
    found = [_problem(one) for one in problems] if isinstance(problems, list | tuple) else []
    return Wanted(
        uri,
        version,
        Span(numbers[0], numbers[1]),
        identity,
        tuple(one for one in found if one is not None),
        wait=field(data, "wait") is True,
    )


def _problem(item: Any) -> Problem | None:
    if not isinstance(item, list | tuple) or len(item) != 6:
        return None
    start, end, severity, message, source, code = item
    numbers = all(isinstance(one, int) and one >= 0 for one in (start, end))
    if not numbers or start > end or not all(isinstance(one, str) for one in (message, source, code)):
        return None
    known = {member.value: member for member in Severity}
    return Problem(Span(start, end), known.get(severity, Severity.ERROR), message, source, code)
