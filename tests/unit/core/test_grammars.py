"""Every core language has a working grammar; an absent or broken one costs syntax, never an error."""

from __future__ import annotations

import importlib.util
import sys
import types

import pytest

from mai_lsp.core import grammars
from mai_lsp.core.language import LANGUAGES, Language
from mai_lsp.core.syntax import parse

CORE = sorted(row.id for row in LANGUAGES.values() if row.grammar)


def made_up(module: str, function: str = "language") -> Language:
    return Language(f"test-{module}-{function}", "Test", (), "#", grammar=(module, function))


@pytest.mark.parametrize("language", CORE)
def test_every_core_language_parses(language: str) -> None:
    tree = parse(LANGUAGES[language], "x\n")
    assert tree is not None
    assert tree.root.kind


def test_no_core_grammar_is_missing() -> None:
    assert grammars.missing_core_grammars() == []


def test_a_grammar_that_is_not_installed_is_none() -> None:
    assert grammars.load(made_up("tree_sitter_of_no_language")) is None


@pytest.mark.parametrize("broken", [lambda: 7, lambda: "x", None])
def test_a_broken_grammar_is_none(broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("broken_grammar")
    module.language = broken  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "broken_grammar", module)
    grammars.load.cache_clear()
    assert grammars.load(made_up("broken_grammar")) is None
    assert grammars.load(made_up("broken_grammar", "no_such_function")) is None


def test_the_long_tail_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    grammars.load.cache_clear()
    assert grammars.load(LANGUAGES["elixir"]) is None
    grammars.load.cache_clear()


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="tree-sitter-languages has no wheels there")
@pytest.mark.parametrize("language", sorted(row.id for row in LANGUAGES.values() if row.extra))
def test_the_long_tail_is_read_through_its_c_symbols(language: str) -> None:
    """The package's own API raises TypeError with the current binding; its library's grammars still work."""
    tree = parse(LANGUAGES[language], "x\n")
    assert tree is not None
    assert tree.root.kind


@pytest.mark.skipif(sys.version_info < (3, 13), reason="there the extra can be installed")
def test_without_wheels_the_long_tail_has_no_syntax() -> None:
    assert parse(LANGUAGES["elixir"], "x\n") is None
