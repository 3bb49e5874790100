"""The network changed by hand, and runs that the page makes itself."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, eventually

BAR = "loupe-change"
MUTED = '[data-layer="conv_1_2"][data-unit="3"]'


def amount(page: Page) -> float:
    return float(page.locator(".answer-amount").get_attribute("data-value") or "nan")


def test_a_neuron_is_switched_off_and_everything_after_it_follows(visit: Visit) -> None:
    page = visit().go()
    learned, name = amount(page), page.locator(".answer-name").inner_text()
    page.focus(MUTED)
    page.keyboard.press("x")
    expect(page.locator(MUTED)).to_have_attribute("data-edited", "")
    expect(page.locator(BAR)).to_contain_text("conv_1_2[3] off")
    expect(page.locator(BAR)).to_contain_text(f"As learned it says {name.rstrip('.')}")
    expect(page.locator(MUTED)).to_have_attribute("aria-label", "conv_1_2, neuron 3, one of 10 counted from 0, 60 by "
                                                  "60, from 0 to 0; changed")  # fmt: skip
    assert amount(page) != learned
    # Before and behind it, as explanations have it: its own value, and what stands in its place.
    page.locator(MUTED).press("Enter")
    page.locator("[data-view=neuron][data-settled]").wait_for()
    edited = page.locator(".exactness dl[data-edited]")
    expect(edited.locator("[data-value]").last).to_have_attribute("data-value", "0")
    assert float(page.locator(".exactness [data-made]").get_attribute("data-value") or "nan") != 0
    # The server, asked for the same with the same edit once the page rests, says the same.
    origin = page.locator("[data-part=origin]")
    expect(origin).to_contain_text("of the largest value there")
    assert 0 < float(origin.get_attribute("data-difference") or "nan") < 1e-4
    page.keyboard.press("Escape")
    page.locator("[data-view]").wait_for(state="detached")
    # Undo and the button take it back.
    page.keyboard.press("Control+z")
    expect(page.locator(BAR)).to_be_hidden()
    assert amount(page) == learned
    page.keyboard.press("Control+y")
    page.click(f"{BAR} [data-command=reset-edits]")
    expect(page.locator(MUTED)).not_to_have_attribute("data-edited", "")
    assert amount(page) == learned


def test_a_changed_input_is_run_in_the_page_and_compared_with_the_server(visit: Visit) -> None:
    page = visit().go("/?panel=transform&view=neuron:conv_1_2[3]")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/runs" in request.url else None)
    run = page.locator("html").get_attribute("data-run")
    origin = page.locator("[data-part=origin]")
    expect(origin).to_be_hidden()
    page.locator('[data-transform="shift_x"]').fill("5")
    eventually(lambda: page.locator("html").get_attribute("data-run") != run, "the run")
    expect(origin).to_contain_text("of the largest value there")
    assert len(asked) == 1
    assert 0 < float(origin.get_attribute("data-difference") or "nan") < 1e-4
    page.locator('[data-action="reset-transform"]').click()
    expect(origin).to_be_hidden()
