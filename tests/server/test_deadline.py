"""Over real sockets: clients that are slow, fall silent, vanish, or take nothing. uvicorn's part runs from its lowest
to its newest version.
"""

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
from tests.server.sockets import connect

RUNS = "/api/v1/models/minimal/runs"
POST = b"POST " + RUNS.encode() + b" HTTP/1.1\r\nHost: a\r\n"
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, or relies on TCP_USER_TIMEOUT")


@pytest.fixture(scope="module")
def hasty(models_folder: Path) -> Iterator[RunningServer]:
    """A server that waits one second for a request and two for its answer to be taken."""
    with running_server(
        models=models_folder, request_timeout=1, response_timeout=2, keep_alive=30, max_upload_bytes=2_000_000
    ) as found:
        yield found


def read_to_end(client: socket.socket) -> bytes:
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def problem_of(answer: bytes) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, answer[:300]
    found: dict[str, object] = json.loads(body)
    return found


@pytest.mark.parametrize("start", [b"", b"GET /", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_a_head_that_does_not_arrive_is_not_waited_for(hasty: RunningServer, start: bytes) -> None:
    with connect(hasty) as client:
        began = time.monotonic()
        client.sendall(start)
        assert read_to_end(client) == b""
        assert 0.8 < time.monotonic() - began < 6


def test_a_head_that_drips_is_not_waited_for_longer(hasty: RunningServer) -> None:
    with connect(hasty) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        began = time.monotonic()
        with pytest.raises(ConnectionError):  # broken pipe or reset, as it happens
            while time.monotonic() - began < 10:
                client.sendall(b"X-Drip: 1\r\n")
                time.sleep(0.2)
        assert time.monotonic() - began < 6


@pytest.mark.parametrize(
    "start", [b"Content-Length: 1000\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"]
)
def test_a_body_that_does_not_arrive_is_answered_and_the_connection_closed(hasty: RunningServer, start: bytes) -> None:
    with connect(hasty) as client:
        began = time.monotonic()
        client.sendall(POST + start)
        problem = problem_of(read_to_end(client))
        assert problem["code"] == "request_too_slow"
        assert problem["params"] == {"seconds": 1.0}
        assert 0.8 < time.monotonic() - began < 6


@pytest.mark.parametrize("second", [POST + b"Content-Length: 1000\r\n\r\nabc", b"GET / HT"])
def test_a_request_begun_after_another_has_to_arrive_as_well(hasty: RunningServer, second: bytes) -> None:
    with connect(hasty) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
        time.sleep(1.5)  # an idle connection has longer: what keep_alive says
        began = time.monotonic()
        client.sendall(second)
        rest = read_to_end(client)
        assert (b"request_too_slow" in rest) == second.startswith(b"POST")
        assert 0.8 < time.monotonic() - began < 6


def test_whoever_opens_many_connections_and_says_nothing_takes_them_from_himself(hasty: RunningServer) -> None:
    """A thousand a worker are held; the ones that have been silent longest make room."""
    with contextlib.ExitStack() as opened, httpx.Client(base_url=hasty.url) as kept:
        assert kept.get("/healthz").status_code == 200
        silent = [opened.enter_context(connect(hasty)) for _ in range(850)]
        began = time.monotonic()
        assert httpx.get(hasty.url + "/healthz").status_code == 200
        assert time.monotonic() - began < 5
        for client in silent:
            assert read_to_end(client) == b""


@linux
def test_a_client_that_takes_nothing_of_its_answer_is_dropped_by_the_system(hasty: RunningServer) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", hasty.port))
        # Ten answers of a megabyte, asked for and never read.
        client.sendall(b"GET /api/v1/models/tiny-vgg/samples/espresso/run HTTP/1.1\r\nHost: a\r\n\r\n" * 10)
        began = time.monotonic()
        while server_side(hasty.port, client.getsockname()[1]) and time.monotonic() - began < 40:
            time.sleep(0.2)
        assert not server_side(hasty.port, client.getsockname()[1])


def server_side(port: int, client: int) -> bool:
    """Whether the server still holds the connection from this port (proc_net_tcp(5): 01 is ESTABLISHED)."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(
        line[1].endswith(f":{port:04X}") and line[2].endswith(f":{client:04X}") and line[3] == "01" for line in lines
    )


@linux
def test_a_client_that_takes_its_answers_slowly_gets_them_whole(hasty: RunningServer) -> None:
    """Answer after answer over one connection for longer than response_timeout: no one is cut."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.connect(("127.0.0.1", hasty.port))
        client.settimeout(20)
        began = time.monotonic()
        while time.monotonic() - began < 6:
            client.sendall(b"GET /api/v1/models/tiny-vgg/samples/espresso/run HTTP/1.1\r\nHost: a\r\n\r\n")
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(1)
            missing = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            while missing > 0:
                part = client.recv(min(missing, 65536))
                assert part, f"the answer was cut {missing} bytes before its end"
                missing -= len(part)
                time.sleep(0.05)


@linux
@pytest.mark.slow
def test_unfinished_heads_cost_what_they_weigh(models_folder: Path) -> None:
    """A thousand heads of 30 kB, full of the smallest headers: the server keeps the bytes and nothing else."""
    head = b"GET / HTTP/1.1\r\nHost: a\r\n" + b"a:b\r\n" * 6000
    with running_server(models=models_folder, request_timeout=120) as server, contextlib.ExitStack() as opened:
        httpx.get(server.url + "/healthz")
        idle = resident(server.process.pid)
        for _ in range(800):
            opened.enter_context(connect(server)).sendall(head)
        assert httpx.get(server.url + "/healthz", timeout=60).status_code == 200
        assert resident(server.process.pid) - idle < 100


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def test_clients_that_go_away_in_the_middle_leave_nothing_behind(hasty: RunningServer) -> None:
    for _ in range(20):
        with connect(hasty) as client:
            client.sendall(POST + b"Content-Length: 50000\r\n\r\n" + bytes(20000))
    time.sleep(0.3)
    answer = httpx.post(hasty.url + RUNS, content=b"x")
    assert answer.json()["code"] == "picture_format_unknown"
