"""What is credited for suggestions, whoever says so first, and when accepted text is looked at again."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.text import Edit, Span, apply
from mai_lsp.usage.counts import Book, Counts, Key, Timing, total
from mai_lsp.usage.follower import MARKS, REMEMBERED, Follower, Offered, compare

URI = "file:///a.py"
KEY = Key("2026-11-20", "foundry", "model", "python")


@dataclass
class Desk:
    """An editor, a clock and what is followed."""

    text: str = "x = \nrest\n"
    cursor: int = 4
    now: float = 100.0
    accepted: int = 0
    follower: Follower = field(init=False)
    book: Book = field(default_factory=Book)

    def __post_init__(self) -> None:
        self.follower = Follower(self._on_accept)

    def _on_accept(self) -> None:
        self.accepted += 1

    def offer(self, *texts: str, ids: str = "abc", behind: int = 0) -> None:
        """Offer alternatives, all to be inserted at the cursor and beginning with what was typed of them."""
        items = []
        for identity, text in zip(ids, texts, strict=False):
            typed = next(size for size in range(len(text), -1, -1) if self.text[: self.cursor].endswith(text[:size]))
            items.append(Offered(identity, Span(self.cursor - typed, self.cursor + behind), text))
        self.follower.offered(URI, self.text, self.cursor, items, key=KEY, wait_ms=500.0, now=self.now)

    def insert(self, text: str, behind: int = 0) -> None:
        """Insert at the cursor in one change, in place of what is `behind` it."""
        self.edit(Edit(Span(self.cursor, self.cursor + behind), text))
        self.cursor += len(text)

    def type(self, text: str) -> None:
        for char in text:
            self.insert(char)

    def edit(self, *edits: Edit) -> None:
        for edit in edits:
            self.text = apply(self.text, [edit])
        self.follower.changed(URI, edits, self.now)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        compare(self.follower.due(self.now, lambda _: self.text), self.book)

    @property
    def counts(self) -> Counts:
        for key, counts in self.follower.take_book().items():
            self.book.at(key).add(counts)
        return total(self.book.values())

    def __getitem__(self, name: str) -> int:
        return self.counts.numbers[name]  # type: ignore[index]


def test_taken_whole_seen_in_the_text() -> None:
    desk = Desk()
    desk.offer("foo(a)")
    desk.insert("foo(a)")
    assert (desk["shown"], desk["accepted"], desk["accepted_whole"], desk["accepted_chars"]) == (1, 1, 1, 6)
    assert desk["shown_chars"] == 6
    assert desk.counts.timings[Timing.WAIT].total() == 1
    assert desk.accepted == 1


def test_an_alternative_is_taken() -> None:
    desk = Desk()
    desk.offer("foo(a)", "bar(a, b)")
    desk.insert("bar(a, b)")
    assert (desk["shown"], desk["accepted"], desk["accepted_chars"]) == (1, 1, 9)


def test_words_then_the_rest() -> None:
    desk = Desk()
    desk.offer("foo(a, b)")
    desk.insert("foo")
    assert (desk["accepted"], desk["accepted_whole"], desk["accepted_chars"]) == (1, 0, 3)
    desk.type("(a")
    desk.insert(", b)")
    assert (desk["accepted"], desk["accepted_whole"], desk["accepted_chars"], desk["typed_chars"]) == (1, 1, 7, 2)


def test_typed_through_is_not_accepted() -> None:
    desk = Desk()
    desk.offer("foo(a)")
    desk.wait(1)
    desk.type("foo(a)")
    assert (desk["shown"], desk["accepted"], desk["typed_chars"]) == (1, 0, 6)


def test_a_single_character_that_the_editor_says_was_accepted() -> None:
    desk = Desk()
    desk.offer(")")
    desk.insert(")")
    assert desk["accepted"] == 0
    desk.follower.accepted("a")
    assert (desk["accepted"], desk["accepted_chars"], desk["typed_chars"]) == (1, 1, 0)


def test_the_editors_word_counts_where_its_text_came_out_otherwise() -> None:
    """An editor that indents again what it inserts."""
    desk = Desk()
    desk.offer("if a:\n    b")
    desk.insert("if a:\n        b")
    assert desk["accepted"] == 0
    assert desk.follower.accepted("a")
    assert (desk["accepted"], desk["accepted_chars"]) == (1, 11)
    assert not desk.follower.accepted("a")


def test_what_is_covered_behind_the_cursor_is_no_gain() -> None:
    for tell_first, tell_after in itertools.product((False, True), repeat=2):
        desk = Desk("f()\n", 2)
        desk.offer("a, b)", behind=1)
        if tell_first:
            desk.follower.accepted("a")
        desk.insert("a, b)", behind=1)
        if tell_after:
            desk.follower.accepted("a")
        assert (desk["shown_chars"], desk["accepted_chars"]) == (4, 4)


@pytest.mark.parametrize(("seconds", "shown"), [(0.5, 0), (0.8, 1)])
def test_shown_is_what_stood_for_a_while(seconds: float, shown: int) -> None:
    desk = Desk()
    desk.offer("foo")
    desk.wait(seconds)
    desk.type("z")
    assert desk["shown"] == shown


def test_an_editor_that_tells_what_it_shows_is_believed() -> None:
    desk = Desk()
    desk.offer("foo", ids="a")
    assert desk.follower.shown("a")
    assert desk.follower.shown("a")
    desk.offer("bar", ids="b")
    desk.wait(10)
    desk.offer("baz", ids="c")
    assert desk["shown"] == 1
    assert not desk.follower.shown("unknown")


def test_the_rest_offered_again_while_typing_is_one_suggestion() -> None:
    desk = Desk()
    desk.offer("foo(a)", ids="a")
    desk.type("f")
    desk.wait(1)
    desk.offer("foo(a)", ids="b")
    desk.type("o")
    desk.follower.offered(
        URI, desk.text, desk.cursor, [Offered("c", Span(6, 6), "o(a)")], key=KEY, wait_ms=1.0, now=desk.now
    )
    desk.wait(1)
    assert desk.follower.accepted_part("c", 1)
    desk.insert("o")
    assert (desk["shown"], desk["accepted"], desk["accepted_chars"]) == (1, 1, 1)
    desk.follower.accepted("c")
    desk.insert("(a)")
    desk.follower.accepted("a")
    assert (desk["accepted"], desk["accepted_chars"], desk["typed_chars"]) == (1, 4, 2)


def test_another_suggestion_ends_the_one_before() -> None:
    desk = Desk()
    desk.offer("foo(a)", ids="a")
    desk.wait(1)
    desk.offer("bar", ids="b")
    desk.insert("bar")
    assert (desk["shown"], desk["accepted"], desk["accepted_chars"]) == (2, 1, 3)


def test_lengths_are_utf16_units_of_the_text_as_offered() -> None:
    desk = Desk()
    desk.offer("'\U0001f600' + b")
    desk.follower.accepted_part("a", 4)
    assert desk["accepted_chars"] == 3
    desk.insert("'\U0001f600'")
    assert desk["accepted_chars"] == 3


def test_only_recent_suggestions_are_known_and_other_files_left_alone() -> None:
    desk = Desk()
    for index in range(REMEMBERED + 1):
        desk.follower.offered(
            URI, desk.text, 4, [Offered(f"id-{index}", Span(4, 4), f"t{index}")], key=KEY, wait_ms=1.0, now=desk.now
        )
    assert not desk.follower.accepted("id-0")
    assert desk.follower.accepted("id-1")
    desk.follower.changed("file:///other.py", [Edit(Span(0, 0), "x")], desk.now)
    assert not desk.follower.follows("file:///other.py")


ACTS = st.lists(
    st.sampled_from(["key", "key", "word", "all", "command", "partial", "shown", "again", "elsewhere"]), max_size=14
)


@given(ACTS)
def test_nothing_is_counted_twice(acts: list[str]) -> None:
    """Whatever is done and told in which order: every character is typed or accepted once, and no more than all."""
    text = "foo(aa, bb)\n    and so on"
    desk = Desk()
    desk.offer(text)
    done = typed = 0
    last = -1
    for index, act in enumerate(acts):
        left = text[done:]
        piece = ""
        if act == "key":
            piece = left[:1]
            typed += len(piece)
        elif act == "word":
            piece = next((left[:size] for size in range(2, len(left)) if left[:size][-1] == " "), left)
        elif act == "all":
            piece = left
        elif act == "command" and done == len(text):
            desk.follower.accepted("a")
        elif act == "partial" and last >= 0:
            desk.follower.accepted_part("a", done)
        elif act == "shown":
            desk.follower.shown("a")
        elif act == "again" and left:
            desk.offer(text, ids=f"{index}")
        elif act == "elsewhere":
            desk.edit(Edit(Span(0, 0), "n\n"))
            desk.cursor += 2
        if piece:
            last = index
            desk.insert(piece)
            done += len(piece)
    desk.follower.close_all(desk.now)
    assert desk["accepted_chars"] + desk["typed_chars"] == done
    assert desk["accepted"] == desk.accepted <= 1
    assert desk["accepted_whole"] <= desk["accepted"] <= desk["shown"] <= 1
    if "command" not in acts:
        # Blanks and single characters look like keys; all else that came in one piece was accepted.
        assert desk["typed_chars"] >= typed


def test_kept_after_half_a_minute_and_five() -> None:
    desk = Desk()
    desk.offer("foo(a)")
    desk.insert("foo(a)")
    assert desk.follower.next_due() == pytest.approx(130)
    desk.edit(Edit(Span(0, 0), "import y\n"))
    desk.wait(29)
    assert desk["after_30s_chars"] == 0
    desk.wait(1)
    assert (desk["after_30s_chars"], desk["kept_30s_chars"]) == (6, 6)
    assert desk.follower.next_due() == pytest.approx(400)
    start = desk.text.index("foo(a)")
    desk.edit(Edit(Span(start, start + 3), "bar"))
    desk.wait(270)
    assert (desk["after_5min_chars"], desk["kept_5min_chars"]) == (6, 3)
    assert desk.follower.next_due() is None
    assert not desk.follower.follows(URI)


def test_undone_is_not_kept_and_closed_is_not_known() -> None:
    desk = Desk()
    desk.offer("foo(a)", ids="a")
    desk.insert("foo(a)")
    desk.edit(Edit(Span(4, 10), ""))
    desk.cursor = 4
    desk.wait(30)
    assert (desk["after_30s_chars"], desk["kept_30s_chars"]) == (6, 0)
    desk.follower.closed(URI, desk.now)
    desk.wait(1000)
    assert desk["after_5min_chars"] == 0


def test_accepted_pieces_are_followed_up_to_a_number() -> None:
    desk = Desk()
    for _ in range(MARKS + 5):
        desk.offer("foo(a)")
        desk.insert("foo(a)")
        desk.type(";")
    desk.wait(30)
    assert desk["after_30s_chars"] == MARKS * 6
