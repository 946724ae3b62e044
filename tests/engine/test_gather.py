"""Context from other files as a request gets it: in time, or not at all, and never an error."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from mai_lsp.context import rank
from mai_lsp.core.text import Document
from mai_lsp.engine import gather
from mai_lsp.engine.gather import Gatherer
from mai_lsp.engine.ports import Ask
from mai_lsp.workspace.index import process
from mai_lsp.workspace.index.store import database_of
from tests.support.indexed import document_of, scanned, write

PATIENCE = 60.0

APP = "from lib import Shape\nShape("


@dataclass
class Place:
    """A workspace with an index."""

    root: Path

    def ask(self, text: str = APP) -> Ask:
        return Ask(document_of(self.root, "app.py", text), len(text))

    def gatherer(self, opened: Sequence[Document] = (), within: float = PATIENCE) -> Gatherer:
        return Gatherer(lambda: (self.root,), lambda: opened, within=within)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "root"
    write(root, {"lib.py": "class Shape:\n    sides: int\n", "app.py": APP})
    scanned(root, database_of(root))
    return Place(root)


async def texts(gatherer: Gatherer, ask: Ask) -> list[str]:
    return [snippet.text for snippet in await gatherer.snippets(ask, 500)]


async def test_definitions_come_from_the_index(place: Place) -> None:
    gatherer = place.gatherer()
    assert await texts(gatherer, place.ask()) == ["class Shape:\n    sides: int"]
    gatherer.close()


async def test_an_open_document_that_is_not_saved_counts_as_it_is(place: Place) -> None:
    opened = document_of(place.root, "lib.py", "class Shape:\n    corners: int\n")
    gatherer = place.gatherer([opened])
    assert await texts(gatherer, place.ask()) == ["class Shape:\n    corners: int"]
    gatherer.close()


async def test_a_file_outside_the_folders_gets_nothing(place: Place, tmp_path: Path) -> None:
    gatherer = place.gatherer()
    ask = Ask(document_of(tmp_path, "app.py", APP), len(APP))
    assert await texts(gatherer, ask) == []
    assert await texts(gatherer, Ask(document_of(place.root, "app.py", ""), 0)) == []
    gatherer.close()


async def test_without_an_index_there_is_nothing_and_later_there_is(place: Place) -> None:
    gatherer = place.gatherer()
    database = database_of(place.root)
    kept = database.with_suffix(".kept")
    database.rename(kept)
    assert await texts(gatherer, place.ask()) == []
    kept.rename(database)
    assert await texts(gatherer, place.ask()) == ["class Shape:\n    sides: int"]
    gatherer.close()


async def test_an_index_that_breaks_is_no_error_and_its_successor_is_read(place: Place) -> None:
    gatherer = place.gatherer()
    assert await texts(gatherer, place.ask())
    database = database_of(place.root)
    database.unlink()
    database.write_bytes(b"garbage " * 4096)
    assert await texts(gatherer, place.ask()) == []
    scanned(place.root, database)
    assert await texts(gatherer, place.ask())
    gatherer.close()


async def test_what_is_late_is_left_out_and_not_piled_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, calls = threading.Event(), []
    real = rank.fill

    def slow(*arguments: object) -> object:
        calls.append(1)
        gate.wait(PATIENCE)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rank, "fill", slow)
    gatherer = place.gatherer(within=0.01)
    assert await texts(gatherer, place.ask()) == []
    assert await texts(gatherer, place.ask()) == []
    assert len(calls) == 1
    gate.set()
    assert gatherer._running is not None
    await asyncio.wrap_future(gatherer._running)
    monkeypatch.setattr(gatherer, "_within", PATIENCE)
    assert await texts(gatherer, place.ask()) == ["class Shape:\n    sides: int"]
    gatherer.close()


class Gate:
    """Holds lookups back once it is shut."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._open = threading.Event()
        self._open.set()
        self.begun: list[int] = []
        """The budgets of the lookups."""
        real = rank.fill

        def fill(*arguments: object) -> object:
            self.begun.append(cast("int", arguments[2]))
            self._open.wait(PATIENCE)
            return real(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(rank, "fill", fill)

    def shut(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    async def opened(self, gatherer: Gatherer) -> None:
        """Open it, and wait for the lookup that stood before it."""
        self._open.set()
        assert gatherer._running is not None
        await asyncio.wrap_future(gatherer._running)


async def test_a_late_lookup_leaves_what_was_there_a_moment_ago(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, gatherer = Gate(monkeypatch), place.gatherer()
    known = await texts(gatherer, place.ask())
    assert known
    gate.shut()
    monkeypatch.setattr(gatherer, "_within", 0.01)
    assert await texts(gatherer, place.ask(f"{APP}si")) == known
    other = Ask(document_of(place.root, "other.py", APP), len(APP))
    assert await texts(gatherer, other) == []
    await gate.opened(gatherer)
    gatherer.close()


async def test_a_word_that_is_typed_changes_nothing_until_it_is_done(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, gatherer = Gate(monkeypatch), place.gatherer()
    for typed in ("", "s", "si", "side"):
        assert await texts(gatherer, place.ask(APP + typed)) == ["class Shape:\n    sides: int"]
    assert len(gate.begun) == 1
    await texts(gatherer, place.ask(f"{APP}side, "))
    assert len(gate.begun) == 2
    await texts(gatherer, place.ask(f"import lib\n{APP}side, "))
    assert len(gate.begun) == 3
    gatherer.close()


async def test_without_a_tree_nothing_is_looked_at_and_what_was_there_stays(place: Place) -> None:
    gatherer, bare = place.gatherer(), replace(place.ask().document, syntax=None)
    assert gatherer.warm_up(bare, 500) is None
    assert await texts(gatherer, Ask(bare, len(APP))) == []
    known = await texts(gatherer, place.ask())
    assert known
    assert await texts(gatherer, Ask(bare, len(APP))) == known
    gatherer.close()


async def test_a_word_that_is_typed_is_looked_at_again_when_the_index_or_a_document_changes(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Document] = []
    gate, gatherer = Gate(monkeypatch), place.gatherer(opened)
    await texts(gatherer, place.ask())
    write(place.root, {"lib.py": "class Shape:\n    edges: int\n"})
    scanned(place.root, database_of(place.root))
    assert await texts(gatherer, place.ask(f"{APP}e")) == ["class Shape:\n    edges: int"]
    opened.append(document_of(place.root, "lib.py", "class Shape:\n    corners: int\n"))
    assert await texts(gatherer, place.ask(f"{APP}ed")) == ["class Shape:\n    corners: int"]
    assert len(gate.begun) == 3
    gatherer.close()


async def test_what_was_chosen_for_another_budget_is_not_given(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, gatherer = Gate(monkeypatch), place.gatherer()
    assert await gatherer.snippets(place.ask(), 500)
    gate.shut()
    monkeypatch.setattr(gatherer, "_within", 0.01)
    assert await gatherer.snippets(place.ask(), 400) == ()
    await gate.opened(gatherer)
    gatherer.close()


async def test_a_closed_document_is_forgotten(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, gatherer = Gate(monkeypatch), place.gatherer()
    assert await texts(gatherer, place.ask())
    gatherer.forget(place.ask().document.uri)
    gatherer.forget("file:///never/seen.py")
    gate.shut()
    monkeypatch.setattr(gatherer, "_within", 0.01)
    assert await texts(gatherer, place.ask()) == []
    await gate.opened(gatherer)
    gatherer.close()


async def test_warming_up_looks_and_its_answer_is_there_for_a_late_request(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, gatherer = Gate(monkeypatch), place.gatherer(within=0.01)
    ahead = gatherer.warm_up(place.ask().document, 500)
    assert ahead is not None
    await asyncio.wrap_future(ahead)
    assert len(gate.begun) == 1
    gate.shut()
    assert await texts(gatherer, place.ask()) == ["class Shape:\n    sides: int"]
    await gate.opened(gatherer)
    gatherer.close()


async def test_warming_up_looks_all_over_a_document_and_lets_requests_go_first(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, gatherer = Gate(monkeypatch), place.gatherer()
    document = document_of(place.root, "app.py", APP + "\nvalue = 1" * (3 * gather.AHEAD_LINES))
    gate.shut()
    ahead = gatherer.warm_up(document, 400)
    assert ahead is not None
    asked = asyncio.create_task(texts(gatherer, Ask(document, len(APP))))
    await asyncio.sleep(0)  # The request is in the queue.
    gate.open()
    assert await asked
    await asyncio.wrap_future(ahead)
    assert gate.begun == [400, 500, 400, 400, 400]
    gatherer.close()


async def test_garbage_is_collected_after_a_look_and_not_during_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    real = rank.fill

    def fill(*arguments: object) -> object:
        seen.append(gc.isenabled())
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rank, "fill", fill)
    gatherer = place.gatherer()
    assert await texts(gatherer, place.ask())
    assert seen == [False]
    assert gc.isenabled()
    monkeypatch.setattr(gather, "candidates", lambda *_: 1 / 0)
    await texts(gatherer, place.ask())
    assert gc.isenabled()
    gatherer.close()


async def test_what_is_closed_is_not_looked_at_ahead(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, gatherer = Gate(monkeypatch), place.gatherer()
    document = document_of(place.root, "app.py", APP + "\nvalue = 1" * (3 * gather.AHEAD_LINES))
    gate.shut()
    ahead = gatherer.warm_up(document, 500)
    assert ahead is not None
    gatherer.forget(document.uri)
    gate.open()
    await asyncio.wrap_future(ahead)
    assert len(gate.begun) <= 1
    gatherer.close()


async def test_warming_up_a_file_outside_the_folders_looks_nowhere(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, gatherer = Gate(monkeypatch), place.gatherer()
    assert gatherer.warm_up(document_of(tmp_path, "app.py", APP), 500) is None
    assert gate.begun == []
    gatherer.close()


async def test_a_fault_of_ours_costs_the_context_only(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "candidates", lambda *_: 1 / 0)
    gatherer = place.gatherer()
    assert await texts(gatherer, place.ask()) == []
    gatherer.close()


async def test_the_builder_scans_follows_changes_and_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path / "cache"))
    place = Place(tmp_path / "root")
    write(place.root, {"lib.py": "class Shape: ...\n", "app.py": APP})
    builder = await process.start([place.root])
    words = builder.words()
    async with asyncio.timeout(PATIENCE):
        while "ready" not in (word := await anext(words)):
            assert word["done"] <= word["total"] == 2
        assert (word["files"], word["parsed"], word["removed"]) == (2, 2, 0)
        gatherer = place.gatherer()
        assert await texts(gatherer, place.ask()) == ["class Shape: ..."]
        write(place.root, {"lib.py": "class Shape:\n    sides: int\n"})
        builder.changed([place.root / "lib.py"])
        assert await anext(words) == {"updated": 1}
        assert await texts(gatherer, place.ask()) == ["class Shape:\n    sides: int"]
        write(place.root, {".maiignore": "lib.py\n"})
        builder.changed([place.root / ".maiignore"])
        while "ready" not in (word := await anext(words)):
            pass
        assert word["removed"] == 1
        assert await texts(gatherer, place.ask()) == []
        gatherer.close()
        await builder.stop()
        assert [word async for word in words] == []
