"""The rules of server/ARCHITECTURE.md that a machine can check: who imports whom, sizes, words, what must not be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mai_lsp import __version__
from mai_lsp.engine.outcome import Reason
from mai_lsp.lsp import protocol

ROOT = Path(__file__).resolve().parents[1]
SERVER = ROOT / "server"
PACKAGE = SERVER / "mai_lsp"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
THIS = Path(__file__).resolve()

MAX_LINES = 500

LAYERS = {
    "errors": set(),
    "setting": set(),
    "settings": {"setting"},
    "settings_reading": {"setting", "settings"},
    "core": set(),
    "prompt": {"core"},
    "reply": {"core"},
    "context": {"core"},
    "actions": {"core", "context"},
    "system": set(),
    "model": {"core", "prompt", "system"},
    "workspace": {"core", "system"},
    "usage": {"core", "system"},
    "engine": {"core", "prompt", "reply", "context", "actions", "system", "model", "workspace", "usage"},
    "lsp": {"core", "prompt", "reply", "context", "actions", "system", "model", "workspace", "usage", "engine"},
    "cli": {"core", "prompt", "reply", "context", "actions", "system", "model", "workspace", "usage", "engine"},
    "__init__": set(),
    "__main__": {"lsp", "cli"},
}
"""What each package of ours may import, besides itself, `errors`, `settings` and the package's own version."""

ANYONE = {"errors", "setting", "settings", "settings_reading", "__init__"}

THIRD_PARTY = {
    "core": {"tree_sitter"},
    "system": {"platformdirs"},
    "model": {"httpx", "truststore", "azure", "xllamacpp"},
    "lsp": {"pygls", "lsprotocol"},
    "cli": {"rich"},
}

PURE = ("core", "prompt", "reply", "context", "actions")
NOT_PURE = {"asyncio", "os", "socket", "subprocess", "time"}

SPLITLINES_ALLOWED: set[str] = set()
"""Modules in which text is not a document's, so that other line ends do not matter."""

BY_NAME = {"importlib.import_module", "import_module", "__import__"}
"""Functions that import what their first argument names."""

LATE = ("httpx", "ssl", "truststore", "rich", "xllamacpp", "azure", "tree_sitter", "argparse", "tomllib")
"""What must not be loaded before `initialize` is answered."""


def name_of(path: Path) -> str:
    return path.relative_to(SERVER).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


def package_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module imported anywhere in a file, also inside functions and for type checking, with its line."""
    name = name_of(path)
    around = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = around.split(".")[: len(around.split(".")) - node.level + 1]
                base = ".".join([*parents, *filter(None, [base])])
            # `from mai_lsp.core import text` imports a module, `from mai_lsp.core.text import Edit` a name.
            yield from ((f"{base}.{alias.name}" if is_package(base) else base, node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in BY_NAME and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value), node.lineno


def is_package(name: str) -> bool:
    return (SERVER / name.replace(".", "/") / "__init__.py").exists()


def called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def ours(imported: str) -> str | None:
    """The layer that an import belongs to; None for what is not ours."""
    parts = imported.split(".")
    if parts[0] != "mai_lsp":
        return None
    if len(parts) == 1:
        return "__init__"
    return parts[1] if (PACKAGE / parts[1]).is_dir() or (PACKAGE / f"{parts[1]}.py").exists() else "__init__"


IDS = [name_of(path) for path in MODULES]


def test_the_table_names_every_package() -> None:
    assert {package_of(path) for path in MODULES} == LAYERS.keys()


def test_the_import_reader_sees_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = PACKAGE / "lsp" / "sample.py"
    source = (
        "import a.b\nfrom c import d\nfrom . import convert\nfrom ..core import text\n"
        "def f():\n    import g\n    from mai_lsp.model.client import ModelClient\n"
        "    importlib.import_module('h.i')\n"
    )
    monkeypatch.setattr(Path, "read_text", lambda self, encoding: source)
    found = {name for name, _ in imports(sample)}
    assert found == {"a.b", "c", "mai_lsp.lsp.convert", "mai_lsp.core.text", "g", "mai_lsp.model.client", "h.i"}


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_imports_point_one_way(path: Path) -> None:
    package = package_of(path)
    allowed = LAYERS[package] | {package}
    if package not in ANYONE:
        allowed |= ANYONE
    wrong = [f"line {line}: {name}" for name, line in imports(path) if ours(name) not in {None, *allowed}]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_third_parties_are_known_to_one_layer_only(path: Path) -> None:
    allowed = THIRD_PARTY.get(package_of(path), set())
    wrong = [
        f"line {line}: {name}"
        for name, line in imports(path)
        if ours(name) is None and name.split(".")[0] not in sys.stdlib_module_names | allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("path", [path for path in MODULES if package_of(path) in PURE], ids=name_of)
def test_pure_packages_touch_nothing(path: Path) -> None:
    wrong = [f"line {line}: {name}" for name, line in imports(path) if name.split(".")[0] in NOT_PURE]
    assert wrong == []


def test_nothing_imports_lsp_but_the_entry() -> None:
    importers = {package_of(path) for path in MODULES for name, _ in imports(path) if ours(name) == "lsp"}
    assert importers <= {"lsp", "__main__"}


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_calls_that_must_not_be(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wrong = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = called(node)
        if function == "print" and package_of(path) != "cli":
            wrong.append(f"line {node.lineno}: print, though stdout belongs to LSP")
        if function.endswith(".splitlines") and name_of(path) not in SPLITLINES_ALLOWED:
            wrong.append(f"line {node.lineno}: splitlines, which splits where LSP does not")
        if function in {"eval", "exec", "os.system", "pickle.loads"}:
            wrong.append(f"line {node.lineno}: {function}")
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_a_cancellation_is_never_swallowed(path: Path) -> None:
    """Whoever catches CancelledError (or everything) raises again."""
    wrong = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "BaseException"
            everything = "CancelledError" in caught or "BaseException" in caught
            if everything and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node)):
                wrong.append(node.lineno)
    assert wrong == []


@pytest.mark.parametrize("path", MODULES + TESTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, "no module docstring"
    first = docstring.split("\n\n")[0]
    assert first.endswith((".", "::", ":")), "the first paragraph of the docstring is no sentence"
    assert text.count("\n") <= MAX_LINES, f"more than {MAX_LINES} lines"


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_marker_comments_and_no_helpers(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path != THIS:
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)
    assert not re.search(r"(^|_)(utils?|helpers?|manager|misc)$", path.stem)


WORKPLACE = re.compile(
    # Paths of one machine, and hosts of package registries and their mirrors, by the forms they take.
    r"(?<![\w.])/(?:tmp/lab|work/(?:main|shared))\b|/root/|/home/\w|\bpypi\.org|\bpythonhosted\b|registry\.npmjs|\bartifactory\b"
)


def committed() -> list[Path]:
    """Text files that belong to the project: not the ignored ones, not what tools leave behind."""
    folders = ("server", "tests", "scripts", "extension", ".github", ".ci")
    tops = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in {".md", ".toml", ".cfg", ".json"}]
    inside = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    skipped = {"__pycache__", "node_modules", ".ruff_cache", ".mypy_cache", ".pytest_cache", ".hypothesis", "out"}
    return sorted(path for path in [*tops, *inside] if not skipped & set(path.parts) and path.suffix != ".pyc")


def test_nothing_names_a_machine_or_a_registry() -> None:
    wrong = []
    for path in committed():
        if path == THIS:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        wrong += [f"{path.relative_to(ROOT)}: {match.group()}" for match in WORKPLACE.finditer(text)]
    assert wrong == []


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_for_no_suggestion_is_reached_by_a_test(reason: Reason) -> None:
    word = re.compile(rf"\bReason\.{reason.name}\b")
    found = [path.name for path in TESTS if path != THIS and word.search(path.read_text(encoding="utf-8"))]
    assert found, f"no test names Reason.{reason.name}"


def test_what_is_slow_to_load_is_loaded_after_the_reply(tmp_path: Path) -> None:
    """A process of its own, since the test run has loaded everything long ago."""
    import json
    import subprocess

    code = (
        "import json, sys\n"
        "from mai_lsp.lsp.server import Server\n"
        "class Writer:\n"
        "    def write(self, data): pass\n"
        "server = Server(Writer())\n"
        "params = {'processId': None, 'rootUri': None, 'capabilities': {}}\n"
        "message = {'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': params}\n"
        "server.protocol.receive(json.dumps(message).encode())\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=SERVER, check=True)
    loaded = json.loads(done.stdout)
    assert [name for name in loaded if name.split(".")[0] in {*LATE} - {"ssl"}] == []


def test_the_readme_lists_the_settings_as_declared() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "generate"), "--check"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "extension" / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"^## \[([^\]]+)\]", text, re.MULTILINE)
    assert found is not None
    assert found.group(1) == __version__


def test_the_protocol_page_names_what_is_on_the_wire() -> None:
    page = (SERVER / "PROTOCOL.md").read_text(encoding="utf-8")
    commands = (protocol.ACCEPT_COMMAND, protocol.STATUS_COMMAND, protocol.SHOW_PROMPT_COMMAND)
    for name in (protocol.SNOOZE_COMMAND, protocol.UNSNOOZE_COMMAND, protocol.TOGGLE_COMMAND):
        assert f"`{name}`" in page
    for name in (protocol.ALTERNATIVES_COMMAND, protocol.PANEL):
        assert f"`{name}`" in page
    for name in (protocol.STATUS, protocol.COPILOT_STATUS, *commands, *protocol.TOLERATED):
        assert f"`{name}`" in page
    for name in (protocol.REFACTOR_COMMAND, protocol.EDIT_COMMAND, protocol.UNDO_COMMAND, protocol.INPUT):
        assert f"`{name}`" in page
    for name in (protocol.LM_CHAT, protocol.LM_PART, protocol.LM_CANCEL, protocol.LM_MODELS):
        assert f"`{name}`" in page
    for name in (protocol.MODELS_COMMAND, protocol.DOCTOR_COMMAND):
        assert f"`{name}`" in page
    for name in (protocol.NEXT_EDIT_COMMAND, protocol.APPLY_EDIT_COMMAND, protocol.INLINE_EDIT, protocol.DID_SHOW_EDIT):
        assert f"`{name}`" in page
    for shape in (
        protocol.NextEdit,
        protocol.StatusParams,
        protocol.FileStatus,
        protocol.CopilotStatusParams,
        protocol.ShownPrompt,
        protocol.Where,
        protocol.InputParams,
        protocol.ChatParams,
        protocol.ChatMessage,
        protocol.ChatTool,
        protocol.ChatPart,
        protocol.ChatResult,
        protocol.ChatError,
        protocol.LanguageModel,
        protocol.Refactored,
        protocol.ChangedFile,
        protocol.AskedModel,
        protocol.Catalogue,
        protocol.CatalogueProvider,
        protocol.CatalogueModel,
        protocol.Examined,
        protocol.Check,
    ):
        for field in shape.__annotations__:
            assert re.search(rf"^  {field}\??: ", page, re.MULTILINE), f"{shape.__name__}.{field}"


def test_the_table_of_layers_is_the_architectures() -> None:
    """The page that people read names every package with a row of its own."""
    page = (SERVER / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for package in LAYERS:
        if not package.startswith("__") and package not in ANYONE:
            assert f"| `{package}/` |" in page
