"""What the text of Learn's chapters says of a model.

Every number about the model in a chapter comes from here, and from here alone out of the model's
description, so that it stays true for any other model. Nothing looks at a layer's name or place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cnn_loupe.engine.arrays import Shape
from cnn_loupe.engine.errors import EngineError
from cnn_loupe.engine.layers import Activation, AvgPool2D, Conv2D, Dense, Flatten, Layer, MaxPool2D, Softmax
from cnn_loupe.engine.spec import ModelSpec


@dataclass(frozen=True)
class Placed:
    """A layer where it stands: what goes in and what comes out."""

    layer: Layer
    sources: tuple[Shape, ...]
    after: Shape
    field: tuple[int, int]

    @property
    def name(self) -> str:
        return self.layer.name

    @property
    def before(self) -> Shape:
        """What goes in; the first of several inputs."""
        return self.sources[0]

    @property
    def count(self) -> int:
        """How many numbers it learns."""
        return self.layer.parameter_count(*self.sources)

    @property
    def size(self) -> tuple[int, int]:
        """The window that slides, height and width; (1, 1) where nothing slides."""
        return self.layer.sliding.size if self.layer.sliding else (1, 1)

    @property
    def stride(self) -> tuple[int, int]:
        return self.layer.sliding.stride if self.layer.sliding else (1, 1)

    @property
    def cells(self) -> int:
        """How many values the window covers in one map."""
        return math.prod(self.size)

    @property
    def inputs(self) -> int:
        """How many values go in, all maps together."""
        return sum(map(math.prod, self.sources))


@dataclass(frozen=True)
class RecipeFacts:
    """How a model was trained; None, and False, where its description does not say."""

    epochs: int | None = None
    batch: int | None = None
    schedule: str | None = None
    standardise: bool = False
    averaged: bool = False
    optimiser: str | None = None
    momentum: float | None = None

    @classmethod
    def of(cls, recipe: object) -> RecipeFacts:
        if not isinstance(recipe, Mapping):
            return cls()
        optimiser = recipe.get("optimiser")
        optimiser = optimiser if isinstance(optimiser, Mapping) else {}
        return cls(
            epochs=recipe.get("epochs"),
            batch=recipe.get("batch"),
            schedule=recipe.get("schedule"),
            standardise=recipe.get("standardise") is True,
            averaged=bool(recipe.get("ema_decay", recipe.get("averaging"))),  # 0.1 called it averaging
            optimiser=optimiser.get("kind"),
            momentum=optimiser.get("momentum"),
        )


class ModelFacts:
    """What the chapters may say of one model."""

    def __init__(self, spec: ModelSpec, language: str, training: Mapping[str, Any] | None = None) -> None:
        self.id = spec.id
        self.training = training or {}
        self.title = spec.title.get(language) or spec.title.get("en") or spec.id
        self.count = spec.parameter_count
        self.channels, self.height, self.width = spec.input_shape
        self.values = math.prod(spec.input_shape)
        self.classes = [category.labels.get(language, category.name) for category in spec.classes]
        self._spec = spec
        self._placed = [
            Placed(
                node.layer,
                spec.input_shapes(node.name),
                spec.shapes[node.name],
                _side(spec.receptive_fields[node.name].describe()["size"]),
            )
            for node in spec.graph.nodes
        ]

    @property
    def layers(self) -> list[Placed]:
        return self._placed

    def of(self, *kinds: type[Layer]) -> list[Placed]:
        """The layers of these kinds, in order."""
        return [placed for placed in self._placed if isinstance(placed.layer, kinds)]

    @property
    def convolutions(self) -> list[Placed]:
        return self.of(Conv2D)

    @property
    def pools(self) -> list[Placed]:
        return self.of(MaxPool2D, AvgPool2D)

    @property
    def activations(self) -> list[Placed]:
        return [placed for placed in self._placed if isinstance(placed.layer, Activation)]

    @property
    def flattens(self) -> list[Placed]:
        return self.of(Flatten)

    @property
    def dense(self) -> list[Placed]:
        return self.of(Dense)

    @property
    def ends_in_softmax(self) -> bool:
        return bool(self._placed) and isinstance(self._placed[-1].layer, Softmax)

    @property
    def silent(self) -> list[Placed]:
        """The layers that learn nothing."""
        return [placed for placed in self._placed if placed.count == 0]

    @property
    def fields(self) -> list[int]:
        """How the receptive field grows, from one sliding layer to the next (its height)."""
        return [placed.field[0] for placed in self._placed if placed.layer.sliding is not None]

    @property
    def judged(self) -> Mapping[str, Any] | None:
        """How well this very network did on pictures that it did not learn from; None where none were held back."""
        return self._figures("held_out")

    @property
    def siblings(self) -> Mapping[str, Any] | None:
        """How well the networks of its cross-validation did, each on the part that it did not learn from.

        They were trained alike and are not the network that is shown, which may have learned from all pictures.
        """
        return self._figures("cross_validation")

    def _figures(self, key: str) -> Mapping[str, Any] | None:
        figures = self.training.get(key)
        return figures if isinstance(figures, Mapping) and "accuracy" in figures else None

    @property
    def epochs(self) -> int | None:
        """For how many epochs it was trained; None where its training does not say."""
        return self.recipe.epochs

    @property
    def recipe(self) -> RecipeFacts:
        return RecipeFacts.of(self.training.get("recipe"))

    @property
    def has_curves(self) -> bool:
        return bool(self.training.get("history"))

    @cached_property
    def dense_without_pools(self) -> int | None:
        """How many numbers the last dense layer would have to learn if nothing were pooled."""
        if not self.pools or not self.dense:
            return None
        pools = [pool.name for pool in self.pools]
        try:
            bare = ModelSpec(self.id, self._spec.input_shape, self._spec.graph.without(*pools))
        except EngineError:  # too large for a model of this engine, or it no longer fits
            return None
        return ModelFacts(bare, "en").dense[-1].count


def _side(pair: list[int]) -> tuple[int, int]:
    return pair[0], pair[1]
