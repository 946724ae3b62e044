"""Vim with ALE for real, on a terminal: completion, and code actions though it takes no edits from a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors.conftest import FILES
from tests.editors.disk import holds
from tests.editors.readme import configuration
from tests.editors.replies import SUMMED, TOTALLED
from tests.editors.terminal import Terminal, terminal
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

ESCAPE, ENTER, CONTROL_N, CONTROL_Y = "\x1b", "\r", "\x0e", "\x19"


@pytest.fixture
def opened(request: pytest.FixtureRequest, launchers: Path, project: Path, env: dict[str, str]) -> Iterator[Terminal]:
    lines = project.parent / "vimrc"
    lines.write_text("set nocompatible\nfiletype plugin on\n" + configuration("Vim with ALE", "vim"), encoding="utf-8")
    argv = [str(launchers / "vim"), "-u", str(lines), "-i", "NONE", str(project / request.param)]
    with terminal(argv, project, env) as screen:
        screen.see(request.param)
        yield screen
        screen.keys(f"{ESCAPE}{ESCAPE}:qa!{ENTER}")


def saves(screen: Terminal, path: Path, text: str) -> None:
    """Save, and wait until the file is as it is to be."""
    screen.keys(f"{ESCAPE}:w{ENTER}")
    screen.until(lambda: holds(path, text), f"{path.name} to be saved with the change")


def choose(screen: Terminal, first: str) -> None:
    """Open the code actions until they begin with this one, and take it."""
    asked = "empty cancels"
    while True:
        screen.keys(f":ALECodeAction{ENTER}")
        screen.see(asked)
        if screen.shows(f"1) {first}"):
            screen.keys(f"1{ENTER}")
            return
        screen.keys(ENTER)
        screen.until(lambda: not screen.shows(asked), "the question to be gone")


@pytest.mark.parametrize("opened", ["shop/pay.py"], indirect=True)
def test_a_suggestion_from_the_menu_is_inserted(opened: Terminal, project: Path, model: ModelServer) -> None:
    model.default = (send("    count = cart.prices[0] / 2"),)
    opened.keys(f"Go{ENTER}def count(cart: Cart) -> int:{ENTER}    cou")
    opened.see("count = cart.prices[0] / 2")
    opened.keys(f"{CONTROL_N}{CONTROL_Y}")
    wanted = FILES["shop/pay.py"] + "\ndef count(cart: Cart) -> int:\n    count = cart.prices[0] / 2\n"
    saves(opened, project / "shop/pay.py", wanted)


@pytest.mark.parametrize("opened", ["shop/cart.py"], indirect=True)
def test_a_code_action_is_worked_out_and_then_applied_from_the_menu(
    opened: Terminal, project: Path, model: ModelServer
) -> None:
    model.default = (send(SUMMED),)
    opened.keys(f"/total{ENTER}")
    choose(opened, "Write the body of `total`")
    opened.see("is ready")
    choose(opened, "Apply: Write the body of `total`")
    opened.see("return sum(self.prices)")
    saves(opened, project / "shop/cart.py", TOTALLED)
