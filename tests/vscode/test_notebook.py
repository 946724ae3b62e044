"""A notebook in real VS Code: a suggestion in a cell knows the cell above it, and the file is saved as it should be."""

from __future__ import annotations

import json
from typing import Any

from tests.vscode.conftest import Open
from tests.vscode.model import COMPLETION, Model, code
from tests.vscode.workbench import Window, eventually

ABOVE = ["def celsius(fahrenheit):\n", "    return (fahrenheit - 32) / 1.8"]
BEGUN = "temperatures = [50, 68, 86]\n"
REST = "mean = celsius(sum(temperatures) / len(temperatures))"


def cell(*lines: str, kind: str = "code") -> dict[str, object]:
    more: dict[str, object] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": list(lines), **more}


def notebook(*cells: dict[str, object]) -> str:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    language = {"language_info": {"name": "python"}}
    made = {"cells": list(cells), "metadata": {**kernel, **language}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(made, indent=1) + "\n"


def saved(window: Window) -> Any:
    return json.loads(window.read({"weather.ipynb": ""})["weather.ipynb"])


WEATHER = notebook(cell("%matplotlib inline\n", *ABOVE), cell("# In degrees", kind="markdown"), cell(BEGUN))

CELL = ".notebookOverlay .code-cell-row .monaco-editor .view-lines"


def opened(open_window: Open) -> Window:
    """Open the notebook from the explorer: what a window begins with is shown as text, whatever it is."""
    window = open_window({"first.txt": "A text.\n", "weather.ipynb": WEATHER})
    window.page.locator(".explorer-viewlet .monaco-list-row", has_text="weather.ipynb").click()
    window.page.locator(CELL).nth(1).wait_for()
    return window


def go_to(window: Window, number: int) -> None:
    """Put the cursor at the end of a cell of code."""
    window.page.locator(CELL).nth(number).click()
    window.press("Control+End")


def test_a_suggestion_in_a_cell_knows_the_cell_above(open_window: Open, model: Model) -> None:
    model.says(COMPLETION, code(REST))
    window = opened(open_window)
    go_to(window, 1)
    window.type("mean")
    window.shows_ghost(REST.removeprefix("mean"))
    window.picture("10-notebook")
    [prompt, *_] = model.asked("mean")
    assert f"%matplotlib inline\n{''.join(ABOVE)}\n\n# # In degrees\n\n{BEGUN}" in prompt
    window.press("Tab")
    window.press("Control+s")
    expected = json.loads(WEATHER)
    expected["cells"][2]["source"] = [BEGUN, REST]
    eventually(lambda: saved(window) == expected, lambda: f"{saved(window)} becomes {expected}")


def test_a_cell_that_is_put_in_and_moved_knows_where_it_is(open_window: Open, model: Model) -> None:
    model.says(COMPLETION, code("kelvin = 273.15"))
    window = opened(open_window)
    go_to(window, 0)
    window.command("Notebook: Insert Code Cell Below")
    window.page.locator(CELL).nth(2).wait_for()
    window.type("kel")
    window.shows_ghost("vin = 273.15")
    [prompt, *_] = model.asked("kel")
    assert f"{''.join(ABOVE)}\n\nkel" in prompt
    window.press("Tab")
    window.command("Notebook: Move Cell Up")
    window.page.locator(f"{CELL}:has-text('kelvin')").click()
    window.press("Control+End")
    model.forget()
    model.says(COMPLETION, code("zero = 0"))
    window.type("\nzer")
    window.shows_ghost("o = 0")
    window.picture("11-notebook-moved")
    [prompt, *_] = model.asked("zer")
    assert "kelvin = 273.15" in prompt
    assert "celsius" not in prompt, "it stands below by now"
    window.press("Tab")
    window.press("Control+s")
    sources = [cell["source"] for cell in json.loads(WEATHER)["cells"]]
    expected = [["kelvin = 273.15\n", "zero = 0"], *sources]
    eventually(lambda: [cell["source"] for cell in saved(window)["cells"]] == expected, lambda: f"{saved(window)}")
