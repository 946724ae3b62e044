"""Settings from all their sources, merged into one immutable value that is swapped whole.

It performs no I/O and sends nothing: sources are given as plain JSON, problems come back as sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mai_lsp.settings import FIELDS, Settings
from mai_lsp.settings_reading import SOURCES, read

SECTION = "mai"

PROJECT, ENVIRONMENT, OPTIONS, CLIENT = SOURCES

_COPILOT_KEYS = frozenset({"editorInfo", "editorPluginInfo"})
"""What Copilot's clients put into initializationOptions; the contract demands them, we need nothing of them."""

_INPUT, _LANGUAGE_MODELS, _LOG, _PREVIEW = ABILITIES = ("input", "languageModels", "log", "preview")
"""In our own part of initializationOptions: no settings, but what the client can do."""

_AREAS = frozenset(name.partition(".")[0] for name in FIELDS)

_FOREIGN = frozenset({"http.proxyStrictSSL", "http.proxyKerberosServicePrincipal"})
"""Settings of Copilot's contract below an area that is ours, too."""


class Configuration:
    """The layers, weakest first, and the settings they come to."""

    def __init__(self) -> None:
        self._layers: dict[str, Mapping[str, Any]] = {source: {} for source in SOURCES}
        self._found: dict[str, list[str]] = {}
        self._told: set[str] = set()
        self.settings = Settings()
        self.problems: list[str] = []
        """Everything that is wrong now."""

    def put(self, source: str, layer: Mapping[str, Any], problems: list[str] | None = None) -> None:
        """Replace one source's layer; `problems` are those of reading it."""
        self._layers[source] = layer
        self._found[source] = problems or []
        self.settings, wrong = read(self._layers)
        self.problems = [text for found in self._found.values() for text in found] + wrong

    def news(self) -> list[str]:
        """Return the problems that were not there at the last call; one that goes and comes back is news."""
        fresh = [text for text in self.problems if text not in self._told]
        self._told = set(self.problems)
        return fresh


def from_options(options: Any) -> tuple[Mapping[str, Any], list[str]]:
    """Read initializationOptions, given as ``{...}`` or ``{"mai": {...}}``."""
    if options is None or options == []:  # Lua has one empty table for both, and Neovim sends it as a list.
        return {}, []
    if not isinstance(options, Mapping):
        return {}, [f"{OPTIONS}: must be an object. They were ignored."]
    inner = options.get(SECTION)
    if isinstance(inner, Mapping):
        return {key: value for key, value in inner.items() if key not in ABILITIES}, []
    return {key: value for key, value in options.items() if key not in _COPILOT_KEYS and key != SECTION}, []


def gives_input(options: Any) -> bool:
    """Whether the client answers `mai/input`, which it says by ``{"mai": {"input": true}}``."""
    return _can(options, _INPUT)


def gives_language_models(options: Any) -> bool:
    """Whether the client asks the editor's models for us, which it says by ``{"mai": {"languageModels": true}}``."""
    return _can(options, _LANGUAGE_MODELS)


def keeps_log(options: Any) -> bool:
    """Whether it keeps the server's log for us, which it says by ``{"mai": {"log": true}}``."""
    return _can(options, _LOG)


def gives_preview(options: Any) -> bool:
    """Whether its preview comes with everything ticked, which it says by ``{"mai": {"preview": true}}``."""
    return _can(options, _PREVIEW)


def is_copilot_client(options: Any) -> bool:
    """Whether the client was made for Copilot's language server."""
    return isinstance(options, Mapping) and bool(_COPILOT_KEYS & options.keys())


def from_push(pushed: Any) -> Mapping[str, Any]:
    """Read the settings of a didChangeConfiguration.

    Clients push ``{"mai": {...}}``, our section's content alone, or the settings of many servers at once; of the
    latter only what could be ours is looked at.
    """
    if not isinstance(pushed, Mapping):
        return {}
    inner = pushed.get(SECTION)
    if isinstance(inner, Mapping):
        return inner
    layer: dict[str, Any] = {}
    for key, value in pushed.items():
        if key.partition(".")[0] in _AREAS and key not in _FOREIGN:
            layer[key] = (
                {name: item for name, item in value.items() if f"{key}.{name}" not in _FOREIGN}
                if isinstance(value, Mapping)
                else value
            )
    return layer


def from_pull(items: Any) -> tuple[Mapping[str, Any], list[str]]:
    """Read the reply to a workspace/configuration request for our one section; null means nothing is set."""
    found = items[0] if isinstance(items, list | tuple) and items else None
    if found is None or found == []:  # Lua's empty table, as above
        return {}, []
    if not isinstance(found, Mapping):
        return {}, [f"{CLIENT}: mai must be an object. It was ignored."]
    return found, []


def _can(options: Any, ability: str) -> bool:
    inner = options.get(SECTION) if isinstance(options, Mapping) else None
    return isinstance(inner, Mapping) and inner.get(ability) is True
