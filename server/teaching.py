"""The teacher's pack: how long a chapter takes, what it builds on, and plans of lessons made of chapters.

Words, the same for every model, stand in static/i18n/*/teaching.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A chapter as part of a course."""

    minutes: int  # with its playgrounds and questions, in class
    needs: tuple[str, ...] = ()  # chapters that come before it


@dataclass(frozen=True)
class Step:
    minutes: int
    chapter: str | None = None  # None where the class talks, votes or writes


UNITS: Mapping[str, Unit] = {
    "cnn": Unit(20),
    "image": Unit(15),
    "dense-vs-conv": Unit(25, ("cnn", "image")),
    "convolution": Unit(35, ("image",)),
    "hyperparameters": Unit(30, ("convolution",)),
    "activation": Unit(25, ("convolution",)),
    "pooling": Unit(20, ("convolution",)),
    "flatten": Unit(20, ("dense-vs-conv",)),
    "softmax": Unit(25, ("flatten",)),
    "descent": Unit(25, ("softmax",)),
    "chain-rule": Unit(30, ("descent",)),
    "backpropagation": Unit(40, ("convolution", "pooling", "chain-rule")),
    "training": Unit(25, ("descent",)),
    "overfitting": Unit(25, ("training",)),
    "fails": Unit(25, ("softmax",)),
    "blocks": Unit(35, ("hyperparameters", "chain-rule")),
    "numpy": Unit(90, ("convolution", "pooling", "backpropagation")),
    "beyond": Unit(20, ("fails",)),
}

PLANS: Mapping[str, tuple[Step, ...]] = {
    "first45": (Step(5), Step(8, "cnn"), Step(7, "image"), Step(12, "convolution"), Step(8, "softmax"), Step(5)),
    "conv45": (
        Step(5),
        Step(10, "convolution"),
        Step(12, "hyperparameters"),
        Step(10, "activation"),
        Step(5, "pooling"),
        Step(3),
    ),
    "whole90": (
        Step(10, "cnn"),
        Step(10, "image"),
        Step(20, "convolution"),
        Step(10, "activation"),
        Step(10, "pooling"),
        Step(5),
        Step(10, "flatten"),
        Step(10, "softmax"),
        Step(5),
    ),
    "learns90": (
        Step(10, "descent"),
        Step(15, "chain-rule"),
        Step(15, "backpropagation"),
        Step(10, "training"),
        Step(5),
        Step(10, "overfitting"),
        Step(15, "fails"),
        Step(10),
    ),
}

# The test before and after a course: which option is right, and the chapter that it is about.
TEST: tuple[tuple[str, str], ...] = (
    ("b", "cnn"),
    ("c", "image"),
    ("a", "dense-vs-conv"),
    ("d", "convolution"),
    ("b", "convolution"),
    ("a", "hyperparameters"),
    ("c", "activation"),
    ("c", "pooling"),
    ("b", "softmax"),
    ("d", "descent"),
    ("a", "overfitting"),
    ("c", "fails"),
)


def length(plan: str) -> int:
    """A plan's minutes."""
    return sum(step.minutes for step in PLANS[plan])
