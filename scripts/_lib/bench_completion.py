"""What the server adds to a completion: LSP round trips beside bare HTTP requests with the same bytes, in turns.

The model answers at once, so what is left is ours: applying the edit, parsing, context, prompt, HTTP, trimming, JSON.
The clock runs from just before the didChange to the parsed reply, all of it seen from the client's side.
"""

from __future__ import annotations

import asyncio
import operator
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import httpx

from _lib.bench_figures import Table, compared, row
from _lib.bench_sources import python_file
from tests.support.lsp_client import LspClient
from tests.support.model_server import Asked, ModelServer, spawned, threaded
from tests.support.model_steps import send

LINES = 10_000
ROUNDS = 5
PER_ROUND = 50
WARM_UP = 30
BODIES = 16
"""Different requests that the bare client sends in turn."""

REPLY = ("compute", "(first", ", second", ")")
"""One statement in four pieces: it stays whole when trimmed, so both sides read the response to its end."""

WIRES = {"fim": "fill-in-the-middle", "chat": "chat"}

URI = "file:///bench/large.py"

_TYPED_AFTER = re.compile(r"^( +)(?:return \w+|[\w.]+ = [\w.]+\(.*\))$")


@dataclass(frozen=True, slots=True)
class Keystroke:
    """One character typed at the end of a line of code, or of a line begun below it."""

    line: int
    character: int
    """The end of the line that is there."""
    begun: str
    """What the user has typed behind it up to now; a new line or nothing."""
    typed: str
    """The one character."""

    @property
    def place(self) -> tuple[int, int]:
        """Line and column at which it is typed."""
        if self.begun:
            return self.line + 1, len(self.begun) - 1
        return self.line, self.character

    @property
    def cursor(self) -> tuple[int, int]:
        """Line and column behind it."""
        line, character = self.place
        return line, character + len(self.typed)


def run() -> Iterator[Table]:
    """Measure each wire format."""
    text = python_file(LINES)
    for wire, name in WIRES.items():
        yield _measure(wire, name, text)


def _measure(wire: str, name: str, text: str) -> Table:
    strokes = keystrokes(text)
    bodies = _bodies(wire, text, strokes)
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    with spawned(*REPLY) as url, _server(wire, url, text) as client, asyncio.Runner() as runner:
        http = httpx.AsyncClient(trust_env=False)
        editor = _Editor(client)
        for number in range(ROUNDS + 1):  # the first warms everything up
            ours.append([])
            bare.append([])
            for turn in range(PER_ROUND if number else WARM_UP):
                ours[-1].append(editor.complete(next(strokes)))
                bare[-1].append(runner.run(post(http, url, bodies[turn % BODIES])))
        runner.run(http.aclose())
    ours, bare = ours[1:], bare[1:]
    return Table(
        "completion",
        f"Completion, {name}: {text.count(chr(10)):,} lines of Python, an edit before each of {ROUNDS} x {PER_ROUND}",
        (
            row("edit and completion over LSP", ours),
            row("bare httpx POST, same bytes", bare),
            compared("added by the server", ours, bare, operator.sub, unit="ms", goal_p50=8, goal_p95=20),
            compared("ratio", ours, bare, operator.truediv, unit="x"),
        ),
        f"request of {sum(len(asked.raw) for asked in bodies) // len(bodies):,} bytes, read to its end on both sides",
    )


class _Editor:
    """Types, asks, and takes back what it typed."""

    def __init__(self, client: LspClient) -> None:
        self._client = client
        self._version = 1

    def complete(self, stroke: Keystroke) -> float:
        """Type a character and ask; returns the seconds until the suggestion is there."""
        if stroke.begun:
            self._replace((stroke.line, stroke.character), (stroke.line, stroke.character), stroke.begun)
            settle(self._client)
        started = time.perf_counter()
        self._replace(stroke.place, stroke.place, stroke.typed)
        answer = self._client.complete(URI, *stroke.cursor, automatic=False)
        elapsed = time.perf_counter() - started
        if not answer["items"]:
            raise RuntimeError(f"nothing was suggested below line {stroke.line + 1}")
        self._replace((stroke.line, stroke.character), stroke.cursor, "")
        settle(self._client)
        return elapsed

    def _replace(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        self._version += 1
        self._client.replace(URI, self._version, start, end, text)


def settle(client: LspClient) -> None:
    """Wait until the server has done all that was sent and has the document's tree; people type slower."""
    status = {"command": "mai.status", "arguments": []}
    while not client.request("workspace/executeCommand", status)["documents"][0]["syntax"]:
        pass


def keystrokes(text: str, seed: int = 1) -> Iterator[Keystroke]:
    """Yield keystrokes at changing places for ever: in a new line below a statement, or a dot behind one."""
    random = Random(seed)  # noqa: S311 (the same places in every run are the point)
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if _TYPED_AFTER.match(line)]
    while True:
        number = random.choice(places)
        line = lines[number]
        indent = line[: len(line) - len(line.lstrip())]
        begun, typed = random.choice(((f"\n{indent}total =", " "), ("", ".")))
        yield Keystroke(number, len(line), begun, typed)


def _bodies(wire: str, text: str, strokes: Iterator[Keystroke]) -> list[Asked]:
    """Return requests that the server really sends."""
    with threaded(ModelServer(send(*REPLY))) as model, _server(wire, model.url, text) as client:
        editor = _Editor(client)
        for _ in range(BODIES):
            editor.complete(next(strokes))
        return model.requests


def _server(wire: str, url: str, text: str) -> LspClient:
    chosen = {
        "MAI_LSP_PROVIDER": "openai-compatible",
        "MAI_LSP_BASE_URL": f"{url}/v1",
        "MAI_LSP_COMPLETION_MODEL": "qwen2.5-coder",
        "MAI_LSP_WIRE": wire,
        # By hand: an automatic request waits for the next key on purpose, and there is a cap on them.
        "MAI_LSP_COMPLETION_ALTERNATIVES": "1",
        "MAI_LSP_COMPLETION_REQUESTS_PER_MINUTE": "0",
    }
    client = LspClient([sys.executable, "-m", "mai_lsp", "--stdio"], env=chosen)
    client.initialize({"textDocument": {"inlineCompletion": {}}})
    client.open(URI, "python", text)
    return client


async def post(http: httpx.AsyncClient, url: str, asked: Asked) -> float:
    """Send a recorded request and read the streamed response to its end; returns the seconds that took."""
    headers = {name: value for name, value in asked.headers.items() if name not in {"host", "content-length"}}
    started = time.perf_counter()
    async with http.stream("POST", url + asked.path, content=asked.raw, headers=headers) as response:
        async for _ in response.aiter_bytes():
            pass
    return time.perf_counter() - started
