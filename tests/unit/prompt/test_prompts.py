"""Whole prompts as a model gets them."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from mai_lsp.core.language import find
from mai_lsp.core.seam import Seam
from mai_lsp.core.snippet import CLIPBOARD_PATH, Former, Kind, Snippet
from mai_lsp.prompt import chat, fim, seam
from mai_lsp.prompt.diff import diff
from mai_lsp.prompt.formats import infer
from mai_lsp.prompt.gate import Gated, admit
from mai_lsp.prompt.prompt import Source


def gated(source: Source) -> Gated:
    made = admit(source, ignored=lambda _: "")
    assert isinstance(made, Gated)
    return made


SOURCE = Source(
    path="shop/cart.py",
    language=find("python"),
    prefix="def total(items):\n    return su",
    suffix="\n\nprint(total([]))\n",
    snippets=(
        Snippet(Kind.IMPORTS, "shop/cart.py", "from shop import tax\n", 0, 7),
        Snippet(Kind.DEFINITION, "shop/cart.py", "def price(item): ...", 120, 7, "price"),
        Snippet(Kind.SCOPE, "shop/cart.py", "class Cart:", 300, 4, "Cart"),
    ),
)


def test_qwen_in_the_order_that_keeps_the_cache() -> None:
    built = fim.build(gated(SOURCE), "qwen-mid", max_tokens=64, words=True)
    assert built.text == snapshot("""\
<|fim_prefix|><|fim_suffix|>

print(total([]))
<|fim_middle|>from shop import tax

def price(item): ...

class Cart:
def total(items):
    return\
""")
    assert built.seam == Seam(spaces=" ", word="su")
    assert built.seam.demand == " su"


def test_chat_prompt() -> None:
    built = chat.build(gated(SOURCE), max_tokens=64)
    assert [message.role for message in built.messages] == ["system", "user"]
    assert built.messages[1].content == snapshot("""\
File: shop/cart.py

Elsewhere in the file:
<context>
from shop import tax

def price(item): ...

class Cart:
</context>

Code after the cursor:
<after>
print(total([]))
</after>

Code before the cursor:
<before>
def total(items):
    return su</before>

The unfinished line, with which your code block begins:
    return su\
""")
    assert [piece.label for piece in built.pieces] == [
        "rules",
        "imports",
        "definition price",
        "scope Cart",
        "suffix",
        "prefix",
    ]


@pytest.mark.parametrize(
    ("prefix", "place"),
    [
        ("x = 1\n\n    ", "indented by 4 columns, somewhere below this line:\nx = 1"),
        ("\t", "indented by 4 columns."),
        ("", "indented by 0 columns."),
    ],
)
def test_chat_prompt_on_an_empty_line(prefix: str, place: str) -> None:
    built = chat.build(gated(dataclasses.replace(SOURCE, prefix=prefix)), max_tokens=64)
    assert built.messages[1].content.endswith(place)


def test_infill_leaves_the_tokens_to_the_server() -> None:
    built = fim.build_infill(gated(SOURCE), max_tokens=64, words=False)
    assert (built.prefix, built.suffix) == (SOURCE.prefix, SOURCE.suffix)
    assert built.extra[0].filename == "shop/cart.py"
    assert "fim_" not in built.prefix + built.suffix + built.extra[0].text


def test_suffix_parameter_where_the_server_puts_the_tokens_in() -> None:
    built = fim.build(gated(SOURCE), "suffix", max_tokens=64, words=False)
    assert built.suffix == SOURCE.suffix
    assert built.text.endswith("return su")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("Qwen/Qwen2.5-Coder-7B", "qwen"),
        ("qwen2.5-coder:1.5b-base", "qwen"),
        ("bigcode/starcoder2-3b", "starcoder2"),
        ("bigcode/starcoderbase-1b", "starcoder"),
        ("deepseek-coder-6.7b-base", "deepseek"),
        ("codellama/CodeLlama-7b-hf", "codellama"),
        ("google/codegemma-2b", "codegemma"),
        ("codestral-2501", "codestral"),
        ("JetBrains/Mellum-4b-base", "mellum"),
        ("ibm/granite-4.0-h-small", "granite"),
        ("microsoft/mai-code-1-flash", None),
        ("gpt-5.1", None),
        ("some-tuned-deployment", None),
    ],
)
def test_a_family_is_known_or_has_no_format(model: str, expected: str | None) -> None:
    assert infer(model) == expected


@pytest.mark.parametrize(
    ("prefix", "words", "kept", "cut"),
    [
        ("return ", True, "return", Seam(" ", "")),
        ("return su", True, "return", Seam(" ", "su")),
        ("return su", False, "return su", Seam()),
        ("x.su", True, "x.", Seam("", "su")),
        ("a = 1\n    ", True, "a = 1\n", Seam("    ", "")),
        ("a = 1\n    re", True, "a = 1\n", Seam("    ", "re")),
        ("x = 12", True, "x = 12", Seam()),
        ("", True, "", Seam()),
        ("été", True, "", Seam("", "été")),
    ],
)
def test_seam(prefix: str, words: bool, kept: str, cut: Seam) -> None:
    assert seam.cut(prefix, words=words) == (kept, cut)


@given(st.text(), st.booleans())
def test_a_seam_loses_nothing(prefix: str, words: bool) -> None:
    kept, cut = seam.cut(prefix, words=words)
    assert kept + cut.spaces + cut.word == prefix


ELSEWHERE = Snippet(Kind.WORKSPACE, "shop/tax\n.py", "def tax(item): ...", 0, 12, "tax")


def with_elsewhere(**changes: object) -> Source:
    return dataclasses.replace(SOURCE, snippets=(ELSEWHERE, *SOURCE.snippets), **changes)  # type: ignore[arg-type]


def test_other_files_come_first_and_under_their_paths() -> None:
    built = fim.build(gated(with_elsewhere()), "qwen-mid", max_tokens=64, words=True)
    begin = "<|file_sep|>shop/tax .py\ndef tax(item): ...\n<|file_sep|>shop/cart.py\n<|fim_prefix|><|fim_suffix|>"
    assert built.text.startswith(begin)
    assert "<|fim_middle|>from shop import tax\n" in built.text
    assert built.pieces[0].label == "workspace tax"
    assert built.pieces[0].path == ELSEWHERE.path


def test_a_path_is_a_comment_in_the_files_language() -> None:
    built = fim.build(gated(with_elsewhere(language=find("css"))), "deepseek", max_tokens=64, words=True)
    assert "/* shop/tax .py */\ndef tax" in built.text


def test_chat_names_other_files_before_the_file_itself() -> None:
    built = chat.build(gated(with_elsewhere()), max_tokens=64)
    text = built.messages[1].content
    assert text.index("# shop/tax .py\ndef tax(item): ...\n</project>") < text.index("File: shop/cart.py")
    assert "def tax" not in text[text.index("File: shop/cart.py") :]


def test_infill_gives_every_other_file_as_a_file() -> None:
    built = fim.build_infill(gated(with_elsewhere()), max_tokens=64, words=True)
    assert (built.extra[0].filename, built.extra[0].text) == (ELSEWHERE.path, ELSEWHERE.text)
    assert [extra.filename for extra in built.extra][1:] == ["shop/cart.py"]
    assert "def tax" not in built.extra[1].text


KNOWN = (
    Snippet(Kind.SIMILAR, "shop/order.py", "def sum_up(items):\n    return sum(items)\n", 9, 9, "lines 3 to 4"),
    Snippet(
        Kind.EDIT,
        "shop/tax.py",
        "def tax(item):\n    return 2\n",
        0,
        9,
        "line 2",
        former=Former("def tax(item):\n    return 1\n"),
    ),
    Snippet(Kind.DIAGNOSTIC, "shop/cart.py", "line 7 (1 above the cursor): error: no su", 70, 9, "line 7"),
    Snippet(Kind.CLIPBOARD, CLIPBOARD_PATH, "total = 0", 0, 9),
)


def with_known(**changes: object) -> Source:
    return dataclasses.replace(SOURCE, snippets=(*SOURCE.snippets, *KNOWN), **changes)  # type: ignore[arg-type]


def test_chat_shows_what_the_session_knows_between_the_file_and_the_code_at_the_cursor() -> None:
    built = chat.build(gated(with_known()), max_tokens=64)
    text = built.messages[1].content
    assert text[text.index("</context>\n\n") : text.index("Code after the cursor")] == snapshot("""\
</context>

Code in other files that looks similar:
<similar>
# shop/order.py
def sum_up(items):
    return sum(items)
</similar>

What the user changed a moment ago, the latest last (- marks removed lines, + added ones):
<edits>
shop/tax.py, line 2:
 def tax(item):
-    return 1
+    return 2
 \n\
</edits>

Problems that tools report near the cursor:
<problems>
line 7 (1 above the cursor): error: no su
</problems>

Copied by the user, perhaps for here:
<clipboard>
total = 0
</clipboard>

""")
    assert [piece.label for piece in built.pieces[4:8]] == [
        "similar lines 3 to 4",
        "edit line 2",
        "diagnostic line 7",
        "clipboard",
    ]


def test_an_answer_that_is_begun_has_it_in_the_question() -> None:
    built = chat.build_begun(gated(with_known()), max_tokens=64)
    assert "+    return 2" in built.messages[1].content
    assert built.messages[1].content.index("</clipboard>") < built.messages[1].content.index("the code after yours")
    assert "return 2" not in built.messages[2].content


def test_fim_shows_what_the_session_knows_as_code_under_paths_before_the_file_itself() -> None:
    built = fim.build(gated(with_known()), "codestral", max_tokens=64, words=True)
    assert built.text[built.text.index("[PREFIX]") :] == snapshot("""\
[PREFIX]# shop/order.py
def sum_up(items):
    return sum(items)

# shop/tax.py
def tax(item):
    return 2

# clipboard
total = 0

# shop/cart.py, line 7 (1 above the cursor): error: no su
# shop/cart.py
from shop import tax

def price(item): ...

class Cart:
def total(items):
    return\
""")


def test_fim_shows_it_as_files_where_the_family_knows_them() -> None:
    built = fim.build(gated(with_known()), "qwen-mid", max_tokens=64, words=True)
    assert built.text == snapshot("""\
<|file_sep|>shop/order.py
def sum_up(items):
    return sum(items)
<|file_sep|>shop/tax.py
def tax(item):
    return 2
<|file_sep|>clipboard
total = 0
<|file_sep|>shop/cart.py
<|fim_prefix|><|fim_suffix|>

print(total([]))
<|fim_middle|># shop/cart.py, line 7 (1 above the cursor): error: no su
from shop import tax

def price(item): ...

class Cart:
def total(items):
    return\
""")


def test_infill_gives_it_as_files() -> None:
    built = fim.build_infill(gated(with_known()), max_tokens=64, words=True)
    assert [(extra.filename, extra.text.split("\n")[0]) for extra in built.extra] == [
        ("shop/order.py", "def sum_up(items):"),
        ("shop/tax.py", "def tax(item):"),
        ("clipboard", "total = 0"),
        ("shop/cart.py", "# shop/cart.py, line 7 (1 above the cursor): error: no su"),
    ]


def test_an_edit_alone_says_what_was_there_before() -> None:
    assert diff("a\nb\nc", "a\nx\ny\nc") == " a\n-b\n+x\n+y\n c"
    assert diff("a\r\n", "a\r\nb\r\n") == " a\n+b\n "
    assert diff("", "x") == "-\n+x"
    assert diff("x", "x") == " x"


def test_an_answer_that_is_begun_for_the_model_ends_where_it_goes_on() -> None:
    built = chat.build_begun(gated(SOURCE), max_tokens=64)
    assert [message.role for message in built.messages] == ["system", "user", "assistant"]
    assert built.messages[1].content == snapshot("""\
shop/cart.py, the code after yours:
```python
print(total([]))
```\
""")
    assert built.messages[2].content == snapshot("""\
```python
from shop import tax

def price(item): ...

class Cart:
def total(items):
    return\
""")
    assert built.seam == Seam(spaces=" ", word="su")
    assert built.stop == ("\n```",)
    assert built.max_tokens == 64, "nothing is repeated"


def test_the_fence_of_an_answer_that_is_begun_is_none_of_the_files() -> None:
    built = chat.build_begun(gated(dataclasses.replace(SOURCE, prefix="'''\n```\nx = 1\n```\n'''\n")), max_tokens=64)
    assert built.messages[2].content.startswith("````python\n")
    assert built.stop == ("\n````",)
