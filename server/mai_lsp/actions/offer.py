"""What can be done at a place, in the order of a menu: the one answer that editors and the command line ask for.

No model is asked, no file is read and nothing is remembered: the same place gives the same offers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mai_lsp.actions import problems as about
from mai_lsp.actions.catalogue import ACTIONS, SWITCH, Action, Kind, Need
from mai_lsp.actions.fits import Fit, anywhere
from mai_lsp.actions.offered import Abilities, Offer
from mai_lsp.actions.own import Own, Scope
from mai_lsp.actions.site import Site, lines_of
from mai_lsp.core.recent import Problem
from mai_lsp.core.text import Document, Span

TITLE_NAME = 40
"""Characters of a name in a title."""

MAX_OFFERS = 16
"""Built-in ones: a menu that is longer is not read."""


def offer(
    document: Document, span: Span, problems: Sequence[Problem], own: Sequence[Own], abilities: Abilities
) -> list[Offer]:
    """Return what can be done; `problems` are all that are known of the file."""
    site = Site(document, span)
    found = [one for one in _all(site, problems, own, abilities) if wanted(one.kind, abilities.only)]
    return [one for one in found if one.id not in abilities.disabled]


def find(
    identity: str, document: Document, span: Span, problems: Sequence[Problem], own: Sequence[Own]
) -> Offer | None:
    """Return one offer again, as it would be offered now to somebody who may have everything."""
    site = Site(document, span)
    everything = Abilities(input=True)
    if any(one.id == identity for one in own):
        return next((one for one in _own(site, problems, own, everything) if one.id == identity), None)
    for row in ACTIONS:
        if row.id == identity:
            return _built_in(site, row, everything)
    return next((one for one in about.offers(site, problems) if one.id == identity), None)


def wanted(kind: str, only: Collection[str] | None) -> bool:
    """Whether a kind is one of those wanted: ``refactor`` covers ``refactor.extract``, and an empty kind all."""
    return only is None or any(not one or kind == one or kind.startswith(f"{one}.") for one in only)


def _all(site: Site, problems: Sequence[Problem], own: Sequence[Own], abilities: Abilities) -> Iterator[Offer]:
    yield from about.offers(site, problems, by_hand=abilities.by_hand)
    yield from _own(site, problems, [one for one in own if one.kind == Kind.QUICKFIX], abilities)
    built_in = 0
    troubled = any(one.span.start <= site.span.end and site.span.start <= one.span.end for one in problems)
    for row in ACTIONS if not abilities.by_hand or site.chain or site.selected else ():
        if row.kind == Kind.EXPLAIN and troubled and not site.selected:
            continue  # The problem is what is to be explained there.
        if built_in < MAX_OFFERS and (one := _built_in(site, row, abilities)) is not None:
            built_in += 1
            yield one
    yield from _own(site, problems, [one for one in own if one.kind != Kind.QUICKFIX], abilities)


def _built_in(site: Site, row: Action, abilities: Abilities) -> Offer | None:
    if row.languages and site.language not in row.languages:
        return None
    if not wanted(row.kind, abilities.only) or row.id in abilities.disabled:
        return None
    if (row.need is Need.INSTRUCTION and not abilities.input) or (row.need is Need.FILE and not abilities.creates):
        return None
    fit = row.fits(site)
    if fit is None or not (abilities.by_hand or fit.precise):
        return None
    values = {"switch": SWITCH.get(site.language, "switch"), **fit.values}
    title = row.title.format(name=_short(fit.name) or "this code", **values)
    return _offer(site, row, fit, title)


def _offer(site: Site, row: Action, fit: Fit, title: str) -> Offer:
    return Offer(
        row.id,
        title,
        row.kind.value,
        fit.span,
        site.span,
        fit.name,
        fit.names,
        fit.values,
        many=row.many,
        resources=row.resources,
        role=row.role,
        text=row.text,
        need=row.need,
    )


def _own(site: Site, problems: Sequence[Problem], own: Sequence[Own], abilities: Abilities) -> Iterator[Offer]:
    """Yield the user's and the team's own actions."""
    if not own or not abilities.by_hand:
        return
    here = [one for one in problems if one.span.start <= site.span.end and site.span.start <= one.span.end]
    for one in own:
        if (one.languages and site.language not in one.languages and site.document.language not in one.languages) or (
            one.kind == Kind.QUICKFIX and not here
        ):
            continue
        span = _scoped(site, one.scope)
        if span is None:
            continue
        yield Offer(
            one.id,
            one.title,
            one.kind,
            span,
            site.span,
            problems=tuple(here[:5]) if one.kind == Kind.QUICKFIX else (),
            role=one.role,
            prompt=one.prompt,
        )


def _scoped(site: Site, scope: Scope) -> Span | None:
    """Return what an own action changes; None where there is no such thing."""
    if scope is Scope.FILE:
        return Span(0, len(site.document.text)) if site.document.text.strip() else None
    if scope is Scope.FUNCTION:
        part = site.headed or site.function
        return part.lines if part is not None else None
    if scope is Scope.SELECTION:
        return lines_of(site.document, site.span) if site.selected else None
    fit = anywhere(site)
    return fit.span if fit is not None else None


def _short(name: str) -> str:
    """Cut a name for a title."""
    return name if len(name) <= TITLE_NAME else f"{name[: TITLE_NAME - 1]}…" + ("`" if name.endswith("`") else "")
