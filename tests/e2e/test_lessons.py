"""A teacher's lesson in the browser: chosen, gone through, its questions answered, its picture in the gallery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import RunningServer, running_server
from tests.e2e.conftest import READY, Visit, violations
from tests.e2e.opened import fetch
from tests.e2e.test_tour import TOUR, at_rest
from tests.lessons import write_lesson

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def school(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the documented lesson."""
    folder = tmp_path_factory.mktemp("lessons")
    write_lesson(folder)
    with running_server(models=models_folder, lessons=folder) as found:
        yield found


def step(page: Page, number: int) -> None:
    page.wait_for_selector(f"loupe-tour[data-step='{number}']")
    places = at_rest(page)
    assert (places["covered"], places["inside"]) == (0, True), (number, places)


def finished(page: Page, number: int) -> None:
    page.wait_for_selector(f"loupe-tour[data-step='{number}'][data-done=true]")


def test_a_lesson_is_gone_through_by_keyboard(visit: Visit, school: RunningServer, axe: str) -> None:
    answers = [
        one["question"] and one["question"]["answer"] for one in fetch(f"{school.url}/api/v1/lessons/edges")["steps"]
    ]
    visited = visit(base=school.url, color_scheme="dark")
    page = visited.go()
    page.keyboard.press("t")
    page.wait_for_selector("[data-dialog=tours] [data-tour=edges]")
    assert violations(page, axe, "[data-dialog=tours]") == []
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.tour") == "edges":
            break
    page.keyboard.press("Enter")

    step(page, 1)
    expect(page.locator("loupe-tour")).to_have_attribute("data-done", "true")  # there to be read
    assert "sample=edges.bars" in page.url
    expect(page.locator('[data-sample="edges.bars"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".tour-words code")).to_have_text("conv_1_1")
    assert violations(page, axe, "loupe-tour") == []
    page.keyboard.press("ArrowRight")

    step(page, 2)
    page.wait_for_selector("[data-view=neuron][data-settled]")
    field = page.locator("loupe-tour input")
    field.focus()
    value = answers[1]["value"]
    for typed, tone in [
        ("a lot", "note"),
        (f"{-value:.3f}", "wrong"),
        (f"{value + 1:.3f}", "wrong"),
        (f"{value:.2f}".replace(".", ","), "right"),
    ]:
        field.fill(typed)
        page.keyboard.press("Enter")
        expect(page.locator(f".tour-feedback[data-tone={tone}]")).to_be_visible()
    finished(page, 2)
    expect(page.locator("[data-explained]")).to_have_attribute("data-explained", "conv_1_1[3,30,24]")
    assert violations(page, axe, "loupe-tour") == []
    page.keyboard.press("Enter")  # the focus is on the way on

    step(page, 3)
    expect(page.locator("[data-view]")).to_have_count(0)
    page.locator("loupe-tour input").fill(str(answers[2]["value"]))
    page.keyboard.press("Enter")
    finished(page, 3)
    page.reload()
    finished(page, 3)
    expect(page.locator(".tour-name")).to_have_text("Who sees an edge?")


def test_on_a_telephone_in_chinese_classes_are_chosen_and_answers_revealed(
    visit: Visit, school: RunningServer, axe: str
) -> None:
    top = fetch(f"{school.url}/api/v1/lessons/edges")["steps"][3]["question"]["answer"]["value"]
    visited = visit(base=school.url, width=390, height=844, locale="zh-CN", has_touch=True, reduced_motion="reduce")
    page = visited.go("/?tour=edges:4")
    step(page, 4)
    expect(page.locator(".tour-title")).to_contain_text("最后呢")
    wrong = (top + 1) % 10
    page.locator(f"loupe-tour [data-choice='{wrong}']").tap()
    expect(page.locator(".tour-feedback[data-tone=wrong]")).to_be_visible()
    page.locator("loupe-tour [data-choice=right]").tap()
    finished(page, 4)
    assert violations(page, axe, "loupe-tour") == []
    page.locator("[data-action=tour-next]").tap()
    step(page, 5)
    page.wait_for_selector("[data-view=softmax]")
    page.locator("[data-action=tour-reveal]").tap()
    finished(page, 5)
    expect(page.locator(".tour-feedback code")).to_have_text("probability(koala)")
    page.locator("[data-action=tour-next]").tap()
    expect(page.locator("loupe-tour")).to_have_count(0)

    # A model without a gallery has the lesson's picture behind those that the page makes.
    visited.expect("was preloaded using link preload", "status of 404")
    visited.page.goto(f"{school.url}/?model=deep&sample=edges.bars")
    page.wait_for_selector(READY, state="attached")
    expect(page.locator('[data-sample="edges.bars"]')).to_have_attribute("aria-pressed", "true")

    # A link to a lesson that is not here says so and keeps the page.
    page.goto(f"{school.url}/?tour=gone")
    page.wait_for_selector("[data-code=unknown_lesson]")
    expect(page.locator("loupe-tour")).to_have_count(0)
    assert "tour=" not in page.url
    page.evaluate("document.querySelector('loupe-header [data-action=tour]').click()")
    page.locator("[data-dialog=tours] [data-tour=network]").tap()
    page.wait_for_selector(TOUR.format("picture"))
