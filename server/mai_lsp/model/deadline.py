"""The named time-outs, as a context that raises the error of the one that ran out.

It only measures with the running loop's clock; cancellation from outside passes through untouched.
"""

from __future__ import annotations

import asyncio

from mai_lsp.errors import ConnectTimedOut, FirstTokenTimedOut, StreamStalled, TimedOut, TotalTimedOut
from mai_lsp.model.resolve import Target
from mai_lsp.model.types import Role


class Deadline:
    """`asyncio.timeout_at` that raises `late` instead of TimeoutError; `when` is loop time."""

    __slots__ = ("_late", "_scope", "_target")

    def __init__(self, when: float, late: type[TimedOut], target: Target) -> None:
        self._scope = asyncio.timeout_at(when)
        self._late = late
        self._target = target

    async def __aenter__(self) -> None:
        await self._scope.__aenter__()

    async def __aexit__(self, *raised: object) -> None:
        try:
            await self._scope.__aexit__(*raised)  # type: ignore[arg-type]
        except TimeoutError as error:
            raise timed_out(self._late, self._target) from error


def timed_out(kind: type[TimedOut], target: Target) -> TimedOut:
    """Write the error for a time-out that ran out."""
    times, label = target.timeouts, target.row.label
    whole = "" if target.role is Role.COMPLETION else f"mai.{target.role.value}.timeout"
    message, setting = {
        ConnectTimedOut: (f"No connection to {label} within {times.connect:g} s.", "mai.timeout.connect"),
        FirstTokenTimedOut: (f"No first token from {label} within {times.first_token:g} s.", "mai.timeout.firstToken"),
        StreamStalled: (
            f"The answer from {label} paused for more than {times.between_tokens:g} s.",
            "mai.timeout.betweenTokens",
        ),
        TotalTimedOut: (f"The whole answer took more than {times.total:g} s.", "mai.timeout.total"),
    }[kind]
    setting = setting if kind is ConnectTimedOut else whole or setting
    return kind(message, advice=f"Set {setting} higher, or choose a faster model.")
