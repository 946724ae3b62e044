"""What the server offers to the extension's dialogues: models and checks; and the preview that is the question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.applying import Applier, able
from tests.e2e.editor import KEY, Editor, editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.model_server import ModelServer
from tests.support.model_steps import send, status


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send("(fahrenheit - 32) * 5 / 9")) as server:
        server.models = [{"id": "scripted", "context_length": 8000}, {"id": "other"}]
        yield server


def plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: plain(one) for name, one in value._asdict().items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


async def run(editor: Editor, command: str, *arguments: Any) -> Any:
    return plain(await editor.run(command, *arguments))


async def test_providers_are_told_without_asking_anyone(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url) | {"FIREWORKS_API_KEY": KEY}) as editor:
        found = await run(editor, "mai.models")
    assert model.catalogue == []
    assert found["provider"] == "openai-compatible"
    assert (found["models"], found["reason"]) == ([], "")
    assert found["roles"] == {"completion": "scripted", "edit": "", "plan": ""}
    by_name = {one["name"]: one for one in found["providers"]}
    assert (by_name["fireworks"]["key"], by_name["fireworks"]["keyFrom"]) == ("needed", "FIREWORKS_API_KEY")
    assert (by_name["foundry"]["key"], by_name["foundry"]["needsUrl"]) == ("optional", True)
    assert (by_name["local"]["key"], by_name["local"]["needsUrl"]) == ("none", False)
    assert "vscode" not in by_name
    assert KEY not in str(found)


async def test_the_editors_own_models_are_offered_where_it_has_some(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url), options={"mai": {"languageModels": True}}) as editor:
        found = await run(editor, "mai.models")
    assert "vscode" in {one["name"] for one in found["providers"]}


async def test_the_chosen_providers_models_are_listed_before_one_is_chosen(model: ModelServer) -> None:
    env = for_model(model.url)
    del env["MAI_LSP_COMPLETION_MODEL"]
    async with editing(VSCODE, env, clean=False) as editor:
        found = await run(editor, "mai.models", True)
    assert [one["id"] for one in found["models"]] == ["scripted", "other"]
    assert found["models"][0]["window"] == 8000
    assert found["reason"] == ""


async def test_a_setting_that_was_changed_a_moment_ago_holds(model: ModelServer) -> None:
    """The settings are pulled anew, as nothing has told the server of the change."""
    async with editing(VSCODE, for_model(model.url), configuration={"completion": {"model": "scripted"}}) as editor:
        await editor.report()
        editor.client.set_configuration({"mai": {"completion": {"model": "other"}}})
        found = await run(editor, "mai.models", False)
    assert found["roles"]["completion"] == "other"


async def test_why_there_is_no_list_is_told(model: ModelServer) -> None:
    model.models_reply = (status(401),)
    async with editing(VSCODE, for_model(model.url)) as editor:
        found = await run(editor, "mai.models", True)
    assert found["models"] == []
    assert "key" in found["reason"]


async def test_checks_end_with_a_real_suggestion_and_show_no_key(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url)) as editor:
        found = await run(editor, "mai.doctor")
    checks = {one["name"]: one for one in found["checks"]}
    assert found["ok"]
    assert "fahrenheit - 32" in checks["Completion"]["fact"]
    assert KEY not in str(found)


async def test_a_refused_key_fails_the_check_and_says_what_to_do(model: ModelServer) -> None:
    model.default = (status(401),)
    model.models_reply = (status(401),)
    async with editing(VSCODE, for_model(model.url)) as editor:
        found = await run(editor, "mai.doctor")
    (failed,) = [one for one in found["checks"] if one["state"] == "fail"]
    assert not found["ok"]
    assert failed["advice"]


REPLY = """a.py
```python
<<<<<<< SEARCH
x = 1
=======
y = 1
>>>>>>> REPLACE
```

b.py
```python
<<<<<<< SEARCH
x = 2
=======
y = 2
>>>>>>> REPLACE
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for name, text in {"a.py": "x = 1\n", "b.py": "x = 2\n"}.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("refuse", ["", None], ids=["discarded", "confirmed"])
async def test_where_the_preview_comes_ticked_it_is_the_question(
    refuse: str | None, model: ModelServer, folder: Path, tmp_path: Path
) -> None:
    env = for_model(model.url) | {"MAI_LSP_EDIT_MODEL": "scripted", "MAI_LSP_DATA_DIR": str(tmp_path / "data")}
    options = {"mai": {"preview": True}}
    async with editing(able(VSCODE, applies=True), env, folder=folder, options=options) as editor:
        applier = Applier(editor)
        applier.refuse = refuse
        editor.open((folder / "a.py").as_uri(), "x = 1\n")
        model.enqueue(send(REPLY))
        result = await run(editor, "mai.refactor", "Rename x to y", {"paths": ["a.py", "b.py"]})
        shown = list(editor.messages)
    assert applier.questions == []
    (sent,) = applier.edits
    assert all(one.needs_confirmation for one in (sent.edit.change_annotations or {}).values())
    assert result["state"] == ("applied" if refuse is None else "cancelled")
    assert shown == []
