"""A red panda resting on a branch (``red-panda``); one photographed in black and white (``red-panda-grey``)."""

from __future__ import annotations

import numpy as np
from common import ball, camera, fused, main, material, plane, sky, srgb, sun, tube
from fur import blend, blob, grow, tint
from outdoors import bark, crown, foliage, leaves

HEAD = np.array([0.0, -0.3, 0.0])
NOSE = HEAD + (0, -1.08, -0.3)


def coat_colour(p: np.ndarray) -> np.ndarray:
    """Rust above, black below; white cheeks, brows, muzzle and ear rims; tear marks down from the eyes."""
    base = np.broadcast_to(tint("#b4521c"), (len(p), 3)).copy()
    base = blend(base, tint("#8a3510"), np.clip((p[:, 1] - 0.6) / 1.5, 0, 1))
    base = blend(base, tint("#c9702f"), blob(p, HEAD + (0, -0.5, 0.55), (0.5, 0.6, 0.4), 0.5) * 0.7)
    base = blend(base, tint("#1c100b"), np.clip((-0.72 - p[:, 2]) / 0.25, 0, 1) * np.clip((1.35 - p[:, 1]) / 0.4, 0, 1))
    for side in (-1, 1):
        base = blend(base, tint("#f1e9df"), blob(p, HEAD + (side * 0.82, -0.45, -0.18), (0.36, 0.5, 0.33), 0.25))
        base = blend(base, tint("#efe6da"), blob(p, HEAD + (side * 0.42, -0.8, 0.36), (0.19, 0.3, 0.14), 0.35))
        tear = np.maximum(blob(p, HEAD + (side * 0.44, -0.85, -0.15), (0.15, 0.4, 0.2), 0.35), blob(p, HEAD + (side * 0.55, -0.75, -0.42), (0.17, 0.4, 0.2), 0.35))
        base = blend(base, tint("#5a1c08"), tear)
        base = blend(base, tint("#f2ece3"), blob(p, HEAD + (side * 0.86, -0.08, 0.74), (0.4, 0.3, 0.42), 0.15))
        base = blend(base, tint("#2a130b"), blob(p, HEAD + (side * 0.82, -0.3, 0.68), (0.2, 0.2, 0.24), 0.3))
    base = blend(base, tint("#f3ece2"), blob(p, HEAD + (0, -0.95, -0.33), (0.36, 0.42, 0.3), 0.2))
    return blend(base, tint("#3a1b10"), blob(p, HEAD + (0, -0.7, -0.75), (0.5, 0.5, 0.2), 0.4) * 0.7)


def tail_colour(p: np.ndarray) -> np.ndarray:
    """Rings, pale and dark by turns."""
    ring = 0.5 + 0.5 * np.sin(6.2 * np.linalg.norm(p - np.array([1.0, 1.8, -0.4]), axis=1))
    return blend(np.broadcast_to(tint("#9a4418"), (len(p), 3)).copy(), tint("#d9a871"), np.clip((ring - 0.45) * 4, 0, 1))


def fur_length(p: np.ndarray) -> np.ndarray:
    long = np.where(p[:, 1] > 0.3, 0.3, 0.2)
    for side in (-1, 1):
        long = long + 0.12 * blob(p, HEAD + (side * 0.9, -0.3, -0.2), (0.4, 0.5, 0.4), 0.3)
        long = long - 0.04 * blob(p, HEAD + (side * 0.86, -0.05, 0.8), (0.4, 0.4, 0.4), 0.2)
    return long * (1 - 0.55 * blob(p, NOSE, (0.45, 0.55, 0.5), 0.5))


def fur_comb(p: np.ndarray) -> np.ndarray:
    away = p - NOSE
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    behind = np.clip((p[:, 1] - 0.2) / 0.4, 0, 1)[:, None]
    below = np.clip((-0.75 - p[:, 2]) / 0.3, 0, 1)[:, None]
    way = away * (1 - behind) + np.array([0.25, 0.8, -0.6]) * behind
    return way * (1 - below) + np.array([0.0, -0.2, -1.0]) * below


def limb(path: list, radius: tuple[float, float], base: object, count: int = 14) -> list:
    points = np.array(path)
    knots = np.linspace(0, 1, len(points))
    where = [[np.interp(k, knots, points[:, d]) for d in range(3)] for k in np.linspace(0, 1, count)]
    return [ball("limb", radius[0] + (radius[1] - radius[0]) * k / (count - 1), at, base) for k, at in enumerate(where)]


def red_panda(rng: np.random.Generator) -> None:
    black = material("nose", lambda g: {"normal": g.bump(g.cells(40), 0.25, 0.01)}, colour=srgb("#0c0908"), rough=0.3, coat=0.4)
    eye = material("eye", colour=srgb("#120805"), rough=0.03, coat=1)
    base = material("skin", colour=srgb("#6a4030"), rough=0.9)
    parts = [
        ball("head", (1.0, 0.84, 0.82), HEAD, base),
        ball("muzzle", (0.34, 0.42, 0.28), HEAD + (0, -0.76, -0.36), base),
        ball("cheek", (0.45, 0.5, 0.42), HEAD + (0.6, -0.25, -0.25), base),
        ball("cheek", (0.45, 0.5, 0.42), HEAD + (-0.6, -0.25, -0.25), base),
        ball("ear", (0.33, 0.14, 0.42), HEAD + (0.8, 0.05, 0.72), base, (-8, 28, -18)),
        ball("ear", (0.33, 0.14, 0.42), HEAD + (-0.8, 0.05, 0.72), base, (-8, -28, 18)),
        ball("neck", (0.8, 0.8, 0.72), (0.05, 0.45, -0.35), base),
        ball("shoulders", (1.05, 1.0, 0.85), (0.15, 1.0, -0.45), base),
        ball("back", (1.1, 1.3, 0.95), (0.55, 2.1, -0.35), base),
        ball("rump", (1.1, 1.0, 0.95), (1.05, 3.1, -0.4), base),
        *limb([(-0.7, 0.6, -0.7), (-0.85, -0.15, -1.05), (-0.75, -0.75, -1.2), (-0.7, -0.95, -1.75)], (0.42, 0.3), base),
        *limb([(0.75, 0.6, -0.7), (0.9, -0.1, -1.05), (0.85, -0.65, -1.2), (0.85, -0.95, -1.7)], (0.42, 0.3), base),
    ]
    body = fused("red panda", parts, base, voxel=0.05, smooth=9)

    def bare(p: np.ndarray) -> np.ndarray:
        eyes = sum(blob(p, HEAD + (side * 0.36, -0.83, 0.1), (0.1, 0.14, 0.1), 0.1) for side in (-1, 1))
        return np.maximum(blob(p, NOSE + (0, 0, 0.04), (0.14, 0.16, 0.1), 0.15), eyes)

    grow(body, 210_000, rng, length=fur_length, colour=coat_colour, comb=fur_comb, bare=bare, thickness=0.0046, messy=0.3)
    tail = fused(
        "tail", limb([(1.4, 3.4, -0.6), (1.9, 2.4, -1.15), (2.1, 1.2, -1.75), (2.0, 0.4, -2.6), (1.9, 0.2, -3.4)], (0.42, 0.36), base, 30), base, voxel=0.06, smooth=6
    )
    grow(tail, 50_000, rng, length=lambda p: np.full(len(p), 0.32), colour=tail_colour, comb=lambda p: np.broadcast_to([0.0, -0.4, -1.0], p.shape), thickness=0.007)
    ball("nose", (0.15, 0.12, 0.11), NOSE + (0, -0.02, 0.04), black)
    tube("mouth", [NOSE + (-0.2, 0.12, -0.2), NOSE + (0, 0.02, -0.17), NOSE + (0.2, 0.12, -0.2)], 0.014, black)
    for side in (-1, 1):
        ball("eye", 0.105, HEAD + (side * 0.36, -0.82, 0.1), eye)
        for k in range(4):
            x = side * 0.78 + (k - 1.5) * 0.12
            tube("claw", [(x, -1.2, -1.88), (x, -1.29, -1.95), (x, -1.29, -2.03)], [0.026, 0.018, 0.005], material("claw", colour=srgb("#d8cbb8"), rough=0.4))


def build(variant: str) -> dict:
    rng = np.random.default_rng(8)
    red_panda(rng)
    wood = bark("#3b3024", "#93806a", scale=2.2)
    tube("branch", [(-6, -0.9, -2.35), (-2.4, -0.65, -1.95), (0, -0.45, -1.82), (2.2, -0.2, -1.9), (6, 0.6, -1.5)], [0.5, 0.48, 0.46, 0.42, 0.34], wood, steps=60)
    tube("bough", [(0.1, 0.2, -1.75), (0.9, 2.4, -1.55), (1.8, 5.5, -1.4)], [0.5, 0.45, 0.4], wood, steps=30)
    moss = foliage("#2c4a18", "#7fa046", scale=0.7)
    grey = variant == "red-panda-grey"
    near = np.concatenate(
        [
            crown((-3.0, 1.0, 1.9), (1.3, 1, 1.0), 260, rng, clumps=9),
            crown((3.1, 1.4, 1.8), (1.2, 1, 1.1), 240, rng, clumps=9),
            crown((-3.1, -0.4, -2.9), (1.3, 0.8, 0.8), 180, rng, clumps=7),
        ]
    )
    leaves("sprays", near, 0.2, moss, rng, long=3.2)
    far = np.concatenate([crown((rng.uniform(-9, 9), rng.uniform(9, 15), rng.uniform(-6, 6)), (3.2, 2, 2.6), 1300, rng) for _ in range(11)])
    leaves("canopy", far, 0.3, moss, rng, long=3.0)
    back = material("haze", lambda g: {"colour": g.ramp(g.noise(0.16, detail=3), [(0.3, "#21400f"), (0.5, "#4f7a26"), (0.7, "#b5cf86")])}, rough=1)
    plane("haze", 120, back, (0, 26, 0), (90, 0, 0))
    sky("#dfe8ee", "#a6c2e0", 0.8)
    sun(50, 235 if not grey else 300, 2.6, softness=4)
    if grey:
        camera((2.6, -8.0, 0.5), (0.1, 0, -0.5), 58, blur=0.13, focus=(0, -1.1, -0.1))
        return {"exposure": 0.0, "grey": True}
    camera((-0.9, -8.3, 0.25), (0.08, 0, -0.42), 62, blur=0.13, focus=(0, -1.1, -0.1), crop=(0.036, 0.094, 0.859))
    return {"exposure": -0.05}


if __name__ == "__main__":
    main(build, ["red-panda", "red-panda-grey"])
