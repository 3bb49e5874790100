"""Trees, grass, roads: the surroundings that several scenes share."""

from __future__ import annotations

from typing import Any

import numpy as np
from common import Graph, material, mesh, plane, soft_noise, tube


def foliage(dark: str = "#1f4313", light: str = "#6d9a35", *, scale: float = 0.5) -> Any:
    """Leaves: green that varies from branch to branch, some light shining through."""

    def make(g: Graph) -> dict[str, Any]:
        return {"colour": g.ramp(g.noise(scale, detail=6, rough=0.8), [(0.35, dark), (0.65, light)])}

    return material("foliage", make, rough=0.55, sss=0.05, specular=0.3)


def leaves(name: str, centres: Any, size: float, coat: Any, rng: np.random.Generator, *, long: float = 2.0) -> Any:
    """One mesh of small lozenges, each turned at random, at the given (n, 3) places."""
    n = len(centres)
    first = rng.normal(size=(n, 3))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(first, rng.normal(size=(n, 3)))
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    scale = size * rng.uniform(0.6, 1.3, (n, 1))
    a, b = first * scale * long / 2, second * scale / 2
    fold = np.cross(first, second) * scale * 0.25
    points = np.stack([centres - a, centres + b + fold, centres + a, centres - b + fold], 1).reshape(-1, 3)
    faces = np.arange(4 * n).reshape(-1, 4)
    return mesh(name, points, faces, coat)


def crown(centre: Any, radius: Any, count: int, rng: np.random.Generator, *, clumps: int = 28) -> Any:
    """Places for leaves: shells around random clumps inside an ellipsoid."""
    middles = rng.normal(size=(clumps, 3))
    middles *= (rng.random((clumps, 1)) ** 0.4) / np.linalg.norm(middles, axis=1, keepdims=True)
    which = rng.integers(0, clumps, count)
    around = rng.normal(size=(count, 3))
    around *= 0.34 * rng.random((count, 1)) ** 0.33 / np.linalg.norm(around, axis=1, keepdims=True)
    return np.asarray(centre) + (middles[which] * 0.75 + around) * np.asarray(radius)


def bark(dark: str = "#3a2c20", light: str = "#8a7660", *, scale: float = 3.0) -> Any:
    def make(g: Graph) -> dict[str, Any]:
        long = g.scaled(g.where(), (1, 1, 0.22))
        rough = g.noise(scale, vector=long, detail=9, rough=0.68)
        return {"colour": g.ramp(rough, [(0.32, dark), (0.66, light)]), "normal": g.bump(rough, 0.9, 0.12)}

    return material("bark", make, rough=0.9)


def tree(at: Any, height: float, rng: np.random.Generator, trunk: Any, green: Any, *, count: int = 5000, leaf: float = 0.16) -> None:
    """A trunk and a crown as high as wide."""
    x, y, z = at
    tube("trunk", [(x, y, z - 0.2), (x + 0.1, y, z + height * 0.3), (x, y, z + height * 0.7)], [height * 0.035, height * 0.02], trunk)
    leaves("crown", crown((x, y, z + height * 0.64), np.array([0.36, 0.36, 0.38]) * height, count, rng), leaf * height / 5, green, rng)


def ground(name: str, size: float, coat: Any, at: Any = (0, 0, 0), *, relief: float = 0.05, steps: int = 200, seed: int = 0) -> Any:
    """A sheet of gentle relief, (size × size), centred at ``at``."""
    from common import place, surface

    def shape(s: Any, t: Any) -> Any:
        x, y = (s - 0.5) * size, (t - 0.5) * size
        p = np.stack([x, y, 0 * x], -1).reshape(-1, 3)
        return x, y, (relief * soft_noise(p, 4 / size * 10, seed) + relief * 0.4 * soft_noise(p, 1.7, seed + 1)).reshape(x.shape)

    return place(surface(name, steps, steps, shape, coat), at)


def asphalt(dark: str = "#3b3b3c", light: str = "#6a6967") -> Any:
    def make(g: Graph) -> dict[str, Any]:
        grit = g.cells(14)
        wear = g.noise(0.22, detail=8, rough=0.65)
        tone = g.ramp(g.math("ADD", g.math("MULTIPLY", g.grey(grit, 0, 0.8), 0.35), g.math("MULTIPLY", wear, 0.65)), [(0.25, dark), (0.75, light)])
        return {"colour": tone, "normal": g.bump(grit, 0.3, 0.02), "rough": g.grey(wear, 0.3, 0.7, 0.62, 0.85)}

    return material("asphalt", make)


def lawn(dark: str = "#27420f", light: str = "#6f8a34") -> Any:
    def make(g: Graph) -> dict[str, Any]:
        blades = g.noise(9, detail=8, rough=0.8)
        return {
            "colour": g.ramp(g.math("ADD", g.math("MULTIPLY", blades, 0.6), g.math("MULTIPLY", g.noise(0.35), 0.4)), [(0.3, dark), (0.7, light)]),
            "normal": g.bump(blades, 1.0, 0.1),
        }

    return material("lawn", make, rough=0.95)


def road(width: float, length: float, *, lines: bool = True, shift: float = 0.0) -> None:
    """A road along x, its middle at y = ``shift``: lines, kerbs, and grass on both sides."""
    from common import box, place

    place(plane("road", 1.0, asphalt()), (0, shift, 0), (0, 0, 0), (length, width, 1))
    paint = material("paint", lambda g: {"colour": g.ramp(g.noise(5, detail=8), [(0.35, "#8b8a82"), (0.5, "#deddd4")])}, rough=0.7)
    if lines:
        for y in (-width / 2 + 0.35, width / 2 - 0.35):
            place(plane("edge line", 1.0, paint), (0, y + shift, 0.005), (0, 0, 0), (length, 0.14, 1))
        for k in range(int(length / 6)):
            place(plane("dash", 1.0, paint), (-length / 2 + 6 * k, shift, 0.005), (0, 0, 0), (2.6, 0.14, 1))
    kerb = material("kerb", lambda g: {"colour": g.ramp(g.noise(4, detail=8), [(0.3, "#77746d"), (0.7, "#b3afa6")])}, rough=0.85)
    for side in (-1, 1):
        box("kerb", (length, 0.3, 0.24), (0, shift + side * (width / 2 + 0.15), 0.06), kerb, bevel=0.04)
        place(plane("verge", 1.0, lawn()), (0, shift + side * (width / 2 + 0.3 + length / 2), 0.12), (0, 0, 0), (length, length, 1))
