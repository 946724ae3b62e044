"""When nothing is asked unless by hand: switched off, snoozed, manual mode, or a provider that wants to be left alone.

Pure: settings, what was switched in this session, and a time in monotonic seconds. What the text says about asking is
`engine.when`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from mai_lsp.core.text import Document
from mai_lsp.engine.outcome import Reason, Skipped
from mai_lsp.settings import Settings

QUIET_PAUSE: Final = 1.0
"""Seconds without a key before quiet mode asks: whoever waits that long does not know yet what to write."""

QUIET_LINES: Final = 1
"""Lines of a suggestion in quiet mode."""


def _none() -> Mapping[str, bool]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Switches:
    """What the user has switched in this session; nothing of it is kept beyond."""

    snoozed_until: float | None = None
    files: Mapping[str, bool] = field(default_factory=_none)
    """Documents by URI that were switched on or off; before languages."""
    languages: Mapping[str, bool] = field(default_factory=_none)
    """LSP language ids that were switched on or off; before `completion.disabledLanguages`."""
    limited_until: float | None = None
    """Until when the provider wants to be left alone."""
    ceiling: str = ""
    """Which ceiling of the day or the month is reached, as a sentence; empty: none."""

    def snoozed(self, now: float) -> bool:
        """Whether all is quiet at `now`."""
        return self.snoozed_until is not None and now < self.snoozed_until


NOTHING_SWITCHED: Final = Switches()


def gate(document: Document, settings: Settings, switches: Switches, now: float) -> Skipped | None:
    """Say why no automatic request is made in `document`; what is asked by hand does not come here."""
    if skipped := off(document.file, document.language, settings, switches, now):
        return skipped
    if switches.limited_until is not None and now < switches.limited_until:
        return Skipped(Reason.LIMITED, "The provider has asked to wait.")
    if switches.ceiling:
        return Skipped(Reason.CEILING, switches.ceiling)
    return None


def off(uri: str, language: str, settings: Settings, switches: Switches, now: float) -> Skipped | None:
    """Say why nothing is suggested while typing in a document, by the user's own choice."""
    if not settings.completion_enable:
        return Skipped(Reason.DISABLED, "Completions are switched off (mai.completion.enable).")
    by_file = switches.files.get(uri)
    if by_file is False:
        return Skipped(Reason.DISABLED, "Completions are switched off for this file (mai.toggle).")
    if by_file is None and not language_on(language, settings, switches):
        by = "mai.toggle" if language in switches.languages else "mai.completion.disabledLanguages"
        return Skipped(Reason.DISABLED, f"Completions are switched off for {language} ({by}).")
    if switches.snoozed(now):
        return Skipped(Reason.SNOOZED, "Suggestions are snoozed (mai.snooze).")
    if settings.completion_mode == "manual":
        return Skipped(Reason.MANUAL, "Suggestions come only when asked for by hand (mai.completion.mode).")
    return None


def language_on(language: str, settings: Settings, switches: Switches) -> bool:
    """Whether a language is switched on."""
    return switches.languages.get(language, language not in settings.completion_disabled_languages)


def toggle_file(uri: str, language: str, settings: Settings, switches: Switches) -> Switches:
    """Switch a document off, or on again."""
    usual = language_on(language, settings, switches)
    return replace(switches, files=_flipped(switches.files, uri, usual=usual))


def toggle_language(language: str, settings: Settings, switches: Switches) -> Switches:
    """Switch a language off, or on again."""
    usual = language not in settings.completion_disabled_languages
    return replace(switches, languages=_flipped(switches.languages, language, usual=usual))


def _flipped(known: Mapping[str, bool], name: str, *, usual: bool) -> Mapping[str, bool]:
    """Flip one entry; an entry that says what would be so without it is dropped."""
    wanted = not known.get(name, usual)
    rest = {other: on for other, on in known.items() if other != name}
    return MappingProxyType(rest if wanted == usual else {**rest, name: wanted})


def pause(settings: Settings, *, automatic: bool) -> float:
    """Return the seconds without a key that a request has to wait for at least."""
    return QUIET_PAUSE if automatic and settings.completion_mode == "quiet" else 0.0


def restrained(settings: Settings, *, automatic: bool) -> Settings:
    """Return the settings for one request: quiet mode suggests little."""
    if not automatic or settings.completion_mode != "quiet":
        return settings
    return replace(settings, completion_max_lines=min(QUIET_LINES, settings.completion_max_lines))
