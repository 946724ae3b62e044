"""Ignore rules, held against git itself on random trees, and what goes beyond git."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mai_lsp.workspace.ignore import ALWAYS, FRESH, MAX_BYTES, OUTSIDE, Rules

ISOLATED = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_"))},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _nobodys_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own excludes file has no part in this."""
    monkeypatch.setenv("XDG_CONFIG_HOME", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def shown(root: Path, *names: str, folders: list[Path] | None = None) -> list[str]:
    rules = Rules(folders or [root])
    return [name for name in names if not rules.ignored(root / name)]


# Against git.

WORDS = st.sampled_from(["a", "b", "ab", "ba", "a.b", "é", "x y"])
PIECES = st.lists(
    st.sampled_from(
        [
            *"ab.?*\\ !",
            "**",
            "[ab]",
            "[!a]",
            "[^b]",
            "[a-b]",
            "[]a]",
            "[[:alpha:]]",
            "[[:x:]]",
            "[a",
            "é",
            "\t",
            "[a/b]",
        ]
    ),
    min_size=1,
    max_size=4,
).map("".join)
ENDS = st.tuples(
    st.sampled_from(["", "", "", "!", "/", "!/", "**/", "#", "\\"]),
    st.sampled_from(["", "", "/", "/*", "/**", " ", "\\ ", "\r"]),
)
LINES = st.one_of(
    st.builds(
        lambda parts, ends: ends[0] + "/".join(parts) + ends[1],
        st.lists(st.one_of(WORDS, PIECES), min_size=1, max_size=3),
        ENDS,
    ),
    st.sampled_from(["", "/", "!", "*", "!*", "**", "**/", "*/", "!*/", "//a", "a//b", "***", "a/***/b", "\\", " "]),
)
IGNORE = st.lists(LINES, min_size=1, max_size=5).map("\n".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run([git(), "init", "-q", str(root)], check=True, env=ISOLATED, cwd=root)
    return root


def git() -> str:
    found = shutil.which("git")
    assert found, "git is not on this machine, and these rules are git's"
    return found


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    paths=st.sets(st.lists(WORDS, min_size=1, max_size=4).map("/".join), min_size=1, max_size=12),
    ignores=st.dictionaries(st.sampled_from(["", "a/", "ab/", "a/b/", "a/a/"]), IGNORE, min_size=1, max_size=3),
    exclude=st.one_of(st.just(""), IGNORE),
)
def test_it_agrees_with_git_on_every_path(
    repository: Path, paths: set[str], ignores: dict[str, str], exclude: str
) -> None:
    for entry in repository.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    files: set[str] = set()
    for path in sorted(paths, key=len, reverse=True):
        if not any(other.startswith(path + "/") for other in files):
            files.add(path)
    for name in files:
        write(repository, {name: ""})
    for folder, text in ignores.items():
        if not (repository / folder).is_file() and not any(
            (repository / folder).is_relative_to(repository / f) for f in files
        ):
            write(repository, {folder + ".gitignore": text})
    write(repository, {".git/info/exclude": exclude})
    command = [git(), "check-ignore", "--stdin", "-z"]
    said = subprocess.run(
        command, input="\0".join(sorted(files)).encode(), capture_output=True, check=False, env=ISOLATED, cwd=repository
    )
    assert said.returncode in {0, 1}, said.stderr
    ours = Rules([repository])
    assert {name for name in files if ours.ignored(repository / name)} == set(said.stdout.decode().split("\0")) - {""}


# Beyond git.


@pytest.mark.parametrize(
    ("files", "path", "reason"),
    [
        ({".maiignore": "\n# mine\n*.secret\n"}, "a/b.secret", ".maiignore line 3: *.secret"),
        ({".maiignore": "*.secret\n"}, "a/b.py", ""),
        ({".gitignore": "out\n"}, "out/deep/a.py", ".gitignore line 1: out"),
        ({".gitignore": "out\n", ".maiignore": "!out\n"}, "out/deep/a.py", ""),
        ({".gitignore": "out/\n", ".maiignore": "!out/a.py\n"}, "out/a.py", ".gitignore line 1: out/"),
        ({".gitignore": "!a.py\n", ".maiignore": "*.py\n"}, "a.py", ".maiignore line 1: *.py"),
        ({"src/.gitignore": "!a.py\n", ".maiignore": "*.py\n"}, "src/a.py", ".maiignore line 1: *.py"),
        ({".maiignore": "*.py\n", "src/.maiignore": "!a.py\n"}, "src/a.py", ""),
        ({".maiignore": "\ufeffa.py\r\nb.py\r\n"}, "a.py", ".maiignore line 1: a.py"),
        ({".maiignore": "\ufeffa.py\r\nb.py\r\n"}, "b.py", ".maiignore line 2: b.py"),
        ({}, ".git/config", f"always left out: .git/, {ALWAYS['.git/']}"),
        ({}, "deep/.env", f"always left out: .env, {ALWAYS['.env']}"),
        ({}, "deep/.ENV.local", f"always left out: .env.*, {ALWAYS['.env.*']}"),
        ({}, "environment.py", ""),
        ({".gitignore": "!.env\n"}, ".env", f"always left out: .env, {ALWAYS['.env']}"),
        ({".maiignore": "!.env\n"}, ".env", ""),
        ({".maiignore": "!*\n"}, ".env", f"always left out: .env, {ALWAYS['.env']}"),
        ({".maiignore": "!/**\n"}, ".env", f"always left out: .env, {ALWAYS['.env']}"),
        ({".gitignore": "*\n", ".maiignore": "!*\n"}, "src/a.py", ""),
        ({".maiignore": "!.env.*\n"}, ".env.example", ""),
    ],
)
def test_it_says_which_rule(tmp_path: Path, files: dict[str, str], path: str, reason: str) -> None:
    write(tmp_path, files)
    assert Rules([tmp_path]).ignored(tmp_path / path) == reason


@pytest.mark.parametrize("name", [name for name in ALWAYS if not name.endswith("/")])
def test_every_name_of_the_list_is_left_out(tmp_path: Path, name: str) -> None:
    assert Rules([tmp_path]).ignored(tmp_path / "a" / name.replace("*", "x"))


@pytest.mark.parametrize("name", [name for name in ALWAYS if name.endswith("/")])
def test_every_folder_of_the_list_is_left_out(tmp_path: Path, name: str) -> None:
    assert Rules([tmp_path]).ignored(tmp_path / "a" / name / "b")


def test_gitignore_can_be_switched_off_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "a.py\n", ".maiignore": "b.py\n"})
    rules = Rules([tmp_path], gitignore=False)
    found = [bool(rules.ignored(tmp_path / name)) for name in ("a.py", "b.py", ".env")]
    assert found == [False, True, True]


def test_a_repository_above_the_workspace_has_its_say(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", ".gitignore": "/work/out\n", ".maiignore": "*.secret\n"})
    (tmp_path / "work").mkdir()
    assert shown(tmp_path, "work/out/a", "work/a.secret", "work/a", folders=[tmp_path / "work"]) == ["work/a"]


def test_without_a_repository_only_our_own_files_above_count(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*.py\n", ".maiignore": "*.secret\n"})
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    # The .gitignore of the folder where .maiignore begins does count; one above that does not.
    assert shown(folder, "x.secret", "x.rs", folders=[folder]) == ["x.rs"]


def test_the_users_excludes_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path, {"home/config": f"[user]\n\texcludesfile = no\n[core]\n\texcludesFile = {tmp_path.as_posix()}/mine\n"}
    )
    write(tmp_path, {"mine": "*.log\n"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "home" / "config"))
    (tmp_path / "w").mkdir()
    assert Rules([tmp_path / "w"]).ignored(tmp_path / "w" / "a.log") == "the user's excludes file line 1: *.log"


def test_the_excludes_of_a_worktree_are_those_of_its_repository(tmp_path: Path) -> None:
    for arguments in (
        ["init", "-q", "main"],
        ["-C", "main", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
        ["-C", "main", "worktree", "add", "-q", "../tree"],
    ):
        subprocess.run([git(), *arguments], check=True, env=ISOLATED, cwd=tmp_path, capture_output=True)
    write(tmp_path, {"main/.git/info/exclude": "*.log\n"})
    assert shown(tmp_path / "tree", "a.log", "a.py") == ["a.py"]


def test_outside_is_for_nobody_but_the_file_that_is_open(tmp_path: Path) -> None:
    write(tmp_path, {"w/a.py": "", "else/b.py": "", "else/.maiignore": "c.py\n"})
    rules = Rules([tmp_path / "w"])
    assert rules.ignored(tmp_path / "else/b.py") == OUTSIDE
    assert rules.ignored(tmp_path / "else/b.py", opened=True) == ""
    assert rules.ignored(tmp_path / "else/c.py", opened=True) == ".maiignore line 1: c.py"
    assert rules.ignored(tmp_path / "else/.env", opened=True)
    assert rules.ignored(tmp_path / "w" / ".." / "else" / "b.py") == OUTSIDE


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_is_judged_by_where_it_leads(tmp_path: Path) -> None:
    write(tmp_path, {"w/a.py": "", "w/b.secret": "", "w/.maiignore": "*.secret\nhidden\n", "else/b.py": ""})
    work = tmp_path / "w"
    (work / "out.py").symlink_to(tmp_path / "else" / "b.py")
    (work / "outer").symlink_to(tmp_path / "else")
    (work / "secret.py").symlink_to(work / "b.secret")
    (work / "fine.py").symlink_to(work / "a.py")
    (work / "hidden").symlink_to(work / "a.py")
    (tmp_path / "alias").symlink_to(work)
    rules = Rules([work])
    assert rules.ignored(work / "out.py") == rules.ignored(work / "outer" / "b.py") == OUTSIDE
    assert rules.ignored(work / "secret.py") == ".maiignore line 1: *.secret"
    assert rules.ignored(work / "hidden") == ".maiignore line 2: hidden"
    assert rules.ignored(work / "fine.py") == rules.ignored(tmp_path / "alias" / "a.py") == ""
    assert Rules([tmp_path / "alias"]).ignored(tmp_path / "alias" / "b.secret") == ".maiignore line 1: *.secret"


def test_a_change_counts_after_a_second_and_at_once_when_told(tmp_path: Path) -> None:
    clock = Clock()
    rules = Rules([tmp_path], clock=clock)
    path = tmp_path / "a" / "b.py"
    write(tmp_path, {"a/b.py": ""})
    assert rules.ignored(path) == ""
    write(tmp_path, {".maiignore": "a/\n"})
    assert rules.ignored(path) == ""
    clock.now += FRESH
    assert rules.ignored(path) == ".maiignore line 1: a/"
    write(tmp_path, {".maiignore": "!a/\n", "a/.maiignore": "b.py\n"})
    rules.forget()
    assert rules.ignored(path) == ".maiignore line 1: b.py"
    (tmp_path / "a" / ".maiignore").unlink()
    rules.forget()
    assert rules.ignored(path) == ""


def test_a_second_costs_one_look_at_each_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    rules = Rules([tmp_path], clock=clock)
    path = tmp_path / "a" / "b" / "c.py"
    rules.ignored(path)
    looks: list[str] = []
    real = os.stat

    def look(path: str, **given: bool) -> os.stat_result:
        looks.append(path)
        return real(path, **given)

    monkeypatch.setattr(os, "stat", look)
    rules.ignored(path)
    assert [one for one in looks if "ignore" in one] == []
    clock.now += FRESH
    rules.ignored(path)
    assert len([one for one in looks if one.endswith(".maiignore")]) == 3


def test_one_of_ours_that_can_not_be_read_hides_everything_below(tmp_path: Path) -> None:
    write(tmp_path, {"a/.maiignore": "#" * (MAX_BYTES + 1), "b/.gitignore": "#" * (MAX_BYTES + 1)})
    rules = Rules([tmp_path])
    assert rules.ignored(tmp_path / "a" / "x.py") == ".maiignore can not be read (larger than 1 MiB)"
    assert rules.ignored(tmp_path / "x.py") == rules.ignored(tmp_path / "b" / "x.py") == ""


@pytest.mark.parametrize("pattern", ["*a" * 40 + "b", "**/a/" * 40 + "b", "/" + "*a*/" * 40 + "b", "a?*" * 60 + "b"])
def test_a_hostile_pattern_takes_no_time(tmp_path: Path, pattern: str) -> None:
    """Each of these would backtrack for longer than anybody waits; the suite's patience is the assertion."""
    write(tmp_path, {".maiignore": pattern + "\n"})
    rules = Rules([tmp_path])
    assert rules.ignored(tmp_path / ("a" * 200)) == rules.ignored(tmp_path / Path(*["a"] * 120)) == ""
