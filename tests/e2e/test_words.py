"""Two depths of words: plain for who has never been here, exact for who asks for it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, violations

pytestmark = pytest.mark.browser

OPENED = "view=neuron:conv_1_2[3,10,10]"
SHOWN = {"en": ("conv 1b · map 3", "ReLU 1a", "scores"), "zh-Hans": ("卷积 1b · 图 3", "ReLU 1a", "得分")}
NAMES = re.compile(r"conv_\d|relu_\d|max_pool_\d|float32")


def seen(page: Page) -> str:
    return str(page.locator("main").inner_text())


def numbers(page: Page, within: str) -> list[str]:
    """Rounded numbers that are seen there, but for percentages and counts."""
    found: list[str] = page.evaluate(
        """(within) => [...document.querySelectorAll(`${within} [data-value]`)]
            .filter((one) => one.checkVisibility() && !one.children.length)
            .map((one) => one.textContent.trim()).filter((text) => /\\d/.test(text) && !text.includes("%"))""",
        within,
    )
    return found


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-Hans", 390)])
def test_plain_words_are_of_kinds_and_places_with_two_decimals(
    visit: Visit, axe: str, language: str, width: int
) -> None:
    whole, relu, scores = SHOWN[language]
    visited = visit(width=width, words=None)
    page = visited.go(f"/?lang={language}")
    expect(page.locator("html")).to_have_attribute("data-words", "plain")
    heads = page.locator(".network-name").all_inner_texts()
    assert relu in heads
    assert scores in heads
    assert not NAMES.search(seen(page))

    page = visited.go(f"/?lang={language}&{OPENED}")
    page.wait_for_selector("[data-view=neuron][data-settled]")
    assert page.locator(".view-title h2").inner_text() == whole
    assert not NAMES.search(seen(page))
    terms = page.locator(".plainly-terms li")
    expect(terms).to_have_count(3)
    parts = [abs(float(one.get_attribute("data-value") or 0)) for one in terms.locator(".value").all()]
    assert parts == sorted(parts, reverse=True)
    assert relu in terms.first.inner_text()
    for hidden in (".formula-box", ".exactness", ".operands"):
        expect(page.locator(f".view-side {hidden}")).to_be_hidden()
    shown = numbers(page, ".explanation-main") + numbers(page, ".stage-neuron")
    assert len(shown) > 10
    assert [text for text in shown if not re.fullmatch(r"[=×]? ?[+−]?(?:\d[\d,]*\.\d\d|0|\d{4,})", text)] == []
    assert violations(page, axe, "loupe-view") == []

    # Everything waits behind "exact", which is remembered.
    page.click(".plainly [data-action=exact]")
    expect(page.locator(".view-side .exactness")).to_be_visible()
    expect(page.locator(".view-title h2")).to_have_text("conv_1_2[3]")
    expect(page.locator(".view-side .formula-box")).to_contain_text("0.0056")
    expect(page.locator(".plainly")).to_be_hidden()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-words", "exact")
    expect(page.locator(".view-title h2")).to_have_text("conv_1_2[3]")
    page.keyboard.press("v")
    expect(page.locator(".view-title h2")).to_have_text(whole)


def test_an_address_asks_for_words_and_a_choice_overrules_it(visit: Visit) -> None:
    visited = visit(words=None, width=1600)
    page = visited.go("/?words=exact")
    expect(page.locator(".network-name", has_text="conv_1_1")).to_have_count(1)
    page.click("header, [role=banner] >> text=Exact")
    expect(page.locator(".network-name", has_text="conv 1a")).to_have_count(1)
    expect(page).not_to_have_url(re.compile("words="))
    # What a link asks for is not what one has chosen.
    page = visited.go("/?words=exact")
    page = visited.go("/")
    expect(page.locator("html")).to_have_attribute("data-words", "plain")
