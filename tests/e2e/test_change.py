"""Changing the network in a browser: a unit off, a number, a kind; the numbers are the API's of the same edits."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import READY, Visit, eventually, violations
from tests.e2e.opened import fetch

pytestmark = pytest.mark.browser
BAR = "loupe-change"


def edits(page: Page) -> str:
    return parse_qs(urlsplit(page.evaluate("location.href")).query).get("edits", [""])[0]


def run_of(base: str, text: str, sample: str = "espresso") -> list[float]:
    """The probabilities that the API gives for these edits."""
    body = {"sample": sample, "edits": text.split(";") if text else []}
    answer = fetch(f"{base}/api/v1/models/tiny-vgg/runs?layers=none", json.dumps(body).encode())
    return [score["probability"] for score in answer["scores"]]


def shown(page: Page) -> list[float]:
    found: list[float] = page.eval_on_selector_all("[data-class]", "all => all.map(one => Number(one.dataset.value))")
    return found


def agrees(page: Page, base: str, text: str, sample: str = "espresso") -> None:
    """The page asks for these edits and shows their numbers, up to the last digit that is written."""
    expected = run_of(base, text, sample)
    eventually(lambda: edits(page) == text, f"the address of {text}")
    eventually(lambda: shown(page) == pytest.approx(expected, abs=1e-5), f"the numbers of {text}")


def test_a_unit_a_number_and_a_kind_are_changed_undone_linked_and_taken_back(visit: Visit, axe: str) -> None:
    visited = visit()
    page = visited.go()
    base = visited.base
    plain = shown(page)
    unit = page.locator('[data-layer=relu_1_2][data-unit="4"]')
    unit.focus()
    page.keyboard.press("x")
    agrees(page, base, "relu_1_2[4]=0")
    expect(page.locator(BAR)).to_contain_text("1 change: all numbers are of the changed network.")
    page.keyboard.press("Control+z")
    agrees(page, base, "")
    assert shown(page) == plain  # the very run
    expect(page.locator(BAR)).to_be_hidden()
    page.keyboard.press("Control+y")
    agrees(page, base, "relu_1_2[4]=0")

    # A kind, on the bench of the pooling layer.
    page.locator('[data-layer=max_pool_1][data-unit="0"]').focus()
    page.keyboard.press("e")
    page.select_option(f"{BAR} [data-action=choose-kind]", "avg_pool2d")
    agrees(page, base, "max_pool_1:avg_pool2d;relu_1_2[4]=0")

    # A number, in the opened neuron: typed, stepped, dragged, given back.
    page.locator('[data-layer=conv_2_1][data-unit="2"]').click()
    page.locator(".view-tools [data-action=change]").click()
    cell = page.locator('[data-number="conv_2_1.weight[2,0,1,1]"]')
    cell.fill("0,5")
    cell.press("Enter")
    expect(cell).to_have_attribute("aria-invalid", "true")
    cell.fill("0.5")
    cell.press("Enter")
    number = "conv_2_1.weight[2,0,1,1]=0.5"
    agrees(page, base, f"{number};max_pool_1:avg_pool2d;relu_1_2[4]=0")
    expect(cell).to_have_attribute("data-changed", "")
    assert violations(page, axe) == []
    cell.press("ArrowUp")
    eventually(lambda: f"{number};" not in edits(page), "a step of the number")
    raised = float(cell.get_attribute("aria-valuenow") or "nan")
    assert 0.5 < raised < 0.6
    cell.evaluate("one => one.blur()")
    box = cell.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, box["y"] + 60, steps=5)
    page.mouse.up()
    eventually(lambda: float(cell.get_attribute("aria-valuenow") or "nan") < raised, "a smaller number")
    agrees(page, base, edits(page))
    cell.dblclick()
    two = "max_pool_1:avg_pool2d;relu_1_2[4]=0"
    agrees(page, base, two)
    expect(cell).not_to_have_attribute("data-changed", "")

    # The address is the whole of it; Back goes through what was done.
    page.reload()
    page.wait_for_selector(READY, state="attached")
    agrees(page, base, two)
    expect(page.locator(BAR)).to_contain_text("2 changes")
    page.go_back()
    eventually(lambda: edits(page) != two, "the step before")
    page.go_forward()
    agrees(page, base, two)
    page.click(f"{BAR} [data-action=reset]")
    agrees(page, base, "")
    assert shown(page) == pytest.approx(plain, abs=1e-6)


def test_a_table_says_what_becomes_of_the_answer_without_each_unit_and_applies_it(visit: Visit, axe: str) -> None:
    visited = visit()
    page = visited.go("/?edits=relu_1_1[0]=0,5&sample=red-panda")
    expect(page.locator("loupe-notices")).to_contain_text("0,5")
    page.keyboard.press("a")
    rows = page.locator(".ablations tbody tr")
    expect(rows).to_have_count(40)
    table = fetch(f"{visited.base}/api/v1/models/tiny-vgg/ablations", b'{"sample": "red-panda"}')
    least = min(table["rows"], key=lambda row: row["logit_change"])
    first = rows.first
    expect(first).to_have_attribute("data-row", f"{least['layer']}[{least['unit']}]")
    # Made in this page: no request leads to the server's table, and the numbers are the server's.
    changes = page.locator(".ablations tbody tr").evaluate_all(
        "all => all.map(row => [row.dataset.row, ...[...row.querySelectorAll('td')].slice(0, 3)"
        ".map(cell => Number(cell.dataset.value))])"
    )
    expected = {
        f"{row['layer']}[{row['unit']}]": [row["logit_change"], row["predicted"], row["probability_change"]]
        for row in table["rows"]
    }
    assert {name: pytest.approx(numbers, abs=2e-4) for name, *numbers in changes} == expected
    expect(page.locator(".ablations-about")).to_contain_text("Computed in this page.")
    changing = sum(row["answer"] != table["answer"] for row in table["rows"])
    expect(page.locator(".ablations-about")).to_contain_text(f"40 units; {changing} of them")
    assert violations(page, axe) == []
    page.click("[data-action=sort-unit]")
    expect(rows.first).to_have_attribute("data-row", "relu_1_1[0]")
    with page.expect_download() as download:
        page.click("[data-action=ablations-csv]")
    lines = download.value.path().read_text("utf-8").splitlines()
    assert len(lines) == 41
    assert lines[1].startswith("relu_1_1,0,relu_1_1[0]=0,")
    page.locator(f'[data-action="apply {least["edit"]}"]').click()
    page.keyboard.press("Escape")
    agrees(page, visited.base, least["edit"], "red-panda")
