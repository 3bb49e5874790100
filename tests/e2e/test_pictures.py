"""A person's own picture: every way in, the crop editor, the preparation, the bench, and refusals."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import RunningServer, running_server
from tests.e2e.conftest import READY, Visit, eventually, violations
from tests.pictures import good_pictures, hostile_pictures

pytestmark = pytest.mark.browser
Picture = Callable[..., Path]
INPUT = '[data-action="add-picture"] input[type=file]'
OWN = "button[data-own]"


def runs(page: Page) -> int:
    return int(page.evaluate("document.documentElement.dataset.run"))


def wait_for_run(page: Page, after: int) -> None:
    eventually(lambda: runs(page) > after, "a newly drawn run")


def top_class(page: Page) -> str:
    return page.locator("loupe-answer").inner_text()


def add(page: Page, *files: Path) -> None:
    """Choose files and wait until the last of them is drawn."""
    count, before = page.locator(OWN).count(), runs(page)
    page.set_input_files(INPUT, [str(file) for file in files])
    expect(page.locator(OWN)).to_have_count(count + len(files))
    wait_for_run(page, before)


def transfer(page: Page, file: Path) -> object:
    """A DataTransfer in the page that carries the file."""
    data = base64.b64encode(file.read_bytes()).decode()
    return page.evaluate_handle(
        """([data, name]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0))], name, { type: "image/png" }));
          return transfer;
        }""",
        [data, file.name],
    )


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
        "(transfer) => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }))",
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
    eventually(lambda: page.evaluate("document.querySelector('loupe-camera video').videoWidth > 0"), "the camera's picture")
    page.click('[data-action="camera-take"]')
    expect(page.locator(OWN)).to_have_count(1)
    assert page.evaluate("cameraStream.getTracks().every((track) => track.readyState === 'ended')")


def test_closing_the_webcam_panel_releases_the_camera(visit: Visit) -> None:
    page = visit(permissions=["camera"]).go()
    page.click('[data-action="picture-camera"]')
    page.click('[data-action="camera-start"]')
    eventually(lambda: page.evaluate("document.querySelector('loupe-camera video').videoWidth > 0"), "the camera's picture")
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
        visited.context.route("https://pictures.invalid/good.png", lambda route: route.fulfill(body=file.read_bytes(), headers=headers))
        visited.context.route("https://pictures.invalid/refused.png", lambda route: route.abort("accessdenied"))
        page = visited.go()
        page.click('[data-action="picture-address"]')
        for address, code in [("nonsense", "address_malformed"), ("http://a.invalid/b.png", "address_not_https"), ("https://pictures.invalid/refused.png", "address_refused")]:
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
          const send = (type, pointerId, share) => canvas.dispatchEvent(new PointerEvent(type, { pointerId, pointerType: "touch",
            bubbles: true, clientX: left + width * share, clientY: top + height / 2 }));
          send("pointerdown", 1, 0.45); send("pointerdown", 2, 0.55);
          send("pointermove", 2, 0.6); send("pointermove", 1, 0.4);
          send("pointerup", 1, 0.4); send("pointerup", 2, 0.6);
        }"""
    )
    expect(page.locator("loupe-crop .mono")).to_contain_text("side 100 px")


def test_a_large_picture_is_reduced_here_and_the_preparation_says_so(visit: Visit, picture: Picture) -> None:
    visited = visit()
    page = visited.go()
    sent: list[int] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(len(request.post_data_buffer or b"")))
    add(page, picture("large.jpg", (3000, 1500), quality=95))
    page.click('[data-action="open-preparation"]')
    first = page.locator(".stage-card").first
    expect(first).to_have_attribute("data-step", "reduced")
    expect(first).to_contain_text("3000×1500")
    expect(first.locator(".stage-size")).to_have_text("1024×512")


def test_the_preparation_shows_the_engines_steps_and_follows_a_pixel(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    add(page, picture("mine.png", (320, 200)))
    page.click('[data-action="open-preparation"]')
    cards = page.locator(".stage-card")
    expect(cards).to_have_count(7)
    assert [cards.nth(index).get_attribute("data-step") for index in range(7)] == ["file", "orientation", "colours", "alpha", "crop", "resize", "scale"]
    box = cards.nth(0).locator("canvas").bounding_box()
    assert box
    # The file's upper left quarter is (200, 30, 30); the pixel is followed to the input tensor.
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.2)
    numbers = [[float(value.get_attribute("data-value") or "nan") for value in cards.nth(index).locator("[data-value]").all()] for index in range(7)]
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
    expect(page.locator(".bench-chart circle")).to_have_count(2)
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
    for name, value in [("shift_y", "9"), ("rotate", "45"), ("brightness", "0.3"), ("contrast", "2"), ("blur", "2"), ("noise", "0.2"), ("grey", "1"), ("swap", "3")]:
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


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.png", b"", "picture_empty"),
        ("words.png", b"these are words, not a picture at all", "picture_format_unknown"),
        ("cut.png", None, "picture_damaged"),
        ("phone.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200), "picture_format_refused"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    visit: Visit, picture: Picture, tmp_path: Path, name: str, data: bytes | None, code: str
) -> None:
    visited = visit()
    visited.expect("status of 4")
    page = visited.go()
    before = (runs(page), top_class(page))
    file = tmp_path / name
    file.write_bytes(picture("whole.png", (200, 200)).read_bytes()[:300] if data is None else data)
    page.set_input_files(INPUT, str(file))
    notice = page.locator(f'[data-code="{code}"]')
    expect(notice).to_be_visible()
    expect(notice).to_contain_text(name)
    assert (runs(page), top_class(page)) == before
    expect(page.locator(OWN)).to_have_count(0)
    notice.get_by_role("button").click()
    expect(notice).to_have_count(0)


def test_one_bad_file_among_good_ones_is_named_and_the_others_join(visit: Visit, picture: Picture, tmp_path: Path) -> None:
    visited = visit()
    visited.expect("status of 4")
    page = visited.go()
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8\xff\xe0 not really")
    page.set_input_files(INPUT, [str(picture("one.png")), str(bad), str(picture("two.png", seed=9))])
    expect(page.locator(OWN)).to_have_count(2)
    expect(page.locator('[data-notice="picture"]')).to_contain_text("bad.jpg")


@pytest.mark.parametrize(
    ("name", "size", "mode", "save"),
    [
        ("grey.png", (80, 60), "L", {}),
        ("palette.gif", (80, 60), "P", {}),
        ("alpha.png", (80, 60), "RGBA", {}),
        ("cmyk.jpg", (80, 60), "CMYK", {}),
        ("dot.png", (1, 1), "RGB", {}),
        ("column.png", (1, 10_000), "RGB", {}),
        ("row.png", (10_000, 1), "RGB", {}),
        ("wrong-extension.jpg", (80, 60), "RGB", {"format": "PNG"}),
        ("bitmap.bmp", (80, 60), "RGB", {}),
        ("sixteen.png", (80, 60), "I;16", {}),
    ],
)
def test_unusual_pictures_are_drawn(visit: Visit, picture: Picture, name: str, size: tuple[int, int], mode: str, save: dict[str, str]) -> None:
    page = visit().go()
    if mode == "I;16":
        from PIL import Image

        file = picture("grey.png", size, "L").with_name(name)
        Image.new("I;16", size, 30_000).save(file)
    else:
        file = picture(name, size, mode, **save)
    add(page, file)
    expect(page.locator("[data-notice=picture], [data-notice=problem]")).to_have_count(0)


def choose(page: Page, file: Path) -> None:
    page.set_input_files(INPUT, str(file))


def drop(page: Page, file: Path) -> None:
    page.dispatch_event("main", "drop", {"dataTransfer": transfer(page, file)})


def paste(page: Page, file: Path) -> None:
    page.evaluate(
        "(transfer) => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }))",
        transfer(page, file),
    )


def by_address(page: Page, file: Path) -> None:
    headers = {"access-control-allow-origin": "*", "content-type": "image/jpeg"}
    page.context.route("https://pictures.invalid/**", lambda route: route.fulfill(body=file.read_bytes(), headers=headers))
    page.click('[data-action="picture-address"]')
    page.fill('[data-action="address-field"]', f"https://pictures.invalid/{file.name}")
    page.click('[data-action="address-fetch"]')


@pytest.mark.parametrize("way", [choose, drop, paste, by_address], ids=lambda way: way.__name__)
def test_a_picture_cut_short_is_refused_whichever_way_it_comes_and_however_large(
    visit: Visit, picture: Picture, way: Callable[[Page, Path], None]
) -> None:
    file = picture("cut.jpg", (3000, 1500), quality=90)
    file.write_bytes(file.read_bytes()[:-2000])
    with running_server(picture_by_address="true") as server:
        visited = visit(base=server.url, locale="zh-CN")
        visited.expect("status of 4")
        page = visited.go()
        before = (runs(page), top_class(page))
        way(page, file)
        notice = page.locator('[data-code="picture_damaged"]')
        expect(notice).to_contain_text("cut.jpg")
        expect(notice).to_contain_text("已损坏")
        expect(notice.locator("img")).to_have_count(1)
        assert (runs(page), top_class(page)) == before
        expect(page.locator(OWN)).to_have_count(0)
        expect(page.locator("loupe-strip")).to_have_attribute("aria-busy", "false")


@pytest.mark.slow
def test_every_odd_or_hostile_file_joins_or_is_refused_in_the_readers_words(visit: Visit, tmp_path: Path) -> None:
    visited = visit(locale="zh-CN")
    visited.expect("status of 4")
    page = visited.go()
    suffix = {b"\x89P": "png", b"\xff\xd8": "jpg", b"RI": "webp", b"GI": "gif", b"BM": "bmp"}
    for must_join, files in ((True, good_pictures()), (False, hostile_pictures())):
        for number, (kind, data) in enumerate(files.items()):
            file = tmp_path / f"{number}-{must_join}.{suffix.get(data[:2], 'png')}"
            file.write_bytes(data)
            joined, shown = page.locator(OWN).count(), top_class(page)
            choose(page, file)
            refusal = page.locator('[data-notice="picture"]', has_text=file.name)
            eventually(lambda: page.locator(OWN).count() > joined or refusal.count() > 0, kind)  # noqa: B023
            if page.locator(OWN).count() > joined:
                eventually(lambda: page.locator(f'{OWN}[aria-label="{file.name}"][aria-pressed=true]').count(), kind)  # noqa: B023
                continue
            assert not must_join, f"{kind}: {refusal.inner_text()}"
            assert re.search("[\u4e00-\u9fff]{4}", refusal.inner_text()), f"{kind}: {refusal.inner_text()}"
            assert top_class(page) == shown, kind
            refusal.get_by_role("button").click()
    expect(page.locator("[data-notice=problem], [data-notice=offline]")).to_have_count(0)


def test_formats_that_only_the_browser_reads_are_refused_at_every_size(visit: Visit, tmp_path: Path) -> None:
    visited = visit()
    visited.expect("status of 4")
    page = visited.go()
    for side in (100, 3000):
        file = tmp_path / f"{side}.svg"
        file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}"><rect width="50" height="50"/></svg>')
        choose(page, file)
        expect(page.locator('[data-code="picture_format_refused"]', has_text=file.name)).to_be_visible()
    expect(page.locator(OWN)).to_have_count(0)


def test_a_file_of_too_many_bytes_is_refused_without_being_sent(visit: Visit, tmp_path: Path) -> None:
    page = visit().go()
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    file = tmp_path / "huge.jpg"
    file.write_bytes(b"\xff\xd8\xff" + bytes(21_000_000))
    choose(page, file)
    expect(page.locator('[data-code="picture_too_large"]')).to_contain_text("21,000,003")
    assert sent == []


def test_a_folder_or_a_file_that_is_gone_is_refused_and_the_page_goes_on(visit: Visit, picture: Picture) -> None:
    page = visit().go()
    page.evaluate(
        """() => {
          const gone = new File(["x"], "a folder");
          const refuse = () => Promise.reject(new DOMException("gone", "NotFoundError"));
          Object.assign(gone, { arrayBuffer: refuse, slice: () => ({ arrayBuffer: refuse }) });
          const transfer = new DataTransfer();
          Object.defineProperty(transfer, "files", { value: [gone] });
          Object.defineProperty(transfer, "types", { value: ["Files"] });
          const event = new DragEvent("drop", { bubbles: true, cancelable: true });
          Object.defineProperty(event, "dataTransfer", { value: transfer });
          document.querySelector("main").dispatchEvent(event);
        }"""
    )
    expect(page.locator('[data-code="picture_unreadable"]')).to_contain_text("a folder")
    expect(page.locator("loupe-strip")).to_have_attribute("aria-busy", "false")
    add(page, picture("after.png"))


@pytest.mark.parametrize(("cause", "code"), [("NotAllowedError", "camera_refused"), ("NotFoundError", "camera_missing"), ("NotReadableError", "camera_busy"), ("OverconstrainedError", "camera_failed")])
def test_a_webcam_that_does_not_start_is_explained(visit: Visit, cause: str, code: str) -> None:
    page = visit().go()
    page.evaluate("(cause) => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', cause); }; }", cause)
    page.click('[data-action="picture-camera"]')
    page.click('[data-action="camera-start"]')
    expect(page.locator(f'[data-code="{code}"]')).to_be_visible()
    expect(page.locator('[data-action="camera-start"]')).to_be_visible()


def test_without_a_secure_origin_no_webcam_is_offered(visit: Visit) -> None:
    visited = visit()
    visited.page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    expect(visited.go().locator('[data-action="picture-camera"]')).to_have_count(0)


def test_sites_that_answer_badly_are_explained(visit: Visit) -> None:
    with running_server(picture_by_address="true", max_upload_bytes="100000") as server:
        visited = visit(base=server.url)
        visited.expect("pictures.invalid", "status of 4")
        allowed = {"access-control-allow-origin": "*"}
        answers = {
            "gone.png": {"status": 404, "headers": allowed},
            "large.png": {"body": bytes(200_000), "headers": allowed},
            "page.png": {"body": b"<html>sign in first</html>", "headers": {**allowed, "content-type": "text/html"}},
            "half%.png": {"body": b"", "headers": allowed},
        }
        visited.context.route("https://pictures.invalid/**", lambda route: route.fulfill(**answers[route.request.url.rsplit("/", 1)[1]]))
        page = visited.go()
        for name, code in zip(answers, ("address_status", "picture_too_large", "picture_format_refused", "picture_empty"), strict=True):
            if not page.locator('[data-action="address-field"]').count():
                page.click('[data-action="picture-address"]')
            page.fill('[data-action="address-field"]', f"https://pictures.invalid/{name}")
            page.click('[data-action="address-fetch"]')
            expect(page.locator(f'[data-code="{code}"]')).to_contain_text(name)


def test_the_strip_shows_whole_classes_in_the_readers_language(visit: Visit, live_server: RunningServer) -> None:
    page = visit(locale="zh-CN").go()
    expect(page.locator('[data-sample="espresso"]')).to_have_attribute("aria-label", re.compile("[\u4e00-\u9fff]"))


def test_a_picture_of_nothing_gets_a_note_that_tells_how_it_was_decided(visit: Visit) -> None:
    page = visit().go("/?sample=grey")
    note = page.locator('[data-notice="out-of-distribution"]')
    expect(note.locator("summary")).to_contain_text("none of the 10 classes")
    expect(note.locator("table").first).not_to_be_visible()
    note.locator("summary").click()
    rows = note.locator("table").first.locator("tbody tr")
    expect(rows).to_have_count(5)
    expect(note).to_contain_text("of 120 numbers lie outside")
    for share in ("one flat colour", "noise", "noted by mistake"):
        expect(note).to_contain_text(share)
    place = rows.first.locator("button").inner_text()
    rows.first.locator("button").click()
    expect(page.locator("loupe-inspector")).to_contain_text(place)
    page.click('[data-sample="espresso"]')
    expect(note).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_note_is_accessible_and_fits_a_phone(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(width=390, height=844, color_scheme=scheme).go("/?sample=noise")
    page.locator('[data-notice="out-of-distribution"] summary').click()
    expect(page.locator(".unlike table").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page, axe, '[data-notice="out-of-distribution"]') == []


def test_the_note_stays_open_while_strange_pictures_follow_each_other(visit: Visit) -> None:
    page = visit(locale="zh-CN").go("/?sample=grey")
    note = page.locator('[data-notice="out-of-distribution"]')
    note.locator("summary").click()
    before = runs(page)
    page.click('[data-sample="noise"]')
    wait_for_run(page, before)
    expect(note).to_have_attribute("open", "")
    expect(note).to_contain_text("标准差")
