"""Which format a model family says edits in best, one row per family; an unknown model gets search/replace blocks.

Each row names where that is from. A user who knows better sets `mai.edit.format`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mai_lsp.core.editformat import EditFormat


@dataclass(frozen=True, slots=True)
class Family:
    """One row."""

    pattern: str
    """Of a part of the model's id, in small letters."""
    form: EditFormat


_ROWS = (
    # Aider's `resources/model-settings.yml`: `udiff` for the models of GPT-4 Turbo, which leave code out otherwise
    # ("Unified diffs make GPT-4 Turbo 3X less lazy", aider.chat, 2023).
    Family(r"gpt-4-(?:turbo|1106|0125)", EditFormat.DIFF),
    # The same file has no format for these, which means `whole`: they fail at repeating lines exactly.
    Family(r"gpt-3\.5|gpt-4o-mini|o1-mini|gpt-4\.1-nano", EditFormat.WHOLE),
    Family(r"claude-3-(?:sonnet|haiku)|gemini-1\.5-flash|command-r", EditFormat.WHOLE),
    # The same file: `diff`, Aider's word for search/replace blocks (`diff-fenced`, with the path in the fence, for
    # Gemini 1.5 Pro; the reader takes both).
    Family(r"gpt-4|gpt-5|chatgpt|\bo[134]\b|o1-preview|codex", EditFormat.SEARCH),
    Family(r"claude|gemini|deepseek|qwen.*32b|llama-?3.*70b", EditFormat.SEARCH),
    # Microsoft has published no score of an edit format for its models; search/replace is what most were trained on,
    # and what is refused rather than misplaced when it is not exact.
    Family(r"mai-(?:code|thinking)|mai-ds", EditFormat.SEARCH),
)

_SMALL = re.compile(r"(?<![\d.])(?:0\.\d+|[123](?:\.\d+)?)b(?![a-z0-9])")
"""Three thousand million parameters or fewer, by the name. Such models lose exact lines: of the embedded model's
search blocks few are found, while it repeats a function with a change in it quite well."""


def form_for(
    model: str, wanted: str = "", *, calls: bool = False, local: bool = False, region: bool = False, parts: bool = False
) -> EditFormat:
    """Return the format to ask a model in.

    `wanted` is the setting or the provider's row, which win where they can be had: `calls` says whether the provider
    has function calls, `region` whether the job is about one region, `parts` whether some file is not shown whole.
    `local`: a model on this machine of unknown size is a small one.
    """
    form = _wanted(wanted, calls=calls, region=region) or _by_model(model, local=local, region=region)
    # Who has seen a part of a file can not write it whole.
    return EditFormat.SEARCH if form is EditFormat.WHOLE and parts else form


def is_small(model: str, *, local: bool) -> bool:
    """Whether a model is one of few parameters, as far as its name tells."""
    name = model.lower()
    return _SMALL.search(name) is not None or (local and re.search(r"\d+b(?![a-z])", name) is None)


def _wanted(wanted: str, *, calls: bool, region: bool) -> EditFormat | None:
    try:
        form = EditFormat(wanted)
    except ValueError:
        return None
    if (form is EditFormat.CALLS and not calls) or (form is EditFormat.REGION and not region):
        return None
    return form


def _by_model(model: str, *, local: bool, region: bool) -> EditFormat:
    if is_small(model, local=local):
        return EditFormat.REGION if region else EditFormat.WHOLE
    name = model.lower()
    return next((row.form for row in _ROWS if re.search(row.pattern, name)), EditFormat.SEARCH)
