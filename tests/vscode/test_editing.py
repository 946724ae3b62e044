"""Edits by hand: a few lines by an instruction, the next edit, and the way back from a change."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.changing import block
from tests.vscode.conftest import Open
from tests.vscode.model import Model
from tests.vscode.workbench import Window

_SHOWN = """text => [...document.querySelectorAll(".view-line span")].some(
  (part) => getComputedStyle(part, "::after").content.includes(text))"""
"""Whether a text is shown that is not in the document."""

NEXT = "MAI: Go to the Next Edit, or Make It"

CART = """\
class Cart:
    prices = 1, 2

    def total(self) -> int:
        return 0

    def empty(self) -> bool:
        return False
"""
SUMMED = CART.replace("return 0", "return sum(self.prices)")
CHANGE = "What is to be done"


def test_selected_lines_are_changed_by_an_instruction_and_brought_back(open_window: Open, model: Model) -> None:
    model.says(CHANGE, block("cart.py", "        return 0", "        return sum(self.prices)"))
    window = open_window({"cart.py": CART})
    goes_to(window, 4)
    window.press("Shift+ArrowDown", "Shift+ArrowDown")
    window.command("MAI: Modify Selection")
    window.answer("what is to be done", "Return the sum.")
    expect(window.lines("return sum(self.prices)")).to_be_visible()
    window.picture("16-modified")
    (asked,) = model.asked(CHANGE)
    assert "Return the sum." in asked
    window.save("cart.py", SUMMED)
    window.command("MAI: Undo the Last Change")
    expect(window.lines("return 0")).to_be_visible()
    window.save("cart.py", CART)


AREA = """\
def area(width, height):
    print("😀", width)
    return width * height
"""


def test_the_next_edit_is_shown_where_it_is_and_made_when_asked_again(open_window: Open, model: Model) -> None:
    window = open_window({"area.py": AREA})
    goes_to(window, 1)
    for _ in range(len("def area(")):
        window.press("ArrowRight")
    for _ in range(len("width")):
        window.press("Delete")
    window.type("breadth")
    shows_next_edit(window, 2)
    window.picture("16-next-edit")
    window.command(NEXT)
    expect(window.lines('print("😀", breadth)')).to_be_visible()
    shows_next_edit(window, 3)
    window.press("Escape")
    window.page.wait_for_function(f"text => !({_SHOWN})(text)", arg="breadth")
    shows_next_edit(window, 3)
    window.press("Tab")
    expect(window.lines("return breadth * height")).to_be_visible()
    window.save("area.py", AREA.replace("width", "breadth"))
    window.command(NEXT)
    expect(window.page.locator(".statusbar-item", has_text="MAI: there is no next edit")).to_be_visible()


def shows_next_edit(window: Window, line: int) -> None:
    """Ask for the next edit, and wait until it is shown in a line."""
    window.command(NEXT)
    window.page.wait_for_function(_SHOWN, arg="breadth")
    expect(window.page.locator(".statusbar-item", has_text=f"Ln {line}, Col")).to_be_visible()


def goes_to(window: Window, line: int) -> None:
    """Put the cursor to the beginning of a line, counted from 1."""
    window.press("Control+g")
    window.page.locator(".quick-input-widget input[type=text]").fill(f":{line}")
    window.press("Enter")
    expect(window.page.locator(".statusbar-item", has_text=f"Ln {line}, Col 1")).to_be_visible()
