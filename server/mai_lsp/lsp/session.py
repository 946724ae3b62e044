"""The root of all mutable state of one connection, and the flows that join it together.

It knows no JSON-RPC: handlers call it, and it speaks through a `Voice`.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import time
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mai_lsp import errors
from mai_lsp.context.clipboard import copied_from
from mai_lsp.core.text import Document, Edit
from mai_lsp.engine import health, mode
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.lsp import backend, configuration, logs, reported
from mai_lsp.lsp.acceptance import Acceptance
from mai_lsp.lsp.backend import TREE_WITHIN, Backend
from mai_lsp.lsp.client import Client
from mai_lsp.lsp.convert import Place, offset_at
from mai_lsp.lsp.documents import Documents
from mai_lsp.lsp.indexing import Indexing
from mai_lsp.lsp.nextedits import NextEdits
from mai_lsp.lsp.owned import read_own
from mai_lsp.lsp.protocol import ShownPrompt
from mai_lsp.lsp.ready import Ready
from mai_lsp.lsp.status import Status, Voice
from mai_lsp.lsp.taken import Taken
from mai_lsp.lsp.tasks import Newest, Tasks
from mai_lsp.model.types import Role
from mai_lsp.settings import Settings
from mai_lsp.settings_reading import from_env
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.project import read_project

if TYPE_CHECKING:
    from mai_lsp.actions.own import Own
    from mai_lsp.engine.metered import Spent
    from mai_lsp.engine.ports import Model
    from mai_lsp.model.relay import Relay

log = logging.getLogger(__name__)

WORKING_AFTER = 0.15
"""Seconds after which an editor is told that a request is being worked on: a sooner answer would only flicker."""

WARM_EVERY = 20.0
"""Seconds between two warm-ups; most servers keep an idle connection for longer than this."""


@dataclass(frozen=True, slots=True)
class Found:
    """A suggestion with the document version it fits."""

    document: Document
    suggestion: Suggestion
    offset: int
    """The cursor it was asked for."""
    others: tuple[Suggestion, ...] = ()
    """Different ones, where several were asked for."""

    @property
    def all(self) -> tuple[Suggestion, ...]:
        """All of them, best first."""
        return (self.suggestion, *self.others)


@dataclass(frozen=True, slots=True)
class Several:
    """That several suggestions are asked for, and how."""

    hurry: bool
    """All are given in one answer, so what comes long after the first is not waited for."""
    found: Callable[[Document, Suggestion], None] = lambda *_: None
    """Called with each as soon as it is there."""


CLIPBOARD = "clipboard"
"""The source that is kept only while the setting `context.sources` names it."""

MAX_CLIPBOARD = 4_000
"""A longer text is not kept; prompts show half of that at most."""


class Session:
    """Everything that changes while the server runs."""

    def __init__(self, voice: Voice, relay: Relay | None = None) -> None:
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
            spent=self._spent,
        )
        self.next_edits = NextEdits(
            self.tasks,
            self.documents,
            self._edit_deps,
            budget=lambda: loaded.desk.budget if (loaded := self._loaded()) is not None else None,
            given=self.acceptance.proposed,
            shows=self.status.offer,
        )
        self.taken = Taken(self.documents.latest)
        self.ready = Ready()
        self.own_actions: tuple[Own, ...] = ()
        """The user's and the team's own code actions."""
        self._voice = voice
        self._relay = relay
        self._loading: asyncio.Task[Backend] | None = None
        self._warmed = -WARM_EVERY
        self._clipboard = ""
        self._several: Found | None = None
        """The last answer that had several, for editors that ask again to step through them."""
        self._ruled: tuple[tuple[Path, ...], bool] | None = None
        self._settled = False

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
        settings, problems = read_project(list(self.client.folders))
        if self._loaded() is not None:
            self.own_actions, wrong = read_own(self.client.folders)
            problems += wrong
        self.configuration.put(configuration.PROJECT, settings, problems)
        self._follow_rules()

    def change_folders(self, added: Iterable[Path], removed: Container[Path | None]) -> None:
        """Follow the client's workspace folders; the project file is that of the first folder with one."""
        kept = [folder for folder in self.client.folders if folder not in removed]
        self.client = replace(self.client, folders=(*kept, *added))
        self.read_project()
        self.settle()

    def settle(self) -> None:
        """Let changed settings take effect, and tell the user once about each that is wrong."""
        self._settled = True
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
        self.status.slow_after = self.settings.status_slow_after
        self.status.recover()
        if (loaded := self._loaded()) is not None:
            loaded.client.configure(self.settings)
            loaded.desk.clear()
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

    async def suggest(
        self, uri: str, place: Place, *, automatic: bool, lines: int | None = None, several: Several | None = None
    ) -> Found | None:
        """Ask for a suggestion at `place`; None when there is none, or a newer request took over."""
        document = self.documents.latest(uri)
        if document is None:
            return None
        ask = self._ask(document, place, automatic=automatic)
        if several is not None and (known := self._known(ask)) is not None:
            return known
        given: list[Suggestion] = []
        began = time.perf_counter()
        self.status.began()
        telling = asyncio.get_running_loop().call_later(WORKING_AFTER, self.status.send)
        outcome: Outcome | None = None
        try:
            flow = self._alternatives(ask, several, given) if several else self._complete(ask, lines)
            outcome = await self.newest.run(uri, flow)
            if outcome is None:
                outcome = Skipped(Reason.SUPERSEDED, "A newer request for the same document took over.")
        finally:
            telling.cancel()
            self.status.ended(outcome, automatic=automatic)
            if outcome is not None and outcome.trace.model and not outcome.trace.remembered:
                # Closing a stream early costs its connection: open the next one while the user reads.
                self.tasks.start(self._warm(), "warm-up")
        if not isinstance(outcome, Suggestion):
            return None
        current = self.documents.latest(uri)
        if current is None or current.text != document.text:
            return None  # The engine has looked, too, but a didChange may have come since.
        found = Found(current, outcome, ask.offset, tuple(one for one in given if one is not outcome))
        self.acceptance.offered(current, ask.offset, found.all, (time.perf_counter() - began) * 1000)
        self._several = found if found.others else None
        return found

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
            self.documents.reported(document, reported.problems(params, document, self.documents.encoding))

    def copied(self, text: str) -> None:
        """Take the clipboard's text if the user wants that, and it was not copied from a file that is never sent."""
        wanted = CLIPBOARD in self.settings.context_sources and len(text) <= MAX_CLIPBOARD
        self._clipboard = text if wanted and not self._from_hidden(text) else ""

    def warm(self, uri: str) -> None:
        """Get ready for a document in the background: look into other files, and open the connection to the model."""
        now, document = time.monotonic(), self.documents.latest(uri)
        if self.documents.ignored(uri if document is None else document.file):
            return
        if self.settings.completion_enable and self.settings.index_enable:
            self.tasks.start(self._look_ahead(uri), "look ahead")
        if self.settings.completion_enable and now - self._warmed >= WARM_EVERY:
            self._warmed = now
            self.tasks.start(self._warm(), "warm-up")

    def changed(self, uri: str, edits: Sequence[Edit]) -> None:
        """Take the edits that a document's latest text is made by."""
        self.acceptance.changed(uri, edits)
        if (loaded := self._loaded()) is not None:
            loaded.desk.changed(uri, edits)

    def closed(self, uri: str) -> None:
        """Forget what is going on in a document; its text is dropped by the store."""
        self.newest.cancel(uri)
        self.acceptance.closed(uri)
        if (loaded := self._loaded()) is not None:
            loaded.desk.closed(uri)
            loaded.gatherer.forget(uri)

    async def stop(self) -> None:
        """End all that runs and close the connections."""
        if (loaded := self._loaded()) is not None:
            loaded.desk.stop()
        await self.tasks.stop()
        await self.acceptance.stop()  # After the tasks, since a request that is cancelled counts, too.
        if (loaded := self._loaded()) is not None:
            await loaded.providers.aclose()
            await loaded.client.aclose()
            loaded.gatherer.close()

    async def _load(self) -> Backend:
        try:
            loaded = await backend.load(
                lambda: self.settings,
                self.documents,
                self.tasks.start,
                busy=lambda: self.indexing.scanning,
                relay=self._relay if self.client.language_models else None,
            )
        finally:
            # What is loaded by now stays; leaving it out of every later collection takes 20 ms off their pauses.
            gc.freeze()
            gc.enable()
        if self._settled:  # Else the client has not told its settings yet; what is missing may be among them.
            self._check(loaded)
        self.tasks.start(self._learn_costs(loaded), "reading the costs")
        asyncio.get_running_loop().call_soon(self._read_own)
        return loaded

    async def _learn_costs(self, loaded: Backend) -> None:
        await self.acceptance.learn_costs()
        self._mind_ceilings(loaded.client)
        self.status.send()

    def _read_own(self) -> None:
        """Read the own actions for the first time, once what judges them is loaded."""
        before = self.configuration.problems
        self.read_project()
        if self.configuration.problems != before:
            self.settle()

    async def _complete(self, ask: Ask, lines: int | None) -> Outcome:
        loaded = await asyncio.shield(self.load())
        if wait := mode.pause(self.settings, automatic=ask.automatic):
            await asyncio.sleep(wait)  # The next key brings a newer request, which ends this one.
        # Read by now, since they may have been changed meanwhile.
        settings = replace(self.settings, completion_max_lines=lines) if lines else self.settings
        settings = mode.restrained(settings, automatic=ask.automatic)
        deps = self._deps(loaded, settings, by_hand=not ask.automatic)
        deps = replace(deps, model=self.acceptance.metered(deps.model, ask.document.language))
        try:
            return await loaded.desk.suggest(ask, deps)
        except errors.MaiError as error:
            return Skipped(Reason.ERROR, str(error), errors.NotConfigured(error.message, advice=error.advice))

    async def _alternatives(self, ask: Ask, several: Several, given: list[Suggestion]) -> Outcome:
        """Ask for several suggestions; put them into `given`, and return the best."""
        loaded = await asyncio.shield(self.load())
        settings = self.settings
        ask = replace(ask, document=await self.documents.parsed(ask.document, TREE_WITHIN))
        deps = self._deps(loaded, settings)
        deps = replace(deps, model=self.acceptance.metered(deps.model, ask.document.language))
        began = time.perf_counter()

        def found(suggestion: Suggestion) -> None:
            given.append(suggestion)
            current = self.documents.latest(ask.document.uri)
            if not several.hurry and current is not None and current.text == ask.document.text:
                # It is on the screen from now on, and may be taken before the last one is there.
                self.acceptance.offered(current, ask.offset, given, (time.perf_counter() - began) * 1000)
            several.found(ask.document, suggestion)

        all_found = await loaded.alternatives(
            loaded.desk.informed(ask),
            deps,
            settings.completion_alternatives,
            found,
            hurry=several.hurry,
            usual=loaded.desk.suggest,
            another=lambda: loaded.desk.another(deps),
        )
        if isinstance(all_found, Skipped):
            return all_found
        given[:] = all_found
        return given[0]

    def _known(self, ask: Ask) -> Found | None:
        """Return the last answer with several suggestions if it was for the same place in the same text."""
        found = self._several
        if found is None or (found.document.uri, found.offset) != (ask.document.uri, ask.offset):
            return None
        return replace(found, document=ask.document) if found.document.text == ask.document.text else None

    def _spent(self, spent: Spent) -> None:
        self.status.timed(health.sample(spent))
        self.status.cost = self.acceptance.cost_today()

    def _ask(self, document: Document, place: Place, *, automatic: bool) -> Ask:
        """Bind a request to what is known at this moment."""
        if self._from_hidden(self._clipboard):
            self._clipboard = ""
        self.documents.visits.used(document.whole)
        offset = offset_at(document, place, self.documents.encoding)
        return Ask(document, offset, automatic, self.documents.recent(document, self._clipboard))

    def _from_hidden(self, text: str) -> bool:
        """Whether every line of a text stands in an open document that must not be shown."""
        return bool(text.strip()) and any(
            copied_from(text, one.text) for one in self.documents.texts() if self.documents.ignored(one.file)
        )

    def _deps(self, loaded: Backend, settings: Settings, *, by_hand: bool = True) -> Deps:
        elsewhere = loaded.gatherer if settings.index_enable else None
        if not settings.route_fallback:
            self._mind_ceilings(loaded.client)
            return Deps(loaded.client, self.documents, settings, elsewhere, self.status.in_force())
        from mai_lsp.engine.route.serving import Serving  # noqa: PLC0415 (loaded late, with the engine)

        model = Serving(loaded.providers, by_hand=by_hand)
        self._mind_ceilings(model)
        return Deps(model, self.documents, settings, elsewhere, self.status.in_force(), model.instead)

    def _mind_ceilings(self, model: Model) -> None:
        """See whether the day or the month has cost what it may; only what costs something is kept from being asked."""
        from mai_lsp.engine.route import cost  # noqa: PLC0415 (loaded late, with the engine)

        try:
            price = model.endpoint(Role.COMPLETION).price
        except errors.MaiError:
            self.status.ceiling = ""
            return
        day, month = self.acceptance.costs()
        spent = cost.Spent(day=day or 0.0, month=month or 0.0)
        self.status.ceiling = cost.exhausted(cost.ceilings(self.settings), spent, price)

    def _edit_deps(self, document: Document) -> Deps | None:
        """Return what next edits in a document work with; None while it is being loaded."""
        if (loaded := self._loaded()) is None:
            return None
        deps = self._deps(loaded, self.settings)
        return replace(deps, model=self.acceptance.metered(deps.model, document.language, "next edit"))

    def _follow_rules(self) -> None:
        """Let folders and settings decide which files may be shown; ignore files are followed by the rules."""
        wanted = (self.client.folders, self.settings.ignore_gitignore)
        if wanted != self._ruled:
            self._ruled = wanted
            self.documents.folders = self.client.folders
            self.documents.rules = Rules(self.client.folders, gitignore=self.settings.ignore_gitignore)

    async def _look_ahead(self, uri: str) -> None:
        loaded = await asyncio.shield(self.load())
        from mai_lsp.engine.gather import look_ahead  # noqa: PLC0415 (loaded late, with the engine)

        document = self.documents.latest(uri)
        try:
            budget = loaded.client.endpoint(Role.COMPLETION).context_tokens
        except errors.MaiError as error:
            log.info("no look ahead: %s", type(error).__name__)
            return
        if document is not None:
            look_ahead(document, loaded.gatherer, budget)

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
            self._mind_ceilings(loaded.client)
        self.status.send()

    def _loaded(self) -> Backend | None:
        if self._loading is None or not self._loading.done() or self._loading.cancelled():
            return None
        return None if self._loading.exception() else self._loading.result()


def _nothing(reason: str) -> ShownPrompt:
    return ShownPrompt(method="", url="", headers={}, body=None, pieces=[], withheld=[], reason=reason)
