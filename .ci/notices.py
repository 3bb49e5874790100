"""Write THIRD_PARTY_NOTICES.md from the metadata of what is installed: `python .ci/notices.py`."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Third-party notices

CNN Loupe contains no code, style, font or picture of others. It needs these packages, which are installed
beside it under their own licences (their texts are in the packages). NumPy, Pillow and safetensors bring
compiled libraries with them, listed in their own licence files.

| package | licence | home |
|---|---|---|
"""
TAIL = """
`engine/importing/imagenet.txt` has the names of ImageNet's thousand classes as torchvision lists them (BSD-3-Clause,
copyright (c) Soumith Chintala 2016).
"""


def locked() -> list[str]:
    text = (ROOT / "deploy" / "requirements.lock").read_text("utf-8")
    return sorted(set(re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)))


def line(name: str) -> str | None:
    try:
        found = distribution(name).metadata
    except PackageNotFoundError:
        return None  # for another platform
    licence = found.get("License-Expression") or next(
        (c.rsplit("::", 1)[1].strip() for c in found.get_all("Classifier") or [] if c.startswith("License ::")),
        (found.get("License") or "see package").splitlines()[0],
    )
    links = dict(entry.split(", ", 1) for entry in found.get_all("Project-URL") or [])
    home = found.get("Home-page") or next(
        (links[key] for key in ("Homepage", "homepage", "Source", "Repository", "Source Code") if key in links), ""
    )
    return f"| {found['Name']} | {licence} | {home} |"


if __name__ == "__main__":
    rows = [row for row in map(line, locked()) if row]
    (ROOT / "THIRD_PARTY_NOTICES.md").write_text(HEAD + "\n".join(rows) + "\n" + TAIL, "utf-8")
