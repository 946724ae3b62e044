"""Kate for real, on a display without a screen: completion, and code actions for an editor that takes no edits."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.editors.conftest import FILES
from tests.editors.kate import Kate, kate
from tests.editors.readme import configuration
from tests.editors.replies import SUMMED, TOTALLED
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

Open = Callable[[str], AbstractContextManager[Kate]]


@pytest.fixture
def opened(desktop: None, project: Path, env: dict[str, str]) -> Open:
    return lambda file: kate(configuration("Kate", "json"), project / file, project, env)


def test_a_suggestion_from_the_list_is_inserted(opened: Open, project: Path, model: ModelServer) -> None:
    model.default = (send("    cents = round(cart.total() * 100)\n    return cents"),)
    with opened("shop/pay.py") as editor:
        editor.keys("ctrl+End", "Return")
        editor.type("def cents(cart: Cart) -> int:")
        editor.keys("Return")
        editor.type("cen")
        editor.open_popup("ctrl+space", "the list with a suggestion, which is explained as words are not", windows=2)
        editor.picture("completion")
        editor.take("Return")
        wanted = FILES["shop/pay.py"] + "\ndef cents(cart: Cart) -> int:\n    cents = round(cart.total() * 100)\n"
        editor.saves(project / "shop/pay.py", wanted)


def test_a_code_action_is_worked_out_and_then_applied_from_the_menu(
    opened: Open, project: Path, model: ModelServer
) -> None:
    model.default = (send(SUMMED),)
    with opened("shop/cart.py") as editor:
        editor.keys("ctrl+g")
        editor.type("8")
        editor.keys("Return", "Home")
        editor.choose_first("alt+Return", "code-actions-before")
        editor.until(lambda: model.requests, "the model to be asked")
        # Nothing shows when it is there but a line in Kate's output; until then the menu begins as before.
        for _ in range(5):
            editor.choose_first("alt+Return", "code-actions")
            with contextlib.suppress(TimeoutError):
                editor.saves(project / "shop/cart.py", TOTALLED, patience=2.0)
                break
        assert (project / "shop/cart.py").read_text(encoding="utf-8") == TOTALLED
