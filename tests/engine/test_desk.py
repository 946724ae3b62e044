"""Requests while typing, in virtual time: joined, kept alive, closed, capped, timed out; and nothing is left over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mai_lsp.core.text import Document
from mai_lsp.engine.completion import applied
from mai_lsp.engine.desk import TURNED_DOWN
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.table import GRACE
from mai_lsp.errors import MaiError, TotalTimedOut, Unreachable
from mai_lsp.prompt.prompt import Prompt
from tests.support.room import CODE, LINE, Room, in_room, says, text, typed_of, why
from tests.support.timed_model import Piece, prefix_of


def test_an_answer_and_then_its_rest_without_asking_again() -> None:
    async def play(room: Room) -> None:
        assert text(await room.ask()) == LINE
        for typed in ("f", "irst ", "+ sec"):
            room.type(typed)
            outcome = await room.ask()
            assert applied(room.page.now, outcome).text == CODE + LINE  # type: ignore[arg-type]
            assert outcome.trace.remembered
            assert (outcome.trace.provider, outcome.trace.model) == ("scripted", "timed")
        assert room.asked == 1

    in_room(play, says(LINE), completion_prefetch="never")


def test_a_request_lives_on_while_the_typing_agrees() -> None:
    async def play(room: Room) -> None:
        for char in LINE[:6]:
            asking = room.asking()
            await asyncio.sleep(0.2)
            asking.cancel()
            room.type(char)
        outcome = await room.ask()
        assert text(outcome) == LINE[6:]
        assert room.asked == 1

    in_room(play, says(LINE, after=1.0), completion_prefetch="never")


def test_a_newer_request_ends_the_older_and_joins_the_one_under_way() -> None:
    async def play(room: Room) -> None:
        older = room.asking()
        await asyncio.sleep(0.5)
        room.type("fi")
        newer = room.asking()
        assert why(await older) is Reason.SUPERSEDED
        assert text(await newer) == LINE[2:]
        assert room.asked == 1

    in_room(play, says(LINE), completion_prefetch="never")


def test_what_contradicts_the_stream_closes_it_at_once() -> None:
    async def play(room: Room) -> None:
        asking = room.asking()
        await asyncio.sleep(1.3)
        assert room.model.open == 1
        room.type("x")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert room.model.open == 0
        assert why(await asking) is Reason.STALE

    in_room(play, says(LINE + " " * 400, step=0.1))


def test_a_stream_that_turns_out_to_be_something_else_is_closed() -> None:
    async def play(room: Room) -> None:
        asking = room.asking()
        await asyncio.sleep(0.5)
        room.type("x = 1")
        await asyncio.sleep(1.0)
        assert room.model.open == 0
        assert room.model.read == 1
        assert isinstance(await asking, Skipped)

    in_room(play, says(LINE + "  # and on and on" * 10, after=1.0))


def test_nobody_waits_and_nobody_comes() -> None:
    async def play(room: Room) -> None:
        asking = room.asking()
        await asyncio.sleep(0.5)
        asking.cancel()
        await asyncio.sleep(GRACE / 2)
        assert room.model.open == 1
        await asyncio.sleep(GRACE)
        assert room.model.open == 0

    in_room(play, says(LINE, after=60.0), completion_timeout_automatic=0.0)


def test_an_automatic_request_waits_for_a_pause() -> None:
    async def play(room: Room) -> None:
        room.type("f")
        older = room.asking()
        await asyncio.sleep(0.05)
        assert room.asked == 0
        room.type("i")
        newer = room.asking()
        assert why(await older) is Reason.SUPERSEDED
        await asyncio.sleep(0.05)
        assert room.asked == 0
        assert text(await newer) == LINE[2:]
        assert room.asked == 1

    in_room(play, lambda prompt: says(LINE[len(typed_of(prompt)) :]))


def test_the_next_suggestion_is_asked_for_while_this_one_is_typed() -> None:
    def said(prompt: Prompt) -> Sequence[Piece]:
        return says("    return total") if LINE in prefix_of(prompt) else says(LINE)

    async def play(room: Room) -> None:
        assert text(await room.ask()) == LINE
        for char in LINE[:-2]:
            room.type(char)
            await room.ask()
            await asyncio.sleep(0.15)
        assert room.asked == 2
        await asyncio.sleep(2)
        room.type(LINE[-2:])
        room.type("\n    ")
        assert text(await room.ask()) == "return total"
        assert room.asked == 2

    in_room(play, said)


@pytest.mark.parametrize(("local", "asked"), [(False, 2), (True, 1)])
def test_the_embedded_model_is_not_asked_ahead_for_typing(local: bool, asked: int) -> None:
    async def play(room: Room) -> None:
        await room.ask()
        for char in LINE[:-2]:
            room.type(char)
            await room.ask()
        assert room.asked == asked

    in_room(play, says(LINE), local=local)


@pytest.mark.parametrize(("mode", "asked"), [("auto", 2), ("accepted", 2), ("never", 1)])
def test_taking_a_suggestion_whole_brings_the_next(mode: str, asked: int) -> None:
    async def play(room: Room) -> None:
        room.type(text(await room.ask()))
        await asyncio.sleep(0.1)
        assert room.asked == asked

    in_room(play, says(LINE), completion_prefetch=mode)


def test_asking_ahead_ends_when_something_else_is_typed() -> None:
    async def play(room: Room) -> None:
        await room.ask()
        await asyncio.sleep(0)
        assert room.model.open == 1
        room.type("x")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert room.model.open == 0

    in_room(play, says(LINE), completion_prefetch="shown")


def test_a_request_that_was_made_ahead_and_joined_is_forgotten_when_it_is_over() -> None:
    async def play(room: Room) -> None:
        assert text(await room.ask()) == LINE
        room.type(LINE)
        assert room.desk.flights == 1
        room.type("\n    ")
        assert isinstance(await room.ask(), Suggestion)
        (table,) = room.desk._tables.values()
        assert table.flight is None
        assert table.ahead is None
        room.type("x = 1")
        assert table.misses(2) == 1, "what is shown and typed against is one suggestion"

    def said(prompt: Prompt) -> Sequence[Piece]:
        return says("    return total" if LINE in prefix_of(prompt) else LINE)

    in_room(play, said, completion_prefetch="accepted")


def test_a_defect_in_a_request_leaves_the_document_usable() -> None:
    async def play(room: Room) -> None:
        assert why(await room.ask(automatic=False)) is Reason.STALE
        (table,) = room.desk._tables.values()
        assert table.flight is None
        assert text(await room.ask(automatic=False)) == LINE

    asked = []

    def said(prompt: Prompt) -> Sequence[Piece]:
        asked.append(prompt)
        return says(LINE, after=1 / (len(asked) - 1))

    in_room(play, said)


@pytest.mark.parametrize(("automatic", "seconds", "name"), [(True, 5, "automatic"), (False, 30, "explicit")])
def test_time_outs_have_names(automatic: bool, seconds: float, name: str) -> None:
    async def play(room: Room) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        outcome = await room.ask(automatic=automatic)
        assert why(outcome) is Reason.ERROR
        assert isinstance(outcome, Skipped)
        assert isinstance(outcome.error, TotalTimedOut)
        assert f"mai.completion.timeout.{name}" in str(outcome.error)
        assert loop.time() - began == pytest.approx(seconds, abs=1.1)

    in_room(play, says(LINE, after=100))


def test_the_embedded_model_has_times_of_its_own() -> None:
    async def play(room: Room) -> None:
        assert text(await room.ask()) == LINE

    in_room(play, says(LINE, after=20), local=True)


def test_a_failure_is_told_and_not_remembered() -> None:
    replies: list[Sequence[Piece] | MaiError] = [Unreachable("No.", advice=""), says(LINE)]

    async def play(room: Room) -> None:
        assert why(await room.ask()) is Reason.ERROR
        assert text(await room.ask()) == LINE

    in_room(play, lambda _: replies.pop(0))


def test_nothing_to_say_is_not_asked_for_twice_unless_by_hand() -> None:
    async def play(room: Room) -> None:
        assert why(await room.ask()) is Reason.EMPTY
        assert why(await room.ask()) is Reason.EMPTY
        assert room.asked == 1
        await room.ask(automatic=False)
        assert room.asked == 2

    in_room(play, says(""))


def test_after_a_deletion_only_memory_answers() -> None:
    async def play(room: Room) -> None:
        await room.ask()
        room.type("fx")
        assert isinstance(await room.ask(), Skipped)
        room.back()
        assert text(await room.ask()) == LINE[1:]
        room.back()
        room.type("y = 1")
        room.back()
        assert why(await room.ask()) is Reason.DELETED

    in_room(play, lambda prompt: says("" if typed_of(prompt) else LINE))


def test_what_was_typed_against_is_not_shown_there_again() -> None:
    async def play(room: Room) -> None:
        assert text(await room.ask()) == LINE
        room.type("y" * TURNED_DOWN)
        room.back(TURNED_DOWN)
        room.type("f")
        room.back()
        outcome = await room.ask(automatic=False)
        assert why(outcome) is Reason.REJECTED

    in_room(play, says(LINE), completion_prefetch="never")


def test_a_slip_is_no_rejection() -> None:
    async def play(room: Room) -> None:
        await room.ask()
        room.type("y")
        room.back()
        assert text(await room.ask()) == LINE

    in_room(play, says(LINE))


def test_a_bracket_that_the_editor_closes_is_no_contradiction() -> None:
    async def play(room: Room) -> None:
        assert text(await room.ask()) == "print(first, second)"
        room.type("print")
        edits = room.page.edit(room.page.cursor, room.page.cursor, "()")
        room.page.cursor -= 1
        room.desk.changed(room.page.uri, edits)
        outcome = await room.ask()
        assert applied(room.page.now, outcome).text == CODE + "print(first, second)"  # type: ignore[arg-type]
        assert room.asked == 1

    in_room(play, says("print(first, second)"), completion_prefetch="never")


def test_a_closed_document_has_nothing_under_way() -> None:
    async def play(room: Room) -> None:
        asking = room.asking()
        await asyncio.sleep(0.5)
        room.desk.closed(room.page.uri)
        assert isinstance(await asking, Skipped)
        await asyncio.sleep(0)
        assert room.model.open == 0
        assert len(room.desk.memory) == 0

    in_room(play, says(LINE, after=3))


STEPS = st.one_of(
    st.tuples(st.just("type"), st.sampled_from(["f", "fi", "first ", "x", "\n    ", "()", LINE])),
    st.tuples(st.just("back"), st.just("")),
    st.tuples(st.just("ask"), st.sampled_from(["", "by hand"])),
    st.tuples(st.just("cancel"), st.just("")),
    st.tuples(st.just("wait"), st.sampled_from(["0", "0.05", "0.3", "1", "3"])),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=25), st.sampled_from([0.0, 0.1, 0.7]), st.sampled_from(["auto", "shown", "never"]))
def test_any_order_of_keys_pieces_and_cancels_leaves_nothing_over(
    steps: list[tuple[str, str]], latency: float, prefetch: str
) -> None:
    async def play(room: Room) -> None:
        asked: list[tuple[asyncio.Task[Outcome], Document]] = []
        for kind, what in steps:
            if kind == "type":
                room.type(what)
            elif kind == "back" and room.page.cursor > len(CODE):
                room.back()
            elif kind == "ask":
                asked.append((room.asking(automatic=not what), room.page.now))
                await asyncio.sleep(0)
            elif kind == "cancel" and asked:
                asked[-1][0].cancel()
            elif kind == "wait":
                await asyncio.sleep(float(what))
            assert room.model.open <= 2
        for task, document in asked:
            try:
                outcome = await task
            except asyncio.CancelledError:
                assert task.cancelled()
                continue
            if isinstance(outcome, Suggestion):
                after = applied(document, outcome).text
                assert after.startswith(document.text[: outcome.span.start])
                assert after != document.text

    def said(prompt: Prompt) -> Sequence[Piece]:
        typed = typed_of(prompt)
        return says(LINE[len(typed) :] if LINE.startswith(typed) else "12 + 34", after=latency)

    in_room(play, said, completion_prefetch=prefetch)
