"""HTTP with patience that ends: uvicorn's protocol, with time limits, bounds, and one error shape.

uvicorn waits for ever for a request that never arrives whole and for a client that never takes its
answer. Here both have a deadline, counted in the loop's monotonic time (a jump of the clock does
nothing), and what the protocol refuses by itself is said as a problem, as everywhere else.

The parser is llhttp, by way of httptools: it takes a sixteenth of a run less than h11 does. It checks what
it reads and keeps no account of how much that is, so heads, trailers, chunk headers and requests
that are sent ahead are counted here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import socket
from enum import Enum
from typing import Any, ClassVar, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from cnn_loupe.server.transport import JoiningTransport
from cnn_loupe.server.waiting import Waiting

access = logging.getLogger("cnn_loupe.access")


class Arriving(Enum):
    """Which part of a request the next byte belongs to."""

    NOTHING = "between requests"
    HEAD = "request line and headers"
    BODY = "body"


class Malformed(Exception):
    """Well-formed for the parser, and still no request that is answered."""


class PatientProtocol(HttpToolsProtocol):
    """One connection. `configured` makes the class with the limits of the settings."""

    request_timeout: ClassVar[float] = 20.0
    response_timeout: ClassVar[float] = 60.0
    max_connections: ClassVar[int] = 2000
    max_drained: ClassVar[int] = 20_000_000
    max_overhead: ClassVar[int] = 65_536  # bytes of a head, and of what is neither head nor body
    max_ahead: ClassVar[int] = 16  # whole requests that wait for the answer to the one before
    max_unread: ClassVar[int] = 262_144  # bytes of a body that nobody has taken yet; more is not read
    waiting: ClassVar[Waiting] = Waiting(64_000_000)  # answers that clients are slow to take

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._arriving = Arriving.NOTHING
        self._active: RequestResponseCycle | None = None  # whose answer is being made
        self._malformed = False
        self._overhead = 0
        self._drained = 0
        self._upgrade = False  # asked for, with a body that has still to be read

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

    def pause_writing(self) -> None:
        super().pause_writing()
        self.waiting.add(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.waiting.remove(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_timers()
        self.waiting.lost(self.transport)
        # uvicorn tells the newest request alone that nobody is there any more.
        self._nobody_waits_for(self._active)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._malformed or self.transport.is_closing():
            return
        if self._deadline is None:
            self._expect_request()
        self._unset_keepalive_if_required()
        self._overhead += len(data)
        try:
            self._parse(data)
            if self._arriving is not Arriving.NOTHING and self._overhead > self.max_overhead:
                raise Malformed
        except (httptools.HttpParserError, Malformed):
            self._malformed = True
            if not self._answers_earlier():
                self._refuse_malformed()
        if self.transport.is_closing():
            self._cancel_timers()
        elif self._arriving is Arriving.NOTHING and self._answering():
            self._cancel_deadline()
        else:
            self._limit_draining(len(data))

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # No other protocol is spoken here, and then HTTP goes on as if nothing had been asked. The parser has
            # left the body alone, so a new one reads it, as that of a request which asked for nothing else.
            if self._upgrade:
                self.parser = httptools.HttpRequestParser(self)
                self.parser.feed_data(self._head_of_body())
                self._upgrade = False
            (parsed,) = upgrade.args
            self._parse(data[parsed:])

    def _head_of_body(self) -> bytes:
        framing = [
            name + b": " + value + b"\r\n"
            for name, value in self.headers
            if name in (b"content-length", b"transfer-encoding")
        ]
        return b"POST / HTTP/1.1\r\n" + b"".join(framing) + b"\r\n"

    # What the parser tells, in this order.

    def on_message_begin(self) -> None:
        if self._upgrade:
            return
        self._arriving = Arriving.HEAD
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self._upgrade:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # Behind the body of chunks there may be more headers; nobody has to heed them, and nobody does.
        if self._arriving is Arriving.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._upgrade:
            return
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise Malformed
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > self.max_overhead:
            raise Malformed
        if len(self.pipeline) >= self.max_ahead:
            raise Malformed
        self._arriving = Arriving.BODY
        self._overhead = 0
        self._upgrade = self.parser.should_upgrade() and self._has_body()
        super().on_headers_complete()
        if not self.pipeline:
            self._active = self.cycle

    def on_body(self, body: bytes) -> None:
        self._overhead = 0
        if self.cycle.response_complete:
            return
        self.cycle.body += body
        # uvicorn stops and starts reading around every picture of 64 kB, two calls to the system for each.
        if len(self.cycle.body) > self.max_unread:
            self.flow.pause_reading()
        self.cycle.message_event.set()

    def on_message_complete(self) -> None:
        if self._upgrade:
            return
        self._arriving = Arriving.NOTHING
        self._overhead = 0
        super().on_message_complete()

    def _has_body(self) -> bool:
        return any(
            name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0"))
            for name, value in self.headers
        )

    def on_response_complete(self) -> None:
        if self.pipeline:
            self._active = self.pipeline[-1][0]
        super().on_response_complete()
        if self._malformed and not self.transport.is_closing() and not self._answers_earlier():
            self._refuse_malformed()
        if self._leaving is None and not self.transport.is_closing():
            self._leaving = self.loop.call_later(self.response_timeout, self._check_taken)
        elif self.transport.is_closing():
            # close() waits for the client to take what is buffered; this does not, for ever.
            self._leaving = self.loop.call_later(self.response_timeout, self.transport.abort)
        if self._arriving is Arriving.HEAD or (self._arriving is Arriving.BODY and self._deadline is None):
            # The next request has begun to arrive with this one: it has its own time from now on.
            self._expect_request()
        elif self._arriving is Arriving.NOTHING:
            self._cancel_deadline()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        if self._leaving is None:
            self._leaving = self.loop.call_later(self.response_timeout, self.transport.abort)

    def _answering(self) -> bool:
        return self._active is not None and not self._active.response_complete

    def _answers_earlier(self) -> bool:
        """Whether an answer is still being made to a request before the one that arrives."""
        return self._answering() and (self._arriving is not Arriving.BODY or self._active is not self.cycle)

    def _expect_request(self) -> None:
        self._drained = 0
        self._cancel_deadline()
        self._deadline = self.loop.call_later(self.request_timeout, self._too_slow)

    def _too_slow(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self._answers_earlier():
            return  # it waits for this server, and its time begins when that answer is there
        if self._arriving is Arriving.NOTHING:
            self.transport.close()  # nothing has been asked: nothing to answer
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
        if self.cycle is not None and self.cycle.response_complete and self._arriving is Arriving.BODY:
            self._drained += count
            if self._drained > self.max_drained:
                self.transport.abort()

    def _refuse_malformed(self) -> None:
        self._refuse(400, "http_malformed", "This is not a valid HTTP request.")

    def _refuse(self, status: int, code: str, detail: str, **params: float) -> None:
        """Answer and close, from below the application."""
        answer = self._active
        between = answer is None or (answer.response_complete and self._arriving is not Arriving.BODY)
        if between or (answer is not None and not answer.response_started):
            identity = secrets.token_hex(8)
            access.info("%d %s", status, code, extra={"request_id": identity, "status": status})
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
                f"x-content-type-options: nosniff\r\nx-request-id: {identity}\r\n"
                f"{'retry-after: 1' + chr(13) + chr(10) if status == 503 else ''}connection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        self._nobody_waits_for(self.cycle)
        self.transport.close()

    @staticmethod
    def _nobody_waits_for(cycle: RequestResponseCycle | None) -> None:
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cancel_timers(self) -> None:
        self._cancel_deadline()
        if self._leaving is not None and not self.transport.is_closing():
            self._leaving.cancel()
            self._leaving = None


def configured(*, request_timeout: float, response_timeout: float, max_body: int) -> type[PatientProtocol]:
    """The protocol with these limits. They are set on the class, which every worker imports anew."""
    PatientProtocol.request_timeout = request_timeout
    PatientProtocol.response_timeout = response_timeout
    PatientProtocol.max_drained = max_body
    return PatientProtocol
