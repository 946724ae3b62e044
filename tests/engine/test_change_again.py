"""Second tries of the flow that changes code: what a bad answer leaves behind, and answers that do not end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mai_lsp.engine.change.job import Explained, Proposal, Refused, Result
from mai_lsp.reply.circling import LEAST
from mai_lsp.reply.edits.wanted import Refusal
from tests.support.changing import block, said_to, texts, workshop
from tests.support.model_steps import send

STUB = 'def double(a):\n    """Double it."""\n    raise NotImplementedError\n'
SHOP = {"shop.py": STUB}
DONE = "    return a * 2"


def body(new: str) -> str:
    return block("shop.py", "    raise NotImplementedError", new)


async def test_a_stub_for_a_stub_is_asked_for_again(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.enqueue(send(body("    pass")))
        shop.server.enqueue(send(body(DONE)))
        job = replace(shop.edit("shop.py", STUB, "Write the body."), action="complete")
        ended = await shop.run(job)
        assert texts(ended) == {"shop.py": STUB.replace("    raise NotImplementedError", DONE)}
        await shop.server.next_request()
        assert "The body would still be a stub." in said_to(await shop.server.next_request())


async def test_nothing_of_a_refused_answer_is_shown_as_the_file(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.enqueue(send(body("    return (a * 2")))
        shop.server.enqueue(send(body(DONE)))
        ended = await shop.run(shop.edit("shop.py", STUB, "Write the body."))
        assert isinstance(ended, Proposal)
        (change,) = ended.changes
        assert change.old == STUB
        await shop.server.next_request()
        again = said_to(await shop.server.next_request())
        assert STUB in again


async def test_an_honest_refusal_says_that_it_was_not_meant(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        for _ in range(8):
            shop.server.enqueue(send(body("    pass")))
        ended = await shop.run(replace(shop.edit("shop.py", STUB, "Write the body."), action="complete"))
        assert isinstance(ended, Refused)
        assert [one.refusal for one in ended.problems] == [Refusal.UNMEANT]
        assert ended.message == "shop.py: The body would still be a stub. Nothing was changed."


async def test_words_that_go_round_in_circles_are_stopped_at_their_first_copy(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        piece = "If it is empty, it does not work, and if it is not, it does not work either. "
        shop.server.enqueue(send("It doubles.\n\n", *[piece] * (LEAST // len(piece) * 3), "The end."))
        ended = await shop.run(replace(shop.edit("shop.py", STUB, "Explain it."), result=Result.TEXT))
        assert isinstance(ended, Explained)
        assert ended.text == f"It doubles.\n\n{piece.strip()}\n\n*The answer was cut off.*"


async def test_edits_that_go_round_in_circles_are_not_used(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        lines = "    a = a.double().of(the_value)\n    a = a.half().of(the_value)\n"
        shop.server.enqueue(send(body(DONE), *[lines] * 100, body(DONE)))
        shop.server.enqueue(send(body(DONE)))
        ended = await shop.run(shop.edit("shop.py", STUB, "Write the body."))
        assert isinstance(ended, Proposal)
        assert len(ended.decisions) == 2
