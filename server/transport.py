"""Small writes that leave together."""

from __future__ import annotations

import asyncio
from typing import Any


class JoiningTransport:
    """A transport whose small writes wait for the next one, for as long as this turn of the loop lasts.

    uvicorn writes an answer's head and then its body. Two packets, and between them a moment in which a server
    that is killed has begun an answer, so that a proxy cannot ask another server any more. Joined, a small
    answer is there or it is not. Everything else is the transport's own.
    """

    SMALL = 131_072  # bytes; joining copies them

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._kept = b""
        self._turn: asyncio.Handle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send the bytes, after what was kept; small ones at the latest when the loop comes round."""
        if not data:
            return
        if len(self._kept) + len(data) <= self.SMALL:
            self._kept += data
            if self._turn is None:
                self._turn = self._loop.call_soon(self._flush)
            return
        self._flush()
        self._transport.write(data)

    def close(self) -> None:
        """Close when everything has been sent."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Close at once; what has not been sent is lost."""
        self._kept = b""
        self._transport.abort()

    def get_write_buffer_size(self) -> int:
        """Bytes that have not been sent."""
        return len(self._kept) + self._transport.get_write_buffer_size()

    def _flush(self) -> None:
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        if self._kept:
            kept, self._kept = self._kept, b""
            self._transport.write(kept)
