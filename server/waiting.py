"""Answers that wait for clients which are slow to take them: how many bytes, and what happens past a limit."""

from __future__ import annotations

import asyncio
import gc


class Waiting:
    """Bytes that connections hold because their clients do not take them, up to `limit` in each worker.

    Past it the connections that have waited longest are dropped, all but one. Without a limit some hundred clients
    who ask for long answers and read none of them would take hundreds of megabytes until the time for an answer
    is over.
    """

    SWEEP = 1.0  # seconds until what dropped connections held is collected

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self._sizes: dict[asyncio.Transport, int] = {}  # those that have waited longest come first
        self._sweep: asyncio.TimerHandle | None = None

    def add(self, transport: asyncio.Transport) -> None:
        """This connection has more to send than its client takes."""
        self.remove(transport)
        self._sizes[transport] = size = transport.get_write_buffer_size()
        self.bytes += size
        while self.bytes > self.limit and len(self._sizes) > 1:
            oldest = next(iter(self._sizes))
            self.lost(oldest)
            oldest.abort()

    def remove(self, transport: asyncio.Transport) -> None:
        """Its client has taken what there was."""
        self.bytes -= self._sizes.pop(transport, 0)

    def lost(self, transport: asyncio.Transport) -> None:
        """The connection is gone, or about to go.

        What a broken one held refers to itself: the collector alone finds that nobody needs it, and by itself it
        looks after hundreds of them.
        """
        if transport in self._sizes and self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self.SWEEP, self._collect)
        self.remove(transport)

    def _collect(self) -> None:
        self._sweep = None
        gc.collect()
