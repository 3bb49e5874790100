"""What one request, and all of them together, may take: bytes, places in the queue, threads."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from cnn_loupe.server.errors import Problem

Result = TypeVar("Result")

RETRY_AFTER = {"Retry-After": "1"}

# Jobs handed to the threads before one of them is free. A thread that has to wait until the loop has sent the answer
# to its last job stands still for a quarter of the time; with one job ahead there are a tenth more runs.
AHEAD = 1
LOOK_AGAIN = 0.05  # seconds between two looks whether the client of a long job is still there


class ClientGone(Exception):
    """The client disconnected before it was answered."""


class ComputePool:
    """Bounded computation: a few threads, a bounded queue before them, bounded bytes in hand.

    A full queue refuses a request at once (503, Retry-After). A request whose client disconnected while it waited is
    dropped without being computed.
    """

    def __init__(self, *, threads: int, queue: int, max_body: int, max_pending: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="compute")
        self._slots = asyncio.Semaphore(threads + AHEAD)
        self._capacity = threads + queue
        self._max_body = max_body
        self._max_pending = max_pending
        self.pending_bytes = 0
        self.jobs = 0
        self.refused = 0
        self.closed = False

    async def run(self, request: Request | None, job: Callable[[], Result]) -> Result:
        """Do the job in a thread when one is free, or nearly.

        Raises Problem (503) when the queue is full or the server is stopping, ClientGone when the client has left
        meanwhile.
        """
        if self.jobs >= self._capacity:
            raise self._busy()
        self.jobs += 1
        try:
            waited = self._slots.locked()
            async with self._slots:
                if waited and request is not None and await request.is_disconnected():
                    raise ClientGone
                if self.closed:
                    raise stopping()
                return await asyncio.get_running_loop().run_in_executor(self._executor, job)
        finally:
            self.jobs -= 1

    async def run_cancellable(self, request: Request, job: Callable[[Callable[[], bool]], Result]) -> Result:
        """Do a long job, which asks the function that it gets whether the client has left meanwhile.

        The body must have been read. Raises what `run` raises.
        """
        left = threading.Event()

        async def watch() -> None:
            while not await request.is_disconnected():
                await asyncio.sleep(LOOK_AGAIN)
            left.set()

        watcher = asyncio.create_task(watch())
        try:
            return await self.run(request, lambda: job(left.is_set))
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher

    @asynccontextmanager
    async def body(
        self,
        request: Request,
        most: int | None = None,
        too_large: Callable[[int, int], Problem] | None = None,
    ) -> AsyncIterator[bytes]:
        """The request's body, counted while it streams in and for as long as it is held.

        The declared length is believed only where it is already too large; what arrives is counted. At most `most`
        bytes are read, which is the setting for pictures where it is left out; `too_large` makes the refusal of more.
        """
        most, refused = self._max_body if most is None else most, too_large or _too_large
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            raise refused(int(declared), most)
        held = 0
        chunks: list[bytes] = []
        try:
            async for chunk in request.stream():
                if held + len(chunk) > most:
                    raise refused(held + len(chunk), most)
                if self.pending_bytes + len(chunk) > self._max_pending:
                    raise self._busy()
                held += len(chunk)
                self.pending_bytes += len(chunk)
                chunks.append(chunk)
            data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            chunks.clear()
            yield data
        except ClientDisconnect as error:
            raise ClientGone from error
        finally:
            self.pending_bytes -= held

    def close(self) -> None:
        """Let running jobs end; those that wait are dropped, and those that still come are refused (503)."""
        self.closed = True
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _busy(self) -> Problem:
        self.refused += 1
        return Problem(
            503,
            "server_busy",
            f"The server is busy: {self.jobs} requests are being computed or waiting. Try again in a second.",
            headers=RETRY_AFTER,
            waiting=self.jobs,
            seconds=1,
        )


def stopping() -> Problem:
    """The answer to a request that the stopping server does not compute any more."""
    return Problem(
        503, "server_stopping", "The server is stopping. Try again in a moment.", headers={"Retry-After": "5"}
    )


def _too_large(size: int, most: int) -> Problem:
    return Problem(
        413,
        "body_too_large",
        f"The request body has {size} bytes or more; at most {most} are read. Send a smaller picture.",
        bytes=size,
        limit=most,
    )
