"""Which files may be shown to a model: `.gitignore` with git's meaning, `.maiignore` over it, and a list of our own.

It answers with a reason, never with a file's text, and reads nothing but ignore files. A question costs a few
microseconds: what was read is kept, and looked at again once a second at most.

Order of precedence, the strongest first; within one kind the deeper file and the later line win, and nothing below an
ignored folder can be taken back:

1. `.maiignore`, in the syntax of `.gitignore`
2. `ALWAYS`
3. `.gitignore`, then `.git/info/exclude`, then the user's own excludes file
"""

# Paths are strings here: this runs for every file of a workspace, and pathlib takes ten times as long.
# ruff: noqa: PTH100, PTH111, PTH114, PTH116, PTH118, PTH119, PTH120, PTH123

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

from mai_lsp.workspace.uris import name_of, path_of
from mai_lsp.workspace.wildmatch import Pattern, parse

MAI, GIT = ".maiignore", ".gitignore"
FILE_NAMES = (MAI, GIT)
"""Files whose change changes the answers."""

ALWAYS = {
    ".git/": "the repository's own data, with its remotes' credentials",
    ".ssh/": "keys",
    ".gnupg/": "keys",
    ".aws/": "keys",
    ".env": "secrets by convention",
    ".env.*": "secrets by convention",
    ".envrc": "secrets by convention (direnv)",
    "*.pem": "private keys",
    "*.key": "private keys",
    "*.p12": "private keys (PKCS 12)",
    "*.pfx": "private keys (PKCS 12)",
    "*.jks": "private keys (Java)",
    "*.keystore": "private keys (Java, Android)",
    "*.ppk": "private keys (PuTTY)",
    "*.kdbx": "passwords (KeePass)",
    "id_rsa*": "SSH keys",
    "id_dsa*": "SSH keys",
    "id_ecdsa*": "SSH keys",
    "id_ed25519*": "SSH keys",
    ".npmrc": "registry tokens",
    ".pypirc": "registry tokens",
    ".netrc": "passwords",
    "_netrc": "passwords",
    ".pgpass": "passwords",
    ".htpasswd": "passwords",
    ".git-credentials": "passwords",
    ".dockercfg": "registry passwords",
}
"""Never shown whatever `.gitignore` says, and why. Only a line of `.maiignore` that names the file takes it back: one
that ends in a bare star does not."""

OUTSIDE = "outside the workspace"

FRESH = 1.0
"""Seconds for which an ignore file is believed to be as it was."""

MAX_BYTES = 1 << 20
"""A larger ignore file is not read: one of git's is then without effect, one of ours hides everything below it."""

FOLD = sys.platform in {"win32", "darwin"}
"""Whether names differ in case only by exception there, so that patterns ignore it (git's `core.ignoreCase`)."""

_BLANKET = re.compile(r"(?:^|/)[*?]*/?\Z")


class Rules:
    """The rules of some workspace folders, as the disk has them now."""

    def __init__(
        self, folders: Sequence[Path], *, gitignore: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folders = [(os.path.abspath(folder), os.path.realpath(folder)) for folder in folders]
        self._gitignore = gitignore
        self._clock = clock
        self._levels: dict[str, _Level] = {}
        self._bases: dict[str, tuple[int, str]] = {}
        self._reals: dict[str, tuple[int, str]] = {}
        self._epoch = 0
        self._since = clock()

    def ignored(self, path: Path, *, opened: bool = False, directory: bool = False) -> str:
        """Return why a file must not be shown, or "" if it may.

        A file outside the folders may not, but for one that the user has `opened`: for that the ignore files of its own
        folder and repository count. A link is judged by where it leads, and by where it stands.
        """
        self._tick()
        here = os.path.abspath(path)
        real = self._real(here)
        root = _holder(real, [folder for _, folder in self._folders])
        if not root:
            if not opened:
                return OUTSIDE
            root = os.path.dirname(real)
        reason = self._reason(real, root, directory=directory)
        if not reason and real != here and (root := _holder(here, [folder for folder, _ in self._folders])):
            reason = self._reason(here, root, directory=directory)
        return reason

    def ignored_document(self, uri: str, other: str = "") -> str:
        """Return why an open document must not be shown, or, by its path in the same folder, some `other` file."""
        path = path_of(uri)
        if not other:
            return always_ignored(name_of(uri)) if path is None else self.ignored(path, opened=True)
        if path is None:
            return OUTSIDE
        here, real = os.path.abspath(path), self._real(os.path.abspath(path))
        for folder, resolved in self._folders:
            if _holder(here, [folder]) or _holder(real, [resolved]):
                return self.ignored(Path(folder, other))
        return OUTSIDE

    def forget(self) -> None:
        """Look at every ignore file again with the next question."""
        self._epoch += 1
        self._since = self._clock()

    def _tick(self) -> None:
        if not 0 <= self._clock() - self._since < FRESH:
            self.forget()

    def _real(self, path: str) -> str:
        """Resolve links; those of a folder are believed as long as its ignore files are."""
        folder, name = os.path.split(path)
        epoch, real = self._reals.get(folder, (-1, ""))
        if epoch != self._epoch:
            real = os.path.realpath(folder)
            self._reals[folder] = (self._epoch, real)
        joined = os.path.join(real, name) if name else real
        return os.path.realpath(joined) if os.path.islink(joined) else joined

    def _reason(self, path: str, root: str, *, directory: bool) -> str:
        base = self._base(root)
        if path == root:
            return self._level(path, base).reason
        folder, name = os.path.split(path)
        level = self._level(folder, base)
        return level.reason or level.judge(path, name, directory=directory)

    def _base(self, root: str) -> str:
        """Return where rules begin: the repository's top, else the highest ignore file of ours, else `root`."""
        epoch, base = self._bases.get(root, (-1, ""))
        if epoch == self._epoch:
            return base
        base, highest = "", root
        for folder in (root, *map(str, Path(root).parents)):
            if os.path.lexists(os.path.join(folder, MAI)):
                highest = folder
            if os.path.lexists(os.path.join(folder, ".git")):
                base = folder
                break
        self._bases[root] = (self._epoch, base or highest)
        return base or highest

    def _level(self, folder: str, base: str) -> _Level:
        known = self._levels.get(folder)
        if known is not None and known.epoch == self._epoch and known.base == base:
            return known
        parent = None if folder == base else self._level(os.path.dirname(folder), base)
        signature = _signature(folder)
        if known is None or known.signature != signature or known.parent is not parent or known.base != base:
            known = _read(folder, base, parent, signature, gitignore=self._gitignore)
            self._levels[folder] = known
        known.epoch = self._epoch
        return known


@dataclass(slots=True)
class _Level:
    """One folder's rules together with those above it."""

    base: str
    parent: _Level | None
    signature: tuple[object, ...]
    mai: tuple[_List, ...]
    """The deepest first."""
    git: tuple[_List, ...]
    low: tuple[_List, ...]
    """Excludes files, which every `.gitignore` is stronger than."""
    reason: str = ""
    """Why the folder itself is ignored."""
    epoch: int = -1

    def judge(self, path: str, name: str, *, directory: bool) -> str:
        """Return why an entry of this folder is ignored, or ""."""
        full, last = _bytes(path), _bytes(name)
        taken_back = False
        for rules in self.mai:
            if found := rules.last_match(full, last, directory=directory):
                pattern, where = found
                if not pattern.negated:
                    return where
                taken_back = True
                if not _BLANKET.search(pattern.text.removeprefix("!")):
                    return ""
                break
        if found := _BUILT_IN.last_match(full, last, directory=directory):
            return found[1]
        if taken_back:
            return ""
        for rules in (*self.git, *self.low):
            if found := rules.last_match(full, last, directory=directory):
                return "" if found[0].negated else found[1]
        return ""


@dataclass(frozen=True, slots=True)
class _List:
    """The patterns of one file."""

    base: int
    """Length of its folder's path with the slash, to cut a full path by."""
    patterns: tuple[tuple[Pattern, re.Pattern[str], str], ...]
    """In file order, each with where it stands."""
    names: re.Pattern[str] | None
    paths: re.Pattern[str] | None
    """All of them at once: most questions end here."""

    def last_match(self, full: str, last: str, *, directory: bool) -> tuple[Pattern, str] | None:
        """Return the last pattern that matches, and where it stands."""
        path = full[self.base :]
        hit = (self.names is not None and self.names.match(last)) or (self.paths is not None and self.paths.match(path))
        if not hit:
            return None
        for pattern, regex, where in reversed(self.patterns):
            if (directory or not pattern.directory) and regex.fullmatch(last if pattern.basename else path):
                return pattern, where
        return None


def _list(folder: str, parsed: Iterable[tuple[Pattern, str]]) -> _List:
    rows = tuple((pattern, re.compile(pattern.regex, re.DOTALL), where) for pattern, where in parsed)
    names, paths = ([row[0].regex for row in rows if row[0].basename is kind] for kind in (True, False))
    return _List(len(_bytes(folder).rstrip("/")) + 1, rows, _any(names), _any(paths))


def _any(regexes: list[str]) -> re.Pattern[str] | None:
    return re.compile(f"(?:{'|'.join(regexes)})\\Z", re.DOTALL) if regexes else None


def _read(folder: str, base: str, parent: _Level | None, signature: tuple[object, ...], *, gitignore: bool) -> _Level:
    """Read a folder's ignore files; one of ours that is there and can not be read hides everything below it."""
    above = parent or _Level(base, None, (), (), (), ())
    reason = above.reason
    if parent is not None and not reason:
        reason = parent.judge(folder, os.path.basename(folder), directory=True)
    if reason:  # Nothing below can be taken back, so its rules do not matter.
        return _Level(base, parent, signature, (), (), (), reason)
    try:
        mai = _lines(os.path.join(folder, MAI), folder, MAI, follow=True)
    except OSError as error:
        return _Level(base, parent, signature, (), (), (), f"{MAI} can not be read ({_word(error)})")
    git: tuple[_List, ...] = ()
    low: tuple[_List, ...] = ()
    if gitignore:
        git = _git(os.path.join(folder, GIT), folder, GIT, follow=False)
        if os.path.lexists(os.path.join(folder, ".git")):
            low = _git(_exclude_file(folder), folder, ".git/info/exclude", follow=True)
        if parent is None and (users := _users_excludes()):
            low += _git(users, folder, "the user's excludes file", follow=True)
    return _Level(base, parent, signature, mai + above.mai, git + above.git, low + above.low)


def _git(path: str, folder: str, name: str, *, follow: bool) -> tuple[_List, ...]:
    try:
        return _lines(path, folder, name, follow=follow)
    except OSError:
        return ()  # Git, too, goes on without a file that it can not read.


def _lines(path: str, folder: str, name: str, *, follow: bool) -> tuple[_List, ...]:
    """Parse an ignore file; none for a file that is not there. Git does not follow a `.gitignore` that is a link."""
    try:
        mode = os.stat(path, follow_symlinks=follow).st_mode
        if not stat.S_ISREG(mode):
            return ()
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    if len(data) > MAX_BYTES:
        raise OSError(f"larger than {MAX_BYTES >> 20} MiB")
    parsed = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if pattern := parse(line.removesuffix(b"\r"), fold=FOLD):
            parsed.append((pattern, f"{name} line {number}: {pattern.text}"))
    return (_list(folder, parsed),) if parsed else ()


def _signature(folder: str) -> tuple[object, ...]:
    """Return what changes when one of a folder's ignore files does."""
    found: list[object] = []
    for name in (*FILE_NAMES, ".git", ".git/info/exclude"):
        try:
            seen = os.stat(os.path.join(folder, name))
        except OSError as error:
            found.append(error.errno)
            if name == ".git":
                break
        else:
            # A repository's own folder changes with every commit; that it is there is all that counts.
            found.append(name == ".git" or (seen.st_mtime_ns, seen.st_size, seen.st_ino, seen.st_mode))
    return tuple(found)


def _exclude_file(folder: str) -> str:
    """Return a repository's `info/exclude`; in a worktree or submodule `.git` is a file that says where it is."""
    git = os.path.join(folder, ".git")
    for name, key in ((git, "gitdir:"), ("commondir", "")):
        with contextlib.suppress(OSError, ValueError):  # Mostly because it is a folder, or is not there.
            text = Path(git, name).read_text("utf-8").removeprefix(key).strip()
            git = os.path.normpath(os.path.join(os.path.dirname(git) if key else git, text))
    return os.path.join(git, "info", "exclude")


def _users_excludes() -> str:
    """Return git's `core.excludesFile` as far as two small files tell it, else its default place."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    for config in (os.path.join(os.path.expanduser("~"), ".gitconfig"), os.path.join(home, "git", "config")):
        try:
            text = Path(os.environ.get("GIT_CONFIG_GLOBAL") or config).read_text("utf-8")
        except (OSError, ValueError):
            continue
        section = re.findall(r"(?ims)^\s*\[core\](.*?)(?=^\s*\[|\Z)", text)
        if found := re.findall(r"(?im)^\s*excludesfile\s*=\s*\"?([^\"\n#;]+)", "\n".join(section)):
            return os.path.expanduser(str(found[-1]).strip())
    return os.path.join(home, "git", "ignore")


def always_ignored(name: str) -> str:
    """Return why a file of that name is left out wherever it is; for what has no place on the disk."""
    found = _BUILT_IN.last_match(name, _bytes(name), directory=False)
    return found[1] if found else ""


def _holder(path: str, folders: Iterable[str]) -> str:
    """Return the outermost folder that holds a path, or ""."""
    inside = [one for one in folders if path == one or path.startswith(one.rstrip(os.sep) + os.sep)]
    return min(inside, key=len, default="")


def _bytes(path: str) -> str:
    """Return a path's bytes as Latin-1 characters: git matches bytes, and so `?` is one of them."""
    path = path.replace(os.sep, "/") if os.sep != "/" else path
    return path if path.isascii() else os.fsencode(path).decode("latin-1")


def _word(error: OSError) -> str:
    return error.strerror or str(error)


def _built_in() -> _List:
    rows = []
    for name, why in ALWAYS.items():
        # Whatever the system, `.ENV` is as secret as `.env`.
        regex = f"(?i:{translate(name.removesuffix('/'))})"
        rows.append((Pattern(regex, False, name.endswith("/"), True, name), f"always left out: {name}, {why}"))
    return _list("", rows)


_BUILT_IN = _built_in()
