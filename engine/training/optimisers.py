"""How gradients become better weights: optimisers, learning-rate schedules, averaged weights.

An optimiser changes parameters in place. Its state from step to step is a plain mapping of arrays, so
that a checkpoint can hold it and a resumed training goes on bit by bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array

OptimiserState = MutableMapping[str, Array]


class Optimiser(Protocol):
    """One step downhill for one parameter."""

    def update(self, name: str, value: Array, gradient: Array, state: OptimiserState, schedule: float) -> None:
        """Change `value` in place. schedule, 0 to 1, is the part of the learning rate that is in force."""


@dataclass(frozen=True)
class SGD:
    """Gradient descent with Nesterov's momentum.

    v ← m · v + g,  θ ← θ − η · (g + m · v + λ · θ)

    g is the gradient, m the momentum, η the learning rate, λ the weight decay, which vectors (biases)
    are spared.
    Source: Sutskever et al., 2013, https://proceedings.mlr.press/v28/sutskever13.html.
    """

    learning_rate: float = 0.05
    momentum: float = 0.9
    weight_decay: float = 0.0005

    def update(self, name: str, value: Array, gradient: Array, state: OptimiserState, schedule: float) -> None:
        v = _slot(state, f"velocity:{name}", value)
        v *= FLOAT(self.momentum)
        v += gradient
        step = gradient + FLOAT(self.momentum) * v
        if value.ndim > 1:
            step += FLOAT(self.weight_decay) * value
        value -= FLOAT(self.learning_rate * schedule) * step


@dataclass(frozen=True)
class AdamW:
    """Each number gets a step of its own: the mean gradient over its usual size.

    m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  θ ← θ − η · (m̂ / (√v̂ + ε) + λ · θ)

    m̂ and v̂ are m and v divided by 1 − βᵗ, since both start at 0. Only matrices and kernels decay.
    Source: Loshchilov and Hutter, 2017, https://arxiv.org/abs/1711.05101.
    """

    learning_rate: float = 0.003
    beta1: float = 0.9
    beta2: float = 0.99
    epsilon: float = 1e-8
    weight_decay: float = 0.05

    def update(self, name: str, value: Array, gradient: Array, state: OptimiserState, schedule: float) -> None:
        m = _slot(state, f"mean:{name}", value)
        v = _slot(state, f"square:{name}", value)
        t = state.setdefault(f"steps:{name}", np.zeros(1, np.int64))
        t += 1
        m += FLOAT(1 - self.beta1) * (gradient - m)
        v += FLOAT(1 - self.beta2) * (gradient * gradient - v)
        eta = self.learning_rate * schedule
        if value.ndim > 1:
            value *= FLOAT(1 - eta * self.weight_decay)
        size = np.sqrt(v / FLOAT(1 - self.beta2 ** int(t[0]))) + FLOAT(self.epsilon)
        value -= FLOAT(eta / (1 - self.beta1 ** int(t[0]))) * m / size


@dataclass(frozen=True)
class Muon:
    """Kernels and matrices move by the nearest orthogonal matrix to their momentum.

    v ← m · v + g,  θ ← (1 − ηλ) · θ − η · √max(1, rows/columns) · orthogonal(g + m · v)

    Every direction of a matrix is learnt at the same pace, the weak ones too: without batch
    normalisation the units of small networks stay alive and different. Biases and other vectors
    have no directions; AdamW updates them at `bias_learning_rate`.
    Source: Jordan et al., 2024, https://kellerjordan.github.io/posts/muon/.
    """

    learning_rate: float = 0.02
    momentum: float = 0.9
    weight_decay: float = 0.05
    bias_learning_rate: float = 0.003

    def update(self, name: str, value: Array, gradient: Array, state: OptimiserState, schedule: float) -> None:
        if value.ndim == 1:
            AdamW(self.bias_learning_rate).update(name, value, gradient, state, schedule)
            return
        v = _slot(state, f"velocity:{name}", value)
        v *= FLOAT(self.momentum)
        v += gradient
        matrix = (gradient + FLOAT(self.momentum) * v).reshape(len(value), -1)
        step = orthogonal(matrix).reshape(value.shape)
        eta = self.learning_rate * schedule
        value *= FLOAT(1 - eta * self.weight_decay)
        value -= FLOAT(eta * math.sqrt(max(1.0, matrix.shape[0] / matrix.shape[1]))) * step


def orthogonal(matrix: Array) -> Array:
    """The matrix with all its singular values brought near 1, by five Newton–Schulz steps.

    X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ; the polynomial lifts small singular values quickly and
    leaves them between about 0.7 and 1.2, which is near enough for a step's direction.
    """
    a, b, c = FLOAT(3.4445), FLOAT(-4.7750), FLOAT(2.0315)
    x = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = x / (np.linalg.norm(x) + FLOAT(1e-7))
    for _ in range(5):
        A = x @ x.T
        x = a * x + (b * A + c * (A @ A)) @ x
    near: Array = x.T if matrix.shape[0] > matrix.shape[1] else x
    return near


OPTIMISERS: Mapping[str, type[SGD] | type[AdamW] | type[Muon]] = MappingProxyType(
    {"sgd": SGD, "adamw": AdamW, "muon": Muon}
)


def _slot(state: OptimiserState, key: str, like: Array) -> Array:
    return state.setdefault(key, np.zeros_like(like))


def one_cycle(step: int, steps: int, warm_up: float) -> float:
    """The part of the learning rate at this step: a linear climb, then half a cosine down to 0.

    warm_up is the climb's part of all steps.
    """
    climb = warm_up * steps
    if step < climb:
        return (step + 1) / climb if climb > 1 else 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - climb) / (steps - climb)))


def average(mean: MutableMapping[str, Array], values: Mapping[str, Array], step: int, decay: float) -> None:
    """Move averaged weights towards the current ones: mean ← d · mean + (1 − d) · value.

    d grows from 0.1 to `decay`, so that the random start is forgotten quickly. The average of the
    weights along the way is a better network than any of them: the steps' noise cancels out.
    """
    d = min(decay, (1 + step) / (10 + step))
    for name, value in values.items():
        mean[name] += FLOAT(1 - d) * (value - mean[name])


Schedule = Callable[[int, int, float], float]
SCHEDULES: Mapping[str, Schedule] = MappingProxyType(
    {"one_cycle": one_cycle, "constant": lambda step, steps, warm_up: 1.0}
)
