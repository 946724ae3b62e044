"""Code actions: a list of sources that are asked in turn, and answer from what is known already.

No source may wait for anything: editors hold up their menus for the slowest server. An action that takes work carries a
command, or data for `codeAction/resolve`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from mai_lsp.core.encoding import Encoding
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Document, Span
from mai_lsp.engine.edit import NoEdit
from mai_lsp.lsp import codeactions, ready
from mai_lsp.lsp.convert import to_offset
from mai_lsp.lsp.editing import accept_command, workspace_edit
from mai_lsp.lsp.protocol import APPLY_EDIT_COMMAND
from mai_lsp.lsp.reported import MAX_MESSAGE, MAX_READ

if TYPE_CHECKING:
    from mai_lsp.lsp.session import Session

Action = types.CodeAction | types.Command


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user may want actions for."""

    document: Document
    span: Span
    """The selection, in code points; empty for a cursor."""
    by_hand: bool
    """The user opened the menu; otherwise the editor only looks whether there is anything to be offered."""
    problems: Sequence[tuple[Problem, types.Diagnostic]] = ()
    """What the editor shows at the place, as we have it and as the editor does."""
    only: Collection[str] | None = None
    """Kinds that are wanted; None: all."""


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of action."""

    kinds: Collection[str]
    offer: Callable[[Session, Asked], Iterator[Action]]


def answer(session: Session, params: types.CodeActionParams) -> list[Action]:
    """Ask all sources of the kinds that are wanted."""
    document = session.documents.editable(params.text_document.uri)
    if document is None:
        return []
    start, end = (
        to_offset(document, place, session.documents.encoding) for place in (params.range.start, params.range.end)
    )
    by_hand = params.context.trigger_kind != types.CodeActionTriggerKind.Automatic
    only = None if params.context.only is None else [_word(kind) for kind in params.context.only]
    given = params.context.diagnostics[:MAX_READ]
    problems = [(_problem(document, one, session.documents.encoding), one) for one in given]
    asked = Asked(document, Span(min(start, end), max(start, end)), by_hand, problems, only)
    return [
        action
        for source in SOURCES
        if only is None or any(_covers(wanted, kind) for wanted in only for kind in source.kinds)
        for action in source.offer(session, asked)
    ]


def next_edit(session: Session, asked: Asked) -> Iterator[Action]:
    """Offer the next edit, wherever it is, and all that belong to it."""
    document, client = asked.document, session.client
    found = session.next_edits.known(document, asked.span.start, automatic=not asked.by_hand)
    if isinstance(found, NoEdit):
        return
    edits = found.edits
    here = {document.line_at(asked.span.start), document.line_at(asked.span.end)}
    line = document.line_at(edits[0].span.start)
    if not asked.by_hand and line not in here:
        return  # Otherwise every line of the file would have a light bulb.
    identity = session.next_edits.list(found, opened=asked.by_hand)
    titles = [(f"Apply next edit (line {line + 1})", edits[:1])]
    if len(edits) > 1:
        titles.append((f"Apply all {len(edits)} next edits", edits))
    for title, some in titles:
        if client.literal_actions:
            yield types.CodeAction(
                title=title,
                kind=types.CodeActionKind.QuickFix,
                edit=workspace_edit(document, some, client),
                # ALE, which takes no edits from a server, runs a command instead of making the edit beside it.
                command=accept_command(identity) if client.applies_edits else None,
            )
        else:
            arguments = [identity, document.uri, document.version, len(some)]
            yield types.Command(title=title, command=APPLY_EDIT_COMMAND, arguments=arguments)


SOURCES: tuple[Source, ...] = (
    Source(ready.KINDS, ready.offered),
    Source(("quickfix",), next_edit),
    Source(codeactions.KINDS, codeactions.offered),
)
"""In the order of the menu; a new kind of action is one more row."""


def options() -> types.CodeActionOptions:
    """Return what is advertised."""
    kinds = dict.fromkeys(kind for source in SOURCES for kind in source.kinds)
    return types.CodeActionOptions(code_action_kinds=list(kinds), resolve_provider=True)


def _covers(wanted: str, kind: str) -> bool:
    """Whether a kind is one of those wanted: ``refactor`` covers ``refactor.extract``, and an empty kind all."""
    return not wanted or kind == wanted or kind.startswith(f"{wanted}.")


def _word(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else str(kind)


def _problem(document: Document, given: types.Diagnostic, encoding: Encoding) -> Problem:
    """Read a diagnostic that the editor shows at the place."""
    start, end = sorted(to_offset(document, place, encoding) for place in (given.range.start, given.range.end))
    severity = Severity(given.severity.value) if given.severity is not None else Severity.ERROR
    message = given.message if isinstance(given.message, str) else given.message.value
    code = "" if given.code is None else str(given.code)
    return Problem(Span(start, end), severity, message[:MAX_MESSAGE], given.source or "", code)
