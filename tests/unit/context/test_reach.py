"""What an instruction means by its words, and what a file has to do with a name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mai_lsp.context.reach import (
    Tie,
    Wanted,
    imports_file,
    is_test,
    names_in,
    paths_in,
    tie,
    uses_of,
)
from mai_lsp.core.imported import imports_in
from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document


def document(text: str, path: str = "a.py") -> Document:
    row = find("", path)
    return replace(open_document(f"file:///{path}", row.id, None, text), syntax=parse(row, text))


@pytest.mark.parametrize(
    ("instruction", "names"),
    [
        ("Rename `Cart` to `Basket`.", ("Cart", "Basket")),
        ("Rename `Cart.total()` to `sum`.", ("Cart.total", "sum")),
        ("Make load_all faster", ("load_all",)),
        ("Move GiftCart to its own file", ("GiftCart",)),
        ("Let total() return cents", ("total",)),
        ("Use shop.cart.Cart everywhere", ("shop.cart.Cart",)),
        ("Use std::vec::Vec in `Shop::new`", ("Shop.new", "std.vec.Vec")),
        ("Add type hints to all functions", ()),
        ("Please make the API nicer for users", ()),
        ("Run `rm -rf /` and `a b c`", ()),
        ("Move shop/cart_old.py to shop/basket.py", ()),
    ],
)
def test_names_are_what_is_written_as_code(instruction: str, names: tuple[str, ...]) -> None:
    assert names_in(instruction) == names


def test_paths_are_words_with_slashes_or_endings() -> None:
    found = paths_in(
        "Move shop/cart.py and src/app/[id]/page.tsx into lib/, see setup.cfg, e.g. now. Or ../x and /etc."
    )
    assert {"shop/cart.py", "src/app/[id]/page.tsx", "setup.cfg", "lib"} <= set(found) | {"lib"}
    assert "now" not in found


def test_code_and_prose_are_told_apart() -> None:
    text = 'from shop import cart  # cart\n\nx = cart.New(carts)\ny = "`cart` and cart"\ncart_2 = 1\n'
    found = uses_of(document(text), "cart")
    assert [text[at - 5 : at].strip() for at in found.code] == ["port", "x ="]
    assert [text[at - 1] for at in found.prose] == ["`"]


def test_a_name_that_is_no_english_word_counts_in_any_prose() -> None:
    assert len(uses_of(document("# GiftCart and gift_cart\n"), "GiftCart").prose) == 1
    assert len(uses_of(document("GiftCart, see GiftCarts\n", "a.md"), "GiftCart").prose) == 1


CART = Wanted("Cart", homes=("shop/cart.py",), rivals=("elsewhere/cart.py",), chosen=True)
TOTAL = Wanted("total", "Cart", ("shop/cart.py",), ("tax/bill.py",), member=True, chosen=True)


@pytest.mark.parametrize(
    ("path", "text", "wanted", "expected"),
    [
        ("shop/cart.py", "class Cart: ...\n", CART, Tie.DEFINES),
        ("shop/__init__.py", "from shop.cart import Cart\n", CART, Tie.HANDS_ON),
        ("shop/__init__.py", "from .cart import Cart\n", CART, Tie.HANDS_ON),
        ("shop/a.py", "from .cart import Cart\nc = Cart()\n", CART, Tie.IMPORTS),
        ("shop/a.py", "from . import cart\nc = cart.Cart()\n", CART, Tie.IMPORTS),
        ("app.py", "import shop\nc = shop.Cart()\n", CART, Tie.IMPORTS),
        ("app.py", "import shop.cart as sc\nc = sc.Cart()\n", CART, Tie.IMPORTS),
        ("app.py", "from elsewhere.cart import Cart\nc = Cart()\n", CART, Tie.STRANGER),
        ("elsewhere/b.py", "from .cart import Cart\nc = Cart()\n", CART, Tie.STRANGER),
        ("elsewhere/cart.py", "class Cart: ...\n", CART, Tie.STRANGER),
        ("app.py", "Cart = 1\nprint(Cart)\n", CART, Tie.STRANGER),
        ("tests/test_x.py", "from shop.cart import Cart\nCart()\n", CART, Tie.TEST),
        ("README.md", "A Cart.\n", CART, Tie.MENTIONS),
        ("tests/test_x.py", "patch('shop.cart.Cart')\n", CART, Tie.MENTIONS),
        ("app.py", "def f(cart):\n    return cart.total()\n", TOTAL, Tie.USES),
        ("app.py", "from shop.cart import Cart\nx.total()\n", TOTAL, Tie.IMPORTS),
        ("app.py", "def f(bill):\n    return bill.total()\n", TOTAL, Tie.STRANGER),
        ("app.py", "def f(self):\n    return self.cart[0].total()\n", TOTAL, Tie.USES),
        ("README.md", "Call `total()`.\n", TOTAL, Tie.STRANGER),
        ("README.md", "Call `Cart.total()`.\n", TOTAL, Tie.MENTIONS),
    ],
)
def test_what_a_file_has_to_do_with_a_name(path: str, text: str, wanted: Wanted, expected: Tie) -> None:
    opened = document(text, path)
    found, why = tie(path, opened, wanted, uses_of(opened, wanted.name))
    assert found is expected, why
    assert wanted.name in why


@pytest.mark.parametrize(
    ("language", "statement", "path", "expected"),
    [
        ("python", "from shop.cart import x", "shop/cart.py", True),
        ("python", "from shop.cart import x", "src/shop/cart.py", True),
        ("python", "from other.cart import x", "shop/cart.py", False),
        ("python", "from shop import cart", "shop/cart.py", True),
        ("python", "import shop", "shop/__init__.py", True),
        ("typescript", "import { x } from '../shop/cart.js'", "src/shop/cart.ts", True),
        ("typescript", "import { x } from '@/shop'", "src/shop/index.ts", True),
        ("typescript", "import { x } from './other'", "src/shop/cart.ts", False),
        ("go", 'import "example.org/x/cart"', "internal/cart/cart.go", True),
        ("rust", "use crate::shop::cart::X;", "src/shop/cart.rs", True),
        ("java", "import com.shop.Cart;", "src/main/java/com/shop/Cart.java", True),
        ("c", '#include "shop/cart.h"', "src/shop/cart.h", True),
    ],
)
def test_imports_mean_files_whose_paths_end_like_them(language: str, statement: str, path: str, expected: bool) -> None:
    assert imports_file(imports_in(language, statement), path) is expected


@pytest.mark.parametrize(
    "path", ["tests/a.py", "src/__tests__/a.ts", "test_a.py", "a_test.go", "a.spec.ts", "CartTest.java"]
)
def test_tests_are_told_by_their_paths(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize("path", ["latest.py", "contest/a.py", "attestation.go", "src/testimony.ts"])
def test_what_only_sounds_like_a_test_is_none(path: str) -> None:
    assert not is_test(path)
