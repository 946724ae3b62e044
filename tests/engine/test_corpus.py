"""Every case of the corpus through the flow of a completion, against the scripted model server, at full speed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from mai_lsp.core.history import Region
from mai_lsp.core.language import find
from mai_lsp.core.recent import Recent
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.engine.completion import applied, complete
from mai_lsp.engine.outcome import Reason, Skipped
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.reply.verdict import LOOKS_FOR, Verdict
from mai_lsp.settings import Settings
from tests.support.asking import asking
from tests.support.cases import Case, corpus
from tests.support.model_steps import finish, send

CORPUS = corpus()
"""All of it."""

PIECES = (10_000, 5)
"""How many characters come at a time."""


@dataclass(frozen=True)
class OneDocument:
    """The port `Documents` over one document."""

    document: Document

    def latest(self, uri: str) -> Document | None:
        return self.document

    def display_path(self, uri: str) -> str:
        return uri.rpartition("/")[2]

    def ignored(self, uri: str, path: str = "") -> str:
        return ""


FILTERED = {
    Reason.CHATTER,
    Reason.MISMATCH,
    Reason.EMPTY,
    Reason.REPETITIVE,
    Reason.DUPLICATE,
    Reason.REJECTED,
    Reason.UNDOES,
    Reason.COMMENT,
    Reason.IMPORTS,
    Reason.UNBALANCED,
    Reason.BROKEN,
}
"""Every reason that a reply itself gives."""


def test_every_filter_has_a_reason_and_cases() -> None:
    assert {Reason(verdict.value) for verdict in Verdict} == FILTERED
    assert set(LOOKS_FOR) == set(Verdict)
    assert {Reason(case.reason) for case in CORPUS if case.result is None} == FILTERED


def test_the_corpus_is_large_and_of_many_languages() -> None:
    assert len(CORPUS) >= 80
    assert len({find("", case.path).id for case in CORPUS}) >= 8
    assert sum(case.result is None for case in CORPUS) >= 30
    assert sum(case.result is not None for case in CORPUS) >= 30


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
async def test_what_is_shown_and_what_is_not(case: Case) -> None:
    document = _document(case)
    edited = (Region(case.cursor, case.cursor, case.deleted, 0.0),) if case.deleted else ()
    ask = Ask(document, case.cursor, recent=Recent(edited=edited), rejected=case.rejected)
    settings: dict[str, Any] = {"fim_format": "qwen"} if case.wire == "fim" else {}
    async with asking(wire=case.wire, completion_model="scripted", **settings) as asked:
        deps = Deps(asked.client, OneDocument(document), Settings(**settings))
        for size in PIECES:
            pieces = [case.reply[at : at + size] for at in range(0, len(case.reply), size)]
            asked.server.enqueue(send(*pieces), finish(case.finish))
            outcome = await complete(ask, deps)
            if isinstance(outcome, Skipped):
                assert outcome.reason.value == case.reason, f"{size} at a time"
            else:
                assert case.reason == "", f"{size} at a time: {outcome.text!r} was shown"
                assert applied(document, outcome).text == case.result, f"{size} at a time"


def _document(case: Case) -> Document:
    language = find("", case.path)
    document = open_document(f"file:///corpus/{case.path}", language.id, 1, case.text)
    return replace(document, syntax=parse(language, case.text))
