"""Real VS Code with our VSIX: suggestions, a code action, a refactor, a wrong key, a killed server, its own models."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.editor import KEY
from tests.support.changing import block
from tests.support.gate import Gate
from tests.vscode.conftest import Open
from tests.vscode.model import COMPLETION, Model, code
from tests.vscode.workbench import Window, Workbench, eventually

ADD = "def add(first, second):\n"


def test_the_vsix_is_installed_and_says_so(open_window: Open, workbench: Workbench) -> None:
    window = open_window({"add.py": ADD})
    window.command("Extensions: Show Installed Extensions")
    row = window.page.locator(".extensions-viewlet .monaco-list-row", has_text="MAI").first
    expect(row).to_be_visible()
    assert len(workbench.servers()) == 1
    expect(window.messages()).to_have_count(0)
    window.picture("1-installed")


def test_a_suggestion_appears_while_typing_and_tab_inserts_it(open_window: Open, model: Model) -> None:
    model.says(COMPLETION, code("    return first + second"))
    window = open_window({"add.py": ADD})
    window.type("    ret")
    window.shows_ghost("urn first + second")
    window.picture("2-suggestion")
    assert model.asked(ADD), "the model has seen the file"
    window.press("Tab")
    expect(window.ghost()).to_have_count(0)
    window.save("add.py", f"{ADD}    return first + second")


def test_a_suggestion_is_taken_word_by_word(open_window: Open, model: Model) -> None:
    model.says(COMPLETION, code("    return first + second"))
    window = open_window({"add.py": ADD})
    window.type("    ret")
    window.shows_ghost("urn first + second")
    window.press("Control+ArrowRight")
    window.shows_ghost(" first + second")
    window.save("add.py", f"{ADD}    return")
    window.press("Control+ArrowRight")
    window.shows_ghost("first + second")
    window.press("Control+ArrowRight")
    window.shows_ghost(" + second")
    window.picture("3-word-by-word")
    window.save("add.py", f"{ADD}    return first")


def test_alternatives_are_shown_in_turn_and_one_is_taken(open_window: Open, model: Model) -> None:
    others = {"urn second + first", "urn sum((first, second))"}
    model.says(COMPLETION, code("    return first + second"), others=[code(f"    ret{other}") for other in others])
    window = open_window({"add.py": ADD})
    window.page.mouse.move(0, 0)  # Where it rests on a suggestion the editor asks for the others by itself.
    window.type("    ret")
    window.shows_ghost("urn first + second")
    window.command("MAI: Show Alternative Suggestions")
    eventually(lambda: len(model.asked(COMPLETION)) >= 3, "the others are asked for")
    window.shows_ghost("urn first + second")
    window.press("Alt+]")
    second = window.shows_ghost(*others)
    window.ghost().first.hover()
    expect(window.page.locator(".inlineSuggestionsHints", has_text="2/3").first).to_be_visible()
    window.picture("4-alternatives")
    window.press("Alt+]")
    third = window.shows_ghost(*others - {second})
    window.press("Tab")
    window.save("add.py", f"{ADD}    ret{third}")


CART = '''\
class Cart:
    def __init__(self) -> None:
        self.prices: list[float] = []

    def total(self) -> float:
        """Return the sum of all prices."""
        ...'''


def test_a_code_action_of_the_light_bulb_is_applied(open_window: Open, model: Model) -> None:
    model.says("What is to be done", block("cart.py", "        ...", "        return sum(self.prices)"))
    window = open_window({"cart.py": CART})
    window.page.locator(".lightBulbWidget, .codicon-gutter-lightbulb").first.click()
    action = window.page.locator(".action-widget .monaco-list-row", has_text="Write the body of")
    expect(action).to_be_visible()
    window.picture("5-light-bulb")
    action.click()
    expect(window.page.locator(".view-line", has_text="sum(self.prices)")).to_be_visible()
    window.save("cart.py", CART.replace("...", "return sum(self.prices)"))
    assert model.asked("Return the sum of all prices")


SHOP = {
    "shop/cart.py": "class Cart:\n    prices = 1, 2\n\n    def total(self) -> int:\n        return sum(self.prices)\n",
    "shop/pay.py": "from shop.cart import Cart\n\n\ndef pay(cart: Cart) -> int:\n    return cart.total()\n",
    "shop/bill.py": 'from shop.cart import Cart\n\n\ndef bill(cart: Cart) -> str:\n    return f"{cart.total()}"\n',
}
RENAMED = {path: text.replace("total", "amount") for path, text in SHOP.items()}


def test_a_refactor_is_previewed_applied_and_undone_as_one(open_window: Open, model: Model) -> None:
    gate = Gate()
    changed = [(path, line) for path, text in SHOP.items() for line in text.split("\n") if "total" in line]
    blocks = (block(path, line, line.replace("total", "amount")) for path, line in changed)
    model.says("What is to be done", "".join(blocks), after=gate)
    window = open_window(SHOP)
    window.command("MAI: Refactor")
    window.answer("what is to be done", "Rename Cart.total to amount in shop/cart.py, shop/pay.py and shop/bill.py")
    progress = window.page.locator(".statusbar-item", has_text="MAI: Refactor: Rename Cart.total")
    expect(progress).to_be_visible()
    expect(window.messages()).to_have_count(0)
    window.picture("6-progress")
    gate.open()
    preview = window.page.locator(".bulk-edit-panel")
    for path in SHOP:
        expect(preview.locator(".monaco-list-row", has_text=path.removeprefix("shop/")).first).to_be_visible()
    window.picture("6-preview")
    assert window.read(SHOP) == SHOP, "nothing is changed before the user has said so"
    preview.locator(".monaco-button", has_text="Apply").click()
    window.page.locator(".view-line", has_text="amount").first.wait_for()
    window.press("Control+k", "s")
    window.on_disk(RENAMED)
    window.picture("6-applied")
    window.page.locator(".editor-instance .monaco-editor .view-lines").first.click()
    window.press("Control+z")
    window.page.locator(".view-line", has_text="total").first.wait_for()
    window.press("Control+k", "s")
    window.on_disk(SHOP)


def enter_key(window: Window, key: str) -> None:
    window.command("MAI: Set an API Key")
    window.entry("openai-compatible").click()
    window.answer("API key", key)


def test_a_wrong_key_is_one_clear_message_and_a_right_one_mends_it(open_window: Open, model: Model) -> None:
    model.says(COMPLETION, code("    return first + second"))
    window = open_window({"add.py": ADD})
    enter_key(window, "wrong-key")
    window.focus()
    window.type("    ret")
    window.status("error")
    expect(window.messages()).to_have_text([re.compile("MAI: .* does not accept the key .* Check the key")])
    expect(window.page.locator(".notification-toast .monaco-button", has_text="Set an API key")).to_be_visible()
    window.picture("7-wrong-key")
    window.command("MAI: Show the Server's Log")
    expect(window.page.locator(".panel .view-line", has_text="does not accept the key").first).to_be_visible()
    window.picture("7-log")
    assert set(model.keys()) == {"wrong-key"}, "it is used before any other"
    enter_key(window, KEY)
    window.focus()
    window.type("u")
    window.shows_ghost("rn first + second")
    window.status("ready")


def test_a_killed_server_comes_back_and_suggests_again(open_window: Open, model: Model, workbench: Workbench) -> None:
    model.says(COMPLETION, code("    return first + second"))
    window = open_window({"add.py": ADD})
    window.type("    r")
    window.shows_ghost("eturn first + second")
    killed = workbench.servers()
    for process in killed:
        process.kill()
    eventually(lambda: set(workbench.servers()) - set(killed), "a new server runs")
    eventually(lambda: workbench.begun() == 2, "it has begun")
    window.status("ready")
    window.press("Escape")
    model.forget()
    model.says(COMPLETION, code("    return first - second"))
    window.type("et")
    window.shows_ghost("urn first - second")
    window.picture("8-after-kill")
    window.press("Tab")
    window.save("add.py", f"{ADD}    return first - second")


def test_a_model_of_the_editors_is_asked_with_the_users_consent(
    open_window: Open, model: Model, asked_of_editor: Path
) -> None:
    window = open_window({"add.py": ADD}, {"mai.provider": "vscode", "mai.vscode.vendor": "scripted"})
    window.type("    ret")
    dialog = window.page.locator(".monaco-dialog-box")
    dialog.wait_for()
    window.picture("9-consent")
    dialog.locator(".monaco-button", has_text="Allow").click()
    window.focus()
    window.type("u")
    window.shows_ghost("rn first * second")
    window.picture("9-language-model")
    window.press("Tab")
    window.save("add.py", f"{ADD}    return first * second")
    asked = [json.loads(line) for line in asked_of_editor.read_text(encoding="utf-8").splitlines()]
    assert any(ADD in text for texts in asked for text in texts)
    assert not model.keys(), "nobody else was asked"
