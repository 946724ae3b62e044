"""A folder with files and an index, a scripted server for both models, and the flow that changes code over them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mai_lsp.core.text import Document, Span
from mai_lsp.engine.change.deps import ChangeDeps
from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.flow import run
from mai_lsp.engine.change.job import Ended, Job, Place, Proposal, Step
from mai_lsp.engine.route.providers import Providers
from mai_lsp.workspace.index.reader import Reader, connect
from tests.support.asking import Asking, asking
from tests.support.indexed import document_of, scanned, write
from tests.support.model_server import Asked

FAST, STRONG = "fast-model", "strong-model"


@dataclass
class Watched:
    """A watcher that remembers what it was told, and answers as it was set to."""

    consents: bool = False
    steps: list[Step] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def tell(self, step: Step) -> None:
        self.steps.append(step)

    async def confirm(self, question: str, yes: str) -> bool:
        self.questions.append(question)
        return self.consents


@dataclass
class Workshop:
    """What a job is carried out in."""

    root: Path
    asked: Asking
    watcher: Watched
    database: Path | None = None
    open: list[Document] = field(default_factory=list)
    spent: tuple[float, float] = (0.0, 0.0)

    @property
    def server(self) -> Any:
        return self.asked.server

    def deps(self) -> ChangeDeps:
        settings = self.asked.client._settings
        files = Files(self.root, self.open)
        providers = Providers(self.asked.client, lambda: settings, {})
        index = self.reader if self.database is not None else None
        return ChangeDeps(files, providers, settings, self.watcher, index, spent=lambda: self.spent)

    def reader(self) -> Reader | None:
        assert self.database is not None
        return connect(self.database, self.root)

    def place(self, path: str, text: str = "") -> Place:
        """The place of a text in a file; all of it without one."""
        document = document_of(self.root, path, (self.root / path).read_text(encoding="utf-8"))
        start = document.text.index(text) if text else 0
        return Place(path, document, Span(start, start + len(text or document.text)))

    async def run(self, job: Job) -> Ended:
        return await run(job, self.deps())

    def edit(self, path: str, text: str, instruction: str, **more: Any) -> Job:
        """A job on one place."""
        return Job("edit", "Edit", instruction, self.place(path, text), **more)


@contextlib.asynccontextmanager
async def workshop(
    folder: Path, files: Mapping[str, str], *, indexed: bool = True, **settings: Any
) -> AsyncIterator[Workshop]:
    """Run a scripted server, and a workspace with its index; `settings` are attributes of `Settings`."""
    root = folder / "work"
    root.mkdir()
    write(root, files)
    database = folder / "index.db" if indexed else None
    if database is not None:
        scanned(root, database)
    async with asking(edit_model=FAST, plan_model=STRONG, **settings) as asked:
        yield Workshop(root, asked, Watched(), database)


def block(path: str, search: str, put: str) -> str:
    """A search/replace block as models write it."""
    return f"{path}\n```\n<<<<<<< SEARCH\n{search}\n=======\n{put}\n>>>>>>> REPLACE\n```\n"


def texts(proposal: Ended) -> dict[str, str | None]:
    """What a proposal makes of files, by the paths afterwards."""
    assert isinstance(proposal, Proposal), proposal
    return {change.moved_to or change.path: change.after for change in proposal.changes}


def said_to(asked: Asked) -> str:
    """All that a model was told."""
    return "\n".join(message["content"] for message in asked.body["messages"])


def opened(document: Document, text: str, version: int = 1) -> Document:
    """A document with another text."""
    return replace(document_of(Path("/"), "x", text), uri=document.uri, language=document.language, version=version)
