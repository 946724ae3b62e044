"""Which imports are shown: all when they fit, those in use near the cursor when not, in file order always."""

from __future__ import annotations

import pytest

from mai_lsp.context.imports import imports
from mai_lsp.context.near import near
from mai_lsp.core import tokens
from mai_lsp.core.outline import outline
from mai_lsp.core.snippet import Kind
from mai_lsp.core.text import Span
from tests.support.fixture import parse


def chosen(text: str, language: str, budget: int = 1000, shown: tuple[Span, ...] = ()) -> list[str]:
    fixture = parse(text)
    document = fixture.document(language)
    names = near(document, fixture.cursor)
    snippet = imports(document, outline(document), names, budget=budget, path="/a", shown=shown)
    if snippet is None:
        return []
    assert (snippet.kind, snippet.path, snippet.tokens) == (Kind.IMPORTS, "/a", tokens.estimate(snippet.text))
    assert snippet.tokens <= budget
    return snippet.text.split("\n")


def test_lines_of_one_import_stay_together() -> None:
    text = "import os\nfrom a import (\n    b,\n    c,\n)\n\n$0\n"
    assert chosen(text, "python") == ["import os", "from a import (", "    b,", "    c,", ")"]


FAR = "\n" * 60

CASES = {
    "python": (
        "import alpha\nimport beta\nfrom gamma import delta\nimport epsilon\n" + FAR + "x = beta.f(delta$0.y)\n",
        ["import beta", "from gamma import delta"],
    ),
    "c": (
        '#include <alpha.h>\n#include "beta.h"\n#include "gamma.h"\n#include <delta.h>\n'
        + FAR
        + "int beta$0 = beta();\n",
        ['#include "beta.h"'],
    ),
    "rust": (
        "use alpha::one;\nuse beta::{two, three};\nuse gamma::*;\nuse delta::x;\n"
        + FAR
        + "fn f() { three(two$0()) }\n",
        ["use beta::{two, three};"],
    ),
    "ruby": (
        "require 'alpha'\nrequire 'beta'\nrequire_relative 'gamma'\nrequire 'delta'\n" + FAR + "puts gamma.x$0\n",
        ["require_relative 'gamma'"],
    ),
    "javascript": (
        "import alpha from 'a';\nconst beta = require('b');\nimport { gamma } from 'c';\n" + FAR + "beta($0);\n",
        ["const beta = require('b');"],
    ),
    "java": (
        "import a.b.Alpha;\nimport a.b.Beta;\nimport a.b.Gamma;\nimport a.b.Delta;\n"
        + FAR
        + "class X { Gamma g$0; }\n",
        ["import a.b.Gamma;"],
    ),
    "php": (
        "<?php\nuse A\\Alpha;\nuse A\\Beta;\nuse A\\Gamma;\nuse A\\Delta;\n" + FAR + "new Beta($0);\n",
        ["use A\\Beta;"],
    ),
}


@pytest.mark.parametrize("language", CASES)
def test_used_ones_come_first_when_not_all_fit(language: str) -> None:
    text, expected = CASES[language]
    assert set(expected) <= set(chosen(text, language, budget=tokens.estimate("\n".join(expected)) + 6))
    assert set(expected) & set(chosen(text, language, budget=tokens.estimate(expected[-1]))) != set()


def test_file_order_is_kept_whatever_was_chosen() -> None:
    text, _ = CASES["python"]
    assert chosen(text, "python") == ["import alpha", "import beta", "from gamma import delta", "import epsilon"]


def test_what_the_window_shows_is_not_repeated() -> None:
    text = "import a\nimport b\n$0\n"
    assert chosen(text, "python", shown=(Span(9, 18),)) == ["import a"]


@pytest.mark.parametrize("budget", [0, 1, 3])
def test_nothing_fits_gives_nothing(budget: int) -> None:
    assert chosen("import alphabetical\n$0\n", "python", budget=budget) == []
