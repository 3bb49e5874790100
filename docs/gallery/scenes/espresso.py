"""An espresso on its saucer, from above (``espresso``); in a loud blue cup on a bright cloth (``espresso-blue-cup``)."""

from __future__ import annotations

import numpy as np
from common import Graph, camera, lamp, lathe, main, material, place, plane, sky, srgb, surface, tube, wood


def crema() -> object:
    """Hazel foam with fine bubbles, streaks drawn out by pouring, darker towards the rim."""

    def make(g: Graph) -> dict:
        here = g.where()
        streaks = g.noise(1.7, vector=g.scaled(here, (1, 2.2, 1)), detail=7, rough=0.6, bend=1.6)
        tiger = g.ramp(streaks, [(0.3, "#7a3d0e"), (0.45, "#a8641f"), (0.6, "#c07c30"), (0.78, "#d69c52")])
        bubbles = g.cells(42)
        foam = g.mix(g.grey(bubbles, 0.0, 0.35, 0.5, 0), tiger, "#f0cb8a")
        distance = g.node("ShaderNodeVectorMath", {0: here}, operation="LENGTH").outputs["Value"]
        rim = g.grey(g.math("ADD", distance, g.math("MULTIPLY", g.noise(6), 0.12)), 0.82, 1.0)
        colour = g.mix(rim, foam, "#4a1d06")
        return {"colour": colour, "normal": g.bump(bubbles, 0.12, 0.02), "rough": 0.28}

    return material("crema", make, sss=0.1, sss_radius=(0.6, 0.3, 0.1), sss_scale=0.05, specular=0.4)


def spoon(at: tuple, turn: tuple, size: float) -> None:
    steel = material("steel", colour=(0.75, 0.73, 0.7, 1), metal=1, rough=0.16)

    def shape(s, t):
        half = np.where(s < 0.32, 0.2 * np.sqrt(np.clip(1 - ((s - 0.16) / 0.165) ** 2, 0.02, 1)), 0.035 + 0.05 * np.clip(s - 0.4, 0, 1) ** 1.5)
        side = (t - 0.5) * 2
        bowl = np.where(s < 0.32, -0.1 * np.clip(1 - ((s - 0.16) / 0.165) ** 2, 0, 1) * (1 - side**2), 0.0)
        return s * 2.4, side * half, bowl + 0.22 * np.clip(s - 0.25, 0, 1) * (1 - s) * 2

    thing = surface("spoon", 90, 17, shape, steel)
    thing.modifiers.new("thick", "SOLIDIFY").thickness = 0.035
    place(thing, at, turn, size)


def bean(at: tuple, turn: float, coat: object) -> None:
    def shape(s, t):
        around, down = 2 * np.pi * s, np.pi * t
        crease = 0.35 * np.exp(-((np.sin(down) * np.sin(around) / 0.14) ** 2)) * (np.cos(down) > 0)
        return 1.45 * np.sin(down) * np.cos(around), np.sin(down) * np.sin(around), 0.62 * np.cos(down) * (1 - crease)

    place(surface("bean", 48, 32, shape, coat, closed=True), at, (0, 0, turn), 0.13)


def build(variant: str) -> dict:
    blue = variant == "espresso-blue-cup"
    paint = "#0b4fae" if blue else "#f1eee6"
    china = material("china", colour=srgb(paint), rough=0.12, coat=0.6, coat_rough=0.04, sss=0.0 if blue else 0.08)
    inside = china if not blue else material("inside", colour=srgb("#f1eee6"), rough=0.12, coat=0.6)
    outer = [(0, 0.2), (0.62, 0.2), (0.66, 0.12), (0.72, 0.14), (0.78, 0.3), (1.02, 0.72), (1.2, 1.2), (1.28, 1.62), (1.3, 1.68), (1.275, 1.7)]
    inner = [(1.275, 1.7), (1.24, 1.68), (1.21, 1.58), (1.13, 1.2), (0.95, 0.75), (0.6, 0.4), (0, 0.36)]
    lathe("cup", outer, china, subdivide=2)
    lathe("lining", inner, inside, subdivide=2)
    place(lathe("coffee", [(0, 0.0), (0.5, 0.0), (0.98, 0.005), (1.0, 0.03)], crema()), (0, 0, 1.38), (0, 0, 25), 1.165)
    saucer = [(0, 0.1), (0.7, 0.1), (0.78, 0.15), (1.0, 0.16), (1.6, 0.27), (2.15, 0.44), (2.2, 0.47), (2.18, 0.49), (1.6, 0.33), (0.9, 0.2), (0.5, 0.2), (0, 0.2)]
    lathe("saucer", saucer[:-3] + [(0.95, 0.24), (0.8, 0.2), (0, 0.2)], china, subdivide=2)
    handle = smooth_handle()
    tube("handle", handle, [0.13, 0.11, 0.1, 0.1, 0.12, 0.14], china, steps=48)
    beans = material("beans", lambda g: {"colour": g.ramp(g.noise(6), [(0.3, "#1f0d05"), (0.7, "#4a230e")])}, rough=0.32, coat=0.2)
    if blue:
        cloth = material("cloth", check, rough=0.9, sheen=0.3)
        plane("table", 40, cloth)
        spoon((-0.2, -1.75, 0.42), (0, 0, 14), 0.85)
        sky("#e8eef5", "#c0d4ee", 0.55)
        lamp((-4, 4, 7), (0, 0, 1), 700, 3.5, (1, 0.97, 0.92))
        camera((0.25, -2.2, 9.2), (0.12, -0.02, 0.9), 62, blur=0.06, focus=(0, -0.9, 1.5))
        return {"exposure": 0.0}
    plane("table", 40, wood("#1c0c06", "#6b3d20", planks=1.9, along="x"))
    spoon((-1.55, -1.25, 0.47), (0, -3, -28), 0.85)
    rng = np.random.default_rng(4)
    for _ in range(11):
        angle = rng.uniform(2.3, 4.0)
        radius = rng.uniform(2.5, 3.3)
        bean((radius * np.cos(angle), radius * np.sin(angle), 0.08), rng.uniform(0, 360), beans)
    sky("#8f98a5", "#8090a8", 0.22)
    lamp((-4.5, 3.5, 5.5), (0, 0, 1), 560, 2.6, (1, 0.94, 0.84))
    lamp((5, -3, 4), (0, 0, 1), 110, 4, (0.85, 0.92, 1))
    camera((0.5, -5.3, 6.6), (0.12, -0.1, 0.8), 60, blur=0.11, focus=(0, -1.0, 1.5))
    return {"exposure": 0.05}


def smooth_handle() -> list:
    return [(1.3, 0, 1.44), (1.5, 0, 1.52), (1.85, 0, 1.42), (1.9, 0, 1.05), (1.6, 0, 0.76), (0.98, 0, 0.66)]


def check(g: Graph) -> dict:
    """A woven tablecloth in yellow and white."""
    x, y = g.split(g.where())[0], g.split(g.where())[1]
    a = g.math("GREATER_THAN", g.math("PINGPONG", x, 0.8), 0.4)
    b = g.math("GREATER_THAN", g.math("PINGPONG", y, 0.8), 0.4)
    tone = g.ramp(g.math("MULTIPLY", g.math("ADD", a, b), 0.5), [(0, "#f4f0e4"), (0.5, "#eecb58"), (1, "#e0a512")])
    weave = g.math("ADD", g.math("PINGPONG", x, 0.02), g.math("PINGPONG", y, 0.02))
    return {"colour": tone, "normal": g.bump(weave, 0.4, 0.3)}


if __name__ == "__main__":
    main(build, ["espresso", "espresso-blue-cup"])
