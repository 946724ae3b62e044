"""From an offer to the job that carries it out: the words for the model, the files it may touch, who is asked.

The one place where what was offered from a tree alone meets the project's paths. Secrets in what is quoted are masked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from mai_lsp.actions import problems as about
from mai_lsp.actions.catalogue import Need
from mai_lsp.actions.fits import moved_path
from mai_lsp.actions.offered import Offer
from mai_lsp.actions.testing import Home, home_of_tests, is_test_module
from mai_lsp.actions.words import instruction
from mai_lsp.core import secrets
from mai_lsp.core.language import find
from mai_lsp.core.outline import outline
from mai_lsp.core.text import Document, Span
from mai_lsp.engine.change.job import Job, Place, Result
from mai_lsp.model.types import Role

QUOTED = 6_000
"""Characters of a selection that are quoted; of a longer one its first and last lines are."""


def job_of(
    offer: Offer,
    document: Document,
    path: str,
    listed: Callable[[], Collection[str]] = frozenset,
    *,
    said: str = "",
    masked: bool = True,
) -> Job | str:
    """Return the job of an offer, or a sentence that says why it can not be done.

    `path` is the document's from the workspace folder. `listed` gives the project's paths; it may take a while, and is
    called for the actions that need them alone. `said` are the user's words, for an action that needs them.
    """
    mask = secrets.mask if masked else _unmasked
    values = dict(offer.values) | {"path": path, "selection": _quoted(document, offer.asked, masked=masked)}
    language = document.syntax.language.id if document.syntax is not None else find(document.language, path).id
    creates: tuple[str, ...] = ()
    span = offer.span
    if offer.need is Need.TESTS:
        home = home_of_tests(path, language, listed())
        if home is None:
            return f"Where tests of {path} belong is not known."
        values["home"] = _home(home)
        if home.inside:
            span = _tests_inside(document)
        else:
            creates = (home.path,)
    elif offer.need is Need.FILE:
        known = listed()
        target = moved_path(path, offer.names[0], known)
        if target in known or target == path:
            return f"{offer.names[0]} can not be moved: there is a file {target} already."
        values["home"], creates = target, (target,)
    elif offer.need is Need.INSTRUCTION:
        if not said.strip():
            return "Say what is to be changed."
        values["instruction"] = said.strip()
    told = offer.prompt or instruction(offer.id, language, offer.name, values)
    return Job(
        offer.id,
        offer.title,
        mask(told) if offer.prompt else told,
        Place(path, document, span),
        names=offer.names,
        problems=tuple(mask(about.line_of(document, one)) for one in offer.problems),
        many=offer.many,
        resources=offer.resources,
        creates=creates,
        role=Role(offer.role) if offer.role else None,
        result=Result.TEXT if offer.text else Result.EDIT,
    )


def _unmasked(text: str) -> str:
    return text


def _home(home: Home) -> str:
    """Say where tests go."""
    if home.inside:
        return "the module `tests` of this same file, which you make at its end if there is none"
    return f"the file {home.path}, " + ("which exists" if home.exists else "which you make")


def _tests_inside(document: Document) -> Span:
    """Return the lines of a file's own module of tests, or its end."""
    found = next((one for one in outline(document).definitions() if is_test_module(one.name, one.kind)), None)
    return found.span if found is not None else Span(len(document.text), len(document.text))


def _quoted(document: Document, span: Span, *, masked: bool) -> str:
    """Quote what is selected, as the model is shown it: secrets are found in the whole text, not in a part of it."""
    if not span:
        return ""
    if len(span) > QUOTED:
        half = QUOTED // 2
        ends = (Span(span.start, span.start + half), Span(span.end - half, span.end))
        return "\n[… and all between …]\n".join(_quoted(document, one, masked=masked) for one in ends)
    text = document.slice(span)
    if not masked:
        return text
    inside = [one for one in secrets.find(document.text) if one.start < span.end and span.start < one.end]
    cut = [
        replace(one, start=max(one.start, span.start) - span.start, end=min(one.end, span.end) - span.start)
        for one in inside
    ]
    return secrets.mask(text, tuple(cut))
