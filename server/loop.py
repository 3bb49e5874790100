"""A worker's event loop: asyncio's own, which looks less often for what has arrived while it has work."""

from __future__ import annotations

import asyncio
import selectors


class SparingSelector(selectors.DefaultSelector):
    """Skips looks that would not wait, a few in a row at most.

    asyncio looks before every turn, also when it knows what to do next. A look gives up the interpreter, and while
    computations want it too it takes a while to get it back: without these looks a server gives some hundredths
    more runs. What has arrived meanwhile is seen a few turns later.
    """

    MOST = 3  # looks skipped in a row

    def __init__(self) -> None:
        super().__init__()
        self._skipped = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What has arrived, waiting up to `timeout` seconds for it; without end for None."""
        if timeout == 0 and self._skipped < self.MOST:
            self._skipped += 1
            return []
        self._skipped = 0
        return super().select(timeout)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The loop that uvicorn runs."""
    return asyncio.SelectorEventLoop(SparingSelector())
