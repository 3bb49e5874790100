"""A ladybug on a leaf, close up (``ladybug``); a yellow one on grey stone (``ladybug-yellow``)."""

from __future__ import annotations

import numpy as np
from common import Graph, ball, camera, main, material, place, plane, sky, soft_noise, srgb, sun, surface, tube

SPOTS = [(0.62, 0.0, 0.2), (0.32, 0.5, 0.19), (-0.12, 0.42, 0.2), (-0.5, 0.62, 0.17)]  # along, across, radius


def shell(colour: str, deep: str) -> object:
    """Lacquered wing cases: seven spots, the dark seam between the two halves."""

    def make(g: Graph) -> dict:
        x, y, _ = g.split(g.where())
        side = g.math("ABSOLUTE", y)
        flat = g.node("ShaderNodeCombineXYZ", {0: x, 1: side}).outputs[0]
        rough_edge = g.math("MULTIPLY", g.math("SUBTRACT", g.noise(7, detail=2), 0.5), 0.05)
        paint = g.ramp(g.noise(1.5), [(0.3, deep), (0.7, colour)])
        for along, across, radius in SPOTS:
            away = g.node("ShaderNodeVectorMath", {0: flat, 1: (along, across, 0)}, operation="DISTANCE").outputs["Value"]
            away = g.math("ADD", away, rough_edge)
            paint = g.mix(g.grey(away, radius - 0.015, radius + 0.015), "#0b0706", paint)
        paint = g.mix(g.grey(side, 0.008, 0.022), "#120605", paint)
        fine = g.cells(70)
        return {"colour": paint, "normal": g.bump(fine, 0.04, 0.01)}

    return material("shell", make, rough=0.22, coat=0.8, coat_rough=0.06)


def ladybug(at: tuple, turn: tuple, size: float, coat: object) -> None:
    black = material("black", colour=srgb("#0a0808"), rough=0.3, coat=0.4)
    white = material("white", colour=srgb("#eee8d8"), rough=0.4)
    parts = []

    def cases(s, t):
        around, up = 2 * np.pi * s, 0.5 * np.pi * t
        r = np.cos(up)
        tail = 1 - 0.08 * np.clip(-np.cos(around), 0, 1)
        seam = 0.02 * np.exp(-((np.sin(around) * r / 0.03) ** 2))
        return 1.0 * r * np.cos(around) * tail, 0.86 * r * np.sin(around), 0.66 * np.sin(up) ** 0.92 - seam + 0.05

    parts.append(surface("cases", 160, 60, cases, coat, closed=True))
    parts.append(ball("belly", (0.95, 0.8, 0.14), (0, 0, 0.06), black))
    parts.append(ball("pronotum", (0.36, 0.62, 0.38), (0.86, 0, 0.17), black))
    parts.append(ball("head", (0.22, 0.32, 0.22), (1.15, 0, 0.1), black))
    for side in (-1, 1):
        parts.append(ball("patch", (0.15, 0.1, 0.15), (0.98, 0.43 * side, 0.26), white))
        parts.append(ball("brow", (0.035, 0.05, 0.035), (1.31, 0.13 * side, 0.21), white))
        parts.append(ball("eye", 0.07, (1.25, 0.27 * side, 0.15), black))
        parts.append(tube("feeler", [(1.32, 0.12 * side, 0.13), (1.5, 0.26 * side, 0.22), (1.6, 0.38 * side, 0.17)], [0.018, 0.018, 0.035], black))
        for x, spread, out in ((0.72, 0.3, 0.5), (0.15, 0.05, 0.62), (-0.45, -0.3, 0.55)):
            leg = [
                (x, 0.5 * side, 0.05),
                (x + spread * 0.6, (0.75 + 0.15) * side, 0.16),
                (x + spread, (0.7 + out * 0.7) * side, -0.14),
                (x + spread * 1.3, (0.8 + out * 0.75) * side, -0.17),
            ]
            parts.append(tube("leg", leg, [0.06, 0.05, 0.03, 0.02], black))
    from common import bpy

    anchor = bpy.data.objects.new("ladybug", None)
    bpy.context.collection.objects.link(anchor)
    for part in parts:
        part.parent = anchor
    place(anchor, at, turn, size)


def leaf_skin(dark: str, light: str) -> object:
    """Veins leave the midrib at an angle; the blade bulges between them."""

    def make(g: Graph) -> dict:
        x, y, _ = g.split(g.where())
        side = g.math("ABSOLUTE", y)
        slant = g.math("SUBTRACT", x, g.math("MULTIPLY", side, 0.75))
        vein = g.grey(g.math("PINGPONG", slant, 0.75), 0.02, 0.16)
        rib = g.grey(side, 0.05, 0.14)
        net = g.grey(g.cells(4.5, feature="DISTANCE_TO_EDGE"), 0.0, 0.05)
        lines = g.math("MULTIPLY", g.math("MULTIPLY", vein, rib), g.math("ADD", g.math("MULTIPLY", net, 0.35), 0.65))
        blade = g.ramp(g.noise(0.9, detail=5), [(0.3, dark), (0.7, light)])
        return {"colour": g.mix(lines, "#9dbb5a", blade), "normal": g.bump(g.math("ADD", lines, g.math("MULTIPLY", g.noise(9), 0.3)), 0.5, 0.08)}

    return material("leaf", make, rough=0.42, sss=0.08, sss_radius=(0.3, 1, 0.1), sss_scale=0.3)


def leaf(at: tuple, turn: tuple, size: tuple, coat: object) -> None:
    def shape(s, t):
        side = (t - 0.5) * 2
        half = 3.1 * np.sin(np.pi * np.clip(s, 0.001, 1) ** 0.8) ** 0.75
        x = s * 12 - 6
        return x, side * half, 0.28 * np.abs(side * half) ** 1.25 * 0.3 - 0.02 * x**2 + 0.05 * np.sin(2.1 * x - 1.6 * np.abs(side * half))

    place(surface("leaf", 160, 81, shape, coat), at, turn, size)


def build(variant: str) -> dict:
    rng = np.random.default_rng(3)
    if variant == "ladybug":
        green = leaf_skin("#2c6414", "#4f9422")
        leaf((0.4, 0.2, -0.1), (6, -4, 24), 1.0, green)
        ladybug((0.05, 0.0, 0.2), (5, -8, 205), 1.0, shell("#c81806", "#9c0c04"))
        far = leaf_skin("#1f5210", "#4b8c20")
        for _ in range(26):
            where = (rng.uniform(-14, 14), rng.uniform(6, 20), rng.uniform(-9, 7))
            leaf(where, tuple(rng.uniform(-60, 60, 3)), rng.uniform(0.6, 1.1), far)
        backdrop = material("meadow", lambda g: {"colour": g.ramp(g.noise(0.12, detail=3), [(0.3, "#2a5212"), (0.5, "#5c8f2a"), (0.7, "#a9c45a")])}, rough=1.0)
        plane("meadow", 120, backdrop, (0, 30, 0), (78, 0, 0))
        sky("#cfe0f0", "#8fb6e6", 0.55)
        sun(48, 215, 3.0)
        camera((-1.6, -6.0, 2.9), (0.05, 0, 0.42), 70, blur=0.13, focus=(-0.3, -0.55, 0.5))
        return {"exposure": 0.1}
    stone = material(
        "stone", lambda g: {
            "colour": g.ramp(g.noise(1.6, detail=12, rough=0.7), [(0.3, "#4a4744"), (0.5, "#8b8781"), (0.7, "#c3beb6")]),
            "normal": g.bump(g.noise(5, detail=10, rough=0.7), 0.9, 0.15),
        }, rough=0.9,
    )  # fmt: skip

    def rock(s, t):
        x, y = s * 40 - 20, t * 40 - 20
        p = np.stack([x, y, 0 * x], -1).reshape(-1, 3)
        return x, y, (0.14 * soft_noise(p, 0.7, 1) + 0.04 * soft_noise(p, 3, 2)).reshape(x.shape)

    surface("rock", 240, 240, rock, stone)
    ladybug((0, 0, 0.3), (0, 4, 235), 1.0, shell("#e8b008", "#c98a04"))
    sky("#dfe6ee", "#9db8da", 0.5)
    sun(42, 200, 2.6)
    camera((0.6, -5.6, 4.2), (-0.05, -0.05, 0.35), 68, blur=0.1, focus=(-0.2, -0.5, 0.6))
    return {"exposure": 0.0}


if __name__ == "__main__":
    main(build, ["ladybug", "ladybug-yellow"])
