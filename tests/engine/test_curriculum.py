"""Every worked example that the chapters of Learn state in words, recomputed with the engine."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnn_loupe.engine.graph import Graph
from cnn_loupe.engine.layers import (
    Conv2D,
    Dense,
    Flatten,
    Layer,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from cnn_loupe.engine.layers.softmax import softmax
from cnn_loupe.engine.loss import cross_entropy, cross_entropy_backward
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.windows import output_size
from cnn_loupe.server.chapters import ModelFacts
from tests.models import SPECS


def letter_x() -> np.ndarray:
    """+1 on both diagonals from (1, 1) to (7, 7), −1 elsewhere."""
    x = np.full((1, 9, 9), -1.0)
    for i in range(1, 8):
        x[0, i, i] = x[0, i, 8 - i] = 1
    return x


def slide(x: np.ndarray, kernel: list[list[float]]) -> np.ndarray:
    """One kernel over one map, with the engine's convolution."""
    weight = np.array(kernel, dtype=float)[None, None]
    layer = Conv2D("c", 1, kernel=weight.shape[2:])
    return layer.forward_of(x, {"weight": weight, "bias": np.zeros(1)})[0][0]


def one_places(means: np.ndarray) -> list[tuple[int, int]]:
    return [(int(i), int(j)) for i, j in np.argwhere(means == 1)]


FALLING = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
RISING = [[-1, -1, 1], [-1, 1, -1], [1, -1, -1]]
SMALL_X = [[1, -1, 1], [-1, 1, -1], [1, -1, 1]]


def test_the_letter_x_has_13_cells() -> None:
    assert int((letter_x() == 1).sum()) == 13


@pytest.mark.parametrize(
    ("kernel", "places"),
    [
        (FALLING, [(1, 1), (2, 2), (4, 4), (5, 5)]),
        (RISING, [(1, 5), (2, 4), (4, 2), (5, 1)]),
        (SMALL_X, [(3, 3)]),
    ],
)
def test_each_kernel_of_the_letter_answers_with_1_where_the_chapter_says(
    kernel: list[list[float]], places: list[tuple[int, int]]
) -> None:
    result = slide(letter_x(), kernel) / 9
    assert result.shape == (7, 7)
    assert one_places(result) == places


def test_a_5x5x3_filter_makes_28x28_of_32x32x3() -> None:
    assert Conv2D("c", 1, kernel=(5, 5)).output_shape((3, 32, 32)) == (1, 28, 28)


def count(layer: Layer, shape: tuple[int, ...]) -> int:
    return layer.parameter_count(shape)


def test_the_counts_of_dense_and_convolution_layers() -> None:
    assert count(Dense("d", 1), (224 * 224,)) - 1 == 50_176
    assert count(Dense("d", 1), (32 * 32 * 3,)) - 1 == 3_072
    assert count(Conv2D("c", 1), (1, 32, 32)) == 10
    assert count(Conv2D("c", 5), (1, 32, 32)) == 50
    assert count(Conv2D("c", 5), (3, 32, 32)) == 140
    assert count(Dense("d", 5), (32 * 32,)) == 5_125
    maps = Conv2D("c", 5).output_shape((1, 32, 32))
    assert maps == (5, 30, 30)
    assert math.prod(maps) == 4_500
    assert count(Dense("d", math.prod(maps)), (32 * 32,)) == 4_612_500


def test_padding_keeps_9x9_and_the_formula_has_a_floor() -> None:
    assert output_size(9, 3) == 7
    assert output_size(9, 3, padding=1) == 9
    assert output_size(8, 3, stride=2) == 3


def test_a_corner_is_seen_by_one_window_and_an_inner_pixel_by_49() -> None:
    layer = Conv2D("c", 1, kernel=(7, 7))
    ones = {"weight": np.ones((1, 1, 7, 7)), "bias": np.zeros(1)}
    y, cache = layer.forward_of(np.zeros((1, 32, 32)), ones)
    seen, _ = layer.backward_of(cache, np.ones_like(y), ones)
    assert seen[0, 0, 0] == 1
    assert seen[0, 16, 16] == 49


def test_unpadded_layers_shrink_maps_as_told() -> None:
    size = 32
    for _ in range(15):
        size = output_size(size, 3)
    assert size == 2
    assert output_size(size, 3) < 1
    size = 1024
    for _ in range(100):
        size = output_size(size, 3)
    assert size == 824


def test_tiny_vggs_receptive_fields_and_counts() -> None:
    facts = ModelFacts(SPECS["tiny-vgg"], "en")
    assert facts.fields == [3, 5, 6, 10, 14, 16]
    assert facts.count == 19_920
    assert facts.dense[-1].count == 16_910
    assert facts.dense_without_pools == 313_610
    assert facts.convolutions[0].before[0] * facts.convolutions[0].after[0] == 30


def test_flatten_makes_50_and_1690_values() -> None:
    assert Flatten("f").output_shape((2, 5, 5)) == (50,)
    assert Flatten("f").output_shape((10, 13, 13)) == (1_690,)


def test_relu_of_the_chapters_two_values() -> None:
    y, _ = ReLU("r").forward_of(np.array([2.24, -1.3]), {})
    assert y.tolist() == [2.24, 0]


def test_stacked_convolutions_without_a_bend_are_one_convolution() -> None:
    rng = np.random.default_rng(3)
    x, first, second = (
        rng.standard_normal((1, 12, 12)),
        rng.standard_normal((3, 3)),
        rng.standard_normal((3, 3)),
    )
    twice = slide(slide(x, first.tolist())[None], second.tolist())
    together = np.zeros((5, 5))
    for u in range(3):
        for v in range(3):
            together[u : u + 3, v : v + 3] += second[u, v] * first
    np.testing.assert_allclose(twice, slide(x, together.tolist()), atol=1e-12)


def test_sigmoids_slope_is_at_most_a_quarter_and_dies_at_both_ends() -> None:
    layer = Sigmoid("s")
    x = np.linspace(-10, 10, 2001)
    _, cache = layer.forward_of(x, {})
    slope, _ = layer.backward_of(cache, np.ones_like(x), {})
    assert slope.max() == pytest.approx(0.25)
    assert slope[[0, -1]].max() < 1e-4


def test_leaky_relu_keeps_a_tenth_and_tanh_runs_from_minus_1_to_1() -> None:
    assert LeakyReLU("l", slope=0.1).forward_of(np.array([-2.0]), {})[0].tolist() == [-0.2]
    assert np.abs(Tanh("t").forward_of(np.array([-20.0, 20.0]), {})[0]).tolist() == [1, 1]


def test_max_pooling_keeps_one_value_in_four() -> None:
    shape = MaxPool2D("p").output_shape((1, 60, 60))
    assert math.prod(shape) / 3600 == 0.25


def test_an_odd_map_loses_its_last_row_and_column_unless_it_is_padded() -> None:
    assert MaxPool2D("p").output_shape((1, 61, 61)) == (1, 30, 30)
    assert MaxPool2D("p", padding=(1, 1)).output_shape((1, 61, 61)) == (1, 31, 31)


def test_softmax_keeps_the_order_and_knows_only_differences() -> None:
    z = np.array([3.0, -2.0, 0.5])
    p, _ = softmax(z)
    assert p.sum() == pytest.approx(1)
    assert (np.argsort(p) == np.argsort(z)).all()
    np.testing.assert_allclose(softmax(z + 100)[0], p)
    assert p[0] / p[2] == pytest.approx(math.exp(2.5))
    assert Softmax("s").parameter_count((3,)) == 0


def test_softmax_with_cross_entropy_gives_p_minus_y() -> None:
    z, y = np.array([2.0, 1.0, -1.0]), np.array([0.0, 1.0, 0.0])
    loss, log_p = cross_entropy(z, y)
    p, _ = softmax(z)
    assert loss == pytest.approx(-math.log(p[1]))
    np.testing.assert_allclose(cross_entropy_backward(log_p, y), p - y)


def test_backpropagation_through_a_convolution_is_two_cross_correlations_and_a_sum() -> None:
    rng = np.random.default_rng(5)
    x, w, dy = (
        rng.standard_normal((1, 3, 3)),
        rng.standard_normal((1, 1, 2, 2)),
        rng.standard_normal((1, 2, 2)),
    )
    layer = Conv2D("c", 1, kernel=(2, 2))
    params = {"weight": w, "bias": np.array([0.5])}
    _, cache = layer.forward_of(x, params)
    dx, gradients = layer.backward_of(cache, dy, params)
    np.testing.assert_allclose(gradients["weight"][0, 0], slide(x, dy[0].tolist()))
    full = slide(np.pad(dy, ((0, 0), (1, 1), (1, 1))), w[0, 0, ::-1, ::-1].tolist())
    np.testing.assert_allclose(dx[0], full)
    assert gradients["bias"][0] == pytest.approx(dy.sum())


def test_max_pooling_sends_the_gradient_to_the_first_of_equals_and_relu_blocks_it_at_0() -> None:
    layer = MaxPool2D("p")
    _, cache = layer.forward_of(np.array([[[2.0, 2.0], [0.0, 2.0]]]), {})
    assert layer.backward_of(cache, np.array([[[7.0]]]), {})[0].tolist() == [[[7, 0], [0, 0]]]
    relu = ReLU("r")
    _, cache = relu.forward_of(np.array([-1.0, 0.0, 1.0]), {})
    assert relu.backward_of(cache, np.ones(3), {})[0].tolist() == [0, 0, 1]


def test_facts_of_a_model_without_pools_or_dense_layers_are_absent_not_wrong() -> None:
    bare = ModelSpec(id="bare", input_shape=(1, 8, 8), graph=Graph.chain(Conv2D("c", 2)))
    facts = ModelFacts(bare, "en")
    assert facts.dense_without_pools is None
    assert facts.judged is None
    assert facts.epochs is None
    assert not facts.has_curves
