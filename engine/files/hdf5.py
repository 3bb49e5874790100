"""HDF5, as far as Keras writes it: groups, attributes, datasets of numbers and texts.

Read: superblocks 0 to 3; object headers 1 and 2 with continuations; groups by symbol table (B-tree 1, local heap) or
by link messages; datasets laid out compact, contiguous or in chunks (B-tree 1; gzip, shuffle, Fletcher checksum);
fixed numbers, fixed and variable texts. Refused: data in other files (external storage, external links) and soft
links, which a stranger's file could point at this machine's own files; dense link and attribute storage, which no
version of Keras writes by default. Every address and size is checked against the bytes that are there.
Source: the HDF5 File Format Specification, version 3.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files import hdf5_format as form
from cnn_loupe.engine.files.bounded import Buffer
from cnn_loupe.engine.files.foreign import DEEPEST, Budget, damaged, short

MAGIC = form.MAGIC
MOST_OBJECTS = 100_000


class File:
    """The root of a file; `file["model_weights/conv/kernel:0"]` is a Group or a Dataset.

    offsets and lengths are 8 bytes long in every file that Keras writes; the superblock says so, and it is checked.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.buffer = Buffer(name, data)
        self.budget = Budget(name)
        self.objects = 0
        self.root = Group(self, list(form.header(self.buffer, form.superblock(self.buffer))))

    def __getitem__(self, path: str) -> Group | Dataset:
        return self.root[path]


class Object:
    """What has a header: a group or a dataset."""

    def __init__(self, file: File, messages: list[form.Message]) -> None:
        file.objects += 1
        if file.objects > MOST_OBJECTS:
            raise damaged(file.name, f"it has more than {MOST_OBJECTS} objects")
        self.file = file
        self.messages = messages

    def first(self, kind: int) -> Buffer | None:
        for message in self.messages:
            if message.kind == kind:
                return message.body.at(message.body.position)
        return None

    @cached_property
    def attributes(self) -> Mapping[str, Any]:
        """Name → text, number, or array of them."""
        found = {}
        for message in self.messages:
            if message.kind == form.ATTRIBUTE:
                name, value = form.attribute(self.file.buffer, self.file.budget, message.body.at(message.body.position))
                found[name] = value
            elif message.kind == form.ATTRIBUTE_INFO:
                body = message.body.at(message.body.position + 1)
                flags = message.body.data[message.body.position + 1]
                body.take(1 + (2 if flags & 1 else 0))
                if body.uint(8) != form.UNDEFINED:
                    raise form.storage(self.file.name, "dense attributes")
        return found


class Group(Object):
    """A folder of groups and datasets."""

    def __init__(self, file: File, messages: list[form.Message], depth: int = 0) -> None:
        if depth > DEEPEST:
            raise damaged(file.name, f"its groups nest deeper than {DEEPEST}")
        self.depth = depth
        super().__init__(file, messages)

    @cached_property
    def links(self) -> Mapping[str, int]:
        """Name → address of its header."""
        found: dict[str, int] = {}
        table = self.first(form.SYMBOLS)
        if table is not None:
            tree, heap = table.uint(8), table.uint(8)
            found.update(form.symbols(self.file.buffer, tree, heap))
        info = self.first(form.LINK_INFO)
        if info is not None:
            info.take(1)
            flags = info.uint(1)
            info.take(8 if flags & 1 else 0)
            if info.uint(8) != form.UNDEFINED:
                raise form.storage(self.file.name, "dense links")
        for message in self.messages:
            if message.kind == form.LINK:
                name, address = form.link(message.body.at(message.body.position))
                found[name] = address
        return found

    @cached_property
    def _members(self) -> dict[str, Group | Dataset]:
        return {}

    def member(self, name: str) -> Group | Dataset:
        """The object of this name in this group. KeyError where there is none."""
        if name not in self._members:
            messages = list(form.header(self.file.buffer, self.links[name]))
            kinds = {message.kind for message in messages}
            group = form.SYMBOLS in kinds or form.LINK_INFO in kinds or form.LINK in kinds or form.LAYOUT not in kinds
            self._members[name] = (
                Group(self.file, messages, self.depth + 1) if group else Dataset(self.file, messages, name)
            )
        return self._members[name]

    def __getitem__(self, path: str) -> Group | Dataset:
        found: Group | Dataset = self
        for part in filter(None, path.split("/")):
            if not isinstance(found, Group):
                raise KeyError(path)
            found = found.member(part)
        return found

    def __contains__(self, path: str) -> bool:
        try:
            self[path]
        except KeyError:
            return False
        return True

    def groups(self) -> Iterator[tuple[str, Group]]:
        for name in self.links:
            found = self.member(name)
            if isinstance(found, Group):
                yield name, found

    def datasets(self, prefix: str = "") -> Iterator[tuple[str, Dataset]]:
        """Every dataset below this group, by its path from here."""
        for name in self.links:
            found = self.member(name)
            if isinstance(found, Group):
                yield from found.datasets(f"{prefix}{name}/")
            else:
                yield prefix + name, found


class Dataset(Object):
    """An array in the file; `read` gives it."""

    def __init__(self, file: File, messages: list[form.Message], name: str) -> None:
        super().__init__(file, messages)
        self.name = name

    @cached_property
    def shape(self) -> tuple[int, ...]:
        space = self.first(form.DATASPACE)
        if space is None:
            raise damaged(self.file.name, f"the dataset {short(self.name)} has no shape")
        return form.shape(space)

    def read(self) -> np.ndarray[Any, Any]:
        if self.first(form.EXTERNAL) is not None:
            raise FileError(
                "file_points_elsewhere",
                f"{self.file.name}: the dataset {short(self.name)} keeps its numbers in another file of the computer "
                f"that reads it, and such files are never opened; save the network anew with model.save(…)",
                file=self.file.name,
                name=short(self.name),
            )
        kind = self.first(form.DATATYPE)
        if kind is None:
            raise damaged(self.file.name, f"the dataset {short(self.name)} has no type")
        dtype = form.datatype(kind)
        count = self.file.budget.take(self.name, self.shape)
        data = self._bytes(dtype.size * count, dtype.size)
        return form.values(self.file.name, self.file.buffer, dtype, data, count).reshape(self.shape)

    def _bytes(self, size: int, item: int) -> memoryview:
        layout = self.first(form.LAYOUT)
        if layout is None:
            raise damaged(self.file.name, f"the dataset {short(self.name)} lies nowhere")
        version = layout.uint(1)
        if version in (1, 2):
            rank, kind = layout.uint(1), layout.uint(1)
            layout.take(5)
            address = form.UNDEFINED if kind == 0 else layout.uint(8)
            sides = [layout.uint(4) for _ in range(rank)]
            if kind == 0:
                return layout.take(layout.uint(4))
        elif version in (3, 4, 5):
            kind = layout.uint(1)
            if kind == 0:
                return layout.take(layout.uint(2))
            if kind == 1:
                address = layout.uint(8)
            elif version == 3:
                rank, address = layout.uint(1), layout.uint(8)
                sides = [layout.uint(4) for _ in range(rank)]
            else:
                raise form.storage(self.file.name, "chunks of the newest layout")
        else:
            raise damaged(self.file.name, f"the layout of {short(self.name)} has the version {version}")
        if address == form.UNDEFINED:  # never written: HDF5 gives zeros
            if size > len(self.file.buffer.data):
                raise damaged(self.file.name, f"the dataset {short(self.name)} was never written")
            return memoryview(bytes(size))
        if kind == 1:
            return self.file.buffer.at(address).take(size)
        if kind == 2:
            return self._chunks(address, tuple(sides[:-1]), size, item)
        raise form.storage(self.file.name, "a virtual dataset")

    def _chunks(self, tree: int, chunk: tuple[int, ...], size: int, item: int) -> memoryview:
        rank = len(self.shape)
        if len(chunk) != rank or not all(chunk):
            raise damaged(self.file.name, f"the chunks of {short(self.name)} have another rank than the dataset")
        whole = np.zeros((*self.shape, item), np.uint8)
        filters = form.filters(self.first(form.FILTERS))
        length = math.prod(chunk) * item
        if length > max(64 * size, 2**20):
            raise damaged(self.file.name, f"the chunks of {short(self.name)} are far larger than the dataset")
        for stored, mask, corner, address in form.leaves(self.file.buffer, tree, rank, 0):
            data = bytes(self.file.buffer.at(address).take(stored))
            for position, (code, _) in reversed(list(enumerate(filters))):
                if not mask >> position & 1:
                    data = form.unfilter(self.file.name, code, data, length, item)
            if len(data) < length:
                raise damaged(self.file.name, f"a chunk of {short(self.name)} is too short")
            part = np.frombuffer(data, np.uint8, length).reshape(*chunk, item)
            inside = tuple(slice(c, min(c + s, n)) for c, s, n in zip(corner, chunk, self.shape, strict=True))
            if any(s.start >= n for s, n in zip(inside, self.shape, strict=True)):
                continue
            whole[inside] = part[tuple(slice(0, s.stop - s.start) for s in inside)]
        return memoryview(whole.tobytes())
