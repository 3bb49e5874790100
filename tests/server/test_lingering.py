"""Refused bodies: the answer comes early, it arrives, and what is left of the body has an end."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import RunningServer, running_server
from tests.server.sockets import connect, poured

RUNS = "/api/v1/models/minimal/runs"
POST = b"POST " + RUNS.encode() + b" HTTP/1.1\r\nHost: a\r\n"
LIMIT = 2_000_000


# More than the system's buffers hold, which may be 32 MB and more: whoever has closed takes no more than that.
MUCH = 1_000_000_000


@pytest.fixture(scope="module")
def server(models_folder: Path) -> Iterator[RunningServer]:
    with running_server(models=models_folder, request_timeout=5, max_upload_bytes=LIMIT) as found:
        yield found


@pytest.mark.parametrize("size", [LIMIT + 1, 3_500_000])
@pytest.mark.parametrize("path", [RUNS, RUNS + "?layers=absent", "/api/v1/models/absent/runs", "/nothing"])
def test_clients_that_close_behind_each_request_see_why_they_were_refused(
    server: RunningServer, path: str, size: int
) -> None:
    """urllib always says `Connection: close` and sends all of a body before it reads."""
    for _ in range(3):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(server.url + path, data=bytes(size), timeout=20)
        assert caught.value.code == {RUNS: 413}.get(path, 404 if "absent/" in path or "nothing" in path else 422)
        assert b'"code"' in caught.value.read()


def test_clients_of_http_1_0_see_why_they_were_refused(server: RunningServer) -> None:
    for _ in range(3):
        with connect(server) as client:
            client.sendall(
                b"POST " + RUNS.encode() + b" HTTP/1.0\r\nContent-Length: 3500000\r\n\r\n" + bytes(3_500_000)
            )
            assert client.recv(65536).startswith(b"HTTP/1.1 413")


def test_a_lying_content_length_is_refused_before_the_body(server: RunningServer) -> None:
    with connect(server) as client:
        began = time.monotonic()
        client.sendall(POST + b"Content-Length: 99999999999\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 413")
        assert time.monotonic() - began < 3
        assert poured(client, bytes(65536), MUCH) < MUCH


def test_an_endless_chunked_body_is_refused_while_it_streams(server: RunningServer) -> None:
    with connect(server) as client:
        client.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        assert poured(client, b"10000\r\n" + bytes(65536) + b"\r\n", MUCH) < MUCH
    assert httpx.get(server.url + "/healthz").status_code == 200


def test_who_asks_before_sending_is_refused_without_sending(server: RunningServer) -> None:
    with connect(server) as client:
        client.sendall(POST + b"Content-Length: 3000000\r\nExpect: 100-continue\r\n\r\n")
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert answer.status == 413
        answer.read()
        assert client.recv(10) == b""


def test_a_body_that_is_whole_leaves_the_connection_open(server: RunningServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.connect()
    socket = connection.sock
    for body in (bytes(500_000), b"x"):
        connection.request("POST", RUNS, body)
        answer = connection.getresponse()
        assert answer.status == 415
        answer.read()
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
        assert connection.sock is socket
    connection.close()


def test_a_body_that_stops_behind_its_refusal_holds_nothing_up(server: RunningServer) -> None:
    with connect(server) as client:
        began = time.monotonic()
        client.sendall(b"POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc")
        assert client.recv(65536).startswith(b"HTTP/1.1 404")
        assert time.monotonic() - began < 3
        client.settimeout(30)
        while client.recv(65536):
            pass
        assert time.monotonic() - began < 15
