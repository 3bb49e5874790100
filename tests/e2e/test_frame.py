"""The frame: loading, choosing, the address, languages and themes, and a server that goes away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import running_server
from tests.e2e.conftest import READY, Visit, eventually

pytestmark = pytest.mark.browser
CHOSEN = 'button[data-sample][aria-pressed="true"]'


def drawn(page: Page) -> int:
    return int(page.evaluate("document.documentElement.dataset.run"))


def choose(page: Page, sample: str) -> None:
    before = drawn(page)
    page.click(f'[data-sample="{sample}"]')
    eventually(lambda: drawn(page) > before, f"the run of {sample}")


def test_the_page_opens_with_the_default_picture_drawn(visit: Visit) -> None:
    page = visit().go()
    expect(page.locator(CHOSEN)).to_have_attribute("data-sample", "espresso")
    assert page.evaluate("performance.getEntriesByName('network-drawn').length") >= 1
    expect(page.locator("loupe-answer")).not_to_be_empty()
    assert page.url.endswith("/"), "the default state needs no parameters"


def test_the_first_paint_has_content_before_any_script_runs(visit: Visit) -> None:
    visited = visit(java_script_enabled=False)
    visited.expect("was preloaded using link preload but not used")
    visited.page.goto(visited.base + "/")
    expect(visited.page.locator(".brand")).to_be_visible()
    expect(visited.page.locator("loupe-strip img").first).to_be_visible()


def test_nothing_is_asked_of_other_hosts(visit: Visit) -> None:
    visited = visit()
    hosts: set[str] = set()
    visited.page.on(
        "request", lambda request: hosts.add(request.url.split("/")[2]) if request.url.startswith("http") else None
    )
    visited.go()
    visited.page.wait_for_timeout(1000)
    assert hosts == {visited.base.split("/")[2]}


def test_choosing_a_picture_draws_it_and_back_and_forward_restore(visit: Visit) -> None:
    page = visit().go()
    choose(page, "koala")
    assert "sample=koala" in page.url
    choose(page, "pizza")
    page.go_back()
    expect(page.locator(CHOSEN)).to_have_attribute("data-sample", "koala")
    page.go_back()
    expect(page.locator(CHOSEN)).to_have_attribute("data-sample", "espresso")
    page.go_forward()
    expect(page.locator(CHOSEN)).to_have_attribute("data-sample", "koala")


def test_a_shared_link_restores_the_whole_state(visit: Visit) -> None:
    page = visit().go("/?sample=orange&scale=network&details=0&panel=transform&transform=rotate:30")
    expect(page.locator(CHOSEN)).to_have_attribute("data-sample", "orange")
    expect(page.locator("input[name=scale][value=network]")).to_be_checked()
    expect(page.locator('[data-action="details"]')).not_to_be_checked()
    expect(page.locator('[data-transform="rotate"]')).to_have_value("30")
    address = page.url
    page.reload()
    page.wait_for_selector(READY, state="attached")
    eventually(lambda: page.url == address, "the same address after a reload")


def test_settings_do_not_pile_up_in_the_history(visit: Visit) -> None:
    page = visit().go()
    before = page.evaluate("history.length")
    for scale in ("unit", "module", "network"):
        page.locator(f"input[name=scale][value={scale}]").check()
    assert "scale=network" in page.url
    assert page.evaluate("history.length") == before


def test_an_address_that_names_an_unknown_model_is_explained(visit: Visit) -> None:
    visited = visit()
    visited.expect("status of 404")
    visited.page.goto(visited.base + "/?model=nothing")
    expect(visited.page.locator('[data-notice="problem"]')).to_contain_text("nothing")
    expect(visited.page.locator("html")).to_have_attribute("data-network", "error")


def test_every_model_of_the_server_can_be_chosen_and_is_drawn(visit: Visit) -> None:
    page = visit().go()
    switcher = page.locator('[data-action="choose-model"]')
    names = [option.get_attribute("value") for option in switcher.locator("option").all()]
    assert len(names) >= 4
    for name in [*names[1:], names[0]]:
        before = drawn(page)
        switcher.select_option(name)
        eventually(lambda before=before: drawn(page) > before, f"the network of {name}")
        expect(page.locator("[data-layer]").first).to_be_visible()


def test_the_page_speaks_chinese_where_the_browser_prefers_it(visit: Visit) -> None:
    page = visit(locale="zh-CN").go()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    header = page.locator("loupe-header").inner_text()
    assert "色阶" in header
    assert not re.search(r"\bDetails\b|\bShare\b", header)


def test_changing_the_language_keeps_the_state_and_is_remembered(visit: Visit) -> None:
    page = visit().go("/?sample=koala&scale=unit")
    page.click("loupe-header a[hreflang=zh-Hans]")
    expect(page.locator("html[lang=zh-Hans]")).to_have_attribute("data-network", "ready")
    expect(page.locator(CHOSEN)).to_have_attribute("data-sample", "koala")
    expect(page.locator("input[name=scale][value=unit]")).to_be_checked()
    page.goto(page.url.split("?")[0])
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_no_key_of_the_catalogue_shows_itself(visit: Visit) -> None:
    for locale in ("en", "zh-CN"):
        page = visit(locale=locale).go()
        page.click('[data-action="help"]')
        page.wait_for_selector("dialog[open]")
        text = page.locator("body").inner_text()
        assert not re.findall(r"\b(?:common|network|pictures|errors|views|learn|tour)\.[a-z_]+", text)


def test_the_theme_follows_the_device_until_it_is_chosen(visit: Visit) -> None:
    visited = visit(color_scheme="dark")
    page = visited.go()
    ground = "getComputedStyle(document.body.parentElement).backgroundColor"
    dark = page.evaluate(ground)
    page.click('[data-action="theme"]')
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) != dark
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "light", "known before any script runs"


def test_keys_change_the_scale_and_open_help(visit: Visit) -> None:
    page = visit().go()
    page.keyboard.press("4")
    expect(page.locator("input[name=scale][value=network]")).to_be_checked()
    page.keyboard.press("d")
    expect(page.locator('[data-action="details"]')).not_to_be_checked()
    page.keyboard.press("?")
    expect(page.locator("dialog[open] h2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_share_copies_a_link_to_what_is_seen(visit: Visit) -> None:
    visited = visit(permissions=["clipboard-read", "clipboard-write"])
    page = visited.go("/?sample=koala")
    page.bring_to_front()  # only a page that has the focus may write to the clipboard
    page.click('[data-action="share"]')
    page.click('[data-action="copy-link"]')
    expect(page.locator("dialog [role=status]").first).not_to_be_empty()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "sample=koala" in link
    assert "lang=en" in link


def test_a_server_that_goes_away_leaves_the_page_working(visit: Visit) -> None:
    with running_server() as server:
        visited = visit(base=server.url)
        visited.expect("ERR_CONNECTION_REFUSED", "Failed to fetch")
        page = visited.go()
        choose(page, "koala")
        page.wait_for_timeout(500)
        server.process.terminate()
        server.process.wait(timeout=20)
        choose(page, "espresso")
        page.locator("button[data-sample]").nth(-1).click()
        banner = page.locator('[data-notice="offline"]')
        expect(banner).to_be_visible()
        expect(page.locator("html")).to_have_attribute("data-network", "ready")
        expect(page.locator("loupe-answer")).not_to_be_empty()


def test_a_banner_offers_to_try_again_and_retry_recovers(visit: Visit) -> None:
    visited = visit()
    visited.expect("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "ERR_FAILED", "could not be loaded")
    page = visited.go()
    page.wait_for_selector('[data-offer="tour"]')  # the last that the page loads by itself
    visited.context.set_offline(True)
    page.locator("button[data-sample]").nth(-1).click()
    expect(page.locator('[data-notice="offline"]')).to_be_visible()
    before = drawn(page)
    visited.context.set_offline(False)
    page.click('[data-action="retry"]')
    eventually(lambda: drawn(page) > before, "the picture that could not be run")
    expect(page.locator('[data-notice="offline"]')).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (720, 450), (390, 844), (320, 640)])
def test_the_page_never_scrolls_sideways(visit: Visit, width: int, height: int) -> None:
    page = visit(width=width, height=height).go()
    for panel in ("preparation", "transform"):
        page.click(f'[data-action="open-{panel}"]')
        page.wait_for_selector(f'[data-panel="{panel}"]')
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_head_folds_into_a_menu(visit: Visit) -> None:
    page = visit(width=390, height=844, has_touch=True).go()
    expect(page.locator("input[name=scale]").first).not_to_be_in_viewport()
    page.click(".header-menu")
    page.locator("input[name=scale][value=unit]").check(force=True)
    assert "scale=unit" in page.url


def test_under_reduced_motion_nothing_moves(visit: Visit) -> None:
    page = visit(reduced_motion="reduce").go()
    assert (
        page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--move')").strip().startswith("0ms")
    )
    assert (
        page.evaluate(
            "document.getAnimations().filter((animation) => animation.effect.getTiming().duration > 1).length"
        )
        == 0
    )
