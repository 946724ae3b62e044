"""Fill-in-the-middle formats, one row per model family; an unknown model has no format, never another's tokens.

Each row was read from the family's own tokenizer configuration or model card. A user who knows better names a row
in `mai.fim.format`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FimFormat:
    """How one family is asked to fill a gap."""

    name: str
    template: str
    """The raw prompt with ``{before}`` and ``{after}``; empty when the server wants the parameter `suffix`."""
    stop: tuple[str, ...]
    """The family's own end and FIM tokens, for servers that would print them."""
    families: str
    """Pattern for a part of the model's id; empty for rows that are only chosen by name."""
    file_separator: str = ""
    """Token before another file's path in a repository prompt, where the family knows one."""


_ROWS = (
    FimFormat(
        "qwen",
        "<|fim_prefix|>{before}<|fim_suffix|>{after}<|fim_middle|>",
        ("<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>", "<|file_sep|>"),
        r"qwen2\.5-?coder|qwen3-?coder|codeqwen",
        "<|file_sep|>",
    ),
    # The text before the cursor comes last, behind the middle token: while the user types, only the prompt's end
    # grows, so a llama.cpp server reads a few tokens and not the whole suffix again. The model still sees the suffix.
    FimFormat(
        "qwen-mid",
        "<|fim_prefix|><|fim_suffix|>{after}<|fim_middle|>{before}",
        ("<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>", "<|file_sep|>"),
        "",
        "<|file_sep|>",
    ),
    FimFormat(
        "starcoder",
        "<fim_prefix>{before}<fim_suffix>{after}<fim_middle>",
        ("<|endoftext|>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<fim_pad>", "<file_sep>"),
        r"starcoder|stable-?code|granite-(?:3b|8b|20b|34b)-code|refact",
    ),
    FimFormat(
        "granite",
        "<|fim_prefix|>{before}<|fim_suffix|>{after}<|fim_middle|>",
        ("<|end_of_text|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>"),
        r"granite-?[34]",
    ),
    FimFormat(
        "deepseek",
        "<\uff5cfim\u2581begin\uff5c>{before}<\uff5cfim\u2581hole\uff5c>{after}<\uff5cfim\u2581end\uff5c>",
        (
            "<\uff5cend\u2581of\u2581sentence\uff5c>",
            "<\uff5cfim\u2581begin\uff5c>",
            "<\uff5cfim\u2581hole\uff5c>",
            "<\uff5cfim\u2581end\uff5c>",
        ),
        r"deepseek-?coder",
    ),
    FimFormat("codellama", "<PRE> {before} <SUF>{after} <MID>", ("<EOT>", "<PRE>", "<SUF>", "<MID>"), r"code-?llama"),
    FimFormat(
        "codegemma",
        "<|fim_prefix|>{before}<|fim_suffix|>{after}<|fim_middle|>",
        ("<|file_separator|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<eos>"),
        r"codegemma",
        "<|file_separator|>",
    ),
    FimFormat(
        "seed-coder",
        "<[fim-suffix]>{after}<[fim-prefix]>{before}<[fim-middle]>",
        ("<[end\u2581of\u2581sentence]>", "<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>"),
        r"seed-?coder",
    ),
    FimFormat(
        "mellum",
        "<fim_suffix>{after}<fim_prefix>{before}<fim_middle>",
        ("<|endoftext|>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
        r"mellum",
    ),
    FimFormat(
        "codestral", "[SUFFIX]{after}[PREFIX]{before}", ("</s>", "[PREFIX]", "[SUFFIX]", "[MIDDLE]"), r"codestral"
    ),
    # For servers that put the tokens in themselves: Ollama's and Mistral's `suffix` parameter.
    FimFormat("suffix", "", (), ""),
)

FORMATS = {row.name: row for row in _ROWS}
"""All rows by name."""


def infer(model: str) -> str | None:
    """Return the name of the format of a model id, or None when its family is not in the table."""
    for row in _ROWS:
        if row.families and re.search(row.families, model, re.IGNORECASE):
            return row.name
    return None


def cache_friendly(name: str) -> str:
    """Return the row of the same family that puts the growing text last, if there is one."""
    return f"{name}-mid" if f"{name}-mid" in FORMATS else name
