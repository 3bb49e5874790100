"""The supervisor by itself, with workers that do next to nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.server.processes import children, ended

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers are forked on Linux alone")

SCRIPT = """
import os, socket, time
from cnn_loupe.server.supervisor import Supervisor

def say(what):  # in one piece: several processes speak at once
    os.write(1, f"{{what}} {{os.getpid()}}\\n".encode())

def share():
    say("shared by")

def work(listener):
    say("worker")
    time.sleep(60)

say("supervisor")
raise SystemExit(Supervisor(work, socket.create_server(("127.0.0.1", 0)), {count}, 1.0, share).run())
"""


@contextlib.contextmanager
def supervised(count: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(count=count)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


def said(process: subprocess.Popen[str]) -> tuple[str, int]:
    """What the next line tells, and of which process."""
    assert process.stdout is not None
    what, _, pid = process.stdout.readline().strip().rpartition(" ")
    return what, int(pid)


def test_what_workers_share_is_imported_once_before_the_first() -> None:
    with supervised(3) as process:
        lines = [said(process) for _ in range(5)]
        assert lines[:2] == [("supervisor", process.pid), ("shared by", process.pid)]
        assert [what for what, _ in lines[2:]] == ["worker"] * 3
        assert sorted(pid for _, pid in lines[2:]) == sorted(children(process.pid))


def test_a_worker_is_stopped_by_a_signal_in_its_very_first_moment() -> None:
    """It begins as a copy of the supervisor, whose handlers only make a note of signals."""
    with supervised(1) as process:
        for _ in range(3):
            while not (workers := children(process.pid)):
                pass
            (worker,) = workers
            os.kill(worker, signal.SIGTERM)
            until = time.monotonic() + 10
            while not ended(worker) and time.monotonic() < until:
                time.sleep(0.01)
            assert ended(worker), "the signal was lost"


def test_workers_end_soon_after_a_supervisor_that_was_killed() -> None:
    """All at once: none waits for one that was forked after it."""
    with supervised(4) as process:
        workers = [said(process)[1] for _ in range(6)][2:]
        began = time.monotonic()
        process.kill()
        process.wait()
        while not all(map(ended, workers)) and time.monotonic() < began + 10:
            time.sleep(0.02)
        assert all(map(ended, workers))


def test_the_supervisor_stops_its_workers_and_ends_well() -> None:
    with supervised(2) as process:
        workers = [said(process)[1] for _ in range(4)][2:]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert all(map(ended, workers))
