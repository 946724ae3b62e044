"""How chat models wrap, announce, number and repeat what they answer, and what is left of it."""

from __future__ import annotations

import pytest

from tests.unit.reply.settling import check

ADD = "def add(a, b):\n    $0\n"

WRAPPED = {
    "a fence of tildes": ("python", ADD, "~~~python\n    return a + b\n~~~\n", "return a + b"),
    "an indented fence": ("python", ADD, "  ```python\n      return a + b\n  ```\n", "return a + b"),
    "a title in the info string": ("python", ADD, '```python title="x.py"\n    return a + b\n```', "return a + b"),
    "an info string of Pandoc's": ("python", ADD, "```{.python}\n    return a + b\n```", "return a + b"),
    "a fence in a list": ("python", ADD, "1. Add them:\n\n   ```python\n   return a + b\n   ```\n", "return a + b"),
    "four ticks": ("python", ADD, "````python\n    return a + b\n````", "return a + b"),
    "closed with too few ticks": ("python", ADD, "````python\n    return a + b\n```", "return a + b"),
    "closed with more ticks": ("python", ADD, "```python\n    return a + b\n````", "return a + b"),
    "an empty block before the real one": (
        "python",
        ADD,
        "```python\n```\n\n```python\n    return a + b\n```",
        "return a + b",
    ),
    "an alternative behind it": (
        "python",
        ADD,
        "```python\n    return a + b\n```\nor\n```python\n    return b + a\n```",
        "return a + b",
    ),
    "a fence on one line": ("python", ADD, "```return a + b```", "return a + b"),
    "a fence on one line with its language": ("python", ADD, "```python return a + b```", "return a + b"),
    "carriage returns": ("python", ADD, "```python\r\n    return a + b\r\n```\r\n", "return a + b"),
    "announced in German": ("python", ADD, "Hier ist der Code:\n\n```python\n    return a + b\n```", "return a + b"),
    "announced in Chinese": (
        "python",
        ADD,
        "\u4ee5\u4e0b\u662f\u8865\u5168\u7684\u4ee3\u7801\uff1a\n\n```python\n    return a + b\n```\n",
        "return a + b",
    ),
    "announced in Spanish": (
        "python",
        ADD,
        "Claro, aqu\u00ed tienes:\n```python\n    return a + b\n```",
        "return a + b",
    ),
    "announced in one word": ("python", ADD, "Code:\n```python\n    return a + b\n```", "return a + b"),
    "announced in bold": ("python", ADD, "**Completion:**\n\n```python\n    return a + b\n```", "return a + b"),
    "announced by a heading": ("python", ADD, "### Solution\n```python\n    return a + b\n```", "return a + b"),
    "announced, and fenced with tildes": (
        "go",
        "package m\n\nfunc f() int {\n\t$0\n}\n",
        "Below is the code.\n~~~go\nfunc f() int {\n\treturn 1\n}\n~~~\n",
        "return 1",
    ),
    "announced, in HTML": ("html", "<p>$0</p>\n", "Here is the completed HTML:\n\n```html\n<p>Hello</p>\n```", "Hello"),
    "talk in French": ("python", ADD, "Voici le code compl\u00e9t\u00e9 pour votre fonction.", "<chatter>"),
    "talk in German": (
        "python",
        ADD,
        "Die Funktion addiert zwei Zahlen und gibt das Ergebnis zur\u00fcck.\n",
        "<chatter>",
    ),
    "talk in Chinese": ("python", ADD, "\u8fd9\u4e2a\u51fd\u6570\u5df2\u7ecf\u5b8c\u6210\u4e86\u3002\n", "<chatter>"),
    "talk around a bit of code": ("python", ADD, "The missing line is `return a + b`.", "<chatter>"),
    "talk before code without a fence": ("python", ADD, "Here is the code:\n\n    return a + b\n", "<chatter>"),
    "a sentence where a docstring is written": (
        "python",
        'def f(a):\n    """$0"""\n    return a\n',
        "Return the value unchanged.",
        "Return the value unchanged.",
    ),
    "a sentence where a comment is written": (
        "python",
        "def f(a):\n    # $0\n    return a\n",
        "Return the value unchanged.",
        "Return the value unchanged.",
    ),
    "a sentence in a text file": (
        "markdown",
        "# T\n\n$0\n",
        "```markdown\nThis project does things.\n```\n",
        "This project does things.",
    ),
    "a fence that is the answer": (
        "markdown",
        "# T\n\nRun this:\n\n$0\n",
        "````markdown\n```sh\nmake\n```\n````\n",
        "```sh\nmake\n```",
    ),
    "nothing but a placeholder": ("python", ADD, "```python\ndef add(a, b):\n    # ... your code here\n```", "<empty>"),
    "a placeholder for the rest": (
        "python",
        ADD,
        "```python\ndef add(a, b):\n    return a + b\n\n# ... rest of the code\n```",
        "return a + b",
    ),
    "placeholders around it": (
        "python",
        "def add(a, b):\n    $0\n    return c\n",
        "```python\n# ... existing code ...\n    c = a + b\n# ... existing code ...\n```",
        "c = a + b",
    ),
    "a byte order mark": ("python", ADD, "\ufeff    return a + b\n", "return a + b"),
    "zero-width spaces around the fence": (
        "python",
        ADD,
        "\u200b```python\n    return a + b\n```\u200b",
        "return a + b",
    ),
}
"""Fences, talk in any language, placeholders and invisible characters."""


@pytest.mark.parametrize("case", WRAPPED)
def test_wrapped(case: str) -> None:
    language, source, reply, expect = WRAPPED[case]
    check(source, reply, expect, language=language, chat=True)


MARGINS = {
    "diff": (
        "python",
        "def add(a, b):\n    $0\n    return c\n",
        "```diff\n def add(a, b):\n+    c = a + b\n     return c\n```",
        "c = a + b",
    ),
    "diff with headers": (
        "python",
        "def add(a, b):\n    $0\n    return c\n",
        (
            "```diff\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,3 @@\n def add(a, b):\n-    \n+    c = a + b\n"
            "     return c\n```"
        ),
        "c = a + b",
    ),
    "added lines alone": ("python", "def add(a, b):\n    $0\n    return c\n", "+    c = a + b\n", "c = a + b"),
    "numbers and colons": (
        "python",
        "def add(a, b):\n    $0\n    return c\n",
        "```python\n1: def add(a, b):\n2:     c = a + b\n3:     return c\n```",
        "c = a + b",
    ),
    "numbers and rules": (
        "python",
        "def add(a, b):\n    $0\n    return c\n",
        "```python\n 1 | def add(a, b):\n 2 |     c = a + b\n```",
        "c = a + b",
    ),
    "numbers and blanks": ("python", ADD, "```\n2     return a + b\n```", "return a + b"),
    "Python's prompt": ("python", ADD, ">>> return a + b\n", "return a + b"),
    "a shell's prompt": ("shellscript", "ls\n$0\n", "```bash\n$ echo hi\n```", "echo hi"),
    "numbers that are keys in YAML": (
        "yaml",
        "ports:\n  $0\n",
        "```yaml\n  80: http\n  443: https\n```",
        "80: http\n  443: https",
    ),
    "numbers that are keys in Python": (
        "python",
        "d = {\n    $0\n}\n",
        "```python\n    1: 'a',\n    2: 'b',\n```",
        "1: 'a',\n    2: 'b',",
    ),
    "a plus that is an operator": ("javascript", "const s = 'a'\n  $0\n", "```js\n+ 'b';\n```", "+ 'b';"),
    "a plus that is a list's mark": ("markdown", "Things:\n\n  $0\n", "```markdown\n  + one\n```", "+ one"),
    "dashes that are a comment in Lua": (
        "lua",
        "local M = {}\n\n$0\n",
        "```lua\n--- Adds.\nfunction M.add(a, b)\n  return a + b\nend\n```",
        "--- Adds.\nfunction M.add(a, b)\n  return a + b\nend",
    ),
    "dashes that are a comment in SQL": (
        "sql",
        "$0\n",
        "```sql\n-- All users\nSELECT * FROM u;\n```",
        "-- All users\nSELECT * FROM u;",
    ),
}
"""Diffs, line numbers and prompts; and code that looks like them."""


@pytest.mark.parametrize("case", MARGINS)
def test_margins(case: str) -> None:
    language, source, reply, expect = MARGINS[case]
    check(source, reply, expect, language=language, chat=True)


REPEATED = {
    "the whole file": (
        "python",
        "import os\n\ndef add(a, b):\n    $0\n\ndef sub(a, b):\n    return a - b\n",
        "```python\nimport os\n\ndef add(a, b):\n    return a + b\n\ndef sub(a, b):\n    return a - b\n```",
        "return a + b",
    ),
    "the whole file, spaced otherwise": (
        "python",
        "import os\n\n\ndef add(a, b):\n    $0\n\n\ndef sub(a, b):\n    return a - b\n",
        "```python\nimport os\n\ndef add(a,b):\n    return a + b\n\ndef sub(a, b):\n    return a - b\n```",
        "return a + b",
    ),
    "the whole file without empty lines": (
        "python",
        "import os\n\n\ndef add(a, b):\n    $0\n\n\ndef sub(a, b):\n    return a - b\n",
        "```python\nimport os\ndef add(a, b):\n    return a + b\ndef sub(a, b):\n    return a - b\n```",
        "return a + b",
    ),
    "the whole file with another beginning": (
        "python",
        "import os\nimport sys\n\nA = 1\nB = 2\n\ndef f():\n    $0\n",
        "```python\nimport os\nimport sys\n\nA = 3\nB = 2\n\ndef f():\n    return A\n```",
        "<mismatch>",
    ),
    "from the middle of the file on": (
        "python",
        "import os\nimport sys\n\nA = 1\nB = 2\n\ndef f():\n    $0\n",
        "```python\nB = 2\n\n\ndef f():\n    return A\n```",
        "return A",
    ),
    "begins with what follows": (
        "python",
        "def f():\n    a = 1\n    $0\n    b = 2\n    return a\n",
        "```python\n    b = 2\n    return a\n    c = 3\n```",
        "<duplicate>",
    ),
    "the line with other blanks": ("python", "x = compute( a,b )$0\n", "```python\nx = compute(a, b) + 1\n```", " + 1"),
    "the line with other quotes": ("python", "print('hel$0\n", '```python\nprint("hello")\n```', "<mismatch>"),
    "the line with a word put in": (
        "typescript",
        "const a = fetch(ur$0\n",
        "```ts\nconst a = await fetch(url);\n```",
        "<mismatch>",
    ),
    "a call like the line's own word": ("python", "x = max(a, $0\n", "```python\nmax(b, c))\n```", "max(b, c))"),
    "the rest of the line alone": ("python", "x = max(a, $0\n", "```python\nb)\n```", "b)"),
    "the header and the docstring's quotes": (
        "python",
        'def f(a):\n    """$0\n    return a\n',
        '```python\ndef f(a):\n    """Return a."""\n    return a\n```',
        'Return a."""',
    ),
    "a brace like the one before": (
        "javascript",
        "function f() {\n  if (a) {\n    b();\n  }\n$0",
        "```js\n}\n```",
        "}",
    ),
    "the same statement once more": ("python", "x = 1\nx = 1\n$0\n", "```python\nx = 1\nx = 2\n```", "x = 2"),
    "a field of an f-string": ("python", 'print(f"{$0}")\n', '```python\nprint(f"{name}")\n```', "name"),
    "a field of a template literal": (
        "javascript",
        "const s = `a ${$0} b`;\n",
        "```js\nconst s = `a ${name} b`;\n```",
        "name",
    ),
    "a bracket in a string": ("python", 'print("$0")\n', '```python\nprint("hello (world")\n```', "hello (world"),
    "a field of a template": (
        "vue",
        "<template>\n  <p>{{ $0 }}</p>\n</template>\n",
        "```vue\n  <p>{{ msg }}</p>\n```",
        "msg",
    ),
    "what follows in JSX": (
        "javascriptreact",
        "function A() {\n  return (\n    <div>\n      $0\n    </div>\n  );\n}\n",
        "```jsx\n      <span>{name}</span>\n    </div>\n  );\n}\n```",
        "<span>{name}</span>",
    ),
    "text in TSX": (
        "typescriptreact",
        "const a = (\n  <p>\n    $0\n  </p>\n);\n",
        "```tsx\nconst a = (\n  <p>\n    Hello, world.\n  </p>\n);\n```",
        "Hello, world.",
    ),
    "eight spaces for a tab": (
        "go",
        "package m\n\nfunc f() error {\n\tx, err := g()\n\t$0\n\treturn nil\n}\n",
        "```go\n        if err != nil {\n                return err\n        }\n```",
        "if err != nil {\n\t\treturn err\n\t}",
    ),
    "four spaces for a tab": (
        "go",
        "package m\n\nfunc f() error {\n\tx, err := g()\n\t$0\n\treturn nil\n}\n",
        "```go\nif err != nil {\n    return err\n}\n```",
        "if err != nil {\n\t\treturn err\n\t}",
    ),
    "spaces in a file of tabs": (
        "python",
        "class A:\n\tdef f(self):\n\t\t$0\n",
        ("```python\nclass A:\n    def f(self):\n        if self:\n            return 1\n        return 2\n```"),
        "if self:\n\t\t\treturn 1\n\t\treturn 2",
    ),
    "tabs in a file of two spaces": (
        "python",
        "def f():\n  if x:\n    $0\n",
        "```python\ndef f():\n\tif x:\n\t\tfor a in x:\n\t\t\tprint(a)\n```",
        "for a in x:\n      print(a)",
    ),
}
"""What stands around the cursor, said again and spaced otherwise."""


@pytest.mark.parametrize("case", REPEATED)
def test_repeated(case: str) -> None:
    language, source, reply, expect = REPEATED[case]
    check(source, reply, expect, language=language, chat=True)
