"""The user's and the team's own actions, as their files say them now, with what is wrong in them as sentences.

Reading a file is `workspace.project`, judging it `actions.own`; this joins the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mai_lsp.workspace.project import ACTIONS_FILE, FILE_NAME, project_actions, user_actions

if TYPE_CHECKING:
    from mai_lsp.actions.own import Own


def read_own(folders: Sequence[Path]) -> tuple[tuple[Own, ...], list[str]]:
    """Return the user's actions, then the project's; never raises."""
    theirs = project_actions(list(folders))
    mine, problems = user_actions()
    if theirs is None and mine is None:
        return (), problems
    from mai_lsp.actions.own import read  # noqa: PLC0415 (few have such files, and start-up time counts)

    found: tuple[Own, ...] = ()
    for items, origin, name in ((mine, "user", ACTIONS_FILE), (theirs, "project", f"project file: {FILE_NAME}")):
        if items is not None:
            some, wrong = read(items, "user" if origin == "user" else "project")
            found += some
            problems += [f"{name}: {one}" for one in wrong]
    return found, problems
