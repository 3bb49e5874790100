"""Strange pictures are what they are called, in any shape a network may take."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_loupe.engine.ood.synthetic import MAKERS, synthetic_picture

LIKE = np.random.default_rng(0).random((3, 64, 64)).astype(np.float32)


def make(name: str, like: np.ndarray = LIKE, seed: int = 0) -> np.ndarray:
    return synthetic_picture(name, np.random.default_rng(seed), like)


@given(st.sampled_from(sorted(MAKERS)), st.integers(1, 3), st.integers(3, 40), st.integers(3, 40), st.integers(0, 99))
def test_every_sort_fits_the_network_and_keeps_to_the_range(
    name: str, channels: int, height: int, width: int, seed: int
) -> None:
    like = np.random.default_rng(seed).random((channels, height, width)).astype(np.float32)
    picture = make(name, like, seed)
    assert picture.shape == like.shape
    assert picture.dtype == np.float32
    assert picture.min() >= 0
    assert picture.max() <= 1


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_the_same_seed_gives_the_same_picture_and_another_another(name: str) -> None:
    assert (make(name) == make(name)).all()
    assert (make(name) != make(name, seed=1)).any()


def colours(picture: np.ndarray) -> np.ndarray:
    return np.unique(picture.reshape(len(picture), -1), axis=1)


@pytest.mark.parametrize(("name", "count"), [("flat", 1), ("stripes", 2), ("checkerboard", 2), ("writing", 2)])
def test_some_sorts_have_so_many_colours_and_no_more(name: str, count: int) -> None:
    for seed in range(20):
        assert colours(make(name, seed=seed)).shape[1] == count


def test_a_gradient_is_straight_and_blobs_are_smooth() -> None:
    assert np.abs(np.diff(make("gradient"), n=2, axis=1)).max() < 1e-2 + np.abs(np.diff(make("gradient"), axis=1)).max()
    assert np.abs(np.diff(make("blobs"), axis=1)).mean() < 0.5 * np.abs(np.diff(make("noise"), axis=1)).mean()


def test_dealt_out_pixels_and_tiles_are_the_pictures_own() -> None:
    for name in ("pixels", "tiles"):
        picture = make(name)
        assert (picture != LIKE).any()
        assert (np.sort(colours(picture)) == np.sort(colours(LIKE))).all(), "every pixel keeps its colour"
    tile = make("tiles")[:, :8, :8]
    origins = [(y, x) for y in range(0, 64, 8) for x in range(0, 64, 8)]
    assert any((tile == LIKE[:, y : y + 8, x : x + 8]).all() for y, x in origins), "a tile stays whole"
