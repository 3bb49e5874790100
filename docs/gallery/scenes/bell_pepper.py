"""A red bell pepper on a pale worktop (``bell-pepper``); an orange-coloured one on a dark board (``bell-pepper-orange``)."""

from __future__ import annotations

import numpy as np
from common import Graph, camera, lamp, main, material, place, plane, sky, srgb, surface, tube, wood


def skin(deep: str, bright: str) -> object:
    def make(g: Graph) -> dict:
        colour = g.ramp(g.noise(1.3, detail=3), [(0.3, deep), (0.7, bright)])
        return {"colour": colour, "normal": g.bump(g.noise(5, detail=2), 0.06, 0.05)}

    return material("skin", make, rough=0.24, coat=0.55, coat_rough=0.07, sss=0.03, sss_radius=(1, 0.3, 0.1), sss_scale=0.08)


def pepper(at: tuple, turn: tuple, size: float, coat: object, green: object, lobes: int, seed: int, length: float = 1.2) -> None:
    """A body of three or four lobes: deep furrows at the shoulder, feet at the bottom, a sunken stem."""
    rng = np.random.default_rng(seed)
    phase, uneven = rng.uniform(0, 6.28), rng.uniform(0.85, 1.15, 4)

    def shape(s, t):
        around, down = 2 * np.pi * s, np.pi * t
        wave = np.abs(np.cos(lobes * (around - phase) / 2))
        depth = 0.3 * np.exp(-(((t - 0.12) / 0.25) ** 2)) + 0.18 * np.exp(-(((t - 0.95) / 0.22) ** 2)) + 0.09
        body = np.sin(down) ** 0.55 * (1.06 - 0.26 * t**1.5)
        r = body * (1 - depth * (1 - wave**0.75)) * (1 + 0.05 * (uneven[0] - 1) * 4 * np.cos(around))
        z = np.cos(down)
        high = np.sign(z) * np.abs(z) ** 0.8 * length
        dent = 0.42 * np.exp(-((r / 0.42) ** 2)) * (t < 0.5) + 0.3 * np.exp(-((r / 0.35) ** 2)) * (t > 0.5) * -1
        shoulder = 0.14 * (wave - 0.5) * np.exp(-(((t - 0.2) / 0.15) ** 2))
        lean = 0.06 * z * np.cos(phase)
        return r * np.cos(around) + lean, r * np.sin(around), high - dent + shoulder

    place(surface("pepper", 160, 90, shape, coat, closed=True), at, turn, size)
    crown = surface(
        "crown", 40, 8,
        lambda s, t: (
            (0.03 + 0.34 * t * (1 + 0.18 * np.cos(5 * 2 * np.pi * s))) * np.cos(2 * np.pi * s),
            (0.03 + 0.34 * t * (1 + 0.18 * np.cos(5 * 2 * np.pi * s))) * np.sin(2 * np.pi * s),
            length * 0.77 + 0.07 * (1 - t) + 0.16 * t**2,
        ), green, closed=True,
    )  # fmt: skip
    place(crown, at, turn, size)
    z = length * 0.8
    stalk = tube("stalk", [(0, 0, z - 0.06), (0.02, 0, z + 0.15), (0.1, 0.02, z + 0.38), (0.28, 0.05, z + 0.6)], [0.16, 0.11, 0.1, 0.12, 0.15], green, steps=32)
    place(stalk, at, turn, size)


def build(variant: str) -> dict:
    green = material(
        "green", lambda g: {"colour": g.ramp(g.noise(7), [(0.3, "#35601a"), (0.7, "#6f9a34")]), "normal": g.bump(g.noise(25), 0.2, 0.02)},
        rough=0.45, sss=0.05,
    )  # fmt: skip
    if variant == "bell-pepper":
        coat = skin("#6f0204", "#a80806")
        top = material("worktop", lambda g: {"colour": g.ramp(g.noise(9, detail=9), [(0.35, "#c9c5bc"), (0.65, "#e2ded6")])}, rough=0.35)
        plane("table", 80, top)
        pepper((0, 0, 1.0), (7, -9, 20), 1.0, coat, green, 4, 3, 1.06)
        wall = material("wall", colour=srgb("#e9e6df"), rough=0.8)
        plane("wall", 80, wall, (0, 12, 0), (90, 0, 0))
        sky("#ffffff", "#e8f0fa", 0.5)
        lamp((-4, -3, 6), (0, 0, 1), 520, 2.0, (1, 0.97, 0.92))
        lamp((5, -1, 3.5), (0, 0, 1), 180, 1.6, (0.95, 0.98, 1))
        camera((0.3, -5.2, 3.6), (0.08, 0, 1.05), 80, blur=0.07, focus=(0, -0.9, 1.4))
        return {"exposure": 0.2}
    coat = skin("#d35400", "#f08a0c")
    plane("table", 80, wood("#191210", "#46352a", planks=2.2, along="x"))
    pepper((-0.2, 0, 1.12), (8, 10, 60), 1.0, coat, green, 4, 8, 1.05)
    pepper((2.1, 1.9, 0.98), (88, 0, 60), 1.0, skin("#1c4a10", "#2f6d18"), green, 3, 5)
    sky("#4c545e", "#39424e", 0.3)
    lamp((-4, -1, 6), (0, 0, 1), 720, 2.4, (1, 0.94, 0.85))
    lamp((4, -4, 3.5), (0, 0, 1), 120, 2.5, (0.85, 0.92, 1))
    camera((-0.6, -5.6, 4.2), (0.22, 0.25, 1.0), 58, blur=0.08, focus=(0, -0.9, 1.5))
    return {"exposure": 0.1}


if __name__ == "__main__":
    main(build, ["bell-pepper", "bell-pepper-orange"])
