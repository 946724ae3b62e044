"""The languages known here: names, file endings, comment marks, block style, and where the grammar comes from.

It loads nothing; `core.grammars` does. A language that is not in the table still completes, without syntax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Block = Literal["brace", "indent", "end", "tag", "none"]


@dataclass(frozen=True, slots=True)
class Language:
    """One row: what prompts, context and trimming need to know of a language."""

    id: str
    """LSP language id, the key everywhere."""
    name: str
    """What a model is told."""
    extensions: tuple[str, ...]
    comment: str
    """Line comment mark, or the opening one where the language has block comments only."""
    comment_end: str = ""
    """Closing mark where `comment` opens a block comment."""
    block: Block = "brace"
    """How a block ends: by indentation, a brace, a word such as `end`, or a closing tag."""
    grammar: tuple[str, str] | None = None
    """Module of the grammar's wheel and the function in it that gives the language; None: extra `languages` only."""
    extra: str = ""
    """Symbol suffix in `tree-sitter-languages` (``tree_sitter_<extra>``), for the long tail."""


_ROWS = (
    Language("python", "Python", (".py", ".pyi", ".pyw"), "#", "", "indent", ("tree_sitter_python", "language")),
    Language(
        "javascript",
        "JavaScript",
        (".js", ".mjs", ".cjs"),
        "//",
        grammar=("tree_sitter_javascript", "language"),
    ),
    Language(
        "javascriptreact",
        "JavaScript (JSX)",
        (".jsx",),
        "//",
        grammar=("tree_sitter_javascript", "language"),
    ),
    Language(
        "typescript",
        "TypeScript",
        (".ts", ".mts", ".cts"),
        "//",
        grammar=("tree_sitter_typescript", "language_typescript"),
    ),
    Language(
        "typescriptreact",
        "TypeScript (TSX)",
        (".tsx",),
        "//",
        grammar=("tree_sitter_typescript", "language_tsx"),
    ),
    Language("go", "Go", (".go",), "//", grammar=("tree_sitter_go", "language")),
    Language("rust", "Rust", (".rs",), "//", grammar=("tree_sitter_rust", "language")),
    Language("java", "Java", (".java",), "//", grammar=("tree_sitter_java", "language")),
    Language("c", "C", (".c", ".h"), "//", grammar=("tree_sitter_c", "language")),
    Language(
        "cpp",
        "C++",
        (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx", ".ipp"),
        "//",
        grammar=("tree_sitter_cpp", "language"),
    ),
    Language("csharp", "C#", (".cs", ".csx"), "//", grammar=("tree_sitter_c_sharp", "language")),
    Language("ruby", "Ruby", (".rb", ".rake", ".gemspec"), "#", "", "end", ("tree_sitter_ruby", "language")),
    Language("php", "PHP", (".php", ".phtml"), "//", grammar=("tree_sitter_php", "language_php")),
    Language("shellscript", "Bash", (".sh", ".bash"), "#", "", "end", ("tree_sitter_bash", "language")),
    Language("kotlin", "Kotlin", (".kt", ".kts"), "//", grammar=("tree_sitter_kotlin", "language")),
    Language("swift", "Swift", (".swift",), "//", grammar=("tree_sitter_swift", "language")),
    Language("scala", "Scala", (".scala", ".sc", ".sbt"), "//", grammar=("tree_sitter_scala", "language")),
    Language("lua", "Lua", (".lua",), "--", "", "end", ("tree_sitter_lua", "language")),
    Language("html", "HTML", (".html", ".htm"), "<!--", "-->", "tag", ("tree_sitter_html", "language")),
    Language("css", "CSS", (".css",), "/*", "*/", "brace", ("tree_sitter_css", "language")),
    Language("json", "JSON", (".json",), "//", grammar=("tree_sitter_json", "language")),
    Language("jsonc", "JSON with comments", (".jsonc",), "//", grammar=("tree_sitter_json", "language")),
    # The long tail: grammars through the optional extra `languages`.
    Language("dockerfile", "Dockerfile", (".dockerfile",), "#", "", "none", extra="dockerfile"),
    Language("elixir", "Elixir", (".ex", ".exs"), "#", "", "end", extra="elixir"),
    Language("elm", "Elm", (".elm",), "--", "", "indent", extra="elm"),
    Language("erlang", "Erlang", (".erl", ".hrl"), "%", "", "none", extra="erlang"),
    Language("fortran-modern", "Fortran", (".f90", ".f95", ".f03"), "!", "", "end", extra="fortran"),
    Language("haskell", "Haskell", (".hs",), "--", "", "indent", extra="haskell"),
    Language("terraform", "Terraform", (".tf", ".hcl"), "#", extra="hcl"),
    Language("julia", "Julia", (".jl",), "#", "", "end", extra="julia"),
    Language("makefile", "Makefile", (".mk",), "#", "", "none", extra="make"),
    Language("markdown", "Markdown", (".md",), "<!--", "-->", "none", extra="markdown"),
    Language("objective-c", "Objective-C", (".m",), "//", extra="objc"),
    Language("ocaml", "OCaml", (".ml",), "(*", "*)", "none", extra="ocaml"),
    Language("perl", "Perl", (".pl", ".pm"), "#", extra="perl"),
    Language("r", "R", (".r",), "#", extra="r"),
    Language("restructuredtext", "reStructuredText", (".rst",), "..", "", "none", extra="rst"),
    Language("sql", "SQL", (".sql",), "--", "", "none", extra="sql"),
    Language("toml", "TOML", (".toml",), "#", "", "none", extra="toml"),
    Language("yaml", "YAML", (".yaml", ".yml"), "#", "", "indent", extra="yaml"),
)

LANGUAGES = {row.id: row for row in _ROWS}
"""All rows by LSP language id."""

_BY_EXTENSION = {ending: row for row in _ROWS for ending in row.extensions}

_ALIASES = {
    "bash": "shellscript",
    "sh": "shellscript",
    "zsh": "shellscript",
    "c#": "csharp",
    "cs": "csharp",
    "c++": "cpp",
    "js": "javascript",
    "jsx": "javascriptreact",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "ts": "typescript",
    "tsx": "typescriptreact",
    "javascript.jsx": "javascriptreact",
    "typescript.tsx": "typescriptreact",
    "objc": "objective-c",
    "fortran": "fortran-modern",
    "hcl": "terraform",
    "make": "makefile",
}
"""What editors and people say instead of the LSP id (Neovim's filetypes, Helix's names)."""


def find(language_id: str, path: str = "") -> Language:
    """Return the row for an LSP language id, or for the file's ending, or a row that knows only comments."""
    wanted = language_id.lower()
    row = LANGUAGES.get(_ALIASES.get(wanted, wanted))
    if row is None and "." in path:
        row = _BY_EXTENSION.get("." + path.rpartition(".")[2].lower())
    return row or Language(wanted or "plaintext", language_id or "text", (), "#", block="none")
