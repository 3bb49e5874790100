"""The loop looks less often for what has arrived, and still sees all of it."""

from __future__ import annotations

import asyncio
import selectors
import socket
import time

from cnn_loupe.server.loop import SparingSelector, new_event_loop


def test_looks_that_would_not_wait_are_skipped_a_few_in_a_row_at_most() -> None:
    near, far = socket.socketpair()
    with near, far, SparingSelector() as selector:
        selector.register(near, selectors.EVENT_READ)
        far.send(b"x")
        looks = [bool(selector.select(0)) for _ in range(2 * (SparingSelector.MOST + 1))]
        assert looks == 2 * ([False] * SparingSelector.MOST + [True])


def test_a_look_that_may_wait_is_never_skipped() -> None:
    near, far = socket.socketpair()
    with near, far, SparingSelector() as selector:
        selector.register(near, selectors.EVENT_READ)
        began = time.monotonic()
        assert selector.select(0.05) == []
        assert time.monotonic() - began >= 0.04
        far.send(b"x")
        assert all(selector.select(timeout) for timeout in (1, 0.001, None, 1))


def test_what_arrives_is_seen_while_the_loop_is_never_out_of_work() -> None:
    """Also what comes from another thread, and clocks go on."""

    async def busy(until: asyncio.Event) -> int:
        turns = 0
        while not until.is_set() and turns < 100_000:
            turns += 1
            await asyncio.sleep(0)
        return turns

    async def run() -> list[int]:
        loop = asyncio.get_running_loop()
        found = []
        for wake in (
            lambda event: loop.call_later(0.01, event.set),
            lambda event: loop.run_in_executor(None, lambda: loop.call_soon_threadsafe(event.set)),
        ):
            event = asyncio.Event()
            wake(event)
            found.append(await busy(event))
        near, far = socket.socketpair()
        with near, far:
            near.setblocking(False)
            event = asyncio.Event()
            loop.add_reader(near, event.set)
            far.send(b"x")
            found.append(await busy(event))
            loop.remove_reader(near)
        return found

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        turns = runner.run(run())
    assert max(turns) < 100_000
    assert turns[2] <= SparingSelector.MOST + 2
