"""The model behind the workbench: what it says depends on what it is asked, and on the key that comes along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle

from tests.e2e.editor import KEY
from tests.support.changing import said_to
from tests.support.gate import Gate
from tests.support.model_server import Asked, ModelServer
from tests.support.model_steps import Step, send, stall, status

COMPLETION = "You complete code inside an editor."
"""How the instructions of a completion begin; those of changes begin otherwise."""


class Model:
    """A scripted server and the replies it has; without a right one it says nothing."""

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.server.default = self._answer
        self._replies: list[tuple[str, str, Iterator[str], Gate | None]] = []

    def says(self, about: str, reply: str, *, others: Sequence[str] = (), after: Gate | None = None) -> None:
        """Answer whatever prompt has `about` in it; where a raised temperature asks for something else, with the others
        in turn: the editor asks for those when it likes."""
        self._replies.append((about, reply, cycle(others or (reply,)), after))

    def forget(self) -> None:
        """Begin anew, for the next test."""
        self._replies.clear()
        self.server.requests.clear()
        self.server.catalogue.clear()
        self.server.models = [{"id": "scripted"}]

    def asked(self, about: str) -> list[str]:
        """The prompts so far that have `about` in them, and a right key."""
        prompts = (said_to(asked) for asked in list(self.server.requests) if _key(asked) == KEY)
        return [prompt for prompt in prompts if about in prompt]

    def keys(self) -> list[str]:
        """The keys that came, oldest first."""
        return [_key(asked) for asked in list(self.server.requests)]

    def _answer(self, asked: Asked) -> Sequence[Step]:
        if _key(asked) != KEY:
            return (status(401),)
        prompt = said_to(asked)
        for about, reply, others, after in self._replies:
            if about in prompt:
                said = send(next(others) if asked.body.get("temperature") else reply)
                return (stall(after), said) if after else (said,)
        return (send(""),)


def code(text: str) -> str:
    """A completion as chat models give it."""
    return f"```python\n{text}\n```"


def _key(asked: Asked) -> str:
    return asked.headers.get("authorization", "").removeprefix("Bearer ")
