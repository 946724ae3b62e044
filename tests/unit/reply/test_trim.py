"""What of a model's reply is shown: one table per rule, in several languages, whole and streamed alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.core.language import find
from mai_lsp.core.text import Edit
from mai_lsp.prompt.seam import cut
from mai_lsp.reply.place import look
from mai_lsp.reply.trim import land, trim
from tests.support.fixture import parse
from tests.unit.reply.settling import check, check_document

FIM = {
    "finishes the line": ("def add(a, b):\n    return $0\n", "a + b\n\nprint(add(1, 2))", "a + b"),
    "keeps the blank that was cut off once": ("def add(a, b):\n    return $0\n", " a + b\n", "a + b"),
    "strips the half word": ("x = pri$0\n", " print(1)\n", "nt(1)"),
    "half word at the line's start": ("def f():\n    ret$0\n", "    return 1\n", "urn 1"),
    "drops what does not begin with the half word": ("x = pri$0\n", " input(1)\n", "<mismatch>"),
    "fills an empty body to its end": (
        "def f(n):\n    $0\n\nprint(f(1))\n",
        "    total = 0\n    for i in range(n):\n        total += i\n    return total\n\ndef g():\n    pass\n",
        "total = 0\n    for i in range(n):\n        total += i\n    return total",
    ),
    "fills a body behind its header": (
        "def f(n):$0\n\nprint(f(1))\n",
        "\n    return n\n\n\nprint(f(2))\n",
        "\n    return n",
    ),
    "a docstring does not fill a body": (
        'def f(n):\n    """Add.\n\n    All of it.\n    """\n    $0\n\n\nf(1)\n',
        "    total = n\n    return total\n\n\nf(2)\n",
        "total = n\n    return total",
    ),
    "nor does a comment": (
        'def f(n):\n    """Add."""\n    # Twice.\n    $0\n\n\nf(1)\n',
        "    total = n + n\n    return total\n\n\nf(2)\n",
        "total = n + n\n    return total",
    ),
    "a string that is code does": (
        'def f(n):\n    x = """\n    a\n    """\n    $0\n\n\nf(1)\n',
        "    y = x\n    return y\n",
        "y = x",
    ),
    "one statement among others": ("a = 1\n$0\nb = 2\n", "c = 3\nd = 4\n", "c = 3"),
    "a compound statement with its body": (
        "xs = []\n$0\n",
        "for x in xs:\n    print(x)\n    print(x)\nprint(xs)\n",
        "for x in xs:\n    print(x)\n    print(x)",
    ),
    "else belongs to its if": (
        "def f(x):\n    y = 1\n    $0\n    return y\n",
        "    if x:\n        y = 2\n    else:\n        y = 3\n    z = 4\n",
        "if x:\n        y = 2\n    else:\n        y = 3",
    ),
    "no body where there is one already": (
        "if a:\n    pass\n$0\n    b = 1\n",
        "elif c:\n    b = 2\n",
        "elif c:",
    ),
    "open brackets run on": ("x = f($0\n", "\n    1,\n    2,\n)\ny = 3\n", "\n    1,\n    2,\n)"),
    "a comment before its statement": ("a = 1\n$0\n", "# Next.\nb = a + 1\nc = 2\n", "# Next.\nb = a + 1"),
    "stops where the code behind the cursor begins": (
        "def f():\n    a = 1\n    $0\n    return a\n",
        "    a += 1\n    return a\n",
        "a += 1",
    ),
    "says only what is there already": ("def f():\n    a = 1\n    $0\n    return a\n", "    return a\n", "<duplicate>"),
    "does not dedent out of the block": ("def f():\n    a = 1\n    $0\n", "\ndef g():\n    pass\n", "<empty>"),
    "the middle of a line ends with the line": ("x = foo($0, b)\n", "a\ny = 2\n", "a"),
    "the rest of the line is not repeated": ("x = foo($0, b)\n", "a, b)\n", "a"),
    "a closing bracket is not doubled": ("print($0)\n", "1)\n", "1"),
    "brackets of its own stay": ("print($0)\n", "len(x)\n", "len(x)"),
    "a quote and bracket are not doubled": ('print("$0")\n', 'hello")\n', "hello"),
    "leaked tokens end it": ("x = $0\n", "1<|fim_suffix|>\n", "1"),
    "leaked end": ("x = $0\n", "1<|endoftext|>x = 2", "1"),
    "a document about tokens keeps them": ('A = "<|im_end|>"\nx = $0\n', '"<|im_end|>"\n', '"<|im_end|>"'),
    "a loop of lines": ("def f():\n    $0\n", "    x = 0\n" + "    a = 1\n" * 6, "<repetitive>"),
    "a loop of words": ("x = $0\n", "very " * 40, "<repetitive>"),
    "nothing": ("x = $0\n", "", "<empty>"),
    "nothing but blanks": ("x = $0\n", "  \n\n  \n", "<empty>"),
    "talk in a comment behind the code": (
        "def add(a, b): return a + b\nprint(ad$0\n",
        " add(5, 3))  # This raises an error, "
        + "because numbers are hard to add, and so is what follows from it, " * 2,
        "d(5, 3))",
    ),
    "crlf files get crlf": ("def f():\r\n    $0\r\n", "    a = 1\n    return a\n", "a = 1\r\n    return a"),
}


@pytest.mark.parametrize("case", FIM)
def test_fim(case: str) -> None:
    check(*FIM[case])


CHAT = {
    "a fence": ("x = $0\n", "```python\nx = 1\n```\n", "1"),
    "a fence without the line": ("x = $0\n", "```python\n1\n```", "1"),
    "talk before and after": (
        "def add(a, b):\n    $0\n",
        "Here is the code:\n\n```python\n    return a + b\n```\n\nThis adds the numbers.",
        "return a + b",
    ),
    "an unclosed fence": ("x = $0\n", "```python\nx = 1\n", "1"),
    "no fence": ("def add(a, b):\n    return $0\n", "    return a + b\n", "a + b"),
    "inline code": ("x = foo($0\n", "`1, 2)`", "1, 2)"),
    "talk only": ("x = $0\n", "I cannot see what to write here, sorry.", "<chatter>"),
    "talk only, long": ("x = $0\n", "The code you sent is complete.\n\nThere is nothing to add.\n", "<chatter>"),
    "an empty fence": ("x = $0\n", "```python\n```", "<empty>"),
    "repeats the header": (
        "def add(a, b):\n    $0\n",
        "```python\ndef add(a, b):\n    return a + b\n```",
        "return a + b",
    ),
    "repeats the header, dedented": (
        "class A:\n    def add(self, a):\n        $0\n",
        "```python\ndef add(self, a):\n    b = a\n    return b\n```",
        "b = a\n        return b",
    ),
    "repeats the half line": ("x = 1\nresult = comp$0\n", "```\nresult = compute(x)\n```", "ute(x)"),
    "goes on in the half word": ("result = comp$0\n", "```\nute(x)\n```", "ute(x)"),
    "repeats the last word": ("y = self.va$0\n", "```\nself.value\n```", "lue"),
    "a body without indentation": (
        "class A:\n    def f(self):\n        $0\n",
        "```python\nx = 1\nif x:\n    return 2\nreturn x\n```",
        "x = 1\n        if x:\n            return 2\n        return x",
    ),
    "a body behind its header, dedented": (
        "class A:\n    def f(self):$0\n",
        "```python\n    def f(self):\n        return 1\n```",
        "\n        return 1",
    ),
    "only repeats the line before": ("a = 1\nb = a + 2\n$0\n", "```python\nb = a + 2\n```", "<empty>"),
    "overlap at both ends": (
        "def f(a):\n    b = a\n    $0\n    return c\n",
        "```python\n    b = a\n    c = a + b\n    return c\n```",
        "c = a + b",
    ),
    "spaces become the file's tabs": (
        "def f():\n\tif x:\n\t\t$0\n\treturn 1\n",
        "```python\n    for a in x:\n        print(a)\n```",
        "for a in x:\n\t\t\tprint(a)",
    ),
}


@pytest.mark.parametrize("case", CHAT)
def test_chat(case: str) -> None:
    check(*CHAT[case], chat=True)


LANGUAGES = {
    "javascript body": (
        "javascript",
        "function f(a) {\n  $0\n}\n",
        "  const b = a;\n  return b;\n}\n\nf(1);\n",
        "const b = a;\n  return b;",
    ),
    "javascript unclosed function": (
        "javascript",
        "function f(a) {$0",
        "\n  return a;\n}\n\nf(1);\n",
        "\n  return a;\n}",
    ),
    "typescript if else": (
        "typescript",
        "function f(a: number) {\n  let b = 0;\n  $0\n  return b;\n}\n",
        "  if (a) {\n    b = 1;\n  } else {\n    b = 2;\n  }\n  b++;\n",
        "if (a) {\n    b = 1;\n  } else {\n    b = 2;\n  }",
    ),
    "go one statement": (
        "go",
        "package m\n\nfunc f(xs []int) int {\n\tn := 0\n\t$0\n\treturn n\n}\n",
        "\tfor _, x := range xs {\n\t\tn += x\n\t}\n\treturn n\n}\n",
        "for _, x := range xs {\n\t\tn += x\n\t}",
    ),
    "rust method chain": (
        "rust",
        "fn f(xs: &[i32]) -> i32 {\n    $0\n}\n",
        "    xs.iter()\n        .map(|x| x * 2)\n        .sum()\n}\n\nfn g() {}\n",
        "xs.iter()\n        .map(|x| x * 2)\n        .sum()",
    ),
    "java method": (
        "java",
        "class A {\n    int f(int a) {\n        $0\n    }\n}\n",
        "        return a * 2;\n    }\n\n    int g() {\n        return 1;\n    }\n}\n",
        "return a * 2;",
    ),
    "ruby body with its end there": (
        "ruby",
        "def f(a)\n  $0\nend\n",
        "  b = a + 1\n  b * 2\nend\n\ndef g\nend\n",
        "b = a + 1\n  b * 2",
    ),
    "ruby body without its end": ("ruby", "def f(a)\n  $0\n", "  a + 1\nend\n\ndef g\nend\n", "a + 1\nend"),
    "lua block": (
        "lua",
        "local function f(t)\n  $0\nend\n",
        "  for k, v in pairs(t) do\n    print(k, v)\n  end\n  return t\nend\n",
        "for k, v in pairs(t) do\n    print(k, v)\n  end\n  return t",
    ),
    "bash": (
        "shellscript",
        "for f in *.txt; do\n  $0\ndone\n",
        '  echo "$f"\n  cat "$f"\ndone\necho end\n',
        'echo "$f"\n  cat "$f"',
    ),
    "javascript callback whose end is there": (
        "javascript",
        "Object.keys(pkg[$0\n  use(tag)\n})\n",
        "tags]).forEach(tag => {\n  use(tag)\n})\n",
        "tags]).forEach(tag => {",
    ),
    "css rule": ("css", "a {\n  $0\n}\n", "  color: red;\n  margin: 0;\n}\n\nb {\n}\n", "color: red;\n  margin: 0;"),
    "json member": ("json", '{\n  "a": 1,\n  $0\n}\n', '  "b": 2\n}\n', '"b": 2'),
    "unknown language": ("frobnicate", "begin\n  $0\nfinish\n", "  x <- 1\n  y <- 2\nfinish\n", "x <- 1"),
}


@pytest.mark.parametrize("case", LANGUAGES)
def test_other_languages(case: str) -> None:
    language, source, reply, expect = LANGUAGES[case]
    check(source, reply, expect, language=language)


REPLACING = {
    "goes on behind a closing bracket": (
        "python",
        "def f($0)\n",
        "a, b):\n    return a\n",
        "def f(a, b):\n    return a\n",
    ),
    "goes on behind a quote": ("python", 'x = ["$0"]\n', 'a", "b"]\n', 'x = ["a", "b"]\n'),
    "a call over lines": ("javascript", "foo($0);\n", "\n  1,\n  2,\n);\n", "foo(\n  1,\n  2,\n);\n"),
}


@pytest.mark.parametrize("case", REPLACING)
def test_what_stands_behind_the_cursor(case: str) -> None:
    language, source, reply, expect = REPLACING[case]
    check_document(source, reply, expect, language=language)


CODE = st.text(st.sampled_from("ab(){}[]:;,.=\"'`\n\n   \t#/<|>\r😀\u2028"), max_size=80)


@given(CODE, CODE, CODE, st.booleans(), st.sampled_from(["python", "javascript", "ruby", "go", "plaintext"]))
def test_never_raises_and_stays_on_the_line(before: str, after: str, reply: str, chat: bool, language: str) -> None:
    source = before + after
    document = parse("x$0").document(language)
    document = document.edited([Edit(document.line_span(0), source)], 1)
    offset = len(before)
    place = look(document, offset, seam=cut(before, words=not chat)[1], chat=chat, max_lines=12)
    got = trim(reply, place, final=True)
    if got.verdict is None:
        landed = land(got.text, document, offset, place)
        line = document.line_span(document.line_at(offset))
        assert landed.span.start == offset
        assert landed.span.end <= max(line.end, offset)
        assert landed.verdict is not None or landed.text.strip()


@given(CODE, CODE, CODE)
def test_fim_text_is_the_replys_own(before: str, after: str, reply: str) -> None:
    """Nothing is made up: but for blanks and line ends, the suggestion is a piece of the reply."""
    document = parse("x$0").document("python")
    document = document.edited([Edit(document.line_span(0), before + after)], 1)
    place = look(document, len(before), seam=cut(before, words=True)[1], chat=False, max_lines=12)
    got = trim(reply, place, final=True)
    squeeze = str.maketrans("", "", " \t\r\n")
    assert got.text.translate(squeeze) in reply.translate(squeeze)


def test_languages_in_the_tables_are_known() -> None:
    assert {find(row[0]).id for row in LANGUAGES.values()} >= {"javascript", "go", "rust", "java", "ruby", "css"}
