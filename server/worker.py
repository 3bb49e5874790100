"""One process that answers requests: the application behind a socket, made, served, and drained at its end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import warnings

import uvicorn

from cnn_loupe.server.app import create_app
from cnn_loupe.server.logs import logging_config
from cnn_loupe.server.memory import settle
from cnn_loupe.server.protocol import configured
from cnn_loupe.server.settings import Settings

LAST_ARRIVALS = 0.1  # seconds
AT_ONCE = 4  # connections accepted in one turn of the loop
BACKLOG = 2048  # connections that may wait to be accepted


class Listener(socket.socket):
    """A listening socket at which many connections may wait, whatever number it is told.

    asyncio accepts as many connections in one turn of its loop as may wait, and reads from all of them in the next.
    When a hundred clients come at once, each with a picture, /healthz waits until that is done, and one of several
    workers has taken them all. So asyncio is told a small number.
    """

    def listen(self, backlog: int = BACKLOG, /) -> None:
        super().listen(max(backlog, BACKLOG))


class DrainingServer(uvicorn.Server):
    """Stops accepting before it tells connections that they are to end.

    uvicorn does both at once. A connection that is accepted in that moment takes a few turns of the loop until
    it is made; it would never be told, and whoever is at its other end could go on asking until draining ends
    and a run of theirs is cut off. (Nor may the listener be closed in those turns: asyncio would drop it.)
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        for listener in (listener for server in self.servers for listener in server.sockets):
            loop.remove_reader(listener.fileno())
        await asyncio.sleep(LAST_ARRIVALS)
        await super().shutdown(sockets)


def application() -> object:
    """The factory that every worker calls; settings come from the environment."""
    settings = Settings()
    configured(
        request_timeout=settings.request_timeout,
        response_timeout=settings.response_timeout,
        max_body=settings.max_upload_bytes,
    )
    # Pillow remarks on oddities of damaged files. Python would keep every new sentence in memory for ever.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    # Shorter turns for threads: health answers while several computations hold the interpreter, and a computation
    # that gives it up for each of a hundred array operations waits less to get it back (a twentieth more runs).
    sys.setswitchinterval(0.0005)
    app = create_app(settings)
    settle()
    return app


def answer(listener: socket.socket) -> None:
    """Answer requests from this socket until told to stop."""
    server = DrainingServer(configuration(Settings()))
    # Ctrl C is a way to stop, not an error.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[Listener(fileno=listener.detach())])


def configuration(settings: Settings) -> uvicorn.Config:
    """What uvicorn is told."""
    return uvicorn.Config(
        "cnn_loupe.server.worker:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        http=configured(
            request_timeout=settings.request_timeout,
            response_timeout=settings.response_timeout,
            max_body=settings.max_upload_bytes,
        ),
        ws="none",
        lifespan="on",
        loop="cnn_loupe.server.loop:new_event_loop",
        log_config=logging_config(settings),
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=max(1, round(settings.keep_alive)),
        timeout_graceful_shutdown=settings.drain_seconds,
        backlog=AT_ONCE,
    )
