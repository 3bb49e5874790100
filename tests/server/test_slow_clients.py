"""Over real sockets: slow, lying and vanishing clients, and what the protocol refuses itself."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import RunningServer, running_server
from tests.server.sockets import connect, poured

RUNS = "/api/v1/models/minimal/runs"


@pytest.fixture(scope="module")
def hasty(models_folder: Path) -> Iterator[RunningServer]:
    """A server that waits one second for a request and two for its answer to be taken."""
    with running_server(
        models=models_folder, request_timeout=1, response_timeout=2, max_upload_bytes=2_000_000
    ) as found:
        yield found


def read_to_end(client: socket.socket) -> bytes:
    parts = []
    try:
        while part := client.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def problem_of(answer: bytes) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, answer[:300]
    found: dict[str, object] = json.loads(body)
    return found


@pytest.mark.parametrize(
    "start",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"POST " + RUNS.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc",
        b"POST " + RUNS.encode() + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
def test_a_request_that_never_arrives_whole_is_answered_and_closed(hasty: RunningServer, start: bytes) -> None:
    with connect(hasty) as client:
        began = time.monotonic()
        client.sendall(start)
        problem = problem_of(read_to_end(client))
        assert problem["code"] == "request_too_slow"
        assert 0.8 < time.monotonic() - began < 5


@pytest.mark.parametrize("second", [b"POST " + RUNS.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc", b"GET / HT"])
def test_a_request_begun_right_behind_another_has_to_arrive_as_well(hasty: RunningServer, second: bytes) -> None:
    with connect(hasty) as client:
        began = time.monotonic()
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + second)
        answers = read_to_end(client)
        assert answers.startswith(b"HTTP/1.1 200")
        assert b"request_too_slow" in answers
        assert time.monotonic() - began < 5


def test_a_request_that_drips_is_not_kept_alive_by_dripping(hasty: RunningServer) -> None:
    with connect(hasty) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        began = time.monotonic()
        with pytest.raises(OSError) as caught:  # broken pipe or reset, as it happens
            while time.monotonic() - began < 8:
                client.sendall(b"X-Drip: 1\r\n")
                time.sleep(0.2)
        assert not isinstance(caught.value, TimeoutError)
        assert time.monotonic() - began < 5


def test_a_connection_that_never_asks_is_closed(hasty: RunningServer) -> None:
    with connect(hasty) as client:
        assert read_to_end(client) == b""


def test_an_endless_chunked_body_is_refused_while_it_streams(hasty: RunningServer) -> None:
    with connect(hasty) as client:
        client.sendall(b"POST " + RUNS.encode() + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert poured(client, b"10000\r\n" + bytes(65536) + b"\r\n", 40_000_000) < 20_000_000
    assert httpx.get(hasty.url + "/healthz").status_code == 200


def test_a_lying_content_length_is_refused_before_the_body(hasty: RunningServer) -> None:
    with connect(hasty) as client:
        client.sendall(b"POST " + RUNS.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
        assert b"413" in client.recv(65536)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/x.y\r\n\r\n",
        b"\r\n\r\n\r\nnothing\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
    ],
)
def test_what_is_not_http_gets_a_problem_and_is_closed(hasty: RunningServer, nonsense: bytes) -> None:
    with connect(hasty) as client:
        try:
            client.sendall(nonsense)
        except OSError:
            pass
        answer = read_to_end(client)
        if answer:  # a reset may lose it; what arrives must be right
            assert problem_of(answer)["code"] == "http_malformed"
    assert httpx.get(hasty.url + "/healthz").status_code == 200


def test_a_client_that_takes_nothing_is_dropped(hasty: RunningServer) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", hasty.port))
        client.settimeout(15)
        # Ten answers of a megabyte, asked for and never read.
        request = b"GET /api/v1/models/tiny-vgg/samples/espresso/run HTTP/1.1\r\nHost: a\r\n\r\n"
        client.sendall(request * 10)
        time.sleep(4)
        got = len(read_to_end(client))
        assert got < 9_000_000


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads memory from /proc")
def test_clients_that_take_nothing_cost_bounded_memory_however_many_come_and_go() -> None:
    """Three times eighty answers of 3.5 MB that nobody reads: dropped when too many wait, or after two seconds."""
    body = b'{"sample": "espresso"}'
    request = (
        b"POST /api/v1/models/tiny-vgg/runs?encoding=list&preparation=full HTTP/1.1\r\nHost: a\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    with running_server(response_timeout=2) as server:
        assert httpx.post(server.url + "/api/v1/models/tiny-vgg/runs", json={"sample": "espresso"}).status_code == 200
        idle = resident(server.process.pid)
        for _ in range(3):
            with contextlib.ExitStack() as clients:
                for _ in range(80):
                    client = clients.enter_context(socket.socket())
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    client.connect(("127.0.0.1", server.port))
                    client.sendall(request)
                until = time.monotonic() + 8
                while time.monotonic() < until:
                    assert resident(server.process.pid) - idle < 110
                    time.sleep(0.1)
        assert httpx.get(server.url + "/healthz").status_code == 200


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def test_clients_that_go_away_in_the_middle_leave_nothing_behind(hasty: RunningServer) -> None:
    for _ in range(20):
        with connect(hasty) as client:
            client.sendall(b"POST " + RUNS.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" + bytes(20000))
    time.sleep(0.3)
    answer = httpx.post(hasty.url + RUNS, content=b"x")
    assert answer.json()["code"] == "picture_format_unknown"


def test_several_requests_use_one_connection_even_after_an_error(hasty: RunningServer) -> None:
    with httpx.Client(base_url=hasty.url) as client:
        assert client.post(RUNS, content=b"x").status_code == 415
        assert client.get("/healthz").status_code == 200
        assert client.post(RUNS, content=bytes(2_000_001)).status_code == 413
        assert client.get("/healthz").status_code == 200
