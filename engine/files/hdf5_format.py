"""HDF5's structures as the file lays them out: each a function of a buffer.

`cnn_loupe.engine.files.hdf5` makes groups and datasets of them. Source: the HDF5 File Format Specification, version
3.0.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files.bounded import Buffer
from cnn_loupe.engine.files.foreign import DEEPEST, Budget, cut_short, damaged, short

MAGIC = b"\x89HDF\r\n\x1a\n"
UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE, CONTINUATION, SYMBOLS, ATTRIBUTE_INFO = (
    0x01, 0x02, 0x03, 0x06, 0x07, 0x08, 0x0B, 0x0C, 0x10, 0x11, 0x15,
)  # fmt: skip
GZIP, SHUFFLE, FLETCHER = 1, 2, 3


@dataclass
class Message:
    """One entry of an object's header."""

    kind: int
    body: Buffer


def superblock(buffer: Buffer) -> int:
    """The address of the root group's header."""
    if bytes(buffer.take(8)) != MAGIC:
        raise damaged(buffer.file, "it is not HDF5")
    version = buffer.uint(1)
    if version in (0, 1):
        buffer.take(4)
        sizes = buffer.uint(1), buffer.uint(1)
        buffer.take(9 if version == 0 else 13)
        base = buffer.uint(8)
        buffer.take(8)
        end = buffer.uint(8)
        buffer.take(8 + 8)
        root = buffer.uint(8)
    elif version in (2, 3):
        sizes = buffer.uint(1), buffer.uint(1)
        buffer.take(1)
        base = buffer.uint(8)
        buffer.take(8)
        end = buffer.uint(8)
        root = buffer.uint(8)
    else:
        raise damaged(buffer.file, f"its superblock has the version {version}")
    if sizes != (8, 8) or base != 0:
        raise storage(buffer.file, "addresses of another size, or a block of the user's in front")
    if end > len(buffer.data):
        raise cut_short(buffer.file, end - len(buffer.data))
    return root


_MESSAGE = struct.Struct("<HHB3x")  # kind, length, flags


def header(buffer: Buffer, address: int) -> Iterator[Message]:
    """The messages of the object header at this address, continuations included."""
    head = buffer.at(address)
    if bytes(head.data[address : address + 4]) == b"OHDR":
        yield from _header_2(buffer, address)
        return
    version = head.uint(1)
    if version != 1:
        raise damaged(buffer.file, f"an object header has the version {version}")
    head.take(1)
    count = head.uint(2)
    head.take(4)
    blocks = [(address + 16, head.uint(4))]
    read = 0
    for place, size in blocks:  # grows while it is walked
        block = Buffer(buffer.file, buffer.at(place).take(size))
        while block.left >= 8 and read < count:
            kind, length, flags = _MESSAGE.unpack(block.take(8))
            body = Buffer(buffer.file, block.take(length))
            read += 1
            if kind == CONTINUATION:
                blocks.append((body.uint(8), body.uint(8)))
            elif not flags & 2:  # shared messages point at types that are named; Keras names none
                yield Message(kind, body)
        if len(blocks) > 1000:
            raise damaged(buffer.file, "an object header has too many parts")


def _header_2(buffer: Buffer, address: int) -> Iterator[Message]:
    head = buffer.at(address + 4)
    version, flags = head.uint(1), head.uint(1)
    if version != 2:
        raise damaged(buffer.file, f"an object header has the version {version}")
    head.take((16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0))
    size = head.uint(1 << (flags & 3))
    blocks = [(head.position, size)]
    for place, length in blocks:
        block = Buffer(buffer.file, buffer.at(place).take(length))
        while block.left >= 4:
            kind, room, own = block.uint(1), block.uint(2), block.uint(1)
            block.take(2 if flags & 4 else 0)
            if room > block.left:
                break
            body = Buffer(buffer.file, block.take(room))
            if kind == CONTINUATION:
                start, long = body.uint(8), body.uint(8)
                if bytes(buffer.at(start).take(4)) != b"OCHK" or long < 8:
                    raise damaged(buffer.file, "the continuation of an object header")
                blocks.append((start + 4, long - 8))
            elif not own & 2:
                yield Message(kind, body)
        if len(blocks) > 1000:
            raise damaged(buffer.file, "an object header has too many parts")


def symbols(buffer: Buffer, tree: int, heap: int) -> Iterator[tuple[str, int]]:
    """The members of an old-style group: leaves of a B-tree, with names in a heap."""
    head = buffer.at(heap)
    if bytes(head.take(4)) != b"HEAP":
        raise damaged(buffer.file, "the names of a group")
    head.take(4)
    size = head.uint(8)
    head.take(8)
    names = Buffer(buffer.file, buffer.at(head.uint(8)).take(size))
    for node in _group_leaves(buffer, tree, 0):
        block = buffer.at(node)
        if bytes(block.take(4)) != b"SNOD":
            raise damaged(buffer.file, "a part of a group")
        block.take(2)
        for _ in range(block.uint(2)):
            offset, address, cached = block.uint(8), block.uint(8), block.uint(4)
            block.take(4 + 16)
            name = _zero_ended(names.at(offset))
            if cached == 2:
                raise _link_refused(buffer.file, name)
            yield name, address


def _group_leaves(buffer: Buffer, address: int, depth: int) -> Iterator[int]:
    if depth > DEEPEST:
        raise damaged(buffer.file, "the index of a group nests too deep")
    node = buffer.at(address)
    if bytes(node.take(4)) != b"TREE" or node.uint(1) != 0:
        raise damaged(buffer.file, "the index of a group")
    level, used = node.uint(1), node.uint(2)
    node.take(16)
    for _ in range(used):
        node.take(8)
        child = node.uint(8)
        if level:
            yield from _group_leaves(buffer, child, depth + 1)
        else:
            yield child


def leaves(buffer: Buffer, address: int, rank: int, depth: int) -> Iterator[tuple[int, int, tuple[int, ...], int]]:
    """Stored size, filter mask, corner and address of every chunk."""
    if depth > DEEPEST:
        raise damaged(buffer.file, "the index of a dataset nests too deep")
    node = buffer.at(address)
    if bytes(node.take(4)) != b"TREE" or node.uint(1) != 1:
        raise damaged(buffer.file, "the index of a dataset")
    level, used = node.uint(1), node.uint(2)
    node.take(16)
    for _ in range(used):
        stored, mask = node.uint(4), node.uint(4)
        corner = tuple(node.uint(8) for _ in range(rank))
        node.take(8)
        child = node.uint(8)
        if level:
            yield from leaves(buffer, child, rank, depth + 1)
        else:
            yield stored, mask, corner, child


def link(body: Buffer) -> tuple[str, int]:
    version, flags = body.uint(1), body.uint(1)
    if version != 1:
        raise damaged(body.file, f"a link has the version {version}")
    kind = body.uint(1) if flags & 8 else 0
    body.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = bytes(body.take(body.uint(1 << (flags & 3)))).decode("utf-8", "replace")
    if kind != 0:
        raise _link_refused(body.file, name)
    return name, body.uint(8)


def shape(body: Buffer) -> tuple[int, ...]:
    version, rank, flags = body.uint(1), body.uint(1), body.uint(1)
    if version == 1:
        body.take(5)
    elif version == 2:
        if body.uint(1) == 2:  # a null dataspace
            return (0,)
    else:
        raise damaged(body.file, f"a shape has the version {version}")
    del flags  # largest sides and permutations follow; neither changes what is there
    return tuple(body.uint(8) for _ in range(rank))


@dataclass(frozen=True)
class _Type:
    """A type of numbers or texts: `layout` for NumPy, or texts of fixed or variable length."""

    size: int
    layout: str | None = None
    text: bool = False
    variable: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)


def datatype(body: Buffer) -> _Type:
    kind = body.uint(1) & 15
    bits = body.uint(3)
    size = body.uint(4)
    order = ">" if bits & 1 else "<"
    if kind == 0 and size in (1, 2, 4, 8):
        return _Type(size, f"{order}{'i' if bits & 8 else 'u'}{size}")
    if kind == 1 and size in (2, 4, 8):
        return _Type(size, f"{order}f{size}")
    if kind == 3:
        return _Type(size, text=True)
    if kind == 9 and bits & 15 == 1 and size == 16:
        return _Type(size, text=True, variable=True)
    if kind == 8 and size == 1:  # an enumeration: h5py's booleans
        return _Type(1, "u1")
    raise storage(body.file, f"values of class {kind} and {size} bytes")


def values(file: str, buffer: Buffer, dtype: _Type, data: memoryview, count: int) -> np.ndarray[Any, Any]:
    if dtype.layout is not None:
        return np.frombuffer(data, dtype.layout, count)
    found = np.empty(count, dtype=object)
    for i in range(count):
        item = Buffer(file, data[i * dtype.size : (i + 1) * dtype.size])
        if dtype.variable:
            length, address, index = item.uint(4), item.uint(8), item.uint(4)
            raw = _heap_object(buffer, address, index)[:length] if length else b""
        else:
            raw = bytes(item.data)
        found[i] = raw.split(b"\0", 1)[0].decode("utf-8", "replace")
    return found


def _heap_object(buffer: Buffer, address: int, index: int) -> bytes:
    head = buffer.at(address)
    if bytes(head.take(4)) != b"GCOL":
        raise damaged(buffer.file, "a text that is stored apart")
    head.take(4)
    block = Buffer(buffer.file, buffer.at(address).take(head.uint(8)), 16)
    while block.left >= 16:
        number = block.uint(2)
        block.take(6)
        size = block.uint(8)
        if number == index:
            return bytes(block.take(size))
        if number == 0:
            break
        block.take(min(-(-size // 8) * 8, block.left))
    raise damaged(buffer.file, "a text that is stored apart is missing")


def attribute(buffer: Buffer, budget: Budget, body: Buffer) -> tuple[str, Any]:
    file = buffer.file
    version = body.uint(1)
    if version not in (1, 2, 3):
        raise damaged(file, f"an attribute has the version {version}")
    flags = body.uint(1)
    sizes = [body.uint(2) for _ in range(3)]
    if version == 3:
        body.take(1)
    if version > 1 and flags & 3:
        raise storage(file, "an attribute of a shared type")
    parts = []
    for size in sizes:
        parts.append(Buffer(file, body.take(size)))
        if version == 1:
            body.take(min(-size % 8, body.left))
    name = _zero_ended(parts[0])
    dtype, found_shape = datatype(parts[1]), shape(parts[2])
    count = budget.take(name, found_shape)
    found = values(file, buffer, dtype, body.take(dtype.size * count), count).reshape(found_shape)
    return name, found.item() if found.ndim == 0 else found


def filters(body: Buffer | None) -> list[tuple[int, list[int]]]:
    if body is None:
        return []
    version, count = body.uint(1), body.uint(1)
    if version == 1:
        body.take(6)
    found = []
    for _ in range(count):
        code = body.uint(2)
        name = body.uint(2) if version == 1 or code >= 256 else 0
        body.take(2)
        count_of_values = body.uint(2)
        body.take(-(-name // 8) * 8 if version == 1 else name)
        found.append((code, [body.uint(4) for _ in range(count_of_values)]))
        if version == 1 and count_of_values % 2:
            body.take(4)
    return found


def unfilter(file: str, code: int, data: bytes, length: int, item: int) -> bytes:
    if code == GZIP:
        unpacker = zlib.decompressobj()
        try:
            found = unpacker.decompress(data, length + 4)
        except zlib.error as error:
            raise damaged(file, "a compressed chunk") from error
        return found
    if code == SHUFFLE:
        whole = len(data) // item * item
        turned = np.frombuffer(data, np.uint8, whole).reshape(item, -1).T
        return turned.tobytes() + data[whole:]
    if code == FLETCHER:
        return data[:-4]
    raise storage(file, f"chunks packed by filter {code}")


def _zero_ended(buffer: Buffer) -> str:
    data = bytes(buffer.data[buffer.position : buffer.position + 4096])
    return data.split(b"\0", 1)[0].decode("utf-8", "replace")


def storage(file: str, what: str) -> FileError:
    return FileError(
        "file_storage_unknown",
        f"{file} stores its data in a way that is not read here ({what}); "
        f"save it with model.save(…) of Keras, or export it to ONNX",
        file=file,
        what=what,
    )


def _link_refused(file: str, name: str) -> FileError:
    return FileError(
        "file_points_elsewhere",
        f"{file}: {short(name)} is a link to another place, and such links are never followed; save the network anew "
        f"with model.save(…)",
        file=file,
        name=short(name),
    )
