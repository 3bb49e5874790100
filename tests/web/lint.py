"""`python -m tests.web.lint`: form (Prettier), style (ESLint) and types (TypeScript) of everything in JavaScript."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.web.tools import installed_tools

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SOURCES = ("static/js", "tests/web", ".ci/bundle")


def checks(tools: Path) -> dict[str, list[str]]:
    """What is run, by name; each from the repository's root."""
    return {
        "prettier": [
            str(tools / "prettier/bin/prettier.cjs"), "--log-level", "warn", "--config", str(HERE / ".prettierrc.json"),
            "--check", *(f"{folder}/**/*.{{js,mjs}}" for folder in SOURCES),
        ],
        "eslint": [str(tools / "eslint/bin/eslint.js"), "--config", str(HERE / "eslint.config.mjs"), *SOURCES],
        "tsc": [str(tools / "typescript/bin/tsc"), "--project", str(HERE / "tsconfig.json")],
    }  # fmt: skip


def main() -> int:
    """Run every check, so that one look shows all that is wrong; 1 where any found something."""
    node = shutil.which("node")
    if node is None:
        sys.exit("Node 20 or newer is needed for the page's checks; `make lint` installs one.")
    failed = []
    for name, command in checks(installed_tools()).items():
        print(f"{name} {' '.join(SOURCES)}", flush=True)
        if subprocess.run([node, *command], cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"found something: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
