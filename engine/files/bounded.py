"""Buffers and archives that never give more than they hold."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files.foreign import cut_short, damaged, short

LARGEST_UNPACKED = 256 * 2**20  # bytes of all members together
LARGEST_RATIO = 200  # unpacked to packed bytes of one member
MOST_MEMBERS = 4096


class Buffer:
    """Bytes with a position. Everything that is read is first checked to be there."""

    def __init__(self, file: str, data: bytes | memoryview, position: int = 0) -> None:
        self.file = file
        self.data = memoryview(data)
        self.position = position

    @property
    def left(self) -> int:
        return len(self.data) - self.position

    def at(self, position: int) -> Buffer:
        """Another reader of the same bytes that begins at this position."""
        if not 0 <= position <= len(self.data):
            raise cut_short(self.file, max(position - len(self.data), 0))
        return Buffer(self.file, self.data, position)

    def take(self, count: int) -> memoryview:
        """The next bytes."""
        start = self.position
        if count < 0:
            raise damaged(self.file, f"a length of {count} bytes")
        if start + count > len(self.data):
            raise cut_short(self.file, count - self.left)
        self.position = start + count
        return self.data[start : start + count]

    def number(self, layout: str) -> Any:
        """One little-endian number in the notation of `struct`."""
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))[0]

    def uint(self, size: int) -> int:
        """A little-endian whole number of `size` bytes."""
        return int.from_bytes(self.take(size), "little")


class Archive:
    """A zip archive of which members are read by name, each within the limits.

    Sizes are read from the directory before anything is unpacked, and what is unpacked is counted again.
    """

    def __init__(self, file: str, data: bytes, ratio: int = LARGEST_RATIO) -> None:
        self.file, self._ratio = file, ratio
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
            raise _not_a_zip(file, data) from error
        if len(entries) > MOST_MEMBERS:
            raise damaged(file, f"the archive has {len(entries)} members")
        # Archives from Windows may separate folders by a backslash.
        self._entries = {entry.filename.replace("\\", "/"): entry for entry in entries if not entry.is_dir()}
        self._left = LARGEST_UNPACKED

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """One member, unpacked. KeyError where there is none of this name."""
        entry = self._entries[name]
        if entry.flag_bits & 1:
            raise FileError(
                "file_encrypted",
                f"{self.file}: {short(name)} is encrypted; save the archive without a password",
                file=self.file,
                member=short(name),
            )
        if entry.file_size > self._left or entry.file_size > self._ratio * max(entry.compress_size, 1000):
            raise FileError(
                "file_unpacks_too_large",
                f"{self.file}: {short(name)} would unpack to {entry.file_size:,} bytes; at most "
                f"{LARGEST_UNPACKED:,} bytes, and {self._ratio} times what is packed, are read",
                file=self.file,
                member=short(name),
                size=entry.file_size,
                most=LARGEST_UNPACKED,
            )
        try:
            with self._zip.open(entry) as member:
                data = member.read(entry.file_size + 1)
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
            struct.error,
        ) as error:
            raise damaged(self.file, f"its member {short(name)} cannot be unpacked") from error
        except Exception as error:  # zlib.error, lzma.LZMAError: whatever the member's compression raises
            if type(error).__module__ not in {"zlib", "_lzma", "_bz2"}:
                raise
            raise damaged(self.file, f"its member {short(name)} cannot be unpacked") from error
        if len(data) != entry.file_size:
            raise damaged(self.file, f"its member {short(name)} has another size than the directory says")
        self._left -= len(data)
        return data


def _not_a_zip(file: str, data: bytes) -> FileError:
    """A zip archive without its directory, which stands at the end, was cut short."""
    return cut_short(file) if data[:4] == b"PK\x03\x04" else damaged(file, "it is not a zip archive")
