"""Chromium through Playwright, with the same words as the other engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.e2e.conftest import Visited
from tests.e2e.engines.window import Window


class Chromium(Window):
    engine = "chromium"

    def __init__(self, browser: Browser, base: str, ratio: float = 1, reduced_motion: bool = False) -> None:
        motion = "reduce" if reduced_motion else "no-preference"
        self.base = base
        self.context = browser.new_context(device_scale_factor=ratio, reduced_motion=motion, locale="en")
        self.context.add_cookies([{"name": "words", "value": "exact", "url": base}])
        self.visited = Visited(self.context, base)
        self.page = self.visited.page
        self.size(1440, 900)

    def size(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def visit(self, address: str) -> None:
        self.page.goto(self.base + address)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.page.evaluate(f"(values) => (function () {{ {script}\n}}).apply(null, values)", arguments)

    def move(self, x: float, y: float) -> None:
        self.page.mouse.move(x, y)

    def press(self) -> None:
        self.page.mouse.down()

    def release(self) -> None:
        self.page.mouse.up()

    def key(self, name: str) -> None:
        self.page.keyboard.press(name)

    def back(self) -> None:
        self.page.evaluate("history.back()")

    def follow(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.click(selector)

    def reload(self) -> None:
        self.page.reload()

    def upload(self, selector: str, file: Path) -> None:
        self.page.set_input_files(selector, str(file))

    def shot(self, file: Path) -> None:
        self.page.screenshot(path=file)

    def complaints(self) -> list[str]:
        return self.visited.complaints

    def close(self) -> None:
        self.context.close()
