"""Helix for real, on a terminal: completion, a code action; files on disk are compared."""

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

ESCAPE, ENTER, TAB, CONTROL_U, CONTROL_X = "\x1b", "\r", "\t", "\x15", "\x18"


@pytest.fixture
def homes(tmp_path: Path) -> dict[str, str]:
    """Folders with nothing but the README's lines."""
    lines = configuration("Helix", "toml")
    assert '"pylsp", ' in lines
    folder = tmp_path / "config" / "helix"
    folder.mkdir(parents=True)
    # The README shows it beside another server, which is not installed here.
    (folder / "languages.toml").write_text(lines.replace('"pylsp", ', ""), encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(folder.parent), "XDG_CACHE_HOME": str(tmp_path / "hx")}


@pytest.fixture
def opened(
    request: pytest.FixtureRequest, launchers: Path, project: Path, homes: dict[str, str], env: dict[str, str]
) -> Iterator[Terminal]:
    log = project.parent / "hx.log"
    argv = [str(launchers / "hx"), "-v", "--log", str(log), str(project / request.param)]
    with terminal(argv, project, env | homes) as screen:
        screen.until(lambda: log.exists() and "textDocument/didOpen" in log.read_text(encoding="utf-8"), "the server")
        yield screen
        normal(screen)
        screen.keys(f":q!{ENTER}")


def normal(screen: Terminal) -> None:
    """Leave insert mode if it is in it; an escape with a key right behind it would be another key."""
    if not screen.shows(" NOR "):
        screen.keys(ESCAPE)
        screen.see(" NOR ")


def saves(screen: Terminal, path: Path, text: str) -> None:
    """Save; the file must be as it is to be. Told to leave before it has said this, Helix 25.07 may wait for ever."""
    normal(screen)
    screen.keys(f":w{ENTER}")
    screen.see("written")
    screen.until(lambda: holds(path, text), f"{path.name} to be saved with the change")


@pytest.mark.parametrize("opened", ["shop/pay.py"], indirect=True)
def test_a_suggestion_from_the_menu_is_inserted(opened: Terminal, project: Path, model: ModelServer) -> None:
    model.default = (send("    return len(cart.prices)"),)
    opened.keys("geo")
    opened.see("INS")
    opened.keys(f"{ENTER}{CONTROL_U}def count(cart: Cart) -> int:{ENTER}    re{CONTROL_X}")
    opened.see("return len(cart.prices)")
    opened.keys(f"{TAB}{ENTER}")
    wanted = FILES["shop/pay.py"] + "\ndef count(cart: Cart) -> int:\n    return len(cart.prices)\n"
    saves(opened, project / "shop/pay.py", wanted)


@pytest.mark.parametrize("opened", ["shop/cart.py"], indirect=True)
def test_a_code_action_is_resolved_and_applied(opened: Terminal, project: Path, model: ModelServer) -> None:
    model.default = (send(SUMMED),)
    opened.keys(f"/total{ENTER}")
    opened.keys(" a")
    opened.see("Write the body of `total`")
    opened.keys(ENTER)
    opened.see("return sum(self.prices)")
    saves(opened, project / "shop/cart.py", TOTALLED)
