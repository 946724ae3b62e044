"""Three refactors of a real package over a dozen files and more each, in one go and file by file, by imperfect models.

After each, the package's own test suite still passes.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from mai_lsp.engine.change.job import Job, Proposal
from tests.support.changing import STRONG, said_to, texts, workshop
from tests.support.model_server import Asked
from tests.support.model_steps import Step, send
from tests.support.package_changes import CHANGES, as_blocks, suite_passes, texts_of

TASKS = {
    "rename a parameter": (
        "Rename the parameter `m` of all `parse_` functions and methods to `found`.",
        ("src/mistune",),
    ),
    "move a class": (
        "Move the class `BlockState` from src/mistune/core.py to a module of its own, src/mistune/block_state.py.",
        (),
    ),
    "change a return type": (
        "Every plugin in src/mistune/plugins returns the Markdown it got.",
        ("src/mistune/plugins",),
    ),
}


class Model:
    """Both models: what they say is right in the end, and not always at first."""

    def __init__(self, files: Mapping[str, str], changes: Mapping[str, str | None]) -> None:
        self.files, self.changes = files, changes
        self.retried: list[str] = []

    def __call__(self, asked: Asked) -> tuple[Step, ...]:
        said = said_to(asked)
        if "Answer with the plan" in said:
            assert asked.body["model"] == STRONG
            return (send(self.plan()),)
        mine = [path for path in self.changes if f"Your part, {path}:" in said] or list(self.changes)
        again = "Your former answer" in said
        if again:
            self.retried += mine
            # What was right is not asked for again.
            mine = [path for path in mine if f"change these and no others: {path}" in said or f", {path}" in said]
        return (send(self.answer(mine, again=again)),)

    def plan(self) -> str:
        parts = (f"## `{path}`{'' if path in self.files else ' (new)'}\n\nDo it.\n" for path in self.changes)
        return "All of these:\n\n" + "\n".join(parts)

    def answer(self, paths: list[str], *, again: bool) -> str:
        blocks = [self.block(path, number, again=again) for number, path in enumerate(paths)]
        return "Here is what I would do.\n\n" + "\n".join(blocks) + "\nThat is all."

    def block(self, path: str, number: int, *, again: bool) -> str:
        """Write a file's change as models do: with blanks behind lines, another fence, a place that is not there."""
        text = self.changes[path]
        assert text is not None
        block = as_blocks(path, self.files.get(path, ""), text)
        if path not in self.files:
            return block
        if number % 4 == 1:
            block = block.replace("\n```\n<<<<<<<", "\n~~~python\n<<<<<<<").replace(
                ">>>>>>> REPLACE\n```", ">>>>>>> REPLACE\n~~~"
            )
        if number % 4 == 2:
            head, search, rest = block.partition("<<<<<<< SEARCH\n")
            line, end, rest = rest.partition("\n")
            block = f"{head}{search}{line}  {end}{rest}"
        if path == self.wrong and not again:
            block = block.replace("<<<<<<< SEARCH\n", "<<<<<<< SEARCH\nthis_line = stands(nowhere, at=all)\n", 1)
        return block

    @property
    def wrong(self) -> str:
        """The file whose edits are wrong at first."""
        return [path for path in self.changes if path in self.files][-1]


@pytest.mark.parametrize("split", ["never", "always"])
@pytest.mark.parametrize("name", list(CHANGES))
async def test_the_packages_own_tests_pass_after_a_refactor(
    package: Path, tmp_path: Path, name: str, split: str
) -> None:
    files = texts_of(package)
    changes = CHANGES[name](files)
    assert len(changes) >= 12
    instruction, paths = TASKS[name]
    async with workshop(tmp_path, files, route_split=split) as shop:
        model = shop.server.default = Model(files, changes)
        ended = await shop.run(Job("refactor", name, instruction, paths=paths, many=True, resources=True))
        assert texts(ended) == changes
        assert isinstance(ended, Proposal)
        assert model.retried, "one file was wrong at first"
        assert {path: (shop.root / path).read_text(encoding="utf-8") for path in files} == files
    copy = tmp_path / "copy"
    shutil.copytree(package, copy)
    for change in ended.changes:
        assert change.after is not None
        (copy / change.path).write_text(change.after, encoding="utf-8", newline="")
    assert suite_passes(copy) == ""


def test_the_package_passes_its_tests_and_a_spoiled_one_does_not(package: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(package, copy)
    assert suite_passes(copy) == ""
    core = copy / "src/mistune/core.py"
    core.write_text(core.read_text(encoding="utf-8").replace("class BlockState", "class Other"), encoding="utf-8")
    assert suite_passes(copy) != ""
