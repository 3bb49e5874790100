"""`launch(ratio=2)`: a window of the engine in question; a page that complains fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import RunningServer
from tests.e2e.engines.chromium import Chromium
from tests.e2e.engines.firefox import Firefox
from tests.e2e.engines.webkit import WebKit
from tests.e2e.engines.window import Launch, Window

OTHERS: dict[str, Callable[..., Window]] = {"firefox": Firefox, "webkit": WebKit}


@pytest.fixture(params=["chromium", *OTHERS])
def engine(request: pytest.FixtureRequest) -> str:
    """Tests that say nothing else run in every engine."""
    return str(request.param)


@pytest.fixture
def launch(engine: str, request: pytest.FixtureRequest, live_server: RunningServer) -> Iterator[Launch]:
    made: list[Window] = []

    def make(ratio: float = 1, reduced_motion: bool = False) -> Window:
        if engine == "chromium":
            window: Window = Chromium(request.getfixturevalue("browser"), live_server.url, ratio, reduced_motion)
        else:
            window = OTHERS[engine](live_server.url, ratio, reduced_motion)
        made.append(window)
        return window

    yield make
    said = [line for window in made for line in window.complaints()]
    for window in made:
        window.close()
    assert said == []
