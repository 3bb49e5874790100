"""The fast forms against the readable ones, over random models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_loupe.engine import layers
from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.batch import BatchNetwork
from cnn_loupe.engine.errors import TensorError
from cnn_loupe.engine.fast import rows, strips
from cnn_loupe.engine.fast.plan import order
from cnn_loupe.engine.fast.single import fast_forward
from cnn_loupe.engine.fast.step import Scratch, room
from cnn_loupe.engine.loss import cross_entropy
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from tests.engine.strategies import KINDS, distinct, model_specs, seeds
from tests.models import SPECS, random_parameters, random_picture, tiny_vgg

WITHOUT_BATCH_NORM = tuple(kind for kind in KINDS if kind != "batch_norm2d")


def readable(network: Network, x: Array) -> list[Array]:
    """Every layer's output by the readable operations alone."""
    found = []
    for layer in network.spec.layers:
        own = {key: network.parameters[f"{layer.name}.{key}"] for key in layer.parameter_shapes(x.shape)}
        x, _ = layer.forward((x,), own)
        found.append(x)
    return found


def assert_close(found: Array, expected: Array, factor: float = 1e-5) -> None:
    """Within 1e-5 of the largest expected value."""
    assert found.shape == expected.shape
    largest = float(np.abs(expected).max(initial=1e-3))
    np.testing.assert_allclose(found, expected, rtol=0, atol=factor * largest)


def pictures(spec: ModelSpec, count: int, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    found: Array = distinct(rng, (count, *spec.input_shape)).astype(np.float32)
    return found


def soft_targets(count: int, classes: int, seed: int) -> Array:
    t = np.random.default_rng(seed).uniform(0.1, 1, (count, classes))
    found: Array = (t / t.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


@given(model_specs(scores=False), seeds)
@settings(max_examples=30)
def test_a_run_gives_what_the_readable_operations_give(spec: ModelSpec, seed: int) -> None:
    network = Network(spec, random_parameters(spec, seed))
    x = pictures(spec, 1, seed)[0]
    run = network.run(x)
    for found, expected in zip(run.activations.values(), readable(network, x), strict=True):
        assert_close(found, expected)
        assert found.dtype == np.float32
        assert not found.flags.writeable


@pytest.mark.parametrize(("width", "line"), [(1, 1), (11, 11), (12, 16), (13, 16), (16, 16), (33, 33), (62, 64), (64, 64)])
def test_lines_fill_whole_registers_where_a_third_more_is_enough_for_that(width: int, line: int) -> None:
    assert rows.wide(width) == line


def test_outputs_begin_with_lines_of_the_cache_and_are_seen_without_their_surplus() -> None:
    shapes = [(2, 3, 13), (2, 1, 5), (10,)]
    inside, outside = rows.Layout((1, 3, 13), shapes).outputs()
    assert [y.shape for y in inside] == [(3, 2, 16), (1, 2, 5), (10,)]
    assert [y.shape for y in outside] == shapes
    for y, seen in zip(inside, outside, strict=True):
        assert y.ctypes.data % 64 == 0
        y[...] = np.arange(y.size).reshape(y.shape)
        assert np.shares_memory(y, seen)
    assert outside[0][1, 2, 3] == inside[0][2, 1, 3]


@st.composite
def wide_convolutions(draw: st.DrawFn) -> tuple[layers.Conv2D, tuple[int, int, int]]:
    """A convolution on maps so wide that their rows fill vector registers, or almost."""
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    layer = layers.Conv2D(
        "conv",
        draw(st.integers(1, 4)),
        kernel=draw(pair),
        stride=draw(pair),
        padding=draw(st.tuples(st.integers(0, 3), st.integers(0, 3))),
        dilation=draw(pair),
    )
    return layer, (draw(st.integers(1, 3)), draw(st.integers(7, 20)), draw(st.integers(25, 130)))


@given(wide_convolutions(), seeds, st.sampled_from([1, 500, 5_000, strips.CACHED]))
@settings(max_examples=60)
def test_a_convolution_in_strips_is_the_readable_one_whatever_was_in_their_memory_before(
    wide: tuple[layers.Conv2D, tuple[int, int, int]], seed: int, cached: int
) -> None:
    layer, shape = wide
    params = random_parameters(ModelSpec("one", shape, (layer,)), seed)
    own = {key.removeprefix("conv."): value for key, value in params.items()}
    x = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    scratch = Scratch()
    scratch.part("strip", (strips.CACHED,)).fill(np.nan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strips, "CACHED", cached)
        forward = strips.StripConvolution(layer, shape, own)
        layout = rows.Layout(shape, [layer.output_shape(shape)])
        for _ in range(2):
            (inside,), (y,) = layout.outputs()
            inside.fill(np.nan)
            forward(layout.input(x, scratch), inside, scratch)
            assert_close(y, layer.forward((x,), own)[0])
            assert np.isfinite(inside).all()  # the surplus columns, too


def test_strips_are_many_where_memory_is_scarce_and_cover_every_row_once() -> None:
    form = strips.form_of(layers.Conv2D("conv", 10), (10, 62, 62))
    pieces = strips.cut(form, Scratch())
    assert len(pieces.strips) > 1
    covered = [row for strip in pieces.strips for row in range(60)[strip.outputs]]
    assert covered == list(range(60))


@given(model_specs(scores=False), seeds)
@settings(max_examples=30)
def test_surplus_columns_hold_numbers_of_the_run_itself(spec: ModelSpec, seed: int) -> None:
    parameters, scratch = random_parameters(spec, seed), Scratch()
    forwards = [
        fast_forward(layer, shape, {key: parameters[f"{layer.name}.{key}"] for key in layer.parameter_shapes(shape)})
        for layer, shape in zip(spec.layers, spec.input_shapes, strict=True)
    ]
    layout = rows.Layout(spec.input_shape, spec.shapes)
    found = []
    for before in (np.nan, np.inf):
        x = layout.input(pictures(spec, 1, seed)[0], scratch)
        inside, _ = layout.outputs()
        for forward, y in zip(forwards, inside, strict=True):
            for buffer in ("strip", "pooled"):
                scratch.part(buffer, (strips.CACHED,)).fill(before)
            y.fill(before)
            forward(x, y, scratch)
            x = y
        found.append(inside)
    for first, again in zip(*found, strict=True):
        assert np.isfinite(first).all()
        assert (first == again).all()


@pytest.mark.parametrize("size", [1, 15, 16, 1000])
def test_room_begins_with_a_line_of_the_cache(size: int) -> None:
    memory = room(size)
    assert memory.shape == (size,)
    assert memory.dtype == np.float32
    assert memory.ctypes.data % 64 == 0


@given(model_specs(scores=False), seeds, st.integers(1, 7), st.integers(1, 4))
@settings(max_examples=30)
def test_a_batch_gives_what_its_pictures_give_one_by_one(
    spec: ModelSpec, seed: int, count: int, block: int
) -> None:
    network = Network(spec, random_parameters(spec, seed))
    batch = BatchNetwork(spec, network.parameters, block=block)
    x = pictures(spec, count, seed)
    last = len(spec.layers) - 1 - isinstance(spec.layers[-1], layers.Softmax)
    expected = np.stack([readable(network, one)[last] if last >= 0 else one for one in x])
    assert_close(batch.forward(x), expected)


@given(model_specs(WITHOUT_BATCH_NORM), seeds, st.integers(1, 5), st.integers(1, 3))
@settings(max_examples=30)
def test_a_batchs_gradients_are_the_mean_of_its_pictures_gradients(
    spec: ModelSpec, seed: int, count: int, block: int
) -> None:
    network = Network(spec, random_parameters(spec, seed))
    batch = BatchNetwork(spec, network.parameters, block=block)
    x, targets = pictures(spec, count, seed), soft_targets(count, spec.shapes[-1][0], seed)
    loss, logits, gradients = batch.loss_and_gradients(x, targets)
    runs = [network.run(one) for one in x]
    assert_close(logits, np.stack([run.logits for run in runs if run.logits is not None]))
    losses = [network.loss(run, target) for run, target in zip(runs, targets, strict=True)]
    assert loss == pytest.approx(np.mean(losses), rel=1e-5, abs=1e-6)
    each = [network.gradients(run, t).parameters for run, t in zip(runs, targets, strict=True)]
    assert set(gradients) == set(each[0]) == spec.learnt
    for name, gradient in gradients.items():
        # The scale of what was added up: parts may cancel.
        parts = np.stack([one[name] for one in each])
        np.testing.assert_allclose(
            gradient, parts.mean(axis=0), rtol=0, atol=1e-5 * max(1e-3, float(np.abs(parts).max()))
        )


def with_batch_norm() -> ModelSpec:
    """Batch normalisation where it is easily got wrong: first, in a row, before a pool."""
    return ModelSpec(
        "normed",
        (2, 9, 8),
        (
            layers.BatchNorm2D("norm_0"),
            layers.Conv2D("conv_1", 3, padding=(1, 0)),
            layers.ReLU("relu_1"),
            layers.BatchNorm2D("norm_1"),
            layers.BatchNorm2D("norm_2"),
            layers.ReLU("relu_2"),
            layers.MaxPool2D("pool"),
            layers.Conv2D("conv_2", 4, kernel=(2, 2), stride=(2, 1)),
            layers.BatchNorm2D("norm_3"),
            layers.Flatten("flat"),
            layers.Dense("scores", 3),
            layers.Softmax("probabilities"),
        ),
    )


def training_loss(spec: ModelSpec, parameters: dict[str, Array], x: Array, targets: Array) -> float:
    """The loss in training mode by the readable operations in float64, batch statistics written out."""
    found = list(x.astype(np.float64))
    for layer in spec.layers[:-1]:
        own = {key: parameters[f"{layer.name}.{key}"] for key in layer.parameter_shapes(found[0].shape)}
        if isinstance(layer, layers.BatchNorm2D):
            together = np.stack(found)
            own = {**own, "mean": together.mean((0, 2, 3)), "variance": together.var((0, 2, 3))}
        found = [layer.forward((one,), own)[0] for one in found]
    return cross_entropy(np.stack(found), targets.astype(np.float64))[0]


@pytest.mark.parametrize("threads", [1, 2])
def test_batch_normalisation_in_training_has_the_gradients_of_its_formula(threads: int) -> None:
    spec = with_batch_norm()
    exact = {k: v.astype(np.float64) for k, v in random_parameters(spec, 3).items()}
    batch = BatchNetwork(spec, exact, block=2, threads=threads)
    x, targets = pictures(spec, 5, 3), soft_targets(5, 3, 3)
    loss, _, gradients = batch.loss_and_gradients(x, targets)
    assert loss == pytest.approx(training_loss(spec, exact, x, targets), rel=1e-5)
    rng = np.random.default_rng(0)
    for name, gradient in gradients.items():
        largest = max(float(np.abs(gradient).max()), 1e-2)
        for flat in rng.choice(gradient.size, min(6, gradient.size), replace=False):
            at, step = np.unravel_index(flat, gradient.shape), 1e-6
            value = exact[name][at]
            exact[name][at] = value + step
            above = training_loss(spec, exact, x, targets)
            exact[name][at] = value - step
            below = training_loss(spec, exact, x, targets)
            exact[name][at] = value
            assert gradient[at] == pytest.approx((above - below) / (2 * step), abs=1e-4 * largest), name


def test_training_moves_the_running_statistics_towards_the_batchs() -> None:
    spec = with_batch_norm()
    batch = BatchNetwork(spec, random_parameters(spec, 3), block=2)
    before = {name: batch.parameters[name].copy() for name in ("norm_0.mean", "norm_0.variance")}
    x = pictures(spec, 5, 3)
    batch.loss_and_gradients(x, soft_targets(5, 3, 3))
    expected = {"norm_0.mean": x.mean((0, 2, 3)), "norm_0.variance": x.var((0, 2, 3), ddof=0)}
    count = x.size // x.shape[1]
    expected["norm_0.variance"] *= count / (count - 1)
    for name, value in expected.items():
        assert_close(batch.parameters[name], 0.9 * before[name] + 0.1 * value)


def test_the_gradients_do_not_depend_on_the_number_of_threads() -> None:
    for spec in (tiny_vgg(), with_batch_norm()):
        x, targets = pictures(spec, 11, 1), soft_targets(11, spec.shapes[-1][0], 1)
        one, three = (BatchNetwork(spec, random_parameters(spec), threads=n, block=2) for n in (1, 3))
        for _ in range(2):
            loss_1, logits_1, gradients_1 = one.loss_and_gradients(x, targets)
            loss_3, logits_3, gradients_3 = three.loss_and_gradients(x, targets)
            assert loss_1 == loss_3
            assert (logits_1 == logits_3).all()
            for name, gradient in gradients_1.items():
                assert (gradient == gradients_3[name]).all()


def test_a_batch_leaves_its_input_as_it_was_and_can_be_repeated() -> None:
    spec = SPECS["deep"]
    batch = BatchNetwork(spec, random_parameters(spec))
    x = np.stack([random_picture(spec, seed) for seed in range(6)])
    kept = x.copy()
    first = batch.forward(x)
    assert_close(batch.forward(x[:3]), first[:3])
    assert (batch.forward(x) == first).all()
    assert (x == kept).all()


def test_an_optimiser_changes_the_parameters_in_place() -> None:
    spec = SPECS["minimal"]
    batch = BatchNetwork(spec, random_parameters(spec))
    x, targets = pictures(spec, 4, 0), soft_targets(4, 3, 0)
    before, _, gradients = batch.loss_and_gradients(x, targets)
    for name, gradient in gradients.items():
        batch.parameters[name] -= 0.01 * gradient
    after, _, _ = batch.loss_and_gradients(x, targets)
    assert after < before


def test_relu_and_max_pooling_trade_places_only_side_by_side() -> None:
    names = [layer.name for layer in order(tiny_vgg())]
    assert names.index("max_pool_1") < names.index("relu_1_2")
    assert names.index("conv_1_2") < names.index("max_pool_1")
    assert [layer.name for layer in order(SPECS["deep"])][:3] == ["c1", "leaky1", "c2"]
    assert "softmax" not in names


@pytest.mark.parametrize("shape", [(3, 64, 64), (0, 3, 64, 64), (2, 1, 64, 64), (2, 3, 64, 63)])
def test_a_batch_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    batch = BatchNetwork(tiny_vgg(), random_parameters(tiny_vgg()))
    with pytest.raises(TensorError, match="this model needs one or more pictures of 3×64×64"):
        batch.forward(np.zeros(shape, np.float32))


def test_targets_of_another_shape_are_refused() -> None:
    batch = BatchNetwork(tiny_vgg(), random_parameters(tiny_vgg()))
    x = np.zeros((2, 3, 64, 64), np.float32)
    for shape in ((2,), (2, 9), (3, 10)):
        with pytest.raises(TensorError, match="one row a picture"):
            batch.loss_and_gradients(x, np.zeros(shape, np.float32))
