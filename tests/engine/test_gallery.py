"""The gallery: its list and its files agree, and every picture is fit to ship."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_loupe.engine import zoo
from cnn_loupe.engine.data.images import prepare

GALLERY = zoo.FOLDER / zoo.DEFAULT / "gallery"
LIST = json.loads((GALLERY / "gallery.json").read_text("utf-8"))
PICTURES: list[dict[str, Any]] = LIST["pictures"]
LANGUAGES = {"en", "zh-Hans"}
SIDE, BYTES = 512, 60_000
THUMB_SIDE, THUMB_BYTES = 96, 4_000
each = pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture["id"])


def measured(path: Path) -> tuple[int, int, bytes]:
    """Width, height and bytes of a picture that the engine's own reader accepts."""
    data = path.read_bytes()
    source = prepare(data, shape=(3, 64, 64)).source
    return source["width"], source["height"], data


def test_the_list_states_its_format_and_its_licence() -> None:
    assert LIST["format"] == 1
    assert LIST["license"] == "CC0-1.0"


def test_the_default_picture_is_one_of_the_clear_ones() -> None:
    assert LIST["default"] in {picture["id"] for picture in PICTURES if picture["role"] == "clear"}


def test_no_two_pictures_share_an_id_or_a_file() -> None:
    for key in ("id", "file", "thumb"):
        assert max(Counter(picture[key] for picture in PICTURES).values()) == 1


def test_the_folder_holds_what_the_list_names_and_nothing_else() -> None:
    named = {"gallery.json"} | {picture[key] for picture in PICTURES for key in ("file", "thumb")}
    found = {path.relative_to(GALLERY).as_posix() for path in GALLERY.rglob("*") if path.is_file()}
    assert found == named


def test_each_class_has_one_clear_and_one_instructive_picture_in_class_order() -> None:
    classes = list(range(len(zoo.load().spec.classes)))
    for role in ("clear", "instructive"):
        assert [picture["class"] for picture in PICTURES if picture["role"] == role] == classes


def test_the_strip_shows_clear_pictures_first_then_instructive_then_teaching_ones() -> None:
    order = ["clear", "instructive", "teaching"]
    roles = [order.index(picture["role"]) for picture in PICTURES]
    assert roles == sorted(roles)
    assert roles.count(order.index("teaching")) == 5


def test_a_clear_picture_is_called_like_its_class() -> None:
    names = [category.name.replace(" ", "-") for category in zoo.load().spec.classes]
    assert [picture["id"] for picture in PICTURES if picture["role"] == "clear"] == names


@each
def test_a_picture_is_square_small_and_readable(picture: dict[str, Any]) -> None:
    width, height, data = measured(GALLERY / picture["file"])
    assert width == height <= SIDE
    assert len(data) <= BYTES


@each
def test_a_thumbnail_is_square_tiny_and_readable(picture: dict[str, Any]) -> None:
    width, height, data = measured(GALLERY / picture["thumb"])
    assert width == height <= THUMB_SIDE
    assert len(data) <= THUMB_BYTES


@each
def test_a_picture_has_title_and_caption_in_every_language_and_no_typed_probability(
    picture: dict[str, Any],
) -> None:
    for key in ("title", "caption"):
        assert set(picture[key]) == LANGUAGES
        for text in picture[key].values():
            assert text.strip() == text != ""
            assert "%" not in text


@each
def test_a_teaching_picture_belongs_to_no_class(picture: dict[str, Any]) -> None:
    assert (picture["class"] is None) == (picture["role"] == "teaching")


def test_the_small_teaching_pictures_reach_the_network_pixel_for_pixel() -> None:
    dot = prepare((GALLERY / "dot.webp").read_bytes(), shape=(3, 64, 64)).input
    assert dot.sum() == 3.0
    assert dot[:, 32, 32].tolist() == [1.0, 1.0, 1.0]
    grey = prepare((GALLERY / "grey.webp").read_bytes(), shape=(3, 64, 64)).pixels
    assert set(grey.ravel().tolist()) == {128}


def says(picture: dict[str, Any]) -> np.ndarray:
    """What the shipped network says about a picture: probabilities in class order."""
    model = zoo.load()
    prepared = prepare((GALLERY / picture["file"]).read_bytes(), shape=model.spec.input_shape)
    probabilities = model.network.run(prepared.input).probabilities
    assert probabilities is not None
    return probabilities


@pytest.mark.parametrize("picture", [p for p in PICTURES if p["role"] == "clear"], ids=lambda p: p["id"])
def test_a_clear_picture_gets_at_least_60_percent_for_its_class(picture: dict[str, Any]) -> None:
    assert says(picture)[picture["class"]] >= 0.60


@pytest.mark.parametrize("picture", [p for p in PICTURES if p["role"] == "instructive"], ids=lambda p: p["id"])
def test_a_caption_admits_a_wrong_answer_exactly_where_there_is_one(picture: dict[str, Any]) -> None:
    wrong = int(says(picture).argmax()) != picture["class"]
    assert ("The network gets it wrong." in picture["caption"]["en"]) == wrong
    assert ("网络认错了。" in picture["caption"]["zh-Hans"]) == wrong
