"""The path that a line of a reply names, without what models put around paths, and the shown file that it means.

Whether a path may be changed is not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_BEFORE = re.compile(
    r"^(?:#{1,6}(?!\w)|[-*+] (?=\S)|\d+[.)] |>|//|--|;|<!--|/\*+"
    r"|(?:\*\*)?(?:new |updated? |modified |changed |edited )?"
    r"(?:file ?name|file ?path|file|path|update|edit|create|modify|change|in|for|title)(?=[\s:=*])[\s:=*]*)\s*",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s*(?:-->|\*/|\((?:new|new file|modified|updated|changed|created)\)|:)$", re.IGNORECASE)
_AROUND = "`*\"'_ \t"
_LOOKS = re.compile(r"(?=[^\n]*[A-Za-z_])[\w.@+~$%&=,()\[\]{}/\\:-]+$")
_ENDING = re.compile(r"[\w)\]-]\.[A-Za-z]\w{0,11}$|(?:^|/)\.[A-Za-z][\w.-]+$")
_TICKED = re.compile(r"`([^`\s]+)`")
_PREFIXES = ("./", "a/", "b/", "/", "/workspace/", "workspace/", "/repo/", "repo/")
_BARE = frozenset({"makefile", "dockerfile", "license", "readme", "procfile", "gemfile", "rakefile", "jenkinsfile"})


def path_alone(line: str, known: Collection[str] = ()) -> str:
    """Return the path that a line is, but for marks and a word like ``File:``; empty where it is anything else."""
    bare = _stripped(line)
    if bare in known:
        return bare
    return clean(bare) if _is_path(bare, known) else ""


def path_above(lines: Sequence[str], known: Collection[str]) -> str:
    """Return the path that the nearest of `lines` names: one that is a path before one that speaks of a path."""
    for found in (path_alone, path_in):
        for line in reversed(lines):
            if path := found(line, known):
                return path
    return ""


def path_in(line: str, known: Collection[str] = ()) -> str:
    """Return the path that a line is or speaks of; empty where there is none, or more than one."""
    if alone := path_alone(line, known):
        return alone
    ticked = {clean(one) for one in _TICKED.findall(line) if _is_path(one, known)}
    return ticked.pop() if len(ticked) == 1 else ""


def clean(path: str) -> str:
    """Return a path with slashes, without quotes and ``./``."""
    path = (
        path.strip().strip(_AROUND if path.strip().startswith(("`", "*", '"', "'")) else " \t`\"'").replace("\\", "/")
    )
    while path.startswith("./"):
        path = path[2:]
    return path


def resolve(path: str, known: Collection[str], *, shortened: bool = True) -> str:
    """Return the one shown path that is meant, or `path` as it is where that is not certain.

    Prefixes that diffs and models put in front are taken off; with `shortened`, folders that were left out are put
    there if one shown path alone ends so.
    """
    if path in known:
        return path
    for prefix in sorted(_PREFIXES, key=len, reverse=True):
        if path.startswith(prefix) and path[len(prefix) :] in known:
            return path[len(prefix) :]
    ends = [one for one in known if one.endswith("/" + path)]
    return ends[0] if shortened and len(ends) == 1 and path else path


def leads_out(path: str) -> bool:
    """Whether a path is none inside a folder by its spelling alone."""
    parts = path.split("/")
    return (
        not path
        or path.startswith(("/", "~", "\\"))
        or re.match(r"[A-Za-z]:", path) is not None
        or any(part in {"", ".", ".."} for part in parts)
        or any(part.lower() == ".git" for part in parts)
        or any(ord(character) < 32 for character in path)
    )


def _stripped(line: str) -> str:
    text = line.strip()
    for _ in range(4):
        shorter = _BEHIND.sub("", _BEFORE.sub("", text)).strip()
        if len(shorter) > 2 and shorter[0] == shorter[-1] and shorter[0] in "`*\"'":
            shorter = shorter.strip(_AROUND)
        if shorter == text:
            break
        text = shorter
    return text


def _is_path(text: str, known: Collection[str]) -> bool:
    plain = clean(text)
    if not plain or not _LOOKS.match(plain) or plain.endswith(("/", "...")):
        return False
    if resolve(plain, known) in known or plain.lower() in _BARE:
        return True
    if "(" in plain and not plain.endswith(")") and "/" not in plain:
        return False
    return "://" not in plain and (_ENDING.search(plain) is not None or ("/" in plain and " " not in plain))
