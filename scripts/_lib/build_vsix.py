"""Builds the editor extension with the server and its dependencies inside: one VSIX per platform, or one for all.

``scripts/build_vsix`` builds for this machine; ``--target`` names others (``universal`` has no native code: it works
everywhere, without syntax trees); ``--lock`` looks up all dependencies anew first.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from _lib import env, node, vsix_libs

OUT = env.ROOT / "dist"
"""Ignored by git, like everything that is built."""
UNIVERSAL = "universal"
TARGETS = (*vsix_libs.PLATFORMS, UNIVERSAL)

SHIPPED = ("package.json", "README.md", "CHANGELOG.md", "icon.png", ".vscodeignore", "walkthrough", "bundled")


def main() -> None:
    """Build what the command line asks for."""
    parser = argparse.ArgumentParser(prog="scripts/build_vsix", description=__doc__)
    parser.add_argument("--target", action="append", choices=[*TARGETS, "all"], help="platform; may be repeated")
    parser.add_argument("--lock", action="store_true", help="write extension/bundled/requirements.txt anew")
    args = parser.parse_args()
    python = env.ensure("local", "dev")
    if Path(sys.prefix) != env.VENV:
        # pip and the build backend are those of the project's own environment.
        env.run([str(python), str(env.ROOT / "scripts" / "build_vsix"), *sys.argv[1:]])
        return
    if args.lock:
        vsix_libs.write_lock()
    wanted = args.target or ([] if args.lock else [this_machine()])
    if wanted:
        node.ensure()
        node.run(["npm", "run", "--silent", "build"])
    for target in TARGETS if "all" in wanted else wanted:
        vsix = build(target)
        env.say(f"{vsix.relative_to(env.ROOT)}: {vsix.stat().st_size / 1e6:.1f} MB")


def build(target: str) -> Path:
    """Put the extension for one platform together and pack it; what was packed before stays until this is done."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vsix-", dir=OUT) as folder:
        packed = Path(folder) / f"mai-lsp-{_stage(target, Path(folder) / 'extension')}-{target}.vsix"
        command = ["package", "--no-dependencies", "--allow-missing-repository", "--out", str(packed)]
        node.vsce([*command, *(() if target == UNIVERSAL else ("--target", target))], Path(folder) / "extension")
        return packed.replace(OUT / packed.name)


def _stage(target: str, staged: Path) -> str:
    """Fill a new folder with what is packed; return the version."""
    staged.mkdir()
    for name in SHIPPED:
        source = node.EXTENSION / name
        if source.is_dir():
            shutil.copytree(source, staged / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, staged / name)
    shutil.copy2(env.ROOT / "LICENSE", staged / "LICENSE")
    shutil.copytree(node.EXTENSION / "out", staged / "out", ignore=shutil.ignore_patterns("test"))
    vsix_libs.install(target, staged / "bundled")
    vsix_libs.add_server(staged / "bundled")
    version: str = json.loads((staged / "package.json").read_text(encoding="utf-8"))["version"]
    return version


def this_machine() -> str:
    """Name this machine as the editor does; ``universal`` for those that have no build of their own."""
    machines = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
    system = "alpine" if sys.platform == "linux" and not platform.libc_ver()[0] else sys.platform
    name = f"{system}-{machines.get(platform.machine().lower(), platform.machine())}"
    return name if name in vsix_libs.PLATFORMS else UNIVERSAL
