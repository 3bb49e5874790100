"""Oranges on a wooden table by a window (``orange``); the same fruit under blue light (``orange-blue-light``)."""

from __future__ import annotations

import numpy as np
from common import Graph, camera, lamp, lathe, main, material, place, plane, sky, surface, wood


def peel() -> object:
    def make(g: Graph) -> dict:
        oil = g.cells(26)
        dimples = g.grey(oil, 0.0, 0.45)
        patches = g.noise(1.5, detail=3)
        colour = g.ramp(patches, [(0.3, "#e06a00"), (0.55, "#f08200"), (0.75, "#f59a12")])
        top = g.grey(g.split(g.where())[2], 0.86, 1.0)
        colour = g.mix(top, colour, "#b98a1c")
        height = g.math("ADD", g.math("MULTIPLY", dimples, 0.8), g.noise(60, detail=2))
        return {"colour": colour, "normal": g.bump(height, 0.28, 0.03), "rough": g.grey(oil, 0, 0.5, 0.42, 0.3)}

    return material("peel", make, sss=0.12, sss_radius=(1, 0.4, 0.1), sss_scale=0.1, specular=0.5)


def orange(at: tuple, turn: tuple, radius: float, skin: object, stem: object, seed: int) -> None:
    """A slightly flattened, slightly lumpy ball with a dent and a button at the stem."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 6.28, 4)

    def shape(s, t):
        around, down = 2 * np.pi * s, np.pi * t
        r = 1 + 0.012 * np.sin(2 * around + phase[0]) + 0.012 * np.sin(3 * down + phase[1])
        r = r - 0.09 * np.exp(-((down / 0.22) ** 2)) * (1 + 0.25 * np.cos(5 * around))
        return r * np.sin(down) * np.cos(around), r * np.sin(down) * np.sin(around), 0.94 * r * np.cos(down)

    place(surface("orange", 96, 64, shape, skin, closed=True), at, turn, radius)
    button = lathe("stem", [(0, 0.9), (0.05, 0.89), (0.075, 0.86), (0.05, 0.83)], stem, steps=10)
    place(button, at, turn, radius)


def leaf(at: tuple, turn: tuple, size: float, coat: object) -> None:
    def shape(s, t):
        half = 0.32 * np.sin(np.pi * s**0.8) ** 0.9
        side = (t - 0.5) * 2
        return s * 1.3, side * half, 0.12 * np.sin(2.2 * s) + 0.18 * np.abs(side) * half - 0.2 * s**2 + 0.01 * np.sin(30 * s) * np.abs(side)

    place(surface("leaf", 40, 17, shape, coat), at, turn, size)


def build(variant: str) -> dict:
    skin = peel()
    stem = material("stem", colour="#5c5a20", rough=0.8)
    green = material(
        "leaf",
        lambda g: {"colour": g.ramp(g.noise(5), [(0.3, "#1c4a12"), (0.7, "#3b7a1e")]), "normal": g.bump(g.noise(20), 0.2, 0.02)},
        rough=0.35, sss=0.05,
    )  # fmt: skip
    plane("table", 60, wood("#2a140a", "#7a4a28", planks=1.6, along="x"))
    orange((-0.35, 0, 0.95), (18, -22, 30), 1.0, skin, stem, 1)
    orange((1.45, 1.0, 0.93), (70, 20, 0), 0.98, skin, stem, 2)
    orange((-1.5, 2.1, 0.95), (-40, 30, 50), 1.0, skin, stem, 3)
    leaf((0.0, -0.25, 1.86), (8, 4, -38), 0.95, green)
    wall = material("wall", lambda g: {"colour": g.ramp(g.noise(0.25, detail=2), [(0.3, "#2b3324"), (0.7, "#4a4a34")])}, rough=0.9)
    plane("wall", 80, wall, (0, 16, 0), (90, 0, 0))
    if variant == "orange":
        sky("#8a97a8", "#6a80a8", 0.25)
        lamp((-5, -1.5, 5.5), (0, 0.5, 0.8), 900, 3.0, (1, 0.93, 0.82))
        lamp((5, -3, 2.5), (0, 0.5, 0.8), 120, 4, (0.8, 0.9, 1))
        camera((0.6, -6.4, 3.0), (-0.02, 0.5, 0.84), 72, blur=0.14, focus=(-0.3, -0.9, 1.0), crop=(0.094, 0.188, 0.781))
        return {"exposure": 0.1}
    sky("#203060", "#101a50", 0.2)
    lamp((-4, -3, 5.5), (0, 0.5, 0.8), 1500, 2.0, (0.08, 0.25, 1))
    lamp((5, 1, 3.5), (0, 0.5, 0.8), 500, 2, (0.15, 0.4, 1))
    camera((-1.2, -6.6, 2.4), (0.02, 0.5, 0.95), 60, blur=0.12, focus=(-0.5, -0.9, 1.0))
    return {"exposure": 0.2}


if __name__ == "__main__":
    main(build, ["orange", "orange-blue-light"])
