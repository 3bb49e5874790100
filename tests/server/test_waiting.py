"""What answers may hold while clients are slow to take them."""

from __future__ import annotations

import asyncio

from cnn_loupe.server.waiting import Waiting


class Connection:
    """As much of a transport as is asked for."""

    def __init__(self, size: int) -> None:
        self.size, self.aborted = size, False

    def get_write_buffer_size(self) -> int:
        return self.size

    def abort(self) -> None:
        self.aborted = True


def filled(limit: int, *sizes: int) -> tuple[Waiting, list[Connection]]:
    waiting, found = Waiting(limit), [Connection(size) for size in sizes]

    async def fill() -> None:
        for connection in found:
            waiting.add(connection)  # type: ignore[arg-type]

    asyncio.run(fill())
    return waiting, found


def test_those_that_have_waited_longest_are_dropped_past_the_limit() -> None:
    waiting, found = filled(100, 40, 40, 40, 90)
    assert [connection.aborted for connection in found] == [True, True, True, False]
    assert waiting.bytes == 90


def test_one_long_answer_alone_is_no_reason_to_drop_it() -> None:
    waiting, found = filled(100, 500)
    assert not found[0].aborted
    waiting.remove(found[0])  # type: ignore[arg-type]
    assert waiting.bytes == 0


def test_who_has_more_to_take_again_counts_once_and_has_not_waited_longest() -> None:
    waiting, (first, second) = filled(100, 30, 30)
    third = Connection(40)

    async def again() -> None:
        first.size = 50
        waiting.add(first)  # type: ignore[arg-type]
        assert waiting.bytes == 80
        waiting.add(third)  # type: ignore[arg-type]

    asyncio.run(again())
    assert [connection.aborted for connection in (first, second, third)] == [False, True, False]
    assert waiting.bytes == 90
