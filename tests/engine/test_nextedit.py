"""The flow of next edits against the scripted model server: the corpus, what is sent, and what is dropped."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mai_lsp.core import syntax
from mai_lsp.core.history import Regions, record
from mai_lsp.core.language import find
from mai_lsp.core.recent import Recent
from mai_lsp.core.text import Document, Edit, Span, apply, open_document
from mai_lsp.core.tokens import estimate
from mai_lsp.engine.edit import COOLDOWN, FRESH, KNOWN, EditAsk, EditReason, EditSuggestion, NoEdit
from mai_lsp.engine.mode import Switches
from mai_lsp.engine.nextedit import EditPlan, known, plan_for, suggest_edit
from mai_lsp.engine.ports import Deps
from mai_lsp.model.types import Role
from mai_lsp.reply.rewrite import Objection
from mai_lsp.settings import Settings
from tests.support.asking import Asking, asking
from tests.support.edit_cases import EditCase, corpus
from tests.support.gate import Gate
from tests.support.model_steps import finish, send, stall, status


def document_of(text: str, path: str = "a.py", version: int = 1) -> Document:
    row = find("", path)
    document = open_document(f"file:///{path}", row.id, version, text)
    return replace(document, syntax=syntax.parse(row, text))


def history(steps: Sequence[tuple[str, Edit]]) -> Regions:
    """Record edits some seconds apart; the last is made at the second 100."""
    regions: Regions = ()
    for number, (text, edit) in enumerate(steps):
        regions = record(regions, text, edit, 100.0 - 5 * (len(steps) - 1 - number))
    return regions


@dataclass
class Open:
    """The port `Documents` over one document that a test may change under way."""

    now: Document | None
    hidden: str = ""

    def latest(self, uri: str) -> Document | None:
        return self.now

    def display_path(self, uri: str) -> str:
        return uri.rpartition("/")[2]

    def ignored(self, uri: str, path: str = "") -> str:
        return self.hidden


@dataclass
class Bench:
    """A flow that is ready to be asked."""

    asked: Asking
    deps: Deps
    documents: Open
    ask: EditAsk

    async def run(self) -> EditSuggestion | NoEdit:
        return await suggest_edit(self.ask, self.deps)

    @property
    def sent(self) -> str:
        return str(self.asked.server.requests[-1].body["messages"][-1]["content"])


@contextlib.asynccontextmanager
async def bench(case: EditCase, **settings: Any) -> AsyncIterator[Bench]:
    document = document_of(case.text, case.path)
    more = {"fim_format": "qwen"} if case.wire == "fim" else {}
    settings = {"next_edit_model": case.model, **more, **settings}
    async with asking(wire=case.wire, completion_model="scripted", **settings) as asked:
        documents = Open(document)
        given = Settings(**{name: value for name, value in settings.items() if name in Settings.__dataclass_fields__})
        ask = EditAsk(document, case.cursor, 106.0, recent=Recent(history(list(case.edits()))))
        yield Bench(asked, Deps(asked.client, documents, given), documents, ask)


CASES = {case.name: case for case in corpus()}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_corpus(case: EditCase) -> None:
    async with bench(case) as flow:
        if case.reply is not None:
            flow.asked.server.enqueue(send(case.reply))
        outcome = await flow.run()
        assert len(flow.asked.server.requests) == (case.reply is not None)
        if case.result is None:
            assert isinstance(outcome, NoEdit), apply(case.text, outcome.edits)
            assert outcome.reason.value == case.reason
        else:
            assert isinstance(outcome, EditSuggestion), outcome
            assert apply(case.text, outcome.edits) == case.result
            assert outcome.certain == (case.reply is None)


def test_the_corpus_has_cases_of_both_kinds_in_several_languages() -> None:
    shown = [case for case in CASES.values() if case.result is not None]
    assert len(CASES) >= 35
    assert len(shown) >= 20
    assert len({case.path.rpartition(".")[2] for case in shown}) >= 8


REPLY = CASES["python/model-condition"]


async def test_recent_edits_the_region_and_what_is_around_are_sent() -> None:
    async with bench(REPLY) as flow:
        flow.asked.server.enqueue(send(REPLY.reply or ""))
        await flow.run()
        assert "-    if points > 90:\n+    if points >= 90:" in flow.sent
        assert flow.sent.endswith(f"```python\n{REPLY.text.rstrip()}\n```")
        assert flow.asked.server.requests[-1].body["model"] == "scripted"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"settings": {"next_edit_enable": False}}, EditReason.DISABLED),
        ({"settings": {"completion_enable": False}}, EditReason.DISABLED),
        ({"settings": {"completion_disabled_languages": ["python"]}}, EditReason.DISABLED),
        ({"hidden": "by .maiignore"}, EditReason.IGNORED),
        ({"ask": {"now": 100.0 + FRESH + 1}}, EditReason.QUIET),
        ({"ask": {"recent": Recent()}}, EditReason.QUIET),
        ({"ask": {"now": 100.0 + KNOWN + 1, "automatic": False}}, EditReason.QUIET),
    ],
)
async def test_what_is_not_to_be_looked_for_is_neither_sent_nor_proposed(
    changes: dict[str, Any], reason: EditReason
) -> None:
    for name in ("python/model-condition", "python/rename-parameter"):
        async with bench(CASES[name], **changes.get("settings", {})) as flow:
            flow.documents.hidden = changes.get("hidden", "")
            flow.ask = replace(flow.ask, **changes.get("ask", {}))
            outcome = await flow.run()
            assert isinstance(outcome, NoEdit)
            assert outcome.reason is reason
            assert not flow.asked.server.requests


async def test_by_hand_older_changes_count_too() -> None:
    async with bench(CASES["python/rename-parameter"]) as flow:
        late = replace(flow.ask, now=100.0 + FRESH + 1)
        assert isinstance(known(late, flow.deps), NoEdit)
        assert isinstance(known(replace(late, automatic=False), flow.deps), EditSuggestion)


async def test_nobody_waits_for_a_next_edit_as_long_as_for_a_code_action() -> None:
    async with bench(REPLY) as flow:
        plan = plan_for(flow.ask, flow.deps)
        assert isinstance(plan, EditPlan)
        edits, typing = (flow.deps.model.endpoint(role) for role in (Role.EDIT, Role.COMPLETION))
        assert (plan.endpoint.timeouts, plan.endpoint.reasoning) == (typing.timeouts, 0)
        assert edits.timeouts.total > typing.timeouts.total


async def test_nothing_is_asked_by_itself_once_a_ceiling_is_reached() -> None:
    async with bench(REPLY) as flow:
        flow.deps = replace(flow.deps, switches=Switches(ceiling="Today has cost $5.00."))
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is EditReason.LIMITED
        assert not flow.asked.server.requests


async def test_a_provider_that_wants_to_be_left_alone_is_asked_by_hand_only() -> None:
    async with bench(REPLY) as flow:
        flow.deps = replace(flow.deps, switches=Switches(limited_until=flow.ask.now + 1))
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is EditReason.LIMITED
        flow.asked.server.enqueue(send(REPLY.reply or ""))
        flow.ask = replace(flow.ask, automatic=False)
        assert isinstance(await flow.run(), EditSuggestion)


async def test_a_region_with_a_secret_is_not_rewritten() -> None:
    case = replace(REPLY, before=REPLY.before.replace('"b"', '"ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w2"'))
    async with bench(case) as flow:
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is EditReason.SECRET
        assert not flow.asked.server.requests


async def test_a_secret_beside_the_region_is_masked() -> None:
    far = "".join(f"def f{number}():\n    return {number}\n\n\n" for number in range(60))
    case = replace(REPLY, before=f"{REPLY.before}\n\n{far}KEY = 'ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w2'\n")
    async with bench(case, context_tokens=4000) as flow:
        flow.asked.server.enqueue(send(REPLY.reply or ""))
        assert isinstance(await flow.run(), EditSuggestion)
        assert "KEY = '<secret>'" in flow.sent
        assert "ghp_" not in flow.sent


async def test_what_is_typed_elsewhere_meanwhile_moves_the_edits_along() -> None:
    async with bench(REPLY) as flow:
        gate = Gate()
        flow.asked.server.enqueue(stall(gate), send(REPLY.reply or ""))
        before = flow.ask.document
        now = before.edited([Edit(Span(0, 0), "import os\n")], 2)
        flow.documents.now = now
        gate.open()
        outcome = await flow.run()
        assert isinstance(outcome, EditSuggestion)
        assert outcome.document is now
        assert apply(now.text, outcome.edits) == f"import os\n{REPLY.result}"


async def test_what_is_typed_into_the_place_meanwhile_drops_the_edit() -> None:
    async with bench(REPLY) as flow:
        flow.asked.server.enqueue(send(REPLY.reply or ""))
        at = flow.ask.document.text.index("> 80")
        flow.documents.now = flow.ask.document.edited([Edit(Span(at, at + 4), "< 3")], 2)
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is EditReason.STALE


async def test_what_was_rejected_is_not_proposed_again() -> None:
    async with bench(REPLY) as flow:
        flow.asked.server.enqueue(send(REPLY.reply or ""))
        first = await flow.run()
        assert isinstance(first, EditSuggestion)
        edit = first.edits[0]
        flow.ask = replace(flow.ask, rejected=[(flow.ask.document.slice(edit.span), edit.text)])
        flow.asked.server.enqueue(send(REPLY.reply or ""))
        again = await flow.run()
        assert isinstance(again, NoEdit)
        assert again.reason is EditReason.REJECTED
    async with bench(CASES["python/rename-local"]) as flow:
        flow.ask = replace(flow.ask, rejected=[("result", "product")])
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is EditReason.REJECTED


async def test_a_line_on_which_something_was_turned_down_rests() -> None:
    async with bench(CASES["c/crlf"]) as flow:
        flow.ask = replace(flow.ask, quiet_lines={1})
        outcome = await flow.run()
        assert isinstance(outcome, EditSuggestion)
        assert [flow.ask.document.line_at(edit.span.start) for edit in outcome.edits] == [2]
        flow.ask = replace(flow.ask, quiet_lines={1, 2})
        resting = await flow.run()
        assert isinstance(resting, NoEdit)
        assert resting.reason is EditReason.COOLDOWN


async def test_the_line_that_is_being_typed_is_left_to_completions() -> None:
    case = replace(REPLY, changes=(("points > 80", "points >= 8"),), reply=REPLY.reply)
    async with bench(case) as flow:
        flow.ask = replace(flow.ask, now=100.0 + COOLDOWN - 1)
        said = case.text.replace(">= 8:", ">= 80:")
        flow.asked.server.enqueue(send(f"```python\n{said}```"))
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is EditReason.TYPING


async def test_a_reply_that_the_limit_cut_off_is_not_used() -> None:
    async with bench(REPLY) as flow:
        flow.asked.server.enqueue(send(REPLY.reply or ""), finish("length"))
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is EditReason.CUT


async def test_a_model_that_fails_is_an_error_with_its_cause() -> None:
    async with bench(REPLY) as flow:
        flow.asked.server.enqueue(status(401))
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is EditReason.ERROR
        assert outcome.error is not None


async def test_too_long_lines_are_not_rewritten() -> None:
    case = replace(REPLY, before=REPLY.before.replace("> 90:", f"> 90:  # {'a' * 3000}"))
    async with bench(case) as flow:
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is EditReason.LONG


@pytest.mark.parametrize("context", [200, 400, 1000, 4000])
async def test_the_prompt_keeps_to_the_budget_and_shows_the_lines_around(context: int) -> None:
    far = "".join(f"def f{number}(value):\n    return value + {number}\n\n\n" for number in range(300))
    case = replace(REPLY, before=f"{far}{REPLY.before}\n\n{far}")
    async with bench(case, context_tokens=context) as flow:
        plan = plan_for(flow.ask, flow.deps)
        assert isinstance(plan, EditPlan)
        least = sum(one.tokens for one in plan.prompt.pieces if one.label in {"rules", "region"}) + 120
        assert estimate("".join(message.content for message in plan.prompt.messages)) <= max(context, least) * 1.05
        assert flow.ask.document.slice(plan.region).startswith("def grade")
        if context == 4000:
            assert "return value + 299\n</before>" in plan.prompt.messages[-1].content.replace("\n\n\n<", "\n<")
            assert "<after>\ndef f0(value)" in plan.prompt.messages[-1].content


def test_every_objection_to_a_rewriting_is_a_reason() -> None:
    for objection in Objection:
        assert EditReason(objection.value)


async def test_without_a_tree_nothing_is_certain_and_the_model_is_asked() -> None:
    async with bench(CASES["python/rename-parameter"]) as flow:
        flow.ask = replace(flow.ask, document=replace(flow.ask.document, syntax=None))
        flow.asked.server.enqueue(send(f"```python\n{flow.ask.document.text}```"))
        assert isinstance(known(flow.ask, flow.deps), NoEdit)
        outcome = await flow.run()
        assert isinstance(outcome, NoEdit)
        assert outcome.reason is not EditReason.CERTAIN
        assert len(flow.asked.server.requests) == 1
