"""What a picture may cost, in numbers that its header tells before a decoder starts.

Memory and time are bounded by the file's size, by the pixels and the longer side that its header declares, and, for
JPEG, by the number of colours and of scans. The largest accepted picture costs below 200 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnn_loupe.engine.data.headers import Header, read_header
from cnn_loupe.engine.errors import ImageError

MEGA = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What a picture may cost; pixels and sides as declared in its header.

    Pillow keeps a pointer for each row and works row by row: a picture of one column takes five times the memory of a
    square one. No side may be longer than what a browser draws.
    """

    bytes: int = 20 * MEGA
    pixels: int = 16 * MEGA
    side: int = 32_767
    jpeg_pixels: int = 110 * MEGA  # decoded at a fraction of its size; telephones have 50, 64 and 108
    webp_pixels: int = 8 * MEGA  # its decoder keeps several copies of the canvas
    avif_pixels: int = 8 * MEGA  # the same
    unpacked: int = 48 * MEGA  # bytes of a TIFF's pixels, which its decoder keeps beside the picture
    scans: int = 64
    # Of a JPEG that keeps all its coefficients, and walks over them in each scan; programs write 6 to 18 scans.
    scanned: int = 600 * MEGA  # pixels times colours times scans
    scanned_bytes: int = 8 * MEGA
    run_bytes: int = 4 * MEGA  # of a BMP in run lengths, which Pillow unpacks one by one in Python

    def pixels_of(self, header: Header) -> int:
        """Most pixels allowed for this file; a JPEG kept whole in memory counts as any other, with inks half."""
        match header.format:
            case "JPEG" if not header.buffered:
                return self.jpeg_pixels
            case "JPEG":
                return self.pixels if header.channels <= 3 else self.pixels // 2
            case "WebP":
                return min(self.pixels, self.webp_pixels)
            case "AVIF":
                return min(self.pixels, self.avif_pixels)
            case "TIFF":
                return min(self.pixels, self.unpacked // max(1, header.channels * header.depth // 8))
        # A transparent colour of 16 bits a channel is looked for in both bytes of each: the picture is decoded twice.
        twice = header.key is not None and header.depth == 16 and len(header.key) == 3
        return self.pixels // 2 if twice else self.pixels

    def scans_of(self, header: Header) -> int:
        """Most scans allowed for this file: fewer for a larger picture."""
        samples = header.width * header.height * header.channels
        return max(1, min(self.scans, self.scanned // max(1, samples)))

    def bytes_of(self, header: Header) -> int:
        """Most bytes allowed for what the decoder is given of this file."""
        if header.runs:
            return min(self.bytes, self.run_bytes)
        return min(self.bytes, self.scanned_bytes) if header.buffered else self.bytes


LIMITS = Limits()


def header_within(data: bytes, limits: Limits) -> Header:
    """What the picture's header says, if its size, pixels and scans are within the limits.

    Raises ImageError: what `read_header` raises, and `picture_too_large`, `picture_too_long`,
    `picture_too_many_pixels`, `picture_too_many_scans`.
    """
    if len(data) > limits.bytes:
        raise _too_large(len(data), limits.bytes)
    header = read_header(data)
    width, height = header.coded
    # Its size and orientation, for whoever makes it smaller: browsers do not read all that says how it is turned.
    sides = {"width": width, "height": height, "orientation": header.orientation}
    most = limits.bytes_of(header)
    if most < limits.bytes and len(header.data) > most:
        raise _too_large(len(header.data), most, **sides)
    pixels, allowed = width * height, limits.pixels_of(header)
    if pixels > allowed:
        raise ImageError(
            "picture_too_many_pixels",
            f"The picture has {width}×{height} = {pixels / MEGA:.1f} megapixels; "
            f"at most {allowed / MEGA:g} are read from a {header.format} file like this. Make it smaller.",
            **sides,
            megapixels=round(pixels / MEGA, 1),
            limit=allowed / MEGA,
            format=header.format,
        )
    if max(width, height) > limits.side:
        raise ImageError(
            "picture_too_long",
            f"The picture has {width}×{height} pixels; no side may be longer than {limits.side}. Make it smaller.",
            **sides,
            limit=limits.side,
        )
    if header.scans > limits.scans_of(header):
        raise ImageError(
            "picture_too_many_scans",
            f"The JPEG has {header.scans} scans; at most {limits.scans_of(header)} are read from one of "
            f"{header.width}×{header.height} pixels. Save it again.",
            scans=header.scans,
            limit=limits.scans_of(header),
            **sides,
        )
    return header


def _too_large(size: int, most: int, **more: int) -> ImageError:
    return ImageError(
        "picture_too_large",
        f"The picture has {size} bytes; at most {most} are read. Make it smaller.",
        bytes=size,
        limit=most,
        **more,
    )
