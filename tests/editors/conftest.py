"""What every editor here works with: launchers, a small project, a scripted model, an environment without a user."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.editor import environment, for_model
from tests.support.model_server import ModelServer, threaded

ROOT = Path(__file__).resolve().parents[2]

FILES = {
    "shop/cart.py": '''\
"""😀 carts."""


class Cart:
    def __init__(self) -> None:
        self.prices: list[float] = []

    def total(self) -> float:
        """Return the sum of all prices."""
        ...
''',
    "shop/pay.py": "from shop.cart import Cart\n\n\ndef pay(cart: Cart) -> float:\n    return cart.total()\n",
    "shop/bill.py": "from shop.cart import Cart\n\n\ndef bill(cart: Cart) -> str:\n    return f'{cart.total():.2f}'\n",
    "shop/area.py": "def area(width, height):\n    print('😀', width)\n    return width * height\n",
}


@pytest.fixture(scope="session")
def launchers() -> Path:
    found: Path = _getting().ensure()
    return found


@pytest.fixture(scope="session")
def desktop() -> None:
    """Kate, and what shows and drives it."""
    _getting().desktop()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "project" / ".git").mkdir()
    return tmp_path / "project"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with threaded() as server:
        yield server


@pytest.fixture
def env(tmp_path: Path, model: ModelServer) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    settings = for_model(model.url) | {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),  # `mai-lsp` is found there
        "MAI_LSP_WIRE": "chat",
        "MAI_LSP_EDIT_MODEL": "scripted",
        "MAI_LSP_PLAN_MODEL": "scripted",
        "MAI_LSP_INDEX_ENABLE": "true",
        "MAI_LSP_CACHE_DIR": str(tmp_path / "cache"),
        "MAI_LSP_DATA_DIR": str(tmp_path / "data"),
    }
    return environment(settings)


def _getting() -> Any:
    """Return the script's module that gets editors."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from _lib import editors
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    return editors
