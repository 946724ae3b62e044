"""How far a suggestion goes, in many languages: what models write on, and what of it belongs at the cursor."""

from __future__ import annotations

import pytest

from tests.unit.reply.settling import check

REPLIES = {
    "a docstring with its end": (
        "python",
        'def f(a):\n    """$0\n    return a\n',
        'Return a."""\n    return a\n',
        'Return a."""',
    ),
    "a docstring that has its end": (
        "python",
        'def f(a):\n    """Summary.\n\n    $0\n    """\n    return a\n',
        '    Args:\n        a: The value.\n\n    Returns:\n        The value.\n    """\n    return a\n',
        "Args:\n        a: The value.\n\n    Returns:\n        The value.",
    ),
    "a field of an f-string": ("python", 'name = "x"\nprint(f"Hello {$0}")\n', 'name}")\nprint(2)\n', "name"),
    "a string with its end there": ("python", 'x = "Hello, $0"\n', 'world!"\n', "world!"),
    "a decorator and its function": (
        "python",
        "import functools\n\n$0\n",
        "@functools.lru_cache\ndef f(n):\n    return n\n\n\nprint(f(1))\n",
        "@functools.lru_cache\ndef f(n):\n    return n",
    ),
    "the rest of a decorator": (
        "python",
        "import functools\n\n@functools.$0\ndef f(n):\n    return n\n",
        "lru_cache\ndef f(n):\n    return n\n",
        "lru_cache",
    ),
    "the cases of a match": (
        "python",
        "def f(x):\n    match x:\n        $0\n",
        ("        case 1:\n            return 'a'\n        case _:\n            return 'b'\n\n\ndef g():\n    pass\n"),
        "case 1:\n            return 'a'\n        case _:\n            return 'b'",
    ),
    "one more case": (
        "python",
        "def f(x):\n    match x:\n        case 1:\n            return 'a'\n        $0\n",
        "        case 2:\n            return 'b'\n        case _:\n            return 'c'\n",
        "case 2:\n            return 'b'",
    ),
    "try with except and finally": (
        "python",
        "def f(x):\n    $0\n    return 1\n",
        ("    try:\n        x()\n    except ValueError:\n        pass\n    finally:\n        x = 1\n    return 2\n"),
        "try:\n        x()\n    except ValueError:\n        pass\n    finally:\n        x = 1",
    ),
    "an else behind its if": ("python", "if a:\n    b()\n$0\nc()\n", "else:\n    d()\nc()\n", "else:\n    d()"),
    "items of a list": (
        "python",
        "xs = [\n    $0\n]\n",
        "    1,\n    2,\n    3,\n]\nprint(xs)\n",
        "1,\n    2,\n    3,",
    ),
    "one import": (
        "python",
        "import os\nfrom $0\n",
        "pathlib import Path\n\n\nclass A:\n    pass\n",
        "pathlib import Path",
    ),
    "a class body": (
        "python",
        "class A:\n    $0\n",
        (
            "    def __init__(self):\n        self.a = 1\n\n    def b(self):\n        return self.a\n\n\n"
            "class B:\n    pass\n"
        ),
        "def __init__(self):\n        self.a = 1\n\n    def b(self):\n        return self.a",
    ),
    "a lambda": ("python", "f = lambda x: $0\n", "x + 1\ny = 2\n", "x + 1"),
    "too many closing brackets": ("python", "x = foo($0\ny = 2\n", "a, b)))\n", "a, b)"),
    "a dict in a call": ("python", "x = foo({$0})\n", '"a": 1})\n', '"a": 1'),
    "an apostrophe in a comment": (
        "python",
        "def f():\n    $0\n",
        "    # don't (yet\n    return 1\n\n\ndef g():\n    pass\n",
        "# don't (yet\n    return 1",
    ),
    "a damaged character": ("python", "x = $0\n", '"\ufffd', "<empty>"),
    "a damaged line": ("python", "def f():\n    $0\n", '    a = 1\n    b = "\ufffd"\n', "a = 1"),
    "a byte order mark": ("python", "def add(a, b):\n    $0\n", "\ufeff    return a + b\n", "return a + b"),
    "a zero-width space": ("python", "def add(a, b):\n    $0\n", "    return\u200b a + b\n", "return a + b"),
    "no-break spaces": (
        "python",
        "def add(a, b):\n    $0\n",
        "\u00a0\u00a0\u00a0\u00a0return a +\u00a0b\n",
        "return a + b",
    ),
    "a blank behind a bracket": ("python", "greeting = 1\nprint($0)\n", " greeting", "greeting"),
    "a comment behind code": ("python", "x = $0\n", "call(a)  # noqa: E501\ny = 2\n", "call(a)  # noqa: E501"),
    "a long string": (
        "python",
        "u = $0\n",
        (
            '"https://example.com/#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"\n'
            "y = 2\n"
        ),
        '"https://example.com/#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"',
    ),
    "a field of a template literal": ("javascript", "const s = `Hello ${$0}`;\n", "name}`;\nconsole.log(s);\n", "name"),
    "a template literal over lines": (
        "javascript",
        "const s = `$0\n",
        "<div>\n  ${name}\n</div>`;\nconsole.log(s);\n",
        "<div>\n  ${name}",
    ),
    "an arrow function": ("javascript", "const f = (a) => $0\n", "{\n  return a;\n};\n\nf(1);\n", "{\n  return a;\n};"),
    "members of an object": (
        "javascript",
        "const o = {\n  $0\n};\n",
        "  a: 1,\n  b: 2,\n};\nuse(o);\n",
        "a: 1,\n  b: 2,",
    ),
    "brackets in a regular expression": (
        "javascript",
        "function f(s) {\n  $0\n}\n",
        "  return s.replace(/[{(]/g, '');\n}\n",
        "return s.replace(/[{(]/g, '');",
    ),
    "brackets in a returned regular expression": (
        "javascript",
        "function f(s) {\n  $0\n}\n",
        "  return /[)\\]}]$/.test(s);\n}\n",
        "return /[)\\]}]$/.test(s);",
    ),
    "a regular expression as argument": ("javascript", "const y = s.replace($0, '');\n", "/\\)/g, '');\n", "/\\)/g"),
    "division is none": ("javascript", "const x = $0;\n", "a / b / (c + d);\n", "a / b / (c + d)"),
    "a bracket in single quotes": (
        "javascript",
        "function f(s) {\n  $0\n}\n",
        "  return s.split('}')[0];\n}\n",
        "return s.split('}')[0];",
    ),
    "the cases of a switch": (
        "javascript",
        "function f(x) {\n  switch (x) {\n    $0\n  }\n}\n",
        "    case 1:\n      return 'a';\n    default:\n      return 'b';\n  }\n}\n",
        "case 1:\n      return 'a';\n    default:\n      return 'b';",
    ),
    "a chain of calls": (
        "javascript",
        "fetch(url)\n  $0\n",
        "  .then(r => r.json())\n  .catch(console.error);\n\nfoo();\n",
        ".then(r => r.json())\n  .catch(console.error);",
    ),
    "a callback that closes the call": (
        "javascript",
        "app.get('/', ($0));\n",
        "req, res) => {\n  res.send('x');\n});\n",
        "req, res) => {\n  res.send('x');\n});",
    ),
    "too many closing braces": (
        "javascript",
        "function f(a) {\n  if (a) {\n    $0\n  }\n}\n",
        "    return 1;\n  }\n}\n}\n}\n",
        "return 1;",
    ),
    "too few closing braces": (
        "javascript",
        "function f(a) {\n  $0\n}\n",
        "  if (a) {\n    return 1;\n\n",
        "if (a) {\n    return 1;",
    ),
    "a JSX element": (
        "javascriptreact",
        "function A() {\n  return (\n    <div>\n      $0\n    </div>\n  );\n}\n",
        "      <span>{name}</span>\n      <p>hi</p>\n    </div>\n  );\n}\n",
        "<span>{name}</span>",
    ),
    "a JSX attribute": ("typescriptreact", "const a = <Foo bar={$0} />;\n", "baz} />;\n", "baz"),
    "a type argument": ("typescript", "const m = new Map<string, $0>();\n", "number>();\n", "number"),
    "members of an interface": (
        "typescript",
        "interface A {\n  $0\n}\n",
        "  a: string;\n  b?: number;\n}\n\nconst x = 1;\n",
        "a: string;\n  b?: number;",
    ),
    "a decorator and its class": (
        "typescript",
        "$0\n",
        "@Injectable()\nexport class A {\n  x = 1;\n}\n\nclass B {}\n",
        "@Injectable()\nexport class A {\n  x = 1;\n}",
    ),
    "list items": (
        "html",
        "<ul>\n  $0\n</ul>\n",
        "  <li>One</li>\n  <li>Two</li>\n</ul>\n</body>\n",
        "<li>One</li>\n  <li>Two</li>",
    ),
    "an attribute": ("html", '<a href="$0">x</a>\n', 'https://x.y/z">x</a>\n', "https://x.y/z"),
    "a field of a template": (
        "vue",
        "<template>\n  <p>{{ $0 }}</p>\n</template>\n",
        "msg }}</p>\n</template>\n",
        "msg",
    ),
    "a value": ("css", "a {\n  color: $0;\n}\n", "red;\n  margin: 0;\n}\n", "red"),
    "a value and its end": ("css", "a {\n  color: $0\n}\n", "red;\n}\n", "red;"),
    "an at-rule": (
        "css",
        "$0\n",
        "@media print {\n  a { color: red; }\n}\n\nb { }\n",
        "@media print {\n  a { color: red; }\n}",
    ),
    "a block": ("ruby", "xs.each do |x|\n  $0\nend\n", "  puts x\n  y = x\nend\nputs 1\n", "puts x\n  y = x"),
    "a modifier": ("ruby", "def f(a)\n  $0\n  a\nend\n", "  return if a.nil?\n  a\nend\n", "return if a.nil?"),
    "when clauses": (
        "ruby",
        "case x\n$0\nend\n",
        "when 1\n  a\nwhen 2\n  b\nelse\n  c\nend\n",
        "when 1\n  a\nwhen 2\n  b\nelse\n  c",
    ),
    "brackets in a Ruby regular expression": (
        "ruby",
        "def f(s)\n  $0\nend\n",
        "  s.gsub(/[)}]/, '')\nend\n",
        "s.gsub(/[)}]/, '')",
    ),
    "the lines of a heredoc": (
        "ruby",
        "def q\n  sql = <<~SQL\n    $0\n  SQL\nend\n",
        "    SELECT *\n    FROM users\n  SQL\n  run(sql)\nend\n",
        "SELECT *\n    FROM users",
    ),
    "the lines of a heredoc in a script": (
        "shellscript",
        "cat <<EOF\n$0\nEOF\n",
        "one (1\n\ntwo 2)\nEOF\necho done\n",
        "one (1\n\ntwo 2)",
    ),
    "the lines of a raw string": (
        "rust",
        'const S: &str = r#"\n$0\n"#;\n',
        'SELECT "a"\nFROM b\n"#;\n',
        'SELECT "a"\nFROM b',
    ),
    "the lines of a template string": (
        "javascript",
        "const s = `\n  $0\n`;\n",
        "  <p>\n    a\n  </p>\n  <p>b</p>\n`;\nf();\n",
        "<p>\n    a\n  </p>\n  <p>b</p>",
    ),
    "code inside a template string": (
        "typescript",
        "const s = `\n  ${$0}\n`;\n",
        "a + 1}\n`;\n",
        "a + 1",
    ),
    "lifetimes": (
        "rust",
        "fn f<'a>($0) -> &'a str {\n    x\n}\n",
        "x: &'a str) -> &'a str {\n    x\n}\n",
        "x: &'a str",
    ),
    "a function with lifetimes": (
        "rust",
        "$0\n",
        "fn f<'a>(x: &'a str) -> &'a str {\n    x\n}\n\nfn g() {}\n",
        "fn f<'a>(x: &'a str) -> &'a str {\n    x\n}",
    ),
    "arms of a match": (
        "rust",
        "fn f(x: i32) -> i32 {\n    match x {\n        $0\n    }\n}\n",
        "        1 => 2,\n        _ => 3,\n    }\n}\n",
        "1 => 2,\n        _ => 3,",
    ),
    "a macro's argument": ("rust", 'fn main() {\n    println!("{}", $0);\n}\n', "x);\n}\n", "x"),
    "a raw string": (
        "rust",
        "fn main() {\n    let s = $0\n}\n",
        'r#"a { ( "b" "#;\n    println!("{}", s);\n}\n',
        'r#"a { ( "b" "#;',
    ),
    "brackets as characters": (
        "rust",
        "fn f(c: char) -> bool {\n    $0\n}\n",
        "    c == '}' || c == ')'\n}\n",
        "c == '}' || c == ')'",
    ),
    "an attribute and its struct": (
        "rust",
        "$0\n",
        "#[derive(Debug)]\nstruct A {\n    x: i32,\n}\n\nfn main() {}\n",
        "#[derive(Debug)]\nstruct A {\n    x: i32,\n}",
    ),
    "a line of a raw string": ("go", "package m\n\nvar q = `$0\n", "SELECT *\nFROM t\n`\n\nfunc f() {}\n", "SELECT *"),
    "brackets as runes": (
        "go",
        "package m\n\nfunc f(r rune) bool {\n\t$0\n}\n",
        "\treturn r == '{' || r == '\"'\n}\n\nfunc g() {}\n",
        "return r == '{' || r == '\"'",
    ),
    "an error check": (
        "go",
        "package m\n\nfunc f() error {\n\tx, err := g()\n\t$0\n\treturn nil\n}\n",
        "\tif err != nil {\n\t\treturn err\n\t}\n\tuse(x)\n\treturn nil\n}\n",
        "if err != nil {\n\t\treturn err\n\t}",
    ),
    "fields with tags": (
        "go",
        "package m\n\ntype A struct {\n\t$0\n}\n",
        '\tName string `json:"name"`\n\tAge  int    `json:"age"`\n}\n\nfunc f() {}\n',
        'Name string `json:"name"`\n\tAge  int    `json:"age"`',
    ),
    "a macro over lines": (
        "c",
        "#include <stdio.h>\n$0\nint main(void) {\n    return 0;\n}\n",
        "#define MAX(a, b) \\\n    ((a) > (b) ? (a) : (b))\n\nint main(void) {\n",
        "#define MAX(a, b) \\\n    ((a) > (b) ? (a) : (b))",
    ),
    "the head of a for": (
        "c",
        "int f(int n) {\n    int s = 0;\n    for ($0) {\n        s += i;\n    }\n    return s;\n}\n",
        "int i = 0; i < n; i++) {\n        s += i;\n",
        "int i = 0; i < n; i++",
    ),
    "a body with braces on lines of their own": (
        "c",
        "int f(int n)\n{\n    $0\n}\n",
        "    if (n)\n    {\n        return 1;\n    }\n    return 2;\n}\n",
        "if (n)\n    {\n        return 1;\n    }\n    return 2;",
    ),
    "a function with its brace on the next line": (
        "c",
        "int a;\n$0\nint b;\n",
        "int f(int n)\n{\n    return n;\n}\n\nint g(void)\n{\n}\n",
        "int f(int n)\n{\n    return n;\n}",
    ),
    "if and else with braces on lines of their own": (
        "csharp",
        "class A\n{\n    int F(int n)\n    {\n        int s = 0;\n        $0\n        return s;\n    }\n}\n",
        (
            "        if (n > 0)\n        {\n            s = 1;\n        }\n        else\n        {\n"
            "            s = 2;\n        }\n        return s;\n"
        ),
        (
            "if (n > 0)\n        {\n            s = 1;\n        }\n        else\n        {\n"
            "            s = 2;\n        }"
        ),
    ),
    "one method with its brace on the next line": (
        "csharp",
        "class A\n{\n    int a = 1;\n    $0\n    int b = 2;\n}\n",
        "    int F()\n    {\n        return 1;\n    }\n\n    int G()\n    {\n        return 2;\n    }\n",
        "int F()\n    {\n        return 1;\n    }",
    ),
    "template brackets": (
        "cpp",
        "template <typename T>\nT f(T a) {\n    $0\n}\n",
        "    std::vector<std::pair<int, T>> v;\n    return a;\n}\n",
        "std::vector<std::pair<int, T>> v;\n    return a;",
    ),
    "blanks behind brackets where the file has them": (
        "c",
        "if ( a ) { b( c ); }\nif ($0 ) { }\n",
        " a == b",
        " a == b",
    ),
    "a heredoc that has its end": (
        "shellscript",
        "cat <<EOF\n$0\nEOF\n",
        "Hello, $USER (\nnothing\nEOF\necho done\n",
        "Hello, $USER (\nnothing",
    ),
    "if to fi": (
        "shellscript",
        "$0\n",
        'if [ -f "$1" ]; then\n  cat "$1"\nelse\n  echo no\nfi\necho done\n',
        'if [ -f "$1" ]; then\n  cat "$1"\nelse\n  echo no\nfi',
    ),
    "a blank that a shell needs": (
        "shellscript",
        "if [$0\n",
        " -f a ]; then\n  cat a\nfi\n",
        " -f a ]; then\n  cat a\nfi",
    ),
    "case patterns": (
        "shellscript",
        'case "$1" in\n  $0\nesac\n',
        "  start)\n    run\n    ;;\n  stop)\n    halt\n    ;;\nesac\n",
        "start)\n    run\n    ;;\n  stop)\n    halt\n    ;;",
    ),
    "one more case pattern": (
        "shellscript",
        "case $x in\n  a)\n    b\n    ;;\n  $0\nesac\n",
        "  c)\n    d\n    ;;\nesac\n",
        "c)\n    d\n    ;;",
    ),
    "a shell function's body": (
        "shellscript",
        "f() {\n  $0\n}\n",
        "  local a=1\n  echo ${a}\n}\n\nf\n",
        "local a=1\n  echo ${a}",
    ),
    "a command substitution": ("shellscript", "x=$($0)\n", "ls -l)\n", "ls -l"),
    "an item of a list": (
        "yaml",
        "steps:\n  - name: a\n    run: b\n  $0\n",
        "  - name: c\n    run: d\n  - name: e\n",
        "- name: c\n    run: d",
    ),
    "the rest of an item": (
        "yaml",
        "steps:\n  - name: a\n    run: b\n  - $0\n",
        "name: c\n    run: d\n  - name: e\n",
        "name: c\n    run: d",
    ),
    "a mapping": ("yaml", "a:\n  $0\nb: 1\n", "  c: 1\n  d: 2\nb: 1\n", "c: 1\n  d: 2"),
    "a long bracket string in Lua": (
        "lua",
        "local s = [[$0\n",
        "\nhello ( world\n]]\nprint(s)\n",
        "\nhello ( world\n]]",
    ),
    "a Lua function's body": (
        "lua",
        "function M.f(a)\n  $0\nend\n\nreturn M\n",
        "  if a then\n    return 1\n  end\n  return 2\nend\n",
        "if a then\n    return 1\n  end\n  return 2",
    ),
    "a PHP function's body": (
        "php",
        "<?php\nfunction f(array $a) {\n    $0\n}\n",
        "    foreach ($a as $k => $v) {\n        echo $v;\n    }\n    return 1;\n}\n",
        "foreach ($a as $k => $v) {\n        echo $v;\n    }\n    return 1;",
    ),
    "branches of a when": (
        "kotlin",
        "fun f(x: Int) = when (x) {\n    $0\n}\n",
        '    1 -> "a"\n    else -> "b"\n}\n\nfun g() {}\n',
        '1 -> "a"\n    else -> "b"',
    ),
    "a guard": (
        "swift",
        "func f(x: Int?) -> Int {\n    $0\n    return x\n}\n",
        "    guard let x else { return 0 }\n    return x\n}\n",
        "guard let x else { return 0 }",
    ),
    "a block as a body": (
        "scala",
        "object A {\n  def f(x: Int): Int = $0\n}\n",
        "{\n    x + 1\n  }\n\n  def g = 1\n}\n",
        "{\n    x + 1\n  }",
    ),
    "an annotation and its method": (
        "java",
        "class A {\n    $0\n}\n",
        '    @Override\n    public String toString() {\n        return "A";\n    }\n}\n',
        '@Override\n    public String toString() {\n        return "A";\n    }',
    ),
    "one annotated method among others": (
        "java",
        "class A {\n    int x;\n    $0\n    int y;\n}\n",
        '    @Override\n    public String toString() {\n        return "A";\n    }\n\n    int z;\n',
        '@Override\n    public String toString() {\n        return "A";\n    }',
    ),
    "a diamond": (
        "java",
        "class A {\n    Map<String, List<Integer>> m = $0;\n}\n",
        "new HashMap<>();\n",
        "new HashMap<>()",
    ),
    "one item of a Markdown list": ("markdown", "# T\n\n- one\n$0\n", "- two\n- three\n\nMore text.\n", "- two"),
    "a fenced block in Markdown": ("markdown", "# T\n\nRun this:\n\n$0\n", "```sh\nmake\n```\n", "```sh\nmake\n```"),
    "a condition": ("sql", "SELECT * FROM t\nWHERE $0\n", "a = 1\nORDER BY b;\n\nSELECT 1;\n", "a = 1"),
    "a nested member": ("json", '{\n  "a": {$0}\n}\n', '"b": 1}\n}\n', '"b": 1'),
    "items of a JSON list": ("json", '{\n  "a": [\n    $0\n  ]\n}\n', "    1,\n    2\n  ]\n}\n", "1,\n    2"),
    "one key": ("toml", "[a]\n$0\n", "b = 1\nc = 2\n\n[d]\n", "b = 1"),
    "an instruction over lines": (
        "dockerfile",
        "FROM python\n$0\n",
        "RUN pip install x \\\n    && rm -rf /tmp\nCOPY . .\n",
        "RUN pip install x \\\n    && rm -rf /tmp",
    ),
    "one line of a recipe": (
        "makefile",
        "all:\n\t$0\n",
        "\tgcc -o a a.c\n\tstrip a\n\nclean:\n\trm a\n",
        "gcc -o a a.c",
    ),
}
"""Language, source, a FIM model's reply, what is inserted."""


@pytest.mark.parametrize("case", REPLIES)
def test_replies(case: str) -> None:
    language, source, reply, expect = REPLIES[case]
    check(source, reply, expect, language=language, chat=False)
