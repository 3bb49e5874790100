"""Wheels: tyre, rim with spokes, disc, for the bus and the car."""

from __future__ import annotations

from typing import Any

import numpy as np
from common import bpy, lathe, material, place, srgb, tube


def rubber() -> Any:
    return material("rubber", lambda g: {"colour": g.ramp(g.noise(6), [(0.3, "#101010"), (0.7, "#1d1c1b")])}, rough=0.75)


def wheel(at: Any, radius: float, width: float, *, tyre: Any, rim: Any, dark: Any, spokes: int, hub: float = 0.66, turn: float = 0.0, out: int = -1) -> None:
    """A wheel whose axle lies along y, its face towards ``out`` (−1: −y); ``turn`` steers it (degrees)."""
    w = width / 2
    anchor = bpy.data.objects.new("wheel", None)
    bpy.context.collection.objects.link(anchor)
    parts = [
        lathe("tyre", [(hub, -w * 0.9), (hub + 0.06, -w), (0.86, -w * 1.02), (0.97, -w * 0.86), (1.0, -w * 0.6), (1.0, w * 0.6), (0.97, w * 0.86), (0.86, w * 1.02), (hub + 0.06, w), (hub, w * 0.9)], tyre, steps=72, subdivide=1),
        lathe("barrel", [(hub + 0.02, w * 0.95), (hub - 0.03, w * 0.98), (hub - 0.07, w * 0.8), (hub - 0.1, 0), (hub - 0.08, -w * 0.9)], rim, steps=72),
        lathe("disc", [(0, w * 0.1), (hub - 0.1, w * 0.1)], dark, steps=48),
        lathe("cap", [(0, w * 0.92), (0.1, w * 0.9), (0.15, w * 0.75), (0.17, w * 0.4)], rim, steps=32),
    ]  # fmt: skip
    for k in range(spokes):
        angle = 2 * np.pi * k / spokes
        inner, outer = (0.1 * np.cos(angle), 0.1 * np.sin(angle), w * 0.7), ((hub - 0.05) * np.cos(angle), (hub - 0.05) * np.sin(angle), w * 0.85)
        parts.append(tube("spoke", [inner, outer], [0.062, 0.05], rim))
    for part in parts:
        part.parent = anchor
    place(anchor, at, (90 if out < 0 else -90, 0, turn), (radius, radius, 1.0))


def paint(name: str, colour: str, *, flakes: float = 0.0, rough: float = 0.3) -> Any:
    """Car paint: clear lacquer over a coloured (or slightly metallic) ground."""
    return material(name, colour=srgb(colour), rough=rough, metal=flakes, coat=1.0, coat_rough=0.03)


def tinted_glass() -> Any:
    return material("glass", colour=srgb("#10161a"), rough=0.03, specular=0.8, coat=1.0, coat_rough=0.0)
