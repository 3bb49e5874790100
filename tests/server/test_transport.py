"""What leaves together, and that nothing is lost or reordered by it."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_loupe.server.transport import JoiningTransport

SMALL = JoiningTransport.SMALL


class Wire:
    """Stands for the real transport and notes what it is given."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.ended = ""

    def write(self, data: bytes) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.ended = "closed"

    def abort(self) -> None:
        self.ended = "aborted"

    def get_write_buffer_size(self) -> int:
        return 7

    def get_extra_info(self, name: str) -> None:
        return None


def in_one_turn(act: Callable[[JoiningTransport], Any]) -> tuple[Wire, list[bytes]]:
    """What was written before the loop came round, and the wire after it did."""

    async def run() -> tuple[Wire, list[bytes]]:
        wire = Wire()
        act(JoiningTransport(cast(asyncio.Transport, wire), asyncio.get_running_loop()))
        at_once = list(wire.written)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return wire, at_once

    return asyncio.run(run())


def test_a_head_and_a_small_body_leave_as_one() -> None:
    wire, at_once = in_one_turn(lambda transport: (transport.write(b"head"), transport.write(b"body"), transport.write(b"")))
    assert at_once == []
    assert wire.written == [b"headbody"]


def test_a_large_body_follows_its_head_at_once_and_is_not_copied() -> None:
    large = bytes(SMALL)
    wire, at_once = in_one_turn(lambda transport: (transport.write(b"head"), transport.write(large)))
    assert at_once == wire.written == [b"head", large]
    assert wire.written[1] is large


def test_what_waits_is_sent_before_closing_dropped_by_aborting_and_counted() -> None:
    sizes: list[int] = []

    def count(transport: JoiningTransport) -> None:
        transport.write(b"head")
        sizes.append(transport.get_write_buffer_size())

    assert in_one_turn(count)[0].written == [b"head"]
    assert sizes == [4 + 7]
    closed, at_once = in_one_turn(lambda transport: (transport.write(b"head"), transport.close()))
    assert (at_once, closed.ended) == ([b"head"], "closed")
    aborted, _ = in_one_turn(lambda transport: (transport.write(b"head"), transport.abort()))
    assert (aborted.written, aborted.ended) == ([], "aborted")


@given(st.lists(st.sampled_from([0, 1, 100, SMALL // 2, SMALL - 1, SMALL, SMALL + 1]), max_size=8))
def test_every_byte_is_sent_once_and_in_order(sizes: list[int]) -> None:
    parts = [bytes([index + 1]) * size for index, size in enumerate(sizes)]
    wire, _ = in_one_turn(lambda transport: [transport.write(part) for part in parts])
    assert b"".join(wire.written) == b"".join(parts)
    assert all(wire.written)


def received(parts: list[bytes], *, room: int) -> bytes:
    """What arrives at the other end of a real connection that takes `room` bytes at a time and is read slowly."""
    near, far = socket.socketpair()
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
    found = bytearray()

    def read() -> None:
        while data := far.recv(10_000):
            found.extend(data)

    async def write() -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=near)
        joining = JoiningTransport(transport, loop)
        for part in parts:
            joining.write(part)
            if len(part) % 2:
                await asyncio.sleep(0)
        joining.close()
        while transport.get_write_buffer_size():
            await asyncio.sleep(0.001)

    reader = threading.Thread(target=read)
    reader.start()
    asyncio.run(write())
    near.close()
    reader.join(timeout=30)
    far.close()
    return bytes(found)


@given(
    sizes=st.lists(st.sampled_from([1, 100, SMALL - 1, SMALL, SMALL + 1, 5 * SMALL]), max_size=5),
    room=st.sampled_from([4096, SMALL, 8 * SMALL]),
)
def test_a_real_connection_loses_nothing_however_little_it_takes_at_once(sizes: list[int], room: int) -> None:
    parts = [bytes([index + 1]) * size for index, size in enumerate(sizes)]
    assert received(parts, room=room) == b"".join(parts)


def test_head_and_large_body_are_one_call_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[int]] = []
    real = os.writev

    def noted(descriptor: int, parts: tuple[bytes, ...]) -> int:
        calls.append([len(part) for part in parts])
        return real(descriptor, parts)

    monkeypatch.setattr(os, "writev", noted)
    assert received([b"head", bytes(2 * SMALL)], room=8 * SMALL) == b"head" + bytes(2 * SMALL)
    assert calls == [[4, 2 * SMALL]]


def test_a_connection_that_is_gone_is_written_to_no_more() -> None:
    """Its number may be another connection's by then."""

    async def run() -> bytes:
        loop = asyncio.get_running_loop()
        near, far = socket.socketpair()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=near)
        joining = JoiningTransport(transport, loop)
        number = near.fileno()
        transport.abort()
        await asyncio.sleep(0.01)
        assert near.fileno() == -1
        ours, theirs = socket.socketpair()
        with far, ours, theirs:
            assert number in (ours.fileno(), theirs.fileno())
            joining.write(b"head")
            joining.write(bytes(2 * SMALL))
            ours.setblocking(False)
            theirs.setblocking(False)
            arrived = b""
            for end in (ours, theirs):
                try:
                    arrived += end.recv(10)
                except BlockingIOError:
                    continue
            return arrived

    assert asyncio.run(run()) == b""


@pytest.mark.parametrize("name", ["pause_reading", "is_closing"])
def test_everything_else_is_the_transports_own(name: str) -> None:
    async def run() -> None:
        wire = Wire()
        setattr(wire, name, lambda: "its own")
        transport = JoiningTransport(cast(asyncio.Transport, wire), asyncio.get_running_loop())
        assert getattr(transport, name)() == "its own"

    asyncio.run(run())
