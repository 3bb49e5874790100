"""How a server stops: what was accepted is answered, and nobody is served for ever."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from typing import Any

import pytest
import uvicorn

from server.protocol import PatientProtocol
from server.serve import DrainingServer

REQUEST = b"GET / HTTP/1.1\r\nHost: loupe\r\n\r\n"


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class Insistent(threading.Thread):
    """Asks again as soon as it is answered, over one connection, until that is closed."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(daemon=True)
        self.connection = connection
        self.answers = 0

    def run(self) -> None:
        self.connection.settimeout(10)
        with self.connection, contextlib.suppress(OSError):
            while self._is_answered():
                self.answers += 1

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
        config = uvicorn.Config(
            _answer, http=PatientProtocol, ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=5
        )
        config.load()
        server = DrainingServer(config)
        server.lifespan = config.lifespan_class(config)
        with socket.create_server(("127.0.0.1", 0)) as listener:
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
