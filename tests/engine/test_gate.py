"""What a model is sent, over every wire: no planted secret, and nothing of an ignored file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mai_lsp.cli.source import OneDocument
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Document, open_document
from mai_lsp.engine.completion import Plan, complete, prepare
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.settings import Settings
from tests.support.asking import Asking, asking
from tests.support.model_steps import send
from tests.support.planted import SHAPES, planted

WIRES = ("chat", "responses", "fim", "infill")


def opened(root: Path, name: str, text: str) -> OneDocument:
    path = root / name
    return OneDocument(open_document(path.as_uri(), "python", 1, text), root, path)


class _Others:
    """`ports.Elsewhere` with a given answer."""

    def __init__(self, *found: Snippet) -> None:
        self.found = found

    async def snippets(self, ask: Ask, budget: int) -> tuple[Snippet, ...]:
        return self.found


def deps(asked: Asking, documents: OneDocument, wire: str, *others: Snippet, **more: Any) -> Deps:
    given = Settings(wire=wire, completion_model="scripted", fim_format="qwen" if wire == "fim" else "", **more)
    return Deps(asked.client, documents, given, _Others(*others))


async def ask(asked: Asking, documents: OneDocument, wire: str, cursor: int, *others: Snippet, **more: Any) -> Outcome:
    return await complete(Ask(documents.document, cursor), deps(asked, documents, wire, *others, **more))


def sent(asked: Asking) -> str:
    return json.dumps([request.body for request in asked.server.requests], ensure_ascii=False)


def chosen(wire: str) -> dict[str, Any]:
    return {"fim_format": "qwen"} if wire == "fim" else {}


@pytest.mark.parametrize("wire", WIRES)
async def test_no_planted_secret_is_sent(wire: str, tmp_path: Path) -> None:
    """Every shape, before, behind and far from the cursor, and in other files."""
    async with asking(wire=wire, completion_model="scripted", **chosen(wire)) as asked:
        for number, rule in enumerate(SHAPES):
            here, behind, other = (planted(rule, 3 * number + offset) for offset in range(3))
            text = f"import os\n{here.text}\n\ndef f(a):\n    return \n\n{behind.text}\n"
            documents = opened(tmp_path, "a.py", text)
            asked.server.enqueue(send("a"))
            elsewhere = Snippet(Kind.WORKSPACE, "b.py", f"{other.text}\n", 0, 20)
            outcome = await ask(asked, documents, wire, text.index("return ") + 7, elsewhere)
            assert isinstance(outcome, Suggestion | Skipped)
            assert outcome.trace.model, "it was asked"
            body = sent(asked)
            for secret in (here, behind, other):
                assert json.dumps(secret.value, ensure_ascii=False)[1:-1] not in body, rule
        assert len(asked.server.requests) == len(SHAPES)
        assert "def f(a)" in sent(asked)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rule=st.sampled_from(sorted(SHAPES)), seed=st.integers(0, 1_000), where=st.floats(0, 1), wire=st.sampled_from(WIRES)
)
async def test_no_planted_secret_is_sent_at_any_cursor(
    tmp_path: Path, rule: str, seed: int, where: float, wire: str
) -> None:
    secret = planted(rule, seed)
    filler = "".join(f"def f{number}(a):\n    return a + {number}\n\n" for number in range(30))
    text = f"{filler}{secret.text}\n{filler}"
    documents = opened(tmp_path, "a.py", text)
    async with asking(wire=wire, completion_model="scripted", **chosen(wire)) as asked:
        asked.server.enqueue(send("a"))
        middle = text.index(secret.text)
        cursor = min(len(text), max(0, int(middle - 200 + where * (400 + len(secret.text)))))
        await ask(asked, documents, wire, cursor, context_tokens=300)
        assert json.dumps(secret.value, ensure_ascii=False)[1:-1] not in sent(asked)


async def test_a_secret_at_the_cursor_is_not_sent_at_all(tmp_path: Path) -> None:
    async with asking(wire="fim", completion_model="scripted", fim_format="qwen") as asked:
        text = 'password = "h0rse-b4tt'
        outcome = await ask(asked, opened(tmp_path, "a.py", text), "fim", len(text))
        assert isinstance(outcome, Skipped)
        assert outcome.reason is Reason.SECRET
        assert "h0rse" not in outcome.detail
        assert asked.server.requests == []


async def test_a_mask_that_comes_back_is_not_suggested(tmp_path: Path) -> None:
    async with asking(wire="fim", completion_model="scripted", fim_format="qwen") as asked:
        text = 'password = "h0rse-b4tt"\nother = '
        asked.server.enqueue(send('"<secret>"\n'))
        outcome = await ask(asked, opened(tmp_path, "a.py", text), "fim", len(text))
        assert isinstance(outcome, Skipped)
        assert outcome.reason is Reason.SECRET


async def test_masks_can_be_switched_off(tmp_path: Path) -> None:
    async with asking(wire="fim", completion_model="scripted", fim_format="qwen") as asked:
        text = 'password = "h0rse-b4tt"\nother = '
        asked.server.enqueue(send("1"))
        await ask(asked, opened(tmp_path, "a.py", text), "fim", len(text), secrets_mask=False)
        assert "h0rse-b4tt" in sent(asked)


@pytest.mark.parametrize("wire", WIRES)
async def test_an_ignored_file_is_not_sent(wire: str, tmp_path: Path) -> None:
    (tmp_path / ".maiignore").write_text("hidden/\n", encoding="utf-8")
    (tmp_path / "hidden").mkdir()
    async with asking(wire=wire, completion_model="scripted", **chosen(wire)) as asked:
        documents = opened(tmp_path, "hidden/a.py", "marker_93b7 = ")
        outcome = await ask(asked, documents, wire, 14)
        assert isinstance(outcome, Skipped)
        assert outcome.reason is Reason.IGNORED
        assert outcome.detail == "This file is never sent (.maiignore line 1: hidden/)."
        assert asked.server.requests == []


@pytest.mark.parametrize("wire", WIRES)
async def test_nothing_of_an_ignored_file_is_sent_as_context(wire: str, tmp_path: Path) -> None:
    (tmp_path / ".maiignore").write_text("hidden/\n", encoding="utf-8")
    found = [
        Snippet(Kind.WORKSPACE, "hidden/b.py", "def marker_93b7(): ...\n", 0, 9, "marker_93b7"),
        Snippet(Kind.WORKSPACE, "../outside.py", "def marker_5c21(): ...\n", 0, 9),
        Snippet(Kind.WORKSPACE, "src/c.py", "def shown_11aa(): ...\n", 0, 9),
    ]
    async with asking(wire=wire, completion_model="scripted", **chosen(wire)) as asked:
        asked.server.enqueue(send("1"))
        await ask(asked, opened(tmp_path, "src/a.py", "x = "), wire, 4, *found)
        assert "shown_11aa" in sent(asked)
        assert "marker" not in sent(asked)


def test_what_was_withheld_is_in_the_plan(tmp_path: Path) -> None:
    class Model:
        def endpoint(self, role: object) -> Any:
            raise AssertionError

    documents = opened(tmp_path, ".env", "A=")
    skipped = prepare(Ask(documents.document, 2), Deps(Model(), documents, Settings()))  # type: ignore[arg-type]
    assert isinstance(skipped, Skipped)
    assert skipped.reason is Reason.IGNORED


async def test_a_plan_names_what_was_withheld_without_its_text(tmp_path: Path) -> None:
    async with asking(wire="chat", completion_model="scripted") as asked:
        document: Document = opened(tmp_path, "a.py", 'password = "h0rse-b4tt"\nx = ').document
        documents = OneDocument(document, tmp_path, tmp_path / "a.py")
        plan = prepare(Ask(document, len(document.text)), deps(asked, documents, "chat"))
        assert isinstance(plan, Plan)
        assert [(one.what, one.path) for one in plan.withheld] == [("prefix", "a.py")]
        assert "h0rse" not in f"{plan.prompt} {plan.withheld}"
