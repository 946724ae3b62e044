"""SSE framing: the same events however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.errors import StreamBroken
from mai_lsp.model.sse import Decoder, Event


def decode(*chunks: bytes, limit: int = 10_000) -> list[Event]:
    decoder = Decoder(limit)
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return events + decoder.flush()


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_each_line_end_frames_events(end: bytes) -> None:
    stream = end.join([b"data: a", b"", b"event: e", b"data: b", b"data:c", b"", b""])
    assert decode(stream) == [Event(b"a"), Event(b"b\nc", "e")]


def test_comments_ids_and_retries_are_skipped() -> None:
    assert decode(b": OPENROUTER PROCESSING\n\nid: 1\nretry: 5\ndata: a\n\n: end\n") == [Event(b"a")]


def test_separators_that_only_unicode_knows_do_not_end_a_line() -> None:
    data = "a\u2028b\u2029c\x0bd\x0ce\x85f".encode()
    assert decode(b"data: " + data + b"\n\n") == [Event(data)]


def test_a_last_event_without_its_empty_line_is_given() -> None:
    assert decode(b"data: a\n\ndata: [DONE]") == [Event(b"a"), Event(b"[DONE]")]


def test_byte_order_mark_is_skipped_even_when_split() -> None:
    assert decode(b"\xef", b"\xbb", b"\xbfdata: a\n\n") == [Event(b"a")]


def test_only_one_blank_after_the_colon_belongs_to_the_frame() -> None:
    assert decode(b"data:   x\n\n") == [Event(b"  x")]


@pytest.mark.parametrize("stream", [b"data: " + b"x" * 200, (b"data: " + b"x" * 40 + b"\n") * 5])
def test_an_event_over_the_limit_is_refused(stream: bytes) -> None:
    with pytest.raises(StreamBroken):
        decode(stream, limit=100)


def test_events_below_the_limit_may_add_up_to_more() -> None:
    assert len(decode(b"data: xxxxxxxx\n\n" * 100, limit=100)) == 100


_LINES = st.sampled_from(
    [
        b"data: a",
        b"data:\xc3\xa9\xe2\x80\xa8",
        b"data",
        b": c",
        b"event: n",
        b"",
        b"data: {}",
        b"id: 3",
        b"\xef\xbb\xbf",
    ]
)


@settings(deadline=None)
@given(
    lines=st.lists(st.tuples(_LINES, st.sampled_from([b"\n", b"\r", b"\r\n"])), max_size=12),
    cuts=st.lists(st.integers(0, 200), max_size=8),
)
def test_the_result_does_not_depend_on_the_chunks(lines: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    stream = b"".join(line + end for line, end in lines)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[start:end] for start, end in pairwise(edges)]
    assert decode(*chunks) == decode(stream)
    assert decode(*(stream[at : at + 1] for at in range(len(stream)))) == decode(stream)
