"""The one way into a prompt: what is ignored is left out, and secret values are masked, wherever they come from.

It is a pure function over text; whether a path is ignored it is told. The builders take a `Gated`, and only `admit`
makes one, so nothing that a model is sent can have gone past it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from string import punctuation
from typing import NamedTuple

from mai_lsp.core import secrets
from mai_lsp.core.secrets import Secret
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.tokens import estimate
from mai_lsp.prompt.prompt import Source

NEAR = 1_024
"""Characters on either side of the window in which the beginning or end of a cut token is looked for."""

FAR = secrets.MAX_KEY
"""The same for a private key, of which the window may hold the middle only."""

LEAST_REPEATED = 6
"""A secret of so many characters is masked wherever it stands again, also where no name gives it away."""

_PASS = object()


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something that a prompt does not show; it holds nothing of it."""

    what: str
    """``prefix``, ``suffix``, or a snippet's kind and name."""
    path: str
    why: str
    """One sentence part for a person: which rule."""


@dataclass(frozen=True, slots=True)
class Gated:
    """A source that may be sent. Only `admit` makes one; a changed copy can not be made."""

    source: Source
    withheld: tuple[Withheld, ...]
    admitted: InitVar[object]
    masks: Mapping[str, tuple[Secret, ...]] = field(default_factory=dict)
    """Where something was masked in files that may be changed, by path, in their own true texts' offsets."""

    def __post_init__(self, admitted: object) -> None:
        if admitted is not _PASS:
            raise TypeError("only prompt.gate.admit makes a Gated")


def admit(
    source: Source,
    *,
    ignored: Callable[[str], str],
    before: str = "",
    after: str = "",
    mask: bool = True,
) -> Gated | Withheld:
    """Let through what may be sent of a source; a `Withheld` instead when the cursor is at or in a secret.

    `ignored` says why a snippet's path must not be shown, or "". `before` and `after` are the text on either side of
    the window, to recognise what its borders cut; neither is sent. Without `mask` secrets are let through.
    """
    withheld: list[Withheld] = []
    reasons: dict[str, str] = {}
    snippets: list[Snippet] = []
    for snippet in source.snippets:
        if snippet.path not in reasons:
            # The file at the cursor has been asked about before anything of it was read; the clipboard is no file.
            known = snippet.path == source.path or snippet.kind in {Kind.CLIPBOARD, Kind.REQUEST}
            reasons[snippet.path] = "" if known else ignored(snippet.path)
        if why := reasons[snippet.path]:
            withheld.append(Withheld(_name(snippet), snippet.path, why))
        else:
            snippets.append(snippet)
    prefix, suffix = source.prefix, source.suffix
    texts = [_Text(before, prefix + suffix, after)]
    for snippet in snippets:
        texts.append(_Text(snippet.before, snippet.text, snippet.after))
        if former := snippet.former:
            texts.append(_Text(former.before, former.text, former.after))
    everywhere = iter(_found(texts) if mask else [()] * len(texts))
    found = next(everywhere)
    masks: dict[str, tuple[Secret, ...]] = {}
    admitted: list[Snippet] = []
    for snippet in snippets:
        own, of_former = next(everywhere), next(everywhere) if snippet.former else ()
        if snippet.kind is Kind.FILE:
            masks[snippet.path] = masks.get(snippet.path, ()) + tuple(_moved(one, snippet.start) for one in own)
        if (shown := _shown(snippet, own, of_former, withheld)) is not None:
            admitted.append(shown)
    cursor = len(prefix)
    for secret in found:
        if secret.start < cursor <= secret.end:
            return Withheld("prefix", source.path, f"the cursor is at a secret ({secret.rule})")
        withheld.append(Withheld("prefix" if secret.end <= cursor else "suffix", source.path, _masked(secret.rule)))
    if found:
        prefix = secrets.mask(prefix, tuple(one for one in found if one.end <= cursor))
        behind = tuple(Secret(one.start - cursor, one.end - cursor, one.rule) for one in found if one.start >= cursor)
        suffix = secrets.mask(suffix, behind)
    shown_source = replace(source, prefix=prefix, suffix=suffix, snippets=tuple(admitted))
    return Gated(shown_source, tuple(withheld), _PASS, masks)


class _Text(NamedTuple):
    """A text that may be shown, between what stands around it."""

    before: str
    shown: str
    after: str


def _found(texts: Sequence[_Text]) -> list[tuple[Secret, ...]]:
    """Return the secrets of each text: its own, and those of the others where they stand in it again."""
    found = [_around(*text) for text in texts]
    values = {
        part: secret.rule
        for text, own in zip(texts, found, strict=True)
        for secret in own
        for whole in text.shown[secret.start : secret.end].split()
        for part in {whole, whole.strip(punctuation)}  # Padding is left out where a value is quoted.
        if len(part) >= LEAST_REPEATED
    }
    return [secrets.joined((*own, *_repeated(text.shown, values))) for text, own in zip(texts, found, strict=True)]


def _repeated(text: str, values: Mapping[str, str]) -> Iterator[Secret]:
    for value, rule in values.items():
        at = text.find(value)
        while at >= 0:
            yield Secret(at, at + len(value), rule)
            at = text.find(value, at + len(value))


def _around(before: str, window: str, after: str) -> tuple[Secret, ...]:
    """Return the secrets of a window, its borders seen in the text around it; offsets are the window's."""
    near, far = before[-NEAR:], before[-FAR:]
    found = [_moved(secret, -len(near)) for secret in secrets.find(near + window + after[:NEAR])]
    if "PRIVATE KEY" in far or "PRIVATE KEY" in after[:FAR]:
        found += [_moved(secret, -len(far)) for secret in secrets.private_keys(far + window + after[:FAR])]
    clipped = [Secret(max(0, one.start), min(len(window), one.end), one.rule) for one in found]
    return secrets.joined(one for one in clipped if one.start < one.end)


def _moved(secret: Secret, by: int) -> Secret:
    return Secret(secret.start + by, secret.end + by, secret.rule)


def _shown(
    snippet: Snippet, found: tuple[Secret, ...], before: tuple[Secret, ...], withheld: list[Withheld]
) -> Snippet | None:
    """Mask a snippet, and say so; None when nothing is left that could be shown."""
    rules = dict.fromkeys(secret.rule for secret in before if secret.rule not in {one.rule for one in found})
    withheld += [Withheld(_name(snippet), snippet.path, _masked(rule)) for rule in [*(s.rule for s in found), *rules]]
    former = snippet.former and replace(snippet.former, text=secrets.mask(snippet.former.text, before))
    if found and snippet.kind is Kind.CLIPBOARD:
        return None  # Who has copied a secret has copied it for something else.
    if not found and not before:
        return snippet
    text = secrets.mask(snippet.text, found)
    if former is not None and former.text == text:
        return None  # A secret was changed, and nothing else.
    return replace(snippet, text=text, former=former, tokens=snippet.tokens if former else estimate(text))


def _masked(rule: str) -> str:
    return f"a secret was masked ({rule})"


def _name(snippet: Snippet) -> str:
    return f"{snippet.kind.value} {snippet.name}".strip()
