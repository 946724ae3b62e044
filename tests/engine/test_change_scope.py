"""Which files a change is about: definition, uses, importers, tests; with an index and without one."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mai_lsp.core.editformat import EditFormat
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Document, Span
from mai_lsp.core.tokens import estimate
from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.job import Job, Place
from mai_lsp.engine.change.scope import REFERENCE_TOKENS, Scope, choose
from mai_lsp.engine.ports import Ask
from mai_lsp.prompt.asked import Asked, Shown
from mai_lsp.prompt.editing import admitted, build, build_plan
from mai_lsp.prompt.gate import Gated
from mai_lsp.reply.edits.wanted import Refusal
from mai_lsp.workspace.ignore import Rules
from mai_lsp.workspace.index.reader import Reader, connect
from tests.support.indexed import document_of, scanned, write
from tests.support.planted import SHAPES, planted

SHOP = {
    "shop/__init__.py": "from shop.cart import Cart\n\n__all__ = ['Cart']\n",
    "shop/cart.py": "class Cart:\n    def total(self):\n        return 0\n\n\ndef load(path):\n    return Cart()\n",
    "shop/api.py": "from shop.cart import Cart, load\n\n\ndef handle():\n    return load('x').total()\n",
    "shop/special.py": "from shop import Cart\n\n\nclass GiftCart(Cart):\n    pass\n",
    "shop/other.py": "import json\n\n\ndef read(file):\n    return json.load(file)\n",
    "elsewhere/cart.py": "class Cart:\n    wheels = 4\n",
    "elsewhere/race.py": "from elsewhere.cart import Cart\n\nfast = Cart()\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart().total() == 0\n",
    "tests/test_patched.py": "def test_it(mocker):\n    mocker.patch('shop.cart.Cart')\n",
    "README.md": "# Shop\n\nUse `Cart` to buy.\n",
    "hidden/uses.py": "from shop.cart import Cart\n\nhidden = Cart()\n",
    ".gitignore": "hidden/\n",
}

Index = Callable[[], Reader | None] | None


@pytest.fixture(params=["index", "none"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Index]:
    root = tmp_path / "project"
    write(root, SHOP)
    if request.param == "none":
        return root, None
    database = tmp_path / "index.db"
    scanned(root, database)
    return root, lambda: connect(database, root)


async def chosen(job: Job, shop: tuple[Path, Index], *opened: Document, budget: int = 50_000, most: int = 50) -> Scope:
    return await choose(job, Files(shop[0], opened), shop[1], budget, most=most)


def whys(scope: Scope) -> dict[str, str]:
    return {one.path: one.why for one in scope.chosen}


def place(root: Path, path: str, needle: str) -> Place:
    document = document_of(root, path, (root / path).read_text())
    at = document.text.index(needle)
    return Place(path, document, Span(at, at + len(needle)))


async def test_a_class_is_followed_through_imports_heirs_tests_and_texts(shop: tuple[Path, Index]) -> None:
    job = Job("refactor", "t", "Rename `Cart` to `Basket`.", place(shop[0], "shop/cart.py", "class Cart"), many=True)
    scope = await chosen(job, shop)
    assert whys(scope) == {
        "shop/cart.py": "defines Cart",
        "README.md": "mentions Cart",
        "shop/__init__.py": "hands Cart on",
        "shop/api.py": "imports and uses Cart",
        "shop/special.py": "GiftCart builds on Cart",
        "tests/test_cart.py": "tests Cart",
        "tests/test_patched.py": "mentions Cart",
    }
    assert scope.complete
    assert scope.names == ("Cart",)
    assert scope.parts == {}
    assert scope.tokens == sum(estimate(SHOP[path]) for path in whys(scope))
    assert [one.path for one in scope.dropped] == ["elsewhere/cart.py", "elsewhere/race.py"]


async def test_the_order_is_the_definition_and_then_the_paths(shop: tuple[Path, Index]) -> None:
    job = Job("refactor", "t", "i", names=("shop.cart.Cart", "load"), paths=("shop/cart.py",), many=True)
    paths = [one.path for one in (await chosen(job, shop)).chosen]
    assert paths[0] == "shop/cart.py"
    assert paths[1:] == sorted(paths[1:])
    assert paths == [one.path for one in (await chosen(job, shop)).chosen]


async def test_a_plain_word_is_not_taken_for_the_function_of_that_name(shop: tuple[Path, Index]) -> None:
    scope = await chosen(Job("refactor", "t", "i", names=("load",), many=True), shop)
    assert whys(scope) == {"shop/cart.py": "defines load", "shop/api.py": "imports and uses load"}
    assert [one.path for one in scope.dropped] == ["shop/other.py"]
    assert "imports nothing of shop/cart.py" in scope.dropped[0].why


async def test_a_member_is_used_where_nothing_imports_it(shop: tuple[Path, Index]) -> None:
    scope = await chosen(Job("refactor", "t", "Give `Cart.total` a currency.", many=True), shop)
    assert set(whys(scope)) == {"shop/cart.py", "shop/api.py", "tests/test_cart.py"}
    assert scope.names == ("total",)


async def test_names_are_told_from_the_instruction_only_if_something_defines_them(shop: tuple[Path, Index]) -> None:
    scope = await chosen(
        Job("refactor", "t", "Make GiftCart follow our PascalCase rule, see `NoSuch`.", many=True), shop
    )
    assert whys(scope) == {"shop/special.py": "defines GiftCart"}


async def test_a_moved_module_is_followed_to_its_importers(shop: tuple[Path, Index]) -> None:
    job = Job("refactor", "t", "Move shop/cart.py to shop/basket.py.", many=True, resources=True)
    scope = await chosen(job, shop)
    assert whys(scope) == {
        "shop/cart.py": "named in what you asked for",
        "shop/__init__.py": "imports shop/cart.py",
        "shop/api.py": "imports shop/cart.py",
        "tests/test_cart.py": "imports shop/cart.py",
    }


async def test_a_named_folder_is_walked_without_what_is_ignored(shop: tuple[Path, Index]) -> None:
    scope = await chosen(Job("refactor", "t", "Add annotations.", paths=("shop", "hidden"), many=True), shop)
    assert set(whys(scope)) == {path for path in SHOP if path.startswith("shop/")}
    scope = await chosen(Job("refactor", "t", "Add annotations.", paths=("hidden/uses.py",), many=True), shop)
    assert scope.chosen == ()
    assert [one.refusal for one in scope.problems] == [Refusal.IGNORED]


async def test_what_nobody_defines_is_followed_where_it_is_used(shop: tuple[Path, Index]) -> None:
    found = {"shop/other.py": "uses json"}
    assert whys(await chosen(Job("refactor", "t", "Replace `json` by `orjson`.", many=True), shop)) == found
    job = Job("refactor", "t", "Replace `json` by `orjson`.", paths=("shop/",), many=True)
    assert whys(await chosen(job, shop)) == found
    job = Job("refactor", "t", "Replace `yaml` by `toml`.", paths=("./elsewhere",), many=True)
    assert set(whys(await chosen(job, shop))) == {"elsewhere/cart.py", "elsewhere/race.py"}


@pytest.mark.parametrize("path", ["/etc/passwd", "../project/shop/cart.py", "shop/none.py"])
async def test_a_path_that_can_not_be_read_is_a_problem(shop: tuple[Path, Index], path: str) -> None:
    scope = await chosen(Job("refactor", "t", "i", paths=(path,), many=True), shop)
    assert [one.refusal for one in scope.problems] in ([Refusal.OUTSIDE], [Refusal.MISSING])


async def test_files_over_the_limit_are_dropped_from_the_far_end_and_told(shop: tuple[Path, Index]) -> None:
    job = Job("refactor", "t", "i", place(shop[0], "shop/cart.py", "class Cart"), names=("Cart",), many=True)
    scope = await chosen(job, shop, most=3)
    assert list(whys(scope)) == ["shop/cart.py", "shop/__init__.py", "shop/api.py"]
    assert ("shop/special.py", "GiftCart builds on Cart; more than 3 files") in [
        (one.path, one.why) for one in scope.dropped
    ]


async def test_an_instruction_without_names_finds_files_by_its_words(shop: tuple[Path, Index]) -> None:
    scope = await chosen(Job("refactor", "t", "Let the api answer faster", many=True), shop)
    assert whys(scope) == {"shop/api.py": "is called api"}


async def test_open_documents_count_as_they_are(shop: tuple[Path, Index]) -> None:
    opened = document_of(shop[0], "shop/other.py", "from shop.cart import Cart\n\nc = Cart()\n")
    closed = document_of(shop[0], "shop/api.py", "print('nothing left')\n")
    job = Job("refactor", "t", "i", names=("Cart",), paths=("shop/cart.py",), many=True)
    found = whys(await chosen(job, shop, opened, closed))
    assert found["shop/other.py"] == "imports and uses Cart"
    assert "shop/api.py" not in found


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_ignored_outside_or_secret_gets_into_a_prompt(seed: int, tmp_path: Path) -> None:
    """Folders with planted files, and requests that name them in every way."""
    dice = random.Random(seed)
    root, outside = tmp_path / "project", tmp_path / "outside"
    code = "from shop.cart import Cart\n\n\ndef use{n}():\n    return Cart('{mark}')\n"
    shown = {f"{dice.choice(['', 'shop/', 'tests/'])}f{n}.py": code.format(n=n, mark=f"shown{n}") for n in range(5)}
    hidden = {
        f"{dice.choice(['gen/', 'shop/gen/', ''])}h{n}.gen.py": code.format(n=n, mark="PLANTED") for n in range(4)
    }
    hidden |= {".env": "Cart=PLANTED\n", ".git/hooks/pre-commit": "# Cart PLANTED\n", "server.pem": "Cart PLANTED\n"}
    secret = planted(dice.choice(list(SHAPES)), seed)
    shown["shop/cart.py"] = f"class Cart:\n    x = 1\n\n{secret.text}\n"
    write(root, {**shown, **hidden, ".maiignore": "*.gen.py\n"})
    write(outside, {"leak.py": code.format(n=0, mark="PLANTED")})
    (root / "link.py").symlink_to(outside / "leak.py")
    (root / "linked").symlink_to(outside, target_is_directory=True)
    bad = [*hidden, "link.py", "linked/leak.py", "linked", "../outside/leak.py", str(outside / "leak.py")]
    job = Job(
        "refactor",
        "t",
        f"Rename `Cart` in {', '.join(dice.sample(bad, 4))} and change `shop.cart`.",
        names=dice.choice([(), ("Cart",), ("use0", "Cart")]),
        paths=tuple(dice.sample([*bad, "shop", "."], dice.randrange(3))),
        many=True,
        resources=dice.random() < 0.5,
    )
    opened = [document_of(root, dice.choice(list(hidden)), code.format(n=9, mark="PLANTED"))]
    files = Files(root, opened, Rules([root]))
    scope = await choose(job, files, None, dice.choice([300, 50_000]))
    assert {one.path for one in (*scope.chosen, *scope.dropped)} <= set(shown)
    assert "shop/cart.py" in whys(scope)
    read = {one.path: files.read(one.path) for one in scope.chosen}
    asked = Asked(
        EditFormat.SEARCH,
        job.instruction,
        tuple(Shown(path, one, scope.parts.get(path, ())) for path, one in read.items() if isinstance(one, Document)),
        reference=(Snippet(Kind.WORKSPACE, dice.choice(list(hidden)), "PLANTED", 0, 1),),
    )
    gated = admitted(asked, ignored=files.ignored)
    assert isinstance(gated, Gated)
    assert len(asked.files) == len(scope.chosen)
    for prompt in (build(gated, asked), build_plan(gated, asked)):
        assert "PLANTED" not in str(prompt)
        assert secret.value not in str(prompt)


async def test_a_job_of_one_place_has_one_file_and_what_helps(shop: tuple[Path, Index]) -> None:
    asked: list[tuple[Ask, int]] = []

    class Elsewhere:
        async def snippets(self, ask: Ask, budget: int) -> tuple[Snippet, ...]:
            asked.append((ask, budget))
            return (
                Snippet(Kind.WORKSPACE, "shop/cart.py", "class Cart: ...", 0, 5),
                Snippet(Kind.WORKSPACE, "shop/api.py", "own", 0, 1),
            )

    at = place(shop[0], "shop/api.py", "return load")
    job = Job("fix", "t", "i", at, creates=("tests/test_cart.py", "tests/test_new.py"))
    scope = await choose(job, Files(shop[0]), shop[1], 50_000, elsewhere=Elsewhere())
    assert whys(scope) == {"shop/api.py": "where you asked", "tests/test_cart.py": "where the new code goes"}
    assert [one.path for one in scope.reference] == ["shop/cart.py"]
    assert asked[0][0].document is at.document
    assert asked[0][1] == REFERENCE_TOKENS


async def test_a_place_in_an_ignored_file_is_a_problem(shop: tuple[Path, Index]) -> None:
    scope = await chosen(Job("fix", "t", "i", place(shop[0], "hidden/uses.py", "hidden")), shop)
    assert scope.chosen == ()
    assert [one.refusal for one in scope.problems] == [Refusal.IGNORED]


LONG = "import os\n\n\n" + "\n\n".join(
    f"def f{n}(x):\n    y = x + {n}\n    return other(y)\n" if n != 70 else "def f70(x):\n    return Cart(x)\n"
    for n in range(200)
)


async def test_large_files_are_shown_in_parts_grown_to_functions(shop: tuple[Path, Index]) -> None:
    write(shop[0], {"shop/long.py": "from shop.cart import Cart\n" + LONG})
    job = Job("refactor", "t", "i", names=("Cart",), paths=("shop/cart.py",), many=True)
    scope = await chosen(job, shop, budget=1_200)
    assert set(scope.parts) == {"shop/long.py"}
    text = (shop[0] / "shop/long.py").read_text()
    shown = [text[span.start : span.end] for span in scope.parts["shop/long.py"]]
    assert "from shop.cart import Cart\n" in shown[0]
    assert any("def f70(x):\n    return Cart(x)\n" in part for part in shown)
    assert all(part.endswith("\n") for part in shown)
    assert scope.tokens <= 1_200
    whole = await chosen(job, shop)
    assert whole.parts == {}
    assert whole.tokens > 1_200


async def test_a_search_that_runs_out_of_time_says_so(shop: tuple[Path, Index]) -> None:
    scope = await choose(
        Job("refactor", "t", "i", names=("Cart",), many=True), Files(shop[0]), shop[1], 50_000, within=-1.0
    )
    assert not scope.complete


async def test_a_cancelled_search_ends_with_the_file_it_is_at(
    shop: tuple[Path, Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    reached, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    class Slow(Files):
        def glimpse(self, path: str) -> bytes | str:
            looked.append(path)
            reached.set()
            go_on.wait(10)
            return super().glimpse(path)

    from mai_lsp.engine.change import scope as module

    inner = module._choose

    def watched(*args: object) -> object:
        try:
            return inner(*args)  # type: ignore[arg-type]
        finally:
            ended.set()

    monkeypatch.setattr(module, "_choose", watched)
    job = Job("refactor", "t", "i", names=("Cart",), many=True)
    task = asyncio.create_task(choose(job, Slow(shop[0]), shop[1], 50_000))
    await asyncio.to_thread(reached.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await asyncio.to_thread(ended.wait, 10)
    assert len(looked) == 1


async def test_a_broken_index_is_done_without(tmp_path: Path) -> None:
    write(tmp_path / "project", SHOP)
    (tmp_path / "index.db").write_bytes(b"not a database")
    job = Job("refactor", "t", "i", names=("load",), many=True)
    scope = await choose(
        job, Files(tmp_path / "project"), lambda: connect(tmp_path / "index.db", tmp_path / "project"), 50_000
    )
    assert set(whys(scope)) == {"shop/cart.py", "shop/api.py"}


async def test_other_languages_are_followed_too(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "src/cart.ts": "export class Cart {\n  total(): number { return 0 }\n}\n",
            "src/index.ts": "export { Cart } from './cart'\n",
            "src/app.tsx": "import { Cart } from './cart'\nexport const c = new Cart()\n",
            "src/noise.ts": "const Cart = 1\nexport default Cart\n",
            "go/cart/cart.go": "package cart\n\ntype Line struct{}\n\nfunc New() Line { return Line{} }\n",
            "go/cart/more.go": "package cart\n\nfunc Two() (Line, Line) { return New(), New() }\n",
            "go/main.go": 'package main\n\nimport "x/cart"\n\nfunc main() { _ = cart.Line{} }\n',
        },
    )
    job = Job("refactor", "t", "i", names=("Cart",), paths=("src/cart.ts",), many=True)
    scope = await choose(job, Files(tmp_path), None, 50_000)
    assert whys(scope) == {
        "src/cart.ts": "defines Cart",
        "src/app.tsx": "imports and uses Cart",
        "src/index.ts": "hands Cart on",
    }
    scope = await choose(replace(job, names=("Line",), paths=()), Files(tmp_path), None, 50_000)
    assert set(whys(scope)) == {"go/cart/cart.go", "go/cart/more.go", "go/main.go"}
