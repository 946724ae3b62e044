"""What the session knows in a prompt: how much of it, and that no secret and nothing of an ignored file is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mai_lsp.core.history import Region
from mai_lsp.core.recent import Problem, Recent, Severity, Visited
from mai_lsp.core.snippet import Kind
from mai_lsp.core.text import Document, Span
from mai_lsp.engine.completion import Plan, complete, plan_for
from mai_lsp.engine.gather import Gatherer
from mai_lsp.engine.outcome import Outcome
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.engine.recent import LEAST_BUDGET, LEAST_FOR_SIMILAR, outside, recent, reserved
from mai_lsp.lsp.convert import Change, Place
from mai_lsp.lsp.documents import Documents
from mai_lsp.settings import CONTEXT_SOURCES, Settings
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.index.store import database_of
from tests.support.asking import Asking, asking
from tests.support.indexed import document_of, scanned, write
from tests.support.model_steps import send
from tests.support.planted import SHAPES, planted

WIRES = ("chat", "responses", "fim", "infill")

CODE = """\
def send_back(order, address):
    parcel = pack(order.items)
    label = print_label(parcel, address)
    return carrier.send(parcel, label)
"""

FILLER = "".join(f"def f{number}(a):\n    return a + {number}\n\n\n" for number in range(200))


class Folder:
    """`ports.Documents` over one workspace folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.rules = root, Rules([root])

    def latest(self, uri: str) -> Document | None:
        return None

    def display_path(self, uri: str) -> str:
        return uri.removeprefix(self.root.as_uri() + "/")

    def ignored(self, uri: str, path: str = "") -> str:
        return self.rules.ignored_document(uri, path)


def deps(asked: Asking, documents: Any, wire: str, **more: Any) -> Deps:
    chosen = {"context_sources": list(CONTEXT_SOURCES), **more}
    given = Settings(wire=wire, completion_model="scripted", fim_format="qwen" if wire == "fim" else "", **chosen)
    asked.client.configure(replace(given, provider="openai-compatible", base_url=f"{asked.server.url}/v1", api_key="k"))
    return Deps(asked.client, documents, given)


def sent(asked: Asking) -> str:
    return json.dumps([request.body for request in asked.server.requests], ensure_ascii=False)


def everything(root: Path, text: str = CODE) -> Ask:
    """A place about which the session knows something of every kind."""
    here, other = document_of(root, "a.py", text), document_of(root, "b.py", CODE.replace("send_back", "ship"))
    known = Recent(
        visited=(Visited(other, "b.py", (Region(CODE.index("return"), CODE.index("return") + 6, "print", 1.0),)),),
        problems=(Problem(Span(0, 3), Severity.ERROR, "no such thing"),),
        clipboard="total = price(1)\n",
    )
    return Ask(here, text.index("return"), recent=known)


def kinds(ask: Ask, wanted: Deps, budget: int) -> list[Kind]:
    return [snippet.kind for snippet in recent(ask, wanted, budget)]


async def test_small_prompts_have_none_of_it_and_large_ones_all(tmp_path: Path) -> None:
    async with asking() as asked:
        wanted, ask = deps(asked, Folder(tmp_path), "chat"), everything(tmp_path)
        assert kinds(ask, wanted, LEAST_BUDGET - 1) == []
        assert kinds(ask, wanted, LEAST_BUDGET) == [Kind.EDIT, Kind.DIAGNOSTIC, Kind.CLIPBOARD]
        assert kinds(ask, wanted, LEAST_FOR_SIMILAR) == [Kind.SIMILAR, Kind.EDIT, Kind.DIAGNOSTIC, Kind.CLIPBOARD]
        for source, kind in zip(
            CONTEXT_SOURCES, (Kind.EDIT, Kind.SIMILAR, Kind.DIAGNOSTIC, Kind.CLIPBOARD), strict=True
        ):
            one = replace(wanted, settings=replace(wanted.settings, context_sources=[source]))
            assert kinds(ask, one, LEAST_FOR_SIMILAR) == [kind]


async def test_edits_that_the_window_shows_are_left_out(tmp_path: Path) -> None:
    text = FILLER + CODE + FILLER
    place = text.index("return carrier")
    near, far = Region(place - 20, place - 10, "x", 1.0), Region(10, 20, "x", 2.0)
    async with asking() as asked:
        ask = replace(everything(tmp_path, text), offset=place, recent=Recent(edited=(far, near)))
        (found,) = recent(ask, deps(asked, Folder(tmp_path), "chat"), 2_000)
        assert (found.path, found.name) == ("a.py", "line 1")
        assert outside((found,), "a.py", Span(0, 5)) == ()
        assert outside((found,), "a.py", Span(5, 50)) == (found,)
        assert outside((found,), "b.py", Span(0, 5)) == (found,)
        assert reserved((found,), 1_600) == 100
        assert reserved((), 1_600) == 0


@pytest.mark.parametrize("wire", WIRES)
async def test_what_is_shown_is_what_is_sent_and_within_the_budget(wire: str, tmp_path: Path) -> None:
    text = FILLER + CODE + FILLER
    async with asking(wire=wire) as asked:
        wanted = deps(asked, Folder(tmp_path), wire, context_tokens=2_400)
        ask = replace(everything(tmp_path, text), offset=text.index("return carrier"))
        asked.server.enqueue(send("pass"))
        plan = await plan_for(ask, wanted)
        assert isinstance(plan, Plan)
        labels = [piece.label.partition(" ")[0] for piece in plan.prompt.pieces]
        assert labels.index("similar") < labels.index("edit") < labels.index("clipboard") < labels.index("prefix")
        assert sum(piece.tokens for piece in plan.prompt.pieces) <= 2_400
        await complete(ask, wanted)
        assert asked.server.requests[-1].body == asked.client.preview(plan.endpoint, plan.prompt).body
        assert "def ship(" in sent(asked)
        assert "total = price(1)" in sent(asked)


Sown = tuple[Ask, dict[str, str]]


def _own(root: Path, text: str, value: str, cut: int) -> Sown:
    whole = f"{text}\n{CODE}"
    return Ask(document_of(root, "a.py", whole), whole.index("return")), {}


def _neighbour(root: Path, text: str, value: str, cut: int) -> Sown:
    here = "from b import send\n\nsend("
    return Ask(document_of(root, "a.py", here), len(here)), {"b.py": f"def send(a, key={value!r}):\n    '''{text}'''\n"}


def _edited(root: Path, text: str, value: str, cut: int) -> Sown:
    """The secret has just been written, wholly or from the middle on."""
    other = f"x = 1\n{text}\n{CODE}"
    region = Region(min(len(other), 6 + cut), 6 + max(cut, len(text)), "y", 1.0)
    return _ask(root, Visited(document_of(root, "b.py", other), "b.py", (region,))), {}


def _removed(root: Path, text: str, value: str, cut: int) -> Sown:
    """It has just been taken away, with the lines around it."""
    other = f"x = 1\n{CODE}"
    return _ask(root, Visited(document_of(root, "b.py", other), "b.py", (Region(6, 6, f"{text}\n", 1.0),))), {}


def _beside(root: Path, text: str, value: str, cut: int) -> Sown:
    """Another line of the same place was edited, so that the lines shown may begin or end in the secret."""
    other = f"{text}\n{CODE}"
    return _ask(root, Visited(document_of(root, "b.py", other), "b.py", (Region(cut, cut, "\n", 1.0),))), {}


def _own_edit(root: Path, text: str, value: str, cut: int) -> Sown:
    whole = f"{text}\n{FILLER}{CODE}"
    edited = (Region(0, min(len(text), cut), "z = 2\n", 1.0),)
    return Ask(document_of(root, "a.py", whole), whole.index("return carrier"), recent=Recent(edited=edited)), {}


def _similar(root: Path, text: str, value: str, cut: int) -> Sown:
    other = CODE.replace("    label", f"    {text}\n    label", 1)
    return _ask(root, Visited(document_of(root, "b.py", other), "b.py")), {}


def _problem(root: Path, text: str, value: str, cut: int) -> Sown:
    """The message quotes the value alone; what it is, the code near the cursor says."""
    whole = f"{text}\n{CODE}"
    ask = Ask(document_of(root, "a.py", whole), whole.index("return carrier"))
    problem = Problem(Span(len(text) + 2, len(text) + 4), Severity.ERROR, f"bad literal {value} here")
    return replace(ask, recent=Recent(problems=(problem,))), {}


def _clipboard(root: Path, text: str, value: str, cut: int) -> Sown:
    ask = Ask(document_of(root, "a.py", CODE), CODE.index("return"))
    return replace(ask, recent=Recent(clipboard=f"x = f(1)\n{text}\n")), {}


def _ask(root: Path, other: Visited) -> Ask:
    return Ask(document_of(root, "a.py", CODE), CODE.index("return"), recent=Recent(visited=(other,)))


SOURCES: tuple[Callable[[Path, str, str, int], Sown], ...] = (
    _own,
    _neighbour,
    _edited,
    _removed,
    _beside,
    _own_edit,
    _similar,
    _problem,
    _clipboard,
)


@pytest.mark.parametrize("sow", SOURCES, ids=lambda sow: sow.__name__.strip("_"))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rule=st.sampled_from(sorted(SHAPES)), seed=st.integers(0, 1_000), cut=st.floats(0, 1), wire=st.sampled_from(WIRES)
)
async def test_no_planted_secret_is_sent_through_any_source(  # noqa: PLR0917 (pytest's and hypothesis' names)
    sow: Callable[[Path, str, str, int], Sown],
    tmp_path_factory: pytest.TempPathFactory,
    rule: str,
    seed: int,
    cut: float,
    wire: str,
) -> None:
    secret, root = planted(rule, seed), tmp_path_factory.mktemp("root")
    async with asking(wire=wire) as asked:
        ask, files = sow(root, secret.text, secret.value, int(cut * len(secret.text)))
        wanted = deps(asked, Folder(root), wire, context_tokens=4_000)
        gatherer = None
        if files:
            write(root, files)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("MAI_LSP_CACHE_DIR", str(root / ".cache"))
                scanned(root, database_of(root))
                gatherer = Gatherer(lambda: (root,), lambda: (), within=60.0)
                wanted = replace(wanted, elsewhere=gatherer)
                await _complete(asked, ask, wanted)
            gatherer.close()
        else:
            await _complete(asked, ask, wanted)
        assert json.dumps(secret.value, ensure_ascii=False)[1:-1] not in sent(asked)


async def _complete(asked: Asking, ask: Ask, wanted: Deps) -> Outcome:
    asked.server.enqueue(send("pass"))
    return await complete(ask, wanted)


async def test_the_sources_of_the_property_are_used(tmp_path: Path) -> None:
    """Without masks each of them would send the secret, so that the property means something."""
    secret = planted("github-token", 7)
    for number, sow in enumerate(SOURCES):
        root = tmp_path / str(number)
        root.mkdir()
        async with asking(wire="chat") as asked:
            ask, files = sow(root, secret.text, secret.value, 0 if sow is not _own_edit else 99)
            if files:
                continue  # What an index shows of a default value is its own matter.
            await _complete(asked, ask, deps(asked, Folder(root), "chat", context_tokens=4_000, secrets_mask=False))
            assert secret.value in sent(asked), sow.__name__


OPERATIONS = st.lists(
    st.sampled_from(["type", "save", "close", "open", "hide", "show", "hide folder", "ask", "remove"]), max_size=14
)


def refuse(work: Any, name: str) -> object:
    work.close()
    raise AssertionError("no background work is expected here")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(operations=OPERATIONS, wire=st.sampled_from(WIRES))
async def test_no_byte_of_an_ignored_file_is_sent_whatever_was_done_in_it(
    tmp_path_factory: pytest.TempPathFactory, operations: list[str], wire: str
) -> None:
    root = tmp_path_factory.mktemp("root")
    (root / "kept").mkdir()
    other, rules = root / "kept" / "other.py", root / ".maiignore"
    text = CODE.replace("carrier", "marker_93b7")
    clock = [0.0]
    documents = Documents(refuse, lambda: clock[0])
    documents.folders = (root,)
    documents.rules = Rules([root])
    documents.open((root / "a.py").as_uri(), "python", 1, CODE)
    async with asking(wire=wire) as asked:
        wanted = deps(asked, documents, wire, context_tokens=4_000)
        hidden = False
        for operation in ["open", *operations, "ask"]:
            clock[0] += 0.4
            uri, now = other.as_uri(), documents.latest(other.as_uri())
            if operation == "open":
                documents.open(uri, "python", 1, now.text if now else text)
            elif operation == "type":
                documents.change(uri, None, [Change("marker_93b7\n", Place(1, 0), Place(1, 0))])
            elif operation == "save" and now is not None:
                other.write_text(now.text, encoding="utf-8", newline="\n")
                documents.visits.saved(uri)
            elif operation == "close":
                documents.close(uri)
            elif operation == "remove":
                other.unlink(missing_ok=True)
            elif operation in {"hide", "show", "hide folder"}:
                hidden = operation != "show"
                rules.write_text(
                    {"hide": "other.py\n", "show": "", "hide folder": "kept/\n"}[operation], encoding="utf-8"
                )
                documents.rules.forget()
            elif operation == "ask":
                here = documents.latest((root / "a.py").as_uri())
                assert here is not None
                asked.server.enqueue(send("pass"))
                before = len(asked.server.requests)
                await complete(Ask(here, CODE.index("return"), recent=documents.recent(here)), wanted)
                assert len(asked.server.requests) == before + 1
                body = json.dumps(asked.server.requests[-1].body)
                assert not hidden or "marker_93b7" not in body
                if now is not None and not hidden:
                    assert "marker_93b7" in body, "the property means something"
