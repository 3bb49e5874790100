"""Print the table of docs/pictures.md, and every file that a browser shows otherwise."""

from __future__ import annotations

from playwright.sync_api import sync_playwright

from tests.differential.compare import NEAR, Seen, compare, table
from tests.differential.files import files
from tests.e2e.conftest import QUIET, browser_path

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=browser_path(), args=list(QUIET))
    seen = Seen(browser.new_page())
    found = [(file, compare(file, seen)) for file in files()]
    browser.close()
print(table(found))
for file, each in found:
    if each.browser is not None and each.browser.mean > NEAR:
        print(f"{file.format}, {file.name}: {each.browser}")
