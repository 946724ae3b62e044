"""A notebook in real VS Code: a suggestion in a cell knows the cell above it, and the file is saved as it should be."""

from __future__ import annotations

import json

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


def saved(window: Window) -> object:
    return json.loads(window.read({"weather.ipynb": ""})["weather.ipynb"])


WEATHER = notebook(cell("%matplotlib inline\n", *ABOVE), cell("# In degrees", kind="markdown"), cell(BEGUN))


def test_a_suggestion_in_a_cell_knows_the_cell_above(open_window: Open, model: Model) -> None:
    model.says(COMPLETION, code(REST))
    window = open_window({"first.txt": "What a window begins with is shown as text.\n", "weather.ipynb": WEATHER})
    window.page.locator(".explorer-viewlet .monaco-list-row", has_text="weather.ipynb").click()
    window.page.locator(".notebookOverlay .code-cell-row .monaco-editor .view-lines").first.wait_for()
    window.picture("10-notebook-open")
    editor = window.page.locator(".notebookOverlay .code-cell-row .monaco-editor .view-lines").nth(1)
    editor.click()
    window.press("Control+End")
    window.type("mean")
    window.shows_ghost(REST.removeprefix("mean"))
    window.picture("10-notebook")
    [prompt, *_] = model.asked("mean")
    assert "".join(ABOVE) in prompt
    assert "# In degrees" in prompt
    assert "%matplotlib inline" in prompt
    window.press("Tab")
    window.press("Control+s")
    expected = json.loads(WEATHER)
    expected["cells"][2]["source"] = [BEGUN, REST]
    eventually(lambda: saved(window) == expected, lambda: f"{saved(window)} becomes {expected}")
