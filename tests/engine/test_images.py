"""Pictures of every kind become tensors, step by step, or are refused with the reason."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cnn_loupe.engine.data.headers import FORMATS, read_header
from cnn_loupe.engine.data.images import LIMITS, Crop, Limits, prepare
from cnn_loupe.engine.errors import ImageError
from tests.pictures import (
    chunk,
    damaged_pictures,
    encoded,
    good_pictures,
    hostile_pictures,
    png,
    scene,
    turned,
)
from tests.worst import lookup_profile

SHAPE = (3, 64, 64)
GOOD = good_pictures()
HOSTILE = hostile_pictures()


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_picture_becomes_a_tensor_from_0_to_1(name: str) -> None:
    found = prepare(GOOD[name], shape=SHAPE)
    assert found.input.shape == SHAPE
    assert found.input.dtype == np.float32
    assert found.input.flags.c_contiguous
    assert found.input.min() >= 0
    assert found.input.max() <= 1
    np.testing.assert_array_equal(found.input, found.pixels.astype(np.float32) / np.float32(255))
    assert [step.id for step in found.steps if step.id != "reduce"] == [
        "orientation", "colours", "alpha", "crop", "resize", "scale",
    ]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_or_read_and_never_anything_else(name: str) -> None:
    try:
        prepare(HOSTILE[name], shape=SHAPE)
    except ImageError as error:
        assert str(error)[0].isupper()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("png bomb", "picture_too_many_pixels"),
        ("png of negative size", "picture_too_many_pixels"),
        ("png of no size", "picture_damaged"),
        ("png claims more than it has", "picture_damaged"),
        ("jpeg of absurd size", "picture_too_many_pixels"),
        ("jpeg of many scans", "picture_too_many_scans"),
        ("jpeg that goes on after its scan", "picture_damaged"),
        ("webp of absurd size", "picture_too_many_pixels"),
        ("gif of absurd size", "picture_too_many_pixels"),
        ("bmp of absurd size", "picture_too_many_pixels"),
        ("heic", "picture_format_refused"),
        ("html", "picture_is_page"),
        ("zip", "picture_is_archive"),
        ("nothing but zeros", "picture_format_unknown"),
    ],
)
def test_the_rule_that_was_broken_is_named(name: str, code: str) -> None:
    with pytest.raises(ImageError) as caught:
        prepare(HOSTILE[name], shape=SHAPE)
    assert caught.value.code == code


def test_damaged_files_raise_nothing_but_picture_errors() -> None:
    outcomes = {"read": 0}
    for data in damaged_pictures(seed=1, count=600):
        try:
            prepare(data, shape=SHAPE)
            outcomes["read"] += 1
        except ImageError as error:
            outcomes[error.code] = outcomes.get(error.code, 0) + 1
    assert outcomes["picture_damaged"] > 50
    assert outcomes["read"] > 50


@pytest.mark.parametrize("name", ["png", "jpeg", "webp", "gif", "bmp"])
def test_a_file_that_is_cut_short_is_refused(name: str) -> None:
    data = GOOD[name]
    for part in (0.1, 0.5, 0.8):
        with pytest.raises(ImageError) as caught:
            prepare(data[: int(len(data) * part)], shape=SHAPE)
        assert caught.value.code == "picture_damaged"


@pytest.mark.parametrize("exif", range(1, 9))
def test_every_exif_orientation_gives_the_same_upright_picture(exif: int) -> None:
    upright = prepare(encoded(scene(), "PNG"), shape=SHAPE)
    found = prepare(turned(exif), shape=SHAPE)
    np.testing.assert_array_equal(found.pixels, upright.pixels)
    assert found.steps[0].params == {"exif": exif}


def test_format_and_size_are_read_by_content_before_any_decoder() -> None:
    sizes = {name: read_header(data) for name, data in GOOD.items()}
    for name, data in GOOD.items():
        with Image.open(io.BytesIO(data)) as image:
            assert (sizes[name].width, sizes[name].height) == image.size, name
            assert sizes[name].format.upper() == image.format, name
    assert {header.format for header in sizes.values()} == set(FORMATS)
    assert sizes["jpeg progressive"].buffered
    assert not sizes["jpeg"].buffered


def progressive(mode: str = "RGB", **options: object) -> bytes:
    return encoded(scene(80, 80).convert(mode), "JPEG", progressive=True, **options)


def test_what_a_jpeg_that_keeps_its_coefficients_may_cost_depends_on_colours_scans_and_bytes() -> None:
    def refused(data: bytes, **limits: int) -> tuple[str, object]:
        with pytest.raises(ImageError) as caught:
            prepare(data, shape=SHAPE, limits=Limits(**limits))
        return caught.value.code, caught.value.params["limit"]

    # Inks take a third more memory: half the pixels.
    assert prepare(progressive(), shape=SHAPE, limits=Limits(pixels=6400)).pixels.shape == SHAPE
    assert prepare(progressive("CMYK"), shape=SHAPE, limits=Limits(pixels=12_800)).pixels.shape == SHAPE
    assert refused(progressive("CMYK"), pixels=12_799) == ("picture_too_many_pixels", 6399 / 1_000_000)
    # Ten scans of three colours and 6,400 pixels.
    assert read_header(progressive()).scans == 10
    assert prepare(progressive(), shape=SHAPE, limits=Limits(scanned=10 * 3 * 6400)).pixels.shape == SHAPE
    assert refused(progressive(), scanned=10 * 3 * 6400 - 1) == ("picture_too_many_scans", 9)
    assert refused(progressive(), scanned_bytes=900) == ("picture_too_large", 900)
    assert prepare(encoded(scene(80, 80), "JPEG", quality=95), shape=SHAPE, limits=Limits(scanned_bytes=900))


def test_every_scan_that_common_programs_write_fits_the_largest_pictures() -> None:
    for mode, pixels in (("RGB", 16_000_000), ("CMYK", 8_000_000), ("L", 16_000_000)):
        header = read_header(progressive(mode))
        assert header.scans <= 18
        large = replace(header, width=pixels // 1000, height=1000)
        assert LIMITS.pixels_of(large) == pixels
        assert LIMITS.scans_of(large) >= min(18, header.scans)


def test_what_stands_before_a_jpegs_first_scan_is_not_counted_as_scans() -> None:
    data = progressive(icc_profile=b"\xff\xda" * 100)
    assert read_header(data).scans == 10
    found = prepare(data, shape=SHAPE)
    assert found.pixels.shape == SHAPE
    np.testing.assert_array_equal(found.pixels, prepare(progressive(), shape=SHAPE).pixels)


@pytest.mark.parametrize(("grid", "heeded"), [(16, True), (120, False)])
def test_a_profile_of_many_megabytes_is_ignored(grid: int, heeded: bool) -> None:
    profile = lookup_profile(b"RGB ", 3, grid)
    found = prepare(encoded(scene(80, 80), "WEBP", icc_profile=profile), shape=SHAPE)
    (colours,) = (step.params for step in found.steps if "profile" in step.params)
    assert (colours["profile"] == "slow") is heeded
    assert (colours["profile"] == "ignored") is not heeded


def test_transparent_pixels_come_over_white() -> None:
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    image.paste((0, 0, 255, 128), (0, 0, 32, 64))
    found = prepare(encoded(image, "PNG"), shape=SHAPE).pixels
    np.testing.assert_array_equal(found[:, 32, 60], [255, 255, 255])
    assert abs(int(found[0, 32, 4]) - 127) <= 1
    assert found[2, 32, 4] == 255


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    found = prepare(GOOD["png 16 bit"], shape=(1, 8, 8), crop=Crop(28, 0, 8)).pixels
    expected = np.linspace(0, 255, 64)[28:36]
    assert np.abs(found[0, 4].astype(float) - expected).max() <= 1


def test_cmyk_and_rgb_show_the_same_scene() -> None:
    rgb = prepare(GOOD["jpeg"], shape=SHAPE).input
    cmyk = prepare(GOOD["jpeg cmyk"], shape=SHAPE).input
    assert np.abs(rgb - cmyk).mean() < 0.05


def test_the_first_frame_of_an_animation_is_taken() -> None:
    still = prepare(GOOD["gif"], shape=SHAPE).input
    assert np.abs(prepare(GOOD["gif animated"], shape=SHAPE).input - still).mean() < 0.05
    for name in GOOD:
        assert prepare(GOOD[name], shape=SHAPE).source["animated"] == ("animated" in name), name


def test_a_colour_profile_changes_the_colours_and_nonsense_in_one_does_not() -> None:
    plain = prepare(GOOD["png"], shape=SHAPE)
    nonsense = prepare(GOOD["png nonsense profile"], shape=SHAPE)
    np.testing.assert_array_equal(nonsense.pixels, plain.pixels)
    assert nonsense.steps[1].params["profile"] == "ignored"


def test_a_crop_is_cut_exactly() -> None:
    image = scene()
    found = prepare(encoded(image, "PNG"), shape=SHAPE, crop=Crop(20, 10, 64))
    np.testing.assert_array_equal(found.pixels, np.asarray(image)[10:74, 20:84].transpose(2, 0, 1))


def test_a_quarter_turn_equals_rotating_the_array() -> None:
    data = encoded(scene(64, 64), "PNG")
    straight = prepare(data, shape=SHAPE).pixels
    clockwise = prepare(data, shape=SHAPE, crop=Crop(0, 0, 64, 90)).pixels
    difference = np.abs(clockwise.astype(int) - np.rot90(straight, -1, axes=(1, 2)).astype(int))
    assert difference[:, 2:-2, 2:-2].max() <= 3


def test_what_lies_outside_the_picture_is_white() -> None:
    for rotate in (0, 45):
        found = prepare(encoded(scene(), "PNG"), shape=SHAPE, crop=Crop(-60, -75, 240, rotate)).pixels
        np.testing.assert_array_equal(found[:, 0, 0], [255, 255, 255])
        assert (found < 250).any()


@pytest.mark.parametrize("crop", [Crop(500, 0, 10), Crop(0, 0, 1e9), Crop(float("nan"), 0, 10), Crop(0, 0, 0.2)])
def test_a_crop_that_misses_the_picture_is_refused(crop: Crop) -> None:
    with pytest.raises(ImageError) as caught:
        prepare(encoded(scene(), "PNG"), shape=SHAPE, crop=crop)
    assert caught.value.code == "crop_invalid"


def test_grey_models_get_luma_and_others_are_refused() -> None:
    found = prepare(encoded(scene(), "PNG"), shape=(1, 28, 28))
    assert found.input.shape == (1, 28, 28)
    with pytest.raises(ImageError) as caught:
        prepare(encoded(scene(), "PNG"), shape=(2, 28, 28))
    assert caught.value.code == "picture_channels"


@pytest.mark.parametrize("shape", [(3, 40, 32), (3, 16, 64), (1, 1, 1)])
def test_targets_that_are_not_square_get_a_crop_of_their_proportions(shape: tuple[int, int, int]) -> None:
    found = prepare(encoded(scene(), "PNG"), shape=shape)
    assert found.input.shape == shape
    crop = next(step for step in found.steps if step.id == "crop").after
    assert abs(crop.width / crop.height - shape[2] / shape[1]) < 0.05


def test_a_large_jpeg_is_decoded_reduced_and_looks_the_same() -> None:
    found = prepare(GOOD["jpeg large"], shape=SHAPE)
    assert found.steps[0].id == "reduce"
    assert found.steps[0].params == {"factor": 4}
    assert (found.source["width"], found.source["height"]) == (2400, 1800)
    assert np.abs(found.input - prepare(GOOD["png"], shape=SHAPE).input).mean() < 0.05


def test_steps_carry_small_pictures_of_before_and_after_on_request() -> None:
    found = prepare(turned(6), shape=SHAPE, pictures=True)
    for step in found.steps:
        for view in (step.before, step.after):
            assert view.picture is not None
            with Image.open(io.BytesIO(view.picture)) as image:
                assert max(image.size) <= 160
    assert (found.steps[0].before.width, found.steps[0].before.height) == (90, 120)
    assert (found.steps[0].after.width, found.steps[0].after.height) == (120, 90)


def test_limits_hold_before_decoding() -> None:
    small = Limits(bytes=2000, pixels=5000, jpeg_pixels=5000, webp_pixels=5000)
    with pytest.raises(ImageError) as caught:
        prepare(encoded(scene(), "BMP"), shape=SHAPE, limits=small)
    assert caught.value.code == "picture_too_large"
    tracemalloc.start()
    with pytest.raises(ImageError) as caught:
        prepare(png(100_000, 100_000, 8, 2, b""), shape=SHAPE, limits=LIMITS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.code == "picture_too_many_pixels"
    assert peak < 1_000_000


def tiny_blocks() -> dict[str, bytes]:
    """20 MB of the smallest blocks that each format allows."""
    gif, jpeg = GOOD["gif"], GOOD["jpeg"]
    start = gif.index(b",", 13 + 768)
    return {
        "png": png(8, 8, 8, 0, bytes(72), chunk(b"teXt", b"") * 1_600_000),
        "jpeg": jpeg[:2] + b"\xff\xe1\x00\x02" * 4_900_000 + jpeg[2:],
        "jpeg filled": jpeg[:2] + b"\xff" * 19_000_000 + jpeg[2:],
        "gif comment": gif[:start] + b"!\xfe" + b"\x01a" * 9_900_000 + b"\0" + gif[start:],
        "gif comments": gif[:start] + b"!\xfe\x01a\0" * 3_900_000 + gif[start:],
        "gif frames": gif[:-1] + b",\0\0\0\0\x01\0\x01\0\0\x02\x01\0\0" * 1_300_000 + b";",
    }


def test_files_of_a_great_many_tiny_blocks_cost_next_to_nothing() -> None:
    for name, data in tiny_blocks().items():
        assert len(data) <= LIMITS.bytes
        began = time.process_time()
        try:
            prepare(data, shape=SHAPE)
            assert name in ("jpeg filled", "gif frames")
        except ImageError as error:
            assert error.code == "picture_too_many_blocks", name
        assert time.process_time() - began < 1, name


COST = """
import resource, sys, time
from cnn_loupe.engine.data.images import Crop, prepare
from tests.pictures import encoded, png, scene
prepare(encoded(scene(), "PNG"), shape=(3, 64, 64))
prepare(encoded(scene(), "WEBP"), shape=(3, 64, 64))
side, kind = int(sys.argv[1]), sys.argv[2]
if kind == "RGBA":
    data = png(side, side, 8, 6, (b"\\0" + b"\\x10\\x80\\xf0\\x7f" * side) * side)
else:
    data = open(sys.argv[3], "rb").read()
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
prepare(data, shape=(3, 64, 64), crop=Crop(0, 0, side, 20), pictures=True)
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(grown, time.process_time() - began)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["RGBA", "webp"])
def test_the_largest_accepted_picture_costs_below_200_mb(kind: str, tmp_path: object) -> None:
    """The costliest kinds at their limits; time is only bounded loosely, machines differ."""
    side, path = (3999, "") if kind == "RGBA" else (2820, f"{tmp_path}/picture.webp")
    if path:
        scene().resize((side, side)).save(path, quality=50, method=0)
    found = subprocess.run(
        [sys.executable, "-c", COST, str(side), kind, path], capture_output=True, text=True, check=True
    )
    grown, seconds = map(float, found.stdout.split())
    assert grown < 200
    assert seconds < 5
