"""Large pictures are averaged first: against a slow loop, and against the picture that is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_loupe.engine.data.images import Crop, prepare, reduce
from tests.pictures import encoded, scene

SHAPE = (3, 16, 16)


@pytest.fixture
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduce, "PLENTY", 0)


def slow_mean(pixels: np.ndarray, factor: int, alpha: bool) -> np.ndarray:
    """Means over squares, and over what there is of them at the edges; with alpha, colours by how opaque they are."""
    height, width, channels = pixels.shape
    out = np.zeros((-(-height // factor), -(-width // factor), channels))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            square = pixels[i * factor : (i + 1) * factor, j * factor : (j + 1) * factor].reshape(-1, channels).astype(float)
            if alpha:
                opaque = square[:, 3].sum()
                out[i, j, :3] = (square[:, :3] * square[:, 3:]).sum(0) / opaque if opaque else 0
                out[i, j, 3] = square[:, 3].mean()
            else:
                out[i, j] = square.mean(0)
    return out


@given(st.integers(33, 70), st.integers(33, 70), st.sampled_from(["RGB", "RGBA", "CMYK"]), st.integers(0, 99))
@settings(max_examples=40)
def test_squares_become_their_means(width: int, height: int, mode: str, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reduce, "PLENTY", 0)
        patch.setattr(reduce, "_STRIP", 16)
        pixels = np.random.default_rng(seed).integers(0, 256, (height, width, len(mode)), dtype=np.uint8)
        found, factor = reduce.reduce_decoded(Image.fromarray(pixels, mode), 32, 8)
    assert factor == 4
    wanted = slow_mean(pixels, 4, mode == "RGBA")
    got = np.asarray(found).astype(float)
    assert got.shape == wanted.shape
    # Colours are stored times their opacity in between, in whole numbers: the less opaque, the coarser.
    allowed = 1 + 255 / np.maximum(got[..., 3:], 1) if mode == "RGBA" else 1  # Pillow rounds down at the edges
    assert (np.abs(got - wanted) <= allowed).all()


def test_what_is_transparent_leaves_no_colour(small_is_large: None) -> None:
    picture = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (0, 0, 33, 64))
    found = prepare(encoded(picture, "PNG"), shape=(3, 8, 8))
    assert found.steps[0].id == "reduce"
    red, green, blue = found.pixels.astype(int)
    # Blue over white and nothing of the red that nobody sees: red and green are the same everywhere.
    assert (abs(red - green) <= 2).all()
    assert (blue >= 253).all()


def test_a_large_picture_is_reduced_and_looks_the_same() -> None:
    picture = scene().resize((2400, 1800), Image.Resampling.BICUBIC)
    found = prepare(encoded(picture, "PNG"), shape=(3, 64, 64))
    assert found.steps[0].id == "reduce"
    assert found.steps[0].params == {"factor": 4}
    assert (found.steps[0].before.width, found.steps[0].after.width) == (2400, 600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reduce, "PLENTY", 10**9)
        whole = prepare(encoded(picture, "PNG"), shape=(3, 64, 64))
    assert whole.steps[0].id == "orientation"
    assert np.abs(found.pixels.astype(int) - whole.pixels.astype(int)).mean() < 0.5


@pytest.mark.parametrize("mode", ["P", "1", "I;16"])
def test_pixels_that_are_no_colours_are_left_alone(small_is_large: None, mode: str) -> None:
    found = prepare(encoded(scene(256, 256).convert("L" if mode == "I;16" else mode).convert(mode), "PNG"), shape=SHAPE)
    assert "reduce" not in [step.id for step in found.steps]


def test_a_colour_that_stands_for_transparency_is_left_alone(small_is_large: None) -> None:
    found = prepare(encoded(scene(256, 256), "PNG", transparency=(1, 2, 3)), shape=SHAPE)
    assert "reduce" not in [step.id for step in found.steps]


def test_a_small_crop_keeps_its_pixels(small_is_large: None) -> None:
    data = encoded(scene(512, 512), "PNG")
    assert prepare(data, shape=SHAPE, crop=Crop(10, 10, 64)).steps[0].id == "orientation"
    assert prepare(data, shape=SHAPE, crop=Crop(10, 10, 130)).steps[0].params == {"factor": 2}


def test_the_colour_profile_is_still_used(small_is_large: None) -> None:
    from tests.worst import lookup_profile

    data = encoded(scene(256, 256).convert("RGBA"), "PNG", icc_profile=lookup_profile(b"RGB ", 3, 9))
    steps = {step.id: step.params for step in prepare(data, shape=SHAPE).steps}
    assert steps["reduce"] == {"factor": 4}
    assert steps["colours"]["profile"] == "slow"
