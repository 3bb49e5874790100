"""Folding: batch normalisation after training is a fixed scale and shift, so it can go.

n = (conv(x) − mean) · scale / √(variance + ε) + shift is again a convolution, with
w' = w · factor and b' = (b − mean) · factor + shift, where factor = scale / √(variance + ε).
The folded model computes the same with fewer layers and fewer numbers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters
from cnn_loupe.engine.errors import SpecError
from cnn_loupe.engine.graph import INPUT, Graph, Node
from cnn_loupe.engine.layers import BatchNorm, Conv2D
from cnn_loupe.engine.spec import ModelSpec


def fold_batch_norm(spec: ModelSpec, parameters: Parameters) -> tuple[ModelSpec, dict[str, Array]]:
    """The model and its parameters with every batch normalisation merged into its convolution.

    Raises SpecError for one that does not read a convolution which nothing else reads.
    """
    found, graph = dict(parameters), spec.graph
    for node in spec.graph.nodes:
        if not isinstance(node.layer, BatchNorm):
            continue
        before = _convolution(graph, node.name)
        own = {key: found.pop(f"{node.name}.{key}").astype(np.float64) for key in _NUMBERS}
        factor = own["weight"] / np.sqrt(own["variance"] + node.layer.epsilon)
        weight, bias = f"{before.name}.weight", f"{before.name}.bias"
        found[weight] = (found[weight] * factor[:, None, None, None]).astype(FLOAT)
        given = found.get(bias, np.zeros_like(factor))
        found[bias] = ((given - own["mean"]) * factor + own["bias"]).astype(FLOAT)
        graph = _with_bias(graph, before.name).without(node.name)
    return replace(spec, graph=graph), found


def _with_bias(graph: Graph, name: str) -> Graph:
    """The graph in which the convolution of this name adds a bias."""
    nodes = []
    for node in graph.nodes:
        if node.name == name and isinstance(node.layer, Conv2D):
            node = Node(replace(node.layer, bias=True), node.inputs)
        nodes.append(node)
    return Graph(tuple(nodes))


def _convolution(graph: Graph, name: str) -> Node:
    """The convolution that the batch normalisation with this name reads, and reads alone."""
    (source,) = graph.by_name[name].inputs
    before = graph.by_name.get(source)
    if before is None or not isinstance(before.layer, Conv2D):
        place = "the input" if source == INPUT else source
        raise SpecError(
            "batch_norm_not_foldable",
            f"{name} stands after {place}; only a batch normalisation right after a convolution can be folded into it",
            layer=name,
            before=place,
        )
    if len(graph.consumers[source]) > 1:
        others = [node.name for node in graph.consumers[source] if node.name != name]
        raise SpecError(
            "batch_norm_not_foldable",
            f"{name} cannot be folded into {source}: {', '.join(others)} reads what the convolution gives, too",
            layer=name,
            before=source,
        )
    return before


_NUMBERS = ("weight", "bias", "mean", "variance")
