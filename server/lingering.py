"""What is left of a body when its request has been answered before it arrived whole.

A server that closes a connection with unread bytes in it makes the system send a reset, and the client, which still
sends, may never see the answer (RFC 9112, section 9.6). So the answer is sent at once, says `Connection: close`, and
ends only when the rest of the body has been read and thrown away, up to a bound.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnn_loupe.server.errors import Problem


class LingeringMiddleware:
    """Reads up to `most` bytes behind an answer that came before the end of its request.

    The time for it is the request's own: DeadlineMiddleware is further out.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
            await self._app(scope, receive, send)
            return
        # A client that waits for leave to send its body sends none after a refusal, and reading would give it leave.
        waits = headers.get("expect", "").lower() == "100-continue"
        more = True

        async def receive_noting() -> Message:
            nonlocal more, waits
            waits = False
            message = await receive()
            more = message.get("more_body", False)
            return message

        async def send_and_linger(message: Message) -> None:
            if more and message["type"] == "http.response.start":
                message = {**message, "headers": list(message.get("headers", ()))}
                MutableHeaders(scope=message)["Connection"] = "close"
            if not more or waits or message["type"] != "http.response.body" or message.get("more_body", False):
                await send(message)
                return
            await send({**message, "more_body": True})
            await _read_away(receive, self._most)
            await send({"type": "http.response.body"})

        await self._app(scope, receive_noting, send_and_linger)


async def _read_away(receive: Receive, most: int) -> None:
    """Read until the body ends, `most` bytes have come, the client leaves, or its time is over."""
    count, more = 0, True
    while more and count < most:
        try:
            message = await receive()
        except Problem:
            return
        count += len(message.get("body", b""))
        more = message.get("more_body", False)
