"""HTTP downloads: resumed, restarted or given up, against a scripted server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mai_lsp.model.local.download import TRIES, download
from mai_lsp.model.local.progress import Progress, SourceFailed
from tests.unit.model_local.file_server import Script, Step, serve

CONTENT = b"GGUF" + bytes(range(256)) * 2000


@pytest.fixture
def script() -> Iterator[Script]:
    with serve(Script(CONTENT)) as running:
        yield running


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "model.part"


def get(script: Script, part: Path, *, size: int | None = len(CONTENT)) -> list[Progress]:
    seen: list[Progress] = []
    with httpx.Client(trust_env=False) as client:
        download(script.url + "/f", part, client=client, size=size, report=seen.append, sleep=lambda _: None)
    return seen


def test_gets_a_file_and_reports_progress_up_to_its_size(script: Script, part: Path) -> None:
    seen = get(script, part)
    assert part.read_bytes() == CONTENT
    assert (seen[-1].done, seen[-1].total) == (len(CONTENT), len(CONTENT))
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert script.requests[0]["accept-encoding"] == "identity"


def test_goes_on_after_a_dropped_connection_where_it_broke_off(script: Script, part: Path) -> None:
    script.steps += [Step(drop_after=100_000), Step(drop_after=50_000)]
    get(script, part)
    assert part.read_bytes() == CONTENT
    assert [r.get("range") for r in script.requests] == [None, "bytes=100000-", "bytes=150000-"]
    assert script.requests[1]["if-range"] == '"v1"'


def test_goes_on_in_a_later_run(script: Script, part: Path) -> None:
    script.steps += [Step(drop_after=1000), *[Step(status=404)]]
    with pytest.raises(SourceFailed, match="404"):
        get(script, part)
    get(script, part)
    assert part.read_bytes() == CONTENT
    assert script.requests[-1]["range"] == "bytes=1000-"


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_begins_again_when_the_file_changed_meanwhile(script: Script, part: Path, size: int | None) -> None:
    script.steps += [Step(drop_after=1000), Step(status=404)]
    with pytest.raises(SourceFailed):
        get(script, part, size=size)
    script.content, script.etag = CONTENT[::-1], '"v2"'
    get(script, part, size=size)
    assert part.read_bytes() == CONTENT[::-1]


def test_begins_again_when_the_server_ignores_ranges(script: Script, part: Path) -> None:
    script.steps += [Step(drop_after=1000), Step(ignore_range=True)]
    get(script, part)
    assert part.read_bytes() == CONTENT


def test_begins_again_when_the_server_sends_another_range(script: Script, part: Path) -> None:
    script.steps += [Step(drop_after=1000), Step(wrong_range=True)]
    get(script, part)
    assert part.read_bytes() == CONTENT


def test_begins_again_when_the_part_is_too_long(script: Script, part: Path) -> None:
    part.write_bytes(CONTENT + b"too much")
    get(script, part)
    assert part.read_bytes() == CONTENT


def test_a_weak_validator_is_not_sent_with_a_range(script: Script, part: Path) -> None:
    script.etag = 'W/"v1"'
    script.steps += [Step(drop_after=1000)]
    get(script, part)
    assert part.read_bytes() == CONTENT
    assert "if-range" not in script.requests[1]


def test_without_size_and_validator_halves_are_never_joined(script: Script, part: Path) -> None:
    script.etag = 'W/"v1"'
    script.steps += [Step(drop_after=1000)]
    get(script, part, size=None)
    assert part.read_bytes() == CONTENT
    assert "range" not in script.requests[1]


def test_a_whole_part_needs_no_request(script: Script, part: Path) -> None:
    part.write_bytes(CONTENT)
    get(script, part)
    assert script.requests == []


def test_a_busy_server_is_asked_again_and_a_missing_file_is_not(script: Script, part: Path) -> None:
    script.steps += [Step(status=503), Step(status=429)]
    get(script, part)
    assert part.read_bytes() == CONTENT
    part.unlink()
    script.steps += [Step(status=403)]
    with pytest.raises(SourceFailed, match=r"127\.0\.0\.1: HTTP 403"):
        get(script, part)


def test_gives_up_after_tries_that_bring_nothing(script: Script, part: Path) -> None:
    script.steps += [Step(drop_after=0)] * TRIES
    with pytest.raises(SourceFailed, match=f"{TRIES} times in a row"):
        get(script, part)
    assert len(script.requests) == TRIES


def test_refuses_more_bytes_than_the_file_has(script: Script, part: Path) -> None:
    with pytest.raises(SourceFailed, match="more than the 10 bytes"):
        get(script, part, size=10)


def test_an_unreachable_host_fails_at_once(part: Path) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        script = Script(CONTENT, url=f"http://127.0.0.1:{unheard.getsockname()[1]}")
        with pytest.raises(SourceFailed, match=r"no connection to 127\.0\.0\.1"):
            get(script, part)


def test_asks_for_room_before_writing(script: Script, part: Path) -> None:
    asked: list[int] = []

    def room(more: int) -> None:
        asked.append(more)
        raise SourceFailed("no room")

    with httpx.Client(trust_env=False) as client, pytest.raises(SourceFailed, match="no room"):
        download(script.url, part, client=client, size=None, report=lambda _: None, room=room)
    assert asked == [len(CONTENT)]
    assert not part.exists()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.builds(
            Step,
            status=st.sampled_from([0, 0, 503]),
            drop_after=st.none() | st.integers(0, len(CONTENT)),
            ignore_range=st.booleans(),
            no_length=st.booleans(),
        ),
        max_size=4,
    )
)
def test_no_order_of_faults_gives_wrong_bytes(script: Script, part: Path, steps: list[Step]) -> None:
    part.unlink(missing_ok=True)
    script.steps[:] = steps
    get(script, part)
    assert part.read_bytes() == CONTENT
    script.steps.clear()


def test_begins_again_when_the_server_refuses_the_range(script: Script, part: Path) -> None:
    part.write_bytes(b"x" * 1000)
    script.steps += [Step(status=416)]
    get(script, part)
    assert part.read_bytes() == CONTENT
