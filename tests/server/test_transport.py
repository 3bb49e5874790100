"""What leaves together, and that nothing is lost or reordered by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.transport import JoiningTransport

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


@pytest.mark.parametrize("name", ["pause_reading", "is_closing"])
def test_everything_else_is_the_transports_own(name: str) -> None:
    async def run() -> None:
        wire = Wire()
        setattr(wire, name, lambda: "its own")
        transport = JoiningTransport(cast(asyncio.Transport, wire), asyncio.get_running_loop())
        assert getattr(transport, name)() == "its own"

    asyncio.run(run())
