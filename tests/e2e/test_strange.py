"""Pictures of none of the classes: the note and how it was decided."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit, violations
from tests.e2e.own import (
    runs,
    wait_for_run,
)

pytestmark = pytest.mark.browser


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
    expect(page.locator(".ood table").first).to_be_visible()
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
