"""Optimisers, schedule and averaging against their formulas."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from cnn_loupe.engine.training.optimisers import OPTIMISERS, SGD, AdamW, Muon, average, one_cycle, orthogonal


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_every_optimiser_walks_down_a_bowl(kind: str) -> None:
    rng = np.random.default_rng(0)
    values = {"w": rng.standard_normal((4, 3)).astype(np.float32), "b": np.ones(4, np.float32)}
    start = sum(float((v**2).sum()) for v in values.values())
    optimiser, state = OPTIMISERS[kind](), {}
    for step in range(400):
        for name, value in values.items():
            optimiser.update(name, value, 2 * value, state, one_cycle(step, 400, 0.1))
    assert sum(float((v**2).sum()) for v in values.values()) < 0.5 * start


def test_sgd_follows_nesterovs_formula() -> None:
    optimiser = SGD(learning_rate=0.1, momentum=0.5, weight_decay=0.01)
    theta, state = np.array([[2.0]], np.float32), {}
    value, velocity = 2.0, 0.0
    for gradient in (1.0, -3.0):
        optimiser.update("w", theta, np.array([[gradient]], np.float32), state, 1.0)
        velocity = 0.5 * velocity + gradient
        value -= 0.1 * (gradient + 0.5 * velocity + 0.01 * value)
    assert theta[0, 0] == pytest.approx(value, rel=1e-5)


def test_adamw_follows_its_formula_and_spares_vectors_the_decay() -> None:
    optimiser = AdamW(learning_rate=0.1, beta1=0.8, beta2=0.9, weight_decay=0.5)
    matrix, vector, state = np.array([[2.0]], np.float32), np.array([2.0], np.float32), {}
    m = v = 0.0
    decayed = kept = 2.0
    for t, gradient in enumerate((1.0, -3.0, 0.5), start=1):
        optimiser.update("w", matrix, np.array([[gradient]], np.float32), state, 1.0)
        optimiser.update("b", vector, np.array([gradient], np.float32), state, 1.0)
        m = 0.8 * m + 0.2 * gradient
        v = 0.9 * v + 0.1 * gradient**2
        step = 0.1 * (m / (1 - 0.8**t)) / (math.sqrt(v / (1 - 0.9**t)) + 1e-8)
        decayed = decayed * (1 - 0.1 * 0.5) - step
        kept -= step
    assert matrix[0, 0] == pytest.approx(decayed, rel=1e-5)
    assert vector[0] == pytest.approx(kept, rel=1e-5)


@pytest.mark.parametrize("shape", [(10, 27), (10, 10), (30, 5), (1, 8)])
def test_orthogonal_keeps_directions_and_evens_out_their_sizes(shape: tuple[int, int]) -> None:
    matrix = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    result = orthogonal(matrix)
    sizes = np.linalg.svd(result, compute_uv=False)
    assert sizes.min() > 0.3
    assert sizes.max() < 1.3
    u, _, vt = np.linalg.svd(matrix, full_matrices=False)
    inner = u.T @ result @ vt.T  # diagonal where the directions are the same
    assert np.abs(inner - np.diag(np.diag(inner))).max() < 0.05


def test_muon_moves_a_kernel_the_same_whatever_the_gradients_size() -> None:
    rng = np.random.default_rng(0)
    gradient = rng.standard_normal((4, 3, 3, 3)).astype(np.float32)
    moved = []
    for scale in (1e-3, 1e3):
        value = np.zeros((4, 3, 3, 3), np.float32)
        Muon().update("w", value, np.float32(scale) * gradient, {}, 1.0)
        moved.append(value)
    np.testing.assert_allclose(moved[0], moved[1], atol=1e-4)


def test_the_rate_climbs_straight_and_comes_down_to_nothing() -> None:
    rates = [one_cycle(step, 100, 0.2) for step in range(100)]
    assert rates[:20] == pytest.approx([(i + 1) / 20 for i in range(20)])
    assert max(rates) == pytest.approx(1)
    assert all(a >= b for a, b in itertools.pairwise(rates[20:]))
    assert rates[-1] < 0.001


def test_the_average_forgets_the_start_and_then_smooths() -> None:
    mean = {"w": np.zeros(1, np.float32)}
    for step in range(200):
        average(mean, {"w": np.array([5 + (-1) ** step], np.float32)}, step, 0.9)
    assert mean["w"][0] == pytest.approx(5, abs=0.1)


def test_an_average_without_memory_is_the_latest_value() -> None:
    mean = {"w": np.zeros(1, np.float32)}
    average(mean, {"w": np.array([3.0], np.float32)}, 50, 0.0)
    assert mean["w"][0] == 3
