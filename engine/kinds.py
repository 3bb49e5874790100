"""The registry of layer kinds: the only place where a kind's name becomes a class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from cnn_loupe.engine.layers import Layer


def _with_kind(base: type) -> Iterator[type[Layer]]:
    """Every class of a layer with a kind of its own below this one."""
    classes: Sequence[type[Layer]] = base.__subclasses__()
    for found in classes:
        if "kind" in vars(found):
            yield found
        yield from _with_kind(found)


# The package of layers imports every family, so that all of their classes are there.
KINDS: Mapping[str, type[Layer]] = MappingProxyType(
    {layer.kind: layer for layer in sorted(_with_kind(Layer), key=lambda layer: layer.kind)}
)
