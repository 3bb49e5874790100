"""A pizza with pepperoni and basil from above (``pizza``); a lone slice on a blue plate (``pizza-slice``)."""

from __future__ import annotations

import numpy as np
from common import Graph, camera, lamp, lathe, main, material, place, plane, sky, soft_noise, srgb, surface, wood


def cheese_and_crust(sauce_radius: float) -> object:
    """One skin for the whole disc: molten cheese with browned blisters, sauce at its edge, baked rim."""

    def make(g: Graph) -> dict:
        here = g.where()
        flat = g.node("ShaderNodeCombineXYZ", {0: g.split(here)[0], 1: g.split(here)[1]}).outputs[0]
        out = g.node("ShaderNodeVectorMath", {0: flat}, operation="LENGTH").outputs["Value"]
        wobble = g.math("ADD", out, g.math("MULTIPLY", g.math("SUBTRACT", g.noise(2.5, detail=5), 0.5), 0.35))
        melt = g.noise(2.2, detail=8, rough=0.62, bend=0.6)
        cheese = g.ramp(melt, [(0.32, "#c8471a"), (0.42, "#e08f2e"), (0.52, "#efbf58"), (0.68, "#f7dd92")])
        blister = g.grey(g.noise(4.5, detail=6, rough=0.7), 0.6, 0.7)
        cheese = g.mix(g.math("MULTIPLY", blister, 0.75), cheese, "#9a4a14")
        sauce = g.ramp(g.noise(6, detail=6), [(0.35, "#8e1a08"), (0.65, "#c8380f")])
        dough = g.ramp(g.noise(3.2, detail=8, rough=0.65), [(0.35, "#8a4a18"), (0.5, "#c68a45"), (0.65, "#e3bd80")])
        char = g.grey(g.noise(2.8, detail=5, bend=0.4), 0.62, 0.72)
        dough = g.mix(g.math("MULTIPLY", char, 0.8), dough, "#3a1a0a")
        inner = g.mix(g.grey(wobble, sauce_radius - 0.18, sauce_radius - 0.06), cheese, sauce)
        colour = g.mix(g.grey(wobble, sauce_radius - 0.02, sauce_radius + 0.08), inner, dough)
        height = g.math("ADD", melt, g.math("MULTIPLY", g.noise(14, detail=5), 0.4))
        dry = g.grey(out, sauce_radius - 0.05, sauce_radius + 0.1, 0.3, 0.75)
        return {"colour": colour, "rough": dry, "normal": g.bump(height, 0.5, 0.08)}

    return material("pizza", make, specular=0.45)


def base(coat: object, radius: float, share: float = 1.0, seed: int = 2) -> object:
    """The disc (or the wedge ``share`` of it): a lumpy rim, cheese that rises and sinks."""

    def shape(s, t):
        angle = 2 * np.pi * s * share
        r = radius * t
        flat = np.stack([np.cos(angle) * r, np.sin(angle) * r, 0 * r], -1)
        lumps = soft_noise(flat.reshape(-1, 3), 2.2, seed).reshape(r.shape)
        fine = soft_noise(flat.reshape(-1, 3), 7, seed + 1).reshape(r.shape)
        rim = 0.26 * np.exp(-(((t - 0.925) / 0.055) ** 2)) * (1 + 0.35 * lumps)
        z = 0.12 + rim + 0.025 * lumps * (t < 0.9) + 0.014 * fine
        z = np.where(t > 0.985, 0.02 if share == 1.0 else 0.16, z)
        grow = 1 + 0.02 * soft_noise(np.stack([np.cos(angle), np.sin(angle), 0 * angle], -1).reshape(-1, 3), 2.5, seed + 2).reshape(r.shape)
        return np.cos(angle) * r * grow, np.sin(angle) * r * grow, z

    return surface("base", 280, 150, shape, coat, closed=share == 1.0)


def pepperoni(at: tuple, turn: float, size: float, coat: object, rng: np.random.Generator) -> None:
    """A slice that has cupped in the oven: raised, darker edge."""
    tilt = rng.uniform(-6, 6, 2)
    disc = lathe("pepperoni", [(0, 0.03), (0.5, 0.03), (0.85, 0.05), (1.0, 0.14), (1.03, 0.12), (1.0, 0.02), (0.9, -0.03)], coat, steps=40)
    place(disc, at, (tilt[0], tilt[1], turn), (size, size * rng.uniform(0.92, 1), 0.7 * size))


def sausage() -> object:
    def make(g: Graph) -> dict:
        fat = g.grey(g.cells(9), 0.1, 0.22)
        meat = g.ramp(g.noise(4, detail=6), [(0.3, "#7c1409"), (0.7, "#b32a12")])
        colour = g.mix(fat, "#d97a4a", meat)
        edge = g.grey(g.split(g.where())[2], 0.06, 0.14)
        return {"colour": g.mix(g.math("MULTIPLY", edge, 0.8), colour, "#4a0d06"), "normal": g.bump(g.noise(12), 0.25, 0.05)}

    return material("pepperoni", make, rough=0.55, specular=0.25)


def basil(at: tuple, turn: tuple, size: float, coat: object) -> None:
    def shape(s, t):
        half = 0.42 * np.sin(np.pi * s**0.75) ** 0.85
        side = (t - 0.5) * 2
        puff = 0.16 * (1 - side**2) * np.sin(np.pi * s) - 0.05 * np.exp(-((side / 0.12) ** 2))
        return s * 1.2 - 0.6, side * half, puff - 0.25 * (s - 0.5) ** 2 + 0.02 * np.sin(22 * s) * np.abs(side)

    place(surface("basil", 36, 21, shape, coat), at, turn, size)


def build(variant: str) -> dict:
    rng = np.random.default_rng(12)
    skin, meat = cheese_and_crust(2.62), sausage()
    green = material(
        "basil", lambda g: {"colour": g.ramp(g.noise(4), [(0.3, "#14400e"), (0.7, "#357a22")]), "normal": g.bump(g.noise(14), 0.25, 0.03)},
        rough=0.38, sss=0.04,
    )  # fmt: skip
    if variant == "pizza":
        base(skin, 3.0)
        spots = [
            (0.3, 0.2),
            (1.35, 0.75),
            (-0.85, 1.25),
            (0.55, 1.75),
            (-1.75, 0.35),
            (-0.8, -0.75),
            (0.55, -1.1),
            (1.75, -0.65),
            (-0.45, -2.0),
            (1.2, -1.95),
            (-1.8, -1.3),
            (2.15, 0.75),
            (-1.75, 1.6),
            (-0.2, 2.35),
        ]
        for x, y in spots:
            pepperoni((x, y, 0.2), rng.uniform(0, 360), rng.uniform(0.36, 0.42), meat, rng)
        for x, y, turn in [(-0.15, 0.85, 40), (1.05, -0.35, 160), (-1.35, -0.35, 100), (-0.2, -1.45, 15), (1.5, 1.6, 250)]:
            basil((x, y, 0.3), (rng.uniform(-12, 12), rng.uniform(-12, 12), turn), rng.uniform(0.55, 0.68), green)
        board = lathe("board", [(0, -0.02), (3.45, -0.02), (3.5, -0.1), (3.5, -0.25), (3.4, -0.3)], wood("#6b4020", "#b98450", planks=3.0), steps=160)
        place(board, (0, 0, 0.0))
        plane("table", 60, wood("#150b07", "#3e2718", planks=2.0, along="x"), (0, 0, -0.3))
        sky("#8a8f98", "#7a8494", 0.3)
        lamp((-4, 5, 6.5), (0, 0, 0), 950, 2.5, (1, 0.92, 0.8))
        lamp((5, -4, 5), (0, 0, 0), 180, 4, (1, 0.96, 0.9))
        camera((0.3, -5.2, 8.6), (0.0, -0.12, 0.1), 50, blur=0.05, focus=(0, -0.6, 0.2), crop=(0.057, 0.057, 0.875))
        return {"exposure": 0.05}
    wedge = base(skin, 3.0, 0.16, 6)
    place(wedge, (-1.35, -0.75, 0.09), (0, 0, 10))
    wedge.modifiers.new("thick", "SOLIDIFY").thickness = 0.14
    turned = np.radians(10)
    for r, a in [(0.95, 29), (1.75, 14), (1.75, 44), (2.3, 28)]:
        angle = np.radians(a) + turned
        pepperoni((-1.35 + r * np.cos(angle), -0.75 + r * np.sin(angle), 0.4), rng.uniform(0, 360), 0.36, meat, rng)
    basil((0.1, 0.05, 0.5), (5, -5, 60), 0.5, green)
    china = material("china", colour=srgb("#174e9c"), rough=0.15, coat=0.6)
    lathe("plate", [(0, 0.12), (1.7, 0.12), (1.95, 0.2), (2.7, 0.42), (2.78, 0.46), (2.74, 0.5), (2.6, 0.46), (1.9, 0.26), (1.65, 0.2), (0, 0.2)], china, subdivide=2)
    plane("table", 60, wood("#8a6a48", "#d6b98e", planks=2.0, along="x"))
    sky("#dfe6ee", "#c4d2e4", 0.5)
    lamp((-4, 4, 6), (0, 0, 0), 620, 2.0, (1, 0.96, 0.88))
    camera((0.6, -5.4, 5.2), (0.0, 0.0, 0.3), 56, blur=0.09, focus=(-0.1, -0.7, 0.4))
    return {"exposure": 0.0}


if __name__ == "__main__":
    main(build, ["pizza", "pizza-slice"])
