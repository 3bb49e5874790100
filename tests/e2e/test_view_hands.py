"""Opened views by keyboard alone and by finger alone: whatever a mouse can do in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visit, eventually
from tests.e2e.opened import SETTLED, explained, open_view, show

pytestmark = pytest.mark.browser

# One unit of every view whose maps are pointed at, and what shows that another position was chosen.
POINTED = [
    "neuron:conv_1_2[3,30,24]",
    "microscope:conv_1_2[3,30,24]!3",
    "activation:relu_2_1[4,5,6]",
    "pooling:max_pool_2[1,2,2]",
    "flatten:flatten[700]",
    "pixels:input[1,20,30]",
]
FOLLOWED = [*POINTED[:5], "output:output[6]", "softmax:softmax[6]"]


def place(page: Page) -> str:
    return explained(page)[0]


def heat(page: Page) -> str:
    return (
        "[data-view=microscope] .heat[role=application]"
        if page.locator("[data-view=microscope]").count()
        else "loupe-view .heat[role=application]"
    )


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; every stop on the way is to be seen."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            assert page.evaluate("document.activeElement.checkVisibility()")
            return
        if page.evaluate("!document.querySelector('loupe-view').contains(document.activeElement)"):
            break
    pytest.fail(f"Tab does not come to {selector}")


@pytest.mark.parametrize("view", POINTED)
def test_arrow_keys_choose_a_position_that_stays_in_the_address(visit: Visit, view: str) -> None:
    page = open_view(visit(), view)
    before = place(page)
    tab_to(page, heat(page))
    page.keyboard.press("ArrowRight")
    eventually(lambda: place(page) != before, "the position to the right")
    right = place(page)
    tab_to(page, heat(page)) if not page.evaluate("(one) => document.activeElement.matches(one)", heat(page)) else None
    page.keyboard.press("ArrowDown")
    eventually(lambda: place(page) not in (before, right), "the position below")
    below = place(page)
    eventually(lambda: below in page.evaluate("decodeURIComponent(location.href)"), "it in the address")
    page.reload()
    page.wait_for_selector(SETTLED.format(view.split(":")[0]))
    assert place(page) == below


@pytest.mark.parametrize("view", FOLLOWED)
def test_an_operand_is_followed_with_the_enter_key_and_escape_climbs_out(visit: Visit, view: str) -> None:
    page = open_view(visit(), view)
    before = place(page)
    tab_to(page, ".operands .operand")
    wanted = page.evaluate("document.activeElement.dataset.place")
    page.keyboard.press("Enter")
    eventually(lambda: place(page) == wanted, "the operand explained")
    assert wanted != before
    expect(page.locator(".trail-step")).to_have_count(2)
    tab_to(page, ".trail-step")
    page.keyboard.press("Enter")
    eventually(lambda: place(page) == before, "the step before")
    page.keyboard.press("Escape")
    if view.startswith("microscope"):
        expect(page.locator("[data-view=microscope]")).to_have_count(0)
        page.keyboard.press("Escape")
    expect(page.locator("loupe-view [data-view]")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body"), "the focus is somewhere"


def test_the_controls_of_a_view_are_reached_and_worked_with_keys(visit: Visit) -> None:
    page = open_view(visit(), "neuron:conv_2_2[0,0,0]")
    tab_to(page, "[data-picker=next]")
    page.keyboard.press("Enter")
    eventually(lambda: place(page).startswith("conv_2_2[1,"), "the next neuron")
    assert page.evaluate("document.activeElement.matches('[data-picker=next]')"), "the focus stays on the control"
    page.keyboard.press("Enter")
    eventually(lambda: place(page).startswith("conv_2_2[2,"), "one more")
    tab_to(page, "[data-action=playback-step]")
    before = place(page)
    page.keyboard.press("Enter")
    eventually(lambda: place(page) != before, "a step")
    tab_to(page, '[data-row="4"] .kernel')
    expect(page.locator(".view-tip .grid-cell")).to_have_count(9)
    page.keyboard.press("Enter")
    page.wait_for_selector(SETTLED.format("microscope"))
    tab_to(page, ".microscope button.grid-cell")
    wanted = page.evaluate("document.activeElement.dataset.place")
    page.keyboard.press("Enter")
    eventually(lambda: place(page) == wanted, "the cell under the window")


def test_the_network_beside_a_view_is_walked_with_keys(visit: Visit) -> None:
    page = open_view(visit(), "pooling:max_pool_2[1,5,6]")
    tab_to(page, '[data-sidebar-layer="conv_1_2"]')
    wanted = page.evaluate("document.activeElement.dataset.place")
    page.keyboard.press("Enter")
    page.wait_for_selector(SETTLED.format("neuron"))
    assert place(page) == wanted
    assert page.evaluate("document.activeElement.dataset.sidebarLayer") == "conv_1_2"


def test_classes_and_elements_of_the_output_are_chosen_with_keys(visit: Visit) -> None:
    page = open_view(visit(), "output:output[6]")
    chosen = lambda: str(page.locator(".element-link").get_attribute("data-place"))  # noqa: E731
    before = chosen()
    tab_to(page, ".output-row .heat")
    page.keyboard.press("ArrowRight")
    eventually(lambda: chosen() != before, "another element")
    tab_to(page, "[data-action=open-softmax]")
    page.keyboard.press("Enter")
    page.wait_for_selector(SETTLED.format("softmax"))
    tab_to(page, "tr[data-term='2'] .class-name")
    page.keyboard.press("Enter")
    eventually(lambda: place(page) == "softmax[2]", "another class")


@pytest.fixture
def phone(visit: Visit) -> Callable[[str], Page]:
    return lambda view: open_view(visit(width=390, height=844, has_touch=True, is_mobile=True), view)


@pytest.mark.parametrize("view", POINTED)
def test_a_tap_chooses_a_position(phone: Callable[[str], Page], view: str) -> None:
    page = phone(view)
    before = place(page)
    target = page.locator("[data-view=neuron] .heat.output" if view.startswith("neuron") else heat(page)).first
    box = target.bounding_box()
    assert box
    target.tap(position={"x": 0.8 * box["width"], "y": 0.7 * box["height"]})
    eventually(lambda: place(page) != before, "another position")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("view", FOLLOWED)
def test_a_tap_follows_an_operand(phone: Callable[[str], Page], view: str) -> None:
    page = phone(view)
    operand = page.locator(".operands .operand:enabled").first
    wanted = operand.get_attribute("data-place")
    operand.tap()
    eventually(lambda: place(page) == wanted, "the operand explained")
    page.locator(".trail-step").first.tap()
    eventually(
        lambda: (
            place(page) == view.split(":")[1].split("!")[0]
            or place(page).startswith(view.split(":")[1].rstrip("]").split("!")[0].rstrip("]"))
        ),
        "back",
    )


def test_a_finger_drawn_across_a_map_reads_it_and_one_drawn_down_scrolls(phone: Callable[[str], Page]) -> None:
    page = phone("activation:relu_2_1[4,5,6]")
    before = place(page)
    box = page.locator("[data-view=activation] .heat").first.bounding_box()
    assert box
    session = page.context.new_cdp_session(page)

    def drag(points: list[tuple[float, float]]) -> None:
        for index, (x, y) in enumerate(points):
            session.send(
                "Input.dispatchTouchEvent",
                {"type": "touchMove" if index else "touchStart", "touchPoints": [{"x": x, "y": y}]},
            )
            page.wait_for_timeout(30)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    middle = box["y"] + 0.5 * box["height"]
    scroll = "document.querySelector('loupe-view').scrollTop"
    drag([(box["x"] + share * box["width"], middle) for share in (0.1, 0.2, 0.4, 0.6, 0.8)])
    eventually(lambda: place(page) != before, "what lies under the finger")
    assert page.evaluate(scroll) == 0
    drag([(box["x"] + 0.5 * box["width"], middle - 30 * step) for step in range(8)])
    eventually(lambda: page.evaluate(scroll) > 50, "the sheet scrolled")


def test_rows_kernels_and_playback_are_worked_by_tapping(phone: Callable[[str], Page]) -> None:
    page = phone("neuron:conv_2_2[0,0,0]")
    page.locator("[data-action=playback-step]").tap()
    eventually(lambda: place(page) == "conv_2_2[0,0,1]", "a step")
    page.locator('[data-row="2"] .kernel').tap()
    page.wait_for_selector(SETTLED.format("microscope"))
    page.locator(".addends .addend").nth(5).tap()
    eventually(lambda: "!5" in page.url, "the sixth input")
    page.locator('[data-sidebar-layer="conv_1_1"]').tap()
    page.wait_for_selector(SETTLED.format("neuron"))
    assert place(page).startswith("conv_1_1[")
    show(page, "softmax:softmax[6]")
    page.locator("tr[data-term='2'] .class-name").tap()
    eventually(lambda: place(page) == "softmax[2]", "another class")
    page.locator(".view-out").tap()
    expect(page.locator("loupe-view [data-view]")).to_have_count(0)


def test_what_is_pressed_stands_ready_unseen_and_goes_where_no_click_follows(visit: Visit) -> None:
    page = visit().go()
    view = page.locator("loupe-view")
    page.wait_for_selector("loupe-view:defined", state="attached")  # it comes after the network
    page.hover('[data-layer="conv_1_2"][data-unit="3"]')
    page.mouse.down()
    expect(view).to_have_attribute("data-standby", "")
    box = page.evaluate(
        "(({ x, y, width, height }) => [x, y, width, "
        "height])(document.querySelector('.view-frame').getBoundingClientRect())"
    )
    assert (
        page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('loupe-view')", [box[0] + 300, box[1] + 300])
        is None
    ), "the map is seen"
    assert page.locator(".view-frame").get_attribute("aria-hidden") == "true"
    page.mouse.move(5, 5)
    page.mouse.up()
    expect(view).to_be_empty()
    assert view.get_attribute("data-standby") is None

    page.hover('[data-layer="conv_1_2"][data-unit="3"]')
    page.mouse.down()
    expect(view).to_have_attribute("data-standby", "")
    standing = page.locator(".view-frame").element_handle()
    page.mouse.up()
    page.wait_for_selector("[data-view=neuron][data-settled]")
    assert page.evaluate("(standing) => document.querySelector('.view-frame') === standing", standing), (
        "it was shown, not made anew"
    )
    assert page.locator(".view-frame").get_attribute("aria-hidden") is None
    assert box == page.evaluate(
        "(({ x, y, width, height }) => [x, y, width, "
        "height])(document.querySelector('.view-frame').getBoundingClientRect())"
    ), "where it stood"
    expect(view).not_to_have_attribute("data-standby", "")


def test_what_is_held_down_stands_as_soon_as_the_learned_numbers_have_come(visit: Visit) -> None:
    visited = visit()
    waiting: list[Route] = []
    visited.page.route("**/parameters*", lambda route: waiting.append(route))
    page = visited.go()
    page.wait_for_selector("loupe-view:defined", state="attached")
    page.hover('[data-layer="conv_1_2"][data-unit="3"]')
    page.mouse.down()
    page.wait_for_timeout(200)
    expect(page.locator("loupe-view")).not_to_have_attribute("data-standby", "")
    (parameters,) = waiting
    parameters.continue_()
    expect(page.locator("loupe-view")).to_have_attribute("data-standby", "")
    page.mouse.up()
    page.wait_for_selector("[data-view=neuron][data-settled]")
