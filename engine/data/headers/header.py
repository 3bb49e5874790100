"""What is known of a picture file before anything of it is decoded, and how a file is refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnn_loupe.engine.errors import ImageError

FORMATS = ("PNG", "JPEG", "WebP", "AVIF", "GIF", "BMP", "TIFF")

Box = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom are outside

# Camera metadata and profiles hold tables, not pictures. What lies beyond these sizes is not looked at.
MOST_EXIF = 65_536
MOST_XMP = 65_536
# Profiles of presses have up to 3 MB. A larger one is all table, which the colour engine unpacks to many times that.
MOST_PROFILE = 4_000_000


@dataclass(frozen=True)
class Coding:
    """What the numbers of a picture without a colour profile mean, as gAMA, cHRM, cICP or nclx state it.

    gamma       exponent of the file's encoding, as gAMA has it (0.45455 for 1/2.2); None where `code_points` tell
    primaries   x, y of white, red, green and blue, as cHRM has them; None for those of sRGB
    code_points colour primaries and transfer function by number (ITU-T H.273)
    """

    gamma: float | None = None
    primaries: tuple[float, ...] | None = None
    code_points: tuple[int, int] | None = None


@dataclass(frozen=True)
class Header:
    """Format, size and meaning of a picture, as its file declares them.

    width, height  as stored, before it is turned upright; of an aperture, where there is one
    channels       colours of a JPEG: 1, 3, or 4 for inks
    bits           a colour's bits where there are more than 8, else 8
    buffered       a JPEG that keeps all coefficients in memory
    scans          how often a JPEG that keeps them walks over them
    runs           a BMP in run lengths
    orientation    1 to 8, as in EXIF: how it is turned upright
    profile        the embedded colour profile; empty for one that is too large to be heeded
    coding         what its numbers mean, where no profile tells
    key            the one colour that is transparent, in units of `depth` bits a channel
    depth          bits of a stored channel
    frame          the part of the picture that the file has pixels for; None for all of it
    aperture       the part of what is coded that is the picture; None for all of it
    within         width and height of what is coded, where there is an aperture
    masks          bits of red, green, blue and alpha in each number of a BMP
    data           what the decoder is given: the file without what only people read
    """

    format: str
    width: int
    height: int
    channels: int = 3
    bits: int = 8
    buffered: bool = False
    scans: int = 1
    animated: bool = False
    runs: bool = False
    orientation: int = 1
    profile: bytes | None = None
    coding: Coding | None = None
    key: tuple[int, ...] | None = None
    depth: int = 8
    frame: Box | None = None
    aperture: Box | None = None
    within: tuple[int, int] | None = None
    masks: tuple[int, int, int, int] | None = None
    data: bytes = field(default=b"", repr=False)

    @property
    def coded(self) -> tuple[int, int]:
        """Width and height of what the decoder gives."""
        return self.within or (self.width, self.height)

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height once the picture stands upright."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


def damaged(name: str) -> ImageError:
    """The error for a file of a known format that cannot be read to its end."""
    return ImageError(
        "picture_damaged",
        f"This {name} file is damaged or cut short; save or download it again.",
        format=name,
    )


def too_many_blocks(name: str, limit: int) -> ImageError:
    """The error for a file of more parts than any program writes, which keep decoders busy for minutes."""
    return ImageError(
        "picture_too_many_blocks",
        f"This {name} file consists of more than {limit} blocks; at most so many are read. "
        "Open it in a picture program and save it again.",
        format=name,
        limit=limit,
    )


def kind_refused(name: str, kind: str) -> ImageError:
    """The error for a sound file of a known format in a form that is not read here."""
    return ImageError(
        "picture_kind_refused",
        f"This {name} file is of a kind that is not read here ({kind}). Save or export it as JPEG or PNG.",
        format=name,
        kind=kind,
    )


def without(data: bytes, left_out: list[tuple[int, int]]) -> bytes:
    """The file without these parts, each from its first byte to the one behind it, in order."""
    left_out = [(start, end) for start, end in left_out if start < min(end, len(data))]
    if not left_out:
        return data
    view, parts, at = memoryview(data), [], 0
    for start, end in left_out:
        if start > at:
            parts.append(view[at:start])
        at = end
    parts.append(view[at:])
    return b"".join(parts)
