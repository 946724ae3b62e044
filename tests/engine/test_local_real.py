"""The real model on the real engine: llama.cpp with the default weights, found where `mai-lsp model fetch` puts them.

A missing model or engine fails these tests with the sentence that a user would see; it never skips them.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mai_lsp.model.local import plan, state
from mai_lsp.model.local.share import LocalEngine
from mai_lsp.model.local.weights import locate
from mai_lsp.settings import Settings
from mai_lsp.system import lock
from mai_lsp.system.cache import cache_dir

pytestmark = pytest.mark.real_model

BEFORE = "def total(numbers):\n    result = 0\n    for number in numbers:\n        result += number\n    return"
AFTER = "\n\nprint(total([1, 2]))\n"
PROMPT = f"<|fim_prefix|><|fim_suffix|>{AFTER}<|fim_middle|>{BEFORE}"


@pytest.fixture
async def cache(tmp_path: Path) -> AsyncIterator[Path]:
    """A cache of this test's own, so that no editor's engine is stopped, with the user's weights in it."""
    weights = locate("", cache_dir())
    folder = tmp_path / "models"
    folder.mkdir()
    if weights.path.exists():  # otherwise the engine says what to do, and the test fails with that
        (folder / weights.path.name).symlink_to(weights.path)
        note = weights.path.with_name(weights.path.name + ".verified.json")
        if note.exists():
            (folder / note.name).write_bytes(note.read_bytes())
    yield tmp_path
    for path in plan.engines_dir(tmp_path).glob("*.lock"):
        while await asyncio.to_thread(lock.take, path, wait=0.2) is None:
            await asyncio.to_thread(state.stop, path.with_suffix(".json"))


def editor(cache: Path, **settings: Any) -> LocalEngine:
    return LocalEngine(Settings(local_context=2048, **settings), cache=cache)


async def complete(address: tuple[str, str], prompt: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Stream a completion as the model layer does; return its text and last chunk with usage."""
    base, key = address
    body = {"prompt": prompt, "max_tokens": 8, "temperature": 0, "stream": True, **more}
    text = ""
    last: dict[str, Any] = {}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=120, headers={"Authorization": f"Bearer {key}"}) as client,
        client.stream("POST", f"{base}/v1/completions", json=body) as reply,
    ):
        assert reply.status_code == 200, await reply.aread()
        async for line in reply.aiter_lines():
            if line.startswith("data: {"):
                chunk = json.loads(line.removeprefix("data: "))
                text += chunk["choices"][0]["text"]
                last = chunk if "usage" in chunk else last
    return text, last


async def test_fills_a_gap_and_keeps_the_prompt_cache(cache: Path) -> None:
    address = await editor(cache).address()
    text, first = await complete(address, PROMPT)
    assert text.strip().startswith("result")
    assert first["model"] == "qwen2.5-coder-0.5b-instruct"
    assert first["usage"]["prompt_tokens"] > 20
    _, again = await complete(address, PROMPT + " result")
    cached = again["usage"]["prompt_tokens_details"]["cached_tokens"]
    assert cached >= first["usage"]["prompt_tokens"] - 2, "typing on must not read the prompt again"


async def test_a_grammar_makes_the_answer_begin_with_half_a_word(cache: Path) -> None:
    address = await editor(cache).address()
    text, _ = await complete(address, PROMPT, grammar='root ::= " su" .*')
    assert text.startswith(" su")
    text, _ = await complete(address, PROMPT, grammar='root ::= " result" .*', max_tokens=24, ignore_eos=True)
    assert "\n" in text, "the dot matches a line end too, so a suggestion may have several lines"


async def test_nobody_without_the_key_is_served_and_no_log_holds_code(cache: Path) -> None:
    base, key = await editor(cache).address()
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        for path in ("/v1/models", "/metrics", "/props", "/slots"):
            assert (await client.get(base + path)).status_code == 401
        assert (await client.get(f"{base}/health")).status_code == 200
        assert (await client.get(f"{base}/")).status_code in {401, 404}, "no web page is served"
        auth = {"Authorization": f"Bearer {key}"}
        preflight = await client.options(f"{base}/v1/models", headers={"Origin": "https://page.example"})
        assert preflight.headers.get("Access-Control-Allow-Origin") != "https://page.example"
        body = {"prompt": "marker_in_prompt = ", "max_tokens": 1, "grammar": 'root ::= "marker_in_grammar'}
        assert (await client.post(f"{base}/v1/completions", json=body, headers=auth)).status_code == 400
    for file in plan.engines_dir(cache).iterdir():
        content = file.read_bytes()
        assert b"marker" not in content
        assert file.suffix == ".json" or key.encode() not in content


async def test_two_editors_in_two_processes_share_one_engine(cache: Path) -> None:
    program = (
        "import asyncio, pathlib\nfrom mai_lsp.model.local.share import LocalEngine\n"
        "from mai_lsp.settings import Settings\n"
        f"engine = LocalEngine(Settings(local_context=2048), cache=pathlib.Path({str(cache)!r}))\n"
        "print(asyncio.run(engine.address())[0])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    runs = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, env=environment
        )
        for _ in range(2)
    ]
    addresses = [(await run.communicate())[0].decode().strip() for run in runs]
    assert addresses[0] == addresses[1]
    mine = await editor(cache).address()
    assert mine[0] == addresses[0], "the engine outlives the editors that started it"
    assert len(state.running(plan.engines_dir(cache))) == 1
    assert (await complete(mine, PROMPT))[0].strip().startswith("result")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
async def test_a_killed_engine_is_back_for_the_next_request(cache: Path) -> None:
    engine = editor(cache)
    first = await engine.address()
    running = await engine.status()
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    engine.doubt()
    second = await engine.address()
    assert second != first
    assert (await complete(second, PROMPT))[0].strip().startswith("result")


async def test_the_engine_ends_when_nobody_asks(cache: Path) -> None:
    engine = editor(cache, local_idle_minutes=0.05)
    await complete(await engine.address(), PROMPT)
    path = next(plan.engines_dir(cache).glob("*.lock"))
    handle = await asyncio.to_thread(lock.take, path, wait=60)
    assert handle is not None, "it is still running"
    lock.release(handle)
    assert await engine.status() is None
    assert "ending: idle" in path.with_suffix(".log").read_text()


async def test_a_broken_model_is_an_error_with_the_cause(tmp_path: Path) -> None:
    from mai_lsp.errors import EngineFailed

    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\x03\x00\x00\x00" + b"\xff" * 64)
    with pytest.raises(EngineFailed, match="did not start") as caught:
        await LocalEngine(Settings(local_model=str(broken)), cache=tmp_path).address()
    assert "broken.gguf" in str(caught.value)
