"""Connections at their edges: requests that stop being HTTP in their middle, bytes that come between two requests."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from cnn_loupe.server.deadline import Connections, DeadlineMiddleware, PunctualProtocol
from tests.conftest import RunningServer, running_server
from tests.server.sockets import connect
from tests.server.test_deadline import read_to_end

RUNS = b"/api/v1/models/minimal/runs"
CHUNKED = b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def server(models_folder: Path) -> Iterator[RunningServer]:
    with running_server(models=models_folder, request_timeout=2, keep_alive=1, log_level="error") as found:
        yield found


def log_of(server: RunningServer) -> str:
    """All that the server has said; it ends for this."""
    server.process.terminate()
    said: str = server.process.communicate(timeout=30)[0]
    return said.partition("\n")[2]  # the first line is its address


def test_a_body_that_is_not_http_ends_the_connection_and_logs_nothing(server: RunningServer) -> None:
    """Whether the application reads the body or not, has answered or not: there is nobody left to answer."""
    lines = (b"GET /healthz", b"GET /nowhere", b"DELETE /healthz", b"GET /learn/pixels", b"POST " + RUNS, b"HEAD /")
    bodies = (b"zz\r\n", b"5\r\nhelloX\r\n0\r\n\r\n", b"-1\r\n", b"f" * 21 + b"\r\n", b"0\r\nfoo\r\n\r\n")
    for line in lines:
        for body in bodies:
            for pieces in ([line + CHUNKED + body], [line + CHUNKED, body], [line + CHUNKED + body[:1], body[1:]]):
                with connect(server) as client:
                    began = time.monotonic()
                    for piece in pieces:
                        client.sendall(piece)
                        time.sleep(0.01)
                    answer = read_to_end(client)
                    assert answer == b"" or answer.startswith(b"HTTP/1.1 "), answer
                    assert time.monotonic() - began < 8
    assert log_of(server) == ""


def test_an_answer_that_has_begun_is_whole_though_the_rest_of_its_request_is_not_http(server: RunningServer) -> None:
    with connect(server) as client:
        client.sendall(b"POST /api/v1/models/none/runs" + CHUNKED + b"3\r\nabc\r\n")
        client.settimeout(10)
        answer = client.recv(65536)
        client.sendall(b"zz\r\n")
        answer += read_to_end(client)
    assert answer.startswith(b"HTTP/1.1 404")
    assert answer.endswith(b"}")
    assert answer.count(b"HTTP/1.1") == 1
    assert log_of(server) == ""


async def _slow_to_return(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers at once, and goes on working for a while, as an application may."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})
    await asyncio.sleep(0.3)


@asynccontextmanager
async def _serving(connections: Connections, keep_alive: int) -> AsyncIterator[int]:
    """uvicorn with this protocol and `_slow_to_return`; gives its port."""
    held = DeadlineMiddleware(_slow_to_return, 30)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            scope["state"].update(connections.state())
            for kind in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{kind}.complete"})
            return
        await held(scope, receive, send)

    options: dict[str, Any] = {"http": PunctualProtocol, "lifespan": "on", "log_level": logging.ERROR}
    server = uvicorn.Server(uvicorn.Config(application, port=0, timeout_keep_alive=keep_alive, **options))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


@pytest.mark.parametrize("wait", [0.0, 0.1, 0.4])
def test_a_head_begun_at_any_moment_after_an_answer_has_its_deadline(wait: float) -> None:
    """Also between the end of an answer and the moment when the application returns."""

    async def talk() -> float:
        async with _serving(Connections(1, 10), keep_alive=30) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
            await asyncio.sleep(wait)
            writer.write(b"G")
            began = time.monotonic()
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()
            return time.monotonic() - began

    assert asyncio.run(talk()) > 0.8


def test_a_kept_connection_outlives_the_deadline_of_heads() -> None:
    async def talk() -> None:
        async with _serving(Connections(0.5, 10), keep_alive=30) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for pause in (0.0, 0.2, 1.5):
                await asyncio.sleep(pause)
                writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
            writer.close()

    asyncio.run(talk())
