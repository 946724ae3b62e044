"""Which scopes are found around the cursor, in healthy code, in code that is being typed, and without a grammar."""

from __future__ import annotations

import pytest

from mai_lsp.context.scopes import render, scopes
from tests.support.fixture import parse


def headers(text: str, language: str, *, grammar: bool = True) -> list[str]:
    fixture = parse(text)
    document = fixture.document(language, parse=grammar)
    return [document.slice(scope.header).strip() for scope in scopes(document, fixture.cursor)]


HEALTHY = {
    "python": (
        """
        @dec
        class A(Base):
            \"\"\"Doc.\"\"\"
            def m(self, x: int) -> str:
                if x:
                    return $0str(x)
        """,
        ["@dec\nclass A(Base):", "def m(self, x: int) -> str:"],
    ),
    "javascript": (
        "class A extends B {\n  m(x) {\n    return [x].map((y) => {\n      y$0;\n    });\n  }\n}\n",
        ["class A extends B", "m(x)", "return [x].map((y) =>"],
    ),
    "typescript": (
        "export namespace N {\n  export const f = async (x: number): Promise<void> => {\n    x$0;\n  };\n}\n",
        ["export namespace N", "export const f = async (x: number): Promise<void> =>"],
    ),
    "typescriptreact": (
        "export function App(p: Props) {\n  return <div>{p.x$0}</div>;\n}\n",
        ["export function App(p: Props)"],
    ),
    "go": (
        "package p\n\nfunc (t *T) M(x int) error {\n\tgo func() {\n\t\tx$0\n\t}()\n\treturn nil\n}\n",
        ["func (t *T) M(x int) error", "go func()"],
    ),
    "rust": (
        "mod a {\n  impl<T> Foo for Bar<T> {\n    #[inline]\n    pub fn f(&self) -> u8 {\n      $0\n    }\n  }\n}\n",
        ["mod a", "impl<T> Foo for Bar<T>", "#[inline]\n    pub fn f(&self) -> u8"],
    ),
    "java": (
        "@S\npublic class A<T> {\n class In {\n  @Override\n  public int m(int x) throws E {\n   $0\n  }\n }\n}\n",
        ["@S\npublic class A<T>", "class In", "@Override\n  public int m(int x) throws E"],
    ),
    "c": (
        "static int *f(const char *s,\n              int n)\n{\n    return $0;\n}\n",
        ["static int *f(const char *s,\n              int n)"],
    ),
    "cpp": (
        "namespace a::b {\ntemplate <class T>\nclass P {\n void m() {\n  auto l = [&](T x) {\n   $0\n  };\n }\n};\n}\n",
        ["namespace a::b", "template <class T>\nclass P", "void m()", "auto l = [&](T x)"],
    ),
    "csharp": (
        "namespace N {\n  class A : B {\n    public int P {\n      get { $0 }\n    }\n  }\n}\n",
        ["namespace N", "class A : B", "public int P"],
    ),
    "ruby": (
        "module M\n  class A < B\n    def m(x)\n      x.each do |y|\n        $0\n      end\n    end\n  end\nend\n",
        ["module M", "class A < B", "def m(x)", "x.each do |y|"],
    ),
    "php": (
        "<?php\nclass A extends B\n{\n    public function m(int $x): int\n    {\n        return $0;\n    }\n}\n",
        ["class A extends B", "public function m(int $x): int"],
    ),
    "shellscript": ("f() {\n  echo $0\n}\n", ["f()"]),
    "kotlin": (
        "class A(val x: Int) : B() {\n  companion object {\n    fun m(y: Int): Int {\n      $0\n    }\n  }\n}\n",
        ["class A(val x: Int) : B()", "companion object", "fun m(y: Int): Int"],
    ),
    "swift": (
        "extension A: P {\n  func m(_ x: Int) -> Int {\n    items.map { y in\n      $0\n    }\n  }\n}\n",
        ["extension A: P", "func m(_ x: Int) -> Int", "items.map { y in"],
    ),
    "scala": (
        "object O {\n  class A(x: Int) {\n    def m(y: Int): Int = {\n      $0\n    }\n  }\n}\n",
        ["object O", "class A(x: Int)", "def m(y: Int): Int ="],
    ),
    "lua": (
        "function M.f(x)\n  local y = function(z)\n    return $0z\n  end\nend\n",
        ["function M.f(x)", "local y = function(z)"],
    ),
    "html": ('<html>\n<body>\n<div id="a">\n  $0\n</div>\n</body>\n</html>\n', ["<html>", "<body>", '<div id="a">']),
    "css": ("@media (max-width: 1px) {\n  .a > b {\n    $0\n  }\n}\n", ["@media (max-width: 1px)", ".a > b"]),
    "json": ('{\n  "a": {\n    "b": [\n      $01\n    ]\n  }\n}\n', ['"a":', '"b":']),
}


@pytest.mark.parametrize("language", HEALTHY)
def test_healthy_code(language: str) -> None:
    text, expected = HEALTHY[language]
    assert headers(text, language) == expected


BROKEN = {
    "python, half a call": (
        "python",
        "class A:\n    def m(self, x):\n        y = foo(x, $0\n\n    def n(self):\n        pass\n",
        ["class A:", "def m(self, x):"],
    ),
    "python, half an attribute": (
        "python",
        "class A:\n    def m(self):\n        if self.$0\n",
        ["class A:", "def m(self):"],
    ),
    "python, fresh line at the end": (
        "python",
        "class A:\n    def m(self):\n        x = 1\n        $0",
        ["class A:", "def m(self):"],
    ),
    "python, fresh line of the class": (
        "python",
        "class A:\n    def m(self):\n        x = 1\n\n    $0\n",
        ["class A:"],
    ),
    "python, half a signature": ("python", "class A:\n    def m(self, a, $0\n\n    x = 1\n", ["class A:"]),
    "python, open docstring": (
        "python",
        'class A:\n    def m(self):\n        """Do $0\n',
        ["class A:", "def m(self):"],
    ),
    "python, above a long way": (
        "python",
        "class A:\n    def m(self):\n" + "        x = 1\n" * 400 + "        foo($0\n",
        ["class A:", "def m(self):"],
    ),
    "javascript, half a call": (
        "javascript",
        "class A {\n  m(x) {\n    const y = foo(x, $0\n  }\n}\n",
        ["class A", "m(x)"],
    ),
    "javascript, braces open": ("javascript", "function f(x) {\n  if (x) {\n    g($0\n", ["function f(x)"]),
    "typescript, half a member": (
        "typescript",
        "export class A<T> {\n  private m(x: number): void {\n    this.$0\n  }\n}\n",
        ["export class A<T>", "private m(x: number): void"],
    ),
    "go, half a call": ("go", "package p\n\nfunc F(x int) error {\n\tif err := foo(x, $0\n", ["func F(x int) error"]),
    "rust, let without end": (
        "rust",
        "impl A {\n    fn f(&self) -> u8 {\n        let x = self.$0\n    }\n}\n",
        ["impl A", "fn f(&self) -> u8"],
    ),
    "rust, braces open": (
        "rust",
        "impl A {\n    fn f(&self) -> u8 {\n        match self.x {\n            Some($0\n",
        ["impl A", "fn f(&self) -> u8"],
    ),
    "java, half a call": (
        "java",
        "public class A {\n  public int m(int x) {\n    return foo(x, $0\n  }\n\n  int n() { return 1; }\n}\n",
        ["public class A", "public int m(int x)"],
    ),
    "java, braces open": (
        "java",
        "public class A {\n    public int m(int x) {\n        for (int i = 0; i < x; i++) {\n            $0\n",
        ["public class A", "public int m(int x)"],
    ),
    "c, half a condition": ("c", "int f(int x)\n{\n    if (x > $0\n    return 1;\n}\n", ["int f(int x)"]),
    "cpp, half a member": (
        "cpp",
        "class P {\n public:\n  int m(int x) {\n    return this->$0\n  }\n};\n",
        ["class P", "int m(int x)"],
    ),
    "csharp, half a call": (
        "csharp",
        "namespace N\n{\n  class A\n  {\n    int M(int x)\n    {\n      return Foo(x, $0\n    }\n  }\n}\n",
        ["namespace N", "class A", "int M(int x)"],
    ),
    "ruby, no end yet": (
        "ruby",
        "class A\n  def m(x)\n    x.each do |y|\n      puts($0\n",
        ["class A", "def m(x)"],
    ),
    "php, half a call": (
        "php",
        "<?php\nclass A {\n    function m($x) {\n        return foo($x, $0\n    }\n}\n",
        ["class A", "function m($x)"],
    ),
    "kotlin, half a member": (
        "kotlin",
        "class A {\n    fun m(x: Int): Int {\n        return x.$0\n    }\n}\n",
        ["class A", "fun m(x: Int): Int"],
    ),
    "swift, braces open": (
        "swift",
        "class A {\n    func m(x: Int) -> Int {\n        if x > $0\n",
        ["class A", "func m(x: Int) -> Int"],
    ),
    "scala, braces open": (
        "scala",
        "object O {\n  def m(x: Int): Int = {\n    foo(x, $0\n",
        ["object O", "def m(x: Int): Int ="],
    ),
    "lua, no end yet": ("lua", "function M.f(x)\n  local y = foo(x, $0\n", ["function M.f(x)"]),
    "bash, no brace yet": ("shellscript", 'f() {\n  if [ -n "$x" ]; then\n    echo $0\n', ["f()"]),
    "html, no end tag": (
        "html",
        '<html>\n<body>\n<div id="a">\n  <p class="$0\n',
        ["<html>", "<body>", '<div id="a">'],
    ),
    "css, half a value": ("css", "@media print {\n  .a {\n    color: $0\n", ["@media print", ".a"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_code_being_typed(case: str) -> None:
    language, text, expected = BROKEN[case]
    assert headers(text, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class A:\n    def f(self):\n        for x in y:\n            $0\n", ["class A:", "def f(self):"]),
        ("fn f(\n  a: u8,\n) -> u8 {\n  $0\n}\n", ["fn f("]),
        ("int f(int x) {\n  if (x) {\n    $0\n", ["int f(int x)"]),
        ("int f(int x) {\n  return 1;\n}\n  $0\n", []),
        ("$0", []),
        ("def f():\n$0", []),
    ],
)
def test_without_a_grammar_indentation_tells(text: str, expected: list[str]) -> None:
    assert headers(text, "nothing", grammar=False) == expected


def test_not_in_the_signature_itself() -> None:
    assert headers("class A:\n    def m(self, $0x):\n        pass\n", "python") == ["class A:"]


def test_not_behind_the_end() -> None:
    assert headers("int f() { return 1; }\n$0int g() { return 2; }\n", "c") == []


def test_parents_are_linked() -> None:
    fixture = parse("class A:\n    def m(self):\n        $0pass\n")
    outer, inner = scopes(fixture.document("python"), fixture.cursor)
    assert (outer.parent, inner.parent, inner.name, inner.kind) == (None, outer, "m", "function")


def rendered(text: str, language: str) -> list[str]:
    fixture = parse(text)
    document = fixture.document(language)
    return [render(document, scope) for scope in scopes(document, fixture.cursor)]


def test_docstring_first_lines_are_shown_below_in_python() -> None:
    text = 'class A:\n  """One.\n\n  Two.\n  Three.\n  Four.\n  """\n\n  def m(self):\n    """Em."""\n    $0pass\n'
    assert rendered(text, "python") == [
        'class A:\n  """One.\n  Two.\n  Three."""',
        '  def m(self):\n    """Em."""',
    ]


def test_comment_above_is_shown_above() -> None:
    text = "/**\n * One.\n * Two.\n *\n * Three.\n * Four.\n */\nclass A {\n  // Em.\n  m() {\n    $0\n  }\n}\n"
    assert rendered(text, "javascript") == [
        "/** One.\n * Two.\n * Three. */\nclass A {",
        "  // Em.\n  m() {",
    ]
