"""Everything CI runs, fast things first; `scripts/test PYTEST-ARGUMENTS` runs just those tests."""

from __future__ import annotations

import sys
import time

from _lib import check, editors, env


def main() -> None:
    """Check, then unit, engine and end-to-end tests, then real editors, then those that need the real model."""
    python = str(env.ensure("local", "dev"))
    pytest = [python, "-m", "pytest", "-q"]
    if arguments := sys.argv[1:]:
        env.run([*pytest, *arguments])
        return
    started = time.monotonic()
    env.say("Lint, format, types")
    check.main()
    env.say("Unit tests")
    env.run([*pytest, "-m", "not real_model", "tests/unit", "tests/test_tidy.py"])
    env.say("Engine tests against the scripted model server")
    env.run([*pytest, "-m", "not real_model", "tests/engine"])
    env.say("End to end over stdio")
    env.run([*pytest, "-m", "not real_model", "tests/e2e"])
    env.say("The editor extension, packed")
    env.run([python, str(env.ROOT / "scripts" / "build_vsix")])
    env.run([*pytest, "tests/extension"])
    env.say("Real editors")
    editors.ensure(python)
    editors.desktop()
    env.run([*pytest, "-m", "not real_model", "tests/editors"])
    env.say("Real VS Code")
    env.run([*pytest, "tests/vscode"])
    env.say("The real local model")
    env.run([python, "-m", "mai_lsp", "model", "fetch"])
    env.run([*pytest, "-m", "real_model", "tests"])
    env.say(f"All of it passed in {(time.monotonic() - started) / 60:.1f} minutes")
