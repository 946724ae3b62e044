"""The built-in actions, as a table: what each is called, where it makes sense, what it changes and what it asks for.

The words for the model are in `texts/`, one file each, by the row's id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mai_lsp.actions import conversions, fits, styles, testing
from mai_lsp.actions.fits import Fit
from mai_lsp.actions.site import Site


class Kind(StrEnum):
    """LSP's kinds, and one of ours for what changes nothing."""

    QUICKFIX = "quickfix"
    REFACTOR = "refactor"
    EXTRACT = "refactor.extract"
    REWRITE = "refactor.rewrite"
    MOVE = "refactor.move"
    SOURCE = "source"
    EXPLAIN = "mai.explain"


class Need(StrEnum):
    """What an action needs besides a place, and where it is worked out."""

    NONE = ""
    TESTS = "tests"
    """Where the file's tests are."""
    FILE = "file"
    """The path of a new file for one definition."""
    INSTRUCTION = "instruction"
    """Words of the user."""


@dataclass(frozen=True, slots=True)
class Action:
    """One row."""

    id: str
    title: str
    """With ``{name}`` and other values of the fit; without a name it reads on as "this"."""
    kind: Kind
    fits: Callable[[Site], Fit | None]
    languages: frozenset[str] = frozenset()
    """Empty: all."""
    many: bool = False
    """Other files may be changed."""
    resources: bool = False
    """Files may be made and moved."""
    role: str = ""
    """``plan`` for what the stronger model should do; "" leaves it to the router."""
    text: bool = False
    """The answer is words, and nothing is changed."""
    need: Need = Need.NONE


def _in(*languages: str) -> frozenset[str]:
    return frozenset(languages)


_SCRIPT = _in("javascript", "javascriptreact", "typescript", "typescriptreact")
_JS = _in("javascript", "javascriptreact")
_TYPED = _in("python", "typescript", "typescriptreact", "php")
_SWITCHED = _SCRIPT | _in("python", "java", "go", "c", "cpp", "csharp", "rust", "kotlin", "php", "ruby")

ACTIONS: tuple[Action, ...] = (
    Action("complete", "Write the body of {name}", Kind.REWRITE, fits.stub),
    Action("translate", "Write the code for this comment", Kind.REWRITE, fits.told),
    Action("extract.function", "Extract into a function", Kind.EXTRACT, fits.statements),
    Action("extract.variable", "Extract into a variable", Kind.EXTRACT, fits.expression),
    Action("document", "Write documentation for {name}", Kind.REWRITE, fits.undocumented, _in(*styles.DOCUMENTATION)),
    Action("types.add", "Add types to {name}", Kind.REWRITE, fits.untyped, _TYPED),
    Action("types.jsdoc", "Add JSDoc types to {name}", Kind.REWRITE, fits.unjsdoced, _JS),
    Action("types.tighten", "Make the types of {name} more exact", Kind.REWRITE, fits.loosely_typed, _TYPED),
    Action("convert.comprehension", "Convert loop to a comprehension", Kind.REWRITE, conversions.loop, _in("python")),
    Action("convert.loop", "Convert comprehension to a loop", Kind.REWRITE, conversions.comprehension, _in("python")),
    Action("convert.fstring", "Convert to an f-string", Kind.REWRITE, conversions.formatted, _in("python")),
    Action("convert.template", "Convert to a template string", Kind.REWRITE, conversions.concatenated, _SCRIPT),
    Action(
        "convert.interpolation",
        "Convert to an interpolated string",
        Kind.REWRITE,
        conversions.concatenated,
        _in("csharp"),
    ),
    Action("convert.async", "Convert to async and await", Kind.REWRITE, conversions.chained, _SCRIPT),
    Action("convert.switch", "Convert comparisons to a {switch}", Kind.REWRITE, conversions.branches, _SWITCHED),
    Action("convert.guard", "Return early instead of nesting", Kind.REWRITE, conversions.nested),
    Action("convert.dataclass", "Convert {name} to a dataclass", Kind.REWRITE, conversions.plain_class, _in("python")),
    Action(
        "convert.promise",
        "Convert {name} and its callers from a callback to a promise",
        Kind.REWRITE,
        conversions.takes_callback,
        _SCRIPT,
        many=True,
    ),
    Action("simplify", "Simplify {name}", Kind.REWRITE, fits.long_enough),
    Action(
        "tests", "Generate tests for {name}", Kind.REFACTOR, fits.testable, _in(*testing.LANGUAGES), need=Need.TESTS
    ),
    Action(
        "parameters",
        "Put the {count} parameters of {name} into one object, everywhere",
        Kind.REWRITE,
        fits.many_parameters,
        many=True,
    ),
    Action(
        "move",
        "Move {name} to a file of its own",
        Kind.MOVE,
        fits.movable,
        many=True,
        resources=True,
        need=Need.FILE,
    ),
    Action(
        "redocument", "Update the documentation of {name}", Kind.REWRITE, fits.documented, _in(*styles.DOCUMENTATION)
    ),
    Action("explain", "Explain {name}", Kind.EXPLAIN, fits.explained, text=True),
    Action("modify", "Modify with instruction…", Kind.REWRITE, fits.anywhere, need=Need.INSTRUCTION),
    Action(
        "refactor",
        "Change {name} in all files…",
        Kind.REFACTOR,
        fits.named,
        many=True,
        resources=True,
        need=Need.INSTRUCTION,
    ),
)
"""In the order of the menu, what fits most precisely first. Problems have rows of their own (`actions.problems`)."""

BY_ID = {row.id: row for row in ACTIONS}

SWITCH = {"python": "match", "rust": "match", "scala": "match", "kotlin": "when", "ruby": "case"}
"""What a language calls its `switch`, where that is another word."""

FIX, FIX_ALL, EXPLAIN_PROBLEM = "fix", "fix.all", "explain.problem"
"""Ids of the actions for problems."""

IDS = (FIX, FIX_ALL, EXPLAIN_PROBLEM, *BY_ID)
"""All built-in ids, for `actions.disabled`."""
