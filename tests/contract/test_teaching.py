"""The teacher's pack: every chapter has its row, times add up, and both languages say the same."""

from __future__ import annotations

import json
import re

import pytest

from cnn_loupe.server.i18n import LANGUAGES
from cnn_loupe.server.teaching import PLANS, UNITS, length
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
