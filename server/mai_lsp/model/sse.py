"""Server-sent events from bytes, whatever the chunks are cut like.

It knows nothing of JSON or providers. Lines end with LF, CR or CRLF only: a JSON string may hold U+2028, at which
`str.splitlines` (and httpx's `aiter_lines`) would cut it in two. Rules: WHATWG HTML, section 9.2.6.
"""

from __future__ import annotations

from dataclasses import dataclass

from mai_lsp.errors import StreamBroken

MAX_EVENT_BYTES = 8 * 1024 * 1024
"""Longer events are refused: no delta is, and memory is not a stranger's to fill."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its `data` lines joined by LF, as UTF-8 bytes, and its type."""

    data: bytes
    name: str = ""


class Decoder:
    """Feed it bytes; it gives the events that are complete."""

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._limit = limit
        self._rest = bytearray()
        """Bytes of the line that is not complete yet."""
        self._scanned = 0
        """How much of `_rest` is known to hold no line end, so that long lines cost linear time."""
        self._data: list[bytes] = []
        self._size = 0
        self._name = ""
        self._started = False
        self._skip_lf = False
        """The last chunk ended in CR; an LF that follows belongs to it."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Take bytes and give the events they complete; raise StreamBroken when one grows over the limit."""
        if self._skip_lf and chunk:
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        self._rest += chunk
        if not self._started:
            if _BOM.startswith(self._rest[:3]) and len(self._rest) < len(_BOM):
                return []
            self._started = True
            if self._rest.startswith(_BOM):
                del self._rest[: len(_BOM)]
        events: list[Event] = []
        start = 0
        while (end := self._line_end(start)) >= 0:
            self._line(bytes(self._rest[start:end]), events)
            start = end + 1
            if self._rest[end] == 13:
                if start == len(self._rest):
                    self._skip_lf = True
                elif self._rest[start] == 10:
                    start += 1
        del self._rest[:start]
        self._scanned = len(self._rest)
        self._check(len(self._rest))
        return events

    def flush(self) -> list[Event]:
        """End of stream: give what is left, since some servers do not send the last empty line."""
        events: list[Event] = []
        if self._rest:
            self._line(bytes(self._rest), events)
            self._rest.clear()
        self._dispatch(events)
        return events

    def _line_end(self, start: int) -> int:
        begin = max(start, self._scanned)
        lf = self._rest.find(b"\n", begin)
        cr = self._rest.find(b"\r", begin, lf if lf >= 0 else len(self._rest))
        return cr if cr >= 0 else lf

    def _line(self, line: bytes, events: list[Event]) -> None:
        if not line:
            self._dispatch(events)
            return
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._size += len(value)
            self._check(self._size)
        elif name == b"event":
            self._name = value.decode("utf-8", "replace")
        # Everything else is a comment (empty name), or `id` and `retry`, which mean nothing for a POST.

    def _dispatch(self, events: list[Event]) -> None:
        if self._data:
            events.append(Event(b"\n".join(self._data), self._name))
        self._data = []
        self._size = 0
        self._name = ""

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise StreamBroken(
                f"The model server sent one event of more than {self._limit // 1024} KiB.",
                advice="Check that mai.baseUrl is a model server.",
            )
