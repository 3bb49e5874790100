"""Node's tests of the page, run from here so that one command runs every test. Style and types: `make lint`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def run(*command: str, where: Path = ROOT) -> str:
    """What a command said; fails with it where the command failed."""
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-8000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def node() -> str:
    """The Node that `make test` put on the path."""
    found = shutil.which("node")
    if found is None:
        pytest.fail("Node 20 or newer is needed for the page's tests; `make test` installs one.")
    return found


@pytest.mark.usefixtures("web_tools")
def test_the_pages_modules_pass_their_own_tests(node: str) -> None:
    tests = sorted(str(path) for path in HERE.glob("*.test.mjs"))
    assert tests
    run(node, "--test", "--test-reporter=tap", *tests)
