"""One thing that can be done at a place, and what decides whether it is offered. Values only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mai_lsp.actions.catalogue import Need
from mai_lsp.core.recent import Problem
from mai_lsp.core.text import Span


@dataclass(frozen=True, slots=True)
class Abilities:
    """What may be offered, by the client and the user."""

    input: bool = False
    """The client can ask for words."""
    creates: bool = True
    """The client can make files."""
    by_hand: bool = True
    """The user opened a menu; otherwise the editor only looks whether to show a sign."""
    only: Collection[str] | None = None
    """Kinds that are wanted; None: all."""
    disabled: Collection[str] = ()
    """Ids that the user does not want."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be done."""

    id: str
    title: str
    kind: str
    span: Span
    """What is to be changed or explained, mostly whole lines."""
    asked: Span
    """What was selected, without blanks around it."""
    name: str = ""
    """As the title has it; for the instruction."""
    names: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    many: bool = False
    resources: bool = False
    role: str = ""
    text: bool = False
    need: Need = Need.NONE
    preferred: bool = False
    prompt: str = ""
    """What the model is told, where that is somebody's own action; otherwise `words` has it."""
