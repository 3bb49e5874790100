"""Runs: what they hold, what they share, what they refuse, and their gradients."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from cnn_loupe.engine import layers
from cnn_loupe.engine.errors import SpecError, TensorError, WeightsError
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from tests.models import SPECS, network, random_parameters, random_picture


@pytest.mark.parametrize("id", sorted(SPECS))
def test_a_run_holds_every_activation_in_layer_order(id: str) -> None:
    net = network(id)
    run = net.run(random_picture(net.spec))
    assert list(run.activations) == list(net.spec.names)
    assert [a.shape for a in run.activations.values()] == list(net.spec.shapes)
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


@pytest.mark.parametrize("id", ["deep", "tiny-vgg"])
def test_running_from_a_layer_shares_what_lies_before_and_equals_a_whole_run(id: str) -> None:
    net = network(id)
    run = net.run(random_picture(net.spec))
    for position, name in enumerate(net.spec.names):
        again = net.run_from(run, name)
        for i, earlier in enumerate(net.spec.names):
            if i < position:
                assert again.activations[earlier] is run.activations[earlier]
            assert (again.activations[earlier] == run.activations[earlier]).all()


def test_an_edited_kernel_changes_its_layer_and_those_after_it_only() -> None:
    net = network("tiny-vgg")
    run = net.run(random_picture(net.spec))
    edited = net.parameters["conv_1_2.weight"].copy()
    edited[3, 0, 1, 1] += 1
    again = net.run_from(run, "conv_1_2", {"conv_1_2.weight": edited})
    assert again.activations["relu_1_1"] is run.activations["relu_1_1"]
    changed = np.abs(again.activations["conv_1_2"] - run.activations["conv_1_2"]).max(axis=(1, 2)) > 0
    assert changed.tolist() == [unit == 3 for unit in range(10)]
    whole = Network(net.spec, {**net.parameters, "conv_1_2.weight": edited}).run(run.input)
    for name, activation in whole.activations.items():
        np.testing.assert_allclose(again.activations[name], activation, rtol=0, atol=1e-5)
    assert (net.run(run.input).activations["conv_1_2"] == run.activations["conv_1_2"]).all()


def test_an_edit_of_an_earlier_layer_is_not_lost() -> None:
    net = network("tiny-vgg")
    run = net.run(random_picture(net.spec))
    edit = {"conv_1_2.bias": net.parameters["conv_1_2.bias"] + 1}
    again = net.run_from(run, "conv_2_1", edit)
    assert again.activations["relu_1_1"] is run.activations["relu_1_1"]
    whole = net.with_parameters(edit).run(run.input)
    for name, activation in whole.activations.items():
        assert (again.activations[name] == activation).all()


def test_a_model_that_ends_in_maps_has_no_loss_but_a_way_back() -> None:
    spec = ModelSpec("maps", (1, 4, 4), (layers.Conv2D("conv", 2), layers.ReLU("relu")))
    net = Network(spec, random_parameters(spec))
    run = net.run(random_picture(spec))
    assert run.logits is None
    for ask in (net.gradients, net.loss):
        with pytest.raises(TensorError, match="use `backward` from a layer"):
            ask(run, 0)
    assert net.backward(run, "relu", np.ones((2, 2, 2))).input.shape == (1, 4, 4)


@pytest.mark.parametrize("id", ["minimal", "deep"])
def test_gradients_are_what_small_steps_of_the_picture_and_the_weights_do(id: str) -> None:
    net = network(id)
    spec = net.spec
    run = net.run(random_picture(spec))
    gradients = net.gradients(run, 1)
    assert set(gradients.parameters) == set(spec.learnt)
    rng = np.random.default_rng(0)

    def loss(parameters: Any, x: Any) -> float:
        logits = x
        for layer in spec.layers[: 1 + spec.index("scores")]:
            own = {k: parameters[f"{layer.name}.{k}"] for k in layer.parameter_shapes(logits.shape)}
            logits, _ = layer.forward((logits,), own)
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
    np.testing.assert_allclose(
        net.gradients(run, soft).activations["scores"], run.probabilities - soft, atol=1e-6
    )


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
    spec = SPECS["minimal"]
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
    with pytest.raises(WeightsError, match=r"minimal has no edges\.scale"):
        Network(spec, good).with_parameters({"edges.scale": np.ones(2)})


def test_an_unknown_layer_cannot_be_run_from() -> None:
    net = network("minimal")
    with pytest.raises(SpecError, match="no layer 'conv9'"):
        net.run_from(net.run(random_picture(net.spec)), "conv9")


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
