"""The page's development tools from npm (ESLint, TypeScript, axe-core; esbuild), installed once for all tests."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def installed_tools(here: Path = HERE) -> Path:
    """The folder of the npm packages, as package-lock.json names them; installs them where they are missing."""
    modules = here / "node_modules"
    with (here / ".install-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may come here at once
        # npm writes its own copy of the lock file last: one that is older than ours belongs to an earlier list of
        # packages.
        installed = modules / ".package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < (here / "package-lock.json").stat().st_mtime:
            npm = shutil.which("npm")
            if npm is None:
                raise RuntimeError("npm is needed for the page's tests; it comes with Node")
            subprocess.run(
                [npm, "ci", "--no-audit", "--no-fund"], cwd=here, check=True, capture_output=True, timeout=600
            )
    return modules
