"""Every layer kind against loops, against its own shapes, and against finite differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_loupe.engine.arrays import Array, Shape
from cnn_loupe.engine.errors import ShapeError, SpecError, TensorError
from cnn_loupe.engine.kinds import KINDS
from cnn_loupe.engine.layers import Conv2D, ConvTranspose2D, Dense, Layer, MaxPool2D
from cnn_loupe.engine.windows import ReceptiveField
from tests.engine import strategies
from tests.engine.oracles import ORACLES, oracle
from tests.engine.strategies import layers_and_shapes, random_arrays, seeds

STEP = 1e-6


def test_every_kind_has_an_oracle_and_a_strategy() -> None:
    assert set(ORACLES) == set(KINDS) == {*strategies.KINDS, *strategies.JOINS}


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(st.data(), seeds)
@settings(max_examples=25)
def test_a_layer_computes_what_loops_over_single_numbers_compute(kind: str, data: st.DataObject, seed: int) -> None:
    layer, shapes = data.draw(layers_and_shapes((kind,)))
    xs, params = random_arrays(layer, shapes, seed)
    y, _ = layer.forward(xs, params)
    np.testing.assert_allclose(y, oracle(layer, xs, params), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", sorted(kind for kind, layer in KINDS.items() if layer.keeps_finite))
@given(st.data(), seeds)
@settings(max_examples=25)
def test_kinds_that_keep_values_finite_do_so_up_to_the_largest_float32(
    kind: str, data: st.DataObject, seed: int
) -> None:
    layer, shapes = data.draw(layers_and_shapes((kind,)))
    largest = np.finfo(np.float32).max
    choices = np.array([-largest, -1, 0, np.finfo(np.float32).tiny, largest], np.float32)
    with np.errstate(over="ignore"):
        rng = np.random.default_rng(seed)
        y, _ = layer.forward([rng.choice(choices, shape) for shape in shapes], {})
    assert np.isfinite(y).all()


@given(layers_and_shapes(), seeds)
@settings(max_examples=80)
def test_declared_shapes_are_the_shapes_that_come_out(found: tuple[Layer, tuple[Shape, ...]], seed: int) -> None:
    layer, shapes = found
    xs, params = random_arrays(layer, shapes, seed)
    single = [x.astype(np.float32) for x in xs]
    y, cache = layer.forward(single, {k: v.astype(np.float32) for k, v in params.items()})
    assert y.shape == layer.output_shape(*shapes)
    assert y.dtype == np.float32
    dxs, gradients = layer.backward(cache, np.ones_like(y), params)
    assert tuple(dx.shape for dx in dxs) == shapes
    learnt = {k: s for k, s in layer.parameter_shapes(*shapes).items() if k not in layer.buffers}
    assert {key: g.shape for key, g in gradients.items()} == learnt
    assert layer.parameter_count(*shapes) == sum(g.size for g in gradients.values())


def slopes(function: Callable[[], float], x: Array) -> tuple[Array, Array]:
    """Differences of a function of an array that is changed in place: to the left of each value, and to its right."""
    left, right = np.zeros_like(x), np.zeros_like(x)
    middle = function()
    for at in np.ndindex(x.shape):
        value = x[at]
        x[at] = value + STEP
        right[at] = (function() - middle) / STEP
        x[at] = value - STEP
        left[at] = (middle - function()) / STEP
        x[at] = value
    return left, right


def assert_derivative(actual: Array, left: Array, right: Array) -> None:
    """It is the mean of both slopes; where a kink lies between them (clip at its bounds), it is one of the two."""
    kink = np.abs(right - left) > 1e-3
    np.testing.assert_allclose(actual[~kink], ((left + right) / 2)[~kink], rtol=1e-5, atol=1e-7)
    inside = (np.minimum(left, right) - 1e-5 <= actual) & (actual <= np.maximum(left, right) + 1e-5)
    assert inside[kink].all()


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(st.data(), seeds)
@settings(max_examples=10)
def test_derivatives_agree_with_finite_differences(kind: str, data: st.DataObject, seed: int) -> None:
    layer, shapes = data.draw(layers_and_shapes((kind,)))
    xs, params = random_arrays(layer, shapes, seed)
    y, cache = layer.forward(xs, params)
    dy = np.random.default_rng(seed).uniform(-1, 1, y.shape)
    dxs, gradients = layer.backward(cache, dy, params)

    def loss() -> float:
        return float((layer.forward(xs, params)[0] * dy).sum())

    for dx, x in zip(dxs, xs, strict=True):
        assert_derivative(dx, *slopes(loss, x))
    for key, gradient in gradients.items():
        assert_derivative(gradient, *slopes(loss, params[key]))


@given(layers_and_shapes(), seeds, st.data())
@settings(max_examples=80)
def test_the_terms_of_a_trace_make_the_value(
    found: tuple[Layer, tuple[Shape, ...]], seed: int, data: st.DataObject
) -> None:
    layer, shapes = found
    xs, params = random_arrays(layer, shapes, seed)
    y, _ = layer.forward(xs, params)
    at = tuple(data.draw(st.integers(0, n - 1)) for n in y.shape)
    trace = layer.trace(xs, params, at)
    assert trace.at == at
    assert trace.value == pytest.approx(float(y[at]), rel=1e-9, abs=1e-12)
    for term in trace.terms:
        x = xs[term.source]
        inside = all(0 <= i < n for i, n in zip(term.at, x.shape, strict=True))
        assert term.padding is not inside
        assert term.value == (float(x[term.at]) if inside else 0.0)
    if trace.winner is not None:
        assert trace.terms[trace.winner].value == trace.value


@given(layers_and_shapes(), seeds, st.data())
@settings(max_examples=50)
def test_a_trace_names_every_value_that_the_output_depends_on(
    found: tuple[Layer, tuple[Shape, ...]], seed: int, data: st.DataObject
) -> None:
    layer, shapes = found
    xs, params = random_arrays(layer, shapes, seed)
    y, cache = layer.forward(xs, params)
    at = tuple(data.draw(st.integers(0, n - 1)) for n in y.shape)
    dy = np.zeros_like(y)
    dy[at] = 1
    dxs, _ = layer.backward(cache, dy, params)
    named = {(term.source, *term.at) for term in layer.trace(xs, params, at).terms}
    moved = {(source, *map(int, index)) for source, dx in enumerate(dxs) for index in np.argwhere(dx)}
    assert moved <= named


@given(layers_and_shapes(("conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d", "relu")), seeds, st.data())
@settings(max_examples=50)
def test_the_receptive_field_is_where_the_terms_lie(
    found: tuple[Layer, tuple[Shape, ...]], seed: int, data: st.DataObject
) -> None:
    layer, (shape,) = found
    if len(shape) != 3:
        return
    output_shape = layer.output_shape(shape)
    at = tuple(data.draw(st.integers(0, n - 1)) for n in output_shape)
    xs, params = random_arrays(layer, (shape,), seed)
    field = layer.receptive_field(ReceptiveField.of_input(shape[1], shape[2]))
    cells = [term.at for term in layer.trace(xs, params, at).terms]
    for axis, reach in ((1, field.rows), (2, field.columns)):
        first = reach.start + at[axis] * reach.jump
        seen = {cell[axis] for cell in cells}
        assert seen <= set(range(first, first + reach.size))
        assert reach.positions == output_shape[axis]


@pytest.mark.parametrize("kind", ["conv2d", "conv_transpose2d"])
def test_groups_divide_the_maps_and_the_filters(kind: str) -> None:
    for filters, groups, count in ((4, 2, 3), (3, 2, 4)):
        with pytest.raises(SpecError, match=f"groups is 2; it must be a divisor of the {3}"):
            KINDS[kind]("c", filters=filters, groups=groups).output_shape((count, 4, 4))


def test_a_transposed_convolution_is_the_way_back_of_a_convolution() -> None:
    rng = np.random.default_rng(0)
    forth = Conv2D("c", 4, kernel=(3, 2), stride=(2, 3), padding=(1, 0), groups=2, bias=False)
    x, w = rng.standard_normal((6, 8, 9)), rng.standard_normal((4, 3, 3, 2))
    y, cache = forth.forward_of(x, {"weight": w})
    dy = rng.standard_normal(y.shape)
    dx, _ = forth.backward_of(cache, dy, {"weight": w})
    back = ConvTranspose2D("t", 6, (3, 2), (2, 3), (1, 0), (1, 1), groups=2, bias=False)
    turned = np.concatenate([part.swapaxes(0, 1) for part in np.split(w, 2)])
    np.testing.assert_allclose(back.forward_of(dy, {"weight": turned})[0], dx, rtol=1e-12)


def test_an_index_outside_a_layer_is_refused() -> None:
    layer, x = Conv2D("conv", 2), np.zeros((1, 4, 4))
    params = {"weight": np.zeros((2, 1, 3, 3)), "bias": np.zeros(2)}
    for at in ((0, 0), (2, 0, 0), (0, -1, 0), (0, 0, 2)):
        with pytest.raises(TensorError, match="conv: there is no value"):
            layer.trace((x,), params, at)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Conv2D("c", 1, kernel=(5, 5)), (1, 3, 3), "c: a window of 5×5 does not fit .* 3×3"),
        (Conv2D("c", 1, kernel=(3, 3), dilation=(2, 2)), (1, 4, 4), "with dilation 2×2 .* at most 2×2"),
        (Conv2D("c", 1), (9,), "c: conv2d needs maps"),
        (ConvTranspose2D("t", 1), (9,), "t: conv_transpose2d needs maps"),
        (ConvTranspose2D("t", 1, padding=((1, 1), (2, 4))), (1, 1, 3), r"t: padding \[\[1, 1\], \[2, 4\]\] .* the 2×6"),
        (MaxPool2D("p"), (1, 1, 5), "p: a window of 2×2 does not fit"),
        (MaxPool2D("p", padding=(2, 0)), (1, 4, 4), "more than half of the window"),
        (Dense("d", 3), (1, 2, 2), "d: dense needs a vector .* flatten"),
    ],
)
def test_a_layer_that_does_not_fit_says_what_would(layer: Layer, shape: Shape, words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        layer.output_shape(shape)


@given(st.integers(1, 30), st.integers(1, 9), st.integers(0, 4), st.integers(1, 4))
def test_the_largest_kernel_that_an_error_names_fits(size: int, too_large_by: int, padding: int, dilation: int) -> None:
    largest = (size + 2 * padding - 1) // dilation + 1
    pair = (largest + too_large_by, 1)
    layer = Conv2D("c", 1, kernel=pair, padding=(padding, 0), dilation=(dilation, 1))
    with pytest.raises(ShapeError) as caught:
        layer.output_shape((1, size, 1))
    fitting = tuple(caught.value.params["largest"])
    again = Conv2D("c", 1, kernel=fitting, padding=(padding, 0), dilation=(dilation, 1))
    assert again.output_shape((1, size, 1))[1] >= 1
