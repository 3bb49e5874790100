"""What people send that is no picture in a format read here, recognised so that they are told what helps.

Nothing of such a file is decoded: these are its first bytes, or words at the beginning of a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cnn_loupe.engine.data.headers.header import FORMATS
from cnn_loupe.engine.errors import ImageError

LOOKED_AT = 1024  # bytes

_PICTURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "PDF"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL ", "JPEG XL"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"II+\0", "BigTIFF"),
    (0, b"MM\0+", "BigTIFF"),
    (0, b"8BPS", "PSD"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"qoif", "QOI"),
    (0, b"gimp xcf", "XCF"),
    (0, b"\xc5\xd0\xd3\xc6", "EPS"),
    (0, b"%!PS", "EPS"),
    (0, b"FUJIFILMCCD-RAW", "RAF"),
    (0, b"II\xbc\x01", "JPEG XR"),
    (0, b"SIMPLE  =", "FITS"),
    (128, b"DICM", "DICOM"),
)  # fmt: skip
_VIDEOS: tuple[tuple[int, bytes, str], ...] = (
    (8, b"AVI ", "AVI"),
    (0, b"\x1a\x45\xdf\xa3", "Matroska"),
    (4, b"moov", "QuickTime"),
    (4, b"mdat", "QuickTime"),
    (4, b"wide", "QuickTime"),
)  # fmt: skip
_ARCHIVES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"PK\x05\x06", "ZIP"),
    (0, b"Rar!", "RAR"),
    (0, b"7z\xbc\xaf", "7z"),
    (257, b"ustar", "tar"),
)  # fmt: skip
# Major brands of ISO base media files (ISO/IEC 14496-12 and 23008-12).
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEIF = {b"mif1", b"msf1", b"mif2", b"miaf", b"1pic"}

_BASE64 = re.compile(rb"\s*(?:/9j/|iVBORw0KGgo|R0lGOD[dl]|UklGR|Qk[0-9A-Za-z+/]{6}|AAAA[0-9A-Za-z+/]{4}Z0eX)")
_FORM = re.compile(rb"--[^\r\n]{1,200}\r?\ncontent-disposition:", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """What a file is, and which sentence says what to do about it."""

    code: str
    name: str


def kind_of(data: bytes) -> Kind | None:
    """What this is, judged by its content; None where nothing is known."""
    brand = _brand(data)
    if brand is not None:
        return brand
    for code, table in (
        ("picture_format_refused", _PICTURES),
        ("picture_is_video", _VIDEOS),
        ("picture_is_archive", _ARCHIVES),
    ):
        for offset, magic, name in table:
            if data.startswith(magic, offset):
                return Kind(code, name)
    return _wrapped(data) or _text(data)


def refusal(data: bytes) -> ImageError:
    """The error for a file in none of the formats that are read."""
    return _refused(kind_of(data))


def wrapped(name: str) -> ImageError:
    """The error for a picture that came in something else, which only the sender's headers tell."""
    return _refused(Kind("picture_is_wrapped", name))


def _refused(kind: Kind | None) -> ImageError:
    allowed = ", ".join(FORMATS)
    if kind is None:
        return ImageError(
            "picture_format_unknown",
            f"This is not a picture in a format that is read here ({allowed}), judged by its content.",
            allowed=allowed,
        )
    return ImageError(
        kind.code,
        _SENTENCES[kind.code].format(name=kind.name, allowed=allowed),
        format=kind.name,
        allowed=allowed,
    )


_SENTENCES = {
    "picture_format_refused": (
        "This file is in the format {name}; {allowed} are read. Save or export it as JPEG or PNG and try again."
    ),
    "picture_is_video": "This file is a video ({name}), not a picture. Take a still picture from it and try again.",
    "picture_is_archive": "This file is an archive ({name}). Unpack it and send the pictures inside.",
    "picture_is_page": "This file is text ({name}), not a picture. Save the picture itself and try again.",
    "picture_is_wrapped": (
        "The picture is wrapped in something else ({name}). Send the bytes of the file themselves as the body, "
        "with curl by --data-binary @file."
    ),
}


def _brand(data: bytes) -> Kind | None:
    """Pictures and films in boxes, by their brands."""
    if data[4:8] != b"ftyp":
        return None
    brand = data[8:12]
    if brand in _HEIC:
        return Kind("picture_format_refused", "HEIC")
    if brand in _HEIF:
        others = {data[at : at + 4] for at in range(16, min(int.from_bytes(data[:4], "big"), 256), 4)}
        return Kind("picture_format_refused", "HEIC" if others & _HEIC else "HEIF")
    if brand == b"jxl ":
        return Kind("picture_format_refused", "JPEG XL")
    if brand == b"crx ":
        return Kind("picture_format_refused", "CR3")
    return Kind("picture_is_video", "QuickTime" if brand == b"qt  " else "MP4")


def _wrapped(data: bytes) -> Kind | None:
    """A picture that somebody packed, or whose bytes became text, on the way."""
    start = data[:LOOKED_AT]
    if start.startswith(b"\x1f\x8b"):
        return Kind("picture_is_wrapped", "gzip")
    if _FORM.match(start):
        return Kind("picture_is_wrapped", "multipart/form-data")
    if start.lstrip().lower().startswith(b"data:image/"):
        return Kind("picture_is_wrapped", "data URL")
    if start.lstrip().startswith((b"{", b"[")):
        return Kind("picture_is_wrapped", "JSON")
    if _BASE64.match(start):
        return Kind("picture_is_wrapped", "Base64")
    return None


def _text(data: bytes) -> Kind | None:
    """What is written rather than drawn: a page, a drawing in XML, a pointer to a file."""
    start = data[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"version https://git-lfs"):
        return Kind("picture_is_page", "Git LFS")
    if not start.startswith(b"<"):
        return None
    if b"<svg" in start or b"<!doctype svg" in start:
        return Kind("picture_format_refused", "SVG")
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<!--")) or b"<html" in start:
        return Kind("picture_is_page", "HTML")
    return Kind("picture_is_page", "XML") if start.startswith(b"<?xml") else None
