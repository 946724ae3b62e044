"""Replies in JSON, in tags, with HTML's escapes and cursor marks: packing is taken off, code is left alone."""

from __future__ import annotations

import pytest

from tests.unit.reply.settling import check

REPLIES = {
    "JSON with one of the usual names": ("python", "def f(a):\n    $0\n", '{"code": "    return a"}', "return a"),
    "JSON in a fence": (
        "go",
        "package p\n\nfunc f() int {\n\t$0\n}\n",
        '```json\n{"completion": "\\treturn 1\\n"}\n```',
        "return 1",
    ),
    "JSON with a fence inside": (
        "rust",
        "fn f() -> i32 {\n    $0\n}\n",
        '{"answer": "```rust\\n    1 + 1\\n```"}',
        "1 + 1",
    ),
    "JSON that was cut off": ("python", "def f(a):\n    $0\n", '{"code": "    return', "<chatter>"),
    "an object where a value belongs": ("typescript", "const x = $0;\n", '{ "code": "a" }', '{ "code": "a" }'),
    "an object in a list": ("javascript", "const xs = [\n  $0\n];\n", '{ "text": "a" },\n', '{ "text": "a" },'),
    "an object in a JSON file": ("json", "[\n  $0\n]\n", '{"code": "a"}', '{"code": "a"}'),
    "a call of a tool": (
        "python",
        "def f(a):\n    $0\n",
        '{"name": "edit", "arguments": {"code": "return a"}}',
        "<chatter>",
    ),
    "a call of a tool in a tag": ("java", "class F {\n    $0\n}\n", "<tool_call>\n{}\n</tool_call>", "<chatter>"),
    "a call of a tool in Mistral's way": (
        "c",
        "int f(void) {\n    $0\n}\n",
        '[TOOL_CALLS][{"name": "f"}]',
        "<chatter>",
    ),
    "a tag of the model's own": ("ruby", "def f(a)\n  $0\nend\n", "<answer>\n  a + 1\n</answer>\nDone.", "a + 1"),
    "the same tag in a page": ("html", "<p>\n  $0\n</p>\n", "  <code>a + 1</code>\n", "<code>a + 1</code>"),
    "the same tag in JSX": (
        "typescriptreact",
        "const A = () => (\n  <p>\n    $0\n  </p>\n);\n",
        "    <code>a</code>\n",
        "<code>a</code>",
    ),
    "escapes": (
        "java",
        "class F {\n    $0\n}\n",
        "    List&lt;String&gt; a = g(&quot;x&quot;);\n",
        'List<String> a = g("x");',
    ),
    "escapes that are numbers": (
        "c",
        "int f(int a) {\n    return $0\n}\n",
        "a &#60; 3 &amp;&amp; a &#62; 1;",
        "a < 3 && a > 1;",
    ),
    "escapes in a string": ("python", "def f(a):\n    return $0\n", 'a.replace("<", "&lt;")', 'a.replace("<", "&lt;")'),
    "an escape in a string alone": ("go", "package p\n\nvar x = $0\n", '"&amp;"', '"&amp;"'),
    "escapes where the file has some": ("c", "// &lt;\nint f(int a) {\n    return $0\n}\n", "a &lt; 3;", "a &lt; 3;"),
    "a cursor mark at the end": ("python", "x = $0\n", "f(a)<|cursor|>", "f(a)"),
    "a cursor mark that the file is about": (
        "python",
        "MARK = '<cursor>'\nx = $0\n",
        "s.find('<cursor>')",
        "s.find('<cursor>')",
    ),
    "a block as a cursor mark": ("rust", "fn f() {\n    let a = $0;\n}\n", "1\u2588", "1"),
}


@pytest.mark.parametrize("case", REPLIES)
def test_replies(case: str) -> None:
    language, source, reply, expect = REPLIES[case]
    check(source, reply, expect, language=language, chat=True)


def test_a_model_that_fills_gaps_packs_nothing() -> None:
    check("x = [\n    $0\n]\n", '    {"code": "a"},\n', '{"code": "a"},')
    check("a = b $0\n", "&lt; c", "&lt; c")
