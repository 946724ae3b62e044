"""Changes on top of changes, against the plain model of it: files as they would be on a disk."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.change import Change, follow
from mai_lsp.core.text import Document, apply, open_document
from mai_lsp.engine.change.solve import composed

FILES = {"a": "one\n", "b": "two\n", "c": ""}
PATHS = ["a", "b", "c", "d", "e"]
TEXT = st.sampled_from(["", "one\n", "two\n", "three\nfour\n"])


def applied(files: Mapping[str, str], changes: Mapping[str, Change] | list[Change]) -> dict[str, str]:
    """Make changes of files, all at once, as an editor does."""
    rows = changes if isinstance(changes, list) else list(changes.values())
    found = dict(files)
    for change in rows:
        if change.before is not None:
            assert found.pop(change.path) == change.old
    for change in rows:
        if change.after is not None:
            path = change.moved_to or change.path
            assert path not in found
            found[path] = change.after
    return found


@st.composite
def attempts(draw: st.DrawFn) -> list[list[Change]]:
    """Some attempts, each with changes of the files as the one before has left them, as `reply.edits` may give them."""
    files, found = dict(FILES), []
    for _ in range(draw(st.integers(1, 4))):
        batch: list[Change] = []
        taken = set(files)
        for path in draw(st.lists(st.sampled_from(PATHS), unique=True, max_size=4)):
            if path not in files:
                # What another attempt has taken away is not made again: the path is still taken on the disk.
                if path not in taken and path not in FILES:
                    taken.add(path)
                    batch.append(Change(path, None, draw(TEXT)))
                continue
            before = open_document(f"file:///{path}", "", None, files[path])
            free = [one for one in PATHS if one not in taken and one not in FILES]
            what = draw(st.sampled_from(["change", "delete", *(["move"] if free else [])]))
            to = draw(st.sampled_from(free)) if what == "move" else ""
            taken.add(to)
            batch.append(Change(path, before, None if what == "delete" else draw(TEXT), to))
        files = applied(files, batch)
        found.append(batch)
    return found


@given(attempts())
def test_all_attempts_as_one_change_come_to_the_same_files(batches: list[list[Change]]) -> None:
    made: dict[str, Change] = {}
    files: dict[str, str] = dict(FILES)
    for batch in batches:
        made = composed(made, batch)
        files = applied(files, batch)
    assert applied(FILES, made) == files
    assert len({change.path for change in made.values()}) == len(made), "one per path"
    for path, change in made.items():
        assert path == (change.moved_to or change.path)
        assert change.after != change.old or change.moved_to or change.before is None, (
            "nothing is left of what is undone"
        )
        assert change.moved_to != change.path


def test_a_file_that_was_moved_and_deleted_stays_so_when_another_takes_its_place() -> None:
    def opened(path: str, text: str) -> Document:
        return open_document(f"file:///{path}", "", None, text)

    made: dict[str, Change] = {}
    for change in (
        Change("b", opened("b", "two"), "two", "d"),
        Change("d", opened("d", "two"), None),
        Change("a", opened("a", "one"), "one", "d"),
    ):
        made = composed(made, [change])
    assert applied({"a": "one", "b": "two"}, made) == {"d": "one"}


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "d"]), max_size=10).map(
    lambda lines: "".join(f"{one}\n" for one in lines)
)


@given(old=LINES, new=LINES, now=LINES)
def test_a_change_that_follows_keeps_both_what_was_typed_and_what_is_changed(old: str, new: str, now: str) -> None:
    change = Change("a", open_document("file:///a", "", 1, old), new)
    current = open_document("file:///a", "", 2, now)
    followed = follow(change, current)
    if now == old:
        assert followed is not None
        assert followed.after == new
    if followed is None:
        return
    assert followed.before is current
    assert apply(now, followed.edits()) == followed.after
    if new == old:
        assert followed.after == now
    # What was typed can be followed by the other change just as well, and comes to the same.
    other = follow(Change("a", open_document("file:///a", "", 1, old), now), open_document("file:///a", "", 2, new))
    if other is not None:
        assert other.after == followed.after
