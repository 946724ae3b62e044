"""Neovim 0.12 for real: ghost text, alternatives, code actions, refactors over files, undo, next edits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.editors.conftest import FILES
from tests.editors.neovim import Neovim, neovim
from tests.editors.readme import configuration
from tests.editors.replies import RENAME, RENAMED, SUMMED, TOTALLED, renaming
from tests.support.model_server import ModelServer
from tests.support.model_steps import send


def shows(editor: Neovim, text: str) -> bool:
    return editor.text == text


@pytest.fixture
def plain(launchers: Path, project: Path, env: dict[str, str]) -> Iterator[Neovim]:
    """With the README's lines."""
    with neovim(launchers / "nvim", configuration("Neovim 0.12", "lua"), project, env) as editor:
        yield editor


@pytest.fixture
def whole(launchers: Path, project: Path, env: dict[str, str]) -> Iterator[Neovim]:
    """With the helper file."""
    with neovim(launchers / "nvim", configuration("Neovim with everything", "lua"), project, env) as editor:
        yield editor


def test_ghost_text_appears_while_typing_and_tab_inserts_it(plain: Neovim, project: Path, model: ModelServer) -> None:
    model.default = (send("    count = len(cart.prices)\n    return count"),)
    plain.open(project / "shop/pay.py")
    plain.keys("Go<CR>def count(cart: Cart) -> int:<CR>")
    assert plain.until(lambda: plain.ghost, "ghost text") == "count = len(cart.prices)\n    return count"
    plain.keys("<Tab>")
    wanted = FILES["shop/pay.py"] + "\ndef count(cart: Cart) -> int:\n    count = len(cart.prices)\n    return count\n"
    plain.until(lambda: plain.text == wanted, "the suggestion in the text")
    assert plain.cursor == (9, len("    return count"))


def test_typing_on_keeps_what_is_left_of_the_ghost_text(plain: Neovim, project: Path, model: ModelServer) -> None:
    model.default = (send("    count = len(cart.prices)"),)
    plain.open(project / "shop/pay.py")
    plain.keys("Go<CR>def count(cart: Cart) -> int:<CR>")
    plain.until(lambda: plain.ghost, "ghost text")
    plain.keys("count = ")
    plain.until(lambda: plain.ghost == "len(cart.prices)" and plain.settled, "the rest of it")
    plain.keys("<Tab>")
    plain.until(lambda: plain.text.endswith("\n    count = len(cart.prices)\n"), "the suggestion in the text")


def test_a_code_action_from_the_menu_is_resolved_and_applied(plain: Neovim, project: Path, model: ModelServer) -> None:
    model.default = (send(SUMMED),)
    plain.open(project / "shop/cart.py")
    plain.keys("/total<CR>")
    titles = plain.actions()
    plain.keys("gra")
    number = next(number for number, title in enumerate(titles, 1) if title.startswith("Write the body"))
    plain.answer(f"{number}<CR>")
    plain.until(lambda: plain.text == TOTALLED, "the body")
    plain.keys("u")
    plain.until(lambda: plain.text == FILES["shop/cart.py"], "the text without it")


def test_a_name_changed_where_it_is_declared_is_changed_where_it_is_used(plain: Neovim, project: Path) -> None:
    plain.open(project / "shop/area.py")
    plain.keys("gg/width<CR>cwbreadth<Esc>j")
    title = "Apply next edit"
    plain.until(lambda: any(one.startswith(title) for one in plain.actions()), "the next edit")
    title = next(one for one in plain.actions() if one.startswith(title))
    plain.act(title)
    plain.until(lambda: "print('😀', breadth)" in plain.text, "the edit")


def test_a_refactor_of_several_files_is_one_edit_with_progress_and_a_way_back(
    whole: Neovim, project: Path, model: ModelServer
) -> None:
    model.default = (send(renaming()),)
    whole.open(project / "shop/cart.py")
    whole.keys(f":MaiRefactor {RENAME}<CR>")
    whole.answer("1<CR>")
    whole.until(lambda: all(whole.text_of(project / path) == text for path, text in RENAMED.items()), "the change")
    assert len(RENAMED) == 3
    title = f"MAI: Refactor: {RENAME}"
    whole.until(lambda: (title, "end") in [(one.get("title"), one["kind"]) for one in whole.progress], "its end")
    steps = {one.get("message") for one in whole.progress if one.get("title") == title}
    assert "Writing the edits of 3 files with scripted" in steps
    assert (project / "shop/pay.py").read_text(encoding="utf-8") == FILES["shop/pay.py"], "nothing is written unasked"
    for path, text in RENAMED.items():
        whole.command(f"buffer {project / path}")
        for key, wanted in (("u", FILES[path]), ("<C-r>", text)):
            whole.keys(key)
            whole.until(partial(shows, whole, wanted), f"{path} after {key}")
    whole.until(lambda: all(whole.known(project / path) for path in RENAMED), "the server to know")
    whole.keys(":MaiUndo<CR>")
    whole.until(lambda: all(whole.text_of(project / path) == FILES[path] for path in RENAMED), "all undone")


def test_one_word_of_the_ghost_text_is_taken_and_the_rest_stays(
    whole: Neovim, project: Path, model: ModelServer
) -> None:
    model.default = (send("    return len(cart.prices)"),)
    whole.open(project / "shop/pay.py")
    whole.keys("Go<CR>def count(cart: Cart) -> int:<CR>")
    whole.until(lambda: whole.ghost == "return len(cart.prices)", "ghost text")
    for typed, rest in (
        ("return", " len(cart.prices)"),
        ("return len", "(cart.prices)"),
        ("return len(", "cart.prices)"),
    ):
        whole.keys("<M-Right>")
        whole.until(lambda typed=typed: whole.text.endswith(f"\n    {typed}\n"), typed)  # type: ignore[misc]
        whole.until(lambda rest=rest: whole.ghost == rest, f"{rest} behind it")  # type: ignore[misc]
    whole.keys("<Tab>")
    whole.until(lambda: whole.text.endswith("\n    return len(cart.prices)\n"), "all of it")


def test_what_was_typed_of_a_suggestion_is_not_inserted_again(whole: Neovim, project: Path, model: ModelServer) -> None:
    model.default = (send("    return len(cart.prices)"),)
    whole.open(project / "shop/pay.py")
    whole.keys("Go<CR>def count(cart: Cart) -> int:<CR>")
    whole.until(lambda: whole.ghost == "return len(cart.prices)", "ghost text")
    whole.keys("ret<Tab>")  # faster than the next answer
    whole.until(lambda: whole.text.endswith("\n    return len(cart.prices)\n"), "all of it")


def test_alternatives_are_a_list_to_choose_from(whole: Neovim, project: Path, model: ModelServer) -> None:
    usual, *others = "    return len(cart.prices)", "    return 0", "    return round(cart.total())"
    rest = iter(others)
    model.default = lambda asked: (send(next(rest) if asked.body["temperature"] else usual),)
    whole.open(project / "shop/pay.py")
    whole.lua("vim.lsp.inline_completion.enable(false)")  # the replies are for those asked for by hand
    whole.keys("Go<CR>def count(cart: Cart) -> int:<CR><Cmd>MaiAlternatives<CR>")
    whole.answer("2<CR>")
    whole.until(lambda: any(whole.text.endswith(f":\n{one}\n") for one in others), "one of the others")


def test_the_instruction_for_a_range_is_asked_for(whole: Neovim, project: Path, model: ModelServer) -> None:
    model.default = (send(SUMMED),)
    whole.open(project / "shop/cart.py")
    whole.keys(":8,10MaiEdit<CR>")
    whole.answer("Return the sum.<CR>")
    whole.until(lambda: whole.text == TOTALLED, "the edit")
    told = model.requests[0].body["messages"][-1]["content"]
    assert "Return the sum.\n" in told
    assert FILES["shop/cart.py"][FILES["shop/cart.py"].index("    def total") :] in told


def test_the_next_edit_is_gone_to_and_then_made(whole: Neovim, project: Path) -> None:
    whole.open(project / "shop/area.py")
    whole.keys("gg/width<CR>cwbreadth<Esc>")
    for line, text in ((2, "print('😀', breadth)"), (3, "return breadth * height")):
        whole.keys(":MaiNextEdit<CR>")
        whole.until(lambda line=line: whole.cursor[0] == line, f"line {line}")  # type: ignore[misc]
        whole.keys(":MaiNextEdit<CR>")
        whole.until(lambda text=text: text in whole.text, text)  # type: ignore[misc]
