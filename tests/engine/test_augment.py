"""Augmentation against a slow loop, and that each setting does what it says and no more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_loupe.engine.data.augment import LUMA, Augmentation, interpolation, resample


def pictures(count: int = 3, channels: int = 3, height: int = 9, width: int = 7, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, channels, height, width), dtype=np.uint8)


def plain(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float32) / 255


def test_no_setting_changes_nothing() -> None:
    x = pictures()
    np.testing.assert_allclose(Augmentation()(x, np.random.default_rng(0)), plain(x), atol=1e-6)


def test_a_certain_flip_mirrors_left_and_right() -> None:
    x = pictures()
    y = Augmentation(flip=1.0)(x, np.random.default_rng(0))
    np.testing.assert_allclose(y, plain(x)[..., ::-1], atol=1e-6)


def test_a_picture_whose_scale_is_kept_is_shifted_by_whole_pixels_and_stays_sharp() -> None:
    x = pictures(count=40, height=8, width=8)
    y = Augmentation(area=0.2, aspect=2.0, shift=0.5, keep_scale=1.0)(x, np.random.default_rng(3))
    edged = np.pad(plain(x), ((0, 0), (0, 0), (2, 2), (2, 2)), mode="edge")
    moves = set()
    for picture, changed in zip(edged, y, strict=True):
        fits = [
            (top, left)
            for top in range(5)
            for left in range(5)
            if np.allclose(picture[:, top : top + 8, left : left + 8], changed, atol=1e-6)
        ]
        assert len(fits) == 1, "the picture is not a shifted copy of itself"
        moves.add(fits[0])
    assert len(moves) > 5, "the shifts hardly differ"


def test_some_pictures_keep_their_scale_and_the_others_resized() -> None:
    x = np.repeat(pictures(count=1, height=8, width=8), 400, axis=0)
    y = Augmentation(area=0.3, keep_scale=0.4)(x, np.random.default_rng(0))
    untouched = np.isclose(y, plain(x), atol=1e-6).all(axis=(1, 2, 3)).mean()
    assert 0.3 < untouched < 0.5


@settings(max_examples=20)
@given(st.floats(0.3, 0.7), st.floats(0.2, 1.2), st.floats(0.3, 0.7), st.floats(0.2, 1.2))
def test_resampling_is_bilinear_interpolation(cy: float, sy: float, cx: float, sx: float) -> None:
    x = pictures(count=1)
    _, channels, height, width = x.shape
    rows = interpolation(height, np.array([cy]), np.array([sy]))
    columns = interpolation(width, np.array([cx]), np.array([sx]))
    expected = np.zeros((channels, height, width))
    for i in range(height):
        for j in range(width):
            qy = min(max((cy + ((i + 0.5) / height - 0.5) * sy) * height - 0.5, 0), height - 1)
            qx = min(max((cx + ((j + 0.5) / width - 0.5) * sx) * width - 0.5, 0), width - 1)
            y0, x0 = min(int(qy), height - 2), min(int(qx), width - 2)
            fy, fx = qy - y0, qx - x0
            corner = x[0, :, y0 : y0 + 2, x0 : x0 + 2].astype(float) / 255
            expected[:, i, j] = np.einsum("cyx,y,x->c", corner, [1 - fy, fy], [1 - fx, fx])
    np.testing.assert_allclose(resample(x, rows, columns)[0], expected, atol=1e-4)


def test_every_interpolation_row_adds_up_to_one() -> None:
    mix = interpolation(16, np.array([0.1, 0.5, 0.95]), np.array([0.4, 1.0, 0.8]))
    np.testing.assert_allclose(mix.sum(axis=2), 1, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_any_number_of_channels_can_be_augmented(channels: int) -> None:
    change = Augmentation(0.5, 1.3, 0.1, 0.5, 0.2, 0.2, 0.2, 0.1, 3)
    y = change(pictures(channels=channels), np.random.default_rng(0))
    assert y.shape == (3, channels, 9, 7)
    assert y.dtype == np.float32
    assert y.flags.c_contiguous
    assert np.isfinite(y).all()


def test_brightness_moves_all_values_of_a_picture_alike() -> None:
    x = pictures()
    change = Augmentation(brightness=0.3)(x, np.random.default_rng(1)) - plain(x)
    for picture in change:
        assert np.ptp(picture) < 1e-5
        assert 0 < abs(picture.mean()) <= 0.3


def test_contrast_keeps_each_pictures_mean() -> None:
    x = pictures()
    y = Augmentation(contrast=0.5)(x, np.random.default_rng(1))
    np.testing.assert_allclose(y.mean(axis=(1, 2, 3)), plain(x).mean(axis=(1, 2, 3)), atol=1e-5)
    assert not np.allclose(y.std(), plain(x).std(), rtol=0.01)


def test_saturation_keeps_each_pixels_luma() -> None:
    x = pictures()
    y = Augmentation(saturation=0.6)(x, np.random.default_rng(1))
    luma = np.einsum("nchw,c->nhw", plain(x), LUMA)
    np.testing.assert_allclose(np.einsum("nchw,c->nhw", y, LUMA), luma, atol=1e-5)
    assert not np.allclose(y, plain(x), atol=0.01)


def test_a_cutout_is_painted_in_the_pictures_mean_and_the_rest_stays() -> None:
    x = pictures(count=20)
    y = Augmentation(cutout_size=4)(x, np.random.default_rng(1))
    changed = (np.abs(y - plain(x)) > 1e-4).any(axis=1)
    assert changed.any()
    for picture, hole, mean in zip(y, changed, plain(x).mean(axis=(2, 3)), strict=True):
        assert hole.sum() <= 16
        for values in picture[:, hole].T:
            np.testing.assert_allclose(values, mean, atol=1e-5)


def test_the_same_generator_gives_the_same_pictures_and_another_gives_others() -> None:
    change = Augmentation(0.5, 1.3, 0.1, 0.5, 0.2, 0.2, 0.2, 0.1, 3)
    x = pictures()
    first, again = change(x, np.random.default_rng(5)), change(x, np.random.default_rng(5))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, change(x, np.random.default_rng(6)))
