"""`mai-lsp edit`, `refactor` and `undo` against a scripted model: what is shown, what is written, what comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.cli import CommandLine, cli  # noqa: F401 (a fixture)
from tests.e2e.editor import ROOT
from tests.e2e.test_refactor import FILES, INSTRUCTION, RENAMED, REPLY, WHOLE, block
from tests.engine import test_change_undo as planted
from tests.support.model_server import ModelServer
from tests.support.model_steps import send, status


@pytest.fixture
def shop(cli: CommandLine) -> CommandLine:  # noqa: F811 (the fixture)
    for name, text in FILES.items():
        cli.write(name, text)
    cli.write(".mai.toml", "")
    cli.env(
        MAI_LSP_EDIT_MODEL="scripted",
        MAI_LSP_PLAN_MODEL="scripted",
        MAI_LSP_PRICE_INPUT="1",
        MAI_LSP_PRICE_OUTPUT="1",
        MAI_LSP_STATS_ENABLE="false",
    )
    return cli


def on_disk(folder: Path) -> dict[str, str]:
    return {name.relative_to(folder).as_posix(): name.read_bytes().decode() for name in folder.glob("shop/**/*.py")}


def test_a_refactor_shows_a_diff_and_who_was_asked_about_what_and_writes_nothing(shop: CommandLine) -> None:
    with shop.model() as model:
        model.enqueue(send(REPLY))
        ran = shop("refactor", INSTRUCTION)
    assert ran.code == 0
    assert ran.out.startswith("diff --git a/shop/cart.py b/shop/cart.py\n")
    assert "-    return cart.total()\n+    return cart.sum()\n" in ran.out
    assert "shop/use.py: " in ran.err
    assert "scripted (openai-compatible, edit): " in ran.err
    assert "Not written" in ran.err
    assert on_disk(shop.folder) == FILES


def test_what_is_written_comes_back(shop: CommandLine) -> None:
    with shop.model() as model:
        model.enqueue(send(REPLY))
        ran = shop("refactor", "--write", INSTRUCTION, "shop")
        assert ran.code == 0
        assert "Written: 2 files changed" in ran.err
        assert on_disk(shop.folder) == FILES | RENAMED
        model.enqueue(send(WHOLE))
        assert shop("refactor", "--write", "Tidy up", "shop").code == 0
    assert sorted(on_disk(shop.folder)) == ["shop/cart.py", "shop/deep/moved.py", "shop/new.py", "shop/use.py"]
    listed = shop("undo", "--list")
    assert [line.partition("  ")[2].partition(" (")[0] for line in listed.out.strip().split("\n")] == [
        "Refactor: Tidy up",
        f"Refactor: {INSTRUCTION}",
    ]
    assert shop("undo").code == 0
    assert on_disk(shop.folder) == FILES | RENAMED
    assert shop("undo", "shop").code == 0
    assert on_disk(shop.folder) == FILES
    assert shop("undo").code == 1


def test_no_former_text_is_kept_where_the_user_wants_none(shop: CommandLine) -> None:
    shop.env(MAI_LSP_UNDO_ENABLE="false")
    with shop.model() as model:
        model.enqueue(send(REPLY))
        assert shop("refactor", "--write", INSTRUCTION, "shop").code == 0
    assert on_disk(shop.folder) == FILES | RENAMED
    assert shop("undo").code == 1
    kept = [path.read_bytes() for path in (shop.folder / "data").rglob("*") if path.is_file()]
    assert not any(b"cart.total" in data for data in kept)


def test_undoing_names_the_file_that_was_changed_since_and_touches_none(shop: CommandLine) -> None:
    with shop.model() as model:
        model.enqueue(send(REPLY))
        shop("refactor", "--write", INSTRUCTION)
    shop.write("shop/use.py", "mine\n")
    before = on_disk(shop.folder)
    ran = shop("undo", "--json")
    assert ran.code == 1
    assert ran.json["files"] == ["shop/use.py"]
    assert not ran.json["undone"]
    assert on_disk(shop.folder) == before


def test_the_json_says_everything(shop: CommandLine) -> None:
    with shop.model() as model:
        model.enqueue(send("I rename it.\n\n" + REPLY))
        told = shop("refactor", "--json", INSTRUCTION).json
    assert told["state"] == "proposed"
    assert [(one["path"], one["kind"]) for one in told["files"]] == [
        ("shop/cart.py", "changed"),
        ("shop/use.py", "changed"),
    ]
    assert all(one["why"] and one["diff"].startswith("diff --git") for one in told["files"])
    assert told["decisions"][0]["role"] == "edit"
    assert told["tokens"]["input"] > 0
    assert told["cost_usd"] > 0
    assert told["prose"] == "I rename it."
    assert told["error"] is None


def test_a_part_of_a_file_is_edited(shop: CommandLine) -> None:
    with shop.model() as model:
        model.enqueue(send(block("shop/cart.py", "        return 0.0\n", "        return 1.0\n")))
        ran = shop("edit", "shop/cart.py:4-5", "Return one", "--write")
    assert ran.code == 0
    assert on_disk(shop.folder) == FILES | {"shop/cart.py": FILES["shop/cart.py"].replace("0.0", "1.0")}


def test_a_built_in_action_is_run_by_its_id(shop: CommandLine) -> None:
    listed = shop("edit", "shop/cart.py:4", "--list", "--json")
    assert listed.code == 0
    ids = [one["id"] for one in listed.json]
    assert "document" in ids
    with shop.model() as model:
        documented = '        """Nothing yet."""\n        return 0.0\n'
        model.enqueue(send(block("shop/cart.py", "        return 0.0\n", documented)))
        ran = shop("edit", "shop/cart.py:4", "--action", "document")
        assert ran.code == 0
        assert '+        """Nothing yet."""' in ran.out
        model.enqueue(send("It adds things up."))
        ran = shop("edit", "shop/cart.py:4", "--action", "explain")
        assert (ran.code, ran.out.strip()) == (0, "It adds things up.")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("edit", "shop/none.py", "x"), "There is no shop/none.py"),
        (("edit", "shop/cart.py:99", "x"), "no lines 99"),
        (("edit", "shop/cart.py"), "Say what is to be done"),
        (("edit", "shop/cart.py:1", "--action", "nonsense"), "makes no sense"),
        (("refactor", "x", "nowhere"), "There is no"),
    ],
)
def test_what_is_wrong_is_said_before_anybody_is_asked(
    shop: CommandLine, arguments: tuple[str, ...], told: str
) -> None:
    with shop.model() as model:
        ran = shop(*arguments)
        assert model.requests == []
    assert ran.code == 2
    assert told in ran.err
    assert ran.out == ""


def test_a_refusal_and_an_error_have_codes_of_their_own_and_write_nothing(shop: CommandLine) -> None:
    with shop.model() as model:
        model.default = (send("No."),)
        ran = shop("refactor", "--write", INSTRUCTION)
        assert (ran.code, ran.out) == (1, "")
        assert "Nothing was changed" in ran.err
        refuse(model)
        ran = shop("refactor", "--write", "--json", INSTRUCTION)
        assert ran.code == 2
        assert (ran.json["state"], ran.json["error"]["kind"]) == ("error", "AuthRefused")
    assert on_disk(shop.folder) == FILES


def refuse(model: ModelServer) -> None:
    model.default = (status(401),)


def test_a_question_about_money_is_answered_with_no_where_nobody_can_answer(shop: CommandLine) -> None:
    with shop.model() as model:
        model.enqueue(send(REPLY))
        shop.env(MAI_LSP_PRICE_INPUT="100000", MAI_LSP_PRICE_OUTPUT="100000")
        ran = shop("refactor", INSTRUCTION)
        assert ran.code == 1
        assert model.requests == []
        assert shop("refactor", "--yes", INSTRUCTION).code == 0


def test_what_changes_while_the_model_answers_is_kept_or_refused(shop: CommandLine) -> None:
    def reply(_: object) -> tuple[object, ...]:
        shop.write("shop/cart.py", "import os\n\n\n" + FILES["shop/cart.py"])
        return (send(REPLY),)

    with shop.model() as model:
        model.default = reply  # type: ignore[assignment]
        assert shop("refactor", "--write", INSTRUCTION).code == 0
        assert on_disk(shop.folder)["shop/cart.py"] == "import os\n\n\n" + RENAMED["shop/cart.py"]
        assert shop("undo").code == 0
        assert on_disk(shop.folder)["shop/cart.py"] == "import os\n\n\n" + FILES["shop/cart.py"]


@pytest.mark.parametrize("stop", [9, 12])
def test_undo_completes_the_way_back_of_a_writing_that_was_broken_off(shop: CommandLine, stop: int) -> None:
    for name in FILES:
        (shop.folder / name).unlink()
    for name, data in planted.FILES.items():
        (shop.folder / name).write_bytes(data)
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "server")])}
    killed = [sys.executable, "-c", planted.KILLED, str(shop.folder), str(stop)]
    assert subprocess.run(killed, env=env, check=False).returncode == 9
    assert planted.on_disk(shop.folder / "shop") != {name.removeprefix("shop/"): d for name, d in planted.FILES.items()}
    assert "broken off" in shop("undo", "--list").out
    assert shop("undo").code == 0
    assert planted.on_disk(shop.folder / "shop") == {name.removeprefix("shop/"): d for name, d in planted.FILES.items()}
