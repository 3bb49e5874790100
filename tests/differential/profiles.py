"""Colour profiles (ICC.1) made from nothing but numbers: primaries or grey, with one exponent for all."""

from __future__ import annotations

import struct

import numpy as np

D65 = (0.3127, 0.3290)
SRGB = (*D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
P3 = (*D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
ADOBE = (*D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
SWAPPED = (
    *D65,
    0.30,
    0.60,
    0.15,
    0.06,
    0.64,
    0.33,
)  # green, blue, red: what a reader that heeds nothing shows is wrong

_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def _xyz(numbers: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*numbers)


def _curve(exponent: float) -> bytes:
    return b"para\0\0\0\0\0\0\0\0" + _fixed(exponent)


def _profile(space: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    places, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += bytes(-len(data) % 4)
        places += name + struct.pack(">II", start + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"\0\0\0\0", 0x04300000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(*_D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + places + body


def _text(words: str) -> bytes:
    text = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II", 1, 12) + b"enUS" + struct.pack(">II", len(text), 28) + text


def rgb(name: str, places: tuple[float, ...], exponent: float) -> bytes:
    """Red, green, blue with these primaries; each number is the light to the power 1/exponent."""
    white, *colours = (np.array([x, y, 1 - x - y]) for x, y in zip(places[::2], places[1::2], strict=True))
    white = white / white[1]
    columns = np.array(colours).T
    cones = np.diag((_BRADFORD @ np.array(_D50)) / (_BRADFORD @ white))
    matrix = np.linalg.inv(_BRADFORD) @ cones @ _BRADFORD @ columns @ np.diag(np.linalg.solve(columns, white))
    tags = [(b"desc", _text(name)), (b"cprt", _text("none")), (b"wtpt", _xyz(_D50))]
    tags += [(key, _xyz(tuple(matrix[:, index]))) for index, key in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))]
    tags += [(key, _curve(exponent)) for key in (b"rTRC", b"gTRC", b"bTRC")]
    return _profile(b"RGB ", tags)


def grey(name: str, exponent: float) -> bytes:
    return _profile(
        b"GRAY", [(b"desc", _text(name)), (b"cprt", _text("none")), (b"wtpt", _xyz(_D50)), (b"kTRC", _curve(exponent))]
    )
