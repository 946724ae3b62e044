"""The user's and the team's own actions: plain data of their files to values, with what is wrong as sentences.

A project's file is hostile. It can give a title, which is shown with where it comes from, and words for the model,
which change no more than the place the user chose; it names no commands, no paths and no other files. No sentence about
it holds any of its text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from mai_lsp.actions.catalogue import Kind
from mai_lsp.core.language import LANGUAGES, find

Origin = Literal["project", "user"]

MAX_ACTIONS = {"project": 20, "user": 100}
MAX_TITLE = 60
MAX_PROMPT = 4_000
"""Characters: a page and a half of instructions."""

KINDS = (Kind.QUICKFIX, Kind.REFACTOR, Kind.EXTRACT, Kind.REWRITE, Kind.SOURCE)
"""Kinds that may be chosen. ``source.fixAll`` and the like are not among them: editors run those on saving."""

ROLES = ("edit", "plan")


class Scope(StrEnum):
    """What an own action changes."""

    AUTO = ""
    """What is selected, otherwise the function, otherwise the statement."""
    SELECTION = "selection"
    FUNCTION = "function"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Own:
    """One action of somebody's own."""

    id: str
    """``user.`` or ``project.`` and the title in small letters."""
    title: str
    kind: str
    prompt: str
    languages: frozenset[str] = frozenset()
    role: str = ""
    scope: Scope = Scope.AUTO


_KEYS = frozenset({"title", "prompt", "kinds", "languages", "role", "scope"})


def read(items: Any, origin: Origin) -> tuple[tuple[Own, ...], list[str]]:
    """Return the actions of a file's ``[[action]]`` tables and what is wrong with them; never raises."""
    if not isinstance(items, list):
        return (), ["`action` must be a list of tables, each written as [[action]]. It was ignored."]
    found: dict[str, Own] = {}
    problems = []
    limit = MAX_ACTIONS[origin]
    for number, item in enumerate(items[:limit], 1):
        one = _read(item, origin)
        if isinstance(one, str):
            problems.append(f"action {number} {one}. It was ignored.")
        elif one.id in found:
            problems.append(f"action {number} has the title of another one. It was ignored.")
        else:
            found[one.id] = one
    if len(items) > limit:
        problems.append(f"there are more than {limit} actions. The others were ignored.")
    return tuple(found.values()), problems


def _read(item: Any, origin: Origin) -> Own | str:
    """Return an action, or what is wrong with it."""
    if not isinstance(item, Mapping):
        return "is not a table"
    if unknown := len(item.keys() - _KEYS):
        return f"has {unknown} key{'s' if unknown > 1 else ''} that there are not; there are {', '.join(sorted(_KEYS))}"
    title, prompt = item.get("title"), item.get("prompt")
    if not isinstance(title, str) or not (title := cleaned(title)):
        return "has no title"
    if not isinstance(prompt, str) or not prompt.strip():
        return "has no prompt"
    if len(prompt) > MAX_PROMPT:
        return f"has a prompt of more than {MAX_PROMPT} characters"
    kinds, languages = _words(item.get("kinds", [Kind.REWRITE.value])), _words(item.get("languages", []))
    if not kinds or any(one not in KINDS for one in kinds):
        return f"has a kind that it can not be of; there are {', '.join(KINDS)}"
    known = [find(one).id for one in languages or ()]
    if languages is None or any(one not in LANGUAGES for one in known):
        return "has a language that is not known"
    role, scope = item.get("role", ""), item.get("scope", "")
    if role not in ("", *ROLES):
        return f"has a role that there is not; there are {' and '.join(ROLES)}"
    if not isinstance(scope, str) or scope not in list(Scope):
        return f"has a scope that there is not; there are {', '.join(one for one in Scope if one)}"
    slug = re.sub(r"\W+", "-", title.casefold()).strip("-") or "action"
    shown = f"{title} (project)" if origin == "project" else title
    told = _printable(prompt, keep="\n\t").strip()
    return Own(f"{origin}.{slug}", shown, kinds[0], told, frozenset(known), role, Scope(scope))


def cleaned(title: str) -> str:
    """Return a title as one short line: no control characters, and none that turn the direction of writing."""
    text = " ".join(_printable(title[: MAX_TITLE * 10], keep="").split())
    return text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1].rstrip() + "…"


def _printable(text: str, *, keep: str) -> str:
    """Put a blank for everything invisible (categories C and Z of Unicode) but what is to be kept."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char if char in keep or unicodedata.category(char)[0] not in "CZ" else " " for char in plain)


def _words(value: Any) -> Sequence[str] | None:
    """Return a list of words; None where it is something else."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or len(found) > 50 or not all(isinstance(one, str) for one in found):
        return None
    return found
