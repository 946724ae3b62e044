"""The files of one workspace folder as a change sees them: the editor's text where one is open, else the disk's.

Every path goes through here before it is read or named in a change, whoever it comes from: links that lead out,
ignored files and what belongs to other tools are refused. Nothing is written.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mai_lsp.core import language
from mai_lsp.core.notebook import readable
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.engine.change.job import Job
from mai_lsp.reply.edits.wanted import Problem, Refusal
from mai_lsp.workspace.files import walk
from mai_lsp.workspace.ignore import FOLD, Rules
from mai_lsp.workspace.protected import misnamed, never, protected, unportable
from mai_lsp.workspace.uris import path_of

MAX_BYTES = 1_000_000
"""A larger file is data or generated, and is not read; the index has the same limit."""

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a file was when it was read."""

    document: Document
    bom: bool


class Files:
    """Reads by paths from `root`, with slashes; remembers what it has read.

    `documents` are those that the editor has open (`lsp.documents.Documents`, or nothing), `rules` those of the folder;
    give it rules of its own where `scope.choose` asks from a thread while others ask, too.
    """

    def __init__(self, root: Path, documents: Iterable[Document] = (), rules: Rules | None = None) -> None:
        self.root = Path(os.path.abspath(root))  # noqa: PTH100 (`resolve` would follow links)
        self._real = Path(os.path.realpath(root))
        self._documents = documents
        self._rules = rules if rules is not None else Rules([self.root])
        self._keys: dict[str, str | None] = {}
        """Of open documents' URIs."""
        self._opened: dict[str, Document] = {}
        """By folded path; replaced as a whole, so that a thread may read it."""
        self._kept: dict[str, _Kept] = {}
        self.look()

    def look(self) -> None:
        """Take note of what the editor has open now; only where the documents are kept, on the event loop."""
        opened: dict[str, Document] = {}
        for document in self._documents:
            if document.uri not in self._keys:
                self._keys[document.uri] = self._key_of(document.file)
            if (key := self._keys[document.uri]) is not None:
                opened[key] = document
        self._opened = opened

    def opened(self) -> Iterator[tuple[str, Document]]:
        """Yield what the editor has open in the folder, by path, as of the last `look`."""
        for document in self._opened.values():
            if (path := self.path_of(document)) is not None:
                yield path, document

    def path_of(self, document: Document) -> str | None:
        """Return a document's path from the root; None for one outside or one that is no file."""
        place = path_of(document.file)
        for root in (self.root, self._real):
            if place is not None and place.is_relative_to(root):
                return place.relative_to(root).as_posix()
        return None

    def uri_of(self, path: str) -> str:
        """Return the URI of a path: the editor's own spelling of it for an open document."""
        found = self._opened.get(_fold(path))
        return found.uri if found is not None else (self.root / path).as_uri()

    def ignored(self, path: str) -> str:
        """Return why a file must not be shown, or ""; what the gate asks (`prompt.gate.admit`)."""
        problem = self._judge_place(path)
        return problem.detail if problem is not None else ""

    def read(self, path: str) -> Document | Problem:
        """Return a file with its tree, as it is now; what was read before is given again until `current` is asked.

        Problems: OUTSIDE, IGNORED, MISSING, UNREADABLE.
        """
        kept = self._kept.get(path)
        if kept is None:
            fresh = self._fresh(path)
            if isinstance(fresh, Problem):
                return fresh
            kept = self._kept[path] = fresh
        if kept.document.syntax is None:
            row = language.find(kept.document.language, path)
            kept = self._kept[path] = replace(
                kept, document=replace(kept.document, syntax=parse(row, readable(kept.document, kept.document.text)))
            )
        return kept.document

    def current(self, path: str) -> Document | Problem:
        """Return a file as it is at this moment: the very document `read` gave if nothing has changed.

        Reads anew, since a file can change twice within a tick of its clock. For the event loop alone.
        """
        self.look()
        fresh = self._fresh(path)
        kept = self._kept.get(path)
        if isinstance(fresh, Problem) or kept is None:
            return fresh if isinstance(fresh, Problem) else fresh.document
        same = kept.document.text == fresh.document.text and kept.bom == fresh.bom
        if same and kept.document.version == fresh.document.version:
            return kept.document
        # The same text under another version is the same tree.
        return replace(fresh.document, syntax=kept.document.syntax if same else fresh.document.syntax)

    def encoded(self, path: str, text: str) -> bytes:
        """Return the bytes of a file's new text, with the mark at its beginning if it had one."""
        kept = self._kept.get(path)
        return (BOM if kept is not None and kept.bom else b"") + text.encode("utf-8", "surrogatepass")

    def judge(self, path: str, job: Job, given: Collection[str] = ()) -> Problem | None:
        """Say why a path that a reply names may not be changed or made; None if it may.

        `given` are the files that the request is about. A path that is not there may be made if None is returned.
        """
        if path in given:
            return self._judge_place(path)
        if (problem := self._judge_place(path)) is not None:
            return problem
        place = self.root / path
        named = path in job.paths or path in job.creates or (job.place is not None and job.place.path == path)
        if (why := protected(path)) and not named:
            return Problem(Refusal.OUTSIDE, path, f"{path} {why}, so only a request that names it may touch it.")
        folded = {_fold(one): one for one in given}
        if (same := folded.get(_fold(path))) is not None:
            return Problem(Refusal.EXISTS, path, f"{path} is {same} here: file names do not differ in case alone.")
        if os.path.lexists(place) or _fold(path) in self._opened:
            if place.is_dir():
                return Problem(Refusal.EXISTS, path, f"{path} is a folder.")
            return Problem(Refusal.NOT_GIVEN, path, f"{path} exists, but is not one of the files of this request.")
        if path not in job.creates and not (job.many and job.resources):
            if not job.resources and not job.creates:
                return Problem(Refusal.MISSING, path, f"There is no {path}, and this request makes no files.")
            return Problem(Refusal.NOT_ALLOWED, path, f"This request does not make {path}.")
        if why := unportable(path):
            return Problem(Refusal.OUTSIDE, path, f"The path {path!r} {why}.")
        for parent in place.parents:
            if parent == self.root:
                break
            if os.path.lexists(parent) and not parent.is_dir():
                name = parent.relative_to(self.root).as_posix()
                return Problem(Refusal.EXISTS, path, f"{name} is a file, so nothing can be inside of it.")
        return None

    def listed(self, under: str = "", max_bytes: int = MAX_BYTES) -> Iterator[str]:
        """Yield paths of files that may be shown, folder by folder in the order of names; links are not followed."""
        for seen in walk([self.root / under] if under else [self.root], self._rules, max_bytes=max_bytes):
            path = seen.path.relative_to(self.root).as_posix()
            if not misnamed(path) and not never(path):
                yield path

    def hold(self, path: str, document: Document) -> Problem | None:
        """Take a snapshot that a job was asked on for the file; a problem if the file may not be read."""
        if (problem := self._judge_place(path)) is not None:
            return problem
        self._kept[path] = _Kept(document, bom=_begins_with_bom(self.root / path))
        return None

    def glimpse(self, path: str) -> bytes | str:
        """Return what a listed file holds, the editor's text before the disk's bytes; nothing if it can not be had."""
        if (document := self._opened.get(_fold(path))) is not None:
            return document.text
        try:
            data = _bytes_of(self.root / path)
        except OSError:
            return b""
        return b"" if len(data) > MAX_BYTES or b"\0" in data else data

    def opened_text(self, path: str) -> str | None:
        """Return the text of a file that the editor has open; None for others."""
        document = self._opened.get(_fold(path))
        return document.text if document is not None else None

    def is_folder(self, path: str) -> bool:
        """Whether a path is a folder that may be looked into."""
        return self._judge_place(path) is None and (self.root / path).is_dir()

    def exists(self, path: str) -> bool:
        """Whether there is a file that may be looked at, on the disk or in the editor alone."""
        return self._judge_place(path) is None and (_fold(path) in self._opened or (self.root / path).is_file())

    def _judge_place(self, path: str) -> Problem | None:
        """Say why nothing may be read or written at a path, whatever is there."""
        if why := misnamed(path):
            return Problem(Refusal.OUTSIDE, path, f"The path {path[:200]!r} {why}.")
        if why := never(path):
            return Problem(Refusal.OUTSIDE, path, f"{path} {why}.")
        place = self.root / path
        try:
            real = Path(os.path.realpath(place))
        except (OSError, ValueError):
            return Problem(Refusal.OUTSIDE, path, f"{path} can not be found out about.")
        if not real.is_relative_to(self._real) or real == self._real:
            return Problem(Refusal.OUTSIDE, path, f"{path} leads out of the workspace folder through a link.")
        if _through_link(self._real, path):
            return Problem(Refusal.OUTSIDE, path, f"{path} is a link, or lies behind one.")
        if why := self._rules.ignored(place):
            return Problem(Refusal.IGNORED, path, f"{path} is never sent ({why}).")
        return None

    def _fresh(self, path: str) -> _Kept | Problem:
        if (problem := self._judge_place(path)) is not None:
            return problem
        if (document := self._opened.get(_fold(path))) is not None:
            kept = self._kept.get(path)
            if kept is not None and kept.document.text is document.text and document.syntax is None:
                document = replace(document, syntax=kept.document.syntax)
            return _Kept(document, bom=_begins_with_bom(self.root / path))
        try:
            data = _bytes_of(self.root / path)
        except FileNotFoundError:
            return Problem(Refusal.MISSING, path, f"There is no {path}.")
        except OSError as error:
            return Problem(Refusal.UNREADABLE, path, f"{path} can not be read ({error.strerror or 'no regular file'}).")
        if len(data) > MAX_BYTES:
            return Problem(Refusal.UNREADABLE, path, f"{path} is larger than {MAX_BYTES // 1000:,} kB.")
        bom = data.startswith(BOM)
        if b"\0" in data:
            return Problem(Refusal.UNREADABLE, path, f"{path} is no text.")
        try:
            text = data[len(BOM) * bom :].decode("utf-8")
        except UnicodeDecodeError:
            return Problem(Refusal.UNREADABLE, path, f"{path} is not UTF-8.")
        row = language.find("", path)
        return _Kept(open_document((self.root / path).as_uri(), row.id, None, text), bom)

    def _key_of(self, uri: str) -> str | None:
        """Return the folded path of a document inside the folder, by its name or by where its folder really is."""
        place = path_of(uri)
        if place is None:
            return None
        for one in (Path(os.path.abspath(place)), Path(os.path.realpath(place.parent), place.name)):  # noqa: PTH100
            for root in (self.root, self._real):
                if one.is_relative_to(root) and one != root:
                    return _fold(one.relative_to(root).as_posix())
        return None


def _fold(path: str) -> str:
    return path.casefold() if FOLD else path


def _through_link(real: Path, path: str) -> bool:
    """Whether a part of a path is a link, a junction of Windows, or a short name there, below a folder without any.

    Two paths of one file would be two texts of it.
    """
    at = real
    for part in path.split("/"):
        at = at / part
        if at.is_symlink():
            return True
        if os.name == "nt" and at.exists() and os.path.realpath(at).casefold() != str(at).casefold():
            return True
    return False


def _bytes_of(place: Path) -> bytes:
    """Read a regular file, one byte more than the limit at most; raises OSError for pipes, devices and the like."""
    # A pipe would otherwise wait for its writer for ever.
    handle = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError
        return file.read(MAX_BYTES + 1)


def _begins_with_bom(place: Path) -> bool:
    """Whether the file behind an open document has the mark; editors do not say so in the text."""
    try:
        with place.open("rb") as file:
            return file.read(len(BOM)) == BOM
    except OSError:
        return False
