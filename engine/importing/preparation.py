"""How pictures are made ready for a network: what its file tells, and the usual ways.

A preparation is data (`input.preparation` of a description): colour ("rgb", "bgr", "grey"), invert, fit ("cover",
"contain", "stretch"), and scale, mean, std for x = (v / 255 · scale − mean) / std of a channel's value v in 0…255.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IMAGENET_MEAN, IMAGENET_STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

# name → scale, mean, std. `low` and `high` of the result follow from these.
WAYS: Mapping[str, tuple[float, list[float], list[float]]] = {
    "0..1": (1.0, [0.0], [1.0]),
    "-1..1": (2.0, [1.0], [1.0]),
    "imagenet": (1.0, IMAGENET_MEAN, IMAGENET_STD),
    "0..255": (255.0, [0.0], [1.0]),
}


def usual(
    way: str, channels: int, *, source: str, colour: str = "", invert: bool = False, fit: str = "cover"
) -> dict[str, Any]:
    """A usual way as data, for pictures with this many channels."""
    scale, mean, std = WAYS[way]
    if channels == 1 and len(mean) == 3:
        mean, std = [sum(mean) / 3], [sum(std) / 3]
    return {
        "colour": colour or ("grey" if channels == 1 else "rgb"),
        "invert": invert,
        "fit": fit,
        "scale": scale,
        "mean": spread(mean, channels),
        "std": spread(std, channels),
        "source": source,
    }


def spread(values: list[float], channels: int) -> list[float]:
    """One number a channel."""
    return values * channels if len(values) == 1 else values


def from_normalisation(normalisation: Mapping[str, Any], channels: int) -> dict[str, Any] | None:
    """TensorFlow Lite's (v − mean) / std of 0…255."""
    mean, std = normalisation.get("mean"), normalisation.get("std")
    if (
        not isinstance(mean, list)
        or not isinstance(std, list)
        or len(mean) not in (1, channels)
        or len(std) not in (1, channels)
    ):
        return None
    if any(s == 0 for s in std):
        return None
    return {
        **usual("0..255", channels, source="file"),
        "mean": spread([float(m) for m in mean], channels),
        "std": spread([float(s) for s in std], channels),
    }
