"""The part that is wanted: against slow loops, and against the picture that is not averaged first."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_loupe.engine.data.headers import Header, read_header
from cnn_loupe.engine.data.images import Crop, prepare, region
from cnn_loupe.engine.data.images.decode import decode
from tests.pictures import chunk, encoded, png, scene

SHAPE = (3, 16, 16)


def header(width: int, height: int, **more: object) -> Header:
    return Header("PNG", width, height, **more)  # type: ignore[arg-type]


def slow_mean(pixels: np.ndarray, factor: int, alpha: bool) -> np.ndarray:
    """Means over squares, and over what there is of them at the edges; with alpha, colours by how opaque they are."""
    height, width, channels = pixels.shape
    out = np.zeros((-(-height // factor), -(-width // factor), channels))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            square = (
                pixels[i * factor : (i + 1) * factor, j * factor : (j + 1) * factor].reshape(-1, channels).astype(float)
            )
            if alpha:
                opaque = square[:, -1].sum()
                out[i, j, :-1] = (square[:, :-1] * square[:, -1:]).sum(0) / opaque if opaque else 0
                out[i, j, -1] = square[:, -1].mean()
            else:
                out[i, j] = square.mean(0)
    return out


@given(
    st.integers(33, 70), st.integers(33, 70), st.sampled_from(["L", "LA", "RGB", "RGBA", "CMYK"]), st.integers(2, 9),
    st.data()
)  # fmt: skip
@settings(max_examples=60)
def test_squares_of_any_box_become_their_means(
    width: int, height: int, mode: str, factor: int, data: st.DataObject
) -> None:
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    right, bottom = data.draw(st.integers(left + 1, width)), data.draw(st.integers(top + 1, height))
    bands = len(Image.new(mode, (1, 1)).getbands())
    pixels = np.random.default_rng(width * height).integers(0, 256, (height, width, bands), dtype=np.uint8)
    image = Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(region, "_STRIP", 500)
        found = region.averaged(image, header(width, height), (left, top, right, bottom), factor)
    wanted = slow_mean(pixels[top:bottom, left:right], factor, mode in ("LA", "RGBA"))
    got = np.asarray(found).astype(float).reshape(wanted.shape)
    # Colours are stored times their opacity in between, in whole numbers: the less opaque, the coarser.
    allowed = 1 + 255 / np.maximum(got[..., -1:], 1) if mode in ("LA", "RGBA") else 1  # Pillow rounds down at the edges
    assert (np.abs(got - wanted) <= allowed).all()


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_box_is_turned_as_its_picture_is(turn: int) -> None:
    picture = Image.fromarray(np.arange(35, dtype=np.uint8).reshape(5, 7))
    upright, box = region.orient(picture, turn), (1, 2, 4, 5)
    there = region.turned(box, turn, picture.size)
    np.testing.assert_array_equal(np.asarray(upright.crop(there)), np.asarray(region.orient(picture.crop(box), turn)))
    np.testing.assert_array_equal(np.asarray(region.lay(upright, turn)), np.asarray(picture))


@given(st.integers(1, 8), st.sampled_from([1, 2, 4]), st.integers(1, 3), st.data())
@settings(max_examples=80)
def test_a_region_lies_where_it_says_whichever_way_the_picture_was_stored(
    turn: int, decoded_at: int, more: int, data: st.DataObject
) -> None:
    """Colours that say where they are: each pixel is the mean of the places that it covers."""
    width, height = data.draw(st.integers(20, 60)), data.draw(st.integers(20, 60))
    x, y = np.meshgrid(np.arange(width) * 4, np.arange(height) * 4)
    upright = Image.fromarray(np.stack([x, y, x * 0], axis=-1).astype(np.uint8))
    stored = region.lay(upright, turn)
    declared = header(*stored.size, orientation=turn)
    box = data.draw(
        st.tuples(st.integers(-9, width - 1), st.integers(-9, height - 1), st.integers(1, 70), st.integers(1, 70))
    )
    box = (box[0], box[1], max(box[0], 0) + box[2], max(box[1], 0) + box[3])
    decoded = stored.reduce(decoded_at) if decoded_at > 1 else stored
    factor = decoded_at * more
    found = region.take(decoded, declared, box, factor, decoded_at)
    assert found.left <= max(0, box[0])
    assert found.top <= max(0, box[1])
    assert found.left + found.image.size[0] * factor >= min(width, box[2])
    assert found.top + found.image.size[1] * factor >= min(height, box[3])
    pixels = np.asarray(found.image)
    for j in range(pixels.shape[1]):
        first, last = max(0, found.left + j * factor), min(width, found.left + (j + 1) * factor)
        # A square that the picture or the box ends in has fewer places, and reduced twice, they do not count alike.
        whole = last - first == factor and box[0] <= first and last <= box[2]
        tolerance = 2 if whole else 2 + 4 * factor
        assert abs(int(pixels[0, j, 0]) - 4 * (first + last - 1) / 2) <= tolerance


def test_what_is_transparent_leaves_no_colour() -> None:
    picture = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (0, 0, 33, 64))
    found = prepare(encoded(picture, "PNG"), shape=(3, 8, 8))
    assert found.steps[0].id == "reduce"
    red, green, blue = found.pixels.astype(int)
    # Blue over white and nothing of the red that nobody sees: red and green are the same everywhere.
    assert (abs(red - green) <= 2).all()
    assert (blue >= 253).all()


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "1", "I;16"])
def test_a_large_picture_is_averaged_and_looks_the_same(mode: str) -> None:
    picture = (
        scene(900, 600) if mode not in ("1", "I;16") else Image.linear_gradient("L").resize((900, 600)).convert(mode)
    )
    found = prepare(encoded(picture.convert(mode), "PNG"), shape=(3, 32, 32))
    assert found.steps[0].id == "reduce"
    assert found.steps[0].params == {"factor": 4}
    assert (found.steps[0].before.width, found.steps[0].after.width) == (900, 225)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnn_loupe.engine.data.images.OVERSAMPLE", 10**6)
        whole = prepare(encoded(picture.convert(mode), "PNG"), shape=(3, 32, 32))
    assert whole.steps[0].id == "orientation"
    assert np.abs(found.pixels.astype(int) - whole.pixels.astype(int)).max() <= 4
    assert np.abs(found.pixels.astype(int) - whole.pixels.astype(int)).mean() < 0.5


def test_a_small_crop_keeps_its_pixels() -> None:
    data = encoded(scene(512, 512), "PNG")
    assert prepare(data, shape=SHAPE, crop=Crop(10, 10, 64)).steps[0].id == "orientation"
    assert prepare(data, shape=SHAPE, crop=Crop(10, 10, 130)).steps[0].params == {"factor": 2}


def test_the_tensor_does_not_depend_on_what_else_is_asked_for() -> None:
    for data in (encoded(scene(900, 700), "JPEG"), encoded(scene(900, 700), "PNG")):
        for crop in (None, Crop(50, 60, 100, 10), Crop(-30, 0, 300)):
            plain = prepare(data, shape=SHAPE, crop=crop)
            told = prepare(data, shape=SHAPE, crop=crop, pictures=True, upright=512)
            np.testing.assert_array_equal(plain.pixels, told.pixels)
            assert [(step.id, step.params) for step in plain.steps] == [(step.id, step.params) for step in told.steps]
            assert (told.upright.width, told.upright.height) == (900, 700)


def keys(t: float) -> float:
    """Keys' cubic for a = −1/2, as his paper has it."""
    t = abs(t)
    if t < 1:
        return 1.5 * t**3 - 2.5 * t**2 + 1
    if t < 2:
        return -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2
    return 0.0


def line_at(line: np.ndarray, m: int) -> np.ndarray:
    """A line of numbers at length m, one new number after the other, every old one asked."""
    n = len(line)
    factor = max(n / m, 1.0)
    weights = np.array([[keys((u + 0.5 - (j + 0.5) * n / m) / factor) for u in range(n)] for j in range(m)])
    return (weights / weights.sum(axis=1, keepdims=True)) @ line


@pytest.mark.parametrize("side", [16, 24, 40, 63])
def test_the_network_gets_what_the_bicubic_filter_says(side: int) -> None:
    """Each new pixel is a weighted mean of the old ones; Pillow rounds after each direction: a level apart at most."""
    pixels = np.random.default_rng(side).integers(40, 216, (side, side, 3), dtype=np.uint8)
    found = prepare(encoded(Image.fromarray(pixels), "PNG"), shape=SHAPE).pixels
    for channel in range(3):
        down = line_at(pixels[..., channel].astype(float), 16)
        exact = line_at(down.T, 16).T
        assert np.abs(found[channel] - exact).max() <= 1.01


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_the_colour_that_a_png_names_is_transparent_at_every_depth(depth: int) -> None:
    """Grey steps from 0 to the largest number, the key among them; and nothing else becomes white."""
    most = (1 << depth) - 1
    steps = [round(most * share / 7) for share in range(8)]
    key = steps[2] if depth > 1 else 0
    bits = "".join(f"{value:0{depth}b}" for value in steps)
    row = b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    found = prepare(png(8, 8, depth, 0, row * 8, chunk(b"tRNS", key.to_bytes(2, "big"))), shape=(1, 8, 8))
    wanted = [255 if value == key else round(255 * value / most) for value in steps]
    assert np.abs(found.pixels[0, 4].astype(int) - wanted).max() <= 1
    assert next(step for step in found.steps if step.id == "alpha").params == {"present": True}


def test_a_key_of_sixteen_bits_a_colour_is_compared_in_both_bytes() -> None:
    pixels = b"".join(value.to_bytes(2, "big") * 3 for value in (0x1234, 0x1235, 0x1334, 0x1234))
    data = png(4, 4, 16, 2, (b"\0" + pixels) * 4, chunk(b"tRNS", b"\x12\x34" * 3))
    found = prepare(data, shape=(3, 4, 4)).pixels
    assert found[0, 2].tolist() == [255, 0x12, 0x13, 255]
    assert decode(read_header(data)).mode == "RGBA"


def test_an_opaque_picture_with_transparency_is_said_to_be_opaque() -> None:
    found = prepare(encoded(scene().convert("RGBA"), "PNG"), shape=SHAPE)
    assert next(step for step in found.steps if step.id == "alpha").params == {"present": False}


def test_around_the_frame_of_a_gif_there_is_nothing() -> None:
    small = encoded(scene(40, 30).quantize(16), "GIF")
    assert small[13 + 48] in (0x21, 0x2C)
    place = small.index(b",", 13 + 48)
    moved = small[:6] + b"\x60\0\x40\0" + small[10 : place + 1] + b"\x1e\0\x14\0" + small[place + 5 :]
    header = read_header(moved)
    assert (header.width, header.height, header.frame) == (96, 64, (30, 20, 70, 50))
    for shape in ((3, 64, 64), (3, 8, 8)):  # as it is, and averaged
        found = prepare(moved, shape=shape).pixels
        scale = shape[1] / 64
        assert (found[:, 0] == 255).all()
        inner = found[:, math.ceil(21 * scale) : int(49 * scale), math.ceil(15 * scale) : int(53 * scale)]
        assert (inner.min(axis=0) < 250).all()
