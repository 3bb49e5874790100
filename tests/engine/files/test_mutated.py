"""Damaged files end in a sentence: never in another exception, never in memory beyond what the file itself takes."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from cnn_loupe.engine.errors import EngineError
from cnn_loupe.engine.importing.around import Choice
from cnn_loupe.engine.importing.model import import_files
from tests.engine.files import made

FILES = made.every_file()


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Cut off, bytes changed anywhere or in front, a stretch taken out or put in."""
    found = bytearray(data)
    way = chance.randrange(5)
    place = chance.randrange(len(found))
    if way == 0:
        return bytes(found[:place])
    if way == 1:
        for _ in range(chance.choice([1, 3, 20])):
            found[chance.randrange(len(found))] = chance.randrange(256)
    elif way == 2:
        for _ in range(chance.choice([1, 3, 10])):
            found[chance.randrange(min(len(found), 2000))] = chance.choice([0, 255, 127, 128, chance.randrange(256)])
    elif way == 3:
        del found[place : place + chance.randrange(1, 2000)]
    else:
        found[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 64)))
    return bytes(found)


def attack(seed: int, count: int) -> dict[str, int]:
    chance, outcomes = random.Random(seed), {}
    for number in range(count):
        files = dict(chance.choice(list(FILES.values())))
        name = chance.choice(list(files))
        files[name] = mutated(files[name], chance)
        try:
            import_files(files, Choice(architecture="pytorch-blitz"))
            outcome = "imported"
        except EngineError as error:
            outcome = error.code
        except Exception as error:  # the point of the test: nothing else may come out
            raise AssertionError(f"seed {seed}, file {number} ({name}): {type(error).__name__}: {error}") from error
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes


def test_mutated_files_end_in_a_sentence() -> None:
    tracemalloc.start()
    try:
        outcomes = attack(1, 500)
        assert tracemalloc.get_traced_memory()[1] < 64_000_000
    finally:
        tracemalloc.stop()
    assert len(outcomes) > 4, outcomes


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(2, 12))
def test_ten_thousand_mutated_files_end_in_a_sentence(seed: int) -> None:
    assert attack(seed, 1000)
