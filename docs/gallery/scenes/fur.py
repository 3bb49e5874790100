"""Fur: strands grown on a body, combed, clumped and coloured by where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from common import material, scatter, soft_noise, srgb, strands


def tint(code: str) -> np.ndarray:
    return np.array(srgb(code)[:3])


def blend(base: np.ndarray, colour: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Lay ``colour`` over (n, 3) ``base`` where ``share`` (n,) is 1."""
    share = np.clip(share, 0, 1)[:, None]
    return base * (1 - share) + colour * share


def blob(points: np.ndarray, centre: Any, radius: Any, soft: float = 0.25) -> np.ndarray:
    """1 inside an ellipsoid, 0 outside, with a soft edge."""
    distance = np.linalg.norm((points - np.asarray(centre)) / np.asarray(radius), axis=1)
    return np.clip((1 + soft - distance) / (2 * soft), 0, 1)


def hair_coat() -> Any:
    return material("hair", lambda g: {"colour": g.attribute("tint")}, rough=0.55, specular=0.25, sheen=0.15)


def grow(
    body: Any,
    count: int,
    rng: np.random.Generator,
    *,
    length: Callable[[np.ndarray], np.ndarray],
    colour: Callable[[np.ndarray], np.ndarray],
    comb: Callable[[np.ndarray], np.ndarray],
    bare: Callable[[np.ndarray], np.ndarray] | None = None,
    lift: float = 0.45,
    thickness: float = 0.007,
    messy: float = 0.35,
) -> Any:
    """Grow ``count`` strands; ``comb`` gives each root's direction of lie, ``bare`` thins out (1 = none)."""
    roots, normals = scatter(body, count, rng)
    if bare is not None:
        kept = rng.random(len(roots)) > bare(roots)
        roots, normals = roots[kept], normals[kept]
    n = len(roots)
    lie = comb(roots)
    lie = lie - (lie * normals).sum(1, keepdims=True) * normals
    lie /= np.maximum(np.linalg.norm(lie, axis=1, keepdims=True), 1e-6)
    clump = np.stack([soft_noise(roots, 9, k) for k in (11, 12, 13)], 1) + 0.5 * np.stack([soft_noise(roots, 24, k) for k in (21, 22, 23)], 1)
    way = lift * normals + (1 - lift) * lie + messy * clump + 0.18 * rng.normal(size=(n, 3))
    inward = np.minimum((way * normals).sum(1, keepdims=True) - 0.12, 0)
    way = way - inward * normals
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    long = (length(roots) * rng.uniform(0.65, 1.25, n))[:, None]
    bend = normals * long * 0.12
    shade = rng.normal(1, 0.13, (n, 1)) * (1 + 0.14 * soft_noise(roots, 14, 31)[:, None])
    base = np.clip(colour(roots) * shade, 0.002, 1)
    dark = np.linspace(0.55, 1.12, 5)[None, :, None]  # roots lie in shade, tips are bleached
    return strands("fur", roots - 0.01 * normals, roots + way * long, bend, thickness, np.clip(base[:, None] * dark, 0, 1), hair_coat())
