"""All context of one place together: what is shown, what is left out, and that the budget holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.context.infile import InFile, gather
from mai_lsp.context.window import KEPT_CHARACTERS
from mai_lsp.core import tokens
from mai_lsp.core.kinds import KINDS
from mai_lsp.core.snippet import Kind
from mai_lsp.core.text import Document, Edit, Span
from tests.support.fixture import File
from tests.unit.core.outline_samples import SAMPLES


def opened(text: str, language: str) -> Document:
    return File("/a", text).document(language)


def check(document: Document, offset: int, budget: int) -> InFile:
    """Gather, and hold the result against what is promised of every result."""
    found = gather(document, offset, budget, path="/a")
    line = document.line_span(document.line_at(offset))
    kept = document.text[max(line.start, offset - KEPT_CHARACTERS) : offset]
    assert found.prefix == document.text[found.prefix_span.start : offset]
    assert found.suffix == document.text[offset : found.suffix_span.end]
    assert found.prefix.endswith(kept)
    parts = [found.prefix, found.suffix, *(snippet.text for snippet in found.snippets)]
    assert found.tokens == sum(map(tokens.estimate, parts))
    assert (
        found.tokens <= budget
        or found.tokens - tokens.estimate(found.prefix) + tokens.estimate(kept) >= budget
        or (found.prefix == kept)
    )
    order = {Kind.IMPORTS: 0, Kind.DEFINITION: 1, Kind.SCOPE: 2}
    places = [(order[snippet.kind], snippet.start) for snippet in found.snippets]
    assert places == sorted(places)
    return found


BODY = "".join(f"        total_{number} = {number}\n" for number in range(80))

PYTHON = f'''import os
from typing import Any

LIMIT = 3


def helper(value: Any) -> str:
    """Help with a value."""
{BODY}    return total


class Shape(Base):
    """A shape."""

    def area(self, scale: float) -> float:
        """Return the area."""
{BODY}        return helper(LIMIT)
{BODY}'''


def test_all_parts_in_stable_order() -> None:
    document = opened(PYTHON, "python")
    offset = PYTHON.index("helper(LIMIT)") + len("helper(LIM")
    found = check(document, offset, 500)
    assert [(snippet.kind, snippet.text) for snippet in found.snippets] == [
        (Kind.IMPORTS, "import os\nfrom typing import Any"),
        (Kind.DEFINITION, 'def helper(value: Any) -> str:\n    """Help with a value."""'),
        (Kind.SCOPE, 'class Shape(Base):\n    """A shape."""'),
        (Kind.SCOPE, '    def area(self, scale: float) -> float:\n        """Return the area."""'),
    ]
    assert found.prefix.startswith("        total_")
    assert found.tokens > 350


def test_a_small_file_is_shown_whole_and_nothing_twice() -> None:
    document = opened("import os\n\n\ndef f():\n    return os\n", "python")
    found = check(document, 30, 500)
    assert (found.prefix + found.suffix, found.snippets) == (document.text, ())


def test_what_the_grown_window_shows_is_dropped_from_the_snippets() -> None:
    text = "import os\n" + "x = os\n" * 70
    found = check(opened(text, "python"), len(text), 160)
    assert ("import os" in found.prefix) != bool(found.snippets)


def test_unused_shares_go_to_the_prefix() -> None:
    text = "x = compute(1, 2, 3)\n" * 400
    found = check(opened(text, "python"), len(text), 1000)
    assert tokens.estimate(found.prefix) > 750


def test_snippets_and_start_stay_while_typing_a_statement() -> None:
    document = opened(PYTHON, "python")
    at = PYTHON.index("        return helper(LIMIT)")
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for typed in "        outcome = (1 + 2) * 3\n        other = outcome\n":
        document = document.edited([Edit(Span(at, at), typed)], 2)
        at += 1
        found = check(document, at, 500)
        seen.add((found.prefix_span.start, tuple(snippet.text for snippet in found.snippets)))
    assert len(seen) <= 2


def test_without_a_grammar() -> None:
    document = opened("def f():\n" + "    x = 1\n" * 200, "nothing")
    found = check(document, len(document.text) - 1, 200)
    assert [snippet.text for snippet in found.snippets] == ["def f():"]


def test_path_is_the_uri_unless_told() -> None:
    document = opened(PYTHON, "python")
    offset = PYTHON.index("helper(LIMIT)")
    assert {snippet.path for snippet in gather(document, offset, 500).snippets} == {"file:///a"}
    assert {snippet.path for snippet in gather(document, offset, 500, path="b").snippets} == {"b"}


@pytest.mark.parametrize("language", [*KINDS, "nothing"])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_promises_hold_in_every_language(language: str, data: st.DataObject) -> None:
    sample = SAMPLES.get(language, SAMPLES["typescript"])
    text = data.draw(
        st.one_of(
            st.builds(lambda a, b: sample[:a] + b + sample[a:] * 3, st.integers(0, len(sample)), st.text(max_size=30)),
            st.builds(lambda n: sample * n, st.integers(1, 12)),
            st.sampled_from([sample.replace("\n", "\r\n") * 4, sample.replace("\n", "\r") * 4]),
        )
    )
    document = opened(text, language)
    offset = data.draw(st.one_of(st.just(0), st.just(len(text)), st.integers(0, len(text))))
    check(document, offset, data.draw(st.integers(0, 600)))


ODD = st.text(alphabet=st.sampled_from("ab \t\n\r({[\"'`}])#/*:;=é漢😀\ud800\udfff\x0c\u2028\x85\x00"), max_size=400)


@settings(max_examples=200, deadline=None)
@given(text=ODD, language=st.sampled_from([*KINDS, "nothing"]), data=st.data())
def test_promises_hold_for_any_text(text: str, language: str, data: st.DataObject) -> None:
    document = opened(text * data.draw(st.sampled_from([1, 1, 20])), language)
    offset = data.draw(st.integers(0, len(document.text)))
    check(document, offset, data.draw(st.integers(0, 200)))
