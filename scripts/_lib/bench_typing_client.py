"""One simulated session of typing: a key at a time, what is on the screen at each key, and what was asked meanwhile.

The same client for every policy, so that nothing but when and what is asked differs: a suggestion is on the screen
from being shown until what is typed contradicts it or has used it up.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from _lib.bench_typing_keys import Key, keys
from _lib.bench_typing_model import Script
from mai_lsp.core import language
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, Edit, Span, open_document
from mai_lsp.engine.completion import complete
from mai_lsp.engine.outcome import Suggestion
from mai_lsp.engine.ports import Ask, Deps, Model
from mai_lsp.settings import Settings

EDITOR_DELAY = 0.05
"""Seconds after a key when an editor asks for inline completions (VS Code)."""

SETTLE = 3.0
"""Seconds for which a session is watched after its last key."""


@dataclass(slots=True)
class Seen:
    """What a session came to."""

    keys: int = 0
    right: int = 0
    """Keys before which the suggestion on the screen was what the user was going to write."""
    wrong: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds from the last key to a suggestion that was not on the screen before."""

    def add(self, other: Seen) -> None:
        """Add another session."""
        self.keys += other.keys
        self.right += other.right
        self.wrong += other.wrong
        self.waits += other.waits


class Policy(Protocol):
    """Decides when to ask; `show` is to be called with what comes of it."""

    async def open(self, document: Document, show: Show) -> None:
        """Begin."""

    def key(self, document: Document, cursor: int, edit: Edit) -> None:
        """Take a key: the text and cursor after it, and the edit in the text before."""

    async def close(self) -> None:
        """End."""


Show = Callable[[Document, int, str], None]
"""Called with the text that was asked about, where the suggestion begins in it, and the suggestion."""


class Screen:
    """The suggestion that an editor shows."""

    def __init__(self) -> None:
        self._at = 0
        self._text: str | None = None

    def put(self, at: int, text: str) -> None:
        """Show another one."""
        self._at, self._text = at, text

    def rest(self, text: str, cursor: int) -> str | None:
        """Return what of it is shown behind the cursor; it is taken off for good where it does not fit."""
        if self._text is None:
            return None
        typed = text[self._at : cursor]
        if cursor < self._at or not self._text.startswith(typed) or not self._text[len(typed) :].strip():
            self._text = None
            return None
        return self._text[len(typed) :]


async def write(script: Script, policy: Policy, seed: str, *, seconds: float) -> Seen:
    """Type a script for at most so many seconds, and say what was seen."""
    loop = asyncio.get_running_loop()
    uri = f"file:///typing/{script.path}"
    document = open_document(uri, script.language, 1, script.head + script.tail)
    document = replace(document, syntax=parse(language.find(script.language, uri), document.text))
    cursor, screen, seen = len(script.head), Screen(), Seen()
    pressed = loop.time()

    def show(asked: Document, at: int, text: str) -> None:
        if asked.text != document.text:
            return  # As editors do with what was made for another text.
        before = screen.rest(document.text, cursor)
        screen.put(at, text)
        now = screen.rest(document.text, cursor)
        if now is not None and now != before:
            seen.waits.append(loop.time() - pressed)

    await policy.open(document, show)
    end = loop.time() + seconds
    due = pressed = loop.time()
    for key in keys(script.typed, seed):
        due += key.wait
        if due > end:
            break
        await asyncio.sleep(due - loop.time())
        seen.keys += 1
        if (rest := screen.rest(document.text, cursor)) is not None:
            truth = script.whole
            right = truth.startswith(document.text[:cursor]) and truth.startswith(rest, cursor)
            seen.right += right
            seen.wrong += not right
        edit = _edit(key, cursor)
        document = document.edited([edit], (document.version or 0) + 1)
        cursor = edit.span.start + len(key.insert)
        pressed = loop.time()
        screen.rest(document.text, cursor)
        policy.key(document, cursor, edit)
    await asyncio.sleep(min(SETTLE, seconds))
    await policy.close()
    return seen


def _edit(key: Key, cursor: int) -> Edit:
    return Edit(Span(cursor - key.delete, cursor), key.insert)


class Baseline:
    """What plain plugins do: ask `pause` after the last key, at most every `throttle` seconds, and give up at a key.

    It asks in this process with the server's own prompts, filters and limits, and remembers nothing.
    """

    def __init__(self, model: Model, *, pause: float, throttle: float = 0.0) -> None:
        self._pause = pause
        self._throttle = throttle
        self._asked = -throttle
        self._documents = _OneDocument()
        self._deps = Deps(model, self._documents, Settings())
        self._task: asyncio.Task[None] | None = None
        self._show: Show = _ignore

    async def open(self, document: Document, show: Show) -> None:
        self._documents.now, self._show = document, show

    def key(self, document: Document, cursor: int, edit: Edit) -> None:  # noqa: ARG002 (a policy's)
        self._documents.now = document
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._ask(document, cursor))

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _ask(self, document: Document, cursor: int) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._pause)
        if (wait := self._asked + self._throttle - loop.time()) > 0:
            await asyncio.sleep(wait)
        self._asked = loop.time()
        outcome = await complete(Ask(document, cursor), self._deps)
        if isinstance(outcome, Suggestion):
            self._show(document, outcome.span.start, outcome.text)


class _OneDocument:
    """The port `Documents` over one document."""

    def __init__(self) -> None:
        self.now: Document | None = None

    def latest(self, uri: str) -> Document | None:  # noqa: ARG002 (the port's)
        return self.now

    def display_path(self, uri: str) -> str:
        return uri.rpartition("/")[2]

    def ignored(self, uri: str, path: str = "") -> str:  # noqa: ARG002 (the port's)
        return ""


def _ignore(document: Document, at: int, text: str) -> None:
    """Show nothing, before there is a screen."""


class Server:
    """The real server over stdio: every key is a didChange, and a request that cancels the one before."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._task: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None]
        self._process: asyncio.subprocess.Process
        self._show: Show = _ignore
        self._folder = tempfile.TemporaryDirectory(prefix="mai-lsp-", ignore_cleanup_errors=True)

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    async def open(self, document: Document, show: Show) -> None:
        self._show = show
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mai_lsp", "--stdio"),
            env={**self._env, "MAI_LSP_DATA_DIR": self._folder.name},
            stdin=pipe,
            stdout=pipe,
            stderr=None,
            limit=1 << 24,
        )
        self._reading = asyncio.create_task(self._read())
        capabilities = {"general": {"positionEncodings": ["utf-32"]}, "textDocument": {"inlineCompletion": {}}}
        await self._request("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._notify("initialized", {})
        item = {"uri": document.uri, "languageId": document.language, "version": 1, "text": document.text}
        self._notify("textDocument/didOpen", {"textDocument": item})
        await self._request("workspace/executeCommand", {"command": "mai.status", "arguments": []})

    def key(self, document: Document, cursor: int, edit: Edit) -> None:
        line = document.line_at(edit.span.start)
        column = edit.span.start - document.starts[line]
        # What is taken away is on the cursor's line but for an Enter, which is never typed wrongly.
        start, end = (line, column), (line, column + len(edit.span))
        change = {"range": {"start": _position(*start), "end": _position(*end)}, "text": edit.text}
        where = {"uri": document.uri, "version": document.version}
        self._notify("textDocument/didChange", {"textDocument": where, "contentChanges": [change]})
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._ask(document, cursor))

    async def report(self) -> Any:
        """Return the server's account of itself."""
        return await self._request("workspace/executeCommand", {"command": "mai.status", "arguments": []})

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._request("shutdown", None)
        self._notify("exit", None)
        await self._process.wait()
        await self._reading
        self._folder.cleanup()

    async def _ask(self, document: Document, cursor: int) -> None:
        await asyncio.sleep(EDITOR_DELAY)
        line = document.line_at(cursor)
        params = {
            "textDocument": {"uri": document.uri},
            "position": _position(line, cursor - document.starts[line]),
            "context": {"triggerKind": 2},
        }
        answer = await self._request("textDocument/inlineCompletion", params)
        for item in (answer or {}).get("items", [])[:1]:
            start = item["range"]["start"]
            self._show(document, document.starts[start["line"]] + start["character"], item["insertText"])

    async def _request(self, method: str, params: Any) -> Any:
        number = next(self._ids)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        try:
            return await future
        except asyncio.CancelledError:
            self._notify("$/cancelRequest", {"id": number})
            raise
        finally:
            self._waiting.pop(number, None)

    def _notify(self, method: str, params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        if self._process.stdin is not None:
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def _read(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = await stream.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                self._receive(json.loads(await stream.readexactly(length)))

    def _receive(self, message: dict[str, Any]) -> None:
        if "method" in message:
            if "id" in message:
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})
            return
        future = self._waiting.get(message["id"])
        if future is None or future.done():
            return  # It was given up.
        if "error" in message:
            future.set_exception(RuntimeError(str(message["error"])))
        else:
            future.set_result(message.get("result"))


def _position(line: int, column: int) -> dict[str, int]:
    return {"line": line, "character": column}
