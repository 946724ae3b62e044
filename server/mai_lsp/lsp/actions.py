"""Code actions: a list of sources that are asked in turn, and answer from what is known already.

No source may wait for anything: editors hold up their menus for the slowest server. An action that takes work carries a
command, or data for `codeAction/resolve`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from mai_lsp.core.text import Document, Span
from mai_lsp.engine.edit import NoEdit
from mai_lsp.lsp.convert import to_offset
from mai_lsp.lsp.editing import accept_command, workspace_edit
from mai_lsp.lsp.protocol import APPLY_EDIT_COMMAND

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


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of action."""

    kind: types.CodeActionKind
    offer: Callable[[Session, Asked], Iterator[Action]]


def answer(session: Session, params: types.CodeActionParams) -> list[Action]:
    """Ask all sources of the kinds that are wanted."""
    document = session.documents.latest(params.text_document.uri)
    if document is None:
        return []
    start, end = (
        to_offset(document, place, session.documents.encoding) for place in (params.range.start, params.range.end)
    )
    by_hand = params.context.trigger_kind != types.CodeActionTriggerKind.Automatic
    asked = Asked(document, Span(min(start, end), max(start, end)), by_hand)
    only = params.context.only
    return [
        action
        for source in SOURCES
        if only is None or any(_covers(kind, source.kind) for kind in only)
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
    identity = session.next_edits.hand_out(found)
    titles = [(f"Apply next edit (line {line + 1})", edits[:1])]
    if len(edits) > 1:
        titles.append((f"Apply all {len(edits)} next edits", edits))
    for title, some in titles:
        if client.literal_actions:
            yield types.CodeAction(
                title=title,
                kind=types.CodeActionKind.QuickFix,
                edit=workspace_edit(document, some, client),
                command=accept_command(identity),
            )
        else:
            arguments = [identity, document.uri, document.version, len(some)]
            yield types.Command(title=title, command=APPLY_EDIT_COMMAND, arguments=arguments)


SOURCES: tuple[Source, ...] = (Source(types.CodeActionKind.QuickFix, next_edit),)
"""In the order of the menu; a new kind of action is one more row."""


def options() -> types.CodeActionOptions:
    """Return what is advertised."""
    return types.CodeActionOptions(code_action_kinds=list(dict.fromkeys(source.kind for source in SOURCES)))


def _covers(wanted: types.CodeActionKind | str, kind: types.CodeActionKind) -> bool:
    """Whether a kind is one of those wanted: ``refactor`` covers ``refactor.extract``, and an empty kind all."""
    name = wanted.value if isinstance(wanted, types.CodeActionKind) else str(wanted)
    return not name or kind.value == name or kind.value.startswith(f"{name}.")
