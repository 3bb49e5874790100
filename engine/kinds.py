"""The registry of layer kinds: the only place where a kind's name becomes a class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from cnn_loupe.engine import layers
from cnn_loupe.engine.layers import Layer


def _exported() -> Iterator[type[Layer]]:
    """Every class with a kind of its own that the package of layers exports."""
    for found in vars(layers).values():
        if isinstance(found, type) and issubclass(found, Layer) and "kind" in vars(found):
            yield found


KINDS: Mapping[str, type[Layer]] = MappingProxyType(
    {layer.kind: layer for layer in sorted(_exported(), key=lambda layer: layer.kind)}
)
