"""Which paths a model may never give a file, and which only where the user has named that very file: with reasons.

It looks at the words of a path alone; links, ignored files and what exists are judged where the disk is read.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

LONGEST = 1_000
"""Characters of a path; Linux has 4,096 bytes, Windows 260 characters unless it is told otherwise."""

_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|\Z)")
"""Names of devices, with any ending (Microsoft, "Naming Files, Paths, and Namespaces")."""

_NEVER = {
    ".git": "belongs to git",
    ".hg": "belongs to Mercurial",
    ".svn": "belongs to Subversion",
    ".jj": "belongs to Jujutsu",
    ".bzr": "belongs to Bazaar",
    "git~1": "is what Windows calls the folder of git",
}
"""Folders (or files, in a worktree) that nobody edits by hand, at any depth."""

PROTECTED = {
    # What runs when somebody pushes.
    ".github/workflows": "runs on the CI server",
    ".github/actions": "runs on the CI server",
    ".gitlab-ci.yml": "runs on the CI server",
    ".gitlab-ci.yaml": "runs on the CI server",
    ".gitlab/ci": "runs on the CI server",
    ".circleci": "runs on the CI server",
    ".travis.yml": "runs on the CI server",
    ".drone.yml": "runs on the CI server",
    ".woodpecker*": "runs on the CI server",
    ".buildkite": "runs on the CI server",
    ".semaphore": "runs on the CI server",
    ".teamcity": "runs on the CI server",
    ".azure-pipelines": "runs on the CI server",
    ".forgejo": "runs on the CI server",
    ".gitea": "runs on the CI server",
    "azure-pipelines*.yml": "runs on the CI server",
    "azure-pipelines*.yaml": "runs on the CI server",
    "bitbucket-pipelines.yml": "runs on the CI server",
    "appveyor.yml": "runs on the CI server",
    ".appveyor.yml": "runs on the CI server",
    "cloudbuild.yaml": "runs on the CI server",
    "buildspec.yml": "runs on the CI server",
    "jenkinsfile*": "runs on the CI server",
    ".github/codeowners": "says who must agree to changes",
    "codeowners": "says who must agree to changes",
    ".github/dependabot.yml": "changes dependencies by itself",
    "renovate.json*": "changes dependencies by itself",
    # What editors run when a folder is opened, a file is saved, or the user presses a key.
    ".vscode": "can make an editor run commands",
    "*.code-workspace": "can make an editor run commands",
    ".idea": "can make an editor run commands",
    ".run": "can make an editor run commands",
    ".fleet": "can make an editor run commands",
    ".zed": "can make an editor run commands",
    ".helix": "can make an editor run commands",
    ".vs": "can make an editor run commands",
    ".nvim.lua": "can make an editor run commands",
    ".nvimrc": "can make an editor run commands",
    ".exrc": "can make an editor run commands",
    ".vimrc": "can make an editor run commands",
    ".gvimrc": "can make an editor run commands",
    ".dir-locals*.el": "can make an editor run commands",
    ".projectile": "can make an editor run commands",
    "*.sublime-project": "can make an editor run commands",
    ".devcontainer": "can make an editor run commands",
    ".devcontainer.json": "can make an editor run commands",
    # What tells other programs that write code what to do.
    ".cursor": "tells other assistants what to do",
    ".cursorrules": "tells other assistants what to do",
    ".claude": "tells other assistants what to do",
    ".mcp.json": "tells other assistants what to run",
    ".aider*": "tells other assistants what to do",
    ".continue": "tells other assistants what to do",
    ".github/copilot-instructions.md": "tells other assistants what to do",
    # Ours.
    ".mai*": "belongs to this server",
    # What runs with a commit, or with entering a folder.
    ".husky": "runs with every commit",
    ".githooks": "runs with every commit",
    ".pre-commit-config.yaml": "runs with every commit",
    ".pre-commit-config.yml": "runs with every commit",
    ".pre-commit-hooks.yaml": "runs with every commit",
    "lefthook*.yml": "runs with every commit",
    ".lefthook*": "runs with every commit",
    ".lintstagedrc*": "runs with every commit",
    ".overcommit.yml": "runs with every commit",
    ".gitattributes": "can make git run commands",
    ".gitmodules": "says where git gets code from",
    ".gitconfig": "can make git run commands",
    ".lfsconfig": "says where git gets files from",
    ".gitignore": "says what is not committed and not shown",
    ".envrc": "runs when somebody enters the folder (direnv)",
    ".mise.toml": "runs when somebody enters the folder (mise)",
    "mise.toml": "runs when somebody enters the folder (mise)",
    ".autoenv*": "runs when somebody enters the folder",
    ".gdbinit": "runs when a debugger starts",
    ".lldbinit": "runs when a debugger starts",
    # What shells read.
    ".bashrc": "runs with every shell",
    ".bash_profile": "runs with every shell",
    ".bash_login": "runs with every shell",
    ".bash_logout": "runs with every shell",
    ".profile": "runs with every shell",
    ".zshrc": "runs with every shell",
    ".zshenv": "runs with every shell",
    ".zprofile": "runs with every shell",
    ".zlogin": "runs with every shell",
    ".kshrc": "runs with every shell",
    ".cshrc": "runs with every shell",
    ".tcshrc": "runs with every shell",
    "config.fish": "runs with every shell",
    # Where packages and builds come from.
    ".npmrc": "says where packages come from, and may hold keys",
    ".yarnrc*": "says where packages come from",
    ".yarn": "holds programs that the package manager runs",
    ".pnpmfile.cjs": "runs with every installation",
    ".pypirc": "holds keys",
    "pip.conf": "says where packages come from",
    "pip.ini": "says where packages come from",
    ".condarc": "says where packages come from",
    ".cargo": "can make the build run commands",
    ".mvn": "can make the build run commands",
    "gradle/wrapper": "holds programs that the build runs",
    ".bazelrc": "can make the build run commands",
    "nuget.config": "says where packages come from",
    ".ssh": "holds keys",
    ".gnupg": "holds keys",
    ".aws": "holds keys",
    ".kube": "holds keys",
    ".docker": "holds keys",
    # What interpreters load before any program of the user.
    "sitecustomize.py": "runs with every Python",
    "usercustomize.py": "runs with every Python",
    "*.pth": "runs with every Python",
    ".pythonrc*": "runs with every Python",
    ".irbrc": "runs with every irb",
    ".rprofile": "runs with every R",
    # What others have made, which the next installation or build overwrites.
    "node_modules": "is made by the package manager",
    "site-packages": "is made by the package manager",
    "__pycache__": "is made by Python",
    ".venv": "is made by the package manager",
}
"""Names and paths, in small letters, at any depth: of a folder all that is in it. `*` stands for any characters."""


def misnamed(path: str) -> str:
    """Return why a text is no path inside a folder, or ""; slashes alone part it."""
    if not path or len(path) > LONGEST:
        return "is too long" if path else "is empty"
    if path.startswith(("/", "~")) or _DRIVE.match(path):
        return "is not relative to the workspace folder"
    if "\\" in path:
        return "has a backslash in it"
    if not path.isprintable() or any(unicodedata.category(one) == "Cf" for one in path):
        return "has control characters or invisible ones in it"
    if "`" in path:
        return "has a backtick in it"
    if any(part in {"", ".", ".."} for part in path.split("/")):
        return "leads somewhere else by empty parts or dots"
    return ""


def unportable(path: str) -> str:
    """Return why no new file should have a path, since some system does not take it, or ""."""
    if found := next((one for one in path if one in '<>:"|?*'), ""):
        return f"has {found} in it, which Windows does not take"
    for part in path.split("/"):
        if part != part.rstrip(" .") or part != part.lstrip():
            return "has a part that begins with a space, or ends with one or a dot"
        if _RESERVED.match(part):
            return f"has a name that Windows keeps for devices ({part})"
    return ""


def never(path: str) -> str:
    """Return why nothing there is ever changed, whoever asks, or ""."""
    for part in _folded(path).split("/"):
        if part in _NEVER:
            return _NEVER[part]
    return ""


def protected(path: str) -> str:
    """Return why a file there is changed only if the user has named it, or ""."""
    folded = _folded(path)
    found = _pattern().search("/" + folded + "/")
    if found is None:
        return ""
    return next(why for number, why in enumerate(PROTECTED.values()) if found[f"rule{number}"] is not None)


def _folded(path: str) -> str:
    """Return what file systems that ignore case, forms and invisible characters take for the same path."""
    visible = "".join(one for one in path if unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold()


@cache
def _pattern() -> re.Pattern[str]:
    rules = (f"(?P<rule{number}>{re.escape(name)})" for number, name in enumerate(PROTECTED))
    joined = "|".join(rules).replace(r"\*", "[^/]*")
    return re.compile(f"/(?:{joined})/")
