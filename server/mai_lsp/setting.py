"""How one setting is declared: its default and type, bounds, who may set it, and a sentence for the user.

It declares none itself: that is `settings`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

ENV_PREFIX = "MAI_LSP_"

T = TypeVar("T")

Scope = Literal["user", "project"]


def setting(
    default: T,
    name: str,
    doc: str,
    *,
    choices: tuple[str, ...] = (),
    low: float | None = None,
    high: float | None = None,
    scope: Scope = "project",
    secret: bool = False,
) -> T:
    """Declare one setting; `scope` "user" keeps it out of project files, since repository text is hostile."""
    spec = Spec(name, doc, choices, low, high, scope, secret)
    if isinstance(default, dict | list):
        return field(default_factory=default.copy, metadata={"spec": spec})  # type: ignore[return-value]
    return field(default=default, metadata={"spec": spec})


@dataclass(frozen=True, slots=True)
class Spec:
    """What is known of a setting besides its type and default."""

    name: str
    """JSON name, dotted camelCase, without the leading ``mai.``."""
    doc: str
    """One sentence for the user, Markdown."""
    choices: tuple[str, ...]
    """Allowed strings; empty means any."""
    low: float | None
    high: float | None
    scope: Scope
    secret: bool
    """Never shown, never logged, never read from a file of the project."""


@dataclass(frozen=True, slots=True)
class Field:
    """A declared setting with its type and default."""

    attribute: str
    type: Any
    default: Any
    spec: Spec

    @property
    def env(self) -> str:
        """Name of its environment variable."""
        return ENV_PREFIX + self.attribute.upper()
