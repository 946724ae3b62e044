"""Proposed edits over what is typed meanwhile: moved, kept while they are being typed, or dropped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.rebase import rebased
from mai_lsp.core.text import Edit, Span, apply
from tests.support.texts import texts

TEXT = "def f(count):\n    return count\n"


def made(text: str, edit: Edit) -> str:
    return apply(text, [edit])


def proposal(old: str, new: str, text: str = TEXT) -> Edit:
    at = text.rindex(old)
    return Edit(Span(at, at + len(old)), new)


def test_edits_above_and_below_move_it_or_leave_it() -> None:
    wanted = proposal("count", "total")
    above = Edit(Span(0, 0), "import os\n")
    (moved,) = rebased([wanted], TEXT, above)
    assert made(made(TEXT, above), moved) == "import os\ndef f(count):\n    return total\n"
    below = Edit(Span(len(TEXT), len(TEXT)), "x = 1\n")
    assert rebased([wanted], TEXT, below) == (wanted,)


def test_an_edit_inside_drops_it() -> None:
    wanted = proposal("count", "total")
    at = wanted.span.start + 2
    for edit in (Edit(Span(at, at), "x"), Edit(Span(at, at + 1), ""), Edit(wanted.span, "other")):
        assert rebased([wanted], TEXT, edit) == ()


def test_a_word_written_on_at_its_border_drops_it_and_a_mark_does_not() -> None:
    wanted = proposal("count", "total")
    for at in (wanted.span.start, wanted.span.end):
        assert rebased([wanted], TEXT, Edit(Span(at, at), "s")) == ()
        assert len(rebased([wanted], TEXT, Edit(Span(at, at), "("))) == 1
    assert rebased([wanted], TEXT, Edit(Span(wanted.span.start - 1, wanted.span.start), "")) == ()


def test_typing_what_it_says_keeps_it_until_it_is_done() -> None:
    text = "save(user)\n"
    wanted = Edit(Span(9, 9), ", db")
    for typed in (",", " ", "d"):
        edit = Edit(Span(wanted.span.end, wanted.span.end), typed)
        (kept,) = rebased([wanted], text, edit)
        text, wanted = made(text, edit), kept
        assert made(text, wanted) == "save(user, db)\n"
    assert rebased([wanted], text, Edit(Span(wanted.span.end, wanted.span.end), "b")) == ()


def test_typing_over_a_name_with_the_proposed_one_keeps_it() -> None:
    wanted = proposal("count", "total")
    edit = Edit(wanted.span, "to")
    (kept,) = rebased([wanted], TEXT, edit)
    assert made(made(TEXT, edit), kept) == "def f(count):\n    return total\n"


def test_the_same_typed_twice_is_something_else() -> None:
    wanted = proposal("count", "tall")
    edit = Edit(Span(wanted.span.start, wanted.span.start), "tall")
    text = made(TEXT, edit)
    (kept,) = rebased([wanted], TEXT, edit)
    assert rebased([kept], text, edit) == ()


@st.composite
def situations(draw: st.DrawFn) -> tuple[str, list[Edit], Edit]:
    """A text, disjoint proposals for it, and an edit."""
    text = draw(texts(30))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6)))
    spans = [Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=False)]
    apart = [one for number, one in enumerate(spans) if not number or one.start > spans[number - 1].end]
    proposals = [Edit(span, draw(texts(4))) for span in apart]
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 5)))
    return text, proposals, Edit(Span(start, end), draw(texts(4)))


@given(situations())
def test_what_is_left_changes_only_its_own_place_and_says_what_it_said(
    situation: tuple[str, list[Edit], Edit],
) -> None:
    text, proposals, edit = situation
    after = made(text, edit)
    left = rebased(proposals, text, edit)
    assert len(left) <= len(proposals)
    assert {one.text for one in left} <= {one.text for one in proposals}
    at = 0
    for one in left:
        assert at <= one.span.start <= one.span.end <= len(after), "disjoint, in order, in the text"
        at = one.span.end
        # Where the user did not type into it, it replaces exactly what it replaced before.
        here = after[one.span.start : one.span.end]
        stood = [each for each in proposals if each.text == one.text]
        typed = edit.text and edit.text in here
        assert typed or here in [text[each.span.start : each.span.end] for each in stood]
