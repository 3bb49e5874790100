"""Behind the nginx that compose.yaml brings, with its very configuration: what it holds off, and what gets through."""

from __future__ import annotations

import contextlib
import http.client
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import RunningServer, free_port, running_server
from tests.server.proxy import NGINX, Proxy, configuration, nginx, started
from tests.server.test_operation import PICTURE as PHOTO
from tests.server.test_operation import Load, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(NGINX).exists(), reason="nginx is not installed (apt install nginx-light)"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server(trusted_proxies="127.0.0.1") as found:
        yield found


@pytest.fixture(scope="module")
def proxy(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with nginx(tmp_path_factory.mktemp("nginx"), [server.port]) as found:
        yield found


def resident(pid: int) -> float:
    """Megabytes that a process has in memory."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1000


def connected(proxy: Proxy, data: bytes = b"") -> socket.socket:
    found = socket.create_connection(("127.0.0.1", proxy.port), timeout=60)
    found.sendall(data)
    return found


@pytest.fixture
def sockets() -> Iterator[contextlib.ExitStack]:
    """Holds connections, and closes them however the test ends."""
    with contextlib.ExitStack() as stack:
        yield stack


def closed_after(found: socket.socket, began: float) -> float:
    """Seconds from `began` until the other side has closed, whatever it says before."""
    with contextlib.suppress(OSError):
        while found.recv(65536):
            pass
    return time.monotonic() - began


# What gets through.


def test_page_scripts_pictures_and_runs_work_under_a_sub_path(tmp_path: Path) -> None:
    with running_server(root_path="/learn/cnn") as server, nginx(tmp_path, [server.port], "/learn/cnn/") as found:
        base, url = found.url, found.url + "/learn/cnn"
        html = httpx.get(url + "/").text
        addresses = {a.replace("&amp;", "&") for a in re.findall(r'(?:href|src)="(/[^"]+)"', html)}
        kinds = {
            "scripts": r"/static/[0-9a-f]{16}/js/.+\.js",
            "styles": r"/static/[0-9a-f]{16}/css/.+\.css",
            "run": r"/api/.+/run\?v=",
        }
        for kind, pattern in kinds.items():
            assert any(re.search(pattern, address) for address in addresses), f"the page names no {kind}: {addresses}"
        for address in addresses:
            assert address.startswith("/learn/cnn/")
            assert httpx.get(base + address).status_code in (200, 204), address
        sample = httpx.get(url + "/api/v1/models/tiny-vgg/samples").json()["samples"][0]
        for name in ("url", "thumbnail", "run"):
            assert sample[name].startswith("/learn/cnn/")
            assert httpx.get(base + sample[name]).status_code == 200, sample[name]
        run = httpx.post(f"{url}/api/v1/models/tiny-vgg/runs?layers=softmax", content=PHOTO)
        assert run.json()["layers"][0]["shape"] == [10]
        problem = httpx.get(url + "/api/v1/models/none")
        assert (problem.status_code, problem.json()["code"]) == (404, "unknown_model")


def test_immutable_runs_are_answered_from_the_cache(proxy: Proxy) -> None:
    samples = httpx.get(proxy.url + "/api/v1/models/tiny-vgg/samples").json()["samples"]
    first, second = (httpx.get(proxy.url + samples[0]["run"]) for _ in range(2))
    assert first.json() == second.json()
    assert first.headers["x-request-id"] == second.headers["x-request-id"]  # the very same stored answer


def test_a_body_of_nearly_20_mb_reaches_the_server_and_its_refusal_comes_back(proxy: Proxy) -> None:
    answer = httpx.post(proxy.url + "/api/v1/models/tiny-vgg/runs", content=bytes(19_900_000), timeout=60)
    assert answer.status_code == 415
    assert answer.json()["code"] == "picture_format_unknown"


def test_tls_takes_three_lines(server: RunningServer, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    options = [
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]
    subprocess.run(
        [openssl, "req", "-x509", *options, "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    plain, port = free_port(), free_port()
    text = configuration(tmp_path, plain, [server.port])
    lines = re.findall(r"# (listen 8443 ssl;|ssl_\w+ /etc/nginx/tls/\S+;)", text)
    assert len(lines) == 3
    for line in lines:
        text = text.replace(f"# {line}", line)
    text = text.replace("listen 8443", f"listen 127.0.0.1:{port}").replace("/etc/nginx/tls", str(tmp_path))
    with started(tmp_path, text, plain):
        trusting = ssl.create_default_context(cafile=certificate)
        answer = httpx.get(f"https://localhost:{port}/api/v1/models", verify=trusting)
    assert answer.status_code == 200


# What it holds off.


def test_a_refusal_arrives_though_the_client_is_still_sending(proxy: Proxy) -> None:
    for _ in range(5):
        asked = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
        asked.request("POST", "/api/v1/models/tiny-vgg/runs", body=bytes(24_000_000), headers={"Connection": "close"})
        assert asked.getresponse().status == 413
        asked.close()


def test_heads_of_many_headers_are_refused_and_unfinished_ones_hold_no_memory(
    proxy: Proxy, server: RunningServer, sockets: contextlib.ExitStack
) -> None:
    with connected(proxy, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"a:b\r\n" * 20_000 + b"\r\n") as whole:
        assert whole.recv(100).startswith(b"HTTP/1.1 400")
    before, theirs = proxy.memory(), resident(server.process.pid)
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"ab:cd\r\n" * 2_000
    for _ in range(300):
        sockets.enter_context(connected(proxy, head))
    time.sleep(0.5)
    grown = proxy.memory() - before
    print(f"300 unfinished heads of {len(head)} bytes: nginx +{grown:.1f} MB")
    assert grown < 300 * 0.08
    assert resident(server.process.pid) - theirs < 5, "they reach the server"


def test_idle_and_slow_connections_end_and_keep_nobody_waiting(
    proxy: Proxy, server: RunningServer, sockets: contextlib.ExitStack
) -> None:
    def open_with(data: bytes = b"") -> socket.socket:
        return sockets.enter_context(connected(proxy, data))

    began = time.monotonic()
    run = b"GET /api/v1/models/tiny-vgg/parameters HTTP/1.1\r\nHost: x\r\n\r\n"
    idle = [open_with() for _ in range(600)]
    reading = [open_with(run * 200) for _ in range(20)]  # 21 MB of answers each, and nobody takes them
    asked = time.monotonic()
    assert httpx.get(proxy.url + "/healthz", timeout=10).status_code == 200
    assert time.monotonic() - asked < 3
    head = open_with(b"GET / HTTP/1.1\r\nHost: x\r\n")
    body = open_with(b"POST /api/v1/models/tiny-vgg/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx")
    kept = open_with(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    # The first three end after 10 s, an idle one that has asked before after 20, one that takes nothing after 30.
    ends: dict[str, float] = {}
    waiting = [
        threading.Thread(target=lambda name=name, each=each: ends.update({name: closed_after(each, began)}))
        for name, each in (("idle", idle[0]), ("head", head), ("body", body), ("kept", kept))
    ]
    for thread in waiting:
        thread.start()
    before = resident(server.process.pid)
    for thread in waiting:
        thread.join(timeout=60)
    print(ends)
    assert ends["idle"] < 16
    assert ends["head"] < 16
    assert ends["body"] < 16
    assert ends["kept"] < 27
    cut = select.poll()
    for each in reading:
        cut.register(each, 0)  # errors and ends alone: nothing is read
    gone: set[int] = set()
    while len(gone) < len(reading) and time.monotonic() < began + 60:
        gone |= {number for number, _ in cut.poll(1000)}
        for number in gone:
            with contextlib.suppress(KeyError):
                cut.unregister(number)
    assert len(gone) == len(reading), "who takes nothing is kept"
    assert resident(server.process.pid) - before < 20


class Upstream(threading.Thread):
    """A server that takes each request whole and answers nothing: it falls over."""

    def __init__(self, answer: bytes = b"") -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.answer = answer
        self.requests: list[bytes] = []

    def run(self) -> None:
        while True:
            try:
                taken, _ = self.socket.accept()
            except OSError:
                return
            with taken:
                self.requests.append(taken.recv(65536).split(b" ")[0])
                if self.answer:
                    taken.sendall(self.answer)


def test_a_get_is_tried_on_another_server_and_a_post_never(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    falling, sound = [Upstream() for _ in range(2)], Upstream(answer)
    for upstream in (*falling, sound):
        upstream.start()
    port = free_port()
    text = configuration(tmp_path, port, [upstream.port for upstream in (*falling, sound)])
    text = text.replace("max_fails=1 fail_timeout=5s", "max_fails=0")  # none is left out for having fallen before
    with started(tmp_path, text, port, ready=None) as found:
        for upstream in (*falling, sound):
            upstream.requests.clear()
        assert [httpx.get(found.url + "/x").status_code for _ in range(6)] == [200] * 6
        assert sound.requests == [b"GET"] * 6
        assert sum(len(upstream.requests) for upstream in falling) > 0
        for upstream in (*falling, sound):
            upstream.requests.clear()
        statuses = [httpx.post(found.url + "/x", content=b"picture").status_code for _ in range(6)]
        assert sum(len(upstream.requests) for upstream in (*falling, sound)) == 6, "a POST was sent twice"
        assert set(statuses) == {200, 502}
    for upstream in (*falling, sound):
        upstream.socket.close()


def test_of_three_instances_one_can_be_killed_under_load_and_no_get_is_lost(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        instances = [stack.enter_context(running_server()) for _ in range(3)]
        proxy = stack.enter_context(nginx(tmp_path, [server.port for server in instances]))
        posts = [Load(proxy.url + "/api/v1/models/tiny-vgg/runs?layers=none", PHOTO) for _ in range(4)]
        got: list[int] = []
        ended = threading.Event()

        def ask() -> None:
            with httpx.Client(timeout=30) as client:
                while not ended.is_set():
                    got.append(client.get(proxy.url + "/api/v1/models").status_code)

        gets = [threading.Thread(target=ask) for _ in range(2)]
        for thread in (*posts, *gets):
            thread.start()
        assert until(lambda: sum(load.good for load in posts) > 5)
        instances[2].process.send_signal(signal.SIGKILL)
        answered = sum(load.good for load in posts)
        assert until(lambda: sum(load.good for load in posts) > answered + 12)
        ended.set()
        for load in posts:
            load.stopped.set()
        for thread in (*posts, *gets):
            thread.join(timeout=60)
    lost = sum(load.lost + load.failed for load in posts)
    print(
        f"{sum(load.good for load in posts)} POST answered, {lost} lost; {len(got)} GET, all answered: "
        f"{set(got) == {200}}"
    )
    assert set(got) == {200}
    assert lost <= len(posts), "more than what was in hand when the instance was killed"
