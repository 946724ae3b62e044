"""Which file an import means, and where a name in it is defined: build files, source roots, re-exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from mai_lsp.context.resolve import BY_PACKAGE, Files, definition, modules, packaged, submodule
from mai_lsp.core.facts import File, facts_of
from mai_lsp.core.imported import Import
from mai_lsp.core.language import find
from tests.support.indexed import document_of, reader_of, scanned, write


def led(root: Path, files: Mapping[str, str], here: str) -> dict[str, str]:
    """Follow all imports of a file: what each name, or module, leads to."""
    write(root / "w", files)
    scanned(root / "w", root / "cache" / "index.db")
    known = reader_of(root / "w", root / "cache" / "index.db")
    try:
        known.begin({})
        language = find("", here).id
        facts = known.facts(File(here, language, ""))
        return dict(_led(known, File(here, language, facts.package), facts.imports))
    finally:
        known.close()


def _led(known: Files, own: File, imports: Sequence[Import]) -> Iterator[tuple[str, str]]:
    for imported in imports:
        where = modules(known, own, imported)
        for there, local in imported.names:
            if own.language in BY_PACKAGE:
                one = packaged(known, own, imported, there)
            else:
                one = definition(known, where, there)
            if one is not None:
                yield local, f"{one.file.path}:{one.symbol.name}"
            elif inner := submodule(known, own, imported, there):
                yield local, inner[0].path
        if not imported.names:
            for file in where:
                yield imported.alias or file.path, file.path


FORM = "export class Form {}\n"
CASES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "tsconfig, paths from the base folder": (
        {
            "web/app/here.ts": "import { Form } from '@ui/form';\nimport { One } from 'exact';\n",
            "web/tsconfig.json": '{ // it may say why\n "compilerOptions": { "baseUrl": "./src", /* and how */\n'
            ' "paths": { "@ui/*": ["parts/ui/*", "old/*"], "exact": ["one.ts"], }, },\n}\n',
            "web/src/parts/ui/form.ts": FORM,
            "web/src/one.ts": "export const One = 1;\n",
            "other/ui/form.ts": FORM,
            "web/app/form.ts": FORM,
        },
        {"Form": "web/src/parts/ui/form.ts:Form", "One": "web/src/one.ts:One"},
    ),
    "tsconfig, a second target": (
        {
            "here.ts": "import { Form } from '@ui/form';\n",
            "tsconfig.json": '{"compilerOptions": {"paths": {"@ui/*": ["./generated/*", "./src/*"]}}}',
            "src/form.ts": FORM,
            "ui/form.ts": FORM,
        },
        {"Form": "src/form.ts:Form"},
    ),
    "tsconfig, extended": (
        {
            "apps/a/here.tsx": "import { Form } from '~/form';\nimport { Base } from 'base/it';\n",
            "apps/a/tsconfig.json": '{"extends": ["../../config/tsconfig.base.json"]}',
            "config/tsconfig.base.json": '{"compilerOptions": {"baseUrl": "..", "paths": {"~/*": ["shared/*"]}}}',
            "shared/form.ts": FORM,
            "base/it.ts": "export const Base = 1;\n",
        },
        {"Form": "shared/form.ts:Form", "Base": "base/it.ts:Base"},
    ),
    "tsconfig, the project's own beside one that only refers to it": (
        {
            "src/here.ts": "import { Form } from '@/form';\n",
            "tsconfig.json": '{"files": [], "references": [{"path": "./tsconfig.app.json"}]}',
            "tsconfig.app.json": '{"compilerOptions": {"paths": {"@/*": ["./lib/*"]}}}',
            "lib/form.ts": FORM,
        },
        {"Form": "lib/form.ts:Form"},
    ),
    "tsconfig, extending itself": (
        {
            "here.ts": "import { Form } from 'x/form';\n",
            "tsconfig.json": '{"extends": "./tsconfig.json"}',
            "x/form.ts": FORM,
        },
        {"Form": "x/form.ts:Form"},
    ),
    "jsconfig, and one that is broken": (
        {
            "app/here.js": "import { Form } from '@/form';\n",
            "app/jsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
            "app/tsconfig.json": '{"compilerOptions": [',
            "app/src/form.js": FORM,
        },
        {"Form": "app/src/form.js:Form"},
    ),
    "package.json, packages of one repository": (
        {
            "apps/web/here.ts": "import { Form } from '@acme/ui';\nimport { tint } from '@acme/ui/color';\n"
            "import { deep } from 'tools/inner/deep';\n",
            "packages/ui/package.json": '{"name": "@acme/ui", "scripts": {"x": "y"}, "exports": {'
            '".": {"types": "./dist/index.d.ts", "import": "./dist/esm/index.js"}, "./color": "./dist/paint.js"}}',
            "packages/ui/src/index.ts": "export * from './form';\n",
            "packages/ui/src/form.ts": FORM,
            "packages/ui/src/paint.ts": "export function tint() {}\n",
            "packages/tools/package.json": '{"name": "tools", "main": "lib/main.js"}',
            "packages/tools/inner/deep.ts": "export const deep = 1;\n",
        },
        {
            "Form": "packages/ui/src/form.ts:Form",
            "tint": "packages/ui/src/paint.ts:tint",
            "deep": "packages/tools/inner/deep.ts:deep",
        },
    ),
    "package.json, imports of its own": (
        {
            "src/here.ts": "import { Form } from '#internal/form.js';\nimport { db } from '#db';\n",
            "package.json": '{"imports": {"#internal/*": "./src/internal/*", "#db": {"node": "./dist/db.js"}}}',
            "src/internal/form.ts": FORM,
            "src/db.ts": "export const db = 1;\n",
        },
        {"Form": "src/internal/form.ts:Form", "db": "src/db.ts:db"},
    ),
    "package.json, what is installed is not of this workspace": (
        {
            "src/here.ts": "import React from 'react';\nimport { join } from 'path';\nimport { z } from '@lib/form';\n",
            "package.json": '{"dependencies": {"react": "1"}, "devDependencies": {"@lib/form": "2"}}',
            "src/react.ts": "export default class React {}\n",
            "src/path.ts": "export function join() {}\n",
            "src/lib/form.ts": "export const z = 1;\n",
        },
        {},
    ),
    "scripts, default exports and renamed ones": (
        {
            "here.ts": (
                "import A, { C, D } from './a';\nimport E from './e';\nimport F from './f';\nimport { G } from './a';\n"
            ),
            "a.ts": "class Form {}\nexport default Form;\nexport { Form as C, Other as D } from './b';\n"
            "import G from './e';\nexport { G };\n",
            "b.ts": "export class Form {}\nclass Own {}\nexport { Own as Other };\n",
            "e.ts": "export { default } from './g';\n",
            "g.ts": "export default function () {}\nexport default function made() {}\n",
            "f.js": "class F {}\nmodule.exports = F;\n",
        },
        {
            "A": "a.ts:Form",
            "C": "b.ts:Form",
            "D": "b.ts:Own",
            "E": "g.ts:made",
            "F": "f.js:F",
            "G": "g.ts:made",
        },
    ),
    "python, a source root and namespace packages": (
        {
            "src/app/here.py": (
                "from app.core import f\nfrom space.inner import tool\nimport json\nfrom . import near\n"
            ),
            "src/app/__init__.py": "",
            "src/app/near.py": "x = 1\n",
            "src/app/core/__init__.py": "from .deep import f\n",
            "src/app/core/deep.py": "def f(): ...\n",
            "src/app/core/json.py": "def loads(): ...\n",
            "libs/space/inner/tool.py": "def g(): ...\n",
        },
        {"f": "src/app/core/deep.py:f", "tool": "libs/space/inner/tool.py", "near": "src/app/near.py"},
    ),
    "python, a script beside its module": (
        {"tools/here.py": "import helper\n", "tools/helper.py": "", "tools/__init__.py": "", "pkg/helper.py": ""},
        {"helper": "tools/helper.py"},
    ),
    "python, beyond the workspace": (
        {"a/here.py": "from ....b import c\n", "b.py": "c = 1\n"},
        {},
    ),
    "go, the module says where": (
        {
            "svc/here.go": 'package main\nimport (\n\t"example.com/m/v2/store"\n\t"example.com/m/v2"\n'
            '\t"github.com/other/errors"\n\t"errors"\n\tlocal "example.com/other/x"\n)\n',
            "go.mod": "module example.com/m/v2\n\ngo 1.22\n\nreplace example.com/other => ./third\n",
            "root.go": "package m\n",
            "store/db.go": "package store\n",
            "store/db_test.go": "package store\n",
            "internal/errors/e.go": "package errors\n",
            "old/store/db.go": "package store\n",
            "third/x/y.go": "package x\n",
        },
        {"store": "store/db.go", "m": "root.go", "local": "third/x/y.go"},
    ),
    "rust, crates of one workspace": (
        {
            "app/src/here.rs": "use my_core::shape::Form;\nuse renamed::Thing;\nuse my_core::Top;\n",
            "app/Cargo.toml": (
                '[package]\nname = "app"\n[dependencies]\nrenamed = { package = "the-thing", path = "x" }\n'
            ),
            "crates/a/Cargo.toml": '[package]\nname = "my-core"\n',
            "crates/a/src/lib.rs": "pub mod shape;\npub use self::shape::Form as Top;\n",
            "crates/a/src/shape.rs": "pub struct Form;\n",
            "crates/b/Cargo.toml": '[package]\nname = "the-thing"\n[lib]\npath = "source/lib.rs"\n',
            "crates/b/source/lib.rs": "pub struct Thing;\n",
        },
        {
            "Form": "crates/a/src/shape.rs:Form",
            "Thing": "crates/b/source/lib.rs:Thing",
            "Top": "crates/a/src/shape.rs:Form",
        },
    ),
    "java, nested and static": (
        {
            "src/main/java/a/Here.java": (
                "package a;\nimport b.Outer.Inner;\nimport static b.Outer.make;\nimport b.Kind;\n"
                "import b.Outer.Mid.Deep;\n"
            ),
            "src/main/java/b/Outer.java": (
                "package b;\n"
                "public class Outer { static class Inner {} static int make() { return 1; }"
                " static class Mid { enum Deep { A } } }\n"
            ),
            "src/main/java/c/Outer.java": (
                "package c;\npublic class Outer { static class Inner {} static int make() { return 1; } }\n"
            ),
            "lib/src/b/Kind.java": "package b;\nenum Kind { A }\n",
        },
        {
            "Inner": "src/main/java/b/Outer.java:Inner",
            "make": "src/main/java/b/Outer.java:make",
            "Kind": "lib/src/b/Kind.java:Kind",
            "Deep": "src/main/java/b/Outer.java:Deep",
        },
    ),
    "kotlin, functions of a package": (
        {
            "a/here.kt": "package a\nimport b.make\n",
            "b/Any.kt": "package b\nfun make() = 1\n",
            "c/Any.kt": "package c\nfun make() = 1\n",
        },
        {"make": "b/Any.kt:make"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_imports_lead_to_where_names_are_defined(case: str, tmp_path: Path) -> None:
    files, expected = CASES[case]
    here = next(path for path in files if "here." in path.lower())
    assert led(tmp_path, files, here) == expected


def test_a_build_file_is_kept_as_names_and_paths_only() -> None:
    text = '{"name": "a", "scripts": {"x": "PLANTED"}, "author": "PLANTED", "dependencies": {"b": "PLANTED"}}'
    facts = facts_of(document_of(Path("/w"), "package.json", text))
    assert facts.package == "a"
    assert facts.imports
    assert "PLANTED" not in str(facts)


@pytest.mark.parametrize("name", ["tsconfig.json", "package.json", "Cargo.toml", "go.mod"])
@pytest.mark.parametrize(
    "text", ["", "[", "null", "[1]", '{"name": 1, "exports": 2, "compilerOptions": []}', "[" * 5000]
)
def test_a_broken_build_file_says_nothing(name: str, text: str) -> None:
    assert facts_of(document_of(Path("/w"), name, text)).symbols == ()
