"""Runs the command line in this process against a scripted model server, in an environment of its own.

It reads no setting of the machine the tests run on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mai_lsp.__main__ import main
from mai_lsp.model import client
from mai_lsp.model.providers import ROWS
from mai_lsp.model.retry import Retry
from tests.support.model_server import ModelServer, threaded

KEY = "key-4711-not-to-be-shown"

_ELSEWHERE = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}
_LOOKS = {"NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed and returned."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """The command `mai-lsp`, in the folder and environment of one test."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        theirs = {name for row in ROWS.values() for name in (*row.key_env, *row.base_url_env)}
        for name in list(os.environ):
            if name.startswith("MAI_LSP_") or name.upper() in theirs | _ELSEWHERE | _LOOKS:
                monkeypatch.delenv(name)
        monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(folder / "cache"))
        monkeypatch.setenv("MAI_LSP_DATA_DIR", str(folder / "data"))
        monkeypatch.chdir(folder)
        # Tries again as often as ever, but at once.
        monkeypatch.setattr(client, "Retry", partial(Retry, sleep=_no_wait, jitter=lambda: 0.0))

    def env(self, **variables: str) -> None:
        """Set environment variables."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    @contextmanager
    def model(self, wire: str = "chat") -> Iterator[ModelServer]:
        """Run a scripted server and point the environment to it."""
        with threaded() as server:
            self.env(
                MAI_LSP_PROVIDER="openai-compatible",
                MAI_LSP_BASE_URL=f"{server.url}/v1",
                MAI_LSP_API_KEY=KEY,
                MAI_LSP_COMPLETION_MODEL="scripted",
                MAI_LSP_WIRE=wire,
            )
            yield server

    def __call__(self, *arguments: str) -> Ran:
        """Run a command."""
        self._capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as ended:  # argparse
            code = ended.code if isinstance(ended.code, int) else 2
        printed = self._capsys.readouterr()
        return Ran(code, printed.out, printed.err)


async def _no_wait(_: float) -> None:
    return


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(tmp_path, monkeypatch, capsys)
