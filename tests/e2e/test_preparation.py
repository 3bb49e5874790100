"""From an own picture to the network's input: the crop editor, the preparation, the transform panel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.differential.files import behind_start, exif, files, segment, xmp
from tests.e2e.conftest import READY, Visit, eventually, violations
from tests.e2e.own import (
    Picture,
    add,
    runs,
    wait_for_run,
)
from tests.pictures import encoded

pytestmark = pytest.mark.browser


def shows_the_engines_input(page: Page) -> None:
    """The preview's pixels are the run's input, to the rounding of eight bits."""
    expect(page.locator(".crop-preview")).to_have_attribute("data-source", "engine")


def test_the_square_is_moved_zoomed_and_turned_by_keyboard(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    add(page, picture("wide.png", (400, 200)))
    shows_the_engines_input(page)
    square, said = page.locator('[data-action="crop-square"]'), page.locator("loupe-crop .mono")
    expect(said).to_have_text("x 100, y 0, side 200 px, turned 0°")
    square.press("ArrowRight")
    expect(said).to_have_text("x 101, y 0, side 200 px, turned 0°")
    square.press("Shift+ArrowLeft")
    square.press("]")
    expect(said).to_have_text("x 91, y 0, side 200 px, turned 1°")
    square.press("+")
    expect(said).not_to_contain_text("side 200")
    square.press("0")
    expect(said).to_have_text("x 100, y 0, side 200 px, turned 0°")
    page.locator('[data-action="crop-rotate"]').fill("90")
    expect(said).to_contain_text("turned 90°")
    shows_the_engines_input(page)


def test_the_square_is_moved_by_mouse_and_the_network_follows(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    add(page, picture("wide.png", (400, 200)))
    box = page.locator('[data-action="crop-square"]').bounding_box()
    assert box
    before = runs(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=8)
    page.mouse.up()
    expect(page.locator("loupe-crop .mono")).not_to_contain_text("x 100,")
    wait_for_run(page, before)
    shows_the_engines_input(page)


def test_the_square_is_zoomed_by_two_fingers(visit: Visit, picture: Picture) -> None:
    page = visit(has_touch=True).go()
    add(page, picture("wide.png", (400, 200)))
    expect(page.locator("loupe-crop .mono")).to_contain_text("side 200 px")
    page.evaluate(
        """() => {
          const canvas = document.querySelector('[data-action="crop-square"]');
          canvas.setPointerCapture = () => {};
          const { left, top, width, height } = canvas.getBoundingClientRect();
          const send = (type, pointerId, share) => canvas.dispatchEvent(new PointerEvent(type, { pointerId,
              pointerType: "touch",
            bubbles: true, clientX: left + width * share, clientY: top + height / 2 }));
          send("pointerdown", 1, 0.45); send("pointerdown", 2, 0.55);
          send("pointermove", 2, 0.6); send("pointermove", 1, 0.4);
          send("pointerup", 1, 0.4); send("pointerup", 2, 0.6);
        }"""
    )
    expect(page.locator("loupe-crop .mono")).to_contain_text("side 100 px")


def sent_bytes(page: Page) -> int:
    """How many bytes the server got of the picture, as the first card of the preparation says."""
    found = re.search(r"([\d,]+) bytes", page.locator(".stage-card").first.inner_text())
    assert found
    return int(found[1].replace(",", ""))


def test_a_photograph_leaves_as_it_is_and_never_larger(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    file = picture("large.jpg", (3000, 1500), quality=95)
    add(page, file)
    page.click('[data-action="open-preparation"]')
    first = page.locator(".stage-card").first
    expect(first).to_have_attribute("data-step", "file")
    expect(first.locator(".stage-size")).to_have_text("3000×1500")
    assert sent_bytes(page) == len(file.read_bytes())
    expect(page.locator('.stage-card[data-step="reduce"]')).to_have_count(1)


def test_a_picture_beyond_the_servers_limits_is_sent_anew_and_the_preparation_says_so(
    visit: Visit, picture: Picture
) -> None:
    visited = visit()
    visited.expect("status of 413")
    page = visited.go()
    file = picture("large.png", (5000, 4000))
    add(page, file)
    page.click('[data-action="open-preparation"]')
    first = page.locator(".stage-card").first
    expect(first).to_have_attribute("data-step", "reduced")
    expect(first).to_contain_text("5000×4000")
    expect(first.locator(".stage-size")).to_have_text("2048×1638")
    assert sent_bytes(page) < len(file.read_bytes())


def half_and_half(format: str, turn: int) -> bytes:
    """Beyond the limits of its format: as stored, red above blue."""
    image = Image.new("RGB", (5000, 3400), "blue")
    image.paste("red", (0, 0, 5000, 1700))
    if format == "JPEG":  # its orientation by XMP alone, which browsers do not read
        data = encoded(image, "JPEG", quality=30, progressive=True)
        return behind_start(data, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(turn)))
    options = {"lossless": True, "method": 0} if format == "WEBP" else {}
    return encoded(image, format, exif=b"Exif\0\0" * (format == "WEBP") + exif(turn), **options)


@pytest.mark.parametrize(
    ("format", "turn"), [("WEBP", 6), ("WEBP", 3), ("WEBP", 4), ("PNG", 6), ("PNG", 3), ("JPEG", 8)]
)
def test_what_is_sent_anew_stands_as_the_server_would_have_turned_it(
    visit: Visit, tmp_path: Path, format: str, turn: int
) -> None:
    """Whether the browser reads this orientation itself (PNG) or not (WebP, XMP): once, and not twice."""
    file = tmp_path / f"large.{format.lower()}"
    file.write_bytes(half_and_half(format, turn))
    visited = visit()
    visited.expect("status of 413", "getImageData")  # the second is advice on canvases that are read
    page = visited.go()
    add(page, file)
    expect(page.locator("loupe-crop .mono")).to_contain_text("side 1,393 px")
    shows_the_engines_input(page)
    corners = page.evaluate(
        """() => {
          const context = document.querySelector(".crop-preview").getContext("2d");
          return [[2, 2], [61, 2], [2, 61], [61, 61]].map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]);
        }"""
    )
    red = [pixel[0] > 200 and pixel[2] < 60 for pixel in corners]
    below, right, left = [False, False, True, True], [False, True] * 2, [True, False] * 2
    assert red == {3: below, 4: below, 6: right, 8: left}[turn]
    page.click('[data-action="open-preparation"]')
    first = page.locator(".stage-card").first
    expect(first).to_have_attribute("data-step", "reduced")
    expect(first).to_contain_text("5000×3400" if turn < 5 else "3400×5000")


@pytest.mark.parametrize("name", ["XMP 6", "EXIF 6"])
def test_the_editor_and_the_network_see_the_same_upright_picture(visit: Visit, tmp_path: Path, name: str) -> None:
    """Orientations that browsers do not read: the editor draws the server's picture, so a key moves by a pixel."""
    format, suffix = ("JPEG", "jpg") if name.startswith("XMP") else ("WebP", "webp")
    file = tmp_path / f"turned.{suffix}"
    file.write_bytes(next(made.data for made in files() if (made.format, made.name) == (format, name)))
    visited = visit()
    visited.expect("getImageData")  # Chromium's advice about reading canvases, which only this test does
    page = visited.go()
    add(page, file)
    said = page.locator("loupe-crop .mono")
    expect(said).to_have_text("x 0, y 8, side 32 px, turned 0°")  # of a picture of 32×48
    shows_the_engines_input(page)
    read = "() => [...document.querySelector('.crop-preview').getContext('2d').getImageData(0, 0, 64, 64).data]"
    exact = page.evaluate(read)
    quick = page.evaluate(
        """async () => {
          const editor = document.querySelector("loupe-crop"), canvas = editor.querySelector(".crop-canvas");
          canvas.setPointerCapture = () => {};
          const { left, top, width, height } = canvas.getBoundingClientRect();
          const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, bubbles: true,
              clientX: x, clientY: y }));
          const [x, y] = [left + width / 2, top + height / 2];
          send("pointerdown", x, y); send("pointermove", x + 9, y); send("pointermove", x + 0.5, y);
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const shown = [editor.querySelector(".crop-preview").dataset.source,
              !editor.querySelector(".crop-mark").hidden];
          const data = [...editor.querySelector(".crop-preview").getContext("2d").getImageData(0, 0, 64, 64).data];
          send("pointerup", x, y);
          return { shown, data };
        }"""
    )
    shows_the_engines_input(page)
    difference = sum(abs(a - b) for a, b in zip(exact, quick["data"], strict=True)) / len(exact)
    assert difference < 12, "what is shown while dragging is another picture than what the network gets"


def test_while_the_square_is_dragged_a_preview_stands_in_and_says_so(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    add(page, picture("wide.png", (400, 200)))
    shows_the_engines_input(page)
    expect(page.locator(".crop-mark")).to_be_hidden()
    box = page.locator('[data-action="crop-square"]').bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=4)
    expect(page.locator(".crop-mark")).to_be_visible()
    expect(page.locator(".crop-preview")).to_have_attribute("data-source", "page")
    page.mouse.up()
    shows_the_engines_input(page)
    expect(page.locator(".crop-mark")).to_be_hidden()


def test_the_preparation_shows_the_engines_steps_and_follows_a_pixel(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    add(page, picture("mine.png", (320, 200)))
    page.click('[data-action="open-preparation"]')
    cards = page.locator(".stage-card")
    expect(cards).to_have_count(7)
    assert [cards.nth(index).get_attribute("data-step") for index in range(7)] == [
        "file",
        "orientation",
        "colours",
        "alpha",
        "crop",
        "resize",
        "scale",
    ]
    box = cards.nth(0).locator("canvas").bounding_box()
    assert box
    # The file's upper left quarter is (200, 30, 30); the pixel is followed to the input tensor.
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.2)
    numbers = [
        [float(value.get_attribute("data-value") or "nan") for value in cards.nth(index).locator("[data-value]").all()]
        for index in range(7)
    ]
    assert numbers[0] == [200, 30, 30]
    assert numbers[5] == [200, 30, 30]
    assert numbers[6] == pytest.approx([200 / 255, 30 / 255, 30 / 255], abs=1e-7)
    last = cards.nth(6).locator(".stage-picture")
    place = cards.nth(6).locator(".stage-size")
    before = place.inner_text()
    last.focus()
    page.keyboard.press("ArrowDown")
    expect(place).not_to_have_text(before)


def test_the_bench_changes_the_input_and_the_network_follows(visit: Visit) -> None:
    page = visit().go()
    page.click('[data-action="open-transform"]')
    before = runs(page)
    page.locator('[data-transform="shift_x"]').fill("20")
    wait_for_run(page, before)
    assert "transform=shift_x:20" in page.url
    expect(page.locator(".transform-chart circle")).to_have_count(2)
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector(READY, state="attached")
    expect(page.locator('[data-transform="shift_x"]')).to_have_value("20")
    page.click('[data-action="reset-transform"]')
    expect(page.locator('[data-transform="shift_x"]')).to_have_value("0")
    assert "transform=" not in page.url.replace("panel=transform", "")


def test_every_control_of_the_bench_changes_the_run(visit: Visit) -> None:
    page = visit().go()
    page.click('[data-action="open-transform"]')
    for name, value in [
        ("shift_y", "9"),
        ("rotate", "45"),
        ("brightness", "0.3"),
        ("contrast", "2"),
        ("blur", "2"),
        ("noise", "0.2"),
        ("grey", "1"),
        ("swap", "3"),
    ]:
        before = runs(page)
        page.locator(f'[data-transform="{name}"]').fill(value)
        wait_for_run(page, before)
    before = runs(page)
    page.locator('[data-transform="flip"]').check()
    wait_for_run(page, before)


def test_the_network_follows_while_a_slider_is_dragged(visit: Visit) -> None:
    page = visit().go()
    page.click('[data-action="open-transform"]')
    expect(page.locator('[data-transform="rotate"]')).to_be_visible()
    drawn = page.evaluate(
        """async () => {
          const input = document.querySelector('[data-transform="rotate"]');
          const count = () => performance.getEntriesByName("network-drawn").length;
          const before = count();
          for (let step = 1; step <= 90; step++) {
            input.value = step;
            input.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise(requestAnimationFrame);
          }
          return count() - before;
        }"""
    )
    assert drawn >= 3, "nothing is drawn until the slider rests"
    expect(page.locator('[data-transform="rotate"]')).to_have_value("90")
    eventually(lambda: "transform=rotate:90" in page.url, "the last step")


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (1200, "zh-Hans")])
def test_the_picture_is_handled_and_covered_beside_the_whole_network(
    visit: Visit, axe: str, width: int, language: str
) -> None:
    visited = visit(width=width, height=860)
    visited.context.add_cookies([{"name": "lang", "value": language, "url": visited.base}])
    page = visited.go()
    rows = page.locator(".network-stage").bounding_box()
    page.click('[data-action="open-transform"]')
    picture, chosen = page.locator('[data-action="changed-input"]'), page.locator(".transform-question")
    expect(picture).to_be_visible()
    # The bench takes the inspector's place; the network keeps its height, and the answer stands over it.
    expect(page.locator("loupe-inspector")).to_be_hidden()
    docked, network = page.locator("loupe-panel").bounding_box(), page.locator(".network-stage").bounding_box()
    assert rows
    assert docked
    assert network
    assert network["y"] == pytest.approx(rows["y"], abs=30)
    assert network["x"] + network["width"] <= docked["x"] + 1
    expect(page.locator(".answer-name")).to_be_visible()

    box = picture.bounding_box()
    assert box

    def stroke(*places: tuple[float, float]) -> None:
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
        before = runs(page)
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=6)
        page.mouse.up()
        wait_for_run(page, before)

    asked = chosen.inner_text()
    stroke((0.1, 0.2), (0.9, 0.2))
    stroke((0.1, 0.7), (0.9, 0.7), (0.5, 0.5))
    assert chosen.inner_text() != asked
    covered = page.url
    assert re.search(r"transform=cover:[0-9a-z.]+", covered)
    # What is grey on the screen is 0.5 in every channel of what the network has run, and only that.
    seen = page.evaluate(
        """async () => {
          const canvas = document.querySelector('[data-action="changed-input"]');
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const at = (x, y) => [...data.slice(4 * (64 * y + x), 4 * (64 * y + x) + 3)];
          return [at(32, 12), at(32, 44), at(2, 62)];
        }"""
    )
    assert seen[:2] == [[128, 128, 128]] * 2
    assert seen[2] != [128, 128, 128]
    # Each stroke is undone by itself, and the address follows.
    page.click('[data-action="hand-undo"]')
    eventually(lambda: page.url != covered, "the stroke's undoing")
    assert "cover:" in page.url
    page.keyboard.press("Control+y")
    eventually(lambda: page.url == covered, "the stroke again")

    # Moved, turned and enlarged by hand; by keys the same.
    page.locator('[data-action="hand-move"] input').check(force=True)
    stroke((0.5, 0.5), (0.6, 0.4))
    expect(page.locator('[data-transform="shift_x"]')).to_have_value("6")
    expect(page.locator('[data-transform="shift_y"]')).to_have_value("-6")
    turn = page.locator('[data-action="turn-picture"]').bounding_box()
    assert turn
    page.mouse.move(turn["x"] + 14, turn["y"] + 14)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 40, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    expect(page.locator('[data-transform="rotate"]')).to_have_value("90")
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.wheel(0, -200)
    expect(page.locator('[data-transform="zoom"]')).to_have_value("1.49")
    hand = page.locator('[data-action="handle-picture"]')
    hand.focus()
    for key in ("ArrowRight", "ArrowDown", "[", "-"):
        hand.press(key)
    values = [
        page.locator(f'[data-transform="{name}"]').input_value() for name in ("shift_x", "shift_y", "rotate", "zoom")
    ]
    assert values == ["7", "-5", "87", "1.42"]
    page.locator('[data-action="hand-uncover"] input').check(force=True)
    hand.focus()
    hand.press("ArrowUp")
    hand.press(" ")
    assert violations(page, axe, "loupe-panel") == []

    # One place at the right: Learn and Why? lie over the bench, which stays as it was left.
    before = page.locator('[data-transform="rotate"]').input_value()
    page.click('[data-action="learn"]')
    expect(page.locator("loupe-learn")).to_be_visible()
    expect(page.locator("loupe-panel")).to_be_hidden()
    page.click('[data-action="open-transform"]')
    expect(page.locator("loupe-learn")).to_be_hidden()
    expect(page.locator('[data-transform="rotate"]')).to_have_value(before)
    page.click('[data-action="why"]')
    expect(page.locator("[data-why-picture]")).to_be_visible()
    expect(page.locator("loupe-panel")).to_be_hidden()
    page.click('[data-action="open-transform"]')
    expect(page.locator("loupe-transform")).to_be_visible()
    expect(page.locator("[data-why-picture]")).to_be_hidden()
    # The link shows the same; Esc closes, and the picture is the original again.
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector(READY, state="attached")
    expect(page.locator('[data-transform="rotate"]')).to_have_value(before)
    page.locator('[data-action="handle-picture"]').focus()
    page.keyboard.press("Escape")
    expect(page.locator("loupe-panel")).to_be_hidden()
    expect(page.locator("loupe-inspector")).to_be_visible()
    assert "transform=" not in page.url


def test_a_finger_covers_parts_of_the_picture_on_a_phone(visit: Visit) -> None:
    visited = visit(width=390, height=844, has_touch=True)
    page = visited.go("/?panel=transform")
    picture = page.locator('[data-action="changed-input"]')
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box
    assert box["width"] > 200
    before = runs(page)
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_for_run(page, before)
    assert "cover:" in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
