"""Pictures unlike all classes are told by the energy of their scores."""

from __future__ import annotations

import numpy as np
import pytest

from engine.familiarity import energy, unlike
from engine.measure import surprise


def scores(count: int, height: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = rng.normal(0, 0.5, (count, 5)).astype(np.float32)
    found[np.arange(count), rng.integers(0, 5, count)] += height
    return found


def test_energy_is_minus_the_log_of_the_sum_of_exponentials() -> None:
    logits = np.array([0.5, -1.0, 2.0], np.float32)
    assert energy(logits) == pytest.approx(-np.log(np.exp(logits.astype(float)).sum()))
    assert energy(np.array([1e4, 0], np.float32)) == pytest.approx(-1e4), "large scores do not overflow"


def test_one_in_twenty_familiar_pictures_is_called_unlike() -> None:
    held_out = scores(2000, 6)
    record = surprise(held_out)
    flagged = sum(unlike(logits, record) is not None for logits in held_out)
    assert flagged == pytest.approx(100, abs=2)


def test_weak_scores_are_called_unlike_with_value_and_threshold() -> None:
    record = surprise(scores(500, 6))
    note = unlike(np.zeros(5, np.float32), record)
    assert note is not None
    assert note["value"] == pytest.approx(-np.log(5))
    assert note["value"] > note["threshold"]
    assert note["held_out_share"] == 0.05


@pytest.mark.parametrize("record", [None, {}, {"quantiles": [0.5], "energy": [-3.0]}, {"quantiles": [0.95]}])
def test_a_model_without_the_record_says_nothing(record: dict[str, list[float]] | None) -> None:
    assert unlike(np.zeros(5, np.float32), record) is None
