"""The next provider answers when the user's own can not, and nothing is suggested by itself once the money is spent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.editor import KEY, Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.support.model_server import ModelServer
from tests.support.model_steps import send, status

URI = "file:///work/a.py"
CODE = "def add(a, b):\n    return "
OTHER = {"openai-compatible": {"completionModel": "other", "editModel": "other"}}


def type_on(editor: Editor) -> None:
    editor.edit(URI, (0, 0, "y = 1\n"))


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.name)
async def test_another_provider_answers_at_once_and_the_dead_one_is_left_alone(profile: Profile) -> None:
    async with ModelServer(status(402)) as main, ModelServer(send("a + b\n")) as other:
        env = {
            **for_model(main.url),
            "MAI_LSP_PROVIDER": "openrouter",
            "MAI_LSP_ROUTE_FALLBACK": json.dumps(["openai-compatible"]),
            "MAI_LSP_PROVIDERS": json.dumps(OTHER),
            "OPENAI_BASE_URL": f"{other.url}/v1",
            "OPENAI_API_KEY": "key-of-the-other",
        }
        async with editing(profile, env) as editor:
            editor.open(URI, CODE)
            assert (await editor.report())["provider"] == "openrouter"
            assert await editor.inline(URI)
            for _ in range(3):
                type_on(editor)
                assert await editor.inline(URI)
            told = await editor.report()
            assert (told["provider"], told["model"], told["state"]) == ("openai-compatible", "other", "ready")
            assert editor.messages == []
        assert len(main.requests) == 1
        assert len(other.requests) >= 4
        assert all(asked.headers["authorization"] == "Bearer key-of-the-other" for asked in other.requests)
        assert KEY not in str([asked.headers for asked in other.requests])


async def test_keys_that_the_editor_keeps_reach_each_its_own_provider() -> None:
    async with ModelServer(status(402)) as main, ModelServer(send("a + b\n")) as other:
        env = {"MAI_LSP_PROVIDERS": json.dumps(OTHER), "OPENAI_BASE_URL": f"{other.url}/v1"}
        told = {
            "provider": "openrouter",
            "baseUrl": f"{main.url}/v1",
            "route.fallback": ["openai-compatible"],
            "apiKeys": {"openrouter": "kept-for-main", "openai-compatible": "kept-for-other"},
        }
        async with editing(VSCODE, env, configuration=told) as editor:
            editor.open(URI, CODE)
            assert await editor.inline(URI)
            assert editor.messages == []
            assert "kept-for" not in str(await editor.report())
        assert [asked.headers["authorization"] for asked in main.requests] == ["Bearer kept-for-main"]
        assert [asked.headers["authorization"] for asked in other.requests] == ["Bearer kept-for-other"]


async def test_when_nobody_can_answer_it_is_said_once_and_costs_nothing() -> None:
    async with ModelServer(status(402)) as main, ModelServer(status(401)) as other:
        env = {
            **for_model(main.url),
            "MAI_LSP_PROVIDER": "openrouter",
            "MAI_LSP_ROUTE_FALLBACK": json.dumps(["openai-compatible"]),
            "MAI_LSP_PROVIDERS": json.dumps(OTHER),
            "OPENAI_BASE_URL": f"{other.url}/v1",
        }
        async with editing(VSCODE, env, clean=False) as editor:
            editor.open(URI, CODE)
            for _ in range(4):
                type_on(editor)
                assert await editor.inline(URI) == []
            assert (await editor.report())["state"] == "error"
            assert 1 <= len(editor.messages) <= 2
        assert (len(main.requests), len(other.requests)) == (1, 1)


async def test_nothing_is_suggested_by_itself_once_the_day_has_cost_enough(tmp_path: Path) -> None:
    async with ModelServer(send("a + b\n")) as model:
        env = {
            **for_model(model.url),
            "MAI_LSP_PRICE_INPUT": "1000",
            "MAI_LSP_PRICE_OUTPUT": "1000",
            "MAI_LSP_COST_PER_DAY": "0.001",
            "MAI_LSP_STATS_ENABLE": "true",
            "MAI_LSP_DATA_DIR": str(tmp_path / "data"),
        }
        async with editing(VSCODE, env) as editor:
            editor.open(URI, CODE)
            assert await editor.inline(URI)
            type_on(editor)
            assert await editor.inline(URI) == []
            told = await editor.report()
            assert told["skipped"]["ceiling"] == 1
            assert told["state"] == "limited"
            assert told["message"].startswith("Nothing is suggested while typing. Today has cost $")
            assert "mai.cost.perDay" in told["message"]
            assert len(model.requests) == 1
            assert await editor.inline(URI, invoked=True)
        asked = len(model.requests)
        async with editing(VSCODE, env) as editor:  # A server that is started later knows it, too.
            editor.open(URI, CODE)
            await editor.until(lambda: any(told["state"] == "limited" for told in editor.statuses))
            assert await editor.inline(URI) == []
        assert len(model.requests) == asked
