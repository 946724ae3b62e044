"""Our tables against the tag queries that come with the grammars: what those define, ours define too.

The official queries say less (no constants, fields or members in most languages) and include what is local to a
function; they are the check, not the source.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from mai_lsp.core.facts import Facts, facts_of
from mai_lsp.core.language import LANGUAGES
from tests.support.indexed import document_of
from tests.support.tags import Tag, tag_query, tags_in
from tests.unit.core.outline_samples import SAMPLES
from tests.unit.core.tag_samples import TAG_SAMPLES

NO_QUERY = {"shellscript", "kotlin", "html", "css", "json", "jsonc"}
"""Languages whose wheel brings no tag query, or brings no definitions at all."""

MODULES = ("ast.py", "dataclasses.py", "enum.py", "inspect.py", "json/decoder.py", "typing.py", "unittest/case.py")


def left_out(language: str, tag: Tag) -> str:
    """Say why a tag is no fact of ours, or ""."""
    if tag.local:
        return "local to a function: no other file can name it"
    if tag.kind == "module":
        return "a module or namespace is found as a file or package, not as a definition"
    if {"object", "table_constructor"} & set(tag.around[2:]) or tag.around[2:3] == ("arguments",):
        return "deeper in an object than one level, or in an argument: found through what holds it"
    if language == "javascript" and tag.around[:2] in {
        ("class", "variable_declarator"),
        ("function_expression", "variable_declarator"),
    }:
        return "the inner name of an expression is local to it"
    return ""


def missing(language: str, text: str, facts: Facts) -> list[str]:
    names = {symbol.name for symbol in facts.symbols}
    return [
        f"{tag.kind} {tag.name} in line {tag.line + 1}"
        for tag in tags_in(language, text)
        if tag.name not in names and not left_out(language, tag)
    ]


def test_every_language_with_a_tag_query_is_checked() -> None:
    with_query = {language for language, row in LANGUAGES.items() if row.grammar and tag_query(language) is not None}
    assert with_query == {language for language, row in LANGUAGES.items() if row.grammar} - NO_QUERY
    assert with_query <= set(TAG_SAMPLES) | {"javascriptreact", "typescriptreact"}


@pytest.mark.parametrize("language", TAG_SAMPLES)
def test_what_a_tag_query_defines_is_in_the_facts(language: str) -> None:
    ending = LANGUAGES[language].extensions[0]
    for text in (TAG_SAMPLES[language], SAMPLES[language]):
        assert missing(language, text, facts_of(document_of(Path("/w"), f"a{ending}", text))) == []
    tags = [tag for tag in tags_in(language, TAG_SAMPLES[language]) if not left_out(language, tag)]
    assert len(tags) >= 5


@pytest.mark.parametrize("name", MODULES)
def test_what_the_standard_library_defines_is_in_the_facts(name: str) -> None:
    text = Path(sysconfig.get_path("stdlib"), name).read_text("utf-8")
    assert missing("python", text, facts_of(document_of(Path("/w"), name, text))) == []
