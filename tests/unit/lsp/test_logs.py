"""The log's way to an editor, and back to stderr when the editor has gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from mai_lsp.lsp import logs

log = logging.getLogger("mai_lsp.test")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), log.level
    log.setLevel(logging.INFO)
    yield
    root.handlers[:] = handlers
    log.setLevel(level)


def test_a_record_is_handed_over_with_its_level_and_without_the_time() -> None:
    heard: list[tuple[int, str]] = []
    logs.to_editor(lambda level, text: heard.append((level, text)))
    log.info("%d files", 3)
    log.error("failed")
    assert heard == [(logging.INFO, "mai_lsp.test: 3 files"), (logging.ERROR, "mai_lsp.test: failed")]


def test_what_a_library_says_is_handed_over_without_its_arguments() -> None:
    heard: list[str] = []
    logs.to_editor(lambda _, text: heard.append(text))
    logging.getLogger("pygls").error("message %s", "planted")
    assert heard == ["pygls: message …"]


def test_once_the_editor_has_gone_it_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def gone(_: int, text: str) -> None:
        asked.append(text)
        raise RuntimeError("Event loop is closed")

    logs.to_editor(gone)
    log.warning("first")
    log.warning("second")
    assert asked == ["mai_lsp.test: first"]
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(" WARNING ")[2] for line in said] == ["mai_lsp.test: first", "mai_lsp.test: second"]
