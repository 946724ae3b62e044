"""Reads the one file that a command is about, and the settings that hold for it.

It asks no model, and never guesses an encoding: what is not UTF-8 is refused.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mai_lsp.core.language import Language, find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.errors import MaiError
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.project import FILE_NAME, read_project

STDIN_URI = "untitled:"


class BadSource(MaiError):
    """The file can not be read, or is not UTF-8."""


@dataclass(frozen=True, slots=True)
class OneDocument:
    """The `engine.ports.Documents` of a command: one document that never changes."""

    document: Document
    root: Path | None
    """The project's folder; None for standard input."""
    path: Path | None = None
    gitignore: bool = True
    """The setting `ignore.gitignore`."""

    def latest(self, uri: str) -> Document | None:
        """Return the document if it is this one."""
        return self.document if uri == self.document.uri else None

    def display_path(self, uri: str) -> str:
        """Return the path inside the project, with slashes; one from the root would tell the user's name."""
        if self.path is None or self.root is None:
            return uri.removeprefix(STDIN_URI)
        return self.path.relative_to(self.root).as_posix()

    def ignored(self, uri: str, path: str = "") -> str:
        """Return why the document, or another file of the project, must not be shown, or ""."""
        folders = [self.root] if self.root is not None else []
        return Rules(folders, gitignore=self.gitignore).ignored_document(uri, path)


def open_file(name: str, language_id: str) -> OneDocument:
    """Read a file, with its syntax tree; `language_id` empty: by the file's ending. Raises BadSource."""
    path = Path(name).expanduser().absolute()
    if path.is_dir():
        raise BadSource(f"{name} is a folder.", advice="Name a file in it.")
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise BadSource(f"There is no file {name}.", advice=_from_here(name)) from error
    except OSError as error:
        raise BadSource(f"{name} can not be read: {error.strerror or type(error).__name__}.") from error
    language = find(language_id, path.name)
    text = _decoded(data, name)
    return OneDocument(_document(path.as_uri(), language, text), project_root(path.parent), path)


def open_stdin(language_id: str) -> OneDocument:
    """Read standard input to its end. Raises BadSource."""
    if not language_id:
        raise BadSource(
            "Standard input has no file name to tell its language by.",
            advice="Add --language, as in --language python.",
        )
    language = find(language_id)
    text = _decoded(sys.stdin.buffer.read(), "standard input")
    name = f"untitled{language.extensions[0]}" if language.extensions else "untitled"
    return OneDocument(_document(STDIN_URI + name, language, text), None)


def project_root(folder: Path) -> Path:
    """Return the nearest folder upwards with a project file or a ``.git``, or `folder` itself when there is none."""
    for candidate in (folder, *folder.parents):
        if os.path.lexists(candidate / FILE_NAME) or (candidate / ".git").exists():
            return candidate
    return folder


def project_layer(root: Path | None) -> tuple[dict[str, Any], list[str]]:
    """Read the project's settings, and what is wrong with its file."""
    return read_project([root] if root is not None else [])


def _document(uri: str, language: Language, text: str) -> Document:
    document = open_document(uri, language.id, None, text)
    return replace(document, syntax=parse(language, text))


def _decoded(data: bytes, name: str) -> str:
    try:
        # Editors do not count a byte order mark as a column either.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadSource(
            f"{name} is not UTF-8 (line {line}, byte {error.start}).",
            advice="Convert it first: other encodings are not guessed, since a wrong guess would end up in your file.",
        ) from error


def _from_here(name: str) -> str:
    return "" if Path(name).is_absolute() else f"It was looked for in {Path.cwd()}."
