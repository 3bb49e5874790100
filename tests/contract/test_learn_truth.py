"""What Learn says of the shown model is true of it, and not of the networks that were trained beside it."""

from __future__ import annotations

import re

import pytest

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
