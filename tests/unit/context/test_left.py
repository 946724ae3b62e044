"""Imports that a change leaves behind: found where they led somewhere before, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mai_lsp.context.left import Changed, Lost, left_behind
from mai_lsp.workspace.index.reader import Reader
from tests.support.indexed import document_of, reader_of, scanned, write

PYTHON = {
    "pkg/__init__.py": 'from .cart import Cart\n__all__ = ["Cart"]\n',
    "pkg/cart.py": "class Cart:\n    def add(self): ...\n\n\ndef total(cart): return 1\n",
    "app.py": "from pkg import Cart\nfrom pkg.cart import total\nimport pkg.cart\nimport os\nfrom os import path\n",
    "tests/test_cart.py": "from pkg.cart import total as whole\n",
}
OTHERS = {
    "src/cart.ts": "export class Cart {}\nexport const total = 1;\n",
    "src/index.ts": "export { Cart } from './cart';\n",
    "src/app.ts": "import { Cart } from './index';\nimport { total } from './cart';\nimport fs from 'fs';\n",
    "shop/Cart.java": "package shop;\npublic class Cart {}\n",
    "app/Main.java": "package app;\nimport shop.Cart;\nimport java.util.List;\nclass Main {}\n",
    "Cargo.toml": '[package]\nname = "shop"\n',
    "src/lib.rs": "mod cart;\npub use cart::Cart;\n",
    "src/cart.rs": "pub struct Cart {}\npub fn total() {}\n",
    "src/bill.rs": "use crate::cart::{Cart, total};\nuse std::fmt;\n",
}


class Workspace:
    """Files on disk with their index, and what is to be made of them."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.root, self.files = folder / "work", files
        self.root.mkdir()
        write(self.root, files)
        scanned(self.root, folder / "index.db")
        self.reader: Reader = reader_of(self.root, folder / "index.db")
        self.reader.begin({})

    def lost(self, new: Mapping[str, str | None]) -> list[Lost]:
        """What is left behind when files get new texts, None for those that are deleted."""
        before = {p: document_of(self.root, p, self.files[p]) if p in self.files else None for p in new}
        after = {p: document_of(self.root, p, text) if text is not None else None for p, text in new.items()}
        return left_behind(Changed(self.reader, before), Changed(self.reader, after))

    def replaced(self, path: str, old: str, new: str) -> dict[str, str | None]:
        return {path: self.files[path].replace(old, new)}


@pytest.fixture
def python(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, PYTHON)


@pytest.fixture
def others(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, OTHERS)


def test_names_the_files_that_still_import_an_old_name(python: Workspace) -> None:
    assert python.lost(python.replaced("pkg/cart.py", "total", "whole")) == [
        Lost("app.py", "total", "pkg.cart"),
        Lost("tests/test_cart.py", "total", "pkg.cart"),
    ]


def test_a_rename_that_all_importers_follow_leaves_nothing(python: Workspace) -> None:
    changed = python.replaced("pkg/cart.py", "total", "whole")
    changed |= python.replaced("app.py", "total", "whole")
    changed |= python.replaced("tests/test_cart.py", "total as whole", "whole")
    assert python.lost(changed) == []


def test_a_name_that_is_handed_on_under_the_old_one_is_still_there(python: Workspace) -> None:
    changed = python.replaced("pkg/cart.py", "Cart", "Basket")
    changed |= python.replaced("pkg/__init__.py", "import Cart", "import Basket as Cart")
    assert python.lost(changed) == []


def test_a_moved_module_is_missed_by_whole_imports_too(python: Workspace) -> None:
    changed = {"pkg/cart.py": None, "pkg/basket.py": PYTHON["pkg/cart.py"]}
    changed |= python.replaced("pkg/__init__.py", ".cart", ".basket")
    assert python.lost(changed) == [
        Lost("app.py", "total", "pkg.cart"),
        Lost("app.py", "", "pkg.cart"),
        Lost("tests/test_cart.py", "total", "pkg.cart"),
    ]


def test_a_new_import_must_find_its_name_in_a_file_that_was_just_written(python: Workspace) -> None:
    lost = python.lost({"pkg/new.py": "def f(): ...\n", "app.py": "from pkg.new import f, g\n"})
    assert lost == [Lost("app.py", "g", "pkg.new")]


def test_what_led_nowhere_before_is_nobodys_fault(python: Workspace) -> None:
    assert python.lost(python.replaced("app.py", "import os", "import sys")) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "lost"),
    [
        ("src/cart.ts", "total", "sum", [Lost("src/app.ts", "total", "./cart")]),
        ("src/cart.ts", "class Cart", "class Basket", [Lost("src/app.ts", "Cart", "./index")]),
        ("shop/Cart.java", "class Cart", "class Basket", [Lost("app/Main.java", "Cart", "shop")]),
        ("src/cart.rs", "fn total", "fn sum", [Lost("src/bill.rs", "total", "crate::cart")]),
    ],
)
def test_other_languages(others: Workspace, path: str, old: str, new: str, lost: list[Lost]) -> None:
    found = others.lost(others.replaced(path, old, new))
    assert set(lost) <= set(found)
    assert not [one for one in found if one.module in {"fs", "java.util", "std"}]
