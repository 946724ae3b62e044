"""Token estimates: no tokenizer is shipped for hosted models, so budgets count by a cheap, slightly high rule.

Nothing here is exact; billing figures come from the provider's own usage.
"""

from __future__ import annotations

BYTES_PER_TOKEN = 3.2
"""UTF-8 bytes of source code per token; see `tests/unit/core/test_tokens.py` for what it was held against."""


def estimate(text: str) -> int:
    """Return about how many tokens `text` takes; never 0 for a text that is not empty."""
    if not text:
        return 0
    return int(size(text) / BYTES_PER_TOKEN) + 1


def size(text: str) -> int:
    """Return the bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def characters(tokens: int) -> int:
    """Return about how many characters of ASCII code fit into `tokens`."""
    return max(0, int((tokens - 1) * BYTES_PER_TOKEN))
