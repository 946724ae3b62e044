"""A workbench with our VSIX for all of the tests, and for each a window with a folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from tests.e2e.editor import KEY
from tests.support.model_server import threaded
from tests.vscode.model import Model
from tests.vscode.workbench import PATIENCE, Window, Workbench, environment, eventually

if TYPE_CHECKING:
    from _lib.vscode import Installed

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / ".artefacts" / "vscode"
"""Ignored by git."""

VIEW: ViewportSize = {"width": 1120, "height": 700}

# Debian's Chromium as root, in a container without a graphics card, asking nobody for anything.
BROWSER = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

Open = Callable[..., Window]


@pytest.fixture(scope="session")
def installed() -> Installed:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from _lib import vscode

        return vscode.ensure()
    except SystemExit as error:
        raise RuntimeError("VS Code is not there; why is above") from error
    finally:
        sys.path.remove(str(ROOT / "scripts"))


@pytest.fixture(scope="session")
def scripted() -> Iterator[Model]:
    with threaded() as server:
        yield Model(server)


@pytest.fixture
def model(scripted: Model) -> Model:
    scripted.forget()
    return scripted


@pytest.fixture(scope="session")
def asked_of_editor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the test extension writes what the editor's model was asked."""
    return tmp_path_factory.mktemp("lm") / "asked.jsonl"


@pytest.fixture(scope="session")
def pythons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what stands for the Python extensions reads its answers: a file `envs`, and one `python`."""
    return tmp_path_factory.mktemp("pythons")


@pytest.fixture(scope="session")
def workbench(
    installed: Installed, asked_of_editor: Path, pythons: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workbench]:
    folder = tmp_path_factory.mktemp("workbench")
    env = environment(
        folder,
        {
            "MAI_LSP_API_KEY": KEY,
            "MAI_LSP_WIRE": "chat",
            "MAI_LSP_LOG_LEVEL": "debug",
            "MAI_LSP_CACHE_DIR": str(folder / "cache"),
            "MAI_LSP_DATA_DIR": str(folder / "mai"),
            "MAI_LSP_CONFIG_DIR": str(folder / "nothing"),
            "MAI_TEST_ASKED": str(asked_of_editor),
            "MAI_TEST_PYTHONS": str(pythons),
        },
    )
    workbench = Workbench(installed.command, folder, env)
    for vsix in (installed.vsix, installed.provider):
        workbench.install(vsix)
    with workbench.serving():
        yield workbench


@pytest.fixture(scope="session")
def browser(installed: Installed) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed.browser, args=list(BROWSER))
        yield browser
        browser.close()


@pytest.fixture
def open_window(
    browser: Browser, workbench: Workbench, scripted: Model, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Open]:
    """Gives a function that writes files, and opens the first of them.

    How the window ends is kept as a picture, and with it what our server and our extension have logged.
    """
    context = browser.new_context(viewport=VIEW)
    context.set_default_timeout(PATIENCE * 1000)
    window = Window(context.new_page(), tmp_path / "project", PICTURES)

    def opened(
        files: dict[str, str], settings: Mapping[str, Any] = MappingProxyType({}), state: str = "ready"
    ) -> Window:
        for name, text in files.items():
            path = window.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        usual = {} if "mai.provider" in settings else scripted_model(scripted.server.url)
        workbench.settings({**usual, **settings})
        try:
            window.open(workbench.url, next(iter(files)), state)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{workbench.log()}") from None
        return window

    yield opened
    window.picture(f"{request.node.name}-end")
    (PICTURES / f"{request.node.name}-end.txt").write_text(workbench.log(), encoding="utf-8")
    context.close()
    eventually(lambda: not workbench.servers(), "no server outlives its window")


def scripted_model(url: str) -> dict[str, str]:
    """The settings that send everything to a scripted model server."""
    return {
        "mai.provider": "openai-compatible",
        "mai.baseUrl": f"{url}/v1",
        "mai.completion.model": "scripted",
        "mai.edit.model": "scripted",
        "mai.plan.model": "scripted",
    }
