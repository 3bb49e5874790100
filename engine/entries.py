"""The entries of a model's description: its layers and its classes, read from JSON and checked.

Each value is checked by itself here; whether the entries fit each other is the matter of
`cnn_loupe.engine.graph` and `cnn_loupe.engine.spec`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from types import MappingProxyType
from typing import Any

from cnn_loupe.engine.errors import SpecError
from cnn_loupe.engine.fields import as_list, as_object, as_text, as_texts, check, rules
from cnn_loupe.engine.graph import INPUT, Graph, Node
from cnn_loupe.engine.kinds import KINDS
from cnn_loupe.engine.layers import Layer


@dataclass(frozen=True)
class Category:
    """One class that the model can choose."""

    index: int
    name: str
    labels: Mapping[str, str]
    wnid: str | None = None

    def describe(self) -> dict[str, Any]:
        """The class as JSON-ready data."""
        known = {"index": self.index, "name": self.name, "labels": dict(self.labels)}
        return known if self.wnid is None else {**known, "wnid": self.wnid}


def graph_from_json(entries: Any, *, inputs: bool) -> Graph:
    """The graph that the entry `layers` describes: each reads what its `inputs` name, or the one before.

    inputs says whether the description's format knows that key.
    """
    nodes: list[Node] = []
    before = INPUT
    for position, entry in enumerate(as_list("the description", "layers", entries)):
        place = f"layer {position}"
        data = dict(as_object(place, entry))
        name = as_text(place, "name", data.pop("name", None))
        given = as_list(name, "inputs", data.pop("inputs", [before])) if inputs else [before]
        sources = tuple(as_text(name, "inputs", source) for source in given)
        nodes.append(Node(layer_from_json(name, data), sources))
        before = name
    return Graph(tuple(nodes))


def layer_from_json(name: str, entry: Mapping[str, Any]) -> Layer:
    """The layer of this name that an entry describes: its kind and that kind's values."""
    data = dict(entry)
    kind = data.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise SpecError(
            "unknown_kind",
            f"{name}: there is no layer kind {kind!r}; the kinds are {', '.join(KINDS)}",
            layer=name,
            kind=str(kind),
            known=list(KINDS),
        )
    known, rule = {f.name: f for f in fields(KINDS[kind]) if f.name != "name"}, rules(KINDS[kind])
    for key in data:
        if key not in known:
            raise SpecError(
                "unknown_field",
                f"{name}: {kind} has no {key!r}; it knows {', '.join(known) or 'no values'}",
                layer=name,
                kind=kind,
                field=str(key),
                known=list(known),
            )
    for key, definition in known.items():
        if key not in data and definition.default is MISSING:
            raise SpecError(
                "missing_field",
                f"{name}: {kind} needs {key}, {rule[key]}",
                layer=name,
                kind=kind,
                field=key,
            )
    values = {key: check(name, key, value, rule[key]) for key, value in data.items()}
    return KINDS[kind](name=name, **values)


def node_to_json(node: Node, before: str) -> dict[str, Any]:
    """The entry that `graph_from_json` reads; `inputs` only where they are not just the layer before."""
    entry = node.layer.describe()
    return entry if node.inputs == (before,) else {**entry, "inputs": list(node.inputs)}


def category_from_json(entry: Any, position: int) -> Category:
    """The class that one entry of `classes` describes."""
    place = f"class {position}"
    data = as_object(place, entry)
    name = as_text(place, "name", data.get("name"))
    wnid = data.get("wnid")
    return Category(
        index=data.get("index", position),
        name=name,
        labels=MappingProxyType({"en": name, **as_texts(place, data.get("labels", {}))}),
        wnid=None if wnid is None else as_text(place, "wnid", wnid),
    )
