"""What comes of a reply does not depend on how its stream was cut up: pieces of what models say, put together anyhow.

`MAI_TEST_CHUNKS` says how many replies are tried; those that are tried by default are the same in every run.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.core.text import Document
from tests.support.fixture import parse
from tests.unit.reply.settling import settle

EXAMPLES = int(os.environ.get("MAI_TEST_CHUNKS", "250"))

PLACES = (
    ("def add(a, b):\n    return $0\n", "python"),
    ("def f(x):\n    $0\n\ndef g():\n    pass\n", "python"),
    ("x = pri$0\n", "python"),
    ("# $0\n", "python"),
    ("total = 0\nfor i in items:\n    if i:\n        $0\nprint(total)\n", "python"),
    ("function f(a) {\n  $0\n}\n", "javascript"),
    ("const x = foo($0)\n", "javascript"),
    ("func f(a int) {\n\t$0\n}\n", "go"),
    ("def f\n  $0\nend\n", "ruby"),
    ("fn main() {\n    let x = $0;\n}\n", "rust"),
    ("class A {\n  void f() {\n    int a = $0\n  }\n}\n", "java"),
    ("<div>\n  $0\n</div>\n", "html"),
    ('{"a": $0}\n', "json"),
    ("Some text $0\n", "plaintext"),
    ("$0", "python"),
)

FENCES = ("```python\n", "```\n", "```", "~~~\n", "````\n", "```json\n", "`x`", "```x = 1```")
TALK = ("Here is the code:\n", "Sure! ", "The answer is 1.\n", "1. **Do** it:\n", "## Heading\n", "\u3002", "yes\n")
CODE = (
    *("return a + b", "    return x\n", "x = 1\n", "foo(a, b)", "if x:\n", "        y = 2\n", "def f(x):\n", "end\n"),
    *(
        "}\n",
        "{\n",
        "}",
        ")",
        "(",
        "]",
        "let y = 2;\n",
        "print(total)\n",
        "# note\n",
        "pr",
        "int(1)",
        ";",
        '"',
        "'",
        '"""',
    ),
)
LEFT_OUT = ("// ... rest of code\n", "# your code here\n", "...")
PACKED = (
    *(
        '{"code": "',
        '"}',
        '{"completion": "a + b"}',
        '{"text": "x\\ny"}',
        " trailing",
        '```json\n{"code": "x = 1"}\n```',
    ),
    *('{"name": "edit", "arguments": {}}', "<tool_call>", "<code>", "</code>", "<completion>\n", "</completion>"),
)
ESCAPED = ("&lt;", "&amp;&amp;", "&quot;", "a &lt; b\n", '"&lt;"\n', "a < b", "&")
MARKS = ("<|endoftext|>", "<|fim_middle|>", "</s>", "<CURSOR>", "\u2588", "[CURSOR]", "<before>", "</file>", "before<|")
MARGINS = ("+ x = 1\n", "- y\n", "@@ -1 +1 @@\n", "1 | x = 1\n", ">>> x\n")
ODD = ("\n", "\n\n", "  ", "    ", "\t", "\r\n", "\r", "\u00a0", "\ufffd", "\u200b", "\\n")

PARTS = st.sampled_from((*FENCES, *TALK, *CODE, *LEFT_OUT, *PACKED, *ESCAPED, *MARKS, *MARGINS, *ODD))


def outcome(document: Document, cursor: int, reply: str, *, chat: bool, step: int) -> str | None:
    """The text that is inserted; None for nothing, whatever the reason is called."""
    inserted, after = settle(document, cursor, reply, chat=chat, step=step)
    return None if after == document.text else inserted


@settings(max_examples=EXAMPLES, derandomize="MAI_TEST_CHUNKS" not in os.environ)
@given(st.sampled_from(PLACES), st.lists(PARTS, min_size=1, max_size=7), st.booleans(), st.integers(2, 9))
def test_a_stream_may_be_cut_up_anyhow(place: tuple[str, str], parts: list[str], chat: bool, step: int) -> None:
    fixture = parse(place[0])
    document, reply = fixture.document(place[1]), "".join(parts)
    whole = outcome(document, fixture.cursor, reply, chat=chat, step=len(reply))
    for size in (1, step):
        assert outcome(document, fixture.cursor, reply, chat=chat, step=size) == whole, f"{size} at a time"


@pytest.mark.parametrize(
    ("place", "chat", "reply"),
    [
        (6, True, '{"completion": "a + b"} and so on'),
        (0, True, '```json\n{"code": "x = 1"}\n```python\n'),
        (0, False, "```python\nx = 1\n"),
        (3, False, '"arguments": 1}\ufffd'),
        (10, True, '"&lt;"\n&amp;&amp; b'),
        (10, True, "end\n&amp;&amp; b"),
        (10, True, "'{\n    return x\nprint(1)"),
        (9, True, "x1 | x = 1\n    + x = 1\nprint(1)"),
        (2, False, "</s>"),
        (2, True, '</s>Here is the code:\n```json\n{"code": "x = 1"}\n```'),
        (10, True, "print(total)\nHere is the code:\n```\nx = 1\n```"),
        (13, True, "The answer is 1.\n~~~\n"),
        (3, True, '"}}\n[CURSOR]...'),
    ],
)
def test_what_was_once_different(place: int, chat: bool, reply: str) -> None:
    fixture = parse(PLACES[place][0])
    document = fixture.document(PLACES[place][1])
    found = {outcome(document, fixture.cursor, reply, chat=chat, step=step) for step in range(1, len(reply) + 1)}
    assert len(found) == 1
