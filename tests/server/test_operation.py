"""Workers that die, servers that stop, health under load: with real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from cnn_loupe.server.errors import Problem
from cnn_loupe.server.limits import ComputePool
from tests.conftest import ROOT, RunningServer, free_port, running_server, wait_until_ready
from tests.pictures import encoded, png, scene
from tests.server.processes import children, ended

RUNS = "/api/v1/models/tiny-vgg/runs?layers=none"
PICTURE = encoded(scene(512, 512), "JPEG")

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


class Load(threading.Thread):
    """One client that posts pictures until told to stop, and keeps count."""

    def __init__(self, url: str, picture: bytes) -> None:
        super().__init__(daemon=True)
        self.url, self.picture, self.stopped = url, picture, threading.Event()
        self.good, self.busy, self.lost, self.failed = 0, 0, 0, 0
        self.times: list[float] = []

    def run(self) -> None:
        with httpx.Client(timeout=30) as client:
            while not self.stopped.is_set():
                try:
                    began = time.perf_counter()
                    status = client.post(self.url, content=self.picture).status_code
                    if status == 200:
                        self.good += 1
                        self.times.append(time.perf_counter() - began)
                    else:
                        self.busy += status == 503
                        self.failed += status != 503
                        time.sleep(0.05)
                except httpx.TransportError:
                    self.lost += 1
                    time.sleep(0.05)


def start_load(url: str, clients: int, picture: bytes = PICTURE) -> list[Load]:
    found = [Load(url + RUNS, picture) for _ in range(clients)]
    for load in found:
        load.start()
    return found


def stop_load(loads: list[Load]) -> tuple[int, int]:
    for load in loads:
        load.stopped.set()
    for load in loads:
        load.join(timeout=60)
    return sum(load.good for load in loads), sum(load.lost for load in loads)


def until(condition: Callable[[], bool], seconds: float = 90) -> bool:
    """Whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


@linux
@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_only_its_requests_in_flight_are_lost() -> None:
    with running_server(workers=2) as server:
        assert until(lambda: len(children(server.process.pid)) == 2)
        before = children(server.process.pid)
        loads = start_load(server.url, 4)
        assert until(lambda: sum(load.good for load in loads) > 5)
        os.kill(before[0], signal.SIGKILL)
        answered = sum(load.good for load in loads)
        replaced = until(lambda: len(now := children(server.process.pid)) == 2 and before[0] not in now)
        went_on = until(lambda: sum(load.good for load in loads) > answered + 5)
        now = children(server.process.pid)
        _, lost = stop_load(loads)
        assert replaced, "the worker was not replaced"
        assert went_on, "the other worker did not go on"
        assert before[1] in now
        assert lost <= 4, "more than the requests in flight failed"


@linux
@pytest.mark.slow
def test_workers_end_when_their_supervisor_is_killed() -> None:
    with running_server(workers=2) as server:
        assert until(lambda: len(children(server.process.pid)) == 2)
        workers = children(server.process.pid)
        server.process.kill()
        server.process.wait()
        assert until(lambda: all(map(ended, workers)))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_lets_running_requests_end_within_ten_seconds(workers: int) -> None:
    port = free_port()
    environment = {**os.environ, "CNN_LOUPE_PORT": str(port), "CNN_LOUPE_WORKERS": str(workers)}
    process = subprocess.Popen(
        [sys.executable, "-m", "cnn_loupe", "serve"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, process)
        loads = start_load(url, 3)
        assert until(lambda: sum(load.good for load in loads) > 0)
        # An idle connection, and one whose request never ends, must not hold it up.
        idle = httpx.Client()
        idle.get(url + "/healthz")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=15)[0]
        assert time.monotonic() - began < 10
        good, _ = stop_load(loads)
        idle.close()
        assert good > 0
        assert "Traceback" not in output, output
        assert process.returncode == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows")
def test_a_closed_terminal_stops_a_server_as_sigterm_does() -> None:
    with running_server() as server:
        loads = start_load(server.url, 1)
        assert until(lambda: loads[0].good > 0)
        server.process.send_signal(signal.SIGHUP)
        assert "Traceback" not in server.process.communicate(timeout=15)[0]
        stop_load(loads)
        assert server.process.returncode == 0


@pytest.mark.slow
def test_what_takes_longer_than_draining_is_told_so(tmp_path: Path) -> None:
    """Requests that SIGTERM finds waiting, and that have not been computed in time, are refused; no traceback."""
    # About ten seconds of computing wait for one thread; on the quickest machine still far more than the second of
    # draining.
    with running_server(threads=1, drain_seconds=1, log_level="info") as server:
        loads = start_load(server.url, 100, LARGE)
        assert until(lambda: sum(load.good for load in loads) > 0)
        server.process.send_signal(signal.SIGTERM)
        output = server.process.communicate(timeout=20)[0]
        stop_load(loads)
        assert sum(load.busy for load in loads) > 0
        assert "Traceback" not in output, output
        assert server.process.returncode == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_cannot_start_ends_and_says_why(workers: int, tmp_path: Path) -> None:
    (tmp_path / "jinja2.py").write_text("raise RuntimeError('planted: this module is broken')")
    environment = {
        **os.environ, "CNN_LOUPE_PORT": str(free_port()), "CNN_LOUPE_WORKERS": str(workers),
        "PYTHONPATH": str(tmp_path),
    }  # fmt: skip
    found = subprocess.run(
        [sys.executable, "-m", "cnn_loupe", "serve"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.returncode == 1
    assert "planted: this module is broken" in found.stdout


@linux
def test_descriptors_are_kept_for_those_who_ask() -> None:
    """Eight hundred descriptors, of which two hundred are for connections; of six hundred silent ones the oldest make
    room.
    """
    port = free_port()
    process = subprocess.Popen(
        ["sh", "-c", 'ulimit -n 800; exec "$0" -m cnn_loupe serve', sys.executable],
        cwd=ROOT, env={**os.environ, "CNN_LOUPE_PORT": str(port)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        with contextlib.ExitStack() as opened:
            silent = [
                opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(600)
            ]
            began = time.monotonic()
            assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).status_code == 200
            assert time.monotonic() - began < 10
            ended = select.poll()
            for client in silent:
                ended.register(client, select.POLLIN)
            assert until(lambda: len(ended.poll(0)) >= 380, 10)
    finally:
        process.terminate()
        output = process.communicate(timeout=15)[0]
    assert "Traceback" not in output, output


LARGE = png(3600, 3600, 8, 2, (b"\0" + b"\x10\x80\xf0" * 3600) * 3600)


@pytest.mark.slow
def test_health_answers_while_large_pictures_are_decoded_and_a_full_queue_refuses_at_once() -> None:
    """Held to the time of the runs themselves: if computing blocked the loop, health would take as long."""
    with running_server(threads=1, queue=1) as server:
        loads = start_load(server.url, 3, LARGE)
        assert until(lambda: sum(load.good for load in loads) > 0)
        times = []
        with httpx.Client(timeout=30) as client:
            for _ in range(30):
                began = time.perf_counter()
                assert client.get(server.url + "/healthz").status_code == 200
                times.append(time.perf_counter() - began)
                time.sleep(0.05)
        good, lost = stop_load(loads)
        assert lost == 0
        assert good > 1
        assert sum(load.busy for load in loads) > 0
        slowest_run = max(time for load in loads for time in load.times)
        assert sorted(times)[15] < slowest_run / 3


def test_the_command_loads_nothing_before_it_serves_that_only_serving_needs() -> None:
    code = (
        "import sys; from cnn_loupe.server.cli import _parser; _parser(); import cnn_loupe.server.serve;"
        "print([name for name in ('numpy', 'PIL', 'fastapi', 'uvicorn', 'starlette') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"


def test_a_taken_port_is_said_plainly(live_server: RunningServer) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "cnn_loupe", "serve", "--port", str(live_server.port)],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert found.returncode == 1
    assert f"--port {live_server.port + 1}" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--host", "no-such-host.invalid"], "no address 'no-such-host.invalid'"),
        (["--host", "203.0.113.1"], "no address '203.0.113.1'"),
        (["--port", "65535"], "--port 8000"),
    ],
)
def test_an_address_that_is_not_to_be_had_is_said_plainly(flags: list[str], said: str) -> None:
    with contextlib.ExitStack() as stack:
        if "--port" in flags:
            stack.enter_context(socket.create_server(("127.0.0.1", 65535)))
        found = subprocess.run(
            [sys.executable, "-m", "cnn_loupe", "serve", *flags], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
    assert found.returncode == 1
    assert said in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "99999"], "CNN_LOUPE_PORT"),
        (["--host", ""], "CNN_LOUPE_HOST"),
        (["--workers", "many"], "CNN_LOUPE_WORKERS"),
        (["--root-path", "/a/../b"], "CNN_LOUPE_ROOT_PATH"),
        (["--frame-ancestors", "*; script-src *"], "CNN_LOUPE_FRAME_ANCESTORS"),
    ],
)
def test_a_wrong_setting_is_named_with_its_flag_and_variable(arguments: list[str], said: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "cnn_loupe", "serve", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert found.returncode == 2
    assert said in found.stderr
    assert arguments[0] in found.stderr
    assert "Traceback" not in found.stderr


def test_broken_model_folders_are_reported_and_skipped(models_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.json").write_text("{")
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "model.json").write_bytes((models_folder / "deep" / "model.json").read_bytes())
    (tmp_path / "cut" / "weights.safetensors").write_bytes(b"cut short")
    folders = os.pathsep.join(map(str, (tmp_path, models_folder, tmp_path / "absent")))
    with running_server(models=folders) as server:
        names = [model["id"] for model in httpx.get(server.url + "/api/v1/models").json()["models"]]
        assert names == ["tiny-vgg", "deep", "minimal", "wide"]
        server.process.terminate()
        log = server.process.communicate(timeout=15)[0]
    for folder in ("broken", "cut", "absent"):
        assert f"{folder} is skipped" in log


def test_nothing_is_written_to_disk(models_folder: Path, tmp_path: Path) -> None:
    """A server whose every file would have to be empty still serves: it writes none."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0));"
        "from cnn_loupe.server.cli import main; sys.exit(main(['serve']))"
    )
    port = free_port()
    environment = {
        **os.environ, "CNN_LOUPE_PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tmp_path),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        answer = httpx.post(f"http://127.0.0.1:{port}{RUNS}", content=PICTURE)
        assert answer.status_code == 200
        assert list(tmp_path.iterdir()) == []
    finally:
        process.terminate()
        process.communicate(timeout=15)


@linux
@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_under_the_log_stops_nothing(workers: int) -> None:
    port = free_port()
    environment = {**os.environ, "CNN_LOUPE_PORT": str(port), "CNN_LOUPE_WORKERS": str(workers)}
    environment.pop("PYTHONUNBUFFERED", None)  # what cannot be written is then kept, and fails again and again
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen([sys.executable, "-m", "cnn_loupe", "serve"], cwd=ROOT, env=environment, stdout=full)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process)
            for _ in range(3):
                assert httpx.post(f"http://127.0.0.1:{port}{RUNS}", content=PICTURE).status_code == 200
            if workers > 1:
                # The supervisor says in its log that a worker has died, and replaces it all the same.
                before = children(process.pid)
                os.kill(before[0], signal.SIGKILL)
                assert until(lambda: len(now := children(process.pid)) == workers and before[0] not in now)
            process.terminate()
            ended_with = process.wait(timeout=15)
            assert ended_with in (0, -signal.SIGTERM)
        finally:
            process.kill()
            process.wait(timeout=15)


@linux
@pytest.mark.slow
def test_clients_that_go_away_while_they_wait_are_not_computed_for() -> None:
    """Thirty ask for something long and leave; only what had begun is still done."""
    from tests.benchmarks.bench_server import processor_of

    request = f"POST {RUNS} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(LARGE)}\r\n\r\n".encode() + LARGE
    with running_server(threads=1) as server:
        began = processor_of(server.process.pid)
        assert httpx.post(server.url + RUNS, content=LARGE, timeout=60).status_code == 200
        one = processor_of(server.process.pid) - began
        clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(30)]
        for client in clients:
            client.sendall(request)
        for client in clients:
            client.close()
        began = processor_of(server.process.pid)
        assert until(lambda: httpx.post(server.url + RUNS, content=PICTURE, timeout=60).status_code == 200)
        assert processor_of(server.process.pid) - began < 15 * one


def test_nothing_in_the_server_waits_by_a_clock_that_can_be_set() -> None:
    """Deadlines use the monotonic clock; the wall clock may only be written down, in the log."""
    for path in (ROOT / "server").rglob("*.py"):
        text = path.read_text("utf-8")
        assert not re.search(r"\btime\.time\(|\bdatetime\b|time\.localtime|time_ns\(", text), path.name


FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def year_told(client: httpx.Client) -> int:
    """The year by the server's wall clock, which it looks at once a second."""
    return int(client.get("/healthz").headers["date"][12:16])


@linux
@pytest.mark.slow
@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed (apt install libfaketime)")
def test_jumps_of_the_clock_do_no_harm(tmp_path: Path) -> None:
    """The wall clock of a running server goes a year ahead and ten years back; the monotonic one stays real."""
    stamp, port = tmp_path / "clock", free_port()
    stamp.write_text("+0")
    environment = {
        **os.environ, "CNN_LOUPE_PORT": str(port), "LD_PRELOAD": str(FAKETIME), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_TIMESTAMP_FILE": str(stamp), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "CNN_LOUPE_REQUEST_TIMEOUT": "3",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "cnn_loupe", "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            this_year = year_told(client)
            for jump, years in (("+365d", 1), ("-3650d", -10), ("+0", 0)):
                stamp.write_text(jump)
                with socket.create_connection(("127.0.0.1", port)) as slow:
                    slow.sendall(b"GET / HTTP/1.1\r\n")
                    for _ in range(5):
                        assert client.post(RUNS, content=PICTURE).status_code == 200
                    slow.settimeout(20)
                    began = time.monotonic()
                    assert slow.recv(4096) == b""
                    assert time.monotonic() - began < 10
                assert until(lambda year=this_year + years: year_told(client) == year), "the clock did not jump"
    finally:
        process.terminate()
        process.wait(timeout=15)


def test_a_request_that_comes_while_the_server_stops_is_refused() -> None:
    """The threads have ended; what still comes must not become an internal error."""
    pool = ComputePool(threads=1, queue=8, max_body=1000, max_pending=1000)
    pool.close()
    with pytest.raises(Problem) as caught:
        asyncio.run(pool.run(None, lambda: 1))
    assert (caught.value.status, caught.value.code) == (503, "server_stopping")
    assert pool.jobs == 0
