"""One browser window, whatever the engine: what a test of every engine does with a page."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import READY

PATIENCE = 60.0  # seconds; machines that run every test at once are slow


class Window(ABC):
    """A window of a fresh profile on `base`. Scripts are the bodies of functions; their values come in `arguments`."""

    engine: str
    base: str

    @abstractmethod
    def size(self, width: int, height: int) -> None:
        """Make the page so many CSS pixels large."""

    @abstractmethod
    def visit(self, address: str) -> None:
        """Load an address of this server; the page need not be ready yet."""

    @abstractmethod
    def run(self, script: str, *arguments: Any) -> Any: ...

    @abstractmethod
    def move(self, x: float, y: float) -> None:
        """The pointer, in CSS pixels of the viewport."""

    @abstractmethod
    def press(self) -> None: ...

    @abstractmethod
    def release(self) -> None: ...

    @abstractmethod
    def key(self, name: str) -> None:
        """Press and release a key, by its name as `KeyboardEvent.key` has it."""

    @abstractmethod
    def back(self) -> None: ...

    @abstractmethod
    def follow(self, selector: str) -> None:
        """Click a link that loads another document."""

    @abstractmethod
    def reload(self) -> None: ...

    @abstractmethod
    def upload(self, selector: str, file: Path) -> None:
        """Choose a file in an input that may be hidden."""

    @abstractmethod
    def shot(self, file: Path) -> None: ...

    @abstractmethod
    def complaints(self) -> list[str]:
        """Errors and warnings of the console, errors that nobody caught, promises that nobody answered for."""

    @abstractmethod
    def close(self) -> None: ...

    # What follows is the same everywhere.

    def go(self, address: str = "/") -> None:
        """Load an address and wait until the network is drawn."""
        self.visit(address)
        self.ready()

    def ready(self) -> None:
        self.until(f"return document.querySelector({READY!r}) !== null", "the drawn network")

    def open(self, view: str) -> None:
        """Load a view's address and wait until it is drawn."""
        self.go(f"/?view={view}")
        self.settled(view.split(":")[0])

    def show(self, view: str) -> None:
        """Another view of the same page, as Back would bring it: without loading anything anew."""
        self.run(
            """const address = new URL(location.href);
               address.searchParams.set("view", arguments[0]);
               history.pushState(null, "", address);
               dispatchEvent(new PopStateEvent("popstate"));""",
            view,
        )
        name, place = view.split("!")[0].split(":")
        self.settled(name)
        self.until(
            "return document.querySelector('[data-explained]')?.dataset.explained.startsWith(arguments[0])",
            f"{view} explained",
            place.rstrip("]"),
        )

    def settled(self, view: str) -> None:
        self.until(f"return document.querySelector('[data-view={view}][data-settled]') !== null", f"the view {view}")

    def until(self, script: str, what: str, *arguments: Any) -> Any:
        """The first value of a script that is true."""
        deadline = time.monotonic() + PATIENCE
        while not (value := self.run(script, *arguments)):
            if time.monotonic() > deadline:
                pytest.fail(f"{self.engine}: {what} did not come within {PATIENCE:g} s")
            time.sleep(0.05)
        return value

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0]).textContent", selector))

    def place(self, selector: str, across: float = 0.5, down: float = 0.5) -> list[float]:
        """A point of an element, as shares of its box, once it has been brought into sight and stays where it is."""
        where = lambda: self.until(  # noqa: E731
            """const found = [...document.querySelectorAll(arguments[0])].find((one) => one.getClientRects().length);
               if (!found) return null;
               const seen = (box) => box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 &&
                   box.right <= innerWidth;
               if (!seen(found.getBoundingClientRect())) found.scrollIntoView({ block: "center", behavior: "instant" });
               const { left, top, width, height } = found.getBoundingClientRect();
               return [left + arguments[1] * width, top + arguments[2] * height];""",
            selector,
            selector,
            across,
            down,
        )
        found = where()
        while found != (found := where()):
            pass
        return list(found)

    def point(self, selector: str, across: float = 0.5, down: float = 0.5) -> None:
        self.move(*self.place(selector, across, down))

    def click(self, selector: str, across: float = 0.5, down: float = 0.5) -> None:
        self.point(selector, across, down)
        self.press()
        self.release()

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        for character in text:
            self.key(character)

    def look(self, name: str) -> None:
        """Leave a picture in the folder that CNN_LOUPE_SHOTS names; nothing where it names none."""
        if folder := os.environ.get("CNN_LOUPE_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.shot(Path(folder) / f"{self.engine}-{name}.png")


def needed(found: str | None, what: str) -> str:
    """The path of an engine. Where there is none its tests are skipped; continuous integration installs it, so there
    they fail.
    """
    if found:
        return found
    reason = f"{what} is not installed (.ci/tools installs it on Debian)"
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(reason)
    pytest.skip(reason)


Launch = Callable[..., Window]
