"""Own pictures in a browser: the ways in, and waiting until one is drawn."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import eventually

Picture = Callable[..., Path]
INPUT = '[data-action="add-picture"] input[type=file]'
OWN = "button[data-own]"


def runs(page: Page) -> int:
    return int(page.evaluate("document.documentElement.dataset.run"))


def wait_for_run(page: Page, after: int) -> None:
    eventually(lambda: runs(page) > after, "a newly drawn run")


def top_class(page: Page) -> str:
    """The answer with its probability; what stands behind it where there is room belongs to the layout."""
    return page.locator("loupe-answer .answer-best").inner_text()


def add(page: Page, *files: Path) -> None:
    """Choose files and wait until the last of them is drawn."""
    count, before = page.locator(OWN).count(), runs(page)
    page.set_input_files(INPUT, [str(file) for file in files])
    expect(page.locator(OWN)).to_have_count(count + len(files))
    wait_for_run(page, before)


def transfer(page: Page, file: Path) -> object:
    """A DataTransfer in the page that carries the file."""
    data = base64.b64encode(file.read_bytes()).decode()
    return page.evaluate_handle(
        """([data, name]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0))], name,
              { type: "image/png" }));
          return transfer;
        }""",
        [data, file.name],
    )


def choose(page: Page, file: Path) -> None:
    page.set_input_files(INPUT, str(file))


def drop(page: Page, file: Path) -> None:
    page.dispatch_event("main", "drop", {"dataTransfer": transfer(page, file)})


def paste(page: Page, file: Path) -> None:
    page.evaluate(
        "(transfer) => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, "
        "cancelable: true }))",
        transfer(page, file),
    )


def by_address(page: Page, file: Path) -> None:
    headers = {"access-control-allow-origin": "*", "content-type": "image/jpeg"}
    page.context.route(
        "https://pictures.invalid/**", lambda route: route.fulfill(body=file.read_bytes(), headers=headers)
    )
    page.click('[data-action="picture-address"]')
    page.fill('[data-action="address-field"]', f"https://pictures.invalid/{file.name}")
    page.click('[data-action="address-fetch"]')
