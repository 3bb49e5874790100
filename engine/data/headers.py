"""What a picture file says about itself in its first bytes, read without decoding anything.

Decoders reserve memory as soon as they open a file, so its format and its size are read here
first, by content (the name and the declared type of a file prove nothing), and checked against the
limits before any decoder sees it.

Sources: PNG (ISO/IEC 15948, IHDR), JPEG (ITU-T T.81, annex B), WebP (RFC 9649), GIF89a, BMP
(BITMAPCOREHEADER, BITMAPINFOHEADER).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from cnn_loupe.engine.errors import ImageError


@dataclass(frozen=True)
class Header:
    """Format and size as declared.

    channels  colours of a JPEG: 1, 3, or 4 for inks
    buffered  a JPEG that keeps all coefficients in memory
    scans     how often a JPEG that keeps them walks over them
    runs      a BMP in run lengths
    """

    format: str
    width: int
    height: int
    channels: int = 3
    buffered: bool = False
    scans: int = 1
    animated: bool = False
    runs: bool = False


# Decoders read blocks one by one and in places copy all earlier ones for each: files of a great many
# tiny blocks would keep them busy for minutes. No real picture comes near these numbers.
MOST_PNG_CHUNKS = 20_000
MOST_JPEG_SEGMENTS = 512
MOST_GIF_BLOCKS = 4_000  # before the first frame


FORMATS = ("PNG", "JPEG", "WebP", "GIF", "BMP")

# Formats that people try and that are refused, by the bytes that give them away: (offset, bytes, name).
REFUSED: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftyphevc", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypmsf1", "HEIF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"%PDF", "PDF"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL ", "JPEG XL"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"8BPS", "PSD"),
    (0, b"\x00\x00\x01\x00", "ICO"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "SVG"),
    (0, b"<!DOCTYPE", "HTML"),
    (0, b"<html", "HTML"),
    (0, b"PK\x03\x04", "ZIP"),
)


def read_header(data: bytes) -> Header:
    """Tell format and size of a picture from its first bytes.

    Raises ImageError: `picture_empty`, `picture_format_refused` (known, not accepted),
    `picture_format_unknown`, `picture_damaged` (too short or contradictory).
    """
    if not data:
        raise ImageError("picture_empty", "The picture has 0 bytes; choose a file that is not empty.")
    for name, (recognise, read) in _READERS.items():
        if not recognise(data):
            continue
        try:
            header = read(data)
        except (struct.error, IndexError) as error:
            raise damaged(name) from error
        if header.width < 1 or header.height < 1:
            raise damaged(name)
        return header
    allowed = ", ".join(FORMATS)
    for offset, magic, name in REFUSED:
        if data.startswith(magic, offset):
            raise ImageError(
                "picture_format_refused",
                f"This is a {name} file; {allowed} are read. Save or export it as JPEG or PNG and try again.",
                format=name,
                allowed=allowed,
            )
    raise ImageError(
        "picture_format_unknown",
        f"This is not a picture in a format that is read here ({allowed}), judged by its content.",
        allowed=allowed,
    )


def damaged(name: str) -> ImageError:
    """The error for a file of a known format that cannot be read to its end."""
    return ImageError(
        "picture_damaged",
        f"This {name} file is damaged or cut short; save or download it again.",
        format=name,
    )


def _png(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise damaged("PNG")
    width, height = struct.unpack_from(">II", data, 16)
    position, animated = 8, False
    for _ in range(MOST_PNG_CHUNKS):
        if position + 8 > len(data):
            return Header("PNG", width, height, animated=animated)
        length, kind = struct.unpack_from(">I4s", data, position)
        animated = animated or kind == b"acTL"
        position += 12 + length
    raise damaged("PNG")


def _gif(data: bytes) -> Header:
    """Walk the blocks up to the first frame, and over that, to see whether another one follows."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13 + _table(flags)
    for _ in range(MOST_GIF_BLOCKS):
        if data[position] == 0x2C:  # image descriptor
            frame = position + 10 + _table(data[position + 9])
            return Header("GIF", width, height, animated=_goes_on(data, frame + 1))
        if data[position] != 0x21:  # extension
            raise damaged("GIF")
        position += 2
        for _ in range(MOST_GIF_BLOCKS):
            size = data[position]
            position += 1 + size
            if not size:
                break
        else:
            raise damaged("GIF")
    raise damaged("GIF")


def _table(flags: int) -> int:
    """Bytes of the colour table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _goes_on(data: bytes, position: int) -> bool:
    """Whether anything but the trailer follows the data blocks from here; False where they do not end."""
    for _ in range(100_000):
        if position >= len(data):
            return False
        size = data[position]
        position += 1 + size
        if not size:
            return data[position : position + 1] in (b",", b"!")
    return False


def _bmp(data: bytes) -> Header:
    (size,) = struct.unpack_from("<I", data, 14)
    compression = 0
    if size == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height, _, _, compression = struct.unpack_from("<iiHHI", data, 18)
    # A negative height means rows from top to bottom.
    return Header("BMP", width, abs(height), runs=compression in (1, 2))


def _webp(data: bytes) -> Header:
    chunk = data[12:16]
    if chunk == b"VP8X":
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
        if len(data) < 30:
            raise damaged("WebP")
    elif chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif chunk == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise damaged("WebP")
    return Header("WebP", width, height)


_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length: TEM, RST0–RST7
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0–SOF15 without DHT, JPG, DAC


def _jpeg(data: bytes) -> Header:
    """Walk the segments up to the first scan.

    A JPEG whose components come in several scans (every progressive one) makes the decoder keep all
    coefficients in memory, and each scan walks over all of them again. In compressed data 0xFF is
    always followed by a zero byte, so from the first scan on (before it stand profiles and other data
    that may hold anything) the bytes FF DA count the scans, and at worst a few too many.
    In any other the decoder reads one scan, and a second is damage to it.
    """
    position, frame = 2, None
    for _ in range(MOST_JPEG_SEGMENTS):
        if data[position] != 0xFF:
            raise damaged("JPEG")
        marker = data[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        if marker in _JPEG_BARE:
            position += 2
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        if marker in _JPEG_FRAMES:
            height, width, components = struct.unpack_from(">HHB", data, position + 5)
            frame = (width, height, components, marker)
        if marker == 0xDA:
            break
        if marker == 0xD9 or length < 2:
            raise damaged("JPEG")
        position += 2 + length
    else:
        raise damaged("JPEG")
    if frame is None:
        raise damaged("JPEG")
    width, height, components, marker = frame
    progressive = marker in (0xC2, 0xC6, 0xCA, 0xCE)
    buffered = progressive or data[position + 4] < components
    return Header(
        "JPEG",
        width,
        height,
        channels=components,
        buffered=buffered,
        scans=data.count(b"\xff\xda", position) if buffered else 1,
    )


_READERS: dict[str, tuple[Callable[[bytes], bool], Callable[[bytes], Header]]] = {
    "PNG": (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    "JPEG": (lambda data: data.startswith(b"\xff\xd8\xff"), _jpeg),
    "WebP": (lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", _webp),
    "GIF": (lambda data: data.startswith((b"GIF87a", b"GIF89a")), _gif),
    "BMP": (lambda data: data.startswith(b"BM") and len(data) > 26, _bmp),
}
