"""Pictures of every format and many kinds, and ways to damage them, for tests and for fuzzing."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms


def scene(width: int = 120, height: int = 90) -> Image.Image:
    """A picture without any symmetry: red grows to the right, green downwards, a blue corner."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    blue = np.where((x < 80) & (y < 80), 255, 0)
    return Image.fromarray(np.stack([x, y, blue], axis=-1).astype(np.uint8))


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def turned(exif: int) -> bytes:
    """The scene stored so that EXIF orientation `exif` makes it upright again."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    data = Image.Exif()
    data[0x0112] = exif
    stored = scene().transpose(undo[exif]) if exif in undo else scene()
    return encoded(stored, "PNG", exif=data)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG put together by hand, so that its header may say anything."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", header), *extra, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def sixteen_bit() -> bytes:
    """Grey, 16 bits a value, from 0 to 65535 along each row."""
    row = b"\0" + np.linspace(0, 65535, 64).astype(">u2").tobytes()
    return png(64, 8, 16, 0, row * 8)


def good_pictures() -> dict[str, bytes]:
    """Pictures that must be read, by what is special about them."""
    image = scene()
    alpha = image.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(image.size))
    frames = [scene(), scene().rotate(90), scene().rotate(180)]
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    return {
        "png": encoded(image, "PNG"),
        "png alpha": encoded(alpha, "PNG"),
        "png grey": encoded(image.convert("L"), "PNG"),
        "png grey alpha": encoded(alpha.convert("LA"), "PNG"),
        "png palette": encoded(image.quantize(32), "PNG"),
        "png palette transparent": encoded(image.quantize(32), "PNG", transparency=3),
        "png one bit": encoded(image.convert("1"), "PNG"),
        "png 16 bit": sixteen_bit(),
        "png 16 bit colour": png(4, 4, 16, 2, (b"\0" + b"\xff\xff\x80\x00\x00\x00" * 4) * 4),
        "png turned": turned(6),
        "png wrong profile": encoded(image, "PNG", icc_profile=lab),
        "png odd profile": encoded(image, "PNG", icc_profile=profile),
        "png nonsense profile": encoded(image, "PNG", icc_profile=b"nonsense" * 40),
        "png nonsense exif": encoded(image, "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
        "jpeg": encoded(image, "JPEG"),
        "jpeg grey": encoded(image.convert("L"), "JPEG"),
        "jpeg cmyk": encoded(image.convert("CMYK"), "JPEG"),
        "jpeg progressive": encoded(image, "JPEG", progressive=True),
        "jpeg large": encoded(image.resize((2400, 1800)), "JPEG"),
        "jpeg nonsense exif": encoded(image, "JPEG", exif=b"Exif\0\0" + b"\xff" * 60),
        "webp": encoded(image, "WEBP"),
        "webp lossless alpha": encoded(alpha, "WEBP", lossless=True),
        "webp animated": encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "gif": encoded(image, "GIF"),
        "gif transparent": encoded(image.quantize(32), "GIF", transparency=3),
        "gif animated": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "bmp": encoded(image, "BMP"),
        "avif": encoded(image, "AVIF"),
        "avif alpha": encoded(alpha, "AVIF"),
        "avif animated": encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:]),
        "tiff": encoded(image, "TIFF"),
        "tiff packed": encoded(image, "TIFF", compression="tiff_lzw"),
        "tiff grey 16 bit": encoded(
            Image.fromarray(np.linspace(0, 65535, 64 * 8).astype(np.uint16).reshape(8, 64)), "TIFF"
        ),
        "tiff cmyk": encoded(image.convert("CMYK"), "TIFF", compression="tiff_adobe_deflate"),
        "tiff fax": encoded(image.convert("1"), "TIFF", compression="group4"),
        "one pixel": encoded(Image.new("RGB", (1, 1), (255, 0, 0)), "PNG"),
        "one column": encoded(Image.new("RGB", (1, 10_000), (0, 255, 0)), "PNG"),
        "one row": encoded(Image.new("RGB", (10_000, 1), (0, 0, 255)), "PNG"),
    }


def _vp8x(webp: bytes, *, animated: bool = False) -> bytes:
    """An extended WebP header of the scene's size, after which anything may come."""
    sizes = (119).to_bytes(3, "little") + (89).to_bytes(3, "little")
    return webp[:4] + b"\xff\xff\xff\x7fWEBPVP8X\x0a\0\0\0" + (b"\x02" if animated else b"\0") + b"\0\0\0" + sizes


def _bmp_runs(side: int, rows: bytes) -> bytes:
    """An 8-bit BMP in run lengths, which may say anything."""
    head = b"BM" + struct.pack("<IHHI", 54 + 1024 + len(rows), 0, 0, 54 + 1024)
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(rows), 0, 0, 256, 0)
    return head + info + bytes(range(256)) * 4 + rows


def hostile_pictures() -> dict[str, bytes]:
    """Files made to hurt: sizes that lie, bombs, endless or contradictory structure."""
    image = scene()
    jpeg, webp, gif, bmp = (encoded(image, format) for format in ("JPEG", "WEBP", "GIF", "BMP"))
    scan = jpeg[jpeg.index(b"\xff\xda") : -2]
    progressive = encoded(image, "JPEG", progressive=True)
    frame = gif.index(b",", 13 + 768)
    loop = b"II*\0\x08\0\0\0" + b"\1\0" + b"\x69\x87\4\0\1\0\0\0\x08\0\0\0" + b"\x08\0\0\0"
    endless = b"II*\0\x08\0\0\0\xff\xff" + b"\x12\1\2\0\xff\xff\xff\xff\x08\0\0\0" * 5000
    nonsense = b"\0\0\1\0" + b"ABCD" + bytes(28) + b"acsp" + b"\xff" * 400
    start = jpeg.index(b"\xff\xc0")
    return {
        "png bomb": png(60_000, 60_000, 8, 2, bytes(1_000_000)),
        "png claims more than it has": png(3000, 3000, 8, 2, bytes(100)),
        "png of no size": png(0, 0, 8, 2, b""),
        "png of negative size": png(0xFFFFFFFF, 0xFFFFFFFF, 8, 2, b""),
        "png text bomb": png(8, 8, 8, 0, bytes(72), chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))),
        "png profile bomb": png(8, 8, 8, 0, bytes(72), chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))),
        "png many chunks": png(8, 8, 8, 0, bytes(72), *[chunk(b"tEXt", b"a\0b")] * 20_000),
        "png unknown colour": png(8, 8, 8, 5, bytes(72)),
        "jpeg of absurd size": jpeg[: start + 5] + b"\xff\xff\xff\xff" + jpeg[start + 9 :],
        "jpeg of no size": jpeg[: start + 5] + bytes(4) + jpeg[start + 9 :],
        "jpeg of many scans": progressive[:-2]
        + progressive[progressive.rindex(b"\xff\xda") : -2] * 100
        + progressive[-2:],
        "jpeg that goes on after its scan": jpeg[:-2] + scan * 100 + jpeg[-2:],
        "jpeg of endless segments": jpeg[:2] + b"\xff\xe1\x00\x02" * 100_000 + jpeg[2:],
        "jpeg of fill bytes": jpeg[:2] + b"\xff" * 1_000_000,
        "webp of absurd size": b"RIFF\xff\xff\xff\x7fWEBPVP8X\x0a\0\0\0\x10\0\0\0" + b"\xff" * 6,
        "webp with a lying length": webp[:4] + b"\xff\xff\xff\xff" + webp[8:],
        "gif of absurd size": gif[:6] + b"\xff\xff\xff\xff" + gif[10:],
        "gif with a frame beyond its screen": gif[:6] + b"\x01\0\x01\0" + gif[10:],
        "bmp of absurd size": bmp[:18] + b"\xff\xff\xff\x7f\xff\xff\xff\x7f" + bmp[26:],
        "bmp of negative size": bmp[:18] + b"\xff\xff\xff\xff\xff\xff\xff\xff" + bmp[26:],
        "bmp offset beyond the file": bmp[:10] + b"\xff\xff\xff\x7f" + bmp[14:],
        "png of endless rows": png(200, 200, 8, 2, bytes(20_000_000)),
        "png of unknown filters": png(64, 64, 8, 2, (b"\x09" + bytes(192)) * 64),
        "png of overlong chunks": png(8, 8, 8, 0, bytes(72))[:33] + b"\xff\xff\xff\xfftEXt" + bytes(400),
        "png palette beyond its end": png(64, 64, 8, 3, (b"\0" + b"\xff" * 64) * 64, chunk(b"PLTE", b"\1\2\3")),
        "png whose exif is a loop": encoded(image, "PNG", exif=b"Exif\0\0" + loop),
        "png animated without frames": png(8, 8, 8, 0, bytes(72), chunk(b"acTL", b"\xff" * 8)),
        "jpeg whose exif is a loop": encoded(image, "JPEG", exif=b"Exif\0\0" + loop),
        "jpeg whose exif is endless": encoded(image, "JPEG", exif=b"Exif\0\0" + endless),
        "jpeg nonsense profile": encoded(image, "JPEG", icc_profile=nonsense),
        "jpeg profile in missing parts": jpeg[:2] + b"\xff\xe2\x00\x20ICC_PROFILE\0\x03\xff" + bytes(16) + jpeg[2:],
        "jpeg of 255 components": jpeg[: start + 9] + b"\xff" + jpeg[start + 10 :],
        "jpeg without tables": jpeg[:2] + jpeg[start:],
        "webp whose exif is a loop": encoded(image, "WEBP", exif=b"Exif\0\0" + loop),
        "webp nonsense profile": encoded(image, "WEBP", icc_profile=nonsense),
        "webp of endless chunks": _vp8x(webp) + b"ABCD\0\0\0\0" * 200_000,
        "webp of endless frames": _vp8x(webp, animated=True) + (b"ANMF\x10\0\0\0" + bytes(16)) * 50_000,
        "gif of endless extensions": gif[:frame] + b"!\xfe\x01a\0" * 300_000 + gif[frame:],
        "gif of endless frames": gif[:-1] + gif[frame:-1] * 200,
        "gif of impossible codes": gif[: frame + 10] + b"\x0c" + (b"\xff" + b"\xff" * 255) * 200 + b"\0;",
        "gif of endless codes": gif[: frame + 10] + b"\x08" + (b"\xff" + bytes(255)) * 8000,
        "bmp of endless runs": _bmp_runs(64, b"\xff\x01" * 900_000),
        "bmp that runs beyond": _bmp_runs(64, b"\0\x02\xff\xff\0\xff" * 2000),
        "bmp of absurd palette": bmp[:46] + b"\xff\xff\xff\x7f" + bmp[50:],
        "bmp of 255 bits": bmp[:28] + b"\xff\0" + bmp[30:],
        "html": b"<html><script>alert(1)</script>",
        "zip": b"PK\x03\x04" + bytes(100),
        "heic": b"\0\0\0\x18ftypheic" + bytes(100),
        "png header alone": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "jpeg start alone": b"\xff\xd8\xff",
        "nothing but zeros": bytes(4096),
    }


def mended(data: bytes) -> bytes:
    """The PNG with every checksum right again, so that damage gets past them to the decoder."""
    parts, at = [data[:8]], 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        parts.append(chunk(kind, data[at + 8 : at + 8 + length]))
        at += 12 + length
    return b"".join(parts) + data[at:]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The file with one kind of damage; every other PNG gets checksums that fit it."""
    broken = _damaged(data, rng)
    return mended(broken) if broken.startswith(b"\x89PNG") and rng.random() < 0.5 else broken


def _damaged(data: bytes, rng: random.Random) -> bytes:
    """Cut, flipped bits, a hole, doubled, or foreign bytes inside."""
    broken = bytearray(data)
    kind = rng.randrange(6)
    if kind == 0:
        del broken[rng.randrange(len(broken)) :]
    elif kind == 1:
        for _ in range(rng.randint(1, 20)):
            broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
    elif kind == 2:
        start = rng.randrange(len(broken))
        del broken[start : start + rng.randint(1, 64)]
    elif kind == 3:
        start = rng.randrange(len(broken))
        broken[start:start] = broken[start : start + rng.randint(1, 256)]
    elif kind == 4:
        start = rng.randrange(min(64, len(broken)))
        broken[start : start + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
    else:
        start = rng.randrange(len(broken))
        broken[start:start] = rng.randbytes(rng.randint(1, 64))
    return bytes(broken)


def damaged_pictures(seed: int, count: int) -> Iterator[bytes]:
    """Endless variety, the same for the same seed."""
    rng = random.Random(seed)
    sources = [data for data in good_pictures().values() if len(data) < 60_000]
    for _ in range(count):
        yield damaged(rng.choice(sources), rng)
