"""The open bitstream units of AV1, as far as they say what decoding costs: the size of frames, and their number.

A picture's container declares a size, and its coded data another, for which the decoder reserves memory; and one
picture may hold thousands of frames of a few bytes that are never shown, each of a size of its own.

Source: AV1 Bitstream & Decoding Process Specification, 5.3 (OBU header), 5.5 (sequence header), 5.9 (frame header).
"""

from __future__ import annotations

from dataclasses import dataclass

_SEQUENCE_HEADER, _FRAME_HEADER, _FRAME = 1, 3, 6
_KEY, _SWITCH = 0, 3
_BY_FRAME = 2  # SELECT: each frame says it anew
_LOOKED_AT = 1024  # bytes of a header


@dataclass(frozen=True)
class Coded:
    """Most pixels that a frame has, how many frames there are, and whether one chooses a size of its own."""

    pixels: int
    frames: int
    resized: bool


def coded(data: bytes, most: int) -> Coded:
    """What these units would cost a decoder; looking ends at more than `most` frames. Raises IndexError."""
    position = pixels = frames = 0
    resized, sequence = False, None
    while position < len(data) and frames <= most:
        head = data[position]
        kind, extended, sized = head >> 3 & 15, head >> 2 & 1, head >> 1 & 1
        position += 1 + extended
        size = len(data) - position
        if sized:
            size, position = _leb128(data, position)
        bits = _Bits(data[position : position + min(size, _LOOKED_AT)])
        if kind == _SEQUENCE_HEADER:
            sequence = _sequence(bits)
            pixels = max(pixels, sequence.pixels)
        elif kind in (_FRAME_HEADER, _FRAME):
            frames += 1
            resized = resized or sequence is None or _chooses_its_size(bits, sequence)
        position += size
    return Coded(pixels, frames, resized)


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index in range(8):
        byte = data[position + index]
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return value, position + index + 1
    raise IndexError


class _Bits:
    """Numbers of so many bits, one behind the other, the highest bit first."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def __call__(self, count: int = 1) -> int:
        self._left -= count
        if self._left < 0:
            raise IndexError
        return self._number >> self._left & (1 << count) - 1

    def variable(self) -> None:
        """Pass over a number of variable length (uvlc)."""
        zeros = 0
        while not self():
            zeros += 1
        self(min(zeros, 32))


@dataclass(frozen=True)
class _Sequence:
    """What holds for all frames: their largest size, and which bits a frame's header has before its own size.

    reduced       a single picture, whose header says nothing of this
    time          bits of the time of presentation, where frames have one
    number        bits of a frame's number
    screen, whole tools for drawn pictures, and motion by whole pixels: 0 never, 1 always, 2 by frame
    """

    pixels: int
    reduced: bool
    time: int = 0
    number: int = 0
    screen: int = _BY_FRAME
    whole: int = _BY_FRAME


def _sequence(bits: _Bits) -> _Sequence:
    bits(3 + 1)  # profile, still picture
    reduced, time = bool(bits()), 0
    if reduced:
        bits(5)  # level
    else:
        time = _operating_points(bits)
    across, down = bits(4) + 1, bits(4) + 1
    pixels = (bits(across) + 1) * (bits(down) + 1)
    if reduced:
        return _Sequence(pixels, reduced)
    number = 0
    if bits():
        less = bits(4) + 2
        number = less + bits(3) + 1
    bits(3 + 4)  # large blocks, two filters inside of frames; four tools between frames
    if bits():  # order hints, with two tools that need them
        bits(2)
    screen = _BY_FRAME if bits() else bits()
    whole = (_BY_FRAME if bits() else bits()) if screen else _BY_FRAME
    return _Sequence(pixels, reduced, time, number, screen, whole)


def _operating_points(bits: _Bits) -> int:
    """Pass over timing and operating points; gives the bits of a frame's time of presentation, 0 for none."""
    delay = time = 0
    if bits():  # timing
        bits(32 + 32)
        equal = bits()
        if equal:
            bits.variable()
        if bits():  # decoder model
            delay = bits(5) + 1
            bits(32 + 5)
            length = bits(5) + 1
            time = 0 if equal else length
    display = bits()
    for _ in range(bits(5) + 1):
        bits(12)
        if bits(5) > 7:
            bits()
        if delay and bits():
            bits(delay + delay + 1)
        if display and bits():
            bits(4)
    return time


def _chooses_its_size(bits: _Bits, sequence: _Sequence) -> bool:
    """Whether a frame has another size than its sequence says (frame_size_override_flag)."""
    if sequence.reduced or bits():  # or it shows an earlier frame again
        return False
    kind, shown = bits(2), bits()
    if shown and sequence.time:
        bits(sequence.time)
    if not shown:
        bits()  # whether it can be shown later
    if kind != _SWITCH and not (kind == _KEY and shown):
        bits()  # whether it withstands errors
    bits()  # whether probabilities stay
    screen = bits() if sequence.screen == _BY_FRAME else sequence.screen
    if screen and sequence.whole == _BY_FRAME:
        bits()
    bits(sequence.number)
    return kind == _SWITCH or bool(bits())
