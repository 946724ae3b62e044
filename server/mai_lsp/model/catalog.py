"""Known models' prices and windows, and the reading of providers' own `/models` listings.

It performs no I/O; a figure here is a default for display, never a reason to refuse a request.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Mapping
from typing import Any

from mai_lsp.model.types import ModelInfo, Price, Usage

_WINDOW = 256_000

KNOWN: Mapping[str, ModelInfo] = types.MappingProxyType(
    {
        info.id: info
        for info in (
            ModelInfo("mai-code-1-flash", _WINDOW, Price(0.75, 0.075, 4.50)),
            ModelInfo("mai-code-1.1-flash", _WINDOW, Price(0.20, 0.02, 1.20)),
            ModelInfo("mai-thinking-1", _WINDOW, Price(2.00, 0.20, 8.00)),
        )
    }
)
"""List prices as of October 2026, by the id's last part in lower case."""


def look_up(model: str) -> ModelInfo | None:
    """Find what is known of `model`; ``microsoft/MAI-Code-1-Flash:free`` is found as ``mai-code-1-flash``."""
    return KNOWN.get(_plain(model))


def cost(usage: Usage, price: Price) -> float:
    """Compute USD from tokens; cached prompt tokens have their own price."""
    fresh = max(usage.input_tokens - usage.cached_tokens, 0)
    parts = fresh * price.input + usage.cached_tokens * price.cached_input + usage.output_tokens * price.output
    return parts / 1_000_000


def near(model: str, listed: Iterable[str], count: int = 3) -> list[str]:
    """Give ids of the listing that resemble `model`, best first; publisher prefixes and case do not count."""
    by_plain: dict[str, list[str]] = {}
    for known in listed:
        by_plain.setdefault(_plain(known), []).append(known)
    matches = difflib.get_close_matches(_plain(model), by_plain, n=count, cutoff=0.55)
    return [full for plain in matches for full in by_plain[plain]][:count]


def parse_listing(reply: Any) -> list[ModelInfo]:
    """Read a `/models` reply, in OpenAI's or OpenRouter's style; entries that are not understood are left out."""
    entries = reply.get("data", reply.get("models")) if isinstance(reply, Mapping) else reply
    if not isinstance(entries, list):
        return []
    return [info for entry in entries if (info := _entry(entry)) is not None]


def _entry(entry: Any) -> ModelInfo | None:
    if not isinstance(entry, Mapping):
        return None
    name = entry.get("id") or entry.get("name")
    if not isinstance(name, str):
        return None
    meta = entry.get("meta")
    windows = [entry.get(key) for key in ("context_length", "context_window", "max_model_len")]
    windows.append(meta.get("n_ctx_train") if isinstance(meta, Mapping) else None)
    window = next((value for value in windows if isinstance(value, int) and value > 0), None)
    return ModelInfo(name, window, _price(entry.get("pricing")))


def _price(pricing: Any) -> Price | None:
    """Read OpenRouter's ``pricing``: USD per token, as decimal strings; negative means "varies"."""
    if not isinstance(pricing, Mapping):
        return None
    try:
        prompt = float(pricing["prompt"]) * 1_000_000
        output = float(pricing["completion"]) * 1_000_000
        cached = pricing.get("input_cache_read")
        read = prompt if cached is None else float(cached) * 1_000_000
    except (KeyError, TypeError, ValueError):
        return None
    return Price(prompt, read, output) if min(prompt, read, output) >= 0 else None


def _plain(model: str) -> str:
    return model.lower().rpartition("/")[2].partition(":")[0]
