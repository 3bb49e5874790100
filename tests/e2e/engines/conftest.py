"""`launch(ratio=2)`: a window of the engine in question; a page that complains fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import lru_cache
from pathlib import Path

import pytest

from tests.conftest import RunningServer
from tests.e2e.engines.chromium import Chromium
from tests.e2e.engines.firefox import Firefox, Process
from tests.e2e.engines.webkit import BrowserEnded, WebKit
from tests.e2e.engines.window import Launch, Window

HERE = Path(__file__).parent
OTHERS = ("firefox", "webkit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that ends on its own is started again, once, with its test; nothing else is."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=[BrowserEnded.__name__]))


@pytest.fixture(params=["chromium", *OTHERS])
def engine(request: pytest.FixtureRequest) -> str:
    """Tests that say nothing else run in every engine."""
    return str(request.param)


@pytest.fixture(scope="session")
def firefox() -> Iterator[Callable[[bool], Process]]:
    """The Firefox without and the one with reduced motion, which it reads when it starts; both outlast the tests."""
    with ExitStack() as started:

        @lru_cache
        def process(reduced_motion: bool) -> Process:
            return started.enter_context(closing(Process(reduced_motion)))

        yield process


@pytest.fixture
def launch(engine: str, request: pytest.FixtureRequest, live_server: RunningServer) -> Iterator[Launch]:
    made: list[Window] = []

    def make(ratio: float = 1, reduced_motion: bool = False) -> Window:
        if engine == "chromium":
            window: Window = Chromium(request.getfixturevalue("browser"), live_server.url, ratio, reduced_motion)
        elif engine == "firefox":
            window = Firefox(request.getfixturevalue("firefox")(reduced_motion), live_server.url, ratio)
        else:
            window = WebKit(live_server.url, int(ratio), reduced_motion)
        if engine != "chromium":
            window.visit("/api/docs")
            window.run("document.cookie = 'words=exact; path=/'")
        made.append(window)
        return window

    yield make
    said = [line for window in made for line in window.complaints()]
    for window in made:
        window.close()
    assert said == []
