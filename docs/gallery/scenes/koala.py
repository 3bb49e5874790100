"""A koala in the fork of a eucalyptus (``koala``); the same animal in evening light (``koala-sunset``)."""

from __future__ import annotations

import numpy as np
from common import ball, camera, fused, lamp, main, material, plane, sky, srgb, sun, tube
from fur import blend, blob, grow, tint
from outdoors import bark, crown, foliage, leaves

HEAD = np.array([0.0, -0.25, 0.0])
NOSE = HEAD + (0, -0.98, -0.16)


def skin_colour(p: np.ndarray) -> np.ndarray:
    """Ash-grey, white chest, chin and ear fringes, brownish back."""
    base = np.broadcast_to(tint("#a89f9a"), (len(p), 3)).copy()
    base = blend(base, tint("#7d6d64"), np.clip((p[:, 1] - 0.3) / 1.2, 0, 1) * 0.8)
    base = blend(base, tint("#e9e4da"), blob(p, (0, -1.0, -1.25), (0.55, 0.75, 0.62), 0.4))
    base = blend(base, tint("#d9d2c6"), blob(p, (0, -1.0, -0.62), (0.42, 0.4, 0.26), 0.4))
    base = blend(base, tint("#b4aea6"), blob(p, (0, -0.9, 0.2), (0.75, 0.4, 0.5), 0.5) * 0.6)
    for side in (-1, 1):
        base = blend(base, tint("#f3eee6"), blob(p, (side * 1.08, -0.62, 0.36), (0.4, 0.4, 0.42), 0.3))
        base = blend(base, tint("#cfc8be"), blob(p, (side * 0.55, -1.0, -0.35), (0.34, 0.5, 0.3), 0.5) * 0.7)
        base = blend(base, tint("#5d554e"), blob(p, (side * 0.4, -1.0, 0.17), (0.16, 0.4, 0.15), 0.4) * 0.7)
    return base


def fur_length(p: np.ndarray) -> np.ndarray:
    long = np.full(len(p), 0.2)
    long = np.where(p[:, 2] < -0.8, 0.24, long)
    for side in (-1, 1):
        long += 0.3 * blob(p, (side * 1.15, -0.3, 0.45), (0.62, 0.7, 0.6), 0.2)
    long *= 1 - 0.72 * blob(p, NOSE, (0.42, 0.5, 0.5), 0.5)
    return long


def fur_comb(p: np.ndarray) -> np.ndarray:
    """Away from the nose on the head, downwards on the body, outwards on the ears."""
    away = p - NOSE
    down = np.broadcast_to([0.0, -0.1, -1.0], p.shape)
    on_head = np.clip((p[:, 2] + 0.75) / 0.3, 0, 1)[:, None]
    return away / np.linalg.norm(away, axis=1, keepdims=True) * on_head + down * (1 - on_head)


def koala(rng: np.random.Generator) -> None:
    dark = material("nose", lambda g: {"normal": g.bump(g.cells(30), 0.3, 0.02)}, colour=srgb("#17130f"), rough=0.4, coat=0.2)
    eye = material("eye", colour=srgb("#140b06"), rough=0.04, coat=1)
    claw = material("claw", colour=srgb("#191513"), rough=0.35)
    base = material("skin", colour=srgb("#57514b"), rough=0.9)
    parts = [
        ball("head", (0.98, 0.86, 0.84), HEAD, base),
        ball("muzzle", (0.46, 0.4, 0.4), HEAD + (0, -0.62, -0.28), base),
        ball("cheek", (0.5, 0.5, 0.45), HEAD + (0.42, -0.3, -0.3), base),
        ball("cheek", (0.5, 0.5, 0.45), HEAD + (-0.42, -0.3, -0.3), base),
        ball("ear", (0.48, 0.2, 0.5), HEAD + (1.0, 0.1, 0.62), base, (0, 20, -20)),
        ball("ear", (0.48, 0.2, 0.5), HEAD + (-1.0, 0.1, 0.62), base, (0, -20, 20)),
        ball("chest", (0.98, 0.9, 1.2), (0, 0.15, -1.5), base),
        ball("belly", (1.22, 1.08, 1.25), (0, 0.2, -2.35), base),
        ball("thigh", (0.55, 0.8, 0.62), (-0.95, -0.35, -2.85), base, (0, 0, 15)),
        ball("thigh", (0.55, 0.8, 0.62), (0.95, -0.35, -2.85), base, (0, 0, -15)),
    ]
    # Arms: one round the trunk at its left, one resting on the branch.
    for path in (
        [(-0.75, -0.1, -1.15), (-1.15, -0.55, -1.5), (-1.45, -0.95, -1.35), (-1.75, -1.05, -1.05)],
        [(0.75, -0.1, -1.2), (1.1, -0.65, -1.65), (0.95, -1.15, -2.15), (0.75, -1.3, -2.6)],
    ):
        points = np.array(path)
        for k in np.linspace(0, 1, 14):
            at = np.array([np.interp(k, np.linspace(0, 1, 4), points[:, d]) for d in range(3)])
            parts.append(ball("arm", 0.36 - 0.08 * k, at, base))
    body = fused("koala", parts, base, voxel=0.05, smooth=10)
    grow(
        body, 210_000, rng, length=fur_length, colour=skin_colour, comb=fur_comb,
        bare=lambda p: np.maximum(blob(p, NOSE + (0, 0.0, 0.05), (0.2, 0.3, 0.34), 0.1), sum(blob(p, HEAD + (s * 0.41, -0.85, 0.17), (0.13, 0.3, 0.12), 0.1) for s in (-1, 1))),
        thickness=0.0046,
    )  # fmt: skip
    ball("nose", (0.215, 0.17, 0.34), NOSE + (0, 0.03, 0.06), dark, (-12, 0, 0))
    for side in (-1, 1):
        ball("eye", 0.105, HEAD + (side * 0.41, -0.80, 0.17), eye)
        ball("nostril", (0.05, 0.05, 0.06), NOSE + (side * 0.1, -0.07, -0.17), claw)
    for x, y, z, way in ((-1.8, -1.18, -1.0, -1), (0.7, -1.5, -2.65, 0)):
        for k in range(4):
            start = np.array([x + 0.1 * (k - 1.5) * (way == 0), y, z + 0.1 * (k - 1.5) * (way != 0)])
            tube("claw", [start, start + (way * 0.16, -0.12, -0.05), start + (way * 0.24, -0.1, -0.16)], [0.045, 0.035, 0.008], claw)


def fork(rng: np.random.Generator, wood: object, green: object) -> None:
    tube("trunk", [(-2.35, -0.5, -8), (-2.1, -0.45, -3), (-1.9, -0.4, 0), (-2.15, -0.2, 6)], [0.62, 0.55, 0.5, 0.42], wood, steps=40)
    tube("branch", [(-2.2, 0.0, -4.4), (-0.6, -0.5, -3.6), (0.9, -0.7, -3.25), (3.0, -0.6, -2.3), (6, 0, -0.6)], [0.5, 0.46, 0.4, 0.33, 0.22], wood, steps=50)
    near = np.concatenate([crown((3.2, 0.5, 1.2), (1.6, 1.2, 1.3), 260, rng, clumps=12), crown((-3.2, 1.2, 2.2), (1.2, 1, 1.4), 200, rng, clumps=9)])
    leaves("sprays", near, 0.17, green, rng, long=5.0)
    far = np.concatenate([crown((rng.uniform(-9, 9), rng.uniform(7, 14), rng.uniform(-6, 6)), (3.2, 2, 2.6), 1200, rng) for _ in range(9)])
    leaves("canopy", far, 0.3, green, rng, long=4.0)
    for _ in range(5):
        x = rng.uniform(-9, 9)
        tube("far trunk", [(x, 9, -9), (x + rng.uniform(-1, 1), 9.5, 0), (x + rng.uniform(-3, 3), 10, 9)], [0.5, 0.3], wood)


def build(variant: str) -> dict:
    rng = np.random.default_rng(7)
    koala(rng)
    fork(rng, bark("#40352b", "#94856f", scale=2.4), foliage("#3f4534", "#9b9c7c", scale=0.6))
    if variant == "koala":
        back = material("haze", lambda g: {"colour": g.ramp(g.noise(0.16, detail=3), [(0.3, "#4e5440"), (0.47, "#96967f"), (0.58, "#efefec")])}, rough=1)
        plane("haze", 120, back, (0, 26, 0), (90, 0, 0))
        sky("#e6edf2", "#a8c4e2", 0.9)
        sun(48, 282, 2.8, softness=5)
        camera((0.9, -8.6, 0.1), (0.05, 0, -0.95), 53, blur=0.13, focus=(0, -1.0, 0))
        return {"exposure": 0.0, "contrast": "Very High Contrast"}
    back = material("dusk", lambda g: {"colour": g.ramp(g.noise(0.16, detail=3), [(0.3, "#5a3414"), (0.5, "#b06a26"), (0.68, "#f2b95e")])}, rough=1)
    plane("dusk", 120, back, (0, 26, 0), (90, 0, 0))
    sky("#e08a4a", "#5a4a6a", 0.45)
    sun(12, 215, 4.0, (1, 0.48, 0.16), softness=3)
    lamp((5, 2, 3), (0, 0, -0.5), 350, 3, (1, 0.5, 0.2))
    camera((-1.6, -8.4, -0.2), (-0.1, 0, -0.75), 60, blur=0.13, focus=(0, -1.0, 0))
    return {"exposure": 0.0}


if __name__ == "__main__":
    main(build, ["koala", "koala-sunset"])
