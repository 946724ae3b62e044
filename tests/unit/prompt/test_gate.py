"""The gate: what is ignored or secret does not come through, and nothing comes past it."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mai_lsp
from mai_lsp.core.language import find
from mai_lsp.core.secrets import PLACEHOLDER
from mai_lsp.core.snippet import CLIPBOARD_PATH, Former, Kind, Snippet
from mai_lsp.prompt import chat, fim
from mai_lsp.prompt.gate import Gated, Withheld, admit
from mai_lsp.prompt.prompt import Prompt, Source
from tests.support.planted import PEM, SHAPES, planted


def source(prefix: str, suffix: str = "", *snippets: Snippet) -> Source:
    return Source("src/a.py", find("python"), prefix, suffix, snippets)


def snippet(text: str, path: str = "src/b.py", name: str = "thing") -> Snippet:
    return Snippet(Kind.DEFINITION, path, text, 0, 9, name)


def passed(given_source: Source, **more: Any) -> Gated:
    gated = admit(given_source, ignored=lambda path: "a rule" if "hidden" in path else "", **more)
    assert isinstance(gated, Gated)
    return gated


def test_what_is_harmless_goes_through_as_it_is() -> None:
    given_source = source("x = 1\n", "y = 2\n", snippet("def f(): ..."))
    assert passed(given_source) == passed(given_source)
    assert passed(given_source).source == given_source
    assert passed(given_source).withheld == ()


def test_snippets_of_ignored_files_are_dropped() -> None:
    gated = passed(source("", "", snippet("a", "hidden/x.py"), snippet("b"), snippet("c", "src/a.py")))
    assert [kept.text for kept in gated.source.snippets] == ["b", "c"]
    assert gated.withheld == (Withheld("definition thing", "hidden/x.py", "a rule"),)


def test_secrets_are_masked_everywhere_and_told_without_their_value() -> None:
    gated = passed(source('password = "h0rse"\nx', '\ntoken = "a1b2c3d4e5f6g7"\n', snippet('SECRET = "t0p!"')))
    assert gated.source.prefix == f'password = "{PLACEHOLDER}"\nx'
    assert gated.source.suffix == f'\ntoken = "{PLACEHOLDER}"\n'
    assert gated.source.snippets[0].text == f'SECRET = "{PLACEHOLDER}"'
    assert [one.what for one in gated.withheld] == ["definition thing", "prefix", "suffix"]
    assert not any(value in str(gated.withheld) for value in ("h0rse", "a1b2", "t0p"))


@pytest.mark.parametrize("at", range(1, 13))
def test_nothing_is_let_through_while_the_cursor_is_in_a_secret(at: int) -> None:
    text, value = 'password = "h0rse-b4ttery"\n', "h0rse-b4ttery"
    cursor = text.index(value) + at
    refused = admit(source(text[:cursor], text[cursor:]), ignored=lambda _: "")
    assert refused == Withheld("prefix", "src/a.py", "the cursor is at a secret (assigned-secret)")


def test_a_cursor_before_or_behind_the_quotes_is_in_no_secret() -> None:
    text = 'password = "h0rse-b4ttery"\n'
    for cursor in (text.index('"'), text.index('"') + 1, len(text) - 1):
        assert "h0rse" not in str(passed(source(text[:cursor], text[cursor:])))


def test_a_secret_that_is_still_being_typed_is_not_sent() -> None:
    assert isinstance(admit(source('password = "h0rse-b4t'), ignored=lambda _: ""), Withheld)


@pytest.mark.parametrize("start", range(40, len(PEM) - 40, 61))
def test_a_key_that_the_windows_border_cuts_is_masked(start: int) -> None:
    text = f'x = 1\nKEY = """{PEM}"""\ny = 2\n'
    cut = text.index(PEM) + start
    above = passed(source(text[cut:]), before=text[:cut])
    below = passed(source("", text[:cut]), after=text[cut:])
    for shown in (above.source.prefix, below.source.suffix):
        pieces = [line for line in PEM.split("\n")[1:-1] if line[4:40] in shown]
        assert pieces == []
        assert PLACEHOLDER in shown or re.fullmatch(r"-*[A-Z ]*-*\"\"\"\ny = 2\n", shown)


def test_a_token_that_the_windows_border_cuts_is_masked() -> None:
    token = planted("github-token", 3)
    text = f"x = 1\n{token.text}\ny = 2\n"
    cut = text.index(token.value) + 20
    assert token.value[20:] not in passed(source(text[cut:]), before=text[:cut]).source.prefix
    assert token.value[:20] not in passed(source("", text[:cut]), after=text[cut:]).source.suffix


def test_masks_can_be_switched_off_and_ignoring_can_not() -> None:
    gated = passed(source('password = "h0rse-b4t', "", snippet("a", "hidden/x.py")), mask=False)
    assert gated.source.prefix == 'password = "h0rse-b4t'
    assert gated.source.snippets == ()


CODE = st.lists(
    st.sampled_from(["x = 1", "def f(a):", "    return a", "", "# key", "token = next(tokens)"]), max_size=8
)


@given(data=st.data(), rule=st.sampled_from(sorted(SHAPES)), seed=st.integers(0, 10_000))
def test_no_planted_secret_comes_through_at_any_cursor_and_window(data: st.DataObject, rule: str, seed: int) -> None:
    secret = planted(rule, seed)
    text = "\n".join([*data.draw(CODE), secret.text, *data.draw(CODE), ""])
    start = data.draw(st.integers(0, len(text)))
    cursor = data.draw(st.integers(start, len(text)))
    end = data.draw(st.integers(cursor, len(text)))
    gated = admit(
        source(text[start:cursor], text[cursor:end], snippet(secret.text)),
        ignored=lambda _: "",
        before=text[:start],
        after=text[end:],
    )
    if isinstance(gated, Withheld):
        return
    bodies: list[Prompt] = [
        fim.build(gated, "qwen", max_tokens=9, words=True),
        fim.build(gated, "suffix", max_tokens=9, words=False),
        fim.build_infill(gated, max_tokens=9, words=True),
        chat.build(gated, max_tokens=9),
    ]
    for body in bodies:
        said = json.dumps(dataclasses.asdict(body))
        assert json.dumps(secret.value)[1:-1] not in said
    # Nor any longer part of it that a border cut off.
    whole = text.index(secret.value)
    kept = text[max(start, whole) : min(end, whole + len(secret.value))]
    if len(kept) >= 12:
        assert kept not in gated.source.prefix + gated.source.suffix


def edit(new: str, old: str, *, before: str = "", after: str = "") -> Snippet:
    return Snippet(Kind.EDIT, "src/b.py", new, 0, 9, "line 1", before, after, Former(old, before, after))


def test_an_edit_is_masked_as_it_is_and_as_it_was() -> None:
    gated = passed(source("", "", edit('password = "n3w-one"\nx = 2\n', 'password = "0ld-one"\nx = 1\n')))
    (shown,) = gated.source.snippets
    assert shown.former is not None
    assert shown.text == f'password = "{PLACEHOLDER}"\nx = 2\n'
    assert shown.former.text == f'password = "{PLACEHOLDER}"\nx = 1\n'
    assert [one.what for one in gated.withheld] == ["edit line 1"]


def test_an_edit_of_a_secret_alone_is_not_shown() -> None:
    gated = passed(source("", "", edit('password = "n3w-one"\n', 'password = "0ld-one"\n')))
    assert gated.source.snippets == ()
    assert [one.why for one in gated.withheld] == ["a secret was masked (assigned-secret)"]


@pytest.mark.parametrize("kind", [Kind.SIMILAR, Kind.EDIT])
@pytest.mark.parametrize("start", range(80, len(PEM) - 300, 97))
def test_a_key_that_a_snippets_border_cuts_is_masked(kind: Kind, start: int) -> None:
    text = f'x = 1\nKEY = """{PEM}"""\ny = 2\n'
    cut = text.index(PEM) + start
    part = Snippet(kind, "src/b.py", text[cut : cut + 200], 0, 9, "", text[:cut], text[cut + 200 :])
    part = dataclasses.replace(part, former=Former(f"{part.text}z = 3\n", part.before, part.after))
    said = str(
        [dataclasses.asdict(one) | {"before": "", "after": ""} for one in passed(source("", "", part)).source.snippets]
    )
    kept = said[: said.find("'former'")] + said[said.find("'former'") :].partition("'before'")[0]
    assert [line for line in PEM.split("\n")[1:-1] if line[4:40] in kept] == []


def test_a_secret_is_masked_where_it_stands_again_without_its_name() -> None:
    told = Snippet(Kind.DIAGNOSTIC, "src/a.py", "line 1: error: bad literal h0rse-b4ttery", 0, 9)
    window = 'password = "h0rse-b4ttery"\ncheck("h0rse-b4ttery")\n'
    gated = passed(source(window, '\nlog("h0rse-b4ttery")\n', told, snippet("f('h0rse-b4ttery')")))
    assert "h0rse" not in str(gated)
    assert gated.source.prefix.count(PLACEHOLDER) == 2
    assert len(gated.withheld) == 5
    split = source('password = "h0rse-b4ttery"\ncheck("h0rse', '-b4ttery")')
    assert isinstance(admit(split, ignored=lambda _: ""), Withheld)


def test_the_clipboard_is_no_file_and_is_left_out_whole_for_a_secret() -> None:
    def pasted(text: str) -> Snippet:
        return Snippet(Kind.CLIPBOARD, CLIPBOARD_PATH, text, 0, 9)

    gated = admit(source("", "", pasted("x = f(1)")), ignored=lambda path: f"a rule about {path}")
    assert isinstance(gated, Gated)
    assert [one.text for one in gated.source.snippets] == ["x = f(1)"]
    gated = passed(source("", "", pasted('x = f(1)\ntoken = "a1b2c3d4e5f6g7"')))
    assert gated.source.snippets == ()
    assert [one.what for one in gated.withheld] == ["clipboard"]


def test_only_admit_makes_a_gated() -> None:
    with pytest.raises(TypeError):
        Gated(source("x"), (), object())
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(passed(source("x")), source=source("y"))  # type: ignore[call-arg]


def test_no_module_makes_a_prompt_but_from_a_gated() -> None:
    """The types say it; this holds against `Any` and copies, too."""
    makers = {"ChatPrompt", "FimPrompt", "InfillPrompt"}
    for path in Path(mai_lsp.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rpartition(".")[2]
                assert name != "Gated" or path.name == "gate.py", path
                assert name not in makers or path.parent.name == "prompt", path
            elif (
                isinstance(node, ast.FunctionDef)
                and path.parent.name == "prompt"
                and node.returns is not None
                and ast.unparse(node.returns) in makers
            ):
                first = node.args.args[0].annotation
                assert first is not None
                assert ast.unparse(first) == "Gated", f"{path}: {node.name}"
