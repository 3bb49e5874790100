"""The lesson that docs/lessons.md shows, as the folder that it tells a teacher to make."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

DOCUMENT = Path(__file__).resolve().parent.parent / "docs/lessons.md"


def documented() -> str:
    """The whole example."""
    (found,) = re.findall(r"^```toml\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return str(found)


def write_lesson(folder: Path, text: str | None = None, name: str = "edges") -> Path:
    """`folder/edges` with its file and its picture; gives the file."""
    inner = folder / name
    inner.mkdir(parents=True)
    bars = Image.new("RGB", (200, 160), "white")
    for left in range(0, 200, 40):
        bars.paste("black", (left, 0, left + 20, 160))
    bars.save(inner / "bars.png")
    file = inner / "lesson.toml"
    file.write_text(documented() if text is None else text, "utf-8")
    return file
