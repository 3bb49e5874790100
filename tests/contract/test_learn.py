"""Learn's chapters as the server gives them: for every language and model, with that model's numbers."""

from __future__ import annotations

import re

import pytest

from cnn_loupe.server.i18n import LANGUAGES
from cnn_loupe.server.vocabulary import CHAPTERS, PAGES
from tests.client import Client
from tests.models import SPECS

MODELS = ("tiny-vgg", "minimal", "deep", "wide")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_for_every_model(client: Client, language: str, page: str) -> None:
    for model in MODELS:
        answer = client.get(f"/learn/{language}/{page}?model={model}")
        assert answer.status_code == 200, f"{model}: {answer.text[:300]}"
        assert answer.headers["content-type"].startswith("text/html")
        prose = text_of(re.sub(r"<pre>.*?</pre>", "", answer.text, flags=re.DOTALL))  # code has None of its own
        assert not re.search(r"\{[{%#]|None|Undefined|learn\.\w+", prose), model


def test_numbers_about_the_model_follow_its_description(client: Client) -> None:
    for model in MODELS:
        description = client.get(f"/api/v1/models/{model}").json()
        for language in LANGUAGES:
            beyond = text_of(client.get(f"/learn/{language}/beyond?model={model}").text)
            assert f"{description['parameter_count']:,}" in beyond, model
            assert str(len(description["layers"])) in beyond, model
            picture = text_of(client.get(f"/learn/{language}/image?model={model}").text)
            channels, height, width = description["input"]["shape"]
            assert f"{height}×{width}" in picture
            assert f"{channels * height * width:,}" in picture


def test_tiny_vggs_worked_figures_are_stated(client: Client) -> None:
    figures = {
        "convolution": "3 × 10 = 30",
        "hyperparameters": "3, 5, 6, 10, 14, 16",
        "pooling": "313,610",
        "flatten": "16,910",
        "cnn": "19,920",
    }
    for chapter, figure in figures.items():
        assert figure in text_of(client.get(f"/learn/en/{chapter}?model=tiny-vgg").text), chapter


def test_what_a_model_lacks_is_left_out(client: Client) -> None:
    html = text_of(client.get("/learn/en/pooling?model=minimal").text)
    assert SPECS["minimal"].layers[0].name not in html
    assert "instead of" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_chapter_is_short(client: Client, language: str) -> None:
    for chapter in CHAPTERS:
        html = client.get(f"/learn/{language}/{chapter}").text
        prose = text_of(re.sub(r"<(math|details|h5).*?</\1>", "", html, flags=re.DOTALL))
        words = len(re.findall(r"[\u4e00-\u9fff]", prose)) / 1.6 if language == "zh-Hans" else len(prose.split())
        assert 150 <= words <= 380, f"{chapter}: {words:.0f}"


def test_every_chapter_names_what_it_stands_on_in_the_same_words(client: Client) -> None:
    for chapter in CHAPTERS:
        cited = [
            re.findall(r"<cite.*?</cite>", client.get(f"/learn/{language}/{chapter}").text) for language in LANGUAGES
        ]
        assert len(cited[0]) >= 2, chapter
        assert cited[0] == cited[1], chapter
        for one in cited[0]:
            assert re.search(r"“.+”, .*(19[5-9]\d|20[0-2]\d|course notes)\.</cite>$", one), one
    assert "learn-references" not in client.get("/learn/en/glossary").text


def test_facts_that_must_be_said_are_said(client: Client) -> None:
    assert "cross-correlation" in client.get("/learn/en/convolution").text
    assert "互相关" in client.get("/learn/zh-Hans/convolution").text
    assert "floor" in client.get("/learn/en/hyperparameters").text
    assert "向下取整" in client.get("/learn/zh-Hans/hyperparameters").text
    for language in LANGUAGES:
        about = client.get(f"/learn/{language}/about").text
        for name in ("CNN Explainer", "Tiny ImageNet", "CS231n", "Interactive Visualization"):
            assert name in about, name


def test_an_address_of_a_chapter_that_was_divided_still_opens_the_page(client: Client) -> None:
    assert client.get("/learn/learning").status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/learn/nothing", "unknown_chapter"),
        ("/learn/en/nothing", "unknown_chapter"),
        ("/learn/fr/cnn", "unknown_chapter"),
        ("/learn/en/..%2Fmacros", "not_found"),
        ("/learn/en/cnn?model=none-such", "unknown_model"),
    ],
)
def test_what_is_not_there_is_refused_in_the_one_shape(client: Client, path: str, code: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == code


def test_a_chapter_is_revalidated_by_its_content(client: Client) -> None:
    first = client.get("/learn/en/cnn")
    again = client.get("/learn/en/cnn", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    other = client.get("/learn/en/cnn?model=minimal")
    assert other.headers["etag"] != first.headers["etag"]
