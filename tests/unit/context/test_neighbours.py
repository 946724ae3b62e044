"""Which files count as near: a file's test, importers, those that import the same, those that stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from mai_lsp.context import neighbours as module
from mai_lsp.context.neighbours import Neighbour, neighbours, words_of
from mai_lsp.core.facts import File
from mai_lsp.core.imported import imported_as
from mai_lsp.core.language import find
from mai_lsp.workspace.index.entry import import_names
from mai_lsp.workspace.index.reader import Reader
from mai_lsp.workspace.index.store import open_reader
from tests.support.indexed import scanned, write


class Backwards(Reader):
    """A reader whose every answer stands in the opposite order."""

    def tailed(self, tail: str) -> Sequence[File]:
        return [*reversed(super().tailed(tail))]

    def beside(self, folder: str) -> Sequence[File]:
        return [*reversed(super().beside(folder))]

    def importing(self, name: str, limit: int) -> Sequence[File]:
        return [*reversed(super().importing(name, limit))]


def near(
    root: Path, files: Mapping[str, str], here: str, count: int = 14, kind: type[Reader] = Reader
) -> list[Neighbour]:
    """Index the files and ask for the neighbours of one."""
    write(root / "w", files)
    database = root / "cache" / "index.db"
    scanned(root / "w", database)
    connection = open_reader(database, root / "w")
    assert connection is not None
    reader = kind(connection, root / "w")
    try:
        reader.begin({})
        file = File(here, find("", here).id, "")
        facts = reader.facts(file)
        return neighbours(reader, file._replace(package=facts.package), import_names(facts.imports), count)
    finally:
        reader.close()


def paths(found: Sequence[Neighbour]) -> list[str]:
    return [one.file.path for one in found]


PAIRS = {
    "python, a test folder": ("lib/shape.py", "tests/unit/test_shape.py"),
    "python, a suffix": ("lib/shape.py", "checks/shape_test.py"),
    "typescript": ("src/card.ts", "spec/card.spec.ts"),
    "typescript with markup": ("src/Card.tsx", "src/__tests__/Card.test.tsx"),
    "java": ("src/main/java/a/Shape.java", "src/test/java/a/ShapeTest.java"),
    "java, many tests": ("src/main/java/a/Shape.java", "src/test/java/a/ShapeTests.java"),
    "rust": ("src/shape.rs", "tests/shape.rs"),
    "ruby": ("lib/shape.rb", "spec/shape_spec.rb"),
}
NOISE = {
    "python": "shapes/other.py",
    "typescript": "shapes/other.ts",
    "java": "shapes/Other.java",
    "rust": "shapes/other.rs",
    "ruby": "shapes/other.rb",
}


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("case", PAIRS)
def test_a_file_and_its_test_are_each_others_nearest(case: str, back: bool, tmp_path: Path) -> None:
    here, there = reversed(PAIRS[case]) if back else PAIRS[case]
    beside = str(Path(here).with_name(Path(NOISE[case.partition(",")[0].partition(" ")[0]]).name))
    assert paths(near(tmp_path, {here: "", there: "", beside: ""}, here))[:2] == [there, beside]


def test_files_that_import_the_same_are_near_and_others_are_not(tmp_path: Path) -> None:
    files = {
        "a/here.py": "from lib.store import Session\nimport clock\n",
        "b/both.py": "from lib.store import Session\nimport clock\n",
        "c/one.py": "import clock\n",
        "d/none.py": "import calendar\n",
    }
    assert paths(near(tmp_path, files, "a/here.py")) == ["b/both.py", "c/one.py"]


def test_what_imports_a_file_is_near_it(tmp_path: Path) -> None:
    for number, (here, user, text) in enumerate(
        [
            ("lib/engine.py", "app/main_page.py", "from lib.engine import run\n"),
            ("lib/engine.ts", "app/page.ts", "import { run } from '../lib/engine';\n"),
            ("lib/engine/index.ts", "app/page.ts", "import { run } from '../lib/engine';\n"),
            ("lib/engine/store.go", "app/page.go", 'package app\nimport "example.com/m/lib/engine"\n'),
            ("include/engine.h", "src/page.c", '#include "engine.h"\n'),
        ]
    ):
        assert paths(near(tmp_path / str(number), {here: "", user: text}, here)) == [user]


def test_an_import_that_everybody_has_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMON", 3)
    files = {f"m{number}/a{number}.py": "import logging\n" for number in range(4)}
    assert paths(near(tmp_path / "4", {**files, "here/x.py": "import logging\n"}, "here/x.py")) == []
    del files["m3/a3.py"], files["m2/a2.py"]
    assert paths(near(tmp_path / "2", {**files, "here/x.py": "import logging\n"}, "here/x.py")) == list(files)


def test_the_rarer_what_is_shared_the_nearer(tmp_path: Path) -> None:
    files = {
        "here/x.py": "import often\nimport seldom\n",
        "a/one.py": "import often\n",
        "b/two.py": "import often\n",
        "c/three.py": "import seldom\n",
    }
    assert paths(near(tmp_path, files, "here/x.py")) == ["c/three.py", "a/one.py", "b/two.py"]


def test_what_is_beside_comes_by_how_alike_the_names_are(tmp_path: Path) -> None:
    files = dict.fromkeys(("p/user_store.py", "p/user_page.py", "p/clock.py", "q/user_store_old.py"), "")
    assert paths(near(tmp_path, files, "p/user_store.py")) == ["p/user_page.py", "p/clock.py"]


def test_a_file_of_another_language_is_no_neighbour(tmp_path: Path) -> None:
    files = {"p/here.ts": "", "p/here.py": "", "p/here.js": ""}
    assert paths(near(tmp_path, files, "p/here.ts")) == ["p/here.js"]


def test_no_more_than_asked_for_and_always_in_the_same_order(tmp_path: Path) -> None:
    files = {f"p/m{number}.py": "import one\nimport two\n" for number in range(12)}
    found = near(tmp_path / "1", {**files, "p/here.py": "import two\n"}, "p/here.py", 5)
    again = near(tmp_path / "2", {**files, "p/here.py": "import two\n"}, "p/here.py", 5, Backwards)
    assert paths(found) == sorted(files)[:5]
    assert found == again
    assert [one.affinity for one in found] == sorted((one.affinity for one in found), reverse=True)


def test_a_file_is_imported_by_its_stem_or_its_folder() -> None:
    assert {
        path: imported_as(path) for path in ("a/b.test.ts", "a/index.ts", "a/mod.rs", "a/b.go", "main.py", "a/b.py")
    } == {
        "a/b.test.ts": "b",
        "a/index.ts": "a",
        "a/mod.rs": "a",
        "a/b.go": "a",
        "main.py": "main",
        "a/b.py": "b",
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [("HTTPServer2", "http server 2"), ("user_store", "user store"), ("readJSON", "read json"), ("_", "")],
)
def test_names_are_split_at_capitals_digits_and_marks(name: str, words: str) -> None:
    assert words_of(name) == frozenset(words.split())
