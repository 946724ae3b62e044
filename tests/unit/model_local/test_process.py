"""When the engine's process ends, and what it leaves in its log; without a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mai_lsp.model.local import process
from mai_lsp.model.local.native import Work, parse_work
from mai_lsp.model.local.process import Reason, watch

METRICS = """# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed, excluding cached tokens
# TYPE llamacpp:prompt_tokens_total counter
llamacpp:prompt_tokens_total 27
llamacpp:prompt_tokens_cached_total 7
llamacpp:prompt_seconds_total 0.243419
llamacpp:tokens_predicted_total 12
llamacpp:n_decode_total 12
llamacpp:requests_processing {running}
llamacpp:requests_deferred 0
llamacpp:odd not-a-number
"""


class Clock:
    """Each look at the clock is one second later."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


class Server:
    address = ""

    def __init__(self, works: Iterator[Work]) -> None:
        self._works = works
        self._last = Work(0, running=False)

    def work(self) -> Work:
        self._last = next(self._works, self._last)
        return self._last

    def close(self) -> None:
        raise AssertionError("watch does not close")


class Impatient(threading.Event):
    """Never waits."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


def run(works: list[Work], *, clock: Clock, mine: Iterator[bool] | None = None, idle: float = 5) -> Reason:
    return watch(
        Server(iter(works)),
        stop=Impatient(),
        is_mine=lambda: True if mine is None else next(mine),
        idle_seconds=idle,
        clock=clock,
    )


def test_ends_when_nobody_asks() -> None:
    clock = Clock()
    assert run([], clock=clock) is Reason.IDLE
    assert clock.now == 6


def test_every_request_starts_the_time_anew() -> None:
    clock = Clock()
    assert run([Work(tokens, running=False) for tokens in range(20)], clock=clock) is Reason.IDLE
    assert clock.now >= 20


def test_a_long_answer_is_no_idleness() -> None:
    clock = Clock()
    assert run([Work(1, running=True)] * 50 + [Work(1, running=False)], clock=clock) is Reason.IDLE
    assert clock.now >= 50


def test_ends_when_the_address_file_is_another_ones() -> None:
    assert run([], clock=Clock(), mine=iter([True, False])) is Reason.REPLACED


def test_ends_when_told() -> None:
    stop = Impatient()
    stop.set()
    assert watch(Server(iter([])), stop=stop, is_mine=lambda: True, idle_seconds=5) is Reason.STOPPED


@pytest.mark.parametrize("running", [0, 1])
def test_counters_are_read_from_metrics(running: int) -> None:
    assert parse_work(METRICS.format(running=running)) == Work(27 + 7 + 12 + 12, running=bool(running))


def test_a_cached_request_counts_as_work() -> None:
    before = METRICS.format(running=0)
    after = before.replace("cached_total 7", "cached_total 8")
    assert parse_work(before) != parse_work(after)


def test_the_log_keeps_its_last_half(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    lines = b"".join(b"line %d\n" % number for number in range(20_000))
    log.write_bytes(lines)
    with log.open("a+") as file:
        process._trim(file)
        file.write("after\n")
    kept = log.read_bytes()
    assert len(kept) <= process.LOG_BYTES // 2 + 10
    assert kept.endswith(b"line 19999\nafter\n")
    assert kept.startswith(b"line "), "no half line at the start"


def test_a_small_log_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    log.write_bytes(b"one\ntwo\n")
    with log.open("a+") as file:
        process._trim(file)
    assert log.read_bytes() == b"one\ntwo\n"
