"""The page's development tools from npm (ESLint, TypeScript, axe-core), installed once for all tests."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


def installed_tools() -> Path:
    """The folder of the npm packages, as package-lock.json names them; installs them where they are missing."""
    with (HERE / ".install-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may come here at once
        if not (MODULES / ".package-lock.json").exists():
            npm = shutil.which("npm")
            if npm is None:
                raise RuntimeError("npm is needed for the page's tests; it comes with Node")
            subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True, capture_output=True, timeout=600)
    return MODULES
