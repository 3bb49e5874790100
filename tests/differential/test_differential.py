"""The preparation against a browser's decoding, and against what files made by our own writers are known to show.

`python -m tests.differential` prints the table of docs/pictures.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import ROOT
from tests.differential.compare import KNOWN, NEAR, Found, Seen, compare, table
from tests.differential.files import File, files

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def found() -> Iterator[list[tuple[File, Found]]]:
    from tests.e2e.conftest import QUIET, browser_path

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(QUIET))
        page = browser.new_page()
        yield [(file, compare(file, Seen(page))) for file in files()]
        browser.close()


def test_every_file_is_read_and_shows_what_its_writer_put_in(found: list[tuple[File, Found]]) -> None:
    assert len(found) > 200
    for file, each in found:
        if each.truth is not None:
            # Pillow keeps the upper byte of 16 bits of colour, where the nearest of 256 levels can be one more.
            assert each.truth.most <= 1, f"{file.format}, {file.name}: {each.truth}"


def test_every_file_looks_as_in_a_browser(found: list[tuple[File, Found]]) -> None:
    far = {
        f"{file.format}, {file.name}": each.browser for file, each in found if each.browser and each.browser.mean > NEAR
    }
    assert far.keys() == KNOWN.keys(), far
    assert {file.format for file, each in found if each.browser is None} == {"TIFF"}, "the browser must show all others"


def test_the_documented_table_is_this_one(found: list[tuple[File, Found]]) -> None:
    assert table(found) in (ROOT / "docs" / "pictures.md").read_text("utf-8")
