"""Figures of a classifier against slow loops and known cases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnn_loupe.engine import metrics


def scored(count: int = 400, classes: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is the truth: labels are drawn from it."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (count, classes)).astype(np.float32)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(classes, p=row / row.sum()) for row in p.astype(float)])
    return logits, labels


def test_figures_agree_with_slow_loops() -> None:
    logits, labels = scored(60)
    surprises, hits, bins = [], [], {}
    table = [[0] * 5 for _ in range(5)]
    for row, label in zip(logits.astype(float), labels, strict=True):
        total = sum(math.exp(z) for z in row)
        p = [math.exp(z) / total for z in row]
        best = p.index(max(p))
        surprises.append(-math.log(p[label]))
        hits.append(best == label)
        table[label][best] += 1
        bins.setdefault(min(int(max(p) * 10), 9), []).append((max(p), best == label))
    error = 0.0
    for members in bins.values():
        confidence = sum(c for c, _ in members) / len(members)
        right = sum(r for _, r in members) / len(members)
        error += len(members) / 60 * abs(confidence - right)
    found = metrics.report(logits, labels)
    assert found["accuracy"] == pytest.approx(sum(hits) / 60)
    assert found["loss"] == pytest.approx(sum(surprises) / 60, rel=1e-6)
    assert found["ece"] == pytest.approx(error, rel=1e-6)
    assert found["confusion"] == table
    assert found["count"] == 60


def test_a_classifier_that_is_as_sure_as_it_is_right_has_a_small_calibration_error() -> None:
    logits, labels = scored(4000)
    assert metrics.calibration_error(logits, labels) < 0.03
    assert metrics.calibration_error(logits * 3, labels) > 0.1


@pytest.mark.parametrize("factor", [0.4, 1.0, 3.0])
def test_the_best_temperature_undoes_over_and_underconfidence(factor: float) -> None:
    logits, labels = scored(4000)
    found = metrics.best_temperature(logits * np.float32(factor), labels)
    assert found == pytest.approx(factor, rel=0.08)
    nearby = [metrics.loss(logits * np.float32(factor) / t, labels) for t in (0.97 * found, found, 1.03 * found)]
    assert nearby[1] == min(nearby)


def test_activity_tells_dead_from_rarely_and_often_active_units() -> None:
    activity = metrics.Activity()
    for i in range(50):
        maps = np.zeros((3, 4, 4), np.float32)
        maps[1, 0, 0] = 1.0 if i == 0 else 0.0  # one pixel of one picture
        maps[2] = 1.0
        activity.add({"relu": maps})
    found = activity.report()["relu"]
    assert found["dead"] == 1
    assert found["near_dead"] == 1
    assert found["active_fraction"] == [0.0, pytest.approx(1 / 800, abs=1e-4), 1.0]


def test_surprise_gives_ordered_quantiles_of_energy_entropy_and_certainty() -> None:
    logits, _ = scored()
    found = metrics.confidence_quantiles(logits)
    for name in ("energy", "entropy", "top_probability"):
        assert found[name] == sorted(found[name])
    assert 0 <= found["entropy"][0] <= found["entropy"][-1] <= math.log(5)
    middle = found["quantiles"].index(0.5)
    assert found["energy"][middle] == pytest.approx(float(np.median(-np.log(np.exp(logits).sum(axis=1)))), rel=1e-5)
