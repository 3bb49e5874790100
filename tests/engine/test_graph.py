"""The graph itself: one walk for everything, what depends on what, and the hull of receptive fields."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_loupe.engine import layers
from cnn_loupe.engine.errors import SpecError
from cnn_loupe.engine.graph import INPUT, Graph, Node, walk, walk_back
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.windows import ReceptiveField
from tests.engine.strategies import distinct, graph_specs, seeds
from tests.models import ALL, GRAPHS, SPECS, random_parameters

GRAPH = GRAPHS["branched"].graph


def test_a_walk_visits_every_node_once_after_what_it_reads() -> None:
    visited: list[str] = []

    def step(node: Node, values: list[int]) -> int:
        assert all(name == INPUT or name in visited for name in node.inputs)
        visited.append(node.name)
        return 1 + max(values)

    depth = GRAPH.walk(step, 0)
    assert visited == [node.name for node in GRAPH.nodes]
    assert depth["residual"] == 8
    assert depth["picture"] == 1


def test_a_walk_leaves_alone_what_is_known() -> None:
    visited: list[str] = []
    known = {INPUT: 0, **{node.name: 0 for node in GRAPH.nodes[:10]}}
    walk(GRAPH.nodes, lambda node, _: visited.append(node.name) or 1, known)
    assert visited == [node.name for node in GRAPH.nodes[10:]]


def test_gradients_of_several_consumers_add_up_and_those_that_nobody_needs_are_left_out() -> None:
    nodes = (Node(layers.ReLU("a"), (INPUT,)), Node(layers.Add("b"), ("a", "a")), Node(layers.Add("c"), ("a", "b")))
    found = walk_back(nodes, lambda node, g: [g] * len(node.inputs), {"c": 1}, lambda _, one, other: one + other)
    assert found == {"c": 1, "b": 1, "a": 3, INPUT: 3}
    found = walk_back(nodes, lambda node, g: [None if n == INPUT else g for n in node.inputs], {"b": 1}, lambda *_: 0)
    assert found == {"b": 1, "a": 0}


@given(graph_specs(scores=False), st.data())
@settings(max_examples=60)
def test_what_depends_on_a_value_is_what_a_change_of_it_can_reach(spec: ModelSpec, data: st.DataObject) -> None:
    names = data.draw(st.sets(st.sampled_from([INPUT, *spec.names]), max_size=3))
    sources = spec.graph.walk(lambda node, values: frozenset({node.name}).union(*values), frozenset({INPUT}))
    expected = {name for name, behind in sources.items() if behind & names}
    assert spec.graph.dependent(names) == expected


@given(graph_specs(scores=False))
@settings(max_examples=40)
def test_consumers_are_the_nodes_that_name_a_value(spec: ModelSpec) -> None:
    for name, consumers in spec.graph.consumers.items():
        assert list(consumers) == [node for node in spec.graph.nodes if name in node.inputs]
    assert spec.graph.consumers[spec.graph.output.name] == ()


def test_a_chain_is_what_reads_the_one_before() -> None:
    assert all(spec.graph.is_chain for spec in SPECS.values())
    assert not GRAPH.is_chain
    assert Graph(tuple(Node(node.layer, node.inputs) for node in SPECS["deep"].graph.nodes)).is_chain
    skip = Graph.chain(layers.ReLU("a"), layers.ReLU("b")).nodes
    assert not Graph((*skip, Node(layers.Add("c"), ("b", "a")))).is_chain


def test_without_some_layers_their_consumers_read_what_they_read() -> None:
    graph = GRAPH.without("stem_norm", "stem_relu", "tanh", "probabilities")
    assert graph.by_name["left_1"].inputs == ("stem",)
    assert graph.by_name["residual"].inputs == ("left_norm", "stem")
    assert graph.by_name["flat"].inputs == ("together",)
    assert graph.output.name == "scores"


def test_the_layers_of_a_graph_are_checked_like_those_of_a_chain() -> None:
    for nodes, words in (
        ([], "number of layers is 0"),
        ([Node(layers.ReLU("input"), (INPUT,))], "'input' is used twice"),
        ([Node(layers.ReLU("a b"), (INPUT,))], "layer name is 'a b'"),
        ([Node(layers.ReLU("a"), ("b",))], "no layer 'b' to read"),
        ([Node(layers.LeakyReLU("a", 2.0), (INPUT,))], "a: slope is 2.0"),
    ):
        with pytest.raises(SpecError, match=words):
            Graph(tuple(nodes))


def test_a_thousand_layers_and_many_branches_are_no_trouble() -> None:
    nodes = [Node(layers.ReLU("layer_0"), (INPUT,))]
    for i in range(1, 1000, 2):
        nodes.append(Node(layers.Tanh(f"layer_{i}"), (f"layer_{i - 1}",)))
        nodes.append(Node(layers.Add(f"layer_{i + 1}"), (f"layer_{i}", f"layer_{i - 1}")))
    spec = ModelSpec("long", (1, 4, 4), Graph(tuple(nodes)))
    run = Network(spec, {}).run(np.ones((1, 4, 4)))
    assert len(run.activations) == 1001
    assert Network(spec, {}).backward(run, "layer_1000", np.ones((1, 4, 4))).input.shape == (1, 4, 4)


@given(graph_specs(scores=False), seeds, st.data())
@settings(max_examples=60)
def test_a_receptive_field_holds_every_pixel_that_a_value_depends_on(
    spec: ModelSpec, seed: int, data: st.DataObject
) -> None:
    net = Network(spec, random_parameters(spec, seed))
    run = net.run(distinct(np.random.default_rng(seed), spec.input_shape))
    maps = [name for name in spec.names if len(spec.shapes[name]) == 3]
    if not maps:
        return
    name = data.draw(st.sampled_from(maps))
    at = tuple(data.draw(st.integers(0, side - 1)) for side in spec.shapes[name])
    dy = np.zeros(spec.shapes[name], np.float32)
    dy[at] = 1
    moved = np.argwhere(net.backward(run, name, dy).input)
    field = spec.receptive_fields[name]
    for axis, reach in ((1, field.rows), (2, field.columns)):
        first = reach.start + at[axis] * reach.jump
        assert all(first <= pixel < first + reach.size for pixel in moved[:, axis])


def test_the_hull_of_two_fields_is_the_shortest_stretch_that_holds_both() -> None:
    start = ReceptiveField.of_input(9, 9)
    small, large = layers.Conv2D("a", 1, (3, 3), padding=(1, 1)), layers.Conv2D("b", 1, (5, 1), padding=(2, 0))
    hull = small.receptive_field(start).hull(large.receptive_field(start))
    assert hull.describe() == {"size": [5, 3], "jump": [1, 1], "start": [-2, -1]}
    assert hull.rows.positions == 9
    # What moves in different steps has no common one: then every position may see all of it.
    pooled = layers.MaxPool2D("p", (3, 3), (2, 2), (1, 1)).receptive_field(start)
    other = layers.Conv2D("c", 1, (5, 5)).receptive_field(start)
    mixed = pooled.hull(other)
    assert mixed.describe() == {"size": [11, 11], "jump": [0, 0], "start": [-1, -1]}


def test_counts_are_those_of_the_shapes_that_go_in() -> None:
    spec = ALL["branched"]
    assert spec.parameter_counts["hidden"] == 9 * (13 * 7 * 5 + 1)
    assert spec.multiplications["stem"] == 6 * 3 * 9 * 14 * 11
    assert spec.multiplications["hidden"] == 9 * 13 * 7 * 5
    assert spec.multiplications["residual"] == 0
    assert spec.input_shapes("together") == ((6, 7, 5), (5, 7, 5), (2, 7, 5))
    layer: Layer = spec.node("together").layer
    assert layer.output_shape(*spec.input_shapes("together")) == spec.shapes["together"] == (13, 7, 5)
