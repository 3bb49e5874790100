"""A deadline for requests that never arrive whole, and room for new connections.

uvicorn waits without end for the rest of a request. Two parts close that gap. `PunctualProtocol` stands between the
socket and uvicorn's own protocol and knows asyncio's interface alone (asyncio.Protocol): it closes a connection whose
request line and headers do not arrive in time. `DeadlineMiddleware` is plain ASGI: it answers 408 where a
body does not arrive in time. Each request that reaches the application tells the protocol that its head is there, by
way of the state that ASGI lets a server hand to an application.

Where a request stops being HTTP in its middle, uvicorn answers 400 and closes, whatever the application is doing. Both
parts keep quiet then: no client is left to answer, and the log has nothing to report.

This is the one module that names a class of uvicorn's which its documentation does not describe: H11Protocol, what
`--http h11` stands for. tests/server/test_deadline.py runs with the lowest and the newest version.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from cnn_loupe.server.errors import Problem

_CONNECTIONS, _CONNECTION = "cnn_loupe.connections", "cnn_loupe.connection"  # names in ASGI's state


class Connections:
    """The open connections of one worker: at most `most`, each with `seconds` for the head of a request.

    Past `most` the connection that has been idle longest makes room for the new one, so that a client that opens many
    and sends nothing loses its own. One whose answer is still on its way is idle last.
    """

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._open = 0
        self._idle: dict[PunctualProtocol, asyncio.TimerHandle | None] = {}  # longest idle first

    def state(self) -> dict[str, Any]:
        """What the application's lifespan gives to the server, which hands it to each protocol."""
        return {_CONNECTIONS: self}

    def opened(self, connection: PunctualProtocol) -> None:
        """A client has connected and may be waited for."""
        self._open += 1
        self.begun(connection)
        if self._open > self._most:
            waiting = (each for each in self._idle if not each.is_sending())
            oldest = next(waiting, next(iter(self._idle)))
            self.busy(oldest)  # gone in a moment, and dropped only once
            oldest.drop()

    def begun(self, connection: PunctualProtocol) -> None:
        """A head has begun to arrive, or the connection is new: its time runs from now on."""
        self.busy(connection)
        self._idle[connection] = asyncio.get_running_loop().call_later(self._seconds, connection.drop)

    def busy(self, connection: PunctualProtocol) -> None:
        """A request has reached the application."""
        timer = self._idle.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def done(self, connection: PunctualProtocol) -> None:
        """Its requests are answered; uvicorn closes it after `timeout_keep_alive`."""
        self._idle[connection] = None

    def closed(self, connection: PunctualProtocol) -> None:
        """The connection is gone."""
        self._open -= 1
        self.busy(connection)


class PunctualProtocol(asyncio.Protocol):
    """uvicorn's protocol for HTTP/1.1, with an end to waiting for a head."""

    def __init__(self, *, app_state: dict[str, Any], **given: Any) -> None:
        self._connections: Connections = app_state[_CONNECTIONS]
        self._http = H11Protocol(app_state={**app_state, _CONNECTION: self}, **given)
        self._transport: asyncio.Transport | None = None
        self._begun = False
        self._requests = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._http.connection_made(transport)
        self._connections.opened(self)

    def data_received(self, data: bytes) -> None:
        # A head that drips keeps the deadline of its first byte.
        if not self._requests and not self._begun:
            self._begun = True
            self._connections.begun(self)
        try:
            self._http.data_received(data)
        except h11.LocalProtocolError:
            # It wanted to answer 400 to the rest of a request whose answer has already begun.
            assert self._transport is not None
            self._transport.close()

    def eof_received(self) -> None:
        self._http.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.closed(self)
        self._http.connection_lost(exc)

    def pause_writing(self) -> None:
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._http.resume_writing()

    def drop(self) -> None:
        """Close at once. Nothing whole has been asked, so there is nothing to answer."""
        if self._transport is not None:
            self._transport.abort()

    def is_sending(self) -> bool:
        """Whether bytes of an answer wait for the client to take them."""
        return self._transport is not None and self._transport.get_write_buffer_size() > 0

    def is_closing(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._transport is None or self._transport.is_closing()

    def request_began(self) -> None:
        """A head is there."""
        self._begun = False
        self._requests += 1
        self._connections.busy(self)

    def request_ended(self) -> None:
        """A request is answered; the next one may already be there."""
        self._requests -= 1
        if not self._requests and not self.is_closing():
            self._connections.done(self)


class DeadlineMiddleware:
    """The application reads a body that does not arrive within `seconds` of its head as a Problem (408)."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection: PunctualProtocol | None = scope.get("state", {}).pop(_CONNECTION, None)
        deadline = asyncio.get_running_loop().time() + self._seconds
        whole = ended = False

        async def receive_in_time() -> Message:
            nonlocal whole
            if whole:  # what comes now is that the client has left
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise Problem(
                    408,
                    "request_too_slow",
                    f"The request did not arrive whole within {self._seconds:g} seconds.",
                    seconds=self._seconds,
                ) from None
            whole = not message.get("more_body", False)
            return message

        def end() -> None:
            nonlocal ended
            if connection is not None and not ended:
                connection.request_ended()
            ended = True

        async def send_while_open(message: Message) -> None:
            if connection is not None and connection.is_closing():
                await _disconnected(receive)
                return
            await send(message)
            # Bytes that come from here on begin another request, though the application may not have returned yet.
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                end()

        if connection is not None:
            connection.request_began()
        try:
            await self._app(scope, receive_in_time, send_while_open)
        finally:
            end()


async def _disconnected(receive: Receive) -> None:
    """Wait until a connection that is closing is gone, and uvicorn expects no answer any more."""
    while (await receive())["type"] != "http.disconnect":
        pass
