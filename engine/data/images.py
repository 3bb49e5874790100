"""From the bytes of any picture to the tensor a network takes, step by step.

The only module that imports Pillow. Every step (orientation, colours, alpha, crop, resize, scale) is
done by one small function and reported, so that the interface can show what really happened.

Memory and time are bounded before a decoder starts: by the file's size, by the pixels its header
declares, and, for JPEG, by the number of scans. The largest accepted picture costs below 200 MB.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from engine.data.headers import Header, damaged, read_header
from engine.errors import ImageError

# Text inside a PNG is decompressed when the file is opened; nobody reads it here.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 1 << 20

# The plugin classes themselves, not Image.open: that one imports every format Pillow knows as soon
# as it meets a file that it cannot read.
_OPENERS: dict[str, Callable[[BytesIO], Image.Image]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}

MEGA = 1_000_000
PREVIEW = 160  # longest side of the small before and after pictures, in pixels
OVERSAMPLE = 4  # a picture is reduced while decoding only to at least this many times the target


@dataclass(frozen=True)
class Limits:
    """What a picture may cost; pixels as declared in its header."""

    bytes: int = 20 * MEGA
    pixels: int = 16 * MEGA
    jpeg_pixels: int = 50 * MEGA  # decoded at a fraction of its size
    webp_pixels: int = 8 * MEGA  # its decoder keeps several copies of the canvas
    scans: int = 64
    run_bytes: int = 4 * MEGA  # of a BMP in run lengths, which Pillow unpacks one by one in Python

    def pixels_of(self, header: Header) -> int:
        """Most pixels allowed for this file; a JPEG kept whole in memory counts as any other."""
        if header.format == "JPEG" and not header.buffered:
            return self.jpeg_pixels
        if header.format == "WebP":
            return min(self.pixels, self.webp_pixels)
        return self.pixels


LIMITS = Limits()


@dataclass(frozen=True)
class Crop:
    """A square on the upright picture, in its pixels, seen after turning it clockwise about its centre.

    For a target that is not square, `size` is the longer side. What lies outside the picture is white.
    """

    x: float
    y: float
    size: float
    rotate: float = 0.0


@dataclass(frozen=True)
class View:
    """How the picture looked at one moment: its size, and on request a small PNG of it."""

    width: int
    height: int
    picture: bytes | None = None


@dataclass(frozen=True)
class Step:
    """One step of the preparation: what it is, with which parameters, and before and after it."""

    id: str
    params: dict[str, Any]
    before: View
    after: View


@dataclass(frozen=True)
class Prepared:
    """A picture ready for a network: `pixels` uint8 and `input` = pixels / 255, both (C, H, W)."""

    pixels: np.ndarray
    input: np.ndarray
    source: dict[str, Any]
    steps: tuple[Step, ...]
    crop: Crop


@dataclass
class _Work:
    """The picture on its way, with what has been done to it."""

    image: Image.Image
    pictures: bool
    steps: list[Step] = field(default_factory=list)

    def view(self) -> View:
        return View(*self.image.size, _preview(self.image) if self.pictures else None)

    def apply(self, name: str, action: Callable[[Image.Image], tuple[Image.Image, dict[str, Any]]]) -> None:
        before = self.steps[-1].after if self.steps else self.view()
        same = id(self.image)
        self.image, params = action(self.image)
        after = before if id(self.image) == same else self.view()
        self.steps.append(Step(name, params, before, after))


def prepare(
    data: bytes,
    *,
    shape: tuple[int, int, int],
    crop: Crop | None = None,
    limits: Limits = LIMITS,
    pictures: bool = False,
) -> Prepared:
    """Turn the bytes of a picture into the (C, H, W) tensor a network takes.

    shape is the network's input; 3 channels give red, green and blue, 1 gives grey (luma of
    ITU-R BT.601). Without a crop the largest centred square is taken. With `pictures` every step
    carries small PNGs of before and after.

    Raises ImageError: `picture_empty`, `picture_too_large`, `picture_too_many_pixels`,
    `picture_too_many_scans`, `picture_format_refused`, `picture_format_unknown`,
    `picture_damaged`, `picture_channels`, `crop_invalid`.
    """
    channels, height, width = shape
    if channels not in (1, 3):
        raise ImageError(
            "picture_channels",
            f"This model takes {channels} channels; a picture gives 1 (grey) or 3 (red, green, blue). "
            "Send a tensor instead.",
            channels=channels,
        )
    header = read_header(data)
    most = min(limits.bytes, limits.run_bytes) if header.runs else limits.bytes
    if len(data) > most:
        raise ImageError(
            "picture_too_large",
            f"The picture has {len(data)} bytes; at most {most} are read. Make it smaller.",
            bytes=len(data),
            limit=most,
        )
    _check(header, limits)
    crop = _check_crop(crop, header) if crop else None
    needed = OVERSAMPLE * max(height, width)
    with _open(data, header) as image:
        full = image.size
        source = _describe(image, header, len(data))
        work = _Work(image, pictures)
        smaller = _reduce_while_decoding(image, crop.size if crop else min(full), needed, limits)
        _load(image, header)
        turn = _orientation(image)
    del image  # the only reference is in `work` now: each step lets the picture before it go
    if smaller > 1:
        view = work.view()
        work.steps.append(Step("reduce", {"factor": smaller}, View(*full, view.picture), view))
    work.apply("orientation", lambda picture: _orient(picture, turn))
    upright = full[::-1] if turn >= 5 else full
    work.apply("colours", lambda picture: _to_srgb(picture, grey=channels == 1))
    work.apply("alpha", _over_white)
    crop = crop or _centred(upright, width, height)
    scale = (work.image.size[0] / upright[0], work.image.size[1] / upright[1])
    chosen = _inside(crop, upright)
    work.apply("crop", lambda picture: _cut(picture, chosen, scale, (width, height), needed))
    work.apply("resize", lambda picture: _resize(picture, (width, height), grey=channels == 1))
    pixels = np.asarray(work.image).reshape(height, width, channels).transpose(2, 0, 1)
    pixels = np.ascontiguousarray(pixels)
    work.apply("scale", lambda picture: (picture, {"divisor": 255, "from": [0, 255], "to": [0, 1]}))
    return Prepared(pixels, pixels.astype(np.float32) / np.float32(255), source, tuple(work.steps), chosen)


def _check(header: Header, limits: Limits) -> None:
    pixels, allowed = header.width * header.height, limits.pixels_of(header)
    if pixels > allowed:
        raise ImageError(
            "picture_too_many_pixels",
            f"The picture has {header.width}×{header.height} = {pixels / MEGA:.1f} megapixels; "
            f"at most {allowed / MEGA:g} are read from a {header.format} file like this. Make it smaller.",
            width=header.width,
            height=header.height,
            megapixels=round(pixels / MEGA, 1),
            limit=allowed / MEGA,
            format=header.format,
        )
    if header.scans > limits.scans:
        raise ImageError(
            "picture_too_many_scans",
            f"The JPEG has {header.scans} scans; at most {limits.scans} are read. Save it again.",
            scans=header.scans,
            limit=limits.scans,
        )


def _check_crop(crop: Crop, header: Header) -> Crop:
    longest = max(header.width, header.height)
    values = (crop.x, crop.y, crop.size, crop.rotate)
    if not all(math.isfinite(value) for value in values) or not 1 <= crop.size <= 4 * longest:
        raise _crop_invalid(crop, longest, longest)
    return crop


def _crop_invalid(crop: Crop, width: int, height: int) -> ImageError:
    return ImageError(
        "crop_invalid",
        f"The crop x={crop.x:g}, y={crop.y:g}, size={crop.size:g} does not fit the upright picture of "
        f"{width}×{height} pixels: its centre must lie in the picture and its size between 1 and "
        f"{4 * max(width, height)}.",
        x=_finite(crop.x),
        y=_finite(crop.y),
        size=_finite(crop.size),
        width=width,
        height=height,
    )


def _finite(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _open(data: bytes, header: Header) -> Image.Image:
    try:
        image = _OPENERS[header.format](BytesIO(data))
    except Exception as error:  # a decoder that meets nonsense raises whatever it likes
        raise damaged(header.format) from error
    # The decoder must agree with the header that was checked; a GIF frame may exceed its screen.
    if image.size[0] * image.size[1] > header.width * header.height:
        raise damaged(header.format)
    return image


def _load(image: Image.Image, header: Header) -> None:
    try:
        image.load()
    except Exception as error:  # see _open
        raise damaged(header.format) from error


def _describe(image: Image.Image, header: Header, size: int) -> dict[str, Any]:
    return {
        "format": header.format,
        "width": image.size[0],
        "height": image.size[1],
        "bytes": size,
        "mode": image.mode,
        "animated": header.animated or (header.format == "WebP" and getattr(image, "n_frames", 1) > 1),
        "profile": "icc_profile" in image.info,
    }


def _reduce_while_decoding(image: Image.Image, crop: float, needed: int, limits: Limits) -> int:
    """Let libjpeg decode at 1/2, 1/4 or 1/8; gives the factor.

    Where the crop stays larger than needed that is free; above the limit for other formats it must be.
    """
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        return 1
    width, height = image.size
    factor = next(factor for factor in (8, 4, 2, 1) if factor == 1 or crop / factor >= needed)
    while width * height > limits.pixels * factor**2 and factor < 8:
        factor *= 2
    if factor > 1:
        image.draft(None, (math.ceil(width / factor), math.ceil(height / factor)))
    return factor


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _orientation(image: Image.Image) -> int:
    """EXIF tag 0x0112, 1 to 8; 1 (upright) where the tag is missing or makes no sense."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # damaged EXIF data say nothing about the picture itself
        return 1
    return value if value in _TURNS else 1


def _orient(image: Image.Image, turn: int) -> tuple[Image.Image, dict[str, Any]]:
    return (image.transpose(_TURNS[turn]) if turn > 1 else image), {"exif": turn}


def _to_srgb(image: Image.Image, *, grey: bool) -> tuple[Image.Image, dict[str, Any]]:
    """8-bit sRGB (or grey), with alpha where there was one; through the colour profile if it is usable."""
    info, mode = image.info, image.mode
    bits = 16 if mode in ("I;16", "I;16B", "I") else 8
    if bits == 16:
        image = _to_eight_bits(image)
    alpha = image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in info
    if image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA" if alpha else "L" if image.mode == "1" else "RGB")
    elif alpha and image.mode != "RGBA":
        image = image.convert("RGBA")
    image, profile = _through_profile(image, info.get("icc_profile"))
    target = "RGBA" if alpha else "L" if grey and image.mode == "L" else "RGB"
    if image.mode != target:
        image = image.convert(target)
    return image, {"from": mode, "to": target, "bits": bits, "profile": profile}


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """0–65535 to 0–255, rounded to the nearest: v·255/65535 = v/257."""
    values = np.asarray(image)
    out = np.empty(values.shape, np.uint8)
    for top in range(0, len(values), 256):  # in strips: the picture may be large
        strip = np.clip(values[top : top + 256].astype(np.int32), 0, 65535)
        out[top : top + 256] = (strip + 128) // 257
    return Image.fromarray(out)


_SPACES = {"RGB ": ("RGB", "RGBA"), "CMYK": ("CMYK",), "GRAY": ("L",)}


def _through_profile(image: Image.Image, data: bytes | None) -> tuple[Image.Image, str | None]:
    """To sRGB by the embedded profile; gives its name, `ignored` for nonsense, None for none."""
    if not data:
        return image, None
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(data))
        name = (ImageCms.getProfileDescription(profile) or "").strip()[:80]
        if image.mode not in _SPACES.get(profile.profile.xcolor_space, ()):
            return image, "ignored"
        if name.startswith("sRGB"):
            return image, name
        target = "RGBA" if image.mode == "RGBA" else "RGB"
        transform = ImageCms.buildTransform(
            profile, ImageCms.createProfile("sRGB"), image.mode, target, ImageCms.Intent.PERCEPTUAL
        )
        if target == image.mode:
            ImageCms.applyTransform(image, transform, inPlace=True)
            return image, name or "unnamed"
        return ImageCms.applyTransform(image, transform) or image, name or "unnamed"
    except Exception:  # a profile is advice about colours; nonsense in it does not spoil the picture
        return image, "ignored"


def _over_white(image: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """result = alpha · colour + (1 − alpha) · white."""
    if image.mode != "RGBA":
        return image, {"present": False}
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(image, mask=image.getchannel("A"))
    return white, {"present": True}


def _centred(size: tuple[int, int], width: int, height: int) -> Crop:
    """The largest crop of the target's proportions in the middle of the picture."""
    longer = max(width, height)
    side = max(1, math.floor(min(size[0] * longer / width, size[1] * longer / height)))
    w, h = side * width / longer, side * height / longer
    return Crop(math.floor((size[0] - w) / 2), math.floor((size[1] - h) / 2), side)


def _inside(crop: Crop, size: tuple[int, int]) -> Crop:
    """Whole pixels, and its centre inside the picture."""
    side = max(1, round(crop.size))
    x, y = round(crop.x), round(crop.y)
    if not (0 <= x + side / 2 <= size[0] and 0 <= y + side / 2 <= size[1] and side <= 4 * max(size)):
        raise _crop_invalid(crop, *size)
    return Crop(x, y, side, crop.rotate % 360)


def _cut(
    image: Image.Image,
    crop: Crop,
    scale: tuple[float, float],
    target: tuple[int, int],
    needed: int,
) -> tuple[Image.Image, dict[str, Any]]:
    """Cut the crop out of a picture that may have been decoded smaller by `scale`."""
    params = {"x": crop.x, "y": crop.y, "size": crop.size, "rotate": crop.rotate}
    longer = max(target)
    width, height = crop.size * target[0] / longer, crop.size * target[1] / longer
    centre = ((crop.x + width / 2) * scale[0], (crop.y + height / 2) * scale[1])
    width, height = width * scale[0], height * scale[1]
    if not crop.rotate:
        left, top = round(centre[0] - width / 2), round(centre[1] - height / 2)
        box = (left, top, left + max(1, round(width)), top + max(1, round(height)))
        return _cut_upright(image, box, needed), params
    image, centre, (width, height) = _shrink(image, centre, (width, height), needed)
    return _cut_turned(image, centre, (width, height), crop.rotate), params


def _cut_upright(image: Image.Image, box: tuple[int, int, int, int], needed: int) -> Image.Image:
    if box == (0, 0, *image.size):
        return image
    if box[0] >= 0 and box[1] >= 0 and box[2] <= image.size[0] and box[3] <= image.size[1]:
        return image.crop(box)
    size = (box[2] - box[0], box[3] - box[1])
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    image, centre, around = _shrink(image, centre, size, needed)
    left, top = round(centre[0] - around[0] / 2), round(centre[1] - around[1] / 2)
    canvas = Image.new(image.mode, (max(1, round(around[0])), max(1, round(around[1]))), _white(image))
    canvas.paste(image, (-left, -top))
    return canvas


def _shrink(
    image: Image.Image, centre: tuple[float, float], size: tuple[float, float], needed: int
) -> tuple[Image.Image, tuple[float, float], tuple[float, float]]:
    """Average whole blocks of pixels first, so that a large crop costs no more than a small one."""
    factor = int(max(size) // needed)
    if factor < 2:
        return image, centre, size
    smaller = image.reduce(factor)
    x, y = smaller.size[0] / image.size[0], smaller.size[1] / image.size[1]
    return smaller, (centre[0] * x, centre[1] * y), (size[0] * x, size[1] * y)


def _cut_turned(
    image: Image.Image, centre: tuple[float, float], size: tuple[float, float], degrees: float
) -> Image.Image:
    """Turn the picture clockwise about `centre` and cut `size` around it.

    With u, v measured from the middle of the result, and y downwards, the pixel comes from
    x = cx + u·cos θ + v·sin θ and y = cy − u·sin θ + v·cos θ.
    """
    width, height = max(1, round(size[0])), max(1, round(size[1]))
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x = centre[0] - cos * width / 2 - sin * height / 2
    y = centre[1] + sin * width / 2 - cos * height / 2
    return image.transform(
        (width, height),
        Image.Transform.AFFINE,
        (cos, sin, x, -sin, cos, y),
        resample=Image.Resampling.BICUBIC,
        fillcolor=_white(image),
    )


def _white(image: Image.Image) -> int | tuple[int, int, int]:
    return 255 if image.mode == "L" else (255, 255, 255)


def _resize(image: Image.Image, size: tuple[int, int], *, grey: bool) -> tuple[Image.Image, dict[str, Any]]:
    """To the network's size by Pillow's antialiased bicubic filter; then to grey where it wants grey."""
    params = {"filter": "bicubic", "from": list(image.size), "to": list(size)}
    if image.size != size:
        image = image.resize(size, Image.Resampling.BICUBIC)
    mode = "L" if grey else "RGB"
    return (image if image.mode == mode else image.convert(mode)), params


def _preview(image: Image.Image) -> bytes:
    """A small PNG of the picture as it is at this moment."""
    small = image
    factor = max(image.size) // (2 * PREVIEW)
    if factor > 1 and image.mode not in ("P", "1", "I;16", "I;16B", "I"):
        small = image.reduce(factor)
    if small.mode in ("I;16", "I;16B", "I"):
        small = _to_eight_bits(small)
    if small.mode not in ("L", "RGB", "RGBA"):
        small = small.convert("RGBA" if "transparency" in small.info or small.mode == "PA" else "RGB")
    if max(small.size) > PREVIEW:
        ratio = PREVIEW / max(small.size)
        size = (max(1, round(small.size[0] * ratio)), max(1, round(small.size[1] * ratio)))
        small = small.resize(size, Image.Resampling.BILINEAR)
    out = BytesIO()
    # Without the original's metadata: neither its colour profile nor anything personal belongs in it.
    clean = Image.new(small.mode, small.size)
    clean.paste(small)
    clean.save(out, "PNG")
    return out.getvalue()
