"""WCAG 2.2 AA over every state of the frame: axe-core, targets, focus, text size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, eventually, violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_wrong_with_the_page(visit: Visit, axe: str, scheme: str, locale: str, width: int) -> None:
    page = visit(width=width, color_scheme=scheme, locale=locale).go()
    page.wait_for_timeout(800)
    assert violations(page, axe) == []


@pytest.mark.parametrize("panel", ["preparation", "transform"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_a_panel(visit: Visit, axe: str, panel: str, scheme: str) -> None:
    page = visit(color_scheme=scheme).go()
    page.click(f'[data-action="open-{panel}"]')
    page.wait_for_selector(f'[data-panel="{panel}"] canvas')
    page.wait_for_timeout(500)
    assert violations(page, axe, "loupe-panel") == []


def test_axe_finds_nothing_wrong_with_the_crop_editor_and_refusals(
    visit: Visit, axe: str, picture: Callable[..., Path], tmp_path: Path
) -> None:
    visited = visit()
    visited.expect("status of 4")
    page = visited.go()
    page.set_input_files('[data-action="add-picture"] input', str(picture("mine.png")))
    page.wait_for_selector('[data-panel="crop"]')
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"nonsense")
    page.set_input_files('[data-action="add-picture"] input', str(bad))
    page.wait_for_selector('[data-notice="picture"]')
    assert violations(page, axe, "main") == []


@pytest.mark.parametrize("dialog", ["help", "share"])
def test_axe_finds_nothing_wrong_with_a_dialog(visit: Visit, axe: str, dialog: str) -> None:
    page = visit().go()
    page.click(f'[data-action="{dialog}"]')
    page.wait_for_selector("dialog[open]")
    assert violations(page, axe, "dialog") == []


SMALL_TARGETS = """() => [...document.querySelectorAll(`loupe-header :is(button, a, select, label),
    loupe-strip :is(button, label)`)]
  .filter((element) => element.checkVisibility() && !element.querySelector("button"))
  .map((element) => [element.getAttribute("aria-label") ?? element.textContent.trim(), element.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24)).map(([name]) => name)"""

SMALL_TEXT = """() => {
  const small = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const element = node.parentElement;
    if (node.textContent.trim() && element.checkVisibility() && !element.closest("script, style, noscript, svg") &&
        parseFloat(getComputedStyle(element).fontSize) < 12)
      small.add(`${element.tagName}.${element.className}: ${node.textContent.trim().slice(0, 30)}`);
  }
  return [...small];
}"""


@pytest.mark.parametrize("width", [1440, 390])
def test_targets_are_24_pixels_and_text_is_12(visit: Visit, width: int) -> None:
    page = visit(width=width).go()
    page.wait_for_timeout(500)
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(SMALL_TEXT) == []


def focused(page: Page) -> str:
    return str(
        page.evaluate(
            "document.activeElement.dataset.action ?? document.activeElement.dataset.sample ?? "
            "document.activeElement.id ?? ''"
        )
    )


def test_everything_of_the_frame_is_reached_by_tab_and_shows_its_focus(visit: Visit) -> None:
    page = visit().go()
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(focused(page))
        outline = page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle !== 'none' || "
            "document.activeElement.matches('input')"
        )
        assert outline, f"no visible focus on {reached[-1]}"
        if reached[-1] == "open-transform":
            break
    for wanted in ("lock-scale", "details", "theme", "help", "share", "espresso", "open-preparation", "open-transform"):
        assert wanted in reached, f"{wanted} is not reached by Tab"


def test_the_skip_link_leads_to_the_network(visit: Visit) -> None:
    page = visit().go()
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate("document.activeElement.className")
    page.keyboard.press("Enter")
    eventually(
        lambda: page.evaluate("document.activeElement.closest('loupe-network') !== null"), "the focus in the network"
    )


def test_a_panel_closes_with_escape_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit().go()
    page.focus('[data-action="open-transform"]')
    page.keyboard.press("Enter")
    page.locator('[data-transform="blur"]').focus()
    page.keyboard.press("Escape")
    expect(page.locator("[data-panel]")).to_have_count(0)
    assert focused(page) == "open-transform"


def test_in_forced_colours_the_chosen_picture_is_still_marked(visit: Visit) -> None:
    page = visit(forced_colors="active").go()
    outline = page.locator("[data-sample][aria-pressed=true]").evaluate(
        "(chosen) => getComputedStyle(chosen).outlineStyle"
    )
    assert outline == "solid"


def test_at_200_percent_zoom_nothing_is_lost(visit: Visit) -> None:
    page = visit(width=720, height=450, device_scale_factor=2).go()
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    page.click(".header-menu")
    for action in ("lock-scale", "help", "share", "open-preparation"):
        expect(page.locator(f'[data-action="{action}"]')).to_be_visible()
