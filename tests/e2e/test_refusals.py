"""Pictures that cannot be used, whichever way they come: refused by name, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import running_server
from tests.e2e.conftest import Visit, eventually
from tests.e2e.own import (
    INPUT,
    OWN,
    Picture,
    add,
    by_address,
    choose,
    drop,
    paste,
    runs,
    top_class,
)
from tests.pictures import good_pictures, hostile_pictures

pytestmark = pytest.mark.browser


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


def test_one_bad_file_among_good_ones_is_named_and_the_others_join(
    visit: Visit, picture: Picture, tmp_path: Path
) -> None:
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
def test_unusual_pictures_are_drawn(
    visit: Visit, picture: Picture, name: str, size: tuple[int, int], mode: str, save: dict[str, str]
) -> None:
    page = visit().go()
    if mode == "I;16":
        from PIL import Image

        file = picture("grey.png", size, "L").with_name(name)
        Image.new("I;16", size, 30_000).save(file)
    else:
        file = picture(name, size, mode, **save)
    add(page, file)
    expect(page.locator("[data-notice=picture], [data-notice=problem]")).to_have_count(0)


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
    hostile = hostile_pictures()
    packed = hostile.pop("zip")  # may hold a network: told below
    for must_join, files in ((True, good_pictures()), (False, hostile)):
        for number, (kind, data) in enumerate(files.items()):
            file = tmp_path / f"{number}-{must_join}.{suffix.get(data[:2], 'png')}"
            file.write_bytes(data)
            joined, shown = page.locator(OWN).count(), top_class(page)
            choose(page, file)
            refusal = page.locator('[data-notice="picture"]', has_text=file.name)
            eventually(lambda: page.locator(OWN).count() > joined or refusal.count() > 0, kind)  # noqa: B023
            if page.locator(OWN).count() > joined:
                chosen = page.locator(f'{OWN}[aria-label="{file.name}"][aria-pressed=true]')
                eventually(chosen.count, kind)
                continue
            assert not must_join, f"{kind}: {refusal.inner_text()}"
            assert re.search("[\u4e00-\u9fff]{4}", refusal.inner_text()), f"{kind}: {refusal.inner_text()}"
            assert top_class(page) == shown, kind
            refusal.get_by_role("button").click()
    expect(page.locator("[data-notice=problem], [data-notice=offline]")).to_have_count(0)
    file = tmp_path / "packed.png"
    file.write_bytes(packed)
    choose(page, file)
    expect(page.locator("[data-panel=own] .own-problems li")).to_contain_text(re.compile("[\u4e00-\u9fff]{4}"))


def test_what_only_the_browser_reads_is_sent_anew(visit: Visit, tmp_path: Path) -> None:
    visited = visit()
    visited.expect("status of 415")
    page = visited.go()
    file = tmp_path / "drawing.svg"
    file.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="50" height="50" '
        'fill="red"/></svg>'
    )
    add(page, file)
    expect(page.locator("loupe-crop .mono")).to_contain_text("side 200 px")
    expect(page.locator("[data-notice=picture]")).to_have_count(0)


@pytest.mark.parametrize("gives_in", [True, False])
def test_the_limit_of_a_proxy_is_explained(visit: Visit, picture: Picture, gives_in: bool) -> None:
    """413 without our problem shape: sent smaller where that helps, and told in any case."""
    visited = visit()
    visited.expect("status of 413")
    page = visited.go()
    refused: list[str] = []

    def proxy(route: Route) -> None:
        if gives_in and refused:
            return route.continue_()
        refused.append(route.request.url)
        return route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")

    page.route("**/runs?*", proxy)
    choose(page, picture("photo.jpg", (2400, 1800), quality=98))
    notice = page.locator(f'[data-code="{"proxy_limit_reduced" if gives_in else "proxy_limit"}"]')
    expect(notice).to_contain_text("client_max_body_size")
    expect(page.locator(OWN)).to_have_count(int(gives_in))


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_the_address_of_a_picture_is_answered_with_a_sentence(visit: Visit, kind: str) -> None:
    page = visit().go()
    page.evaluate(
        """(kind) => {
          const transfer = new DataTransfer();
          transfer.setData("text/uri-list", "https://pictures.invalid/cat.jpg");
          transfer.setData("text/html", '<img src="https://pictures.invalid/cat.jpg">');
          const event = kind === "drop"
            ? new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer })
            : new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: transfer });
          document.querySelector("main").dispatchEvent(event);
        }""",
        kind,
    )
    expect(page.locator('[data-code="picture_only_address"]')).to_be_visible()


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


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        ("NotAllowedError", "camera_refused"),
        ("NotFoundError", "camera_missing"),
        ("NotReadableError", "camera_busy"),
        ("OverconstrainedError", "camera_failed"),
    ],
)
def test_a_webcam_that_does_not_start_is_explained(visit: Visit, cause: str, code: str) -> None:
    page = visit().go()
    page.evaluate(
        "(cause) => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', cause); }; }",
        cause,
    )
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
        visited.context.route(
            "https://pictures.invalid/**", lambda route: route.fulfill(**answers[route.request.url.rsplit("/", 1)[1]])
        )
        page = visited.go()
        for name, code in zip(
            answers, ("address_status", "picture_too_large", "picture_is_page", "picture_empty"), strict=True
        ):
            if not page.locator('[data-action="address-field"]').count():
                page.click('[data-action="picture-address"]')
            page.fill('[data-action="address-field"]', f"https://pictures.invalid/{name}")
            page.click('[data-action="address-fetch"]')
            expect(page.locator(f'[data-code="{code}"]')).to_contain_text(name)
