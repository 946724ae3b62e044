"""Reads what clients say about notebooks (`notebookDocument/*`): plain JSON to values.

Not left to cattrs, for the same reasons as `convert.changes`. What can not be read raises ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mai_lsp.lsp.convert import Change, changes

CODE = 2
"""LSP's `NotebookCellKind`; 1 is for prose."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A cell in the order of its notebook; its text comes apart."""

    uri: str
    code: bool


@dataclass(frozen=True, slots=True)
class Item:
    """The text of a cell."""

    uri: str
    language: str
    version: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Splice:
    """Put `cells` in the place of some others."""

    start: int
    removed: int
    cells: list[Listed]


@dataclass(frozen=True, slots=True)
class Typed:
    """The changes of one cell's text, each in the coordinates that its predecessor left."""

    uri: str
    version: int | None
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Changed:
    """What has changed in a notebook, in the order in which it is to be applied."""

    splice: Splice | None
    opened: list[Item]
    closed: list[str]
    kinds: list[Listed]
    texts: list[Typed]


def opened(params: Any) -> tuple[str, list[Listed], list[Item]]:
    """Read didOpen: the notebook's URI, its cells in order, and their texts."""
    found = _mapping(_mapping(params).get("notebookDocument"))
    cells = [_listed(cell) for cell in _list(found.get("cells"))]
    return _word(found.get("uri")), cells, [_item(item) for item in _list(_mapping(params).get("cellTextDocuments"))]


def changed(params: Any) -> tuple[str, Changed]:
    """Read didChange: the notebook's URI and what has changed; metadata and outputs are nothing to us."""
    cells = _mapping(_mapping(_mapping(params).get("change")).get("cells") or {})
    structure = _mapping(cells.get("structure") or {})
    return uri_of(params), Changed(
        _splice(structure["array"]) if "array" in structure else None,
        [_item(item) for item in _list(structure.get("didOpen") or [])],
        [_word(_mapping(item).get("uri")) for item in _list(structure.get("didClose") or [])],
        [_listed(cell) for cell in _list(cells.get("data") or [])],
        [_typed(item) for item in _list(cells.get("textContent") or [])],
    )


def uri_of(params: Any) -> str:
    """Read the notebook's URI, which every message has."""
    return _word(_mapping(_mapping(params).get("notebookDocument")).get("uri"))


def _splice(given: Any) -> Splice:
    array = _mapping(given)
    start, removed = array.get("start"), array.get("deleteCount")
    if not isinstance(start, int) or not isinstance(removed, int) or min(start, removed) < 0:
        raise ValueError("cells at no place")
    return Splice(start, removed, [_listed(cell) for cell in _list(array.get("cells") or [])])


def _listed(given: Any) -> Listed:
    cell = _mapping(given)
    return Listed(_word(cell.get("document")), cell.get("kind") == CODE)


def _item(given: Any) -> Item:
    item = _mapping(given)
    version = item.get("version")
    language, text = _word(item.get("languageId")), _word(item.get("text"))
    return Item(_word(item.get("uri")), language, version if isinstance(version, int) else None, text)


def _typed(given: Any) -> Typed:
    item = _mapping(given)
    return Typed(*changes({"textDocument": item.get("document"), "contentChanges": item.get("changes")}))


def _mapping(given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError("no object where LSP has one")
    return given


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise ValueError("no array where LSP has one")
    return given


def _word(given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError("no string where LSP has one")
    return given
