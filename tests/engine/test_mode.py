"""When nothing is suggested while typing, by what the user has set or switched."""

from __future__ import annotations

from typing import Any

import pytest

from mai_lsp.core.text import open_document
from mai_lsp.engine import mode
from mai_lsp.engine.mode import NOTHING_SWITCHED, Switches
from mai_lsp.engine.outcome import Reason
from mai_lsp.settings import Settings

DOCUMENT = open_document("file:///a.py", "python", 1, "x = ")
NO_PYTHON: dict[str, Any] = {"completion_disabled_languages": ["python"]}


@pytest.mark.parametrize(
    ("settings", "switches", "reason"),
    [
        ({}, Switches(), None),
        ({"completion_enable": False}, Switches(), Reason.DISABLED),
        ({"completion_enable": False}, Switches(files={"file:///a.py": True}), Reason.DISABLED),
        (NO_PYTHON, Switches(), Reason.DISABLED),
        (NO_PYTHON, Switches(languages={"python": True}), None),
        (NO_PYTHON, Switches(files={"file:///a.py": True}), None),
        ({}, Switches(languages={"python": False}), Reason.DISABLED),
        ({}, Switches(languages={"python": False}, files={"file:///a.py": True}), None),
        ({}, Switches(files={"file:///a.py": False}), Reason.DISABLED),
        ({}, Switches(files={"file:///b.py": False}, languages={"go": False}), None),
        ({}, Switches(snoozed_until=100.1), Reason.SNOOZED),
        ({}, Switches(snoozed_until=100.0), None),
        ({}, Switches(limited_until=100.1), Reason.LIMITED),
        ({}, Switches(limited_until=100.0), None),
        ({}, Switches(ceiling="Today has cost $5.00."), Reason.CEILING),
        ({}, Switches(ceiling="Today has cost $5.00.", limited_until=100.1), Reason.LIMITED),
        ({"completion_mode": "manual"}, Switches(), Reason.MANUAL),
        ({"completion_mode": "quiet"}, Switches(), None),
    ],
)
def test_the_gate(settings: dict[str, Any], switches: Switches, reason: Reason | None) -> None:
    skipped = mode.gate(DOCUMENT, Settings(**settings), switches, 100.0)
    assert (skipped.reason if skipped else None) is reason
    assert skipped is None or skipped.detail.endswith(".")


@pytest.mark.parametrize("settings", [Settings(), Settings(**NO_PYTHON)])
def test_toggling_twice_is_as_before(settings: Settings) -> None:
    was = mode.gate(DOCUMENT, settings, NOTHING_SWITCHED, 0.0) is None
    switches = mode.toggle_file(DOCUMENT.uri, "python", settings, NOTHING_SWITCHED)
    assert (mode.gate(DOCUMENT, settings, switches, 0.0) is None) is not was
    assert mode.toggle_file(DOCUMENT.uri, "python", settings, switches) == NOTHING_SWITCHED
    switches = mode.toggle_language("python", settings, NOTHING_SWITCHED)
    assert (mode.gate(DOCUMENT, settings, switches, 0.0) is None) is not was
    assert mode.toggle_language("python", settings, switches) == NOTHING_SWITCHED


def test_a_file_can_be_switched_on_in_a_language_that_is_off() -> None:
    switches = mode.toggle_language("python", Settings(), NOTHING_SWITCHED)
    switches = mode.toggle_file(DOCUMENT.uri, "python", Settings(), switches)
    assert mode.gate(DOCUMENT, Settings(), switches, 0.0) is None


def test_quiet_mode_waits_and_says_little_unless_asked_by_hand() -> None:
    quiet = Settings(completion_mode="quiet", completion_max_lines=12)
    assert mode.pause(quiet, automatic=True) == mode.QUIET_PAUSE
    assert mode.restrained(quiet, automatic=True).completion_max_lines == 1
    assert mode.pause(quiet, automatic=False) == mode.pause(Settings(), automatic=True) == 0.0
    assert mode.restrained(quiet, automatic=False) == quiet
    assert mode.restrained(Settings(), automatic=True) == Settings()
