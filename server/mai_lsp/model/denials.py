"""From the refusals of an editor's language model to our error tree, and what to do about each.

Like `faults` for HTTP; it asks nobody and quotes no words that repeat the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from mai_lsp.errors import (
    AuthRefused,
    ContentFiltered,
    ModelError,
    ModelMissing,
    NoCredit,
    NotConfigured,
    RateLimited,
)
from mai_lsp.model import catalog, faults
from mai_lsp.model.resolve import Target
from mai_lsp.model.wires.delta import Failure
from mai_lsp.prompt.prompt import Prompt

CONSENT_PAUSE: Final = 600.0
"""Seconds without automatic requests after the user has not allowed one, our own choice: VS Code brings its dialog up
with every request until one is allowed (`extHostLanguageModels.ts`), and one at every key would keep the user from
typing."""

_MANY: Final = 5
"""Families that a message names at most."""

_USED_UP = re.compile(
    r"\b(month\w*|allowance|no quota|quota_exceeded|billing|credits?)\b",
    re.IGNORECASE,
)
"""Words of a limit that is not over in a while: Copilot writes "exceeded your premium request allowance", and "You have
no quota" with the code `quota_exceeded`. To "upgrade your plan" it also advises whoever was too quick."""

_WAIT = re.compile(r"\bwait\s+(?:(\d{1,4}) hours?\s*)?(?:(\d{1,4}) minutes?\s*)?(?:(\d{1,4}) seconds?)?", re.IGNORECASE)
"""How long Copilot asks to wait: "Please wait 1 hours 13 minutes before trying again." """

_TOO_LONG = re.compile(r"exceeds? (the )?token limit|prompt token count|max_prompt_tokens_exceeded", re.IGNORECASE)
"""Copilot: "Message exceeds token limit." (`languageModelAccess.ts`). A client may take the word for a quota's."""


def nowhere() -> NotConfigured:
    """Write the error for a client that has no language models, or where there is no editor at all."""
    return NotConfigured(
        "The provider vscode works only in VS Code with the MAI extension.",
        advice="Set mai.provider to another one here.",
    )


def denial(target: Target, failure: Failure, prompt: Prompt | None = None) -> ModelError:
    """Choose the error for a failure whose code is one of `wires.relay.CODES`."""
    said = faults.quote(failure.message, prompt, target)
    if _TOO_LONG.search(failure.message):
        return faults.refusal(target, None, Failure(failure.message, "context_length_exceeded"), prompt=prompt)
    match failure.code:
        case "unsupported":
            return nowhere()
        case "consent":
            return AuthRefused(
                f"The editor has not been allowed to ask {target.model} for MAI.{said}",
                advice="Ask for a suggestion by hand and choose Allow in the editor's dialog, and sign in if it asks.",
                retry_after=CONSENT_PAUSE,
            )
        case "quota" if _USED_UP.search(failure.message):
            return NoCredit(
                f"Your plan's requests to {target.model} are used up.{said}",
                advice=f"Look at your plan with {target.vendor}, or choose another model or mai.provider.",
            )
        case "quota":
            return RateLimited(
                f"{target.model} has had too many requests over the editor.{said}",
                advice="Wait a little, or choose another model or mai.provider.",
                retry_after=_wait(failure.message),
            )
        case "missing":
            return ModelMissing(
                f"The editor has no language model {target.vendor}/{target.model}.",
                advice=f"Check mai.{target.role.value}.model and mai.vscode.vendor.",
            )
        case "blocked":
            return ContentFiltered(
                f"The editor's language model refused this one.{said}",
                advice="Nothing is wrong with your settings; ask for something else, or change the text it is about.",
            )
        case _:
            # What the editor can not name may be named in the message: a prompt that is too long, a filter.
            return faults.refusal(target, None, Failure(failure.message), prompt=prompt)


def _wait(message: str) -> float | None:
    found = _WAIT.search(message)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return float(3600 * hours + 60 * minutes + seconds) or None


def missing(target: Target, error: ModelMissing, listed: Collection[tuple[str, str]]) -> ModelMissing:
    """Add to a missing model's message what there is; `listed` has (vendor, family) of the editor's models."""
    families = sorted({family for vendor, family in listed if vendor == target.vendor})
    others = sorted({vendor for vendor, family in listed if family == target.model and vendor != target.vendor})
    setting = f"mai.{target.role.value}.model"
    if others:
        advice = f"{others[0]} has it: set mai.vscode.vendor to {others[0]}."
    elif not listed:
        advice = "The editor has no language models at all: sign in to GitHub Copilot, or set mai.provider."
    elif not families:
        vendors = ", ".join(sorted({vendor for vendor, _ in listed})[:_MANY])
        advice = f"It has models of {vendors}: set mai.vscode.vendor."
    elif target.model in families:
        advice = "The editor lists it, so it may just have come: try again, or reload the window."
    else:
        some = catalog.near(target.model, families) or families[:_MANY]
        more = " and others" if len(families) > len(some) else ""
        advice = f"It has {', '.join(some)}{more}. Set {setting}."
    return ModelMissing(error.message, advice=advice)


def listing(models: Any) -> dict[tuple[str, str], int | None]:
    """Read an editor's list of models: (vendor, family) in its order, each with the tokens of prompt that it takes.

    What is not understood is left out; of a family's several models the first counts, which is also the one asked.
    """
    found: dict[tuple[str, str], int | None] = {}
    for model in models if isinstance(models, list) else ():
        names = ("vendor", "family", "maxInputTokens")
        vendor, family, window = (model.get(name) if isinstance(model, dict) else None for name in names)
        if isinstance(vendor, str) and isinstance(family, str) and vendor and family:
            known = isinstance(window, int) and not isinstance(window, bool) and window > 0
            found.setdefault((vendor, family), window if known else None)
    return found
