"""The tasks of "Build it in NumPy": what a learner writes, and the engine's numbers to check it against.

A task's source stands in templates/learn/exercises: functions whose body after `# solution` is the answer. What is
downloaded has `raise NotImplementedError` in its place and ends with checks; they run at the learner's, nothing of
theirs runs here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from cnn_loupe.engine.layers import Conv2D, Dense, MaxPool2D
from cnn_loupe.engine.loss import cross_entropy, cross_entropy_backward
from cnn_loupe.server.paths import TEMPLATES

Case = Mapping[str, Any]
Array = np.ndarray[Any, np.dtype[Any]]

SEED = 22
DECIMALS = 2  # of what is given, so that a file stays readable
FORMS = ("py", "ipynb")

_SOLUTION = re.compile(r"^( +)# solution\n((?:\1.*\n|\n(?=\1))+)", re.MULTILINE)


def _given(rng: np.random.Generator, *shape: int) -> Array:
    found: Array = np.round(rng.normal(size=shape), DECIMALS)
    return found


def _convolution(x: Array, weight: Array, bias: Array) -> tuple[Conv2D, Array, Any]:
    layer = Conv2D("conv", len(weight), kernel=weight.shape[2:])
    y, cache = layer.forward_of(x, {"weight": weight, "bias": bias})
    return layer, y, cache


# Sides and channels all differ, so that mixed up axes show.
_SIZES = (((1, 4, 5), (1, 1, 2, 3)), ((2, 5, 6), (3, 2, 3, 2)), ((3, 7, 4), (2, 3, 1, 3)))


def _convolutions() -> Sequence[Case]:
    rng = np.random.default_rng(SEED)
    cases = []
    for shape, kernels in _SIZES:
        x, weight, bias = _given(rng, *shape), _given(rng, *kernels), _given(rng, kernels[0])
        cases.append({"given": [x, weight, bias], "expected": [_convolution(x, weight, bias)[1]]})
    return cases


def _pools() -> Sequence[Case]:
    rng = np.random.default_rng(SEED)
    cases = []
    for shape, size in (((1, 4, 6), 2), ((2, 5, 7), 2), ((3, 7, 6), 3)):
        x = _given(rng, *shape) - 1  # mostly negative: a result of 0 would be one from outside the window
        y, _ = MaxPool2D("pool", window=(size, size), stride=(size, size)).forward_of(x, {})
        cases.append({"given": [x, size], "expected": [y]})
    return cases


def _backward() -> Sequence[Case]:
    rng = np.random.default_rng(SEED)
    cases = []
    for shape, kernels in _SIZES:
        x, weight, bias = _given(rng, *shape), _given(rng, *kernels), _given(rng, kernels[0])
        layer, y, cache = _convolution(x, weight, bias)
        dy = _given(rng, *y.shape)
        dx, gradients = layer.backward_of(cache, dy, {"weight": weight, "bias": bias})
        cases.append({"given": [x, weight, dy], "expected": [dx, gradients["weight"], gradients["bias"]]})
    return cases


def _trainings() -> Sequence[Case]:
    rng = np.random.default_rng(SEED)
    cases = []
    for (count, inputs, classes), rate, epochs in (((4, 2, 2), 0.5, 3), ((6, 3, 4), 0.2, 5)):
        x, labels = _given(rng, count, inputs), np.arange(count) % classes
        start = {"weight": _given(rng, classes, inputs), "bias": _given(rng, classes)}
        layer, values, losses = Dense("dense", classes), {k: v.copy() for k, v in start.items()}, []
        for _ in range(epochs):
            sums = {key: np.zeros_like(value) for key, value in values.items()}
            total = 0.0
            for row, label in zip(x, labels, strict=True):
                z, cache = layer.forward_of(row, values)
                target = np.eye(classes)[label]
                loss, log_p = cross_entropy(z, target)
                _, gradients = layer.backward_of(cache, cross_entropy_backward(log_p, target), values)
                total += float(loss)
                for key in sums:
                    sums[key] += gradients[key]
            losses.append(total / count)
            for key in values:
                values[key] = values[key] - rate * sums[key] / count
        cases.append(
            {
                "given": [x, labels, start["weight"], start["bias"], rate, epochs],
                "expected": [values["weight"], values["bias"], np.array(losses)],
            }
        )
    return cases


TASKS: Mapping[str, tuple[str, Callable[[], Sequence[Case]]]] = {
    "loops": ("conv2d", _convolutions),
    "windows": ("conv2d", _convolutions),
    "matrix": ("conv2d", _convolutions),
    "pool": ("max_pool", _pools),
    "backward": ("conv2d_backward", _backward),
    "train": ("train", _trainings),
}
"""Every task in order: the function that is checked, and its cases."""

CHECK = """
# {title}

CASES = {cases}


def check(function):
    for number, (given, expected) in enumerate(CASES, 1):
        try:
            found = function(*(np.array(value) if isinstance(value, list) else value for value in given))
        except NotImplementedError:
            return "{unwritten}"
        found = found if isinstance(found, tuple) else (found,)
        if len(found) != len(expected):
            return f"{{number}}: {{len(found)}} / {{len(expected)}}"
        for index, (mine, theirs) in enumerate(zip(map(np.asarray, found), map(np.array, expected))):
            if np.shape(mine) != theirs.shape:
                return f"{shape}"
            far = np.abs(mine - theirs) > 1e-6 * (1 + np.abs(theirs))
            if far.any():
                at = tuple(int(i) for i in np.argwhere(far)[0])
                return f"{value}"
    return f"{right}"


print(check({function}))
"""


@cache
def source(task: str) -> str:
    """The functions of a task with their solution."""
    return (TEMPLATES / "learn" / "exercises" / f"{task}.py").read_text("utf-8")


def solution(task: str) -> str:
    """One way to write it, to be shown once one has tried."""
    return re.sub(r"^ +# solution\n", "", source(task), flags=re.MULTILINE)


def stub(task: str) -> str:
    """The functions without their bodies."""
    return _SOLUTION.sub(r"\1raise NotImplementedError\n", source(task))


def checks(task: str, words: Mapping[str, str]) -> str:
    """Code that runs the learner's function on every case and says where it differs from the engine."""
    function, cases = TASKS[task]
    literal = ",\n    ".join(
        json.dumps([[_literal(value) for value in case[key]] for key in ("given", "expected")]) for case in cases()
    )
    return CHECK.format(cases=f"[\n    {literal},\n]", function=function, **words)


def _literal(value: Any) -> Any:
    return np.round(value, 9).tolist() if isinstance(value, np.ndarray) else value


def as_python(task: str, title: str, text: str, words: Mapping[str, str]) -> str:
    """The task as a .py file."""
    head = "".join(f"# {line}\n" for line in (title, "", *text.split("\n"))).replace("# \n", "#\n")
    return f"{head}{stub(task)}\n{checks(task, words)}"


def as_notebook(task: str, title: str, text: str, words: Mapping[str, str]) -> str:
    """The task as a Jupyter notebook."""

    def cell(kind: str, content: str, **more: Any) -> dict[str, Any]:
        number = {"markdown": 0, "code": 1}[kind]
        return {
            "cell_type": kind,
            "id": f"{task}-{number}{len(content)}",
            "metadata": {},
            "source": content.strip("\n").splitlines(keepends=True),
            **more,
        }

    empty: dict[str, Any] = {"execution_count": None, "outputs": []}
    book = {
        "cells": [
            cell("markdown", f"# {title}\n\n{text}"),
            cell("code", stub(task), **empty),
            cell("code", checks(task, words), **empty),
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"
