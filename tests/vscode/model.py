"""The model behind the workbench: what it says depends on what it is asked, and on the key that comes along."""

from __future__ import annotations

from collections.abc import Sequence

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
        self._replies: list[tuple[str, Sequence[str], Gate | None]] = []

    def says(self, about: str, *replies: str, after: Gate | None = None) -> None:
        """Answer whatever prompt has `about` in it; with several replies each in turn, the last one from then on."""
        self._replies.append((about, list(replies), after))

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
        for about, replies, after in self._replies:
            if about in prompt:
                number = len(self.asked(about))
                reply = send(replies[min(number, len(replies)) - 1])
                return (stall(after), reply) if after else (reply,)
        return (send(""),)


def code(text: str) -> str:
    """A completion as chat models give it."""
    return f"```python\n{text}\n```"


def _key(asked: Asked) -> str:
    return asked.headers.get("authorization", "").removeprefix("Bearer ")
