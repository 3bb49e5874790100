"""Pictures unlike all classes are told by the energy of their scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.familiarity import energy, unlike
from engine.measure import surprise


def scores(count: int, height: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = rng.normal(0, 0.5, (count, 5)).astype(np.float32)
    found[np.arange(count), rng.integers(0, 5, count)] += rng.normal(height, 1, count)
    return found


def test_energy_is_minus_the_log_of_the_sum_of_exponentials() -> None:
    logits = np.array([0.5, -1.0, 2.0], np.float32)
    assert energy(logits) == pytest.approx(-np.log(np.exp(logits.astype(float)).sum()))
    assert energy(np.array([1e4, 0], np.float32)) == pytest.approx(-1e4), "large scores do not overflow"


def test_about_one_in_twenty_familiar_pictures_is_noted() -> None:
    held_out = scores(2000, 6)
    record = surprise(held_out)
    noted = sum(unlike(logits, record) is not None for logits in held_out)
    assert 95 <= noted <= 120


def test_weak_scores_are_noted_with_value_and_threshold() -> None:
    note = unlike(np.zeros(5, np.float32), surprise(scores(500, 6)))
    assert note is not None
    assert note["reason"] == "weak"
    assert note["value"] == pytest.approx(-np.log(5))
    assert note["value"] > note["threshold"]


def test_strong_scores_that_are_divided_are_noted() -> None:
    record = surprise(scores(500, 6))
    note = unlike(np.array([12, 12, 0, 0, 0], np.float32), record)
    assert note is not None
    assert note["reason"] == "divided"
    assert unlike(np.array([12, 0, 0, 0, 0], np.float32), record) is None, "strong and certain is familiar"


@pytest.mark.parametrize(
    "record",
    [None, {}, {"quantiles": [0.5], "energy": [-3.0], "top_probability": [0.5]}, {"quantiles": [0.05, 0.5, 0.95]}],
)
def test_a_model_without_the_record_says_nothing(record: dict[str, Any] | None) -> None:
    assert unlike(np.zeros(5, np.float32), record) is None
