"""The teacher's pack: every chapter has its row, times add up, and both languages say the same."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from cnn_loupe.engine.layers import Conv2D, MaxPool2D
from cnn_loupe.server.i18n import LANGUAGES
from cnn_loupe.server.teaching import PLANS, TEST, UNITS, length
from cnn_loupe.server.vocabulary import CHAPTERS
from tests.client import Client
from tests.conftest import ROOT

WORDS = {
    language: json.loads((ROOT / "static/i18n" / language / "teaching.json").read_text("utf-8"))["teaching"]
    for language in LANGUAGES
}


def test_every_chapter_is_prepared_and_builds_on_earlier_ones_only() -> None:
    assert tuple(UNITS) == CHAPTERS
    for place, (chapter, unit) in enumerate(UNITS.items()):
        assert set(unit.needs) <= set(CHAPTERS[:place]), chapter
        assert 10 <= unit.minutes <= 90, chapter


def test_plans_are_as_long_as_they_say_and_give_no_chapter_more_than_its_time() -> None:
    for plan, steps in PLANS.items():
        assert length(plan) == int(re.findall(r"\d+$", plan)[0]), plan
        for step in steps:
            assert step.chapter is None or step.minutes <= UNITS[step.chapter].minutes, (plan, step)
    assert sorted(map(length, PLANS)) == [45, 45, 90, 90]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_there_for_every_chapter_and_step(client: Client, language: str) -> None:
    words = WORDS[language]
    assert list(words["chapters"]) == list(CHAPTERS)
    for chapter, parts in words["chapters"].items():
        assert [len(parts[key]) for key in ("objectives", "misconceptions", "board")] == [3, 2, 3], chapter
    for plan, steps in PLANS.items():
        assert len(words["plans"][plan]["steps"]) == len(steps), plan
    page = client.get(f"/learn/{language}/teach").text
    for chapter, unit in UNITS.items():
        row = re.search(rf'<details class="learn-unit" data-unit="{chapter}">(.*?)</details>', page, re.DOTALL)
        assert row, chapter
        assert re.findall(r'href="#learn-([\w-]+)"', row[1]) == list(unit.needs), chapter
        assert f"{unit.minutes} " in row[1]
        assert row[1].count("<li>") == 6


def number(language: str, item: int) -> float:
    """What the key says of an item that is answered by a number."""
    option = WORDS[language]["test"][f"i{item}"][TEST[item - 1][0]]
    return float(option.replace(",", "").replace("\N{MINUS SIGN}", "-"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_key_of_the_test_is_what_the_engine_gives(language: str) -> None:
    assert len(TEST) == 12
    items = WORDS[language]["test"]
    assert [chapter for _, chapter in TEST] == sorted((one for _, one in TEST), key=CHAPTERS.index)
    for item in items.values():
        assert len({item[option] for option in "abcd"}) == 4, item["ask"]
    assert max(sum(key == option for key, _ in TEST) for option in "abcd") <= 4, "no letter gives itself away"
    assert number(language, 2) == np.zeros((3, 20, 20)).size
    assert number(language, 3) == Conv2D("c", 1, kernel=(5, 5)).parameter_count((1, 40, 40)) - 1
    window, kernel = np.array([[1.0, 2], [0, 3]]), np.array([[1.0, 0], [-1, 2]])
    layer = Conv2D("c", 1, kernel=(2, 2))
    out, _ = layer.forward_of(window[None], {"weight": kernel[None, None], "bias": np.ones(1)})
    assert number(language, 4) == out.item()
    assert number(language, 6) == Conv2D("c", 1, kernel=(5, 5)).output_shape((1, 28, 28))[1]
    assert number(language, 10) == pytest.approx(3 - 0.1 * 6)
    # Item 8: some maxima stay, some do not.
    pool = MaxPool2D("p")
    maps = np.random.default_rng(0).random((1, 8, 8))
    before, _ = pool.forward_of(maps, {})
    after, _ = pool.forward_of(np.roll(maps, 1, axis=2), {})
    assert 0 < (before == after).sum() < before.size
    assert TEST[7][0] == "c"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_the_test_has_all_items_and_its_key_apart(client: Client, language: str) -> None:
    page = client.get(f"/learn/{language}/test").text
    items, key = page.split('<details class="learn-test-key"')
    assert items.count("<ol>") == 12
    assert re.findall(r'data-key="(\w)"', key) == [right for right, _ in TEST]
    assert "data-key" not in items
