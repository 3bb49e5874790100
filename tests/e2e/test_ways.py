"""Ways from one part of the page to another end where they say, and lead back."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.e2e.conftest import Visit, eventually
from tests.e2e.opened import fetch

pytestmark = pytest.mark.browser


def in_sight(page: Page, selector: str) -> bool:
    return bool(
        page.evaluate(
            "(selector) => { const box = document.querySelector(selector)?.getBoundingClientRect(); return box && "
            "box.top >= 0 && box.top < innerHeight / 3; }",
            selector,
        )
    )


def test_help_leads_to_the_chapter_itself(visit: Visit) -> None:
    page = visit().go()
    page.click("[data-action=help]")
    page.click("[data-action=go-to-learn]")
    page.wait_for_selector("article[data-chapter][data-settled]")
    eventually(lambda: in_sight(page, "article[data-chapter]"), "the chapter at the top of the window")


def test_back_returns_from_what_was_shown_to_the_paragraph(visit: Visit) -> None:
    page = visit(width=1024).go("/#learn-cnn")
    page.wait_for_selector("article[data-chapter=cnn][data-settled]")
    link = page.locator("article [data-show]").first
    link.scroll_into_view_if_needed()
    before, place = page.evaluate("scrollY"), page.url
    assert before > 300, "the paragraph lies below the network"
    link.click()
    eventually(lambda: page.evaluate("scrollY") < before - 200, "the network")
    page.go_back()
    eventually(lambda: page.url == place, "the address")
    expect(link).to_be_in_viewport()
    expect(link).to_be_focused()


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("", {"scale": None, "theme": None, "details": None}),
        ("scale=unit", {"scale": "unit", "theme": None, "details": None}),
        ("scale=network&details=0", {"scale": "network", "details": "0"}),
    ],
)
def test_the_builder_says_what_share_has_seen(visit: Visit, query: str, meant: dict[str, str | None]) -> None:
    page = visit().go(f"/?{query}&lang=en")
    page.click("[data-action=share]")
    page.click("[data-action=embed]")
    snippet = page.locator(".builder-lines")
    expect(snippet).to_have_value(re.compile("/embed/network"))
    address = re.search(r'src="([^"]+)"', snippet.input_value())
    assert address
    made = parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)
    assert {name: made.get(name, [None])[0] for name in meant} == meant
    assert made["lang"] == ["en"]


def test_the_exported_network_says_every_name_and_class(
    visit: Visit, live_server: RunningServer, tmp_path: Path
) -> None:
    model = fetch(f"{live_server.url}/api/v1/models/tiny-vgg")
    page = visit().go("/?lang=en")
    page.click("[data-action=share]")
    with page.expect_download() as saved:
        page.click("[data-action=export-svg]")
    file = tmp_path / "network.svg"
    saved.value.save_as(file)
    svg = re.sub(r"<[^>]+>", "\n", file.read_text("utf-8"))
    said = {" ".join(line.split()) for line in svg.splitlines()}
    names = set(page.locator(".network-name").all_inner_texts()) | {one["labels"]["en"] for one in model["classes"]}
    assert "conv_2_2" in names
    assert {name for name in names if not any(name in line for line in said)} == set()
    assert any("%" in line for line in said)
    assert "New here?" not in svg


def test_no_tip_lies_on_the_answer_after_a_choice(visit: Visit) -> None:
    page = visit().go()
    tip = page.locator("loupe-strip [data-shown]")
    page.hover("[data-sample=pizza]")
    expect(tip).to_have_count(1)
    page.click("[data-sample=pizza]")
    expect(tip).to_have_count(0)
