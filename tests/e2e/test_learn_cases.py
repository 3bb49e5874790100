"""What the later chapters let one do, in one page: failing pictures, the nudge, blocks, windows, links to pictures."""

from __future__ import annotations

from urllib.parse import unquote

import httpx
import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from cnn_loupe.engine.layers import Conv2D
from tests.conftest import RunningServer
from tests.e2e.conftest import Visit, eventually, violations
from tests.e2e.test_learn import PATIENCE, article

pytestmark = pytest.mark.browser


def attribute(found: Locator, name: str) -> float:
    return float(found.get_attribute(name) or "nan")


def test_failures_nudge_blocks_windows_and_links_to_pictures(
    visit: Visit, axe: str, live_server: RunningServer
) -> None:
    visited = visit()
    visited.context.set_default_timeout(PATIENCE)
    page = visited.go("/#learn-fails")
    found = article(page, "fails")

    # A picture is asked about only when one has guessed, and the answer is the engine's.
    box = found.locator("loupe-learn-fails")
    sample = "pizza-slice"
    run = httpx.post(f"{live_server.url}/api/v1/models/tiny-vgg/runs?encoding=list", json={"sample": sample}).json()
    answer = max(run["scores"], key=lambda score: score["logit"])
    box.locator("[data-choice='failure:pizza-slice']").check(force=True)
    expect(box).to_have_attribute("data-asked", "pizza-slice")
    assert box.get_attribute("data-answer") is None
    expect(box.locator("[data-bars=probabilities]")).to_be_hidden()
    wrong = next(
        one
        for one in box.locator("[data-choice^='guess:']").all()
        if f"guess:{answer['class']}" not in str(one.get_attribute("data-choice"))
    )
    wrong.check(force=True)
    assert box.get_attribute("data-answer") == str(answer["class"])
    assert attribute(box, "data-probability") == pytest.approx(answer["probability"], abs=1e-4)
    missed = box.locator(".learn-widget-readout").inner_text()
    box.locator(f"[data-choice='guess:{answer['class']}']").check(force=True)
    assert box.locator(".learn-widget-readout").inner_text() != missed

    # The nudge changes the answer, by no more than it says.
    nudge = found.locator("loupe-learn-nudge")
    expect(nudge).to_have_attribute("data-size", "0")
    before = nudge.get_attribute("data-top")
    nudge.locator("[data-slider=size]").press("End")
    expect(nudge).to_have_attribute("data-size", "8")
    assert nudge.get_attribute("data-top") != before
    assert violations(page, axe, "loupe-learn") == []

    # A link shows its picture, changed as it says, and Back returns to the link.
    link = found.locator("[data-picture=school-bus]")
    link.click()
    eventually(lambda: "sample=school-bus" in page.url and "transform=grey:1" in unquote(page.url), "the bus is shown")
    page.go_back()
    expect(link).to_be_focused()
    assert "school-bus" not in page.url

    # What a block reads and costs follows its sizes.
    page.evaluate("location.hash = '#learn-blocks'")
    blocks = article(page, "blocks").locator("loupe-learn-blocks")
    assert attribute(blocks, "data-parameters") == 64 * (64 * 9 + 1)
    blocks.locator("[data-choice='block:separable']").check(force=True)
    separable = attribute(blocks, "data-products")
    assert separable < 64 * 64 * 9 * 32 * 32
    blocks.locator("[data-slider=side]").press("ArrowRight")
    assert attribute(blocks, "data-products") == pytest.approx(separable * (40 / 32) ** 2)
    assert violations(page, axe, "loupe-learn") == []

    # Windows as rows times the kernel as a column are what the engine's layer gives.
    page.evaluate("location.hash = '#learn-numpy'")
    windows = article(page, "numpy").locator("loupe-learn-windows")

    def numbers(name: str) -> list[float]:
        cells = windows.locator(f"[data-grid={name}] [data-value]").all()
        return [attribute(one, "data-value") for one in cells]

    picture = windows.locator("[data-grid=picture]")
    picture.locator("[data-row='0'][data-column='0']").focus()
    page.keyboard.press("7")
    page.keyboard.press("Enter")
    image, kernel = np.reshape(numbers("picture"), (1, 4, 4)), np.reshape(numbers("kernel"), (1, 1, 2, 2))
    assert image[0, 0, 0] == 7
    expected, _ = Conv2D("c", 1, kernel=(2, 2)).forward_of(image, {"weight": kernel, "bias": np.zeros(1)})
    np.testing.assert_allclose(numbers("result"), expected.ravel(), atol=1e-9)
    assert violations(page, axe, "loupe-learn") == []

    # Where the text stands below the network, the opened view has a way back to the very link.
    page.set_viewport_size({"width": 1024, "height": 800})
    page.evaluate("location.hash = '#learn-convolution'")
    link = article(page, "convolution").locator("[data-show=convolution][data-open]")
    link.click()
    page.wait_for_selector("[data-view=neuron]", timeout=PATIENCE)
    assert violations(page, axe, "loupe-view") == []
    page.locator("[data-action=return-to-text]").click()
    expect(page.locator("[data-view=neuron]")).to_have_count(0)
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.locator("loupe-network [data-layer=conv_1_1][data-unit='0']").click()
    page.wait_for_selector("[data-view=neuron]", timeout=PATIENCE)
    expect(page.locator("[data-action=return-to-text]")).to_be_hidden()


def test_worksheets_and_a_quiz_from_its_link_to_the_table(visit: Visit, axe: str) -> None:
    visited = visit()
    visited.context.set_default_timeout(PATIENCE)
    page = visited.go("/#learn-sheets")
    found = article(page, "sheets")
    sheets = found.locator("loupe-learn-sheets")
    expect(sheets.locator("[data-sheet]")).to_have_count(1)
    sheets.locator("[data-slider=versions]").press("ArrowRight")
    expect(sheets.locator("[data-sheet]")).to_have_count(2)
    asks = [sheets.locator(f"[data-sheet={name}] > ol").inner_text() for name in "AB"]
    assert asks[0] != asks[1]
    expect(sheets.locator("[data-key] [data-answer]")).to_have_count(sheets.locator("[data-asks]").count())
    assert violations(page, axe, "loupe-learn") == []
    page.emulate_media(media="print")
    expect(sheets.locator("[data-key=B]")).to_be_visible()
    for gone in ("loupe-header", "loupe-network", ".learn-tool-controls", ".learn-around", ".learn-opening"):
        expect(page.locator(gone).first).to_be_hidden()
    page.emulate_media(media="screen")

    page.evaluate("location.hash = '#learn-quiz'")
    quiz = article(page, "quiz").locator("loupe-learn-quiz")
    expect(quiz).to_have_attribute("data-side", "teacher")
    link = quiz.locator(".learn-tool-link").input_value()
    assert link.endswith("#learn-quiz=convolution.pooling:6")
    page.evaluate("(hash) => { location.hash = hash }", link[link.index("#") :])
    expect(quiz).to_have_attribute("data-side", "pupil")
    quiz.locator("[data-do=begin]").click()
    expect(quiz.locator("[role=status]")).to_contain_text("first")
    quiz.locator("input").fill("Zoë 7b")
    quiz.locator("[data-do=begin]").click()
    asked = quiz.locator("[data-asks]")
    expect(asked).to_have_count(6)
    assert quiz.locator("[data-expected]").count() == 0
    assert violations(page, axe, "loupe-learn") == []
    for one in asked.all():
        if one.locator("input[type=radio]").count():
            one.locator("input[type=radio]").first.check(force=True)
        else:
            one.locator("input").fill("-987654")
    quiz.locator("[data-do=hand-in]").click()
    code = quiz.locator(".learn-quiz-code").inner_text().strip()

    page.evaluate("location.hash = '#learn-quiz'")
    quiz.locator("textarea").fill(f"{code}\n{code[:-2]}")
    cells = [one.inner_text() for one in quiz.locator("tbody td").all()]
    assert cells[:2] == ["Zoë 7b", "convolution.pooling:6"]
    assert int(cells[2]) <= 2, "numbers were wrong on purpose, choices may be right by chance"
    assert cells[3] == "6"
    expect(quiz.locator(".learn-widget-note.warning")).to_have_count(1)
    with page.expect_download() as download:
        quiz.locator("[data-do=csv]").click()
    text = download.value.path().read_text("utf-8-sig")
    assert text.splitlines()[1].startswith('"Zoë 7b","convolution.pooling:6",')
    assert violations(page, axe, "loupe-learn") == []
