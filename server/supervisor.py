"""Several workers behind one socket: started, replaced when they die, stopped within a set time.

uvicorn's own supervisor asks each worker for a sign of life and waits for it; while it waits it hears no
signal, and a worker that starts slowly on a busy machine is killed before it can answer. This one only
watches whether processes end. Whether a worker answers is what /healthz is for.

On Linux workers are forked: what has been imported before is in memory once, however many they are, and one that
replaces another is there at once. Elsewhere each starts from nothing: libraries of macOS do not outlive a fork.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

logger = logging.getLogger("cnn_loupe")

Work = Callable[[socket.socket], None]

FORKS = sys.platform == "linux"
STOPS = (signal.SIGTERM, signal.SIGINT)
STARTUP_FAILED = 3  # uvicorn's exit code for an application that cannot start
SHORTEST_LIFE = 5.0  # seconds; who dies sooner is replaced more and more slowly
LONGEST_PAUSE = 10.0
GRACE = 1.5  # seconds beyond draining before a worker is killed
LOOK = 0.5  # seconds between looks whether the supervisor still lives


class Supervisor:
    """Keeps `count` processes running `work(socket)` until SIGTERM or SIGINT.

    share  imports what every worker needs; called once, before the first one, where workers are forked
    """

    def __init__(
        self,
        work: Work,
        listener: socket.socket,
        count: int,
        drain_seconds: float,
        share: Callable[[], None],
    ) -> None:
        self._work = work
        self._share = share
        self._listener = listener
        self._count = count
        self._drain = drain_seconds
        self._context = multiprocessing.get_context("fork" if FORKS else "spawn")
        self._workers: list[tuple[BaseProcess, float]] = []
        self._stopping = False
        self._pause = 0.0

    def run(self) -> int:
        """Run until told to stop; gives the exit code."""
        for name in STOPS:
            signal.signal(name, self._stop)
        if FORKS:
            self._share()
            # The collector writes to all that it looks at; left out, memory that nobody writes to stays shared.
            gc.collect()
            gc.freeze()
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
        process = self._context.Process(target=_be_worker, args=(self._work, self._listener, os.getpid()))  # type: ignore[attr-defined]
        with _stops_held_back():
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


@contextmanager
def _stops_held_back() -> Iterator[None]:
    """A worker begins with its supervisor's handlers: a signal in that moment would be noted and forgotten."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _be_worker(work: Work, listener: socket.socket, supervisor: int) -> None:
    for name in STOPS:
        signal.signal(name, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    threading.Thread(target=_end_with, args=(supervisor,), daemon=True).start()
    work(listener)


def _end_with(supervisor: int) -> None:
    """A worker whose supervisor was killed would hold the port for ever.

    Asked again and again: the pipe by which a process learns of its parent's end stays open in those forked later.
    """
    while os.getppid() == supervisor:
        time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
