"""Languages are found by LSP id, by what other editors call them, and by the file's ending."""

from __future__ import annotations

import pytest

from mai_lsp.core.language import _ALIASES, LANGUAGES, find

PROMISED = (
    "python",
    "javascript",
    "javascriptreact",
    "typescript",
    "typescriptreact",
    *("go", "rust", "java", "c", "cpp", "csharp", "ruby", "php", "shellscript"),
    *("kotlin", "swift", "scala", "lua", "html", "css", "json"),
)


@pytest.mark.parametrize("language", PROMISED)
def test_every_promised_language_has_a_grammar_of_its_own(language: str) -> None:
    assert LANGUAGES[language].grammar


@pytest.mark.parametrize("alias", sorted(_ALIASES))
def test_every_alias_leads_to_a_language(alias: str) -> None:
    assert find(alias).id == _ALIASES[alias]
    assert _ALIASES[alias] in LANGUAGES


@pytest.mark.parametrize(
    ("language", "path", "found"),
    [
        ("Python", "", "python"),
        ("plaintext", "/a/b.RS", "rust"),
        ("", "file:///x/y.test.tsx", "typescriptreact"),
        ("go", "/x/y.py", "go"),
        ("", "/no/ending", "plaintext"),
        ("brainfuck", "/a.bf", "brainfuck"),
    ],
)
def test_finding(language: str, path: str, found: str) -> None:
    assert find(language, path).id == found


def test_endings_belong_to_one_language() -> None:
    endings = [ending for row in LANGUAGES.values() for ending in row.extensions]
    assert len(endings) == len(set(endings))
    assert all(ending.startswith(".") and ending == ending.lower() for ending in endings)


def test_an_unknown_language_can_not_be_parsed_but_has_a_name() -> None:
    row = find("brainfuck")
    assert (row.name, row.grammar, row.extra, row.block) == ("brainfuck", None, "", "none")


def test_a_block_comment_has_both_marks() -> None:
    assert {row.id for row in LANGUAGES.values() if row.comment_end} == {"html", "css", "markdown", "ocaml"}
