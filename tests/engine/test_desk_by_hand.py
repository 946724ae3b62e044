"""Requests that somebody makes by hand: at once, whole, never refused, and slowed down where an editor makes them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from mai_lsp.engine.outcome import Reason, Suggestion
from mai_lsp.engine.ports import Deps
from tests.support.room import LINE, Room, in_room, says, text, typed_of, why


def test_who_asks_by_hand_has_a_request_of_their_own_and_at_once() -> None:
    async def play(room: Room) -> None:
        room.type("f")
        automatic = room.asking()
        await asyncio.sleep(1.0)
        loop = asyncio.get_running_loop()
        began = loop.time()
        by_hand = room.asking(automatic=False)
        await asyncio.sleep(0)
        assert why(await automatic) is Reason.SUPERSEDED
        assert text(await by_hand) == LINE[1:]
        assert loop.time() - began == pytest.approx(2.0, abs=0.5)
        assert room.asked == 2

    in_room(play, lambda prompt: says(LINE[len(typed_of(prompt)) :], after=2.0))


def test_a_cap_is_a_cap_and_not_on_what_is_asked_by_hand() -> None:
    async def play(room: Room) -> None:
        for number in range(5):
            room.type(f"{number}\n    name_{number} = ")
            await room.ask()
        assert room.asked == 3
        assert why(await room.ask()) is Reason.CAPPED
        await room.ask(automatic=False)
        assert room.asked == 4
        await asyncio.sleep(60)
        room.type("y = ")
        assert isinstance(await room.ask(), Suggestion)

    in_room(play, says("11 + 12"), completion_requests_per_minute=3, completion_prefetch="never")


def test_an_editor_that_asks_by_hand_at_every_key_is_slowed_down_and_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def play(room: Room) -> None:
        for char in "abcdefghijkl":
            room.type(char)
            asking = room.asking(automatic=False)
            await asyncio.sleep(0.12)
        assert room.asked == 3
        await asking
        assert room.asked == 4, "who stops typing gets an answer"
        assert not room.desk.another(Deps(room.model, room.page, room.given))
        await asyncio.sleep(60)
        room.type("m")
        room.asking(automatic=False)
        await asyncio.sleep(0.01)
        assert room.asked == 5
        assert room.desk.another(Deps(room.model, room.page, room.given))

    in_room(play, says("11 + 12", after=0.05), completion_requests_per_minute=3, completion_prefetch="never")
    assert [record.levelname for record in caplog.records].count("WARNING") == 1


def test_without_a_cap_asking_by_hand_never_waits() -> None:
    async def play(room: Room) -> None:
        for number in range(100):
            room.type(f"{number}\n    name_{number} = ")
            assert isinstance(await room.ask(automatic=False), Suggestion)
        assert room.asked == 100

    in_room(play, says("11 + 12", after=0.01), completion_requests_per_minute=0, completion_prefetch="never")


def test_what_was_cut_short_is_asked_for_again_by_hand() -> None:
    async def play(room: Room) -> None:
        room.given = replace(room.given, completion_max_lines=1)
        assert text(await room.ask()) == "compute("
        room.given = replace(room.given, completion_max_lines=10)
        assert text(await room.ask()) == "compute("
        assert room.asked == 1
        assert text(await room.ask(automatic=False)).count("\n") == 2
        assert room.asked == 2

    in_room(play, says("compute(\n        first,\n        second)"))


def test_what_was_asked_for_by_hand_is_cut_to_the_lines_that_are_wanted_now() -> None:
    async def play(room: Room) -> None:
        assert text(await room.ask(automatic=False)).count("\n") == 2
        room.given = replace(room.given, completion_max_lines=1)
        assert text(await room.ask()) == "compute("
        assert room.asked == 1

    in_room(play, says("compute(\n        first,\n        second)"))
