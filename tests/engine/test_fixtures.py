"""The committed fixtures are what the engine says today."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_loupe.engine.kinds import KINDS
from tests.fixtures.cases import CASES
from tests.fixtures.generate import FOLDER, files, text

REGENERATE = "run `python -m tests.fixtures.generate` and look at what has changed"


@pytest.fixture(scope="module")
def expected() -> dict[Path, Any]:
    return {path: json.loads(text(value)) for path, value in files().items()}


def test_every_kind_has_cases() -> None:
    assert set(CASES) == set(KINDS)


def test_there_is_a_file_for_each_fixture_and_no_other(expected: dict[Path, Any]) -> None:
    assert set(FOLDER.rglob("*.json")) == set(expected), REGENERATE


def test_the_committed_fixtures_are_current(expected: dict[Path, Any]) -> None:
    for path, value in expected.items():
        found = json.loads(path.read_text("utf-8"))
        assert same(found, value), f"{path.relative_to(FOLDER)} is out of date: {REGENERATE}"


def same(found: Any, expected: Any) -> bool:
    """Equal, but for the last digits of numbers, which differ between processors."""
    if isinstance(expected, dict) and {"dtype", "data"} <= expected.keys():
        return found["shape"] == expected["shape"] and bool(
            np.allclose(decoded(found), decoded(expected), rtol=1e-5, atol=1e-6)
        )
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[k], v) for k, v in expected.items())
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, float):
        return bool(found == pytest.approx(expected, rel=1e-5, abs=1e-6))
    return bool(found == expected)


def decoded(tensor: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(tensor["data"]), "<f4")


def test_a_changed_number_is_noticed() -> None:
    assert same({"a": [1.0, 2.0]}, {"a": [1.0, 2.0 + 1e-9]})
    assert not same({"a": [1.0, 2.0]}, {"a": [1.0, 2.1]})
    assert not same({"a": [1.0]}, {"a": [1.0, 2.0]})
