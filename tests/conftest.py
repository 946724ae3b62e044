"""Settings for all tests: property tests are judged by what they find, not by how fast a busy machine is.

What a test makes the server keep goes into a folder of the test run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import package_changes

settings.register_profile("mai", deadline=None)
settings.load_profile("mai")


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAI_LSP_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real package as it was published (`tests.support.package_changes`); copy it before changing anything."""
    return package_changes.fetched(tmp_path_factory.mktemp("package"))
