"""A person's own picture: every way in, and how it is kept, shared and removed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.conftest import RunningServer, running_server
from tests.e2e.conftest import READY, Visit, eventually
from tests.e2e.own import (
    OWN,
    Picture,
    add,
    runs,
    transfer,
    wait_for_run,
)

pytestmark = pytest.mark.browser


def test_a_chosen_file_is_drawn_and_joins_the_strip(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    add(page, picture("mine.png"))
    expect(page.locator(OWN)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(OWN)).to_have_attribute("aria-label", "mine.png")
    assert re.search(r"[?&]own=[0-9a-f]{64}", page.url)
    expect(page.locator('[data-panel="crop"]')).to_be_visible()


def test_the_add_control_opens_the_file_chooser(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    with page.expect_file_chooser() as chooser:
        page.click('[data-action="add-picture"]')
    assert chooser.value.is_multiple()
    chooser.value.set_files(str(picture("chosen.png")))
    expect(page.locator(OWN)).to_have_count(1)


def test_several_files_join_at_once(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    add(page, *(picture(f"{name}.png", seed=10 * index) for index, name in enumerate("abc")))
    expect(page.locator(OWN).last).to_have_attribute("aria-pressed", "true")
    expect(page.locator('[data-panel="crop"]')).to_have_count(0)


def test_a_picture_can_be_dropped_anywhere_and_the_page_shows_that(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    carried = transfer(page, picture("dropped.png"))
    page.dispatch_event("main", "dragenter", {"dataTransfer": carried})
    expect(page.locator("body")).to_have_attribute("data-dropping", "")
    page.dispatch_event("main", "drop", {"dataTransfer": carried})
    expect(page.locator(OWN)).to_have_attribute("aria-label", "dropped.png")
    expect(page.locator("body")).not_to_have_attribute("data-dropping", "")


def test_a_picture_can_be_pasted(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    carried = transfer(page, picture("pasted.png"))
    page.evaluate(
        "(transfer) => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, "
        "cancelable: true }))",
        carried,
    )
    expect(page.locator(OWN)).to_have_count(1)


def test_the_webcam_gives_one_picture_and_is_released_at_once(visit: Visit) -> None:
    visited = visit(permissions=["camera"])
    page = visited.go()
    page.evaluate(
        """() => {
          const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async (wish) => (window.cameraStream = await ask(wish));
        }"""
    )
    page.click('[data-action="picture-camera"]')
    assert page.evaluate("window.cameraStream === undefined"), "asked for before it was started"
    page.click('[data-action="camera-start"]')
    eventually(
        lambda: page.evaluate("document.querySelector('loupe-camera video').videoWidth > 0"), "the camera's picture"
    )
    page.click('[data-action="camera-take"]')
    expect(page.locator(OWN)).to_have_count(1)
    assert page.evaluate("cameraStream.getTracks().every((track) => track.readyState === 'ended')")


def test_closing_the_webcam_panel_releases_the_camera(visit: Visit) -> None:
    page = visit(permissions=["camera"]).go()
    page.click('[data-action="picture-camera"]')
    page.click('[data-action="camera-start"]')
    eventually(
        lambda: page.evaluate("document.querySelector('loupe-camera video').videoWidth > 0"), "the camera's picture"
    )
    track = page.evaluate_handle("document.querySelector('loupe-camera video').srcObject.getTracks()[0]")
    page.click('[data-action="close-panel"]')
    assert track.evaluate("(track) => track.readyState") == "ended"


def test_pictures_by_address_are_off_by_default(visit: Visit) -> None:
    page = visit().go()
    expect(page.locator('[data-action="picture-address"]')).to_have_count(0)


def test_where_allowed_the_browser_fetches_a_picture_by_address(visit: Visit, picture: Picture) -> None:
    file = picture("from-afar.png")
    with running_server(picture_by_address="true") as server:
        visited = visit(base=server.url)
        visited.expect("pictures.invalid", "net::ERR", "CORS")
        headers = {"access-control-allow-origin": "*", "content-type": "image/png"}
        visited.context.route(
            "https://pictures.invalid/good.png", lambda route: route.fulfill(body=file.read_bytes(), headers=headers)
        )
        visited.context.route("https://pictures.invalid/refused.png", lambda route: route.abort("accessdenied"))
        page = visited.go()
        page.click('[data-action="picture-address"]')
        for address, code in [
            ("nonsense", "address_malformed"),
            ("http://a.invalid/b.png", "address_not_https"),
            ("https://pictures.invalid/refused.png", "address_refused"),
        ]:
            page.fill('[data-action="address-field"]', address)
            page.click('[data-action="address-fetch"]')
            expect(page.locator(f'[data-code="{code}"]')).to_be_visible()
        page.fill('[data-action="address-field"]', "https://pictures.invalid/good.png")
        page.click('[data-action="address-fetch"]')
        expect(page.locator(OWN)).to_have_attribute("aria-label", "good.png")


def test_own_pictures_and_their_crops_survive_a_reload(visit: Visit, picture: Picture) -> None:
    visited = visit()
    page = visited.go()
    add(page, picture("kept.png", (300, 200)))
    page.locator('[data-action="crop-square"]').focus()
    before = runs(page)
    page.keyboard.press("Shift+ArrowRight")
    wait_for_run(page, before)
    said = page.locator("loupe-crop .mono").inner_text()
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector(READY, state="attached")
    expect(page.locator(OWN)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("loupe-crop .mono")).to_have_text(said)


def test_own_pictures_can_be_removed_one_by_one_and_all_at_once(visit: Visit, picture: Picture) -> None:
    visited = visit()
    page = visited.go()
    add(page, picture("a.png", seed=1), picture("b.png", seed=2), picture("c.png", seed=3))
    page.click('[data-action="open-crop"]')
    page.click('[data-action="crop-remove"]')
    expect(page.locator(OWN)).to_have_count(2)
    page.locator(OWN).first.click()
    page.click('[data-action="open-crop"]')
    page.on("dialog", lambda dialog: dialog.accept())
    page.click('[data-action="crop-remove_all"]')
    expect(page.locator(OWN)).to_have_count(0)
    page.reload()
    page.wait_for_selector(READY, state="attached")
    page.wait_for_timeout(700)
    expect(page.locator(OWN)).to_have_count(0)


def test_a_link_to_an_own_picture_explains_itself_on_another_device(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    add(page, picture("private.png"))
    link = page.url.split("/", 3)[3]
    other = visit().go("/" + link)
    expect(other.locator('[data-code="own_picture_absent"]')).to_be_visible()
    expect(other.locator('button[data-sample][aria-pressed="true"]')).to_have_count(1)


def test_the_strip_shows_whole_classes_in_the_readers_language(visit: Visit, live_server: RunningServer) -> None:
    page = visit(locale="zh-CN").go()
    expect(page.locator('[data-sample="espresso"]')).to_have_attribute("aria-label", re.compile("[\u4e00-\u9fff]"))
