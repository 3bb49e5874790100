"""Several workers behind one socket: started, replaced when they die, stopped within a set time.

uvicorn's own supervisor asks each worker for a sign of life and waits for it; while it waits it hears no
signal, and a worker that starts slowly on a busy machine is killed before it can answer. This one only
watches whether processes end. Whether a worker answers is what /healthz is for.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess

logger = logging.getLogger("cnn_loupe")

Work = Callable[[socket.socket], None]

STARTUP_FAILED = 3  # uvicorn's exit code for an application that cannot start
SHORTEST_LIFE = 5.0  # seconds; who dies sooner is replaced more and more slowly
LONGEST_PAUSE = 10.0
GRACE = 1.5  # seconds beyond draining before a worker is killed


class Supervisor:
    """Keeps `count` processes running `work(socket)` until SIGTERM or SIGINT."""

    def __init__(self, work: Work, listener: socket.socket, count: int, drain_seconds: float) -> None:
        self._work = work
        self._listener = listener
        self._count = count
        self._drain = drain_seconds
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._workers: list[tuple[SpawnProcess, float]] = []
        self._stopping = False
        self._pause = 0.0

    def run(self) -> int:
        """Run until told to stop; gives the exit code."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        for _ in range(self._count):
            self._start()
        code = 0
        while not self._stopping:
            wait([process.sentinel for process, _ in self._workers], timeout=0.2)
            if self._failed_to_start():
                logger.error("a worker could not start; the lines above say why")
                code = 1
                break
            self._replace_dead()
        self._stop_all()
        return code

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self) -> None:
        process = self._context.Process(target=_be_worker, args=(self._work, self._listener))
        process.start()
        self._workers.append((process, time.monotonic()))

    def _failed_to_start(self) -> bool:
        return any(process.exitcode == STARTUP_FAILED for process, _ in self._workers)

    def _replace_dead(self) -> None:
        for worker in [worker for worker in self._workers if worker[0].exitcode is not None]:
            process, born = worker
            self._workers.remove(worker)
            short = time.monotonic() - born < SHORTEST_LIFE
            self._pause = min(LONGEST_PAUSE, 2 * self._pause + 0.5) if short else 0.0
            logger.error("worker %s ended with %s; starting another", process.pid, process.exitcode)
            self._sleep(self._pause)
            if not self._stopping:
                self._start()

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < until:
            time.sleep(0.1)

    def _stop_all(self) -> None:
        # Closed here first: whoever connects from now on is refused at once instead of waiting in a
        # queue that nobody empties.
        self._listener.close()
        for process, _ in self._workers:
            if process.exitcode is None and process.pid is not None:
                os.kill(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + self._drain + GRACE
        for process, _ in self._workers:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                logger.error("worker %s did not stop in time and is killed", process.pid)
                process.kill()
                process.join()


def _be_worker(work: Work, listener: socket.socket) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work(listener)


def _end_with_parent() -> None:
    """A worker whose supervisor was killed would hold the port for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
