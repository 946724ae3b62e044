"""Shows the server at work on a fresh machine: environment, model, real completions in several languages."""

from __future__ import annotations

from _lib import env


def main() -> None:
    """Install, fetch the model (once), and let the real server complete the sample project."""
    python = str(env.ensure("local"))
    env.say("Getting the model that runs on this machine (Qwen2.5-Coder-0.5B-Instruct, 491 MB, once)")
    env.run([python, "-m", "mai_lsp", "model", "fetch"])
    env.run([python, str(env.ROOT / "scripts" / "_lib" / "tour.py"), str(env.ROOT / "scripts" / "sample")])
