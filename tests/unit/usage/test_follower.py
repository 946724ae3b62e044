"""What is credited for suggestions, whoever says so first, and when accepted text is looked at again."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.text import Edit, Span, apply
from mai_lsp.usage.counts import Book, Counts, Key, Kind, Timing, total
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

    def propose(self, *edits: Edit, identity: str = "e", in_menu: bool = False) -> None:
        """Propose edits that belong together."""
        items = [Offered(identity, edit.span, edit.text) for edit in edits]
        key = KEY._replace(kind="next edit")
        self.follower.proposed(URI, self.text, items, key=key, wait_ms=None, now=self.now, in_menu=in_menu)

    def of(self, kind: Kind) -> Counts:
        """Figures of one kind."""
        assert self.counts
        return total(counts for key, counts in self.book.items() if key.kind == kind)

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


CODE = "a = total\nb = total\nc = totally\n"


def uses(new: str = "amount") -> tuple[Edit, Edit]:
    """Edits that rename both uses of a name in `CODE`."""
    second = CODE.index("total", 5)
    return Edit(Span(4, 9), new), Edit(Span(second, second + 5), new)


def edits_of(desk: Desk) -> tuple[int, ...]:
    """What was shown and accepted of next edits, and their characters."""
    numbers = desk.of("next edit").numbers
    return numbers["shown"], numbers["shown_chars"], numbers["accepted"], numbers["accepted_chars"]


def test_a_next_edit_is_counted_apart_and_with_all_that_it_puts_there() -> None:
    desk = Desk(CODE)
    first, second = uses()
    desk.propose(first, second)
    desk.edit(first)
    assert edits_of(desk) == (1, 12, 1, 6)
    assert not desk.of("completion").numbers
    assert not desk.of("next edit").timings, "nobody waited"
    desk.propose(Edit(Span(second.span.start + 1, second.span.end + 1), "amount"), identity="f")
    desk.edit(Edit(Span(second.span.start + 1, second.span.end + 1), "amount"))
    assert desk.follower.accepted("f")
    assert edits_of(desk) == (1, 12, 1, 12), "what is left of a next edit is the same one"
    assert desk.accepted == 1
    desk.wait(31)
    assert desk.of("next edit").numbers["kept_30s_chars"] == 12


def test_all_edits_at_once_and_what_stays_as_it_is_does_not_count() -> None:
    desk = Desk(CODE)
    first, second = uses("totals")
    desk.propose(first, second)
    assert desk.follower.accepted("e")
    desk.edit(second, first)
    assert edits_of(desk) == (1, 2, 1, 1), "a single character may be a key; the command says that one was not"
    assert desk.of("next edit").numbers["typed_chars"] == 1


def test_a_next_edit_in_a_menu_is_shown_when_that_is_opened_or_when_it_is_taken() -> None:
    desk = Desk(CODE)
    desk.propose(*uses(), in_menu=True)
    desk.wait(60)
    desk.propose(*uses("sum"), in_menu=True, identity="f")
    assert edits_of(desk)[0] == 0
    desk.follower.shown("f")
    assert edits_of(desk) == (1, 6, 0, 0)
    desk.propose(*uses("other"), identity="g")
    desk.wait(60)
    desk.edit(Edit(Span(4, 4), "x"), Edit(Span(len(CODE) // 2, len(CODE) // 2 + 1), ""))
    assert edits_of(desk)[0] == 2, "a menu says nothing about whether the editor tells what it shows"
    desk.propose(*uses("again"), in_menu=True, identity="h")
    assert desk.follower.accepted("h")
    assert edits_of(desk)[0] == 3


def test_a_deletion_is_accepted_by_word_of_the_editor_alone() -> None:
    desk = Desk(CODE)
    gone = Edit(Span(0, 10), "")
    desk.propose(gone)
    desk.edit(gone)
    assert desk.of("next edit").numbers["accepted"] == 0
    assert desk.follower.accepted("e")
    assert edits_of(desk) == (1, 0, 1, 0)


def test_an_edit_done_by_hand_is_not_accepted() -> None:
    desk = Desk(CODE)
    first, _ = uses()
    desk.propose(first)
    desk.wait(1)
    desk.edit(Edit(first.span, ""))
    for at, char in enumerate("amount"):
        desk.edit(Edit(Span(4 + at, 4 + at), char))
    assert edits_of(desk) == (1, 6, 0, 0)


def test_what_a_completion_brought_is_not_counted_for_a_next_edit_too() -> None:
    desk = Desk("f(a\n", 3)
    desk.offer(", b)")
    desk.propose(Edit(Span(3, 3), ", b)"))
    desk.insert(", b)")
    assert (desk["accepted"], desk["accepted_chars"]) == (1, 4)
    assert desk.of("completion").numbers["accepted"] == 1


def test_a_completion_and_a_next_edit_elsewhere_are_followed_beside_each_other() -> None:
    desk = Desk(CODE, 9)
    _, second = uses()
    desk.propose(second)
    desk.offer(" + 1")
    desk.insert(" + 1")
    desk.edit(Edit(Span(second.span.start + 4, second.span.end + 4), "amount"))
    assert desk.of("completion").numbers["accepted_chars"] == 4
    assert edits_of(desk) == (1, 6, 1, 6)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), st.sampled_from(["", "x", "amount", "\n"])), max_size=6),
    st.booleans(),
)
def test_whatever_is_edited_no_next_edit_counts_more_than_it_has(keys: list[tuple[int, int, str]], told: bool) -> None:
    desk = Desk(CODE)
    desk.propose(*uses())
    for start, length, text in keys:
        size = len(desk.text)
        desk.edit(Edit(Span(min(start, size), min(start + length, size)), text))
    if told:
        desk.follower.accepted("e")
    desk.follower.close_all(desk.now + 1)
    numbers = desk.of("next edit").numbers
    assert numbers["accepted"] <= numbers["shown"] <= 1
    assert numbers["accepted_chars"] + numbers["typed_chars"] <= 12
    assert not desk.follower.follows(URI)


def test_edits_shown_one_after_the_other_are_several_suggestions() -> None:
    desk = Desk(CODE)
    first, second = uses()
    desk.propose(first)
    desk.edit(first)
    later = Edit(Span(second.span.start + 1, second.span.end + 1), "amount")
    desk.propose(later, identity="f")
    desk.edit(later)
    assert edits_of(desk) == (2, 12, 2, 12)
    assert desk.accepted == 2


def test_what_is_listed_beside_what_is_shown_belongs_to_it() -> None:
    desk = Desk(CODE)
    desk.propose(uses()[0])
    desk.follower.shown("e")
    assert edits_of(desk) == (1, 6, 0, 0)
    desk.propose(*uses(), identity="f", in_menu=True)
    desk.edit(uses()[1], uses()[0])
    assert edits_of(desk) == (1, 12, 1, 12)
