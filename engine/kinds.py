"""The registry of layer kinds: the only place where a kind's name becomes a class.

A new kind is one class in `cnn_loupe.engine.layers` and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cnn_loupe.engine import layers
from cnn_loupe.engine.layers import Layer

KINDS: Mapping[str, type[Layer]] = MappingProxyType(
    {
        layer.kind: layer
        for layer in (
            layers.Conv2D,
            layers.ReLU,
            layers.LeakyReLU,
            layers.Sigmoid,
            layers.Tanh,
            layers.MaxPool2D,
            layers.AvgPool2D,
            layers.Flatten,
            layers.Dense,
            layers.Softmax,
            layers.BatchNorm2D,
        )
    }
)
