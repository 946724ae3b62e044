"""Reading and judging files for a change: editor before disk, nothing outside, nothing of other tools."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mai_lsp.core.text import Document, Span
from mai_lsp.engine.change.files import BOM, MAX_BYTES, Files
from mai_lsp.engine.change.job import Job, Place
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.workspace.ignore import FOLD
from mai_lsp.workspace.protected import PROTECTED
from tests.support.indexed import document_of, write

MANY = Job("refactor", "t", "i", many=True, resources=True)


def refusal(found: Document | Problem | None) -> Refusal | None:
    return found.refusal if isinstance(found, Problem) else None


def read(files: Files, path: str) -> Document:
    found = files.read(path)
    assert isinstance(found, Document), found
    return found


def current(files: Files, path: str) -> Document:
    found = files.current(path)
    assert isinstance(found, Document), found
    return found


def test_a_file_is_read_from_the_disk_with_its_tree_and_language(tmp_path: Path) -> None:
    write(tmp_path, {"shop/cart.py": "def total():\r\n    return 1\r\n"})
    document = read(Files(tmp_path), "shop/cart.py")
    assert (document.text, document.language, document.version) == ("def total():\r\n    return 1\r\n", "python", None)
    assert document.uri == (tmp_path / "shop/cart.py").as_uri()
    assert document.syntax is not None


def test_what_the_editor_has_open_comes_before_the_disk(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "saved = 1\n"})
    opened = document_of(tmp_path, "a.py", "typed = 2\n")
    files = Files(tmp_path, [opened])
    assert read(files, "a.py") is opened
    assert files.glimpse("a.py") == "typed = 2\n"
    assert list(files.opened()) == [("a.py", opened)]
    new = document_of(tmp_path, "unsaved.py", "x = 1\n")
    assert read(Files(tmp_path, [new]), "unsaved.py") is new


def test_an_open_document_is_found_behind_a_link_to_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    write(tmp_path / "real", {"a.py": "saved = 1\n"})
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    opened = document_of(tmp_path / "real", "a.py", "typed = 2\n")
    assert read(Files(tmp_path / "link", [opened]), "a.py") is opened
    opened = document_of(tmp_path / "link", "a.py", "typed = 2\n")
    assert read(Files(tmp_path / "real", [opened]), "a.py") is opened


def test_the_mark_at_the_beginning_is_kept_out_of_the_text_and_written_back(tmp_path: Path) -> None:
    (tmp_path / "a.cs").write_bytes(BOM + b"class A {}\n")
    write(tmp_path, {"b.cs": "class B {}\n"})
    files = Files(tmp_path)
    assert read(files, "a.cs").text == "class A {}\n"
    assert read(files, "b.cs").text == "class B {}\n"
    assert files.encoded("a.cs", "class C {}\n") == BOM + b"class C {}\n"
    assert files.encoded("b.cs", "class C {}\n") == b"class C {}\n"
    assert files.encoded("new.cs", "class C {}\n") == b"class C {}\n"


@pytest.mark.parametrize(
    ("data", "word"), [(b"a\0b", "no text"), (b"\xff\xfea", "UTF-8"), (b"#" * (MAX_BYTES + 1), "larger")]
)
def test_what_is_no_text_is_not_read(tmp_path: Path, data: bytes, word: str) -> None:
    (tmp_path / "a.py").write_bytes(data)
    found = Files(tmp_path).read("a.py")
    assert isinstance(found, Problem)
    assert found.refusal is Refusal.UNREADABLE
    assert word in found.detail


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    assert refusal(Files(tmp_path).read("a.py")) is Refusal.UNREADABLE


def test_missing_and_ignored_files_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "out/\n", ".maiignore": "*.gen.py\n", "out/a.py": "", "b.gen.py": "", ".env": "A=1"})
    files = Files(tmp_path)
    assert refusal(files.read("none.py")) is Refusal.MISSING
    for path in ("out/a.py", "b.gen.py", ".env"):
        assert refusal(files.read(path)) is Refusal.IGNORED
        assert refusal(files.judge(path, MANY)) is Refusal.IGNORED
        assert files.ignored(path)


OUTSIDE = [
    "",
    "/etc/passwd",
    "../other/a.py",
    "shop/../../a.py",
    "shop//a.py",
    "./a.py",
    "C:/Windows/a.py",
    "C:a.py",
    "\\\\host\\share\\a.py",
    "shop\\a.py",
    "//host/share/a.py",
    "~/a.py",
    "a\0.py",
    "a\n.py",
    "a\u202e.py",
    "a`.py",
    "x" * 1_001,
    ".git/hooks/pre-commit",
    ".GIT/config",
    ".g\u200cit/config",
    "sub/.git/config",
    "git~1/config",
    ".hg/hgrc",
    "NUL",
    "shop/aux.py",
    "com1",
    "shop/a.py.",
    "shop /a.py",
    "a:stream.py",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leads_out_or_means_something_else_is_refused(tmp_path: Path, path: str) -> None:
    files = Files(tmp_path)
    assert refusal(files.judge(path, MANY)) is Refusal.OUTSIDE
    # Naming it does not help.
    assert refusal(files.judge(path, replace(MANY, paths=(path,), creates=(path,)))) is Refusal.OUTSIDE


def test_links_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    write(root, {"a.py": "a = 1\n", "in/b.py": "b = 1\n"})
    write(other, {"secret.py": "s = 1\n"})
    (root / "out").symlink_to(other, target_is_directory=True)
    (root / "out.py").symlink_to(other / "secret.py")
    (root / "same.py").symlink_to(root / "a.py")
    (root / "dangling.py").symlink_to(other / "none.py")
    (root / "again").symlink_to(root / "in", target_is_directory=True)
    files = Files(root)
    for path in ("out/secret.py", "out/new.py", "out.py", "same.py", "dangling.py", "again/b.py", "again/new.py"):
        assert refusal(files.read(path)) is Refusal.OUTSIDE, path
        assert refusal(files.judge(path, MANY, {path})) is Refusal.OUTSIDE, path
    assert list(files.listed()) == ["a.py", "in/b.py"]


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml",
        "sub/.github/workflows/ci.yml",
        ".gitlab-ci.yml",
        ".circleci/config.yml",
        "Jenkinsfile",
        "azure-pipelines.yml",
        "azure-pipelines-nightly.yml",
        ".vscode/tasks.json",
        ".VSCode/settings.json",
        ".idea/workspace.xml",
        ".husky/pre-commit",
        ".pre-commit-config.yaml",
        ".mai.toml",
        ".maiignore",
        ".bashrc",
        "home/.zshrc",
        ".gitattributes",
        "sitecustomize.py",
        "lib/x.pth",
        "node_modules/left/index.js",
        ".yarn/releases/yarn.cjs",
    ],
)
def test_what_belongs_to_other_tools_is_changed_only_if_the_user_named_that_file(tmp_path: Path, path: str) -> None:
    files = Files(tmp_path)
    refused = files.judge(path, MANY)
    assert refused is not None
    assert refused.refusal is Refusal.OUTSIDE
    assert files.judge(path, replace(MANY, paths=(path,))) is None
    folder = path.rpartition("/")[0]
    assert refusal(files.judge(path, replace(MANY, paths=(folder, ".")))) is Refusal.OUTSIDE


@pytest.mark.parametrize("path", ["src/actions/a.py", "mai.py", "docs/profile.md", "jenkins.py", "github/workflows.py"])
def test_usual_names_are_nobody_elses(tmp_path: Path, path: str) -> None:
    assert Files(tmp_path).judge(path, MANY) is None


def test_every_protected_name_has_a_reason_and_small_letters() -> None:
    assert all(why and name == name.lower() for name, why in PROTECTED.items())


def test_whether_a_path_may_be_made_or_changed_depends_on_the_job(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a = 1\n", "b.py": "b = 1\n", "docs/x.md": ""})
    files = Files(tmp_path)
    single = Job("fix", "t", "i", Place("a.py", read(files, "a.py"), Span(0, 1)))
    testing = replace(single, creates=("tests/test_a.py",))
    assert files.judge("a.py", single, {"a.py"}) is None
    assert refusal(files.judge("b.py", single, {"a.py"})) is Refusal.NOT_GIVEN
    assert refusal(files.judge("b.py", MANY, {"a.py"})) is Refusal.NOT_GIVEN
    assert refusal(files.judge("new.py", single, {"a.py"})) is Refusal.MISSING
    assert refusal(files.judge("new.py", testing, {"a.py"})) is Refusal.NOT_ALLOWED
    assert files.judge("tests/test_a.py", testing, {"a.py"}) is None
    assert files.judge("new.py", MANY, {"a.py"}) is None
    assert refusal(files.judge("docs", MANY)) is Refusal.EXISTS
    assert refusal(files.judge("a.py/b.py", MANY)) is Refusal.EXISTS


@pytest.mark.skipif(FOLD, reason="the file system tells case apart")
def test_names_that_differ_in_case_are_two_files_here(tmp_path: Path) -> None:
    write(tmp_path, {"Cart.py": ""})
    assert Files(tmp_path).judge("cart.py", MANY, {"Cart.py"}) is None


def test_names_that_differ_in_case_are_one_file_where_the_system_folds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mai_lsp.engine.change.files.FOLD", True)
    write(tmp_path, {"Cart.py": "a = 1\n"})
    assert refusal(Files(tmp_path).judge("cart.py", MANY, {"Cart.py"})) is Refusal.EXISTS
    opened = document_of(tmp_path, "cart.PY", "b = 2\n")
    assert read(Files(tmp_path, [opened]), "Cart.py").text == "b = 2\n"


def test_what_has_not_changed_is_the_same_document(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a = 1\n"})
    opened = [document_of(tmp_path, "b.py", "b = 1\n")]
    files = Files(tmp_path, opened)
    for path in ("a.py", "b.py"):
        before = read(files, path)
        assert current(files, path) is before
    times = (tmp_path / "a.py").stat()
    write(tmp_path, {"a.py": "a = 2\n"})
    os.utime(tmp_path / "a.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert current(files, "a.py").text == "a = 2\n"  # Same size, same time.
    assert read(files, "a.py").text == "a = 1\n"
    opened[0] = replace(opened[0], version=2)
    assert current(files, "b.py").version == 2
    opened[0] = document_of(tmp_path, "b.py", "b = 3\n")
    assert current(files, "b.py").text == "b = 3\n"
    (tmp_path / "a.py").unlink()
    assert refusal(files.current("a.py")) is Refusal.MISSING
    (tmp_path / "a.py").symlink_to("/etc/hostname")
    assert refusal(files.current("a.py")) is Refusal.OUTSIDE


def test_a_file_that_is_opened_meanwhile_has_the_editors_version(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a = 1\n"})
    opened: list[Document] = []
    files = Files(tmp_path, opened)
    before = read(files, "a.py")
    opened.append(document_of(tmp_path, "a.py", "a = 1\n"))
    after = current(files, "a.py")
    assert (before.version, after.version, after.text) == (None, 1, before.text)


def test_a_snapshot_that_a_job_was_asked_on_is_what_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a = 1\n", ".gitignore": "b.py\n"})
    snapshot = document_of(tmp_path, "a.py", "asked = 1\n")
    files = Files(tmp_path, [replace(snapshot, version=2, text="later = 1\n")])
    assert files.hold("a.py", snapshot) is None
    assert read(files, "a.py") is snapshot
    assert current(files, "a.py").text == "later = 1\n"
    assert refusal(files.hold("b.py", snapshot)) is Refusal.IGNORED


def test_uris_are_the_editors_own(tmp_path: Path) -> None:
    opened = replace(document_of(tmp_path, "a b.py", ""), uri=(tmp_path / "a b.py").as_uri().replace("%20", "%20"))
    strange = replace(opened, uri=opened.uri.replace("a%20b", "%61%20b"))
    assert Files(tmp_path, [strange]).uri_of("a b.py") == strange.uri
    assert Files(tmp_path).uri_of("a b.py") == opened.uri
