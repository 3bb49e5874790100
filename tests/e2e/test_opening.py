"""The first seconds: a sentence that anybody understands, and the way from the picture to it, which any input ends."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, eventually

pytestmark = pytest.mark.browser
WATCH = """addEventListener("DOMContentLoaded", () => {
  [globalThis.developed, globalThis.split] = [[], []];
  new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      // A slow machine gets its modules late: the opening waits for its first movement.
      if (target.dataset.developing) developed.push(target.dataset.developing);
      if (target.dataset.developing) for (const one of document.getAnimations()) one.pause();
      for (const node of addedNodes) {
        if (node.className !== "opening") continue;
        split.push(node.children.length);
        for (const one of document.getAnimations()) one.play();
      }
    }
  }).observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-developing"] });
});"""


def developing(page: Page) -> Any:
    return page.locator(".network-stage").get_attribute("data-developing")


@pytest.mark.parametrize(
    ("locale", "says", "about", "plain"),
    [
        ("en", "It says: espresso. 99.3% sure.", "A picture goes in", ["look for patterns", "keep what was found"]),
        ("zh-CN", "它说：浓缩咖啡。 99.3% 的把握。", "图片进去，答案出来", ["寻找图案", "留下找到的"]),
    ],
)
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_answer_is_a_sentence_beside_its_picture(
    visit: Visit, width: int, locale: str, says: str, about: str, plain: list[str]
) -> None:
    page = visit(width=width, height=900, locale=locale).go()
    assert page.locator(".answer-best").evaluate("(one) => one.textContent.replace(/\\s+/g, ' ').trim()") == says
    expect(page.locator(".answer-about")).to_contain_text(about)
    expect(page.locator(".answer-about")).to_contain_text("19,920")
    picture = page.locator(".answer-picture").bounding_box()
    network = page.locator("loupe-network").bounding_box()
    assert picture is not None
    assert network is not None
    if width >= 1600:
        assert picture["width"] == 180
        assert network["x"] >= picture["x"] + picture["width"]
    else:
        assert network["y"] >= picture["y"] + picture["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # On a telephone three English words take the room of a row of maps: they give way.
    shown = [] if (width, locale) == (390, "en") else plain
    assert page.locator(".network-plain").all_inner_texts()[1:3] == shown
    # The person's own pixels, and under the pointer those that the network gets.
    own = page.locator(".answer-own")
    expect(own).to_have_css("opacity", "1")
    assert own.evaluate("(one) => one.width") > 64
    page.locator(".answer-picture").hover()
    expect(own).to_have_css("opacity", "0")


def test_a_picture_develops_in_full_at_first_then_shortened_and_a_slider_does_not(visit: Visit) -> None:
    visited = visit()
    visited.page.add_init_script(WATCH)
    page = visited.go()
    eventually(lambda: page.evaluate("split.length") > 0, "the opening")
    eventually(lambda: developing(page) is None, "its end")
    assert page.evaluate("split") == [3], "the picture comes apart into red, green and blue"
    expect(page.locator(".opening")).to_have_count(0)
    page.locator("[data-sample=pizza]").press("Enter")
    expect(page.locator(".answer-name")).to_contain_text("pizza")
    eventually(lambda: page.evaluate("developed.at(-1)") == "again", "the shortened one")
    eventually(lambda: developing(page) is None, "its end")
    assert page.evaluate("split") == [3, 3]
    before = page.evaluate("developed.length")
    page.click("[data-action=open-transform]")
    run = page.locator("html").get_attribute("data-run")
    page.locator("[data-transform=brightness]").press("ArrowRight")
    eventually(lambda: page.locator("html").get_attribute("data-run") != run, "the changed input's run")
    assert page.evaluate("developed.length") == before


def test_any_input_ends_it_and_without_motion_it_does_not_begin(visit: Visit) -> None:
    visited = visit()
    # Slowed down until somebody does something: what ends it is the key.
    visited.page.add_init_script(
        "new MutationObserver(() => document.getAnimations().forEach((one) => one.pause()))"
        ".observe(document, { subtree: true, attributes: true, attributeFilter: ['data-developing'] });"
    )
    page = visited.go()
    assert developing(page) == "first"
    page.keyboard.press("Shift")
    assert developing(page) is None
    still = visit(reduced_motion="reduce").go()
    assert developing(still) is None


@pytest.mark.parametrize("width", [390, 1280])
def test_no_tip_of_the_gallery_covers_the_answer(visit: Visit, width: int) -> None:
    page = visit(width=width, height=900).go()
    tip, answer = page.locator(".strip-tip"), page.locator("loupe-answer")
    for sample in ("lifeboat", "pizza", "school-bus"):
        page.locator(f"[data-sample={sample}]").hover()
        expect(tip).to_be_visible()
        box, below = tip.bounding_box(), answer.bounding_box()
        assert box is not None
        assert below is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= below["y"]


def test_a_resting_pointer_does_not_overrule_what_the_page_shows(visit: Visit) -> None:
    page = visit(height=700).go("/#learn-dense-vs-conv")
    link = page.locator("loupe-learn [data-show=convolution]:not([data-open])").first
    link.scroll_into_view_if_needed()
    box = link.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.up()
    shown = "[data-layer=conv_1_1][data-unit='0']"
    expect(page.locator(shown)).to_be_in_viewport()
    expect(page.locator(".inspector-head h2")).to_have_text("conv_1_1[0]")
    # A hand that shakes does not point; one that moves does.
    page.mouse.move(box["x"] + 6, box["y"] + 6)
    page.wait_for_timeout(200)
    expect(page.locator(".inspector-head h2")).to_have_text("conv_1_1[0]")
    page.hover("[data-layer=relu_2_2][data-unit='3']")
    expect(page.locator(".inspector-head h2")).to_have_text("relu_2_2[3]")


def test_esc_closes_a_panel_from_its_button_and_the_menu(visit: Visit) -> None:
    page = visit().go()
    page.click("[data-action=open-transform]")
    expect(page.locator("[data-panel=transform]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("loupe-panel")).to_be_hidden()
    small = visit(width=390, height=844).go()
    small.click(".header-menu")
    expect(small.locator(".header-controls")).to_be_visible()
    small.keyboard.press("Escape")
    expect(small.locator(".header-controls")).to_be_hidden()
    expect(small.locator(".header-menu")).to_be_focused()


def test_a_link_that_turns_the_picture_charts_the_turn(visit: Visit) -> None:
    page = visit().go("/?transform=rotate:-12")
    expect(page.locator(".transform-chart-title")).to_contain_text("Turn")
