"""What has come of an answer so far: text, hidden reasoning, usage, finish.

Pure: deltas in, pieces of visible text out; it knows no HTTP and no time.
"""

from __future__ import annotations

import dataclasses

from mai_lsp.errors import ReasoningOnly
from mai_lsp.model import catalog
from mai_lsp.model.calls import Calls
from mai_lsp.model.resolve import Target
from mai_lsp.model.text import Surrogates, Thinking
from mai_lsp.model.types import Role, Usage, Wire
from mai_lsp.model.wires.delta import Delta

CHARS_PER_TOKEN = 4
"""Rule of thumb for code and English; used only where the provider sends no count."""


class Tally:
    """Counts one answer. `reasoning_limit` is in estimated tokens."""

    __slots__ = (
        "_limit",
        "_surrogates",
        "_target",
        "_thinking",
        "calls",
        "finish",
        "output_chars",
        "reasoning_chars",
        "usage",
    )

    def __init__(self, target: Target, sent_chars: int, reasoning_limit: int) -> None:
        self.usage = Usage(input_tokens=_tokens(sent_chars), estimated=True)
        self.finish: str | None = None
        self.output_chars = 0
        """Of text and function calls."""
        self.reasoning_chars = 0
        self.calls = Calls()
        self._target = target
        self._limit = reasoning_limit
        self._surrogates = Surrogates()
        self._thinking = Thinking() if target.wire in {Wire.CHAT, Wire.RESPONSES} else None

    def take(self, delta: Delta) -> str:
        """Count a delta and give the visible text that is certain by now.

        Raises ReasoningOnly when reasoning has gone over the limit and there is no text yet.
        """
        if delta.usage is not None:
            self.usage = delta.usage
        if delta.finish is not None:
            self.finish = delta.finish
        self.reasoning_chars += len(delta.reasoning)
        self.output_chars += sum(map(self.calls.take, delta.calls))
        text = self._surrogates.feed(delta.text) if delta.text else ""
        text = self._separate(text)
        self.output_chars += len(text)
        if not self.output_chars and self.reasoning_chars > self._limit * CHARS_PER_TOKEN:
            raise self._reasoning_only("it was stopped")
        return text

    def end(self) -> str:
        """Give the text that was held back and settle usage and cost.

        Raises ReasoningOnly when the output limit was reached with reasoning alone.
        """
        text = self._separate(self._surrogates.flush())
        if self._thinking is not None:
            rest, hidden = self._thinking.flush()
            text += rest
            self.reasoning_chars += len(hidden)
        self.output_chars += len(text)
        self.usage = self.counted()
        thought = self.reasoning_chars or self.usage.reasoning_tokens
        if not self.output_chars and self.finish == "length" and thought:
            raise self._reasoning_only("the output limit was reached")
        return text

    def counted(self) -> Usage:
        """Give the usage so far, with cost: what an answer that is closed early has cost, as far as can be known."""
        usage = self.usage
        if usage.estimated:
            hidden_tokens = _tokens(self.reasoning_chars)
            written = _tokens(self.output_chars) + hidden_tokens
            usage = dataclasses.replace(usage, output_tokens=written, reasoning_tokens=hidden_tokens)
        if usage.cost_usd is None and self._target.price is not None:
            usage = dataclasses.replace(usage, cost_usd=catalog.cost(usage, self._target.price))
        return usage

    def _separate(self, text: str) -> str:
        """Take inline reasoning out of `text`."""
        if self._thinking is None or not text:
            return text
        visible, hidden = self._thinking.feed(text)
        self.reasoning_chars += len(hidden)
        return visible

    def _reasoning_only(self, end: str) -> ReasoningOnly:
        spent = self.usage.reasoning_tokens or _tokens(self.reasoning_chars)
        return ReasoningOnly(
            f"{self._target.model} spent about {spent} tokens on reasoning and wrote nothing before {end}.",
            advice=(
                "Set mai.reasoning.effort lower or mai.completion.maxTokens higher, or choose another model."
                if self._target.role is Role.COMPLETION
                else "Ask for less at once, set mai.reasoning.effort lower, or choose another model."
            ),
        )


def _tokens(characters: int) -> int:
    return -(-characters // CHARS_PER_TOKEN)
