"""Stand-ins for the images' bases where no registry is at hand: Debian's own Python, laid out as the base has it, and
with it this machine's Node.

debootstrap makes a minimal Debian with Python 3.13 in a chroot; `python3 -m venv /usr/local` gives it the `python` and
`pip` of python:3.13-slim. It takes minutes, so the result is kept as a tar file under build/, which git ignores.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUITE = "trixie"
PACKAGES = "python3,python3-venv,ca-certificates"
KEPT = ROOT / "build" / "image" / f"base-{SUITE}.tar"
NODE, NPM = shutil.which("node"), shutil.which("npm")
if NODE is None or NPM is None:
    NODE = NPM = None


def base() -> Path:
    """The tar file of the base's file system; made where it is not there yet."""
    if KEPT.is_file():
        return KEPT
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT.parent, prefix="base-") as folder:
        root = Path(folder) / "root"
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"debootstrap failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        subprocess.run(["chroot", str(root), "python3", "-m", "venv", "/usr/local"], check=True, env=environment)
        for place in ("var/cache/apt/archives", "var/lib/apt/lists"):
            shutil.rmtree(root / place)
            (root / place).mkdir()
        draft = KEPT.with_suffix(".part")
        subprocess.run(["tar", "--create", f"--file={draft}", f"--directory={root}", "."], check=True, env=os.environ)
        draft.replace(KEPT)
    return KEPT


def node_parts() -> dict[Path, str]:
    """What to copy so that the base has Node and npm: files of this machine → places in the image."""
    assert NODE
    assert NPM
    program = Path(NPM).resolve()  # …/npm/bin/npm-cli.js
    start = KEPT.with_name("npm")
    start.write_text('#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n')
    start.chmod(0o755)
    return {
        Path(NODE).resolve(): "/usr/local/bin/node",
        program.parents[1]: "/usr/local/lib/node_modules/npm",
        start: "/usr/local/bin/npm",
    }
