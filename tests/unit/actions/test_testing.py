"""Where tests go: beside or below, named as the project's are, else as the language's people do."""

from __future__ import annotations

import pytest

from mai_lsp.actions.testing import LANGUAGES, Home, home_of_tests, is_test

CASES = [
    # A project without tests.
    ("python", "src/shop/cart.py", [], "tests/test_cart.py"),
    ("python", "cart.py", ["setup.py"], "tests/test_cart.py"),
    ("python", "pkg/__init__.py", [], "tests/test_pkg.py"),
    ("typescript", "src/cart.ts", [], "src/cart.test.ts"),
    ("typescriptreact", "src/Cart.tsx", [], "src/Cart.test.tsx"),
    ("javascript", "lib/cart.js", [], "lib/cart.test.js"),
    ("go", "shop/cart.go", [], "shop/cart_test.go"),
    ("java", "src/main/java/shop/Cart.java", [], "src/test/java/shop/CartTest.java"),
    ("java", "app/src/main/java/shop/Cart.java", [], "app/src/test/java/shop/CartTest.java"),
    ("kotlin", "src/main/kotlin/Cart.kt", [], "src/test/kotlin/CartTest.kt"),
    ("csharp", "Shop/Cart.cs", [], "Shop/CartTests.cs"),
    ("ruby", "lib/shop/cart.rb", [], "spec/cart_spec.rb"),
    ("php", "src/Cart.php", [], "tests/CartTest.php"),
    ("swift", "Sources/Shop/Cart.swift", [], "Tests/CartTests.swift"),
    # As the project's tests are named and placed.
    ("python", "src/shop/cart.py", ["tests/test_item.py"], "tests/test_cart.py"),
    ("python", "src/shop/cart.py", ["tests/shop/test_item.py"], "tests/shop/test_cart.py"),
    ("python", "src/shop/cart.py", ["src/shop/item_test.py"], "src/shop/cart_test.py"),
    (
        "python",
        "src/shop/db/cart.py",
        ["tests/unit/db/test_item.py", "tests/e2e/test_x.py"],
        "tests/unit/db/test_cart.py",
    ),
    ("python", "shop/db/cart.py", ["tests/test_item.py", "tests/api/test_x.py"], "tests/db/test_cart.py"),
    ("python", "cart.py", ["test_item.py"], "test_cart.py"),
    ("typescript", "src/cart.ts", ["src/__tests__/item.test.ts"], "src/__tests__/cart.test.ts"),
    ("typescript", "src/a/cart.ts", ["src/b/item.spec.ts", "src/b/c.spec.ts"], "src/a/cart.spec.ts"),
    ("typescript", "src/cart.ts", ["test/item.spec.ts"], "test/cart.spec.ts"),
    ("go", "shop/cart.go", ["other/item_test.go"], "shop/cart_test.go"),
    ("java", "src/main/java/a/Cart.java", ["src/test/java/a/ItemTests.java"], "src/test/java/a/CartTests.java"),
    ("csharp", "Shop/Cart.cs", ["Shop.Tests/ItemTests.cs"], "Shop.Tests/CartTests.cs"),
    ("csharp", "src/Shop/Db/Cart.cs", ["test/Shop.UnitTests/ItemTests.cs"], "test/Shop.UnitTests/Db/CartTests.cs"),
    ("ruby", "lib/shop/cart.rb", ["test/shop/item_test.rb"], "test/shop/cart_test.rb"),
    ("ruby", "app/models/cart.rb", ["spec/models/item_spec.rb"], "spec/models/cart_spec.rb"),
]


@pytest.mark.parametrize(("language", "path", "paths", "expected"), CASES)
def test_a_new_file_is_named_and_placed_as_the_others_are(
    language: str, path: str, paths: list[str], expected: str
) -> None:
    assert home_of_tests(path, language, {path, *paths}) == Home(expected, exists=False)


@pytest.mark.parametrize(
    ("language", "path", "paths", "expected"),
    [
        (
            "python",
            "src/shop/cart.py",
            ["tests/shop/test_cart.py", "tests/other/test_cart.py"],
            "tests/shop/test_cart.py",
        ),
        ("python", "src/shop/cart.py", ["tests/test_cart.py"], "tests/test_cart.py"),
        ("typescript", "src/cart.ts", ["src/cart.spec.ts"], "src/cart.spec.ts"),
        ("go", "shop/cart.go", ["shop/cart_test.go"], "shop/cart_test.go"),
        ("java", "src/main/java/a/Cart.java", ["src/test/java/a/CartTest.java"], "src/test/java/a/CartTest.java"),
    ],
)
def test_a_file_that_is_there_is_added_to(language: str, path: str, paths: list[str], expected: str) -> None:
    assert home_of_tests(path, language, {path, *paths}) == Home(expected, exists=True)


def test_rust_has_its_tests_inside() -> None:
    assert home_of_tests("src/cart.rs", "rust", {"src/cart.rs"}) == Home("src/cart.rs", exists=True, inside=True)


def test_what_has_no_known_layout_has_no_home() -> None:
    assert home_of_tests("a.css", "css", {"a.css"}) is None


def test_a_home_is_never_the_file_itself_and_never_leads_out() -> None:
    for language in LANGUAGES:
        for path in ("a.py", "deep/er/index.ts", "_x/_y.go", "tests.py"):
            home = home_of_tests(path, language, {path})
            assert home is not None
            assert home.inside or home.path != path
            assert not home.path.startswith(("/", ".."))


@pytest.mark.parametrize(
    "path",
    ["tests/a.py", "a/test_b.py", "a/b_test.go", "a/b.spec.ts", "a/B.test.tsx", "x/CartTest.java", "__tests__/a.js"],
)
def test_tests_are_told_by_name_or_folder(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize("path", ["src/latest.py", "contest.go", "a/attest.ts", "src/testing_ground.rs", "Latest.java"])
def test_other_files_are_not_taken_for_tests(path: str) -> None:
    assert not is_test(path)
