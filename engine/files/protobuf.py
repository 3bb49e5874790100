"""The wire format of Protocol Buffers: numbered fields, four encodings.

A message is a row of fields; each begins with a varint of number × 8 + encoding. There are no names, types or
defaults in the bytes: `cnn_loupe.engine.files.onnx` knows what each number means.
Source: the encoding chapter of the Protocol Buffers documentation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnn_loupe.engine.files.bounded import Buffer
from cnn_loupe.engine.files.foreign import cut_short, damaged

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

Field = tuple[int, int, "int | memoryview"]


def fields(buffer: Buffer) -> Iterator[Field]:
    """Number, encoding and raw content of every field of a message, in order."""
    while buffer.left:
        tag = varint(buffer)
        number, encoding = tag >> 3, tag & 7
        if number == 0:
            raise damaged(buffer.file, "a field has the number 0")
        if encoding == VARINT:
            yield number, encoding, varint(buffer)
        elif encoding == BYTES:
            yield number, encoding, buffer.take(varint(buffer))
        elif encoding == FIXED64:
            yield number, encoding, buffer.take(8)
        elif encoding == FIXED32:
            yield number, encoding, buffer.take(4)
        else:
            raise damaged(buffer.file, f"a field has the encoding {encoding}")


def varint(buffer: Buffer) -> int:
    """Seven bits a byte, the lowest first; the highest bit says that another byte follows."""
    value = shift = 0
    data, position = buffer.data, buffer.position
    while True:
        if position >= len(data):
            raise cut_short(buffer.file, 1)
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise damaged(buffer.file, "a number has more than ten bytes")
    buffer.position = position
    return value & 0xFFFF_FFFF_FFFF_FFFF


def signed(value: int) -> int:
    """A varint as the signed number of 64 bits that it stands for."""
    return value - (1 << 64) if value >> 63 else value


def packed_ints(file: str, data: memoryview) -> list[int]:
    """Many signed numbers in one field."""
    buffer, found = Buffer(file, data), []
    while buffer.left:
        found.append(signed(varint(buffer)))
    return found


def packed_floats(file: str, data: memoryview, dtype: str) -> list[float]:
    """Many floats of fixed size in one field."""
    if len(data) % np.dtype(dtype).itemsize:
        raise damaged(file, "a list of floats ends within a number")
    return [float(x) for x in np.frombuffer(data, dtype)]
