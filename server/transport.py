"""Writes that leave together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import Any


class JoiningTransport:
    """A transport whose small writes wait for the next one, for as long as this turn of the loop lasts.

    uvicorn writes an answer's head and then its body. Two packets, and between them a moment in which a server
    that is killed has begun an answer, so that a proxy cannot ask another server any more. Joined, a small
    answer is there or it is not. A large body goes with its head in one call to the system: whoever waits for it
    wakes once, not twice. Everything else is the transport's own.
    """

    SMALL = 131_072  # bytes; joining copies them

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._socket: socket.socket | None = transport.get_extra_info("socket")
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
        self._send(self._taken(), data)

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

    def _send(self, *parts: bytes) -> None:
        """All of them with one call to the system, as far as that takes them; the rest by way of the transport."""
        sent = 0
        if all(parts) and self._socket is not None and not self._transport.get_write_buffer_size():
            # A full or broken connection is the transport's to find out.
            with contextlib.suppress(OSError):
                sent = os.writev(self._socket.fileno(), parts)
        for part in parts:
            if sent < len(part):
                self._transport.write(memoryview(part)[sent:] if sent else part)
            sent = max(0, sent - len(part))

    def _taken(self) -> bytes:
        """What was kept, which is no longer."""
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        kept, self._kept = self._kept, b""
        return kept

    def _flush(self) -> None:
        if kept := self._taken():
            self._transport.write(kept)
