"""Completions in a notebook's cell: what a model is shown of the other cells, and what a suggestion may do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mai_lsp.engine.completion import complete
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.lsp.cells import Item, Listed
from mai_lsp.lsp.documents import Documents
from mai_lsp.settings import Settings
from mai_lsp.workspace.ignore import Rules
from tests.support.asking import Asking, asking
from tests.support.model_steps import send
from tests.support.planted import SHAPES, planted
from tests.unit.lsp.test_documents import refuse

WIRES = ("chat", "responses", "fim", "infill")

LOAD = "%matplotlib inline\ndef load(path):\n    return path"
TITLE = "# All of it"


def notebook(root: Path, *texts: str) -> Documents:
    """Open a notebook of these cells; one that begins as a heading does is prose."""
    made = Documents(refuse)
    made.folders, made.rules = (root,), Rules((root,))
    prose = [text.startswith("# ") for text in texts]
    listed = [Listed(str(at), code=not words) for at, words in enumerate(prose)]
    items = [Item(str(at), "markdown" if prose[at] else "python", 1, text) for at, text in enumerate(texts)]
    made.notebooks.open((root / "n.ipynb").as_uri(), listed, items)
    return made


async def ask(asked: Asking, documents: Documents, number: int, wire: str = "chat", back: int = 0) -> Outcome:
    """Ask in a cell, at its end or some characters before that."""
    settings = Settings(wire=wire, completion_model="scripted", fim_format="qwen" if wire == "fim" else "")
    document = documents.latest(str(number))
    assert document is not None
    return await complete(
        Ask(document, len(document.text) - back, automatic=False), Deps(asked.client, documents, settings)
    )


def sent(asked: Asking) -> str:
    return json.dumps([request.body for request in asked.server.requests], ensure_ascii=False)


def chosen(wire: str) -> dict[str, Any]:
    return {"fim_format": "qwen"} if wire == "fim" else {}


def text_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Suggestion), outcome
    return outcome.text


@pytest.mark.parametrize("wire", WIRES)
async def test_a_model_is_shown_the_cells_above(wire: str, tmp_path: Path) -> None:
    documents = notebook(tmp_path, LOAD, TITLE, "frame = ", "below = 1")
    async with asking(wire=wire, completion_model="scripted", **chosen(wire)) as asked:
        asked.server.enqueue(send('load("a")'))
        outcome = await ask(asked, documents, 2, wire)
        assert text_of(outcome) == 'load("a")'
        told = sent(asked)
        assert json.dumps(f"{LOAD}\n\n# {TITLE}\n\nframe =")[1:-1] in told
        assert "n.ipynb" in told or wire in {"fim", "infill"}
        assert "below" not in told


@pytest.mark.parametrize("wire", WIRES)
async def test_a_secret_in_another_cell_is_masked(wire: str, tmp_path: Path) -> None:
    async with asking(wire=wire, completion_model="scripted", **chosen(wire)) as asked:
        for number, rule in enumerate(SHAPES):
            secret = planted(rule, number)
            documents = notebook(tmp_path, secret.text, TITLE, "frame = ")
            asked.server.enqueue(send("1"))
            assert isinstance(await ask(asked, documents, 2, wire), Suggestion | Skipped)
            assert secret.value not in sent(asked)


async def test_a_secret_in_prose_is_masked(tmp_path: Path) -> None:
    secret = planted(next(iter(SHAPES)), 1)
    async with asking(completion_model="scripted") as asked:
        asked.server.enqueue(send("1"))
        await ask(asked, notebook(tmp_path, f"# Keys\n\n{secret.text}", "x = "), 1)
        assert "# # Keys" in sent(asked)
        assert secret.value not in sent(asked)


async def test_nothing_is_sent_of_an_ignored_notebook(tmp_path: Path) -> None:
    (tmp_path / ".maiignore").write_text("*.ipynb\n", encoding="utf-8")
    async with asking(completion_model="scripted") as asked:
        for number in (0, 2):
            outcome = await ask(asked, notebook(tmp_path, LOAD, TITLE, "frame = "), number)
            assert isinstance(outcome, Skipped)
            assert outcome.reason is Reason.IGNORED
        assert asked.server.requests == []


async def test_the_next_cell_is_not_what_stands_behind_the_cursor(tmp_path: Path) -> None:
    """The same line may well come twice; in one file the second would be a repetition of what follows."""
    documents = notebook(tmp_path, "frame = load()\n", "frame.describe()", "frame.plot()")
    async with asking(completion_model="scripted") as asked:
        asked.server.enqueue(send("```python\nframe.describe()\n```"))
        outcome = await ask(asked, documents, 0)
        assert text_of(outcome) == "frame.describe()"
        document = documents.latest("0")
        assert document is not None
        assert outcome.span.start == outcome.span.end == len(document.text)  # type: ignore[union-attr]


async def test_what_stands_behind_the_cursor_in_the_cell_is_not_repeated(tmp_path: Path) -> None:
    documents = notebook(tmp_path, "x = 1", "\nframe.describe()\nframe.plot()")
    async with asking(completion_model="scripted") as asked:
        asked.server.enqueue(send("```python\nframe.describe()\n```"))
        outcome = await ask(asked, documents, 1, back=len("\nframe.describe()\nframe.plot()"))
        assert isinstance(outcome, Skipped)
        assert outcome.reason is Reason.DUPLICATE


async def test_lines_for_ipython_may_be_suggested(tmp_path: Path) -> None:
    documents = notebook(tmp_path, "x = (", "!pip install", "")
    async with asking(completion_model="scripted") as asked:
        asked.server.enqueue(send("```python\n%matplotlib inline\n!pip install plots\nimport plots\n```"))
        assert text_of(await ask(asked, documents, 2)).startswith("%matplotlib inline")
        asked.server.enqueue(send("```python\n!pip install plots\n```"))
        assert text_of(await ask(asked, documents, 1)) == " plots"


async def test_a_cell_may_begin_with_imports(tmp_path: Path) -> None:
    documents = notebook(tmp_path, "x = 1\ny = 2", "", "x = 1\n")
    async with asking(completion_model="scripted") as asked:
        for number in (1, 2):
            asked.server.enqueue(send("```python\nimport json\n```"))
            outcome = await ask(asked, documents, number)
            if number == 1:
                assert text_of(outcome) == "import json"
            else:
                assert isinstance(outcome, Skipped)
                assert outcome.reason is Reason.IMPORTS


async def test_brackets_of_another_cell_are_not_closed_here(tmp_path: Path) -> None:
    documents = notebook(tmp_path, "!echo (", "value = max(1, ")
    async with asking(completion_model="scripted") as asked:
        asked.server.enqueue(send("```python\nvalue = max(1, 2))\n```"))
        assert text_of(await ask(asked, documents, 1)) == "2)"


async def test_a_cell_for_a_shell_stands_alone(tmp_path: Path) -> None:
    documents = notebook(tmp_path, LOAD, "%%bash\nls ", "x = ")
    async with asking(completion_model="scripted") as asked:
        asked.server.enqueue(send("```bash\nls -l\n```"))
        assert text_of(await ask(asked, documents, 1)) == "-l"
        assert "load" not in sent(asked)
        assert "Bash" in sent(asked)
        asked.server.enqueue(send("```python\nx = 1\n```"))
        await ask(asked, documents, 2)
        assert "%%bash" not in json.dumps(asked.server.requests[-1].body)
