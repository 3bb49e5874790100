"""A model's structure: layers, what each reads, and the one walk that goes from value to value.

Shapes, receptive fields, counts, activations and gradients are all worked out by `walk` (from the
picture on) or `walk_back` (from an output back); they differ only in what happens at a node. A
value is named after the node that gives it, and the picture itself is called `input`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from cnn_loupe.engine.errors import SpecError
from cnn_loupe.engine.fields import Whole, bad, check, rules
from cnn_loupe.engine.layers import Layer

INPUT = "input"  # the name of the picture; no layer may have it
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
LAYERS = Whole(1, 1024)

T = TypeVar("T")


@dataclass(frozen=True)
class Node:
    """A layer in its place: the names of the values that it reads, in the layer's order."""

    layer: Layer
    inputs: tuple[str, ...]

    @cached_property
    def name(self) -> str:
        """The layer's name, which is also that of its output."""
        return self.layer.name


def walk(nodes: Iterable[Node], step: Callable[[Node, list[T]], T], known: Mapping[str, T]) -> dict[str, T]:
    """The value of every node, in order: `step(node, the values that it reads)`.

    known holds what is there already, the input at least; those nodes are not worked out again.
    """
    found = dict(known)
    for node in nodes:
        name = node.name
        if name not in found:
            found[name] = step(node, [found[source] for source in node.inputs])
    return found


def walk_back(
    nodes: Sequence[Node],
    step: Callable[[Node, T], Sequence[T | None]],
    known: Mapping[str, T],
    add: Callable[[str, T, T], T],
) -> dict[str, T]:
    """The gradient of every value on the way from those in `known` back to the input.

    `step(node, gradient of its output)` gives the gradient for each of its inputs, None where nobody
    needs it. A value with several consumers gets something from each, and `add(name, one, other)` adds
    them up. Nodes that nothing in `known` depends on are not visited.
    """
    found = dict(known)
    for node in reversed(nodes):
        if node.name not in found:
            continue
        for name, gradient in zip(node.inputs, step(node, found[node.name]), strict=True):
            if gradient is not None:
                found[name] = add(name, found[name], gradient) if name in found else gradient
    return found


@dataclass(frozen=True)
class Graph:
    """Nodes in an order in which each reads only earlier ones; the last gives the model's output.

    Raises SpecError where names clash, an input is unknown or comes later, a layer has too few or too many inputs,
    or a layer's output is never used.
    """

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        check("the description", "number of layers", len(self.nodes), LAYERS)
        _check_names(self.nodes)
        _check_inputs(self.nodes)
        for node in self.nodes:
            for key, rule in rules(type(node.layer)).items():
                check(node.name, key, getattr(node.layer, key), rule)

    @classmethod
    def chain(cls, *layers: Layer) -> Graph:
        """The graph in which every layer reads the one before it, and the first the picture."""
        names = [INPUT, *(layer.name for layer in layers)]
        return cls(tuple(Node(layer, (before,)) for before, layer in zip(names, layers, strict=False)))

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Every node by its name."""
        return MappingProxyType({node.name: node for node in self.nodes})

    @cached_property
    def consumers(self) -> Mapping[str, tuple[Node, ...]]:
        """The nodes that read each value, each once; none read the output."""
        found: dict[str, list[Node]] = {name: [] for name in (INPUT, *self.by_name)}
        for node in self.nodes:
            for name in dict.fromkeys(node.inputs):
                found[name].append(node)
        return MappingProxyType({name: tuple(nodes) for name, nodes in found.items()})

    @property
    def output(self) -> Node:
        """The node whose value is the model's answer."""
        return self.nodes[-1]

    @cached_property
    def is_chain(self) -> bool:
        """Whether every layer reads the one before it and nothing else."""
        before = (INPUT, *(node.name for node in self.nodes))
        return all(node.inputs == (name,) for node, name in zip(self.nodes, before, strict=False))

    def walk(self, step: Callable[[Node, list[T]], T], start: T) -> dict[str, T]:
        """The value of the input, `start`, and of every node: see the function `walk`."""
        return walk(self.nodes, step, {INPUT: start})

    def dependent(self, names: Iterable[str]) -> frozenset[str]:
        """These values and all that depend on one of them."""
        found = set(names)
        for node in self.nodes:
            if not found.isdisjoint(node.inputs):
                found.add(node.name)
        return frozenset(found)

    def without(self, *names: str) -> Graph:
        """The graph with these nodes left out; who read one of them reads what that one read.

        Each must have a single input.
        """
        instead = {name: self.by_name[name].inputs[0] for name in names}

        def source(name: str) -> str:
            while name in instead:
                name = instead[name]
            return name

        return Graph(
            tuple(Node(node.layer, tuple(map(source, node.inputs))) for node in self.nodes if node.name not in instead)
        )


def _check_names(nodes: Sequence[Node]) -> None:
    taken = {INPUT}
    for node in nodes:
        if not NAME.fullmatch(node.name):
            raise bad("the description", "layer name", node.name, "1 to 64 of A–Z, a–z, 0–9, _ . -")
        if node.name in taken:
            raise SpecError(
                "name_taken",
                f"the name {node.name!r} is used twice ({INPUT!r} is the picture's own); "
                f"give every layer a name of its own",
                layer=node.name,
            )
        taken.add(node.name)


def _check_inputs(nodes: Sequence[Node]) -> None:
    """Every input exists and comes before its consumer; every output but the last has a consumer."""
    by_name = {node.name: node for node in nodes}
    known, unread = {INPUT}, set(by_name)
    for node in nodes:
        _check_number(node)
        for name in node.inputs:
            if name != INPUT and name not in by_name:
                raise SpecError(
                    "unknown_input",
                    f"{node.name}: there is no layer {name!r} to read; its inputs must be {INPUT!r} or earlier layers",
                    layer=node.name,
                    input=name,
                )
            if name not in known:
                raise _comes_later(node, name, by_name)
        known.add(node.name)
        unread -= set(node.inputs)
    unread.discard(nodes[-1].name)
    if unread:
        name = next(node.name for node in nodes if node.name in unread)
        raise SpecError(
            "output_unused",
            f"{name}: no layer reads its output, and it is not the last layer; "
            f"let another layer read it, or leave it out",
            layer=name,
        )


def _check_number(node: Node) -> None:
    fewest, most = node.layer.fewest_inputs, node.layer.most_inputs
    if fewest <= len(node.inputs) <= most:
        return
    wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    raise SpecError(
        "wrong_number_of_inputs",
        f"{node.name}: {node.layer.kind} takes {wanted} input{'s' if most > 1 else ''} and is given {len(node.inputs)}",
        layer=node.name,
        kind=node.layer.kind,
        inputs=list(node.inputs),
        fewest=fewest,
        most=most,
    )


def _comes_later(node: Node, name: str, by_name: Mapping[str, Node]) -> SpecError:
    """The error for an input that is no earlier layer: a circle, or only a wrong order."""
    circle = _path(name, node.name, by_name)
    if circle is None:
        return SpecError(
            "input_comes_later",
            f"{node.name}: it reads {name!r}, which is listed after it; list every layer after its inputs",
            layer=node.name,
            input=name,
        )
    shown = " → ".join([node.name, *circle])
    return SpecError(
        "inputs_form_a_circle",
        f"{node.name}: its input depends on its own output ({shown}, read from right to left); "
        f"a value cannot take part in itself",
        layer=node.name,
        circle=[node.name, *circle],
    )


def _path(begin: str, end: str, by_name: Mapping[str, Node]) -> list[str] | None:
    """The names from `begin` to `end` along inputs; None where none lead there."""
    came_from: dict[str, str | None] = {begin: None}
    queue = [begin]
    for name in queue:
        if name == end:
            path: list[str] = []
            at: str | None = name
            while at is not None:
                path.append(at)
                at = came_from[at]
            return path[::-1]
        for following in by_name[name].inputs if name in by_name else ():
            if following not in came_from:
                came_from[following] = name
                queue.append(following)
    return None
