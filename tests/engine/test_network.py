"""Runs: what they hold, what they share, what they refuse, and their gradients."""

from __future__ import annotations

import math
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnn_loupe.engine import layers
from cnn_loupe.engine.errors import TensorError, WeightsError
from cnn_loupe.engine.graph import Graph, Node
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.surroundings import Output
from tests.engine.oracles import oracles
from tests.engine.strategies import distinct, graph_specs, seeds
from tests.models import ALL, network, random_parameters, random_picture


@pytest.mark.parametrize("id", sorted(ALL))
def test_a_run_holds_every_activation_in_layer_order(id: str) -> None:
    net = network(id)
    run = net.run(random_picture(net.spec))
    assert list(run.activations) == list(net.spec.names)
    assert [a.shape for a in run.activations.values()] == [net.spec.shapes[name] for name in net.spec.names]
    assert all(np.isfinite(a).all() for a in run.activations.values())


def test_probabilities_add_up_and_logits_stand_before_them() -> None:
    net = network("deep")
    run = net.run(random_picture(net.spec))
    assert run.probabilities is not None
    assert run.logits is run.activations["scores"]
    assert float(run.probabilities.sum()) == pytest.approx(1, abs=1e-6)


def test_without_a_softmax_the_last_vector_is_the_logits() -> None:
    net = network("minimal")
    run = net.run(random_picture(net.spec))
    assert run.probabilities is None
    assert run.logits is run.activations["scores"]


def test_nothing_in_a_run_can_be_written_to() -> None:
    net = network("deep")
    picture = random_picture(net.spec)
    run = net.run(picture)
    for array in (run.input, *run.activations.values(), *net.parameters.values()):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    before = run.input.copy()
    picture[...] = 0  # the caller's array is the caller's
    assert (run.input == before).all()


def test_runs_of_one_network_do_not_touch_each_other() -> None:
    net = network("deep")
    first = net.run(random_picture(net.spec, 1))
    kept = {name: a.copy() for name, a in first.activations.items()}
    net.run(random_picture(net.spec, 2))
    assert all((kept[name] == a).all() for name, a in first.activations.items())


def test_threads_that_share_a_network_get_what_one_would_get() -> None:
    net = network("deep")
    pictures = [random_picture(net.spec, seed) for seed in range(40)]
    expected = [net.run(picture).activations for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda picture: net.run(picture).activations, pictures))
    for one, other in zip(expected, found, strict=True):
        assert all((one[name] == other[name]).all() for name in one)


def test_a_model_that_ends_in_maps_has_no_loss_but_a_way_back() -> None:
    spec = ModelSpec("maps", (1, 4, 4), Graph.chain(layers.Conv2D("conv", 2), layers.ReLU("relu")))
    net = Network(spec, random_parameters(spec))
    run = net.run(random_picture(spec))
    assert run.logits is None
    for ask in (net.gradients, net.loss):
        with pytest.raises(TensorError, match="use `backward` from a layer"):
            ask(run, 0)
    assert net.backward(run, "relu", np.ones((2, 2, 2))).input.shape == (1, 4, 4)


def exact_values(spec: ModelSpec, parameters: Any, x: Any) -> dict[str, Any]:
    """Every value by the readable operations in the precision of x and parameters."""

    def step(node: Node, xs: list[Any]) -> Any:
        own = {key: parameters[f"{node.name}.{key}"] for key in spec.layer_parameters[node.name]}
        return node.layer.forward(xs, own)[0]

    return spec.graph.walk(step, x)


@pytest.mark.parametrize("id", ["minimal", "deep", "branched"])
def test_gradients_are_what_small_steps_of_the_picture_and_the_weights_do(id: str) -> None:
    net = network(id)
    spec = net.spec
    run = net.run(random_picture(spec))
    gradients = net.gradients(run, 1)
    assert set(gradients.parameters) == set(spec.learnt)
    rng = np.random.default_rng(0)

    def loss(parameters: Any, x: Any) -> float:
        logits = exact_values(spec, parameters, x)["scores"]
        shifted = logits - logits.max()
        return float(np.log(np.exp(shifted).sum()) - shifted[1])

    exact = {name: value.astype(np.float64) for name, value in net.parameters.items()}
    x = run.input.astype(np.float64)
    arrays = [(gradients.input, x)]
    arrays += [(gradients.parameters[name], exact[name]) for name in sorted(gradients.parameters)]
    for gradient, array in arrays:
        largest = float(np.abs(gradient).max())
        for flat in rng.choice(array.size, min(4, array.size), replace=False):
            at, step = np.unravel_index(flat, array.shape), 1e-6
            value = array[at]
            array[at] = value + step
            above = loss(exact, x)
            array[at] = value - step
            below = loss(exact, x)
            array[at] = value
            assert gradient[at] == pytest.approx((above - below) / (2 * step), abs=1e-3 * largest)


def test_the_gradients_of_one_value_reach_only_what_made_it() -> None:
    net = network("tiny-vgg")
    run = net.run(random_picture(net.spec))
    dy = np.zeros((10, 60, 60), np.float32)
    dy[3, 30, 24] = 1
    gradients = net.backward(run, "conv_1_2", dy)
    assert list(gradients.activations) == ["conv_1_1", "relu_1_1", "conv_1_2"]
    rows, columns = np.nonzero(np.abs(gradients.input).max(axis=0))
    assert rows.min() >= 30
    assert rows.max() <= 34  # the receptive field of 5 pixels
    assert columns.min() >= 24
    assert columns.max() <= 28
    trace = net.trace(run, "conv_1_2", (3, 30, 24))
    for term in trace.terms:
        assert gradients.activations["relu_1_1"][term.at] == pytest.approx(term.weight, abs=1e-6)


def test_the_gradient_at_the_logits_is_probability_minus_target() -> None:
    net = network("deep")
    run = net.run(random_picture(net.spec))
    assert run.probabilities is not None
    at_logits = net.gradients(run, 2).activations["scores"]
    np.testing.assert_allclose(at_logits, run.probabilities - np.eye(4)[2], atol=1e-6)
    soft = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    np.testing.assert_allclose(net.gradients(run, soft).activations["scores"], run.probabilities - soft, atol=1e-6)


@given(graph_specs(), seeds, st.data())
@settings(max_examples=60)
def test_values_and_gradients_of_random_graphs_are_those_of_loops_and_small_steps(
    spec: ModelSpec, seed: int, data: st.DataObject
) -> None:
    parameters = random_parameters(spec, seed)
    net = Network(spec, parameters)
    run = net.run(distinct(np.random.default_rng(seed), spec.input_shape))
    exact = {name: value.astype(np.float64) for name, value in parameters.items()}
    x = run.input.astype(np.float64)
    expected = oracles(spec, x, exact)
    # Sums cancel, so the roundings of large values stand in small ones: the largest value on the way sets the scale.
    largest = 1e-3
    for name, found in run.activations.items():
        largest = max(largest, *(np.abs(expected[source]).max() for source in (name, *spec.node(name).inputs)))
        np.testing.assert_allclose(found, expected[name], rtol=0, atol=1e-5 * largest)
    # One number of any layer, with respect to one number of the picture or of a parameter.
    name = data.draw(st.sampled_from(spec.names))
    at = tuple(data.draw(st.integers(0, side - 1)) for side in spec.shapes[name])
    dy = np.zeros(spec.shapes[name], np.float32)
    dy[at] = 1
    gradients = net.backward(run, name, dy)
    arrays = [(gradients.input, x)] + [(g, exact[key]) for key, g in gradients.parameters.items()]
    gradient, array = arrays[data.draw(st.integers(0, len(arrays) - 1))]
    place = np.unravel_index(data.draw(st.integers(0, array.size - 1)), array.shape)
    slopes = []
    for step in (1e-6, 1e-7):  # where a maximum bends between the steps there is no one slope
        value = array[place]
        array[place] = value + step
        above = exact_values(spec, exact, x)[name][at]
        array[place] = value - step
        below = exact_values(spec, exact, x)[name][at]
        array[place] = value
        slopes.append((above - below) / (2 * step))
    assume(abs(slopes[0] - slopes[1]) <= 1e-4 * max(1, abs(slopes[0])))
    largest = max(float(np.abs(g).max()) for g, _ in arrays)
    assert gradient[place] == pytest.approx(slopes[0], rel=1e-3, abs=1e-4 * max(largest, 1e-3))
    untouched = set(spec.parameter_shapes) - set(gradients.parameters)
    reached = {key.rpartition(".")[0] for key in gradients.parameters} | set(gradients.activations)
    assert all(key.rpartition(".")[0] not in reached or key not in spec.learnt for key in untouched)


@given(graph_specs(), seeds, st.data())
@settings(max_examples=60)
def test_the_terms_of_any_value_of_a_graph_are_values_that_its_layer_reads(
    spec: ModelSpec, seed: int, data: st.DataObject
) -> None:
    net = Network(spec, random_parameters(spec, seed))
    run = net.run(distinct(np.random.default_rng(seed), spec.input_shape))
    name = data.draw(st.sampled_from(spec.names))
    at = tuple(data.draw(st.integers(0, side - 1)) for side in spec.shapes[name])
    trace = net.trace(run, name, at)
    read = run.inputs_of(name)
    assert all(term.padding or term.value == read[term.source][term.at] for term in trace.terms)
    size = 1e-3 + sum(abs(term.product) for term in trace.terms)
    if trace.operation != "normalise":
        assert trace.value == pytest.approx(float(run.activations[name][at]), rel=1e-5, abs=1e-5 * size)


@pytest.mark.parametrize(
    ("ending", "last", "units"),
    [("sigmoid", "sigmoid", 3), ("binary", "sigmoid", 1), ("softmax", "softmax", 3), ("logits", None, 3)],
)
def test_every_ending_has_scores_probabilities_and_a_loss(ending: str, last: str | None, units: int) -> None:
    ends = {"sigmoid": layers.Sigmoid("last"), "softmax": layers.Softmax("last")}
    chain = [layers.Flatten("flat"), layers.Dense("scores", units), *([ends[last]] if last else [])]
    output = Output(ending) if ending in ("sigmoid", "binary") else None
    spec = ModelSpec("ends", (1, 2, 2), Graph.chain(*chain), output=output)
    net = Network(spec, random_parameters(spec))
    run = net.run(random_picture(spec))
    z = run.activations["scores"].astype(float)
    assert spec.ending == ending
    assert run.logits is not None
    if ending == "binary":
        p = 1 / (1 + math.exp(-z[0]))
        assert run.probabilities == pytest.approx([1 - p, p], rel=1e-5)
        assert net.loss(run, 1) == pytest.approx(-math.log(p), rel=1e-5)
        assert net.gradients(run, 1).activations["scores"] == pytest.approx([p - 1], rel=1e-5)
        assert net.gradients(run, 0).activations["scores"] == pytest.approx([p], rel=1e-5)
        return
    np.testing.assert_allclose(run.logits, z, rtol=1e-6)
    found = net.gradients(run, 1).activations["scores"]
    if ending == "sigmoid":
        p = 1 / (1 + np.exp(-z))
        assert run.probabilities == pytest.approx(p, rel=1e-5)
        expected = -math.log(p[1]) - math.log(1 - p[0]) - math.log(1 - p[2])
        np.testing.assert_allclose(found, p - np.eye(3)[1], atol=1e-6)
    else:
        p = np.exp(z) / np.exp(z).sum()
        assert (run.probabilities is None) == (ending == "logits")
        expected = -math.log(p[1])
        np.testing.assert_allclose(found, p - np.eye(3)[1], atol=1e-6)
    assert net.loss(run, 1) == pytest.approx(expected, rel=1e-5)


def test_a_class_that_does_not_exist_is_refused() -> None:
    net = network("deep")
    run = net.run(random_picture(net.spec))
    for target in (-1, 4):
        with pytest.raises(TensorError, match="use 0 to 3"):
            net.gradients(run, target)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((3, 8, 8)), "is 3×8×8; this model needs 1×8×8"),
        (np.zeros((8, 8)), "is 8×8; this model needs 1×8×8"),
        (np.float32(1), "is a single number"),
        (np.full((1, 8, 8), np.nan), r"the value at \[0, 0, 0\] is nan"),
        (np.full((1, 8, 8), -np.inf), r"is -inf; every value must be a finite"),
        (np.full((1, 8, 8), 1e300), r"is 1e\+300; every value must be a finite float32"),
        (np.full((1, 8, 8), "a"), "it must hold numbers"),
        (np.zeros((1, 8, 8), complex), "it must hold numbers"),
    ],
)
def test_an_input_that_cannot_be_run_is_refused(x: Any, words: str) -> None:
    with pytest.raises(TensorError, match=words):
        network("minimal").run(x)


def test_large_finite_values_are_no_reason_to_refuse() -> None:
    run = network("minimal").run(np.full((1, 8, 8), 1e30))
    assert np.isfinite(run.input).all()


def test_parameters_must_be_exactly_the_models() -> None:
    spec = ALL["minimal"]
    good = random_parameters(spec)
    cases: list[tuple[dict[str, Any], str]] = [
        ({k: v for k, v in good.items() if k != "edges.bias"}, "lack edges.bias"),
        ({**good, "edges.scale": np.ones(2)}, "hold edges.scale, which it does not have"),
        ({**good, "edges.bias": np.ones(3)}, "edges.bias is 3; the description's layers need 2"),
        ({**good, "edges.bias": np.array([1, np.inf])}, "not finite"),
    ]
    for parameters, words in cases:
        with pytest.raises(WeightsError, match=words):
            Network(spec, parameters)


def test_a_run_needs_no_more_than_four_times_the_memory_of_what_it_keeps() -> None:
    net = network("tiny-vgg")
    picture = random_picture(net.spec)
    kept = sum(a.nbytes for a in net.run(picture).activations.values()) + picture.nbytes
    assert kept == 4 * 202_768
    fresh = Network(net.spec, net.parameters)
    tracemalloc.start()
    try:
        fresh.run(picture)  # the first run makes the buffers as well
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= 4 * kept
