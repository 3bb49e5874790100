"""Picture files of every format, mode, depth, orientation and profile, each with what is special about it.

All are small and made from the same few scenes. Where a format loses nothing and our own writer made the file, what it
shows is known without any decoder; for the rest a browser's decoding is what is compared with.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.differential import profiles
from tests.pictures import chunk, encoded

WIDTH, HEIGHT = 48, 32


@dataclass(frozen=True)
class File:
    """A picture file: its format, what is special about it, and the pixels that it shows where those are known.

    turned    its orientation is said in a way that browsers do not read and this product does
    """

    format: str
    name: str
    data: bytes
    shows: np.ndarray | None = None
    turned: int = 1


def scene(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """No symmetry, every hue, dark and light: (height, width, 3), uint8."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    red, green = x, y
    blue = np.where((x < 0.4) & (y < 0.5), 1.0, 0.25 + 0.5 * np.sin(6 * x) ** 2)
    grey = np.where((y > 0.85)[..., None], x[..., None], np.stack([red, green, blue], axis=-1))
    return np.round(255 * grey).astype(np.uint8)


def over_white(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    share = (alpha / 255.0)[..., None]
    return np.round(pixels * share + 255 * (1 - share)).astype(np.uint8)


PICTURE = scene()
LUMA = np.asarray(Image.fromarray(PICTURE).convert("L"))
ALPHA = np.round(np.linspace(0, 255, WIDTH)).astype(np.uint8)[None].repeat(HEIGHT, axis=0)
IMAGE = Image.fromarray(PICTURE)
CLEAR = Image.fromarray(np.dstack([PICTURE, ALPHA]))


# --- PNG ------------------------------------------------------------------------------------------

_PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def _packed(samples: np.ndarray, depth: int) -> bytes:
    """One row of (W, C) samples, as many bits each."""
    if depth == 16:
        return samples.astype(">u2").tobytes()
    if depth == 8:
        return samples.astype(np.uint8).tobytes()
    bits = "".join(f"{value:0{depth}b}" for value in samples.ravel())
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


def png(
    samples: np.ndarray, depth: int, colour: int, *extra: bytes, behind: bytes = b"", interlaced: bool = False
) -> bytes:
    """(H, W, C) samples of 0 to 2^depth − 1; `extra` chunks stand before the pixels."""
    height, width = samples.shape[:2]
    parts = [samples[top::down, left::right] for top, left, down, right in _PASSES] if interlaced else [samples]
    rows = b"".join(b"\0" + _packed(row, depth) for part in parts if part.size for row in part)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    body = chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + behind + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def deep(pixels: np.ndarray, depth: int) -> np.ndarray:
    return np.round(pixels.astype(float) * ((1 << depth) - 1) / 255).astype(int)


def shown(samples: np.ndarray, depth: int) -> np.ndarray:
    """Samples as 8 bits, grey as three equal colours."""
    pixels = np.round(samples * 255.0 / ((1 << depth) - 1)).astype(np.uint8)
    return pixels.repeat(3, axis=2) if pixels.shape[2] == 1 else pixels


def exif(orientation: int) -> bytes:
    return b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + bytes(4)


def xmp(orientation: int) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{orientation}"/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def icc(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"made\0\0" + zlib.compress(profile))


def gamma(value: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(100_000 * value)))


def chromaticities(places: tuple[float, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(100_000 * place) for place in places)))


def code_points(primaries: int, transfer: int) -> bytes:
    return chunk(b"cICP", bytes([primaries, transfer, 0, 1]))


def _png_depths() -> Iterator[File]:
    grey = LUMA[..., None]
    for interlaced in (False, True):
        kind = ", interlaced" if interlaced else ""
        for depth in (1, 2, 4, 8, 16):
            samples = deep(grey, depth)
            yield File(
                "PNG", f"grey, {depth} bits{kind}", png(samples, depth, 0, interlaced=interlaced), shown(samples, depth)
            )
        for depth in (8, 16):
            samples = deep(PICTURE, depth)
            yield File(
                "PNG",
                f"colour, {depth} bits{kind}",
                png(samples, depth, 2, interlaced=interlaced),
                shown(samples, depth),
            )
            both = deep(np.dstack([grey, ALPHA]), depth)
            yield File(
                "PNG",
                f"grey and alpha, {depth} bits{kind}",
                png(both, depth, 4, interlaced=interlaced),
                over_white(shown(both[..., :1], depth), ALPHA),
            )
            four = deep(np.dstack([PICTURE, ALPHA]), depth)
            yield File(
                "PNG",
                f"colour and alpha, {depth} bits{kind}",
                png(four, depth, 6, interlaced=interlaced),
                over_white(shown(four[..., :3], depth), ALPHA),
            )
        for depth in (1, 2, 4, 8):
            count = 1 << depth
            palette = np.random.default_rng(depth).integers(0, 256, (count, 3), dtype=np.uint8)
            places = (LUMA.astype(int) * count // 256)[..., None]
            plte = chunk(b"PLTE", palette.tobytes())
            yield File(
                "PNG",
                f"palette, {depth} bits{kind}",
                png(places, depth, 3, plte, interlaced=interlaced),
                palette[places[..., 0]],
            )
            alphas = np.linspace(0, 255, count).astype(np.uint8)
            clear = chunk(b"tRNS", alphas.tobytes())
            yield File(
                "PNG",
                f"palette with alphas, {depth} bits{kind}",
                png(places, depth, 3, plte, clear, interlaced=interlaced),
                over_white(palette[places[..., 0]], alphas[places[..., 0]]),
            )


def _png_keys() -> Iterator[File]:
    for depth in (1, 2, 4, 8, 16):
        samples = deep(LUMA[..., None], depth)
        key = int(samples[HEIGHT // 2, WIDTH // 2, 0])
        pixels = shown(samples, depth)
        pixels[samples[..., 0] == key] = 255
        yield File(
            "PNG",
            f"grey, {depth} bits, a transparent grey",
            png(samples, depth, 0, chunk(b"tRNS", struct.pack(">H", key))),
            pixels,
        )
    for depth in (8, 16):
        samples = deep(PICTURE // 64 * 64, depth)
        key = samples[HEIGHT // 2, WIDTH // 2]
        pixels = shown(samples, depth)
        pixels[(samples == key).all(axis=-1)] = 255
        yield File(
            "PNG",
            f"colour, {depth} bits, a transparent colour",
            png(samples, depth, 2, chunk(b"tRNS", struct.pack(">3H", *key))),
            pixels,
        )


def _png_colours() -> Iterator[File]:
    grey, both = LUMA[..., None], np.dstack([LUMA, ALPHA])
    four = np.dstack([PICTURE, ALPHA])
    made = {
        "linear, called sRGB": profiles.rgb("sRGB-made-g10", profiles.SRGB, 1.0),
        "P3": profiles.rgb("P3", profiles.P3, 2.2),
        "Adobe RGB": profiles.rgb("A", profiles.ADOBE, 563 / 256),
        "colours exchanged": profiles.rgb("GBR", profiles.SWAPPED, 1.8),
    }
    for name, profile in made.items():
        yield File("PNG", f"profile: {name}", png(PICTURE, 8, 2, icc(profile)))
        yield File("PNG", f"alpha, profile: {name}", png(four, 8, 6, icc(profile)))
        yield File("PNG", f"16 bits, profile: {name}", png(deep(PICTURE, 16), 16, 2, icc(profile)))
    for exponent in (1.0, 1.8):
        profile = profiles.grey("grey", exponent)
        yield File("PNG", f"grey, profile: {exponent}", png(grey, 8, 0, icc(profile)))
        yield File("PNG", f"grey, 16 bits, profile: {exponent}", png(deep(grey, 16), 16, 0, icc(profile)))
        yield File("PNG", f"grey and alpha, profile: {exponent}", png(both, 8, 4, icc(profile)))
    palette = np.random.default_rng(1).integers(0, 256, (16, 3), dtype=np.uint8)
    places = (LUMA.astype(int) // 16)[..., None]
    yield File("PNG", "palette, profile: P3", png(places, 4, 3, icc(made["P3"]), chunk(b"PLTE", palette.tobytes())))
    yield File("PNG", "a profile that is nonsense", png(PICTURE, 8, 2, icc(b"nonsense" * 40)), PICTURE)
    yield File("PNG", "colour with a profile for grey", png(PICTURE, 8, 2, icc(profiles.grey("grey", 1.0))), PICTURE)
    srgb = chunk(b"sRGB", b"\0")
    for value in (1.0, 0.5, 0.45455, 0.2):
        yield File("PNG", f"gAMA {value}", png(PICTURE, 8, 2, gamma(value)))
        yield File(
            "PNG", f"gAMA {value}, cHRM of sRGB", png(PICTURE, 8, 2, gamma(value), chromaticities(profiles.SRGB))
        )
        yield File("PNG", f"gAMA {value}, cHRM of P3", png(PICTURE, 8, 2, gamma(value), chromaticities(profiles.P3)))
        yield File("PNG", f"grey, gAMA {value}", png(grey, 8, 0, gamma(value)))
    yield File("PNG", "alpha, gAMA 1.0", png(four, 8, 6, gamma(1.0)))
    yield File("PNG", "16 bits, gAMA 1.0", png(deep(PICTURE, 16), 16, 2, gamma(1.0)))
    yield File("PNG", "cHRM of P3 without gAMA", png(PICTURE, 8, 2, chromaticities(profiles.P3)), PICTURE)
    yield File("PNG", "grey with a profile for colours", png(grey, 8, 0, icc(made["linear, called sRGB"])))
    yield File("PNG", "sRGB before gAMA 1.0", png(PICTURE, 8, 2, srgb, gamma(1.0)), PICTURE)
    yield File("PNG", "iCCP before gAMA 1.0", png(PICTURE, 8, 2, icc(made["P3"]), gamma(1.0)))
    for primaries, transfer in (
        (1, 13),
        (12, 13),
        (9, 13),
        (1, 8),
        (1, 1),
        (9, 14),
        (9, 16),
        (9, 18),
        (12, 16),
        (11, 17),
        (5, 4),
        (6, 6),
    ):
        yield File("PNG", f"cICP {primaries}, {transfer}", png(PICTURE, 8, 2, code_points(primaries, transfer)))
    yield File("PNG", "grey, cICP 1, 8", png(grey, 8, 0, code_points(1, 8)))
    yield File(
        "PNG", "cICP before iCCP and sRGB", png(PICTURE, 8, 2, code_points(12, 13), icc(made["linear, called sRGB"]))
    )


def _png_turned() -> Iterator[File]:
    for turn in range(1, 9):
        yield File("PNG", f"eXIf {turn}", png(PICTURE, 8, 2, chunk(b"eXIf", exif(turn))))
    yield File("PNG", "eXIf 6 behind the pixels", png(PICTURE, 8, 2, behind=chunk(b"eXIf", exif(6))), turned=6)
    yield File("PNG", "XMP 6", png(PICTURE, 8, 2, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6))), turned=6)
    raw = b"\nexif\n%8d\n" % (len(exif(6)) + 6) + (b"Exif\0\0" + exif(6)).hex().encode() + b"\n"
    yield File(
        "PNG",
        "raw profile 6",
        png(PICTURE, 8, 2, chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw))),
        turned=6,
    )


def _png_around() -> Iterator[File]:
    long = b"workflow\0\0" + zlib.compress(b"a" * 1_300_000, 9)
    yield File("PNG", "1.3 MB of text, packed", png(PICTURE, 8, 2, chunk(b"zTXt", long)), PICTURE)
    yield File(
        "PNG",
        "1.3 MB of text behind the pixels",
        png(PICTURE, 8, 2, behind=chunk(b"tEXt", b"a\0" + b"b" * 1_300_000)),
        PICTURE,
    )
    large = profiles.rgb("P3", profiles.P3, 2.2)
    padded = struct.pack(">I", 1_200_000) + large[4:].ljust(1_199_996, b"\0")
    yield File("PNG", "a profile of 1.2 MB", png(PICTURE, 8, 2, icc(padded)))
    yield File("PNG", "bytes behind its end", png(PICTURE, 8, 2) + b"more" * 100, PICTURE)
    yield File(
        "PNG", "a wrong checksum of a text", png(PICTURE, 8, 2, chunk(b"tEXt", b"a\0b")[:-4] + b"\0\0\0\0"), PICTURE
    )


# --- JPEG -----------------------------------------------------------------------------------------


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def behind_start(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def _jpeg() -> Iterator[File]:
    plain = encoded(IMAGE, "JPEG", quality=92, subsampling=0)
    for name, subsampling in (("4:4:4", 0), ("4:2:2", 1), ("4:2:0", 2)):
        yield File("JPEG", name, encoded(IMAGE, "JPEG", quality=90, subsampling=subsampling))
        yield File(
            "JPEG",
            f"progressive, {name}",
            encoded(IMAGE, "JPEG", quality=90, subsampling=subsampling, progressive=True),
        )
    yield File("JPEG", "grey", encoded(IMAGE.convert("L"), "JPEG", quality=90))
    yield File("JPEG", "RGB as it is", encoded(IMAGE, "JPEG", quality=92, keep_rgb=True))
    yield File("JPEG", "inks", encoded(IMAGE.convert("CMYK"), "JPEG", quality=92))
    yield File("JPEG", "restart markers", encoded(IMAGE, "JPEG", quality=90, restart_marker_blocks=2))
    for name, places, exponent in (
        ("P3", profiles.P3, 2.2),
        ("linear, called sRGB", profiles.SRGB, 1.0),
        ("colours exchanged", profiles.SWAPPED, 1.8),
    ):
        yield File(
            "JPEG",
            f"profile: {name}",
            encoded(
                IMAGE, "JPEG", quality=92, subsampling=0, icc_profile=profiles.rgb(f"sRGB {name}", places, exponent)
            ),
        )
    yield File(
        "JPEG",
        "grey, profile: 1.0",
        encoded(IMAGE.convert("L"), "JPEG", quality=92, icc_profile=profiles.grey("g", 1.0)),
    )
    yield File(
        "JPEG",
        "grey with a profile for colours",
        encoded(IMAGE.convert("L"), "JPEG", quality=92, icc_profile=profiles.rgb("P3", profiles.P3, 2.2)),
    )
    for turn in range(1, 9):
        yield File("JPEG", f"EXIF {turn}", behind_start(plain, segment(0xE1, b"Exif\0\0" + exif(turn))))
    yield File(
        "JPEG", "XMP 6", behind_start(plain, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(6))), turned=6
    )
    yield File(
        "JPEG",
        "EXIF 1 and XMP 6",
        behind_start(
            plain, segment(0xE1, b"Exif\0\0" + exif(1)), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(6))
        ),
    )
    yield File("JPEG", "two bytes between segments", plain[:20] + b"\0\0" + plain[20:])
    yield File("JPEG", "fill bytes", plain[:20] + b"\xff" * 500 + plain[20:])
    scans = b"\xff\xda\0\x08junk" * 400
    yield File("JPEG", "a film behind its end", plain + b"\0\0\0\x18ftypmp42" + scans)
    yield File(
        "JPEG", "progressive, a film behind its end", encoded(IMAGE, "JPEG", quality=90, progressive=True) + scans
    )
    yield File("JPEG", "a second picture behind its end", plain + encoded(IMAGE.rotate(180), "JPEG"))


# --- WebP, AVIF, GIF ------------------------------------------------------------------------------


def _webp() -> Iterator[File]:
    p3 = profiles.rgb("P3", profiles.P3, 2.2)
    yield File("WebP", "lossy", encoded(IMAGE, "WEBP", quality=90))
    yield File("WebP", "lossless", encoded(IMAGE, "WEBP", lossless=True), PICTURE)
    yield File("WebP", "lossy, alpha", encoded(CLEAR, "WEBP", quality=90))
    yield File("WebP", "lossless, alpha", encoded(CLEAR, "WEBP", lossless=True, exact=True), over_white(PICTURE, ALPHA))
    yield File(
        "WebP",
        "animated",
        encoded(IMAGE, "WEBP", save_all=True, append_images=[IMAGE.rotate(180)], lossless=True),
        PICTURE,
    )
    yield File("WebP", "profile: P3", encoded(IMAGE, "WEBP", lossless=True, icc_profile=p3))
    yield File("WebP", "alpha, profile: P3", encoded(CLEAR, "WEBP", lossless=True, icc_profile=p3))
    for turn in (3, 6):
        yield File(
            "WebP", f"EXIF {turn}", encoded(IMAGE, "WEBP", lossless=True, exif=b"Exif\0\0" + exif(turn)), turned=turn
        )
    yield File("WebP", "XMP 6", encoded(IMAGE, "WEBP", lossless=True, xmp=xmp(6)), turned=6)


def nclx(avif: bytes, primaries: int, transfer: int) -> bytes:
    """The file with other code points in its colour box."""
    at = avif.index(b"nclx") + 4
    return avif[:at] + struct.pack(">HH", primaries, transfer) + avif[at + 4 :]


def box(kind: bytes, *contents: bytes) -> bytes:
    """A box of an ISO base media file."""
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def aperture(avif: bytes, left: int, top: int, width: int, height: int) -> bytes:
    """The file with a clean aperture on its first picture, cut before it is turned (ISO/IEC 14496-12, 12.1.4)."""
    at = {kind: avif.index(kind) - 4 for kind in (b"meta", b"iloc", b"iprp", b"ipco", b"ipma", b"ispe")}
    size = {kind: struct.unpack_from(">I", avif, place)[0] for kind, place in at.items()}
    whole = struct.unpack_from(">II", avif, at[b"ispe"] + 12)
    # How far the middle of what is shown is from the middle of the whole, in halves.
    off = [2 * first + length - side for first, length, side in zip((left, top), (width, height), whole, strict=True)]
    clap = box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, off[0], 2, off[1], 2))
    known, end = 0, at[b"ipco"] + size[b"ipco"]
    place = at[b"ipco"] + 8
    while place < end:
        known, place = known + 1, place + struct.unpack_from(">I", avif, place)[0]
    ipco = box(b"ipco", avif[at[b"ipco"] + 8 : end], clap)
    ipma = bytearray(avif[at[b"ipma"] : at[b"ipma"] + size[b"ipma"]])
    # Version and flags 0: the number of items; of the first its number, how many properties it has, and which.
    ipma[18] += 1
    ipma[19:19] = bytes([0x80 | known + 1])
    ipma[:4] = struct.pack(">I", len(ipma))
    iprp = box(b"iprp", ipco, bytes(ipma))
    more = len(iprp) - size[b"iprp"]
    data = bytearray(avif[: at[b"iprp"]] + iprp + avif[at[b"iprp"] + size[b"iprp"] :])
    data[at[b"meta"] : at[b"meta"] + 4] = struct.pack(">I", size[b"meta"] + more)
    # Places in iloc (sizes 4, 4, 0, 0): what lies behind moves on.
    place, count = at[b"iloc"] + 16, struct.unpack_from(">H", data, at[b"iloc"] + 14)[0]
    assert data[at[b"iloc"] + 12 : at[b"iloc"] + 14] == b"\x44\0"
    for _ in range(count):
        (extents,) = struct.unpack_from(">H", data, place + 4)
        for at_extent in range(place + 6, place + 6 + 8 * extents, 8):
            struct.pack_into(">I", data, at_extent, struct.unpack_from(">I", data, at_extent)[0] + more)
        place += 6 + 8 * extents
    return bytes(data)


def _avif() -> Iterator[File]:
    plain = encoded(IMAGE, "AVIF", quality=95, subsampling="4:4:4")
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        yield File("AVIF", subsampling, encoded(IMAGE, "AVIF", quality=95, subsampling=subsampling))
    yield File("AVIF", "narrow range", encoded(IMAGE, "AVIF", quality=95, subsampling="4:4:4", range="limited"))
    yield File("AVIF", "grey", encoded(IMAGE.convert("L"), "AVIF", quality=95))
    yield File("AVIF", "alpha", encoded(CLEAR, "AVIF", quality=95, subsampling="4:4:4"))
    yield File(
        "AVIF",
        "alpha, multiplied before",
        encoded(CLEAR, "AVIF", quality=95, subsampling="4:4:4", alpha_premultiplied=True),
    )
    yield File(
        "AVIF",
        "animated",
        encoded(IMAGE, "AVIF", quality=95, subsampling="4:4:4", save_all=True, append_images=[IMAGE.rotate(180)]),
    )
    yield File(
        "AVIF",
        "profile: P3",
        encoded(IMAGE, "AVIF", quality=95, subsampling="4:4:4", icc_profile=profiles.rgb("P3", profiles.P3, 2.2)),
    )
    for turn in range(1, 9):
        data = Image.Exif()
        data[0x0112] = turn
        turned = encoded(IMAGE, "AVIF", quality=95, subsampling="4:4:4", exif=data)
        yield File("AVIF", f"turned {turn}", turned)
        yield File("AVIF", f"turned {turn}, aperture", aperture(turned, 0, 0, 30, 28))
    # A browser heeds an aperture that begins in the corner, and shows the whole of any other.
    yield File("AVIF", "aperture", aperture(plain, 0, 0, 32, 20))
    for primaries, transfer in ((12, 13), (9, 16), (9, 18), (1, 8), (1, 1), (6, 6), (9, 14), (2, 13), (2, 2), (1, 2)):
        yield File("AVIF", f"code points {primaries}, {transfer}", nclx(plain, primaries, transfer))


def framed_gif() -> bytes:
    """A frame that lies inside of a larger screen."""
    small = encoded(Image.fromarray(scene(40, 30)).quantize(16), "GIF")
    place = small.index(b",", 13 + 48)
    return (
        small[:6] + struct.pack("<HH", 96, 64) + small[10 : place + 1] + struct.pack("<HH", 30, 20) + small[place + 5 :]
    )


def _gif() -> Iterator[File]:
    flat = IMAGE.quantize(64)
    pixels = np.asarray(flat.convert("RGB"))
    yield File("GIF", "64 colours", encoded(flat, "GIF"), pixels)
    yield File("GIF", "grey", encoded(IMAGE.convert("L"), "GIF"), LUMA[..., None].repeat(3, axis=2))
    yield File("GIF", "two colours", encoded(IMAGE.convert("1"), "GIF"), np.asarray(IMAGE.convert("1").convert("RGB")))
    clear = pixels.copy()
    clear[np.asarray(flat) == 3] = 255
    yield File("GIF", "a transparent colour", encoded(flat, "GIF", transparency=3), clear)
    yield File("GIF", "interlaced", encoded(flat, "GIF", interlace=1), pixels)
    yield File("GIF", "animated", encoded(flat, "GIF", save_all=True, append_images=[flat.rotate(180)]), pixels)
    yield File("GIF", "a frame inside of a larger screen", framed_gif())


# --- BMP ------------------------------------------------------------------------------------------


def bmp(
    rows: bytes,
    bits: int,
    compression: int = 0,
    behind: bytes = b"",
    *,
    size: int = 40,
    palette: bytes = b"",
    top_down: bool = False,
) -> bytes:
    """`behind` stands behind the 40 bytes that all headers have: masks, and what newer headers add."""
    start = 14 + len(behind) + 40 + len(palette)
    info = struct.pack(
        "<IiiHHIIiiII",
        size,
        WIDTH,
        -HEIGHT if top_down else HEIGHT,
        1,
        bits,
        compression,
        len(rows),
        2835,
        2835,
        len(palette) // 4,
        0,
    )
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + info + behind + palette + rows


def _rows(samples: np.ndarray, bits: int) -> bytes:
    """(H, W) numbers of so many bits, from the bottom to the top, rows filled up to four bytes."""
    if bits >= 8:
        rows = [row.astype(f"<u{bits // 8}").tobytes() for row in samples[::-1]]
    else:
        rows = [_packed(row[:, None], bits) for row in samples[::-1]]
    return b"".join(row + bytes(-len(row) % 4) for row in rows)


def _fields(masks: tuple[int, ...], pixels: np.ndarray) -> np.ndarray:
    """Numbers whose bits under each mask are that colour."""
    numbers = np.zeros(pixels.shape[:2], np.uint64)
    for mask, channel in zip(masks, np.moveaxis(pixels, -1, 0), strict=True):
        if mask:
            shift = (mask & -mask).bit_length() - 1
            numbers |= np.round(channel / 255.0 * (mask >> shift)).astype(np.uint64) << np.uint64(shift)
    return numbers


def _seen(masks: tuple[int, ...], numbers: np.ndarray) -> np.ndarray:
    return np.stack([np.round((numbers & np.uint64(mask)) * (255.0 / mask)) for mask in masks[:3]], axis=-1).astype(
        np.uint8
    )


def _bmp() -> Iterator[File]:
    blue_first = PICTURE[..., ::-1]
    rows24 = b"".join(row.tobytes() + bytes(-len(row.tobytes()) % 4) for row in blue_first[::-1])
    yield File("BMP", "24 bits", bmp(rows24, 24), PICTURE)
    flipped = b"".join(row.tobytes() + bytes(-len(row.tobytes()) % 4) for row in blue_first)
    yield File("BMP", "24 bits, from the top", bmp(flipped, 24, top_down=True), PICTURE)
    four = np.dstack([blue_first, np.zeros((HEIGHT, WIDTH), np.uint8)])
    yield File("BMP", "32 bits", bmp(four[::-1].tobytes(), 32), PICTURE)
    for bits in (1, 4, 8):
        count = 1 << bits
        colours = np.random.default_rng(bits).integers(0, 256, (count, 3), dtype=np.uint8)
        places = LUMA.astype(int) * count // 256
        palette = b"".join(bytes([*colour[::-1], 0]) for colour in colours)
        yield File("BMP", f"palette, {bits} bits", bmp(_rows(places, bits), bits, palette=palette), colours[places])
    runs = b"".join(b"".join(bytes([1, value]) for value in row) + b"\0\0" for row in (LUMA // 16)[::-1]) + b"\0\1"
    yield File("BMP", "run lengths", bmp(runs, 8, 1, palette=palette), colours[LUMA // 16])
    fields = {
        "5-6-5": (16, (0xF800, 0x07E0, 0x001F, 0)),
        "5-5-5": (16, (0x7C00, 0x03E0, 0x001F, 0)),
        "4-4-4": (16, (0x0F00, 0x00F0, 0x000F, 0)),
        "8-8-8, red first": (32, (0xFF, 0xFF00, 0xFF0000, 0)),
        "8-8-8, at the top": (32, (0xFF000000, 0xFF0000, 0xFF00, 0)),
        "11-11-10": (32, (0xFFE00000, 0x001FFC00, 0x000003FF, 0)),
        "10-10-10": (32, (0x3FF00000, 0x000FFC00, 0x000003FF, 0)),
    }
    pixels = np.dstack([PICTURE, ALPHA])
    for name, (bits, masks) in fields.items():
        numbers = _fields(masks, pixels)
        yield File(
            "BMP",
            f"bit fields {name}",
            bmp(_rows(numbers, bits), bits, 3, struct.pack("<III", *masks[:3])),
            _seen(masks, numbers),
        )
    for name, bits, masks in (
        ("8-8-8-8", 32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
        ("4-4-4-4", 16, (0x0F00, 0x00F0, 0x000F, 0xF000)),
        ("1-5-5-5", 16, (0x7C00, 0x03E0, 0x001F, 0x8000)),
    ):
        numbers = _fields(masks, pixels)
        alpha = np.round((numbers & np.uint64(masks[3])) * (255.0 / masks[3])).astype(np.uint8)
        header = struct.pack("<IIII", *masks) + b"BGRs" + bytes(48)
        yield File(
            "BMP",
            f"bit fields {name}, alpha",
            bmp(_rows(numbers, bits), bits, 3, header, size=108),
            over_white(_seen(masks, numbers), alpha),
        )


# --- TIFF -----------------------------------------------------------------------------------------


def tiff(
    samples: np.ndarray,
    depth: int,
    meaning: int,
    order: str = "<",
    *,
    orientation: int = 1,
    compress: bool = False,
    tags: tuple[tuple[int, int, bytes], ...] = (),
    planar: bool = False,
) -> bytes:
    """(H, W, C) samples in one strip (or one for each colour); further tags as (tag, type, values)."""
    height, width, count = samples.shape
    planes = [samples[..., index : index + 1] for index in range(count)] if planar else [samples]
    kind = np.dtype(f"{order}u{max(1, depth // 8)}")
    strips = [
        b"".join(_packed(row, depth) if depth < 8 else row.astype(kind).tobytes() for row in plane) for plane in planes
    ]
    if compress:
        strips = [zlib.compress(strip) for strip in strips]
    short, long = order + "H", order + "I"
    offsets, at = [], 8
    for strip in strips:
        offsets.append(at)
        at += len(strip)
    values = [
        (256, 3, struct.pack(short, width)), (257, 3, struct.pack(short, height)),
        (258, 3, struct.pack(short, depth) * count),
        (259, 3, struct.pack(short, 8 if compress else 1)), (262, 3, struct.pack(short, meaning)),
        (274, 3, struct.pack(short, orientation)),
        (273, 4, b"".join(struct.pack(long, each) for each in offsets)), (277, 3, struct.pack(short, count)),
        (278, 3, struct.pack(short, height)),
        (279, 4, b"".join(struct.pack(long, len(each)) for each in strips)),
        (284, 3, struct.pack(short, 2 if planar else 1)), *tags,
    ]  # fmt: skip
    sizes = {1: 1, 3: 2, 4: 4, 7: 1}
    body, beyond = b"", b""
    start = at + at % 2
    place = start + 2 + 12 * len(values) + 4
    for tag, number, data in sorted(values):
        field = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(long, place + len(beyond))
        beyond += b"" if len(data) <= 4 else data + bytes(len(data) % 2)
        body += struct.pack(order + "HHI", tag, number, len(data) // sizes[number]) + field
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(long, start)
    return head + b"".join(strips) + bytes(at % 2) + struct.pack(short, len(values)) + body + bytes(4) + beyond


def _tiff() -> Iterator[File]:
    grey = LUMA[..., None]
    for order, name in (("<", "little"), (">", "big")):
        for depth in (8, 16):
            samples = deep(PICTURE, depth)
            yield File(
                "TIFF", f"colour, {depth} bits, {name} end first", tiff(samples, depth, 2, order), shown(samples, depth)
            )
        for depth in (1, 4, 8, 16):
            samples = deep(grey, depth)
            yield File(
                "TIFF", f"grey, {depth} bits, {name} end first", tiff(samples, depth, 1, order), shown(samples, depth)
            )
    yield File("TIFF", "white is zero", tiff(255 - grey, 8, 0), grey.repeat(3, axis=2))
    yield File("TIFF", "packed", tiff(PICTURE, 8, 2, compress=True), PICTURE)
    yield File("TIFF", "16 bits, packed", tiff(deep(PICTURE, 16), 16, 2, compress=True), PICTURE)
    yield File("TIFF", "colours apart", tiff(PICTURE, 8, 2, planar=True), PICTURE)
    yield File("TIFF", "colours apart, packed", tiff(PICTURE, 8, 2, planar=True, compress=True), PICTURE)
    unassociated = ((338, 3, struct.pack("<H", 2)),)
    yield File("TIFF", "alpha", tiff(np.dstack([PICTURE, ALPHA]), 8, 2, tags=unassociated), over_white(PICTURE, ALPHA))
    inks = 255 - np.dstack([PICTURE, np.full((HEIGHT, WIDTH), 255, np.uint8)])
    yield File("TIFF", "inks", tiff(inks, 8, 5), PICTURE)
    for compression in ("tiff_lzw", "packbits", "tiff_adobe_deflate"):
        yield File("TIFF", f"by libtiff, {compression}", encoded(IMAGE, "TIFF", compression=compression), PICTURE)
    black = IMAGE.convert("1")
    for compression in ("group3", "group4"):
        yield File(
            "TIFF",
            f"fax, {compression}",
            encoded(black, "TIFF", compression=compression),
            np.asarray(black.convert("RGB")),
        )
    flat = IMAGE.quantize(64)
    yield File("TIFF", "palette", encoded(flat, "TIFF"), np.asarray(flat.convert("RGB")))
    for turn in range(1, 9):
        yield File("TIFF", f"turned {turn}", tiff(np.asarray(lay(IMAGE, turn)), 8, 2, orientation=turn), PICTURE)


_LAID = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip


def lay(image: Image.Image, turn: int) -> Image.Image:
    """As a file stores an upright picture with this orientation."""
    return image.transpose(_LAID[turn]) if turn in _LAID else image


def files() -> list[File]:
    makers = (_png_depths, _png_keys, _png_colours, _png_turned, _png_around, _jpeg, _webp, _avif, _gif, _bmp, _tiff)
    return [file for make in makers for file in make()]
