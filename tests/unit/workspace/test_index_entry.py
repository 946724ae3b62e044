"""One file's row in the index: which language a header is in, and that a build file is not taken for code."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mai_lsp.workspace.index.entry import Entry, read_entry, unpack, unpack_uses
from tests.support.indexed import write


def entry(root: Path, name: str, text: str) -> Entry:
    write(root, {name: text})
    found = read_entry(root, name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("class Shape {\npublic:\n  int area();\n};\n", "cpp"),
        ("class EXPORT Shape final : public Base {\n};\n", "cpp"),
        ("namespace a::b\n{\nint area();\n}\n", "cpp"),
        ("#pragma once\n  template <class T> T area();\n", "cpp"),
        ("/* class of devices\n * template <x>\n */\nint area(void);\n", "c"),
        ('#ifdef __cplusplus\nextern "C" {\n#endif\nstruct class_x { int area; };\n', "c"),
    ],
)
def test_a_header_is_cpp_when_it_says_what_c_can_not(tmp_path: Path, text: str, language: str) -> None:
    assert entry(tmp_path, "shape.h", text).language == language


def test_members_of_a_class_in_a_header_are_found(tmp_path: Path) -> None:
    found = entry(tmp_path, "shape.h", "class Shape {\npublic:\n  int area();\n};\n")
    assert [(symbol.owner, symbol.name) for symbol in unpack(found.packed).symbols] == [
        ("", "Shape"),
        ("Shape", "area"),
    ]


def test_a_long_header_costs_no_more_than_its_length(tmp_path: Path) -> None:
    started = time.process_time()
    for text in ("class a" + " " * 50_000, "class " + "a " * 25_000, "namespace " + "a " * 25_000, " " * 50_000):
        entry(tmp_path, "long.h", text)
    assert time.process_time() - started < 5


def test_a_build_file_gives_names_and_no_used_words(tmp_path: Path) -> None:
    found = entry(tmp_path, "package.json", '{"name": "shapes", "scripts": {"build": "runSomething(now)"}}\n')
    assert found.package == "shapes"
    assert unpack_uses(found.used) == ()
