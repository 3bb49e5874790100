"""The package as it is installed, made of links, for tools that read folders: `python -m tests.architecture.tree`.

mypy and import-linter do not follow what cnn_loupe/__init__.py does in a checkout; they are run in this folder.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / "build" / "packages"


def make(tree: Path = TREE) -> Path:
    """Lay build/packages/cnn_loupe anew and give build/packages."""
    shutil.rmtree(tree, ignore_errors=True)
    for source, target in (("cnn_loupe", ""), ("engine", "engine"), ("server", "server")):
        for file in sorted((ROOT / source).rglob("*.py*")):
            if file.suffix not in {".py", ".typed"}:
                continue
            link = tree / "cnn_loupe" / target / file.relative_to(ROOT / source)
            link.parent.mkdir(parents=True, exist_ok=True)
            try:
                link.symlink_to(file)
            except OSError:  # Windows, where links are a privilege
                shutil.copyfile(file, link)
    return tree


if __name__ == "__main__":
    print(make())
