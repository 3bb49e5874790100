"""How often the note "resembles none of the classes" appears on pictures that show nothing.

    .venv/bin/python -m tests.benchmarks.unlike

On pictures of the classes it appears, by the choice of its threshold, for 5 % of the held-out ones.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine import zoo
from engine.familiarity import unlike

COUNT = 1000
Maker = Callable[[np.random.Generator], np.ndarray]
ROWS, COLUMNS = np.mgrid[0:64, 0:64] / 64


def flat(rng: np.random.Generator) -> np.ndarray:
    """One colour all over."""
    return np.broadcast_to(rng.random((3, 1, 1)), (3, 64, 64))


def gradient(rng: np.random.Generator) -> np.ndarray:
    """One colour that turns into another along some direction."""
    angle = rng.random() * 2 * np.pi
    way = np.clip(0.5 + np.cos(angle) * (COLUMNS - 0.5) + np.sin(angle) * (ROWS - 0.5), 0, 1)
    first, second = rng.random((2, 3, 1, 1))
    return first + (second - first) * way


def stripes(rng: np.random.Generator) -> np.ndarray:
    """Hard stripes in two colours, of some width and direction."""
    angle, waves = rng.random() * np.pi, 2 + 14 * rng.random()
    on = np.sin(2 * np.pi * waves * (np.cos(angle) * COLUMNS + np.sin(angle) * ROWS)) > 0
    first, second = rng.random((2, 3, 1, 1))
    return np.where(on, first, second)


def noise(rng: np.random.Generator) -> np.ndarray:
    """Every value drawn by itself."""
    return rng.random((3, 64, 64))


def main() -> None:
    model = zoo.load("tiny-vgg")
    record = (model.description["training"] or {})["out_of_distribution"]
    print(f"| {COUNT} random pictures | noted |\n|---|---|")
    makers: tuple[Maker, ...] = (flat, gradient, stripes, noise)
    for make in makers:
        rng = np.random.default_rng(0)
        runs = (model.network.run(np.ascontiguousarray(make(rng), np.float32)) for _ in range(COUNT))
        noted = sum(run.logits is not None and unlike(run.logits, record) is not None for run in runs)
        print(f"| {make.__name__} | {noted / COUNT:.1%} |")


if __name__ == "__main__":
    main()
