"""Reads a project's `.mai.toml`, and the user's own actions, into plain data; others make settings and actions of it.

The project's file is hostile input: it is read only up to a limit, only as a regular file inside the workspace folder,
and never raises; what is wrong with it comes back as a sentence that holds none of its text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mai_lsp.system.cache import config_dir

FILE_NAME = ".mai.toml"

ACTIONS_FILE = "actions.toml"
"""In the user's configuration folder."""

ACTION = "action"
"""The tables of own actions, `[[action]]`: not `actions`, which is a part of the settings' names."""

MAX_BYTES = 64 * 1024
"""Far more than every setting with a sentence of comment; a larger file is not one of ours."""


def read_project(folders: list[Path]) -> tuple[dict[str, Any], list[str]]:
    """Return the settings of the first folder that has a project file, and what was wrong with that file."""
    settings, problems = _first(folders)
    return {name: value for name, value in settings.items() if name != ACTION}, problems


def project_actions(folders: list[Path]) -> Any:
    """Return what that file gives as actions, whatever it is; None for nothing. Its problems are `read_project`'s."""
    return _first(folders)[0].get(ACTION)


def user_actions() -> tuple[Any, list[str]]:
    """Return the same of the user's own file, and what was wrong with it."""
    folder = config_dir()
    path = folder / ACTIONS_FILE
    try:
        if not path.exists():
            return None, []
        table, problems = _table(path.resolve(strict=True), ACTIONS_FILE)
    except OSError as error:
        return None, [f"{ACTIONS_FILE} can not be read ({_word(error)}). It was ignored."]
    return table.get(ACTION), problems


def _first(folders: list[Path]) -> tuple[dict[str, Any], list[str]]:
    for folder in folders:
        path = folder / FILE_NAME
        try:
            if path.exists() or path.is_symlink():
                return _read(path, folder)
        except OSError as error:
            return {}, [f"project file: {FILE_NAME} can not be read ({_word(error)}). It was ignored."]
    return {}, []


def _read(path: Path, folder: Path) -> tuple[dict[str, Any], list[str]]:
    real = path.resolve(strict=True)
    if not real.is_relative_to(folder.resolve()):
        # A link could otherwise make the log quote parts of any file that the user may read.
        return {}, [f"project file: {FILE_NAME} points out of the project. It was ignored."]
    return _table(real, f"project file: {FILE_NAME}")


def _table(real: Path, name: str) -> tuple[dict[str, Any], list[str]]:
    """Read a file of ours; raises OSError."""
    if not real.is_file():
        return {}, [f"{name} is not a regular file. It was ignored."]
    with real.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return {}, [f"{name} is larger than {MAX_BYTES // 1024} KiB. It was ignored."]
    import tomllib  # noqa: PLC0415 (most projects have no such file, and start-up time counts)

    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return {}, [f"{name} is not UTF-8. It was ignored."]
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return {}, [f"{name} is not valid TOML{_place(str(error))}. It was ignored."]
    inner = table.get("mai")
    return (inner if isinstance(inner, dict) else table), []


def _place(message: str) -> str:
    """Keep only tomllib's "(at line …, column …)", since the rest may quote the file."""
    found = message.rfind("(at ")
    return f" {message[found:]}" if found >= 0 else ""


def _word(error: OSError) -> str:
    return error.strerror or type(error).__name__
