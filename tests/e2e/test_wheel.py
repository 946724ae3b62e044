"""The built wheel, not the checkout: everything the server reads at run time is in it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_holds_what_is_read_at_run_time(unpacked: Path) -> None:
    assert (unpacked / "mai_lsp" / "py.typed").exists()
    texts = {path.name for path in (unpacked / "mai_lsp" / "prompt" / "texts").glob("*.txt")}
    assert texts == {path.name for path in (ROOT / "server" / "mai_lsp" / "prompt" / "texts").glob("*.txt")}
    assert list(unpacked.glob("*.dist-info/licenses/LICENSE"))


def test_runs(unpacked: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text("def add(a, b):\n    return \n", encoding="utf-8")
    run = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r})\n"
        "import mai_lsp; assert mai_lsp.__file__.startswith(sys.path[0])\n"
        "from mai_lsp.__main__ import main; raise SystemExit(main())"
    )
    command = ["complete", f"{source}:2", "--show-prompt", "--provider", "local", "--wire", "chat"]
    done = subprocess.run([sys.executable, "-P", "-c", run, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "code that stands before the code you are shown" in done.stdout
