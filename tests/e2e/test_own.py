"""A person's own network: dropped, told what it is, opened, kept, sent again, linked to, refused, forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import running_server
from tests.e2e.conftest import Visit, eventually, violations
from tests.e2e.networks import PANEL, drop_by_hand, give, wait_until_open, written
from tests.engine.files import made

pytestmark = pytest.mark.browser


@pytest.fixture
def network(tmp_path: Path) -> Callable[[str], list[Path]]:
    """`network("onnx")`: the files of a small network, one of those that the readers are tested with."""

    def make(name: str) -> list[Path]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return written(folder, made.every_file()[name])

    return make


def layers_on_screen(page: Page) -> int:
    return int(page.locator(f"{PANEL} [data-fact=layers] dd").inner_text())


@pytest.mark.parametrize("way", ["drop", "paste", "choose"])
def test_a_network_that_is_given_says_what_it_is_and_is_drawn(
    visit: Visit, network: Callable[[str], list[Path]], way: str
) -> None:
    page = visit().go()
    files = network("h5")
    if way == "choose":
        page.keyboard.press("o")
        page.set_input_files('[data-action="own-files"]', [str(file) for file in files])
    else:
        give(page, files, way)
    wait_until_open(page)
    expect(page.locator(f"{PANEL} [data-fact=format] dd")).to_contain_text("Keras")
    expect(page.locator(f"{PANEL} [data-fact=file] dd")).to_have_text(files[0].name)
    expect(page.locator("select[data-action=choose-model] optgroup option:checked")).to_have_text(files[0].stem)
    assert page.locator("loupe-network [data-layer]").count() > 0
    # Nothing of the shipped network's gallery: pictures of its own kind, made in the page.
    shown = page.locator("button[data-sample]").evaluate_all("all => all.map((one) => one.dataset.sample)")
    assert [name.split("-")[0] for name in shown] == ["made"] * 5


def test_pictures_and_networks_that_come_together_each_find_their_way(
    visit: Visit, network: Callable[[str], list[Path]], picture: Callable[..., Path]
) -> None:
    page = visit().go()
    give(page, [*network("onnx"), picture("beside.png")])
    wait_until_open(page)
    expect(page.locator("button[data-own]")).to_have_attribute("aria-label", "beside.png")
    expect(page.locator('[data-notice="picture"]')).to_have_count(0)


def test_the_report_has_each_layer_and_all_that_was_done_to_it(
    visit: Visit, network: Callable[[str], list[Path]]
) -> None:
    page = visit().go()
    give(page, network("h5"))
    wait_until_open(page)
    page.click(f"{PANEL} [data-part=report] summary")
    rows = page.locator(f"{PANEL} [data-part=report] tbody tr[data-layer]")
    expect(rows).to_have_count(layers_on_screen(page))
    # What the reader of files says of each step has words.
    notes = page.locator(
        f"{PANEL} [data-part=report] td p, {PANEL} [data-part=report] [data-note] td"
    ).all_inner_texts()
    assert len(notes) > 0
    assert not [text for text in notes if re.search(r"[a-z]_[a-z]+$", text)], notes


def test_weights_that_are_missing_are_named_and_join_when_they_come(
    visit: Visit, network: Callable[[str], list[Path]]
) -> None:
    visited = visit()
    visited.expect("422")
    page = visited.go()
    model, data = sorted(network("onnx with data"), key=lambda file: file.name)
    give(page, [model])
    refusal = page.locator(f"{PANEL} .own-refusal")
    expect(refusal).to_contain_text(data.name)
    expect(refusal).to_have_attribute("data-code", "file_needs_another")
    give(page, [data])
    wait_until_open(page)


def test_what_is_said_of_classes_preparation_and_fit_is_kept(
    visit: Visit, network: Callable[[str], list[Path]]
) -> None:
    page = visit().go()
    files = network("onnx")
    give(page, files)
    wait_until_open(page)
    classes = page.locator("[data-question=classes]")
    names = [f"kind {i}" for i in range(5)]
    classes.locator("textarea").fill("\n".join(names[:-1]))
    expect(classes.locator("[data-action=own-lines]")).to_have_attribute("aria-disabled", "true")
    classes.locator("textarea").fill("\n".join(names))
    classes.locator("[data-action=own-lines]").click()
    expect(page.locator("[data-question=classes].own-answered")).to_contain_text("kind 0")
    expect(page.locator("loupe-answer")).to_contain_text("kind")
    page.locator("[data-question=fit] [data-choice=stretch]").click()
    expect(page.locator("[data-question=fit].own-answered")).to_contain_text("Stretch")
    # Dropped again, it has been said already.
    page.reload()
    give(page, files)
    wait_until_open(page)
    expect(page.locator("[data-question=classes]:not(.own-answered)")).to_have_count(0)
    expect(page.locator("loupe-answer")).to_contain_text("kind")


def test_the_line_up_shows_a_dropped_picture_in_the_usual_ways_and_one_is_clicked(
    visit: Visit, network: Callable[[str], list[Path]], picture: Callable[..., Path]
) -> None:
    page = visit().go()
    give(page, network("onnx"))
    wait_until_open(page)
    give(page, [picture("known.png")])
    ways = page.locator(".lineup-way")
    expect(ways).to_have_count(8)
    assert {way.split()[0] for way in ways.evaluate_all("all => all.map((way) => way.dataset.way)")} == {
        "0..1",
        "-1..1",
        "imagenet",
        "0..255",
    }
    best = ways.nth(3).locator(".score-name").first.inner_text()
    page.select_option(".lineup select", label=best)
    expect(ways.nth(3)).to_have_attribute("data-right", "")
    chosen = ways.nth(3).locator("strong").inner_text()
    ways.nth(3).click()
    expect(page.locator("[data-question=preparation].own-answered")).to_contain_text(chosen)
    # The network that is open answers as that way of the line-up did.
    expect(page.locator("loupe-answer .answer-name")).to_contain_text(best)
    expect(page.locator('[data-panel="own"]')).to_be_visible()


def test_it_is_kept_listed_and_forgotten(visit: Visit, network: Callable[[str], list[Path]]) -> None:
    page = visit().go()
    (file,) = network("h5")
    give(page, [file])
    wait_until_open(page)
    page.reload()
    expect(page.locator("loupe-answer")).to_be_visible()
    expect(page.locator("select[data-action=choose-model] optgroup option")).to_have_text(file.stem)
    page.click("[data-action=own-model]")
    wait_until_open(page)
    page.click(f"{PANEL} [data-action=own-forget]")
    expect(page.locator("select[data-action=choose-model] optgroup")).to_have_count(0)
    eventually(lambda: "model=" not in page.url, "the server's own network")


def test_a_network_that_the_server_no_longer_holds_is_sent_again_unasked(
    visit: Visit, network: Callable[[str], list[Path]]
) -> None:
    visited = visit()
    visited.expect("404")
    page = visited.go()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/api/v1/own") else None)
    gone = {"type": "about:blank#own_model_gone", "title": "Not Found", "status": 404, "code": "own_model_gone"}
    refused: list[str] = []

    # As a server that was started anew would answer, and every worker but one.
    def once(route: Route) -> None:
        if refused:
            return route.continue_()
        refused.extend(re.findall(r"own-[0-9a-f]{32}", route.request.url))
        return route.fulfill(status=404, json={**gone, "detail": "", "params": {"model": refused[0]}})

    page.route("**/api/v1/models/own-*/runs**", once)
    give(page, network("h5"))
    wait_until_open(page)
    eventually(lambda: len(sent) == 2, "the network sent again")
    expect(page.locator("button[data-sample]").first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("loupe-answer .answer-name")).to_be_visible()
    expect(page.locator("[data-notice]")).to_have_count(0)
    assert refused


def test_a_link_says_which_file_it_needs_and_opens_with_it(visit: Visit, network: Callable[[str], list[Path]]) -> None:
    here = visit()
    page = here.go()
    (file,) = network("h5")
    give(page, [file])
    wait_until_open(page)
    page.click("[data-action=own-done]")
    layer = page.locator("loupe-network [data-layer]").nth(1).get_attribute("data-layer")
    link = page.url.split("?", 1)[1] + f"&at={layer}[1]"
    assert parse_qs(urlparse(page.url).query)["model"][0].startswith("own:")

    there = visit()
    there.page.goto(f"{there.base}/?{link}")
    other = there.page
    expect(other.locator(f"{PANEL} .own-status")).to_contain_text(file.name)
    give(other, [file])
    wait_until_open(other)
    assert f"at={layer}" in other.url.replace("%5B", "["), other.url


def test_a_folder_is_dropped_by_hand_and_what_lies_in_it_is_told(
    visit: Visit, network: Callable[[str], list[Path]]
) -> None:
    page = visit().go()
    folder = network("onnx with data")[0].parent
    (folder / "labels").mkdir()
    (folder / "labels" / "labels.txt").write_text("0 ash\n1 beech\n2 oak\n3 fir\n4 yew\n", "utf-8")
    (folder / "LICENSE").write_text("CC-BY-4.0\n", "utf-8")
    (folder / ".hidden").write_bytes(b"\0")
    drop_by_hand(page, [folder])
    wait_until_open(page)
    expect(page.locator(f"{PANEL} [data-fact=from] dd")).to_have_text("CC-BY-4.0")
    expect(page.locator(f"{PANEL} [data-fact=file] dd")).to_contain_text("net.onnx.data")
    expect(page.locator("loupe-answer .answer-name")).to_contain_text(re.compile("ash|beech|oak|fir|yew"))
    expect(page.locator("[data-question=classes]")).to_have_count(0)
    page.click(f"{PANEL} [data-action=own-done]")
    expect(page.locator("[data-part=about]")).to_contain_text("Licence: CC-BY-4.0.")


def test_where_the_setting_is_off_a_dropped_network_names_it(
    visit: Visit, network: Callable[[str], list[Path]]
) -> None:
    with running_server(own_models="off") as server:
        page = visit(base=server.url).go()
        expect(page.locator("[data-action=own-model]")).to_have_count(0)
        give(page, network("h5"))
        expect(page.locator(f"{PANEL}[data-stage=off]")).to_contain_text("CNN_LOUPE_OWN_MODELS=on")
        assert "model=" not in page.url


def test_the_panel_passes_axe_and_fits_a_telephone(
    visit: Visit, network: Callable[[str], list[Path]], axe: str
) -> None:
    for language, scheme, width in (("en", "light", 390), ("zh-CN", "dark", 1024)):
        page = visit(width=width, locale=language, color_scheme=scheme).go()
        give(page, network("onnx"))
        wait_until_open(page)
        page.click(f"{PANEL} [data-part=report] summary")
        assert violations(page, axe, ".panel") == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{wide} px too wide at {width} px"


def test_the_whole_way_by_keyboard(visit: Visit, network: Callable[[str], list[Path]]) -> None:
    page = visit().go()
    page.keyboard.press("o")
    chooser = page.locator("[data-action=own-files]")
    expect(chooser).to_be_attached()
    chooser.focus()
    chooser.set_input_files([str(file) for file in network("onnx")])
    wait_until_open(page)
    page.locator("[data-question=fit] [data-choice=contain]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-question=fit].own-answered")).to_be_visible()
    page.locator(f"{PANEL} [data-action=own-done]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(PANEL)).to_have_count(0)
