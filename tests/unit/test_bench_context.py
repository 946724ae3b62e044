"""The context benchmark on made-up packages: which lines it draws, what it counts as shown, and that nothing leaks."""

from __future__ import annotations

import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.support.indexed import scanned, write

SCRIPTS = str(Path(__file__).resolve().parents[2] / "scripts")

FILES = {
    "pack/shapes.py": """
        import math

        LARGEST = 10

        class Circle:
            radius: int = 0

            def area(self) -> float:
                local_name = math.pi
                return local_name * self.radius
    """,
    "pack/draw.py": """
        import json
        from pack.shapes import LARGEST, Circle

        # Circle in a comment is no use of it.
        def picture(size):
            circle = Circle(size)
            print("LARGEST", json.area)
            total = circle.area()
            total = own_name(total, radius=3)
            return min(total, LARGEST)

        def own_name(size, radius):
            return size
    """,
    "pack/tests/test_draw.py": """
        from pack.draw import picture

        def only_in_tests():
            return picture(1)
    """,
}


@pytest.fixture(autouse=True)
def scripts_on_the_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(SCRIPTS)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "_lib"]:
        del sys.modules[name]


def lines(language: str, root: Path, path: str, files: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the lines that could be drawn from one file, with their names."""
    from _lib.bench_context_definitions import define
    from _lib.bench_context_places import candidates

    texts = {name: dedent(text).lstrip("\n") for name, text in files.items()}
    write(root, texts)
    defined = define(language, [(name, text.encode()) for name, text in texts.items()])
    rows = texts[path].split("\n")
    return {rows[row].strip(): names for row, names in candidates(language, root, path, defined)}


def test_lines_need_a_name_that_another_file_defines_and_this_one_does_not(tmp_path: Path) -> None:
    assert lines("python", tmp_path, "pack/draw.py", FILES) == {
        "circle = Circle(size)": ("Circle",),
        "total = circle.area()": ("area",),
        "return min(total, LARGEST)": ("LARGEST",),
    }


def test_what_functions_and_tests_define_is_nobodys_to_find(tmp_path: Path) -> None:
    from _lib.bench_context_definitions import define

    defined = define("python", [(name, dedent(text).encode()) for name, text in FILES.items()])
    assert set(defined.files) == {"LARGEST", "Circle", "radius", "area", "picture", "own_name"}
    assert defined.files["area"] == ("pack/shapes.py",)


OTHERS: list[tuple[str, str, dict[str, str], dict[str, tuple[str, ...]]]] = [
    (
        "typescript",
        "src/app.ts",
        {
            "src/lib.ts": "export interface Options { depth: number }\nexport const build = (o: Options) => o;\n",
            "src/app.ts": """
                import { build } from './lib';
                import { Options } from 'elsewhere';
                export function start(given: Options) {
                  const built = build({ depth: 1 });
                  return given as Options;
                }
            """,
        },
        {"const built = build({ depth: 1 });": ("build",)},
    ),
    (
        "go",
        "app/app.go",
        {
            "lib/lib.go": "package lib\n\nconst First, Second = 1, 2\n\ntype Box struct { Width int }\n",
            "app/app.go": """
                package app

                import "example.org/own/lib"

                func Run(size int) int {
                    box := lib.Box{Width: size}
                    return box.Width + lib.Second
                }
            """,
        },
        {"box := lib.Box{Width: size}": ("Box", "Width"), "return box.Width + lib.Second": ("Width", "Second")},
    ),
    (
        "rust",
        "src/app.rs",
        {
            "src/lib.rs": "pub enum Shape { Round(u8), Flat }\npub struct Holder { pub inner: Shape }\n",
            "src/app.rs": """
                use crate::Shape;
                pub fn run(holder: &crate::Holder) -> u8 {
                    let seen = String::new();
                    match holder.inner {
                        Shape::Round(size) => size,
                        _ => 0,
                    }
                }
            """,
        },
        {"match holder.inner {": ("inner",), "Shape::Round(size) => size,": ("Shape", "Round")},
    ),
    (
        "java",
        "src/App.java",
        {
            "src/Lib.java": """
                package own;
                public class Lib {
                    public static final int MOST = 3;
                    int grow(int by) { return by; }
                }
            """,
            "src/App.java": """
                package own;
                import java.util.Optional;
                class App {
                    int run(Lib given) {
                        String text = given.toString();
                        return given.grow(Lib.MOST);
                    }
                }
            """,
        },
        {"return given.grow(Lib.MOST);": ("grow", "Lib", "MOST")},
    ),
]


@pytest.mark.parametrize(("language", "path", "files", "expected"), OTHERS, ids=[row[0] for row in OTHERS])
def test_names_in_other_languages(
    tmp_path: Path, language: str, path: str, files: dict[str, str], expected: dict[str, tuple[str, ...]]
) -> None:
    assert lines(language, tmp_path, path, files) == expected


def test_a_place_is_the_file_without_the_line(tmp_path: Path) -> None:
    from _lib.bench_context_places import Place

    write(tmp_path, {"a.py": "def f():\n    return Circle(1)\n\nend = 1\n"})
    text, offset, target = Place("python", "a", tmp_path, "a.py", 1, ("Circle",)).text()
    assert (text, target) == ("def f():\n    \n\nend = 1\n", "return Circle(1)")
    assert text[:offset] == "def f():\n    "


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A package in the cache folder, as if it had been fetched: eight files that use each other's names."""
    from _lib.corpus import Package, corpus_dir

    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path / "cache"))
    made = Package("python", "pypi", "made-up", "1.0")
    source = tmp_path / "made-up-1.0"
    for number in range(8):
        body = "".join(f"def use_{number}_{use}(given):\n    return part_{use}(given)\n\n" for use in range(8))
        write(source, {f"pack/m{number}.py": f"def part_{number}(given):\n    return given\n\n{body}"})
    archive = corpus_dir() / "archives" / "pypi" / made.label / "made-up-1.0.tar.gz"
    archive.parent.mkdir(parents=True)
    with tarfile.open(archive, "w:gz") as tarball:
        tarball.add(source, "made-up-1.0")
    return made


def test_the_seed_decides_what_is_drawn_and_files_are_spread_over(package: Any) -> None:
    from _lib.bench_context_places import PER_FILE, draw

    first = draw(package, 12, 1)
    assert draw(package, 12, 1) == first
    assert draw(package, 12, 2) != first
    assert len(first) == 12
    assert len({place.path for place in first[:8]}) == 8
    everything = draw(package, 1000, 1)
    assert len(everything) == 8 * PER_FILE
    for place in everything:
        _, _, target = place.text()
        assert [f"return {name}(given)" for name in place.names] == [target]


def test_an_archive_gives_source_files_and_nothing_that_was_built(tmp_path: Path) -> None:
    from _lib.corpus import Package, members

    names = ["src/a.ts", "src/a.d.ts", "src/readme.md", "dist/a.ts", "package.json", "../../evil.ts"]
    write(tmp_path, {"one": "x"})
    with tarfile.open(tmp_path / "it.tgz", "w:gz") as tarball:
        for name in names:
            tarball.add(tmp_path / "one", f"package/{name}")
    made = Package("typescript", "npm", "it", "1", ("src/",))
    assert [path for path, _ in members(tmp_path / "it.tgz", made)] == ["src/a.ts"]


SHAPES = [
    ("def area(self) -> float:", "area", "    def area(self): ...", True),
    ("async def area(self):", "area", "def area(", True),
    ("export class Circle {", "Circle", "class Circle {", True),
    ("class Circle {", "Circle", "// export class Circle {", True),
    ("class Circle {", "Circle", "class CircleGroup {", False),
    ("class Circle(Shape):", "Circle", "shape = Circle(Shape)", False),
    ("pub(crate) fn area(&self) -> f32 {", "area", "│pub(crate) fn area(&self)", True),
    ("func (c *Circle) Area() float64 {", "Area", "func (c *Circle)  Area() float64", True),
    ("func (c *Circle) Area() float64 {", "Area", "total := c.Area()", False),
    ("    depth: number;", "depth", "interface Options { depth: number }", False),
    ("    depth: number;", "depth", "  depth: number;", True),
    ("    depth: number;", "depth", "  depth: 5,", False),
    ("    Round(u8),", "Round", "    Round(u8), // the size", True),
    ("    itemDot // a dot", "itemDot", "  itemDotted", False),
    ("    itemDot // a dot", "itemDot", "  itemDot", True),
    ("LARGEST = 10", "LARGEST", "LARGEST = 10", True),
    ("LARGEST = 10", "LARGEST", "if size > LARGEST = 10", False),
]


@pytest.mark.parametrize(("definition", "name", "line", "expected"), SHAPES)
def test_a_definition_is_shown_by_its_own_words_up_to_its_name(
    definition: str, name: str, line: str, expected: bool
) -> None:
    from _lib.bench_context_recall import Prompt, shape_of

    data = f"first = 1\n{definition}\n".encode()
    start = data.index(name.encode())
    shape = shape_of(data, start, start + len(name))
    assert Prompt(f"before\n{line}\nafter").defines(name, [shape]) is expected


def test_recall_is_the_share_of_names() -> None:
    from _lib.bench_context_recall import Prompt, recalls, shape_of

    shapes = [[shape_of(b"def area(): pass", 4, 8)], [shape_of(b"class Circle: pass", 6, 12)]]
    assert recalls(Prompt("def area(): pass\nCircle"), ("area", "Circle"), shapes) == (1.0, 0.5)
    assert recalls(Prompt("areas\nmy_Circle"), ("area", "Circle"), shapes) == (0.0, 0.0)


async def test_the_saved_file_does_not_give_the_line_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from _lib.bench_context_ours import gatherer, ours
    from _lib.bench_context_places import Place
    from _lib.bench_context_recall import Prompt
    from mai_lsp.core.tokens import estimate
    from mai_lsp.workspace.index.store import database_of

    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "pack"
    target = "    return far_away(given, zebra=1).crossing\n"
    write(root, {
        "here.py": f"from there import far_away\n\ndef near(given):\n{target}",
        "there.py": "def far_away(given, **more):\n    return given\n",
    })  # fmt: skip
    scanned(root, database_of(root))
    place = Place("python", "pack", root, "here.py", 3, ("far_away",))
    with gatherer(root) as elsewhere:
        shown = await ours(place, elsewhere, 2000)
    prompt = Prompt(shown.text)
    assert prompt.names("far_away")
    assert "def far_away(" in shown.text
    assert not prompt.names("zebra")
    assert not prompt.names("crossing")
    assert estimate(shown.text) <= 2000
    assert "def far_away(" not in (await ours(place, None, 2000)).text


def test_goals_are_met_in_both_measures_and_above_every_other_in_each_language() -> None:
    from _lib.bench_context_table import Score, as_json, as_text, missed_goals

    good = [Score("ours", 2000, language, 0.9, 0.7, 1, 1900, 0.2, 0.001, 0.001) for language in ("go", "java")]
    rival = Score("window", 2000, "go", 0.5, 0.7, 1, 2000)
    assert missed_goals(good) == []
    assert missed_goals([*good, rival]) == ["go at 2000 tokens above window"]
    late = Score("ours", 2000, "go", 0.9, 0.1, 1, 1900, 0.001, 0.2, 0.001)
    assert missed_goals([*good, late]) == ["recall at 2000 tokens", "gathering at 2000 tokens"]
    assert "MISSED: not above window" in as_text([*good, rival])
    means = as_json([*good, rival])["means"]
    assert [row["named"] for row in means if row["system"] == "ours"] == [0.9, 0.9, 0.9]


def test_similarity_is_one_less_the_edits_over_the_longer_line() -> None:
    from _lib.bench_context_real import similarity

    assert similarity("return x", "return x") == 1
    assert similarity("", "return") == 0
    assert similarity("kitten", "sitting") == pytest.approx(1 - 3 / 7)


def test_a_line_is_held_against_the_one_that_was_taken_out(tmp_path: Path) -> None:
    from _lib.bench_context_places import Place
    from _lib.bench_context_real import Answer, judged

    write(tmp_path, {"here.py": "def bake():\n    return Cake(flour)\n"})
    place = Place("python", "pack", tmp_path, "here.py", 1, ("Cake", "flour"))
    assert judged("return  Cake(flour)", place) == Answer(exact=True, similarity=1 - 1 / 19, named=1)
    assert judged("return Cakes(flour)", place).named == 0.5, "a longer word is another name"
    assert judged("", place) == Answer(exact=False, similarity=0, named=0)


def test_both_sides_are_compared_place_by_place() -> None:
    from _lib.bench_context_real import Answer, Pair, as_text

    right, wrong = Answer(exact=True, similarity=1, named=1), Answer(exact=False, similarity=0.5, named=0)
    pairs = [Pair("go", "a", right, wrong), Pair("go", "b", right, wrong), Pair("java", "c", wrong, wrong)]
    text = as_text(pairs, 1200, 7)
    assert "1,200 tokens, 3 places, seed 7" in text
    assert "1.000 / 0.500" in text
    assert "2 better, 0 worse, 1 alike; mean +0.667" in text
    assert "no difference can be told" in as_text([*pairs, Pair("go", "d", wrong, right)], 1200, 7)


def test_a_difference_is_told_only_where_chance_does_not_make_it() -> None:
    from _lib.bench_context_paired import interval, paired, sign_test

    assert sign_test(0, 0) == 1
    assert sign_test(5, 0) == sign_test(0, 5) == pytest.approx(2 / 32)
    assert sign_test(3, 3) == 1
    assert sign_test(8, 2) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert paired([0.1] * 9).told_apart
    assert not paired([0.1, -0.1] * 9).told_apart
    assert paired([0.5, -0.25, 0.0])[:4] == (1, 1, 1, 0.25 / 3)
    # A normal mean's interval is 1.96 standard errors wide on each side.
    low, high = interval([-1.0, 1.0] * 50, 1)
    assert low == pytest.approx(-0.196, abs=0.03)
    assert high == pytest.approx(0.196, abs=0.03)


def test_words_above_the_cursor_choose_the_window_of_another_file(tmp_path: Path) -> None:
    from _lib.bench_context_jaccard import jaccard
    from _lib.bench_context_places import Place

    write(tmp_path, {
        "here.py": "def bake(flour, sugar, butter):\n    oven = warm\n    return Cake(flour, sugar)\n",
        "cake.py": "def cake(flour, sugar, butter, oven): pass\n",
        "wheel.py": "def wheel(spoke, hub, tyre): pass\n" * 40,
    })  # fmt: skip
    text = jaccard(Place("python", "pack", tmp_path, "here.py", 2, ("Cake",)), 400)
    assert text.startswith("// cake.py\n")
