"""What each language calls its documentation and its tests, in words that a model is told."""

from __future__ import annotations

_JSDOC = "a JSDoc comment right above it (`/** … */`, `@param name - …`, `@returns …`)"
_DOXYGEN = "a Doxygen comment right above it (`/** … */` with `@brief`, `@param` and `@return`)"

DOCUMENTATION = {
    "python": "a docstring as the first statement of its body (PEP 257: one summary line in the imperative that ends "
    "with a full stop; then, only where it says more than the signature, arguments, result and exceptions in the style "
    "that this file's other docstrings have)",
    "javascript": f"{_JSDOC[:-1]} with `{{type}}` in braces)",
    "javascriptreact": f"{_JSDOC[:-1]} with `{{type}}` in braces)",
    "typescript": f"{_JSDOC[:-1]} without types, since the signature has them)",
    "typescriptreact": f"{_JSDOC[:-1]} without types, since the signature has them)",
    "go": "a Go doc comment right above it: full sentences in `//` lines, the first of which begins with its name",
    "rust": "a rustdoc comment right above it and above its attributes: `///` lines in Markdown, one summary sentence "
    "first, `# Errors`, `# Panics` or `# Safety` sections only where they apply",
    "java": "a Javadoc comment right above it and above its annotations (`/** … */`, a summary sentence, `@param`, "
    "`@return`, `@throws`)",
    "csharp": "an XML documentation comment right above it and above its attributes (`/// <summary>`, `<param>`, "
    "`<returns>`, `<exception>`)",
    "kotlin": "a KDoc comment right above it (`/** … */`, `@param`, `@return`, `@throws`)",
    "scala": "a Scaladoc comment right above it (`/** … */`, `@param`, `@return`, `@throws`)",
    "swift": "a documentation comment right above it (`///` lines, `- Parameter name:`, `- Returns:`, `- Throws:`)",
    "php": "a PHPDoc comment right above it (`/** … */`, `@param`, `@return`, `@throws`)",
    "ruby": "a YARD comment right above it (`#` lines, `@param`, `@return`, `@raise`)",
    "c": _DOXYGEN,
    "cpp": _DOXYGEN,
    "lua": "an LDoc comment right above it (`---` lines, `@param`, `@return`)",
    "shellscript": "a comment right above it that says what it does, its arguments and what it prints or returns",
}
"""By language; the languages of the action that writes documentation."""

TESTING = {
    "python": "pytest, unless the project's tests use unittest",
    "javascript": "the test runner that the project has (vitest, jest, mocha, node:test)",
    "javascriptreact": "the test runner that the project has, with Testing Library for components if it is there",
    "typescript": "the test runner that the project has (vitest, jest, mocha, node:test)",
    "typescriptreact": "the test runner that the project has, with Testing Library for components if it is there",
    "go": "the package testing, as a table where there are several cases",
    "rust": "functions marked `#[test]` in the module `tests` at the end of the file, which begins with "
    "`#[cfg(test)]` and `use super::*;`",
    "java": "JUnit 5, unless the project's tests use another version",
    "kotlin": "kotlin.test or JUnit 5, whichever the project has",
    "scala": "the library that the project's tests use",
    "csharp": "the library that the project's tests use (xUnit, NUnit, MSTest)",
    "ruby": "RSpec or Minitest, whichever the project has",
    "php": "PHPUnit",
    "swift": "XCTest or Swift Testing, whichever the project has",
    "c": "the library that the project's tests use",
    "cpp": "the library that the project's tests use (GoogleTest, Catch2)",
    "lua": "busted, unless the project's tests use another library",
}

TYPES = {
    "python": "type annotations of today's Python (`list[str]`, `str | None`) as far as the project's other files use "
    "them; no `Any` where the code says more",
    "typescript": "TypeScript types; no `any` where the code says more",
    "typescriptreact": "TypeScript types; no `any` where the code says more",
    "php": "parameter, property and result types",
    "javascript": "JSDoc types (`@param {type} name`, `@returns {type}`) in the comment above; no other syntax",
    "javascriptreact": "JSDoc types (`@param {type} name`, `@returns {type}`) in the comment above; no other syntax",
}
