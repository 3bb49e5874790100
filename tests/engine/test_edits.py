"""Interventions: what they change, what they leave, what they cost, and what they refuse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnn_loupe.engine import layers
from cnn_loupe.engine import network as network_module
from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.edits import (
    ClampUnit,
    Edit,
    ScaleElement,
    ScaleUnit,
    SetElement,
    SetParameter,
    SetUnit,
    SwapKind,
    edited_spec,
)
from cnn_loupe.engine.errors import EditError, EngineError, SpecError
from cnn_loupe.engine.graph import Graph, Node
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.run import Run
from cnn_loupe.engine.spec import ModelSpec
from tests.engine.strategies import distinct, graph_specs, seeds
from tests.models import network, random_parameters, random_picture

FUNCTIONS = ("relu", "leaky_relu", "sigmoid", "tanh")


@st.composite
def edits_for(draw: st.DrawFn, spec: ModelSpec) -> Edit:
    """A random edit that fits the model."""
    number = st.floats(-2, 2, width=32)
    sort = draw(st.sampled_from(["set", "map", "scale", "clamp", "parameter", "element", "stretch", "swap"]))
    name = draw(st.sampled_from(spec.names))
    shape = spec.shapes[name]
    unit = draw(st.integers(0, shape[0] - 1))
    if sort in ("parameter", "element", "stretch") and spec.parameter_shapes:
        parameter = draw(st.sampled_from([p for p in spec.parameter_shapes if not p.endswith("variance")] or [""]))
        if parameter:
            sides = spec.parameter_shapes[parameter]
            if sort == "parameter":
                rng = np.random.default_rng(draw(seeds))
                return SetParameter(parameter, rng.uniform(-1, 1, sides))
            part = sides[: draw(st.integers(0, len(sides)))]
            change = SetElement if sort == "element" else ScaleElement
            return change(parameter, tuple(draw(st.integers(0, n - 1)) for n in part), draw(number))
    if sort == "swap":
        swaps = [node.name for node in spec.graph.nodes if node.layer.kind in FUNCTIONS]
        if swaps:
            kind = draw(st.sampled_from(FUNCTIONS))
            values = (
                (("slope", draw(st.floats(0, 1, width=32))),) if kind == "leaky_relu" and draw(st.booleans()) else ()
            )
            return SwapKind(draw(st.sampled_from(swaps)), kind, values)
    if sort == "map":
        return SetUnit(name, unit, np.random.default_rng(draw(seeds)).uniform(-1, 1, shape[1:]))
    if sort == "scale":
        return ScaleUnit(name, unit, draw(number))
    if sort == "clamp":
        low, high = sorted((draw(number), draw(number)))
        return ClampUnit(name, unit, low, high)
    return SetUnit(name, unit, draw(st.sampled_from([0.0, 1.5])))


def expected_values(
    spec: ModelSpec, parameters: dict[str, Any], x: Array, edits: Sequence[Edit], wanted: str | None = None
) -> dict[str, Array]:
    """Every value of the edited model, spelt out with the readable operations."""
    parameters = dict(parameters)
    swapped = {node.name: node.layer for node in spec.graph.nodes}
    for edit in edits:
        match edit:
            case SetParameter(name, value):
                parameters[name] = value.astype(parameters[name].dtype)
            case SetElement(name, at, number):
                parameters[name] = parameters[name].copy()
                parameters[name][at] = number
            case ScaleElement(name, at, factor):
                parameters[name] = parameters[name].copy()
                parameters[name][at] *= parameters[name].dtype.type(factor)
            case SwapKind(layer, kind, values):
                slope = getattr(spec.node(layer).layer, "slope", 0.01)
                known = {"slope": slope, **dict(values)} if kind == "leaky_relu" else {}
                kinds = {
                    "relu": layers.ReLU,
                    "leaky_relu": layers.LeakyReLU,
                    "sigmoid": layers.Sigmoid,
                    "tanh": layers.Tanh,
                }
                swapped[layer] = kinds[kind](layer, **known)  # type: ignore[abstract]

    def step(node: Node, xs: list[Array]) -> Array:
        own = {key: parameters[f"{node.name}.{key}"] for key in spec.layer_parameters[node.name]}
        y = np.array(swapped[node.name].forward(xs, own)[0])
        for edit in edits:
            if edit.target != node.name:
                continue
            match edit:
                case SetUnit(_, unit, value):
                    y[unit] = value
                case ScaleUnit(_, unit, factor):
                    y[unit] = y[unit] * factor
                case ClampUnit(_, unit, low, high):
                    y[unit] = np.minimum(np.maximum(y[unit], low), high)
        return y

    return spec.graph.walk(step, x)


def close(found: Array, expected: Array) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * max(1.0, float(np.abs(expected).max())))


@given(graph_specs(scores=False), seeds, st.data())
@settings(max_examples=80)
def test_an_edited_run_is_that_of_the_edited_formulas(spec: ModelSpec, seed: int, data: st.DataObject) -> None:
    parameters = random_parameters(spec, seed)
    net = Network(spec, parameters)
    edits = data.draw(st.lists(edits_for(spec), max_size=4))
    picture = distinct(np.random.default_rng(seed), spec.input_shape).astype(np.float32)
    plain = net.run(picture)
    run = net.run(picture, edits)
    for name, value in expected_values(spec, parameters, picture, edits).items():
        close(run.value(name), value)
        assert not run.value(name).flags.writeable
    assert run.edits == tuple(edits)
    untouched = set(spec.names) - spec.graph.dependent(edit.target for edit in edits)
    assert all((run.activations[name] == plain.activations[name]).all() for name in untouched)
    again = net.run(picture)  # the network itself has not changed
    assert all((again.activations[name] == plain.activations[name]).all() for name in spec.names)


@given(graph_specs(scores=False), seeds, st.data())
@settings(max_examples=60)
def test_running_again_computes_what_depends_on_the_difference_and_shares_the_rest(
    spec: ModelSpec, seed: int, data: st.DataObject
) -> None:
    net = Network(spec, random_parameters(spec, seed))
    edit = edits_for(spec)
    shared = data.draw(st.lists(edit, max_size=1))
    before, after = (shared + data.draw(st.lists(edit, max_size=2)) for _ in range(2))
    run = net.run(distinct(np.random.default_rng(seed), spec.input_shape), before)
    computed: list[str] = []
    plain = network_module.Stage.forward

    def counted(stage: network_module.Stage, xs: Sequence[Array], y: Array, scratch: Any) -> Array:
        computed.append(stage.layer.name)
        return plain(stage, xs, y, scratch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_module.Stage, "forward", counted)
        again = net.rerun(run, after)
    differ = {e.target for e in (*before, *after) if by_target(before, e.target) != by_target(after, e.target)}
    assert computed == [name for name in spec.names if name in spec.graph.dependent(differ)]
    whole = net.run(run.input, after)
    for name in spec.names:
        assert (again.activations[name] is run.activations[name]) == (name not in computed)
        assert (again.activations[name] == whole.activations[name]).all()


def by_target(edits: Sequence[Edit], target: str) -> list[Edit]:
    return [edit for edit in edits if edit.target == target]


@given(graph_specs(), seeds)
@settings(max_examples=30)
def test_without_edits_everything_is_the_same_to_the_bit(spec: ModelSpec, seed: int) -> None:
    net = Network(spec, random_parameters(spec, seed))
    run = net.run(random_picture(spec, seed))
    for again in (net.run(run.input, []), net.rerun(run), net.rerun(net.run(run.input, [SetUnit("scores", 0, 3.0)]))):
        assert again.edits == ()
        assert again.spec is spec
        assert all((again.activations[name] == value).all() for name, value in run.activations.items())


@given(graph_specs(), seeds, st.data())
@settings(max_examples=30)
def test_edited_parameters_make_the_network_that_has_them(spec: ModelSpec, seed: int, data: st.DataObject) -> None:
    parameters = random_parameters(spec, seed)
    net = Network(spec, parameters)
    name = data.draw(st.sampled_from(sorted(spec.parameter_shapes)))
    value = random_parameters(spec, seed + 1)[name]
    picture = random_picture(spec, seed)
    edited = net.run(picture, [SetParameter(name, value)])
    built = Network(spec, {**parameters, name: value}).run(picture)
    assert all((edited.activations[key] == v).all() for key, v in built.activations.items())
    assert (
        net.gradients(edited, 0).input == Network(spec, {**parameters, name: value}).gradients(built, 0).input
    ).all()
    at = tuple(data.draw(st.integers(0, n - 1)) for n in value.shape)
    one = parameters[name].copy()
    one[at] = 0.5
    whole, element = (net.run(picture, [edit]) for edit in (SetParameter(name, one), SetElement(name, at, 0.5)))
    assert all((element.activations[key] == v).all() for key, v in whole.activations.items())


@given(graph_specs(scores=False), seeds, st.data())
@settings(max_examples=80)
def test_gradients_through_edits_are_what_small_steps_do(spec: ModelSpec, seed: int, data: st.DataObject) -> None:
    parameters = random_parameters(spec, seed)
    net = Network(spec, parameters)
    edits = data.draw(st.lists(edits_for(spec), min_size=1, max_size=3))
    run = net.run(distinct(np.random.default_rng(seed), spec.input_shape), edits)
    exact = {name: value.astype(np.float64) for name, value in parameters.items()}
    x = run.input.astype(np.float64)
    name = spec.graph.output.name
    at = tuple(data.draw(st.integers(0, side - 1)) for side in spec.shapes[name])
    dy = np.zeros(spec.shapes[name], np.float32)
    dy[at] = 1
    gradient = net.backward(run, name, dy).input
    place = tuple(data.draw(st.integers(0, side - 1)) for side in spec.input_shape)
    slopes = []
    for step in (1e-6, 1e-7):
        ends = []
        for move in (step, -step):
            moved = x.copy()
            moved[place] += move
            ends.append(expected_values(spec, exact, moved, edits)[name][at])
        slopes.append((ends[0] - ends[1]) / (2 * step))
    assume(abs(slopes[0] - slopes[1]) <= 1e-4 * max(1, abs(slopes[0])))
    largest = max(float(np.abs(gradient).max()), 1e-3)
    assert gradient[place] == pytest.approx(slopes[0], rel=1e-3, abs=1e-4 * largest)


def test_a_silenced_unit_passes_nothing_on_and_gets_no_gradient() -> None:
    net = network("tiny-vgg")
    run = net.run(random_picture(net.spec), [SetUnit("relu_1_1", 3, 0.0)])
    assert not run.activations["relu_1_1"][3].any()
    gradients = net.gradients(run, 2)
    assert not gradients.activations["conv_1_1"][3].any()
    assert gradients.activations["relu_1_1"][3].any()  # what another value there would do
    assert gradients.activations["conv_1_1"][4].any()


def test_pools_and_activations_can_be_swapped_and_keep_their_values() -> None:
    net = network("deep")
    run = net.run(random_picture(net.spec), [SwapKind("max1", "avg_pool2d"), SwapKind("relu1", "tanh")])
    pool = run.spec.node("max1").layer
    assert pool == layers.AvgPool2D("max1", window=(3, 3), stride=(2, 1), padding=(1, 1))
    close(run.activations["max1"], pool.forward(run.inputs_of("max1"), {})[0])
    np.testing.assert_allclose(run.activations["relu1"], np.tanh(run.activations["norm1"]), rtol=1e-5)
    trace = net.trace(run, "max1", (0, 1, 1))
    assert trace.operation == "mean"
    assert trace.value == pytest.approx(float(run.activations["max1"][0, 1, 1]), rel=1e-5)
    assert net.spec.node("max1").layer.kind == "max_pool2d"


def test_edits_of_one_layer_take_effect_in_their_order() -> None:
    net = network("minimal")
    picture = random_picture(net.spec)
    first = net.run(picture, [SetUnit("edges", 0, 2.0), ScaleUnit("edges", 0, 3.0)])
    second = net.run(picture, [ScaleUnit("edges", 0, 3.0), SetUnit("edges", 0, 2.0)])
    assert (first.activations["edges"][0] == 6).all()
    assert (second.activations["edges"][0] == 2).all()


def test_edits_are_values() -> None:
    weights = np.arange(4.0)
    one, other = SetParameter("a.b", weights), SetParameter("a.b", weights.copy())
    assert one == other
    assert hash(one) == hash(other)
    weights[0] = 9  # the caller's array is the caller's
    assert one == other
    assert one != SetParameter("a.b", weights)
    assert SetUnit("a", 1, 0.0) != ScaleUnit("a", 1, 0.0)
    assert SetUnit("a", 1, 0.0) == SetUnit("a", 1, 0)
    with pytest.raises(ValueError, match="read-only"):
        one.value[0] = 1
    with pytest.raises(AttributeError):
        one.name = "c"  # type: ignore[misc]


REFUSALS: list[tuple[Any, str]] = [
    (lambda: SetParameter("c1.kernel", np.zeros(3)), "deep has no parameter 'c1.kernel'; it has c1.weight, c1.bias"),
    (lambda: SetParameter("c1.bias", np.zeros(3)), "c1.bias: the edit holds 3; it must hold 6"),
    (lambda: SetParameter("c1.bias", np.full(6, np.nan)), "must hold finite float32 numbers"),
    (lambda: SetParameter("c1.bias", np.array(["a"] * 6)), "must hold finite float32 numbers"),
    (lambda: SetElement("c1.bias", (6,), 1.0), r"there is no number at \[6\]; use 1 indices from 0 below \[6\]"),
    (lambda: SetElement("c1.bias", (0, 0), 1.0), r"there is no number at \[0, 0\]"),
    (lambda: ScaleElement("c1.weight", (0, -1), 1.0), r"there is no number at \[0, -1\]"),
    (lambda: ScaleElement("c1.weight", (0,), float("nan")), "must hold finite float32 numbers"),
    (lambda: SetElement("c1.bias", (0,), 1e300), "must hold finite float32 numbers"),
    (lambda: SetUnit("nobody", 0, 0.0), "deep has no layer 'nobody'"),
    (lambda: SetUnit("c1", 6, 0.0), "c1 has no unit 6; use 0 to 5"),
    (lambda: SetUnit("c1", -1, 0.0), "c1 has no unit -1"),
    (lambda: SetUnit("c1", 0, np.zeros((3, 3))), r"c1\[0\]: the edit holds 3×3; it must hold 40×32"),
    (lambda: ScaleUnit("c1", 0, float("inf")), "must hold finite float32 numbers"),
    (lambda: ClampUnit("c1", 0, 2.0, 1.0), "the lower bound 2 lies above the upper bound 1"),
    (lambda: SwapKind("max1", "median_pool"), "max1 cannot become 'median_pool': there is no such kind"),
    (lambda: SwapKind("relu1", "softmax"), "relu1: softmax needs a vector"),
    (lambda: SwapKind("relu1", "max_pool2d"), "it would give 5×"),
    (lambda: SwapKind("relu1", "leaky_relu", (("slope", 2.0),)), "slope is 2.0; it must be a number from 0 to 1"),
    (lambda: SwapKind("relu1", "leaky_relu", (("name", 2.0),)), "it has no number 'name'; it has slope"),
    (lambda: SwapKind("max1", "avg_pool2d", (("window", 2.0),)), "it has no number 'window'; it has none"),
    (lambda: SwapKind("relu1", "leaky_relu", (("slope", float("nan")),)), "must hold finite float32 numbers"),
    (lambda: SwapKind(network("deep").spec.names[-1], "log_softmax"), "the model's answer is read from its softmax"),
    (lambda: SwapKind("relu1", "add"), "it does not take 1 input"),
    (lambda: SwapKind("hidden", "conv2d"), "hidden cannot become 'conv2d'"),
    (lambda: SwapKind("tanh1", "batch_norm2d"), "it needs parameters that the model does not have"),
]


@pytest.mark.parametrize(("make", "words"), REFUSALS)
def test_an_edit_that_does_not_fit_is_refused_with_value_and_rule(make: Any, words: str) -> None:
    net = network("deep")
    with pytest.raises((EditError, SpecError), match=words) as caught:
        net.run(random_picture(net.spec), [make()])
    assert isinstance(caught.value, EngineError)
    assert caught.value.code


def test_an_edit_does_not_change_the_run_that_it_starts_from() -> None:
    net = network("tiny-vgg")
    run: Run = net.run(random_picture(net.spec))
    copies = {name: value.copy() for name, value in run.activations.items()}
    net.rerun(run, [SetUnit("flatten", 3, 5.0), ScaleUnit("max_pool_1", 2, 9.0)])
    assert all((run.activations[name] == value).all() for name, value in copies.items())


def test_the_edited_model_has_the_swapped_layer_and_all_else() -> None:
    spec = ModelSpec("m", (1, 4, 4), Graph.chain(layers.MaxPool2D("pool"), layers.Tanh("tanh")))
    found = edited_spec(spec, [SwapKind("pool", "avg_pool2d")])
    assert found.node("pool").layer == layers.AvgPool2D("pool")
    assert found.node("tanh") == spec.node("tanh")
