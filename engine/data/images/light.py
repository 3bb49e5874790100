"""Colour arithmetic: from the numbers of a file to linear light, between sets of primaries, and to sRGB.

    linear   l = decode(v)                    by the transfer function, for each of red, green and blue
    sRGB     s = encode(clip(M l, 0, 1))      M = M_sRGB⁻¹ M_file, both to CIE XYZ under D50 (Bradford)
    encode   s = 12.92 l up to 0.0031308, 1.055 l^(1/2.4) − 0.055 beyond

Light that is far brighter than white (PQ and HLG, in cd/m²) is tone mapped as browsers do it: half up to the white of
the studio (203 cd/m²), then bent along a parabola so that 1000 cd/m² becomes 1.

Sources: ITU-T H.273; ITU-R BT.2100; IEC 61966-2-1; the parabola is that of SMPTE ST 2094-50 for a picture mastered at
1000 cd/m², which Chromium uses where a file does not say more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnn_loupe.engine.arrays import Array

WHITE, BRIGHTEST = 203.0, 1000.0  # cd/m²
_STEPS = 4096  # of the table that encodes

Places = tuple[float, ...]  # x, y of white, red, green and blue (CIE 1931)

_D65 = (0.3127, 0.3290)
SRGB: Places = (*_D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060)
_BT2020: Places = (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)
_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

# Colour primaries by number (H.273): their name and places.
PRIMARIES: dict[int, tuple[str, Places]] = {
    1: ("BT.709", SRGB),
    4: ("BT.470 M", (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08)),
    5: ("BT.470 BG", (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06)),
    6: ("BT.601", (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070)),
    7: ("SMPTE 240M", (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070)),
    8: ("film", (0.310, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049)),
    9: ("BT.2020", _BT2020),
    10: ("CIE XYZ", (1 / 3, 1 / 3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0)),
    11: ("DCI-P3", (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
    12: ("Display P3", (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
    22: ("EBU Tech. 3213-E", (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077)),
}


@dataclass(frozen=True)
class Transfer:
    """A transfer function, from 0–1 to linear light: relative to white, or `bright` in cd/m².

    scene   bright light as the camera saw it, relative to the brightest, not as it is displayed
    """

    name: str
    decode: Callable[[Array], Array]
    bright: bool = False
    scene: bool = False


def power(exponent: float) -> Callable[[Array], Array]:
    return lambda v: v**exponent


def _srgb(v: Array) -> Array:
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def _camera(a: float, b: float, slope: float) -> Callable[[Array], Array]:
    """Straight up to b, then a power: as cameras for television encode."""
    return lambda v: np.where(v < slope * b, v / slope, ((v + a) / (1 + a)) ** (1 / 0.45))


def _pq(v: Array) -> Array:
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    p = v ** (1 / m2)
    return 10_000 * (np.maximum(p - c1, 0) / (c2 - c3 * p)) ** (1 / m1)


def _hlg(v: Array) -> Array:
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(v <= 0.5, v * v / 3, (np.exp((v - c) / a) + b) / 12)


# Transfer functions by number (H.273). Browsers show those of television (1, 6, 11, 14, 15) as a screen does (BT.1886).
TRANSFERS: dict[int, Transfer] = {
    **dict.fromkeys((1, 6, 11, 14, 15), Transfer("BT.1886", power(2.4))),
    4: Transfer("gamma 2.2", power(2.2)),
    5: Transfer("gamma 2.8", power(2.8)),
    7: Transfer("SMPTE 240M", _camera(0.1115, 0.0228, 4.0)),
    8: Transfer("linear", power(1.0)),
    13: Transfer("sRGB", _srgb),
    16: Transfer("PQ", _pq, bright=True),
    17: Transfer("SMPTE 428-1", lambda v: v**2.6 * (52.37 / 48)),
    18: Transfer("HLG", _hlg, bright=True, scene=True),
}


def in_srgb(v: Array, transfer: Transfer, places: Places) -> Array:
    """(…, 3) numbers from 0 to 1 of a file as sRGB, uint8. Raises numpy.linalg.LinAlgError for impossible places."""
    linear = transfer.decode(v)
    if not transfer.bright:
        return encoded(linear @ between(places, SRGB).T)
    linear = linear @ between(places, _BT2020).T
    if transfer.scene:  # to the display: brighter places get brighter still
        luminance = linear @ np.array([0.2627, 0.6780, 0.0593])
        linear = BRIGHTEST * linear * np.maximum(luminance, 0)[..., None] ** 0.2
    return encoded(tone_mapped(linear / WHITE) @ between(_BT2020, SRGB).T)


@lru_cache(maxsize=64)
def between(places: Places, others: Places) -> Array:
    """M (3, 3): linear light of these primaries as that of the others."""
    matrix: Array = np.linalg.inv(_to_xyz(others)) @ _to_xyz(places)
    return matrix


def _to_xyz(places: Places) -> Array:
    """From linear red, green, blue to CIE XYZ, adapted to D50."""
    white, *colours = (np.array([x, y, 1 - x - y]) for x, y in zip(places[::2], places[1::2], strict=True))
    if white[1] <= 0:
        raise np.linalg.LinAlgError("a white without light")
    white = white / white[1]
    columns = np.array(colours).T
    matrix = columns * np.linalg.solve(columns, white)
    cones = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white))
    adapted: Array = np.linalg.inv(_BRADFORD) @ cones @ _BRADFORD @ matrix
    return adapted


def tone_mapped(x: Array) -> Array:
    """(…, 3) with the studio's white at 1, to 0–1. The brightest colour of a place decides, so that its hue stays.

    x/2 up to 1; then the Bézier curve of (1, 1/2), (1.65, 0.825), (1000/203, 1); 1 beyond.
    """
    most = x.max(axis=-1, keepdims=True)
    (x0, y0), (x1, y1), (x2, y2) = (1.0, 0.5), (1.65, 0.825), (BRIGHTEST / WHITE, 1.0)
    a, b = x0 - 2 * x1 + x2, x1 - x0
    t = (np.sqrt(b * b + a * np.clip(most - x0, 0, x2 - x0)) - b) / a
    bent = (1 - t) ** 2 * y0 + 2 * t * (1 - t) * y1 + t * t * y2
    return x * np.where(most <= 1, 0.5, bent / np.maximum(most, 1))


@lru_cache(maxsize=1)
def _table() -> Array:
    """encode(l) · 255, rounded, at the squares of equal steps: dark places need finer ones."""
    l = (np.arange(_STEPS) / (_STEPS - 1)) ** 2  # noqa: E741
    return np.round(255 * np.where(l <= 0.0031308, 12.92 * l, 1.055 * l ** (1 / 2.4) - 0.055)).astype(np.uint8)


def encoded(linear: Array) -> Array:
    """Linear light as sRGB, uint8."""
    roots = np.sqrt(np.clip(linear, 0, 1))
    found: Array = _table()[np.round(roots * (_STEPS - 1)).astype(np.int32)]
    return found
