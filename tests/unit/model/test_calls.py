"""Function calls from their pieces, in the ways servers cut them up."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.model.calls import Calls
from mai_lsp.model.wires.delta import CallPart


def together(*parts: CallPart) -> list[tuple[str, str]]:
    calls = Calls()
    for part in parts:
        calls.take(part)
    return list(calls.all())


def test_pieces_with_an_index_go_where_it_says() -> None:
    parts = (
        CallPart("f", "", "a", 0),
        CallPart("g", "", "b", 1),
        CallPart(arguments='{"x"', index=0),
        CallPart(arguments='{"y"', index=1),
        CallPart(arguments=": 1}", index=0),
        CallPart(arguments=": 2}", index=1),
    )
    assert together(*parts) == [("f", '{"x": 1}'), ("g", '{"y": 2}')]


def test_whole_calls_without_index_are_calls_of_their_own() -> None:
    assert together(CallPart("f", "{}"), CallPart("f", "{}")) == [("f", "{}"), ("f", "{}")]
    assert together(CallPart("f", "{}", "a"), CallPart("f", "{}", "b")) == [("f", "{}"), ("f", "{}")]


def test_a_call_that_is_said_once_more_is_one() -> None:
    assert together(CallPart("f", '{"x": 1}', "a"), CallPart("f", '{"x": 1}', "a")) == [("f", '{"x": 1}')]


def test_servers_that_number_every_call_0_are_told_by_the_id() -> None:
    assert together(CallPart("f", "{}", "a", 0), CallPart("g", "{}", "b", 0)) == [("f", "{}"), ("g", "{}")]


def test_a_piece_without_name_index_or_id_goes_on_with_the_last() -> None:
    assert together(CallPart("f", '{"a'), CallPart(arguments='": 1}')) == [("f", '{"a": 1}')]


def test_the_whole_takes_the_place_of_the_pieces() -> None:
    parts = (CallPart("f", "", "a"), CallPart(arguments='{"x', id="a"), CallPart("f", '{"x": 1}', "a", whole=True))
    assert together(*parts) == [("f", '{"x": 1}')]
    assert together(*parts, CallPart("f", "", "a", whole=True)) == [("f", '{"x": 1}')]


def test_what_is_no_call_at_all_is_not_lost() -> None:
    assert together(CallPart(arguments="{")) == [("", "{")]


def test_only_what_is_new_is_counted() -> None:
    calls = Calls()
    parts = (CallPart("f", "{}", "a"), CallPart("f", "{}", "a"), CallPart("f", '{"x": 1}', "a", whole=True))
    assert [calls.take(part) for part in parts] == [3, 0, 6]


@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=9)), max_size=3), st.data())
def test_how_the_arguments_are_cut_up_does_not_matter(said: list[dict[str, str]], data: st.DataObject) -> None:
    texts = [json.dumps(one) for one in said]
    parts = []
    for number, text in enumerate(texts):
        cut = data.draw(st.integers(0, len(text)))
        parts += [CallPart("f", text[:cut], f"id{number}", number), CallPart(arguments=text[cut:], index=number)]
    assert together(*parts) == [("f", text) for text in texts]
