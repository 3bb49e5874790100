"""The committed fixtures are what the engine says today, on every machine."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_loupe.engine.kinds import KINDS
from tests.fixtures.cases import CASES
from tests.fixtures.generate import FOLDER, current, files, merged, text

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
        found = path.read_text("utf-8")
        assert text(current(path, value)) == found, f"{path.relative_to(FOLDER)} is out of date: {REGENERATE}"


def test_numbers_are_kept_that_differ_in_their_last_digits_only() -> None:
    old = {"a": [1.0, 2.0], "gone": 3, "t": tensor([1.0, 2.0])}
    assert merged(old, {"a": [1.0, 2.0 + 1e-9], "t": tensor([1.0, 2.0 + 1e-7])}) == {k: old[k] for k in ("a", "t")}
    assert merged(old, {"a": [1.0, 2.1]}) == {"a": [1.0, 2.1]}
    assert merged(old, {"a": [1.0]}) == {"a": [1.0]}
    assert merged(old, {"new": 4}) == {"new": 4}
    changed = tensor([1.0, 2.1])
    assert merged(old, {"t": changed}) == {"t": changed}


def tensor(values: list[float]) -> dict[str, Any]:
    data = base64.b64encode(np.array(values, "<f4").tobytes()).decode()
    return {"shape": [len(values)], "dtype": "float32", "data": data}
