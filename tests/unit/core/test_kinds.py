"""The table of node kinds against the installed grammars, so that a renamed node fails here and not for a user."""

from __future__ import annotations

import pytest

from mai_lsp.core import grammars
from mai_lsp.core.kinds import KINDS, NO_KINDS, kinds_of
from mai_lsp.core.language import LANGUAGES


@pytest.mark.parametrize("language", KINDS)
def test_every_kind_exists_in_its_grammar(language: str) -> None:
    grammar = grammars.load(LANGUAGES[language])
    assert grammar is not None
    assert [kind for kind in sorted(KINDS[language].named()) if grammar.id_for_node_kind(kind, True) is None] == []


@pytest.mark.parametrize("language", [language for language, kinds in KINDS.items() if kinds.functions])
def test_every_name_field_exists_in_its_grammar(language: str) -> None:
    grammar = grammars.load(LANGUAGES[language])
    assert grammar is not None
    assert [name for name in KINDS[language].names if grammar.field_id_for_name(name) is None] == []


def test_every_language_with_its_own_grammar_has_a_row() -> None:
    assert set(KINDS) == {row.id for row in LANGUAGES.values() if row.grammar}


def test_a_language_without_a_row_has_no_kinds() -> None:
    assert kinds_of("elm") is NO_KINDS
    assert NO_KINDS.named() == frozenset()
