"""How a server lets connections in, and how it stops: what was accepted is answered, and nobody is served for ever."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import threading
import time
from typing import Any

import pytest
import uvicorn

from cnn_loupe.server.protocol import PatientProtocol
from cnn_loupe.server.worker import AT_ONCE, DrainingServer, Listener

REQUEST = b"GET / HTTP/1.1\r\nHost: loupe\r\n\r\n"


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def prepared() -> DrainingServer:
    """A server that is about to start."""
    config = uvicorn.Config(
        _answer, http=PatientProtocol, ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=5, backlog=AT_ONCE
    )
    config.load()
    server = DrainingServer(config)
    server.lifespan = config.lifespan_class(config)
    return server


def listening() -> Listener:
    return Listener(fileno=socket.create_server(("127.0.0.1", 0)).detach())


class Insistent(threading.Thread):
    """Asks again as soon as it is answered, over one connection, until that is closed."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(daemon=True)
        self.connection = connection

    def run(self) -> None:
        self.connection.settimeout(10)
        with self.connection, contextlib.suppress(OSError):
            while self._is_answered():
                pass

    def _is_answered(self) -> bool:
        self.connection.sendall(REQUEST)
        answer = b""
        while not answer.endswith(b"ok"):
            part = self.connection.recv(4096)
            if not part:
                return False
            answer += part
        return True


@pytest.mark.parametrize("turns", range(8))
def test_a_connection_that_arrives_as_the_server_stops_does_not_hold_it_up(turns: int) -> None:
    """From connecting to being answered a connection takes some turns of the loop; the stop may fall into each."""

    async def seconds_of_stopping() -> float:
        server = prepared()
        with listening() as listener:
            await server.startup(sockets=[listener])
            client = Insistent(socket.create_connection(listener.getsockname()))
            client.start()
            for _ in range(turns):
                await asyncio.sleep(0)
            began = time.monotonic()
            await server.shutdown(sockets=[listener])
            taken = time.monotonic() - began
        await asyncio.to_thread(client.join, 10)
        assert not client.is_alive(), "the connection was left open"
        return taken

    assert asyncio.run(seconds_of_stopping()) < 3


def test_a_crowd_is_let_in_a_few_at_a_time() -> None:
    """What comes in between, /healthz say, need not wait for all of it, and other workers get their share."""
    crowd = 40

    async def let_in_each_turn() -> list[int]:
        server = prepared()
        with listening() as listener, contextlib.ExitStack() as stack:
            await server.startup(sockets=[listener])
            for _ in range(crowd):
                stack.enter_context(socket.create_connection(listener.getsockname(), timeout=10))
            counts = [0]
            for _ in range(40 * crowd):
                await asyncio.sleep(0)
                counts.append(len(server.server_state.connections))
            await server.shutdown(sockets=[listener])
        return counts

    counts = asyncio.run(let_in_each_turn())
    assert max(counts) == crowd
    assert max(after - before for before, after in itertools.pairwise(counts)) <= AT_ONCE + 1
