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
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return int(size / BYTES_PER_TOKEN) + 1


def characters(tokens: int) -> int:
    """Return about how many characters of ASCII code fit into `tokens`."""
    return max(0, int((tokens - 1) * BYTES_PER_TOKEN))
