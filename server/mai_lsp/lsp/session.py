"""The root of all mutable state of one connection, and the flows that join it together.

It knows no JSON-RPC: handlers call it, and it speaks through a `Voice`.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import time
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mai_lsp import errors
from mai_lsp.context.clipboard import copied_from
from mai_lsp.core.text import Document
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.lsp import backend, configuration, logs, reported
from mai_lsp.lsp.acceptance import Acceptance
from mai_lsp.lsp.backend import Backend
from mai_lsp.lsp.client import Client
from mai_lsp.lsp.convert import Place, offset_at
from mai_lsp.lsp.documents import Documents
from mai_lsp.lsp.indexing import Indexing
from mai_lsp.lsp.protocol import ShownPrompt
from mai_lsp.lsp.status import Status, Voice
from mai_lsp.lsp.tasks import Newest, Tasks
from mai_lsp.model.types import Role
from mai_lsp.settings import Settings, from_env
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.project import read_project

log = logging.getLogger(__name__)

WORKING_AFTER = 0.15
"""Seconds after which an editor is told that a request is being worked on: a sooner answer would only flicker."""

WARM_EVERY = 20.0
"""Seconds between two warm-ups; most servers keep an idle connection for longer than this."""

TREE_WITHIN = 0.2
"""Seconds that a request waits for a large file's tree; the model takes longer, and a better prompt is worth it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A suggestion with the document version it fits."""

    document: Document
    suggestion: Suggestion


CLIPBOARD = "clipboard"
"""The source that is kept only while the setting `context.sources` names it."""

MAX_CLIPBOARD = 4_000
"""A longer text is not kept; prompts show half of that at most."""


class Session:
    """Everything that changes while the server runs."""

    def __init__(self, voice: Voice) -> None:
        self.client = Client()
        self.tasks = Tasks()
        self.newest = Newest(self.tasks)
        self.documents = Documents(self.tasks.start)
        self.configuration = configuration.Configuration()
        self.status = Status(voice)
        self.indexing = Indexing(self.tasks)
        self.acceptance = Acceptance(
            self.tasks,
            self.documents.latest,
            enabled=lambda: self.settings.stats_enable,
            accepted=self.status.accept,
        )
        self._voice = voice
        self._loading: asyncio.Task[Backend] | None = None
        self._warmed = -WARM_EVERY
        self._clipboard = ""
        self._ruled: tuple[tuple[Path, ...], bool] | None = None

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.configuration.settings

    def connect(self, client: Client, options: object) -> None:
        """Take what `initialize` says."""
        self.client = client
        self.documents.encoding = client.encoding
        self.configuration.put(configuration.ENVIRONMENT, from_env(os.environ))
        self.configuration.put(configuration.OPTIONS, *configuration.from_options(options))
        self.read_project()

    def read_project(self) -> None:
        """Read the project file again."""
        self.configuration.put(configuration.PROJECT, *read_project(list(self.client.folders)))
        self._follow_rules()

    def change_folders(self, added: Iterable[Path], removed: Container[Path | None]) -> None:
        """Follow the client's workspace folders; the project file is that of the first folder with one."""
        kept = [folder for folder in self.client.folders if folder not in removed]
        self.client = replace(self.client, folders=(*kept, *added))
        self.read_project()
        self.settle()

    def settle(self) -> None:
        """Let changed settings take effect, and tell the user once about each that is wrong."""
        logs.set_level(self.settings.log_level)
        self._follow_rules()
        if fresh := self.configuration.news():
            for problem in fresh:
                self._voice.note("warning", problem)
            more = f" ({len(fresh) - 1} more in the log)" if len(fresh) > 1 else ""
            self._voice.show("warning", fresh[0] + more)
        if CLIPBOARD not in self.settings.context_sources:
            self._clipboard = ""
        self.status.enabled = self.settings.completion_enable
        self.status.recover()
        if (loaded := self._loaded()) is not None:
            loaded.client.configure(self.settings)
            self._check(loaded)
        self.status.send()
        self.indexing.follow(
            self.client.folders, enabled=self.settings.index_enable, gitignore=self.settings.ignore_gitignore
        )

    def load(self) -> asyncio.Task[Backend]:
        """Begin to load the engine, once."""
        if self._loading is None:
            self._loading = self.tasks.start(self._load(), "loading")
        return self._loading

    async def suggest(self, uri: str, place: Place, *, automatic: bool, lines: int | None = None) -> Found | None:
        """Ask for a suggestion at `place`; None when there is none, or a newer request took over."""
        document = self.documents.latest(uri)
        if document is None:
            return None
        settings = replace(self.settings, completion_max_lines=lines) if lines else self.settings
        ask = self._ask(document, place, automatic=automatic)
        began = time.perf_counter()
        self.status.began()
        telling = asyncio.get_running_loop().call_later(WORKING_AFTER, self.status.send)
        outcome: Outcome | None = None
        try:
            outcome = await self.newest.run(uri, self._complete(ask, settings))
            if outcome is None:
                outcome = Skipped(Reason.SUPERSEDED, "A newer request for the same document took over.")
        finally:
            telling.cancel()
            self.status.ended(outcome, automatic=automatic)
            if outcome is not None and outcome.trace.model:
                # Closing a stream early costs its connection: open the next one while the user reads.
                self.tasks.start(self._warm(), "warm-up")
        if not isinstance(outcome, Suggestion):
            return None
        current = self.documents.latest(uri)
        if current is None or current.text != document.text:
            return None  # The engine has looked, too, but a didChange may have come since.
        self.acceptance.offered(current, ask.offset, [outcome], (time.perf_counter() - began) * 1000)
        return Found(current, outcome)

    async def show_prompt(self, uri: str, place: Place) -> ShownPrompt:
        """Say what a suggestion at `place` would send, or why nothing would be."""
        loaded = await asyncio.shield(self.load())
        from mai_lsp.engine import shown  # noqa: PLC0415 (loaded late, with the engine)

        document = self.documents.latest(uri)
        if document is None:
            return _nothing("The document is not open.")
        ask = self._ask(document, place, automatic=False)
        ask = replace(ask, document=await self.documents.parsed(document, TREE_WITHIN))
        try:
            plan = await loaded.plan(ask, self._deps(loaded, self.settings))
            if isinstance(plan, Skipped):
                return _nothing(plan.detail)
            preview = loaded.client.preview(plan.endpoint, plan.prompt)
        except errors.MaiError as error:
            return _nothing(str(error))
        return ShownPrompt(
            method=preview.method,
            url=preview.url,
            headers=preview.headers,
            body=preview.body,
            pieces=shown.pieces(plan.prompt),
            withheld=shown.withheld(plan.withheld),
            reason="",
        )

    def accept(self, identity: str) -> bool:
        """Count a suggestion as accepted, once; False for one that was never offered."""
        return self.acceptance.accepted(identity)

    def report(self, params: Any) -> None:
        """Take what the client shows about an open document, if it is about the text as it is."""
        uri, version = reported.document_of(params)
        document = self.documents.latest(uri)
        if document is not None and version in {None, document.version}:
            self.documents.visits.reported(uri, reported.problems(params, document, self.documents.encoding))

    def copied(self, text: str) -> None:
        """Take the clipboard's text if the user wants that, and it was not copied from a file that is never sent."""
        wanted = CLIPBOARD in self.settings.context_sources and len(text) <= MAX_CLIPBOARD
        self._clipboard = text if wanted and not self._from_hidden(text) else ""

    def warm(self, uri: str) -> None:
        """Open the connection to the model in the background, if that was not done just now and may serve `uri`."""
        now = time.monotonic()
        if self.documents.ignored(uri):
            return
        if self.settings.completion_enable and now - self._warmed >= WARM_EVERY:
            self._warmed = now
            self.tasks.start(self._warm(), "warm-up")

    async def stop(self) -> None:
        """End all that runs and close the connections."""
        await self.tasks.stop()
        await self.acceptance.stop()  # After the tasks, since a request that is cancelled counts, too.
        if (loaded := self._loaded()) is not None:
            await loaded.client.aclose()
            loaded.gatherer.close()

    async def _load(self) -> Backend:
        try:
            loaded = await backend.load(lambda: self.settings, self.documents)
        finally:
            # What is loaded by now stays; leaving it out of every later collection takes 20 ms off their pauses.
            gc.freeze()
            gc.enable()
        self._check(loaded)
        return loaded

    async def _complete(self, ask: Ask, settings: Settings) -> Outcome:
        loaded = await asyncio.shield(self.load())
        ask = replace(ask, document=await self.documents.parsed(ask.document, TREE_WITHIN))
        deps = self._deps(loaded, settings)
        deps = replace(deps, model=self.acceptance.metered(deps.model, ask.document.language))
        try:
            return await loaded.complete(ask, deps)
        except errors.MaiError as error:
            return Skipped(Reason.ERROR, str(error), errors.NotConfigured(error.message, advice=error.advice))

    def _ask(self, document: Document, place: Place, *, automatic: bool) -> Ask:
        """Bind a request to what is known at this moment."""
        if self._from_hidden(self._clipboard):
            self._clipboard = ""
        self.documents.visits.used(document.uri)
        offset = offset_at(document, place, self.documents.encoding)
        return Ask(document, offset, automatic, self.documents.recent(document, self._clipboard))

    def _from_hidden(self, text: str) -> bool:
        """Whether every line of a text stands in an open document that must not be shown."""
        return bool(text.strip()) and any(
            copied_from(text, document.text) for document in self.documents if self.documents.ignored(document.uri)
        )

    def _deps(self, loaded: Backend, settings: Settings) -> Deps:
        elsewhere = loaded.gatherer if settings.index_enable else None
        return Deps(loaded.client, self.documents, settings, elsewhere)

    def _follow_rules(self) -> None:
        """Let folders and settings decide which files may be shown; ignore files are followed by the rules."""
        wanted = (self.client.folders, self.settings.ignore_gitignore)
        if wanted != self._ruled:
            self._ruled = wanted
            self.documents.folders = self.client.folders
            self.documents.rules = Rules(self.client.folders, gitignore=self.settings.ignore_gitignore)

    async def _warm(self) -> None:
        loaded = await asyncio.shield(self.load())
        try:
            await loaded.client.warm(loaded.client.endpoint(Role.COMPLETION))
        except errors.MaiError as error:
            # Not worth a word to the user: the completion that follows says it, if it is still so by then.
            log.info("no warm-up: %s", type(error).__name__)

    def _check(self, loaded: Backend) -> None:
        """Resolve the endpoint, so that a missing key is known before the first completion."""
        try:
            endpoint = loaded.client.endpoint(Role.COMPLETION)
        except errors.MaiError as error:
            self.status.provider = self.status.model = ""
            if self.settings.completion_enable:
                self.status.trouble(error, automatic=True)
        else:
            self.status.provider, self.status.model = endpoint.provider, endpoint.model
        self.status.send()

    def _loaded(self) -> Backend | None:
        if self._loading is None or not self._loading.done() or self._loading.cancelled():
            return None
        return None if self._loading.exception() else self._loading.result()


def _nothing(reason: str) -> ShownPrompt:
    return ShownPrompt(method="", url="", headers={}, body=None, pieces=[], withheld=[], reason=reason)
