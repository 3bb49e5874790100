"""The costliest files that are still accepted: every format at its limits, made to keep its decoder busy.

PICTURES are squares, the costliest of each format; SHAPES are every mode of the formats in shapes from one column to
one row, since decoders pay for rows as well as for pixels; BEYOND are just past a limit, and refused for next to
nothing. `make bench BENCH=pictures` and tests/server/test_budget.py post them to a server and measure what they cost
it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from tests.differential.files import tiff as tiff_of
from tests.pictures import chunk, encoded, png

MOST_BYTES = 19_900_000
MOST_SCANNED_BYTES = 7_900_000


def rough(width: int, height: int, amplitude: float) -> np.ndarray:
    """Colour noise on a slope, (height, width, 3): the larger its amplitude, the more bytes it takes."""
    rng = np.random.default_rng(0)
    noise = rng.integers(-int(amplitude), int(amplitude) + 1, (height, width, 3), dtype=np.int16)
    noise += np.linspace(64, 192, width, dtype=np.int16)[None, :, None]
    return noise.clip(0, 255).astype(np.uint8)


def photograph(width: int, height: int, amplitude: float) -> Image.Image:
    return Image.fromarray(rough(width, height, amplitude))


def png_colour(depth: int, *extra: bytes) -> bytes:
    """Colour with alpha on 16 megapixels, rows filtered by Paeth, as hard to unpack as 20 MB allow."""
    side, step = 3999, 4 * depth // 8
    row = b"\4" + np.random.default_rng(0).integers(0, 4, side * step, dtype=np.uint8).tobytes()
    plain = b"\4" + bytes(side * step)
    return png(side, side, depth, 6, (row + plain * 2) * (side // 3), *extra)


def png_interlaced() -> bytes:
    """Pillow writes no interlaced files: the seven passes are cut out of the pixels here."""
    pixels = np.asarray(photograph(3999, 3999, 1).convert("RGBA")).copy()
    pixels[1300:] = (16, 128, 240, 127)
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    rows = b"".join(
        b"\0" + line.tobytes() for top, left, down, right in passes for line in pixels[top::down, left::right]
    )
    header = struct.pack(">IIBBBBB", 3999, 3999, 8, 6, 0, 0, 1)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 6)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def lookup_profile(space: bytes, channels: int, grid: int) -> bytes:
    """A colour profile that is a table (lut8) from `channels` inks or lights to Lab: the slow kind."""
    identity = bytes(range(256))
    # Without 255, so that nothing in it looks like a marker of JPEG.
    table = np.random.default_rng(0).integers(0, 255, grid**channels * 3, dtype=np.uint8).tobytes()
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = b"mft1\0\0\0\0" + bytes([channels, 3, grid, 0]) + matrix + identity * channels + table + identity * 3
    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"slow\0" + bytes(78)
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    tags, places, body, start = [(b"desc", description), (b"wtpt", white), (b"A2B0", lut)], b"", b"", 128 + 4 + 36
    for name, data in tags:
        data += bytes(-len(data) % 4)
        places += name + struct.pack(">II", start + len(body), len(data))
        body += data
    size = start + len(body)
    head = (
        struct.pack(">I4s", size, b"\0\0\0\0")
        + b"\x02\x40\0\0"
        + (b"prtr" if channels == 4 else b"scnr")
        + space
        + b"Lab "
    )
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + places + body


def jpeg_progressive(image: Image.Image, scans: int, quality: int, **options: object) -> bytes:
    """A progressive JPEG whose largest scan of a band comes again and again: each walks over all coefficients."""
    data = encoded(image, "JPEG", quality=quality, progressive=True, **options)
    starts = [at for at in range(len(data) - 1) if data[at] == 0xFF and data[at + 1] == 0xDA]
    found = [data[start:end] for start, end in zip(starts, [*starts[1:], len(data) - 2], strict=True)]
    # The byte behind the list of a scan's colours says where its band begins: 0 is the mean of each block.
    band = max((scan for scan in found if scan[5 + 2 * scan[4]] > 0), key=len)
    again = min(scans - len(found), (MOST_SCANNED_BYTES - len(data)) // len(band))
    return data[:-2] + band * again + data[-2:]


def jpeg_inks() -> bytes:
    """Four colours, none of them smaller than the others, with the largest profile that is heeded."""
    image = photograph(2828, 2828, 20).convert("CMYK")
    return jpeg_progressive(image, 18, 50, subsampling=0, icc_profile=lookup_profile(b"CMYK", 4, 33))


def jpeg_lights() -> bytes:
    """As many scans and bytes as 16 megapixels may have."""
    image = photograph(3999, 3999, 20)
    return jpeg_progressive(image, 12, 72, subsampling=0, icc_profile=lookup_profile(b"RGB ", 3, 33))


def jpeg_cmyk(side: int, profile: bool) -> bytes:
    image = photograph(side, side, 12).convert("CMYK")
    options = {"icc_profile": lookup_profile(b"CMYK", 4, 17)} if profile else {}
    return encoded(image, "JPEG", quality=60, **options)


def gif(frames: int) -> bytes:
    image = photograph(3999, 3999, 3).quantize(16)
    options = {"save_all": True, "append_images": [image.rotate(90)] * (frames - 1)} if frames > 1 else {}
    return encoded(image, "GIF", transparency=3, **options)


def bmp_runs() -> bytes:
    """Run lengths of one pixel: every pixel of 2 megapixels by itself."""
    side = 1410
    rows = (b"\x01\x07\x01\x09" * (side // 2) + b"\0\0") * side
    head = b"BM" + struct.pack("<IHHI", 54 + 1024 + len(rows), 0, 0, 54 + 1024)
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(rows), 0, 0, 256, 0)
    return head + info + bytes(range(256)) * 4 + rows


def bmp_bits() -> bytes:
    return encoded(Image.fromarray(rough(3999, 3999, 90)[..., 0] > 128), "BMP")


def webp(**options: object) -> bytes:
    return encoded(photograph(2820, 2820, 20), "WEBP", **options)


def webp_alpha(**options: object) -> bytes:
    image = photograph(2820, 2820, 2)
    image.putalpha(Image.fromarray(rough(2820, 2820, 60)[..., 0]))
    return encoded(image, "WEBP", lossless=True, method=0, **options)


def webp_animated() -> bytes:
    image = photograph(2820, 2820, 10)
    return encoded(image, "WEBP", save_all=True, append_images=[image.rotate(90)] * 3, quality=50, method=0)


def webp_profile() -> bytes:
    return encoded(photograph(2820, 2820, 20), "WEBP", quality=40, method=0, icc_profile=lookup_profile(b"RGB ", 3, 33))


def avif(**options: object) -> bytes:
    return encoded(photograph(2820, 2820, 30), "AVIF", speed=10, **options)


def avif_alpha(**options: object) -> bytes:
    image = photograph(2820, 2820, 20)
    image.putalpha(Image.fromarray(rough(2820, 2820, 60)[..., 0]))
    return encoded(image, "AVIF", speed=10, quality=80, subsampling="4:4:4", **options)


def tiff(mode: str, side: int, amplitude: float, compression: str, **options: object) -> bytes:
    return encoded(photograph(side, side, amplitude).convert(mode), "TIFF", compression=compression, **options)


def tiff_deep() -> bytes:
    """Colour with alpha, 16 bits each, packed, in one strip: its decoder keeps it whole beside the picture."""
    side = 2448
    return tiff_of(np.full((side, side, 4), 0x8040, np.uint16), 16, 2, compress=True, tags=((338, 3, b"\2\0"),))


def key16() -> bytes:
    """A transparent colour of 16 bits a channel, which is looked for in both bytes of each."""
    side = 2827
    return png(side, side, 16, 2, (b"\1" + b"\1\2\3\4\5\6" * side) * side, chunk(b"tRNS", b"\1\2\3\4\5\6"))


def icc_chunk() -> bytes:
    return chunk(b"iCCP", b"slow\0\0" + zlib.compress(lookup_profile(b"RGB ", 3, 33)))


PICTURES: dict[str, Callable[[], bytes]] = {
    "PNG, 16 MP, alpha": lambda: png_colour(8),
    "PNG, 16 MP, alpha, 16 bits": lambda: png_colour(16),
    "PNG, 16 MP, alpha, interlaced": png_interlaced,
    "PNG, 16 MP, alpha, profile": lambda: png_colour(8, icc_chunk()),
    "PNG, 16 MP, alpha, 16 bits, profile": lambda: png_colour(16, icc_chunk()),
    "PNG, 16 MP, grey, 16 bits": lambda: png(3999, 3999, 16, 0, (b"\0" + bytes(range(256)) * 31 + bytes(62)) * 3999),
    "PNG, 16 MP, palette": lambda: encoded(photograph(3999, 3999, 4).quantize(32), "PNG", transparency=3),
    "JPEG, 110 MP": lambda: encoded(photograph(10_480, 10_480, 22), "JPEG", quality=75),
    "JPEG, 50 MP": lambda: encoded(photograph(7070, 7070, 40), "JPEG", quality=75),
    "JPEG, 50 MP, CMYK, profile": lambda: jpeg_cmyk(7070, True),
    "JPEG, 16 MP, CMYK, profile": lambda: jpeg_cmyk(3999, True),
    "JPEG, 16 MP, progressive": lambda: jpeg_progressive(photograph(3999, 3999, 20), 0, 20),
    "JPEG, 16 MP, progressive, 12 scans, profile": jpeg_lights,
    "JPEG, 3.1 MP, progressive, 64 scans": lambda: jpeg_progressive(photograph(1760, 1760, 20), 64, 50, subsampling=0),
    "JPEG, 8 MP, progressive, CMYK, 18 scans, profile": jpeg_inks,
    "WebP, 8 MP": lambda: webp(quality=90, method=0),
    "WebP, 8 MP, lossless, alpha": webp_alpha,
    "WebP, 8 MP, animated": webp_animated,
    "WebP, 8 MP, profile": webp_profile,
    "WebP, 8 MP, alpha, profile": lambda: webp_alpha(icc_profile=lookup_profile(b"RGB ", 3, 60)),
    "GIF, 16 MP": lambda: gif(1),
    "GIF, 16 MP, animated": lambda: gif(3),
    "BMP, 6.6 MP, 24 bits": lambda: encoded(photograph(2570, 2570, 90), "BMP"),
    "BMP, 2 MP, runs of one": bmp_runs,
    "BMP, 16 MP, one bit": bmp_bits,
    "BMP, 10 MP, bit fields": lambda: bmp_fields(16, 3150),
    "BMP, 5 MP, bit fields with alpha": lambda: bmp_fields(32, 2230),
    "PNG, 8 MP, 16 bits, transparent colour": key16,
    "AVIF, 8 MP": lambda: avif(quality=90, subsampling="4:4:4"),
    "AVIF, 8 MP, alpha": avif_alpha,
    "AVIF, 8 MP, profile": lambda: avif(quality=70, icc_profile=lookup_profile(b"RGB ", 3, 60)),
    "TIFF, 6.6 MP": lambda: tiff("RGB", 2570, 90, "raw"),
    "TIFF, 16 MP, LZW": lambda: tiff("RGB", 3999, 0, "tiff_lzw"),
    "TIFF, 6 MP, alpha, 16 bits, deflate": tiff_deep,
    "TIFF, 12 MP, inks, deflate, profile": lambda: tiff(
        "CMYK", 3460, 0, "tiff_adobe_deflate", icc_profile=lookup_profile(b"CMYK", 4, 33)
    ),
    "TIFF, 16 MP, fax": lambda: tiff("1", 3999, 90, "group4"),
}

# Width and height: one column to one row, and the longest of each with as many pixels as are read.
SIDES = (
    (1, 32_767), (4, 32_767), (244, 32_767), (488, 32_767), (500, 16_000), (2_828, 2_828),
    (3_999, 3_999), (16_000, 500), (32_767, 488), (32_767, 244), (32_767, 4), (32_767, 1),
)  # fmt: skip


def png_rows(width: int, height: int, depth: int, colour: int, *extra: bytes) -> bytes:
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = b"\2" + bytes(range(256)) * (-(-width * samples * depth // 2048))
    return png(width, height, depth, colour, row[: 1 + -(-width * samples * depth // 8)] * height, *extra)


def _png_modes() -> dict[str, tuple[int, int, tuple[bytes, ...]]]:
    palette = chunk(b"PLTE", bytes(range(256)) * 3), chunk(b"tRNS", bytes(range(256)))
    return {
        "grey, 1 bit": (1, 0, ()),
        "grey, transparent": (8, 0, (chunk(b"tRNS", b"\0\x07"),)),
        "grey, 16 bits": (16, 0, ()),
        "grey, 16 bits, transparent": (16, 0, (chunk(b"tRNS", b"\1\2"),)),
        "palette": (8, 3, palette),
        "colour": (8, 2, ()),
        "colour, transparent": (8, 2, (chunk(b"tRNS", b"\0\1\0\2\0\3"),)),
        "colour, 16 bits, gamma": (16, 2, (chunk(b"gAMA", struct.pack(">I", 100_000)),
            chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)))),
        "grey, alpha": (8, 4, ()),
        "alpha, 16 bits": (16, 6, ()),
        "alpha, PQ": (8, 6, (chunk(b"cICP", bytes([9, 16, 0, 1])),)),
    }  # fmt: skip


def bmp_fields(bits: int, side: int) -> bytes:
    """A square of such a file."""
    return bmp_of(side, side, bits)


def bmp_of(width: int, height: int, bits: int) -> bytes:
    """Masks that have no name, which are read here and not by Pillow."""
    masks = (0x0F00, 0x00F0, 0x000F, 0xF000) if bits == 16 else (0xFF, 0xFF00, 0xFF0000, 0xFF000000)
    stride = -(-width * bits // 32) * 4
    rows = np.random.default_rng(0).integers(0, 256, stride * height, dtype=np.uint8).tobytes()
    start = 14 + 108
    info = (
        struct.pack("<IiiHHIIiiII", 108, width, height, 1, bits, 3, len(rows), 0, 0, 0, 0)
        + struct.pack("<IIII", *masks)
        + b"BGRs"
        + bytes(48)
    )
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + info + rows


def _others(width: int, height: int) -> dict[str, Callable[[], bytes]]:
    """The other formats in this shape, with their modes, as far as they have it and are read that large."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    clear = picture.copy()
    clear.putalpha(128)
    found: dict[str, Callable[[], bytes]] = {
        "JPEG": lambda: encoded(picture, "JPEG", quality=50),
        "JPEG, progressive": lambda: encoded(picture, "JPEG", quality=50, progressive=True),
        "JPEG, grey": lambda: encoded(picture.convert("L"), "JPEG", quality=50),
        "JPEG, inks": lambda: encoded(picture.convert("CMYK"), "JPEG", quality=50),
        "GIF": lambda: encoded(picture.quantize(16), "GIF", transparency=3),
        "BMP, 1 bit": lambda: encoded(picture.convert("1"), "BMP"),
        "TIFF": lambda: encoded(picture, "TIFF", compression="tiff_adobe_deflate"),
        "TIFF, 1 bit": lambda: encoded(picture.convert("1"), "TIFF", compression="group4"),
        "TIFF, grey, 16 bits": lambda: encoded(picture.convert("I;16"), "TIFF", compression="tiff_lzw"),
    }
    if 4 * width * height < 48_000_000:
        found["TIFF, alpha"] = lambda: encoded(clear, "TIFF", compression="tiff_lzw")
        found["TIFF, inks"] = lambda: encoded(picture.convert("CMYK"), "TIFF", compression="tiff_adobe_deflate")
    if width * height < 6_000_000:
        found["BMP"] = lambda: encoded(picture, "BMP")
        found["BMP, bit fields"] = lambda: bmp_of(width, height, 16)
    if max(width, height) < 16_384 and width * height <= 8_000_000:
        found["WebP"] = lambda: encoded(picture, "WEBP", quality=50, method=0)
        found["WebP, alpha, lossless"] = lambda: encoded(clear, "WEBP", lossless=True, method=0)
    if width * height <= 8_000_000:
        found["AVIF"] = lambda: encoded(picture, "AVIF", speed=10, quality=50)
        found["AVIF, alpha"] = lambda: encoded(clear, "AVIF", speed=10, quality=50)
    return found


def shapes(width: int, height: int) -> dict[str, Callable[[], bytes]]:
    """Every mode in this shape; where it has more pixels than a mode may have, the mode is left out."""
    name = f"{width}×{height}"
    found = {
        f"PNG, {name}, {mode}": lambda depth=depth, colour=colour, extra=extra: png_rows(
            width, height, depth, colour, *extra
        )
        for mode, (depth, colour, extra) in _png_modes().items()
    }
    return {**found, **{f"{mode}, {name}": make for mode, make in _others(width, height).items()}}


def beyond() -> dict[str, bytes]:
    """One column and one row of 16 megapixels: few bytes that took five times the memory of a square."""
    palette = _png_modes()["palette"][2]
    return {
        "PNG, one column": png(1, 16_000_000, 8, 3, b"\0\1" * 16_000_000, *palette),
        "PNG, one row": png(16_000_000, 1, 8, 3, b"\0" + b"\1" * 16_000_000, *palette),
        "PNG, four columns": png(4, 4_000_000, 8, 3, b"\0\1\2\3\4" * 4_000_000, *palette),
        "BMP, one row": encoded(Image.new("1", (16_000_000, 1)), "BMP"),
        "JPEG, one side": encoded(Image.new("L", (32_768, 8)), "JPEG"),
    }


def empty_lists() -> bytes:
    """As many empty lists as fit: each takes twenty times its three bytes once it is read."""
    return b'{"input": {"data": [' + b"[]," * 6_600_000 + b"[]]}}"


def many_numbers() -> bytes:
    return b'{"input": {"data": [' + b"0.123456789012345678901234567890," * 600_000 + b"0]}}"


def wide_text() -> bytes:
    """One character beyond the basic plane makes every other one take four bytes."""
    return b'{"sample": "' + b"a" * 19_800_000 + "😀".encode() + b'"}'


def many_keys() -> bytes:
    return json.dumps({f"{index:x}": index for index in range(900_000)}).encode()


BODIES: dict[str, Callable[[], bytes]] = {
    "JSON, empty lists": empty_lists,
    "JSON, long numbers": many_numbers,
    "JSON, many keys": many_keys,
    "JSON, wide text": wide_text,
}


if __name__ == "__main__":
    for name, make in {**PICTURES, **BODIES}.items():
        data = make()
        print(f"{len(data) / 1e6:6.1f} MB  {name}")
