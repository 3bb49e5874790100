"""What files say about themselves: bounded whatever they claim, and said so that the person knows what helps."""

from __future__ import annotations

import gzip
import struct
import time
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from cnn_loupe.engine.data.headers import FORMATS, format_of, read_header
from cnn_loupe.engine.data.headers.boxes import boxes, items
from cnn_loupe.engine.data.headers.obu import coded
from cnn_loupe.engine.data.images import LIMITS, prepare
from cnn_loupe.engine.errors import ImageError
from tests.differential.files import IMAGE, aperture, behind_start, exif, files, segment, tiff
from tests.pictures import chunk, encoded, png, scene

SHAPE = (3, 16, 16)


def refused(data: bytes) -> ImageError:
    with pytest.raises(ImageError) as caught:
        prepare(data, shape=SHAPE)
    return caught.value


@pytest.mark.parametrize(
    ("data", "code", "name"),
    [
        (b"\0\0\0\x18ftypheis" + bytes(40), "picture_format_refused", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heicmif1" + bytes(40), "picture_format_refused", "HEIC"),
        (b"\0\0\0\x14ftypqt  " + bytes(40), "picture_is_video", "QuickTime"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "picture_is_video", "MP4"),
        (b"II+\0\x08\0\0\0" + bytes(40), "picture_format_refused", "BigTIFF"),
        (b"\xff\x4f\xff\x51\0\x2f" + bytes(40), "picture_format_refused", "JPEG 2000"),
        (b"<!doctype html><title>x</title>", "picture_is_page", "HTML"),
        (b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' ''><svg/>", "picture_format_refused", "SVG"),
        (b"<?xml version='1.0'?><feed/>", "picture_is_page", "XML"),
        (b"PK\x03\x04" + bytes(40), "picture_is_archive", "ZIP"),
        (b"version https://git-lfs.github.com/spec/v1\n", "picture_is_page", "Git LFS"),
        (b'--abc\r\nContent-Disposition: form-data; name="file"\r\n\r\n', "picture_is_wrapped", "multipart/form-data"),
        (gzip.compress(b"picture", mtime=0), "picture_is_wrapped", "gzip"),
        (b"data:image/png;base64,iVBORw0KGgo=", "picture_is_wrapped", "data URL"),
        (b"/9j/4AAQSkZJRgABAQAAAQABAAD/", "picture_is_wrapped", "Base64"),
        (b"iVBORw0KGgoAAAANSUhEUgAA", "picture_is_wrapped", "Base64"),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(data: bytes, code: str, name: str) -> None:
    error = refused(data)
    assert (error.code, error.params["format"]) == (code, name)
    assert format_of(data) is None
    assert "This is a " not in str(error)


def test_every_format_is_told_by_its_first_bytes() -> None:
    assert {format_of(file.data[:512]) for file in files()} == set(FORMATS)
    assert all(format_of(file.data[:512]) == file.format for file in files())


def test_scans_are_counted_up_to_the_end_of_the_picture() -> None:
    data = encoded(IMAGE, "JPEG", progressive=True)
    header = read_header(data + b"\xff\xda\0\x08junk" * 300)
    assert (header.scans, header.data) == (10, data)


def test_what_stands_between_segments_is_skipped_within_a_bound() -> None:
    data = encoded(IMAGE, "JPEG")
    assert read_header(data[:20] + bytes(60_000) + data[20:]).data == data
    assert refused(data[:20] + bytes(70_000) + data[20:]).code == "picture_damaged"


def test_hundreds_of_large_segments_cost_next_to_nothing() -> None:
    """303 of 64 kB took 2.25 s, joined one by one; tables of quantisation likewise."""
    data = encoded(IMAGE, "JPEG")
    began = time.process_time()
    prepare(behind_start(data, *[segment(0xE1, b"Exif\0\0" + bytes(65_000))] * 303), shape=SHAPE)
    assert (
        refused(behind_start(data, *[segment(0xDB, (b"\0" + b"\1" * 64) * 1000)] * 290)).code
        == "picture_too_many_blocks"
    )
    assert time.process_time() - began < 0.5


def test_metadata_that_name_the_same_megabytes_again_and_again_are_not_unpacked() -> None:
    """200 tags on one block of 5 MB took 1 GB with older decoders."""
    bomb = b"II*\0\x08\0\0\0" + struct.pack("<H", 200)
    bomb += b"".join(struct.pack("<HHII", 0x9000 + tag, 7, 5_000_000, 3000) for tag in range(200)) + bytes(5_100_000)
    for data in (
        png(8, 8, 8, 0, bytes(72), chunk(b"eXIf", bomb)),
        encoded(scene(8, 8), "WEBP", exif=b"Exif\0\0" + bomb),
    ):
        tracemalloc.start()
        prepare(data, shape=SHAPE)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 4 * len(data)


def test_a_tiff_is_given_a_directory_of_what_describes_its_picture() -> None:
    """Tags that nobody needs, with as much data as the file has, over and over."""
    many = tuple((40_000 + index, 7, b"") for index in range(300))
    data = bytearray(tiff(np.asarray(scene(8, 8)), 8, 2, tags=tuple((tag, kind, bytes(8)) for tag, kind, _ in many)))
    header = read_header(bytes(data))
    assert len(header.data) < len(data) + 400
    (start,) = struct.unpack_from("<I", header.data, 4)
    assert struct.unpack_from("<H", header.data, start)[0] < 20
    crowded = tuple((40_000 + index, 7, bytes(8)) for index in range(600))
    assert refused(tiff(np.asarray(scene(8, 8)), 8, 2, tags=crowded)).code == "picture_too_many_blocks"


@pytest.mark.parametrize("tag", [(339, 3, struct.pack("<H", 3)), (259, 3, struct.pack("<H", 7))])
def test_a_tiff_of_another_kind_is_said_to_be_so(tag: tuple[int, int, bytes]) -> None:
    data = tiff(np.asarray(scene(8, 8)), 8, 2)
    if tag[0] == 339:
        data = tiff(np.asarray(scene(8, 8)), 8, 2, tags=(tag,))
    else:
        at = data.index(struct.pack("<HHI", 259, 3, 1))
        data = data[: at + 8] + tag[2] + data[at + 10 :]
    assert refused(data).code == "picture_kind_refused"


def avif_item(data: bytes) -> tuple[int, int]:
    meta = next(box for box in boxes(data, 0, len(data)) if box.kind == b"meta")
    shown, found = items(data, meta)
    return found[shown].extents[0]


def test_an_avif_whose_frames_are_larger_than_it_says_is_refused_before_decoding() -> None:
    """The container says 48×32; the bits say what the decoder would reserve memory for."""
    small, large = encoded(IMAGE, "AVIF"), encoded(IMAGE.resize((2400, 1600)), "AVIF", speed=10)
    start, end = avif_item(small)
    first, last = avif_item(large)
    assert coded(large[first:last], 4).pixels == 2400 * 1600
    size = struct.pack(">II", 2400, 1600)
    lying = large.replace(size, struct.pack(">II", 48, 32))
    assert refused(lying).code == "picture_damaged"
    frames = small[start:end]
    assert (coded(frames, 4).frames, coded(frames, 4).resized) == (1, False)
    assert coded(frames * 9, 4).frames == 5


@pytest.mark.parametrize(("turn", "size"), [(1, (31, 21)), (6, (21, 31)), (3, (31, 21))])
def test_of_an_avif_the_clean_aperture_is_the_picture(turn: int, size: tuple[int, int]) -> None:
    """What lies outside of it is nowhere to be seen: it was cut away on purpose."""
    for picture in (IMAGE, IMAGE.convert("RGBA")):
        turned = Image.Exif()  # whose orientation Pillow takes out while it saves
        turned[0x0112] = turn
        plain, whole = (encoded(picture, "AVIF", quality=90, subsampling="4:4:4", exif=e) for e in (None, turned))
        stored = prepare(plain, shape=(3, 32, 48)).pixels[:, 4:25, 8:39]
        part = aperture(whole, 8, 4, 31, 21)
        assert read_header(part).upright == size
        found = prepare(part, shape=(3, size[1], size[0]), pictures=True, upright=64)
        assert (found.source["width"], found.source["height"]) == (31, 21)
        assert (found.upright.width, found.upright.height) == size
        assert np.array_equal(found.pixels, np.rot90(stored, {1: 0, 6: -1, 3: 2}[turn], axes=(1, 2)))


def test_an_aperture_that_is_not_within_the_picture_is_not_heeded() -> None:
    whole = encoded(IMAGE, "AVIF")
    for numbers in ((40, 0, 20, 32), (0, 0, 48, 32), (0, 0, 0, 0), (-8, 0, 32, 32)):
        assert read_header(aperture(whole, *numbers)).upright == (48, 32)
    sound = aperture(whole, 8, 4, 32, 20)
    at = sound.index(b"clap") + 4
    for place, value in ((4, 0), (20, 0), (16, 1), (0, 1 << 31)):
        lying = sound[: at + place] + struct.pack(">I", value) + sound[at + place + 4 :]
        assert read_header(lying).upright == (48, 32)
    assert refused(sound[:at] + b"\0" * 8).code == "picture_damaged"
    large = encoded(IMAGE.resize((3000, 3000)), "AVIF", speed=10)
    assert refused(aperture(large, 0, 0, 8, 8)).code == "picture_too_many_pixels"


def test_an_animation_without_a_still_picture_is_of_a_kind_that_is_not_read() -> None:
    data = encoded(IMAGE, "AVIF", save_all=True, append_images=[IMAGE.rotate(180)])
    assert prepare(data, shape=SHAPE).source["animated"]
    assert refused(data.replace(b"meta", b"free", 1)).code == "picture_kind_refused"


def test_orientation_is_read_within_the_first_kilobytes_whatever_comes_behind() -> None:
    assert read_header(png(8, 8, 8, 0, bytes(72), chunk(b"eXIf", exif(6) + bytes(3_000_000)))).orientation == 6
    assert read_header(png(8, 8, 8, 0, bytes(72), chunk(b"eXIf", exif(9)))).orientation == 1


def test_masks_of_a_bmp_that_reach_beyond_its_numbers_are_cut_to_them() -> None:
    data = next(file.data for file in files() if file.name == "bit fields 4-4-4-4, alpha")
    beyond = data[:54] + struct.pack("<I", 0xFFFF8000) + data[58:]
    assert read_header(beyond).masks == (0x8000, 0x00F0, 0x000F, 0xF000)
    assert prepare(beyond, shape=SHAPE).pixels.shape == SHAPE
    assert refused(data[:54] + struct.pack("<I", 0xFFFF0000) + data[58:]).code == "picture_damaged"


def test_the_limit_of_a_side_is_named() -> None:
    error = refused(png(1, LIMITS.side + 1, 8, 0, b"\0\0" * (LIMITS.side + 1)))
    assert (error.code, error.params["limit"]) == ("picture_too_long", LIMITS.side)
    assert prepare(png(1, LIMITS.side, 8, 0, b"\0\0" * LIMITS.side), shape=SHAPE).upright.height == LIMITS.side


def test_a_refusal_for_its_size_says_how_the_picture_lies() -> None:
    """Whoever makes it smaller has to turn it, where a browser does not."""
    webp = encoded(IMAGE.resize((4000, 2500)), "WEBP", exif=b"Exif\0\0" + exif(6))
    found = refused(webp)
    assert found.code == "picture_too_many_pixels"
    assert {name: found.params[name] for name in ("width", "height", "orientation")} == {
        "width": 4000, "height": 2500, "orientation": 6,
    }  # fmt: skip
    long = png(40_000, 1, 8, 0, bytes(40_001), chunk(b"eXIf", exif(8)))
    assert (refused(long).code, refused(long).params["orientation"]) == ("picture_too_long", 8)
