"""Changes that are worked out for an editor that takes none from a server: they wait in its code action menu.

Kate and Vim's ALE make the edit that comes with a code action, but ask for none later (`codeAction/resolve`) and do not
declare `workspace/applyEdit`. There an action's command works the change out, and the menu, opened again, has it. The
way back from it is the editor's own undo.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from mai_lsp.engine.change.job import Proposal
    from mai_lsp.lsp.actions import Asked
    from mai_lsp.lsp.session import Session

KEEP = 5
"""Changes that wait at most; the oldest makes room."""

KINDS = ("quickfix",)
"""Where menus begin."""


class Ready:
    """Proposals that the user has asked for and not taken yet, the latest first."""

    def __init__(self) -> None:
        self.waiting: list[Proposal] = []

    def put(self, proposal: Proposal) -> str:
        """Keep a proposal for the menu; return the sentence that tells the user so."""
        others = [one for one in self.waiting if one.job.title != proposal.job.title]
        self.waiting = [proposal, *others][:KEEP]
        return f"“{proposal.job.title}” is ready: it is the first of the code actions here now."


def offered(session: Session, asked: Asked) -> Iterator[types.CodeAction]:
    """Yield what waits for this document, each with its edit; what was made or does not fit any more is dropped."""
    if not session.ready.waiting:
        return
    from mai_lsp.engine.change.job import Refused  # noqa: PLC0415 (loaded late, with the engine)
    from mai_lsp.lsp import changing  # noqa: PLC0415 (same)

    for proposal in tuple(session.ready.waiting):
        if asked.document.uri not in _documents(proposal):
            continue
        edit = changing.workspace_edit(proposal, session, preview=False)
        if isinstance(edit, Refused):
            session.ready.waiting.remove(proposal)
        else:
            # Without a command: ALE would run that instead.
            yield types.CodeAction(title=_title(proposal), kind=KINDS[0], edit=edit)


def _title(proposal: Proposal) -> str:
    return f"Apply: {proposal.job.title}"


def _documents(proposal: Proposal) -> set[str]:
    """Return the URIs of what is changed, and of the document that the change was asked for in."""
    found = {change.before.uri for change in proposal.changes if change.before is not None}
    return found | ({proposal.job.place.document.uri} if proposal.job.place is not None else set())
