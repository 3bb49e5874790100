"""What Learn says of the shown model is true of it, and not of the networks that were trained beside it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cnn_loupe.server.vocabulary import CHAPTERS
from tests.client import Client


def words(client: Client, chapter: str, language: str) -> str:
    found = client.get(f"/learn/{language}/{chapter}?model=tiny-vgg").text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found))


@pytest.mark.parametrize(
    ("language", "folds", "all_of_them"),
    [("en", "5 siblings", "all 5,000 pictures"), ("zh-Hans", "5 个同样的网络", "全部 5,000 张图片")],
)
def test_a_model_that_learned_from_all_pictures_is_not_said_to_be_right_on_pictures_it_did_not_see(
    client: Client, language: str, folds: str, all_of_them: str
) -> None:
    text = words(client, "overfitting", language)
    assert folds in text
    assert all_of_them in text
    for chapter in ("overfitting", "about"):
        assert "that it did not learn from" not in words(client, chapter, "en")
        assert "it had not learned from" not in words(client, chapter, "en")


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("model", ["tiny-vgg", "minimal", "deep"])
def test_every_myth_is_settled_and_leads_to_a_chapter(client: Client, language: str, model: str) -> None:
    page = client.get(f"/learn/{language}/myths?model={model}").text
    assert len(re.findall(r'data-myth="([\w-]+)"', page)) == 16
    assert set(re.findall(r'href="#learn-([\w-]+)"', page)) <= set(CHAPTERS)
    assert not re.search(r"\{\{|\{%|None|Undefined", page)


def test_the_numbers_of_the_myths_are_the_shipped_models(client: Client) -> None:
    text = words(client, "myths", "en")
    layers = client.get("/api/v1/models/tiny-vgg").json()["layers"]
    dense = next(layer for layer in layers if layer["kind"] == "dense")
    # max_pool halves both sides twice; without it the dense layer reads the maps of conv_2_2 grown to 56×56
    assert f"{dense['parameter_count']:,}" in text
    assert "313,610" in text
    last = next(layer for layer in layers if layer["name"] == "max_pool_2")
    assert f"grows to {last['receptive_field']['size'][0]} pixels, with windows of at most 3" in text
    # A convolution as a matrix: every result of 3×3 reads 4 of 16 cells.
    matrix = np.zeros((9, 16))
    for row in range(3):
        for column in range(3):
            for (u, v), weight in zip(((0, 0), (0, 1), (1, 0), (1, 1)), (1, 2, 3, 4), strict=True):
                matrix[3 * row + column, 4 * (row + u) + column + v] = weight
    assert (matrix.size, np.count_nonzero(matrix), len(set(matrix[matrix != 0]))) == (144, 36, 4)
    assert "of its 144 numbers 36 are not 0, with only four different values" in text


def test_what_was_folded_into_the_first_layer_is_said_of_models_that_learned_so(client: Client) -> None:
    assert client.get("/api/v1/models/tiny-vgg").json()["training"]["recipe"]["standardise"] is True
    assert "folded into its first layer" in words(client, "image", "en")
    assert "并进了第一层" in words(client, "image", "zh-Hans")
    other = client.get("/learn/en/image?model=minimal").text  # its description says nothing of a training
    assert "folded" not in other
    # w · ((x − m) / s) + b = (w / s) · x + (b − w · m / s), as the text has it
    x, w, b, m, s = 0.7, 1.3, -0.2, 0.45, 0.25
    assert w * (x - m) / s + b == pytest.approx((w / s) * x + (b - w * m / s))


def test_a_class_is_named_although_the_grey_picture_shows_nothing(client: Client) -> None:
    run = client.post("/api/v1/models/tiny-vgg/runs?layers=none", json={"sample": "grey"}).json()
    assert max(score["probability"] for score in run["scores"]) > 0.5
