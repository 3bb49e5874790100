"""HTTP with patience that ends: uvicorn's protocol, with time limits and one error shape.

uvicorn waits for ever for a request that never arrives whole and for a client that never takes its
answer. Here both have a deadline, counted in the loop's monotonic time (a jump of the clock does
nothing), and what the protocol refuses by itself is said as a problem, as everywhere else.
"""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any, ClassVar, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.transport import JoiningTransport


class PatientProtocol(H11Protocol):
    """One connection. `configured` makes the class with the limits of the settings."""

    request_timeout: ClassVar[float] = 20.0
    response_timeout: ClassVar[float] = 60.0
    max_connections: ClassVar[int] = 2000
    max_drained: ClassVar[int] = 20_000_000

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: asyncio.TimerHandle | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._drained = 0
        self._asked = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, JoiningTransport(transport, self.loop)))
        # A large answer is written as its head and its body. Left to Nagle's algorithm the body waits until the
        # client has acknowledged the head: 40 ms. asyncio turns it off only for sockets made with an explicit
        # protocol number, and uvicorn's are not.
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if len(self.connections) > self.max_connections:
            self._refuse(503, "too_many_connections", "Too many connections; try again in a second.")
            return
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._asked = True
        if self._arriving is None and self.conn.their_state is h11.IDLE:
            self._expect_request()
        super().data_received(data)
        if self.transport.is_closing():
            self._cancel_timers()
        elif self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._limit_draining(len(data))
        elif self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._leaving is None and not self.transport.is_closing():
            self._leaving = self.loop.call_later(self.response_timeout, self._check_taken)
        elif self.transport.is_closing():
            # close() waits for the client to take what is buffered; this does not, for ever.
            self._leaving = self.loop.call_later(self.response_timeout, self.transport.abort)
        # The next request may have begun to arrive with this one: it has its own time from now on.
        begun = self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]
        if begun or (self.conn.their_state is h11.SEND_BODY and self._arriving is None):
            self._expect_request()
        elif self.conn.their_state is h11.IDLE and self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        if self._leaving is None:
            self._leaving = self.loop.call_later(self.response_timeout, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "http_malformed", "This is not a valid HTTP request.")

    def _expect_request(self) -> None:
        self._drained = 0
        if self._arriving is not None:
            self._arriving.cancel()
        self._arriving = self.loop.call_later(self.request_timeout, self._too_slow)

    def _too_slow(self) -> None:
        self._arriving = None
        if self.transport.is_closing():
            return
        if not self._asked:
            self.transport.close()  # nothing was ever asked: nothing to answer
            return
        self._refuse(
            408,
            "request_too_slow",
            f"The request did not arrive whole within {self.request_timeout:g} seconds.",
            seconds=self.request_timeout,
        )

    def _check_taken(self) -> None:
        self._leaving = None
        if self.transport.get_write_buffer_size() > 0:
            self.transport.abort()

    def _limit_draining(self, count: int) -> None:
        """An answered request (refused as too large, say) may still be sending; not for ever."""
        if self.cycle is not None and self.cycle.response_complete and self.conn.their_state is h11.SEND_BODY:
            self._drained += count
            if self._drained > self.max_drained:
                self.transport.abort()

    def _refuse(self, status: int, code: str, detail: str, **params: float) -> None:
        """Answer and close, from below the application."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            title = {400: "Bad Request", 408: "Request Timeout", 503: "Service Unavailable"}[status]
            body = json.dumps(
                {
                    "type": f"about:blank#{code}",
                    "title": title,
                    "status": status,
                    "code": code,
                    "params": params,
                    "detail": detail,
                }
            ).encode()
            head = (
                f"HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\n"
                f"content-length: {len(body)}\r\ncache-control: no-store\r\n"
                f"x-content-type-options: nosniff\r\n"
                f"{'retry-after: 1' + chr(13) + chr(10) if status == 503 else ''}connection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _cancel_timers(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None
        if self._leaving is not None and not self.transport.is_closing():
            self._leaving.cancel()
            self._leaving = None


def configured(*, request_timeout: float, response_timeout: float, max_body: int) -> type[PatientProtocol]:
    """The protocol with these limits. They are set on the class, which every worker imports anew."""
    PatientProtocol.request_timeout = request_timeout
    PatientProtocol.response_timeout = response_timeout
    PatientProtocol.max_drained = max_body
    return PatientProtocol
