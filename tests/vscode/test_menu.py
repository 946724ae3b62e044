"""The status item's menu: less, and more of it again."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.vscode.conftest import Open
from tests.vscode.model import COMPLETION, Model, code
from tests.vscode.workbench import Window

ADD = "def add(first, second):\n"
BY_HAND = "Trigger Inline Suggestion"


def test_snoozed_nothing_is_suggested_but_by_hand_until_the_menu_wakes_it(open_window: Open, model: Model) -> None:
    model.says(COMPLETION, code("    return first + second"))
    window = open_window({"add.py": ADD})
    window.menu("Snooze for half an hour")
    window.status("off. Suggestions are snoozed. Until")
    quiet_but_by_hand(window, model, "11-snoozed")
    window.menu("Suggest again")
    window.status("ready")
    wakes(window)


def test_switched_off_in_a_file_nothing_is_suggested_there_but_by_hand(open_window: Open, model: Model) -> None:
    model.says(COMPLETION, code("    return first + second"))
    window = open_window({"add.py": ADD})
    window.menu("Off in this file")
    quiet_but_by_hand(window, model, "11-off-in-file")
    window.menu("On in this file", "11-menu")
    wakes(window)


def quiet_but_by_hand(window: Window, model: Model, picture: str) -> None:
    """Type, look at the menu, and ask by hand: only then the model is asked."""
    window.focus()
    window.type("    re")
    window.menu("Show what would be sent here")  # The server has answered what was asked before this.
    expect(window.lines("What a suggestion here would send")).to_be_visible()
    assert not model.asked(COMPLETION)
    window.press("Control+w")
    window.focus()
    expect(window.ghost()).to_have_count(0)
    window.picture(picture)
    window.command(BY_HAND)
    window.shows_ghost("turn first + second")
    window.press("Escape")


def wakes(window: Window) -> None:
    """Type on: what is left of the suggestion is shown."""
    window.focus()
    window.type("t")
    window.shows_ghost("urn first + second")
