"""A picture at another size: each new pixel is the weighted mean that the equation says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.data.images import resample as module
from cnn_loupe.engine.data.images.resample import bands, cubic, resampled, resize
from tests.pictures import scene

SIDES = st.integers(1, 40)
SEEDS = st.integers(0, 2**32 - 1)


def keys(t: float) -> float:
    """Keys' cubic for a = −1/2, as his paper has it."""
    t = abs(t)
    if t < 1:
        return 1.5 * t**3 - 2.5 * t**2 + 1
    if t < 2:
        return -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2
    return 0.0


def loop(line: list[float], m: int) -> list[float]:
    """A line of numbers at length m, one new number after the other, every old one asked."""
    n, found = len(line), []
    factor = max(n / m, 1.0)
    for j in range(m):
        share = [keys((u + 0.5 - (j + 0.5) * n / m) / factor) for u in range(n)]
        found.append(sum(s * value for s, value in zip(share, line, strict=True)) / sum(share))
    return found


def oracle(pixels: Array, width: int, height: int) -> Array:
    """(H, W) at (h, w), not rounded: every row, then every column."""
    rows = [loop(list(map(float, row)), width) for row in pixels]
    return np.array([loop(list(column), height) for column in zip(*rows, strict=True)]).T


@given(SIDES, SIDES, SIDES, SIDES, SEEDS)
def test_each_pixel_is_the_weighted_mean_rounded_once(
    height: int, width: int, h: int, w: int, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    found = resampled(Image.fromarray(pixels), (w, h))
    assert found.shape == (h, w, 3)
    for channel in range(3):
        exact = oracle(pixels[..., channel], w, h).clip(0, 255)
        assert np.abs(found[..., channel] - exact).max() <= 0.5 + 1e-3


@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 255))
def test_an_even_picture_stays_even(height: int, width: int, h: int, w: int, shade: int) -> None:
    assert (resampled(Image.new("L", (width, height), shade), (w, h)) == shade).all()


@given(SIDES, SIDES, SIDES, SIDES, SEEDS)
def test_a_grey_picture_is_each_channel_of_a_coloured_one(
    height: int, width: int, h: int, w: int, seed: int
) -> None:
    grey = Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8))
    coloured = resampled(grey.convert("RGB"), (w, h)).astype(int)
    # A product of another width adds in another order, and may fall on the other side of a half.
    assert np.abs(coloured - resampled(grey, (w, h))[..., None]).max() <= 1


@given(st.integers(1, 300), st.integers(1, 80))
def test_weights_add_up_to_one_and_mirror_each_other(n: int, m: int) -> None:
    rows = np.zeros((m, n))
    for band in bands(n, m, length=50_000):
        rows[band.begin : band.end, band.first : band.last] += band.weights
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(rows, rows[::-1, ::-1], atol=1e-6)


def test_the_kernel_is_one_at_its_middle_and_nought_at_every_other_whole_number() -> None:
    np.testing.assert_allclose(cubic(np.array([-3.0, -2, -1, 0, 1, 2, 3])), [0, 0, 0, 1, 0, 0, 0], atol=1e-15)


@pytest.mark.parametrize("size", [(64, 64), (200, 150), (17, 90)])
def test_it_is_the_filter_that_pillow_calls_bicubic(size: tuple[int, int]) -> None:
    """Pillow rounds after each direction (and clips, hence no pure white here): a level apart at most."""
    picture = scene(320, 240).point(lambda level: 40 + 2 * level // 3)
    theirs = np.asarray(picture.resize(size, Image.Resampling.BICUBIC), int)
    difference = np.abs(resampled(picture, size) - theirs)
    assert difference.max() <= 1
    assert difference.mean() < 0.2


def test_strips_of_a_large_picture_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = scene(300, 500)
    whole = resampled(picture, (64, 48))
    monkeypatch.setattr(module, "_STRIP", 7000)
    np.testing.assert_array_equal(resampled(picture, (64, 48)), whole)


@pytest.mark.parametrize("band", [1, 5_000, 10**9])
def test_bands_of_any_width_give_the_same(band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = scene(300, 500)
    usual = resampled(picture, (64, 48)).astype(int)
    monkeypatch.setattr(module, "_NUMBERS", band)
    module.bands.cache_clear()
    try:
        found = resampled(picture, (64, 48))
    finally:
        module.bands.cache_clear()
    # A sum in another order may fall on the other side of a half.
    assert np.abs(found - usual).max() <= 1
    assert (found != usual).mean() < 1e-3


def test_a_picture_of_the_right_size_stays_as_it_is_and_grey_is_luma() -> None:
    picture = scene(64, 64)
    same, params = resize(picture, (64, 64), grey=False)
    assert same is picture
    assert params == {"filter": "bicubic", "from": [64, 64], "to": [64, 64]}
    grey, _ = resize(picture, (32, 32), grey=True)
    assert (grey.mode, grey.size) == ("L", (32, 32))
    red, green, blue = np.moveaxis(resampled(picture, (32, 32)).astype(float), -1, 0)
    assert np.abs(np.asarray(grey) - (0.299 * red + 0.587 * green + 0.114 * blue)).max() <= 1


def test_the_steepest_edge_overshoots_and_is_held_within_bytes() -> None:
    edge = np.zeros((8, 8), np.uint8)
    edge[:, 4:] = 255
    exact = oracle(edge, 64, 8)
    assert exact.min() < 0
    assert exact.max() > 255
    found = resampled(Image.fromarray(edge), (64, 8))
    assert (found.min(), found.max()) == (0, 255)
    assert math.isclose(found[0].mean(), 127.5, abs_tol=0.5)
