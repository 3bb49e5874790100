"""Print what the shipped network says about every picture of the gallery, as a Markdown table.

Run from the repository's root: ``python -m docs.gallery.scores`` (or with ``--check`` to fail
unless each clear picture gets at least 60 % for its class). The pictures go through the same
preparation as a person's own.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnn_loupe.engine import zoo
from cnn_loupe.engine.data.images import prepare

GALLERY = Path(zoo.__file__).parent / zoo.DEFAULT / "gallery"
CLEAR_ENOUGH = 0.60


@dataclass(frozen=True)
class Score:
    """One picture's scores: ``probabilities`` in class order; ``wanted`` is None for teaching pictures."""

    id: str
    role: str
    wanted: int | None
    probabilities: np.ndarray

    @property
    def passes(self) -> bool:
        return self.role != "clear" or float(self.probabilities[self.wanted]) >= CLEAR_ENOUGH


def scores() -> tuple[list[str], list[Score]]:
    """Run the default model over the gallery: class names, and the pictures in strip order."""
    model = zoo.load()
    found = []
    for entry in json.loads((GALLERY / "gallery.json").read_text("utf-8"))["pictures"]:
        prepared = prepare((GALLERY / entry["file"]).read_bytes(), shape=model.spec.input_shape)
        probabilities = model.network.run(prepared.input).probabilities
        found.append(Score(entry["id"], entry["role"], entry["class"], np.asarray(probabilities)))
    return [category.name for category in model.spec.classes], found


def table(names: list[str], found: list[Score]) -> str:
    """The Markdown table: what the picture is, the share of its class, the two highest scores."""
    lines = ["| picture | role | its class | first | second |", "|---|---|---|---|---|"]
    for score in found:
        first, second = np.argsort(score.probabilities)[::-1][:2]
        own = "–" if score.wanted is None else f"{names[score.wanted]} {score.probabilities[score.wanted]:.1%}"
        best = (f"{names[k]} {score.probabilities[k]:.1%}" for k in (first, second))
        lines.append(f"| {score.id} | {score.role} | {own} | {' | '.join(best)} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="fail if a clear picture is not clear")
    check = parser.parse_args().check
    names, found = scores()
    print(table(names, found))
    failed = [score.id for score in found if not score.passes]
    if check and failed:
        print(f"below {CLEAR_ENOUGH:.0%} for their class: {', '.join(failed)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
