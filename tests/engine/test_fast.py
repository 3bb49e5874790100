"""The fast forms against the readable ones, over random models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_loupe.engine import layers
from cnn_loupe.engine.arrays import Array, Shape
from cnn_loupe.engine.batch import BatchNetwork
from cnn_loupe.engine.errors import TensorError
from cnn_loupe.engine.fast import plan, products
from cnn_loupe.engine.fast.forward import fast_forward
from cnn_loupe.engine.fast.plan import make_steps, training_graph, value_shapes
from cnn_loupe.engine.fast.step import ReadableStep, Scratch, aligned_empty
from cnn_loupe.engine.graph import INPUT, Graph, Node
from cnn_loupe.engine.kinds import KINDS as REGISTRY
from cnn_loupe.engine.loss import cross_entropy
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from tests.engine.strategies import KINDS, distinct, graph_specs, seeds
from tests.fixtures.cases import CASES
from tests.models import ALL, random_parameters, random_picture, tiny_vgg

WITHOUT_BATCH_NORM = tuple(kind for kind in KINDS if not issubclass(REGISTRY[kind], layers.BatchNorm))


def readable(network: Network, x: Array) -> dict[str, Array]:
    """Every value by the readable operations alone."""

    def step(node: Node, xs: list[Array]) -> Array:
        own = {key: network.parameters[f"{node.name}.{key}"] for key in network.spec.layer_parameters[node.name]}
        return node.layer.forward(xs, own)[0]

    return network.spec.graph.walk(step, x)


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


@given(graph_specs(scores=False), seeds)
@settings(max_examples=50)
def test_a_run_gives_what_the_readable_operations_give(spec: ModelSpec, seed: int) -> None:
    network = Network(spec, random_parameters(spec, seed))
    x = pictures(spec, 1, seed)[0]
    run, expected = network.run(x), readable(network, x)
    largest = max(1e-3, *(float(np.abs(value).max()) for value in expected.values()))  # sums may cancel
    for name, found in run.activations.items():
        assert found.shape == expected[name].shape
        np.testing.assert_allclose(found, expected[name], rtol=0, atol=1e-5 * largest)
        assert found.dtype == np.float32
        assert not found.flags.writeable


@st.composite
def wide_convolutions(draw: st.DrawFn) -> tuple[layers.Conv2D, tuple[int, int, int]]:
    """A convolution on maps so wide that they are worked through in strips."""
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


@given(wide_convolutions(), seeds, st.sampled_from([1, 500, 5_000, products.CACHED]))
@settings(max_examples=60)
def test_a_convolution_is_the_readable_one_whatever_was_in_its_memory_before(
    wide: tuple[layers.Conv2D, tuple[int, int, int]], seed: int, cached: int
) -> None:
    layer, shape = wide
    params = random_parameters(ModelSpec("one", shape, Graph.chain(layer)), seed)
    own = {key.removeprefix("conv."): value for key, value in params.items()}
    x = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    scratch = Scratch()
    scratch.part("patches", (products.CACHED,)).fill(np.nan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "CACHED", cached)
        forward = fast_forward(layer, (shape,), own)
        for _ in range(2):
            y = np.full(layer.output_shape(shape), np.nan, np.float32)
            forward((x,), y, scratch)
            assert_close(y, layer.forward((x,), own)[0])


def test_memory_begins_with_a_line_of_the_cache() -> None:
    for size in (1, 7, 1000, 123_456):
        assert aligned_empty(size).ctypes.data % 64 == 0
        assert aligned_empty(size).shape == (size,)


@given(graph_specs(scores=False), seeds, st.integers(1, 7), st.integers(1, 4))
@settings(max_examples=50)
def test_a_batch_gives_what_its_pictures_give_one_by_one(spec: ModelSpec, seed: int, count: int, block: int) -> None:
    network = Network(spec, random_parameters(spec, seed))
    batch = BatchNetwork(spec, network.parameters, block=block)
    x = pictures(spec, count, seed)
    expected = np.stack([readable(network, one)[spec.scores] for one in x])
    assert_close(batch.forward(x), expected)


@given(graph_specs(WITHOUT_BATCH_NORM), seeds, st.integers(1, 5), st.integers(1, 3))
@settings(max_examples=30)
def test_a_batchs_gradients_are_the_mean_of_its_pictures_gradients(
    spec: ModelSpec, seed: int, count: int, block: int
) -> None:
    network = Network(spec, random_parameters(spec, seed))
    batch = BatchNetwork(spec, network.parameters, block=block)
    x, targets = pictures(spec, count, seed), soft_targets(count, *spec.shapes[spec.scores], seed)
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
        Graph.chain(
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


def with_normed_vectors() -> ModelSpec:
    """The kind that takes maps and vectors, on both, behind layers that have no bias of their own."""
    return ModelSpec(
        "normed-vectors",
        (2, 6, 5),
        Graph.chain(
            layers.Conv2D("conv", 4, groups=2, padding=((0, 1), (1, 0)), bias=False),
            layers.BatchNorm("norm_0"),
            layers.ReLU("relu"),
            layers.Flatten("flat", order="hwc"),
            layers.Dense("hidden", 5, bias=False),
            layers.BatchNorm("norm_1"),
            layers.Tanh("tanh"),
            layers.Dense("scores", 3),
        ),
    )


def training_loss(spec: ModelSpec, parameters: dict[str, Array], x: Array, targets: Array) -> float:
    """The loss in training mode by the readable operations in float64, batch statistics written out."""

    def step(node: Node, xs: list[list[Array]]) -> list[Array]:
        own = {key: parameters[f"{node.name}.{key}"] for key in spec.layer_parameters[node.name]}
        if isinstance(node.layer, layers.BatchNorm):
            together = np.stack(xs[0])
            axes = (0, 2, 3) if together.ndim == 4 else (0,)
            own = {**own, "mean": together.mean(axes), "variance": together.var(axes)}
        return [node.layer.forward(one, own)[0] for one in zip(*xs, strict=True)]

    found = spec.graph.walk(step, list(x.astype(np.float64)))
    return cross_entropy(np.stack(found[spec.scores]), targets.astype(np.float64))[0]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("spec", [with_batch_norm(), with_normed_vectors(), ALL["branched"]], ids=lambda spec: spec.id)
def test_batch_normalisation_in_training_has_the_gradients_of_its_formula(spec: ModelSpec, threads: int) -> None:
    exact = {k: v.astype(np.float64) for k, v in random_parameters(spec, 3).items()}
    batch = BatchNetwork(spec, exact, block=2, threads=threads)
    x, targets = pictures(spec, 5, 3), soft_targets(5, *spec.shapes[spec.scores], 3)
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


@pytest.mark.parametrize(
    ("kind", "shape"),
    [(layers.BatchNorm2D, (2, 9, 8)), (layers.BatchNorm, (2, 9, 8)), (layers.BatchNorm, (7,))],
    ids=["batch_norm2d", "maps", "vectors"],
)
def test_training_moves_the_running_statistics_towards_the_batchs(kind: type[layers.BatchNorm], shape: Shape) -> None:
    """running ← 0.9 · running + 0.1 · batch, the variance with N − 1 in the denominator, as in PyTorch."""
    flat = [] if len(shape) == 3 else [layers.Flatten("first")]
    graph = Graph.chain(*flat, kind("norm"), layers.Flatten("flat"), layers.Dense("scores", 3))
    spec = ModelSpec("m", shape if len(shape) == 3 else (*shape, 1, 1), graph)
    batch = BatchNetwork(spec, random_parameters(spec, 3), block=2)
    before = {key: batch.parameters[f"norm.{key}"].copy() for key in ("mean", "variance")}
    x = pictures(spec, 5, 3)
    for _ in range(2):
        batch.loss_and_gradients(x, soft_targets(5, 3, 3))
    given = x.reshape(5, *shape)
    axes = (0, 2, 3) if len(shape) == 3 else (0,)
    for key, value in {"mean": given.mean(axes), "variance": given.var(axes, ddof=1)}.items():
        assert_close(batch.parameters[f"norm.{key}"], 0.81 * before[key] + 0.19 * value)
    # Outside training they are what is used, as one picture's run uses them.
    network = Network(spec, batch.parameters)
    assert_close(batch.forward(x), np.stack([network.run(one).activations["scores"] for one in x]))


def test_the_gradients_do_not_depend_on_the_number_of_threads() -> None:
    for spec in (tiny_vgg(), with_batch_norm(), with_normed_vectors(), ALL["branched"]):
        x, targets = pictures(spec, 11, 1), soft_targets(11, *spec.shapes[spec.scores], 1)
        one, three = (BatchNetwork(spec, random_parameters(spec), threads=n, block=2) for n in (1, 3))
        for _ in range(2):
            loss_1, logits_1, gradients_1 = one.loss_and_gradients(x, targets)
            loss_3, logits_3, gradients_3 = three.loss_and_gradients(x, targets)
            assert loss_1 == loss_3
            assert (logits_1 == logits_3).all()
            for name, gradient in gradients_1.items():
                assert (gradient == gradients_3[name]).all()


def test_a_batch_leaves_its_input_as_it_was_and_can_be_repeated() -> None:
    spec = ALL["deep"]
    batch = BatchNetwork(spec, random_parameters(spec))
    x = np.stack([random_picture(spec, seed) for seed in range(6)])
    kept = x.copy()
    first = batch.forward(x)
    assert_close(batch.forward(x[:3]), first[:3])
    assert (batch.forward(x) == first).all()
    assert (x == kept).all()


def test_an_optimiser_changes_the_parameters_in_place() -> None:
    spec = ALL["minimal"]
    batch = BatchNetwork(spec, random_parameters(spec))
    x, targets = pictures(spec, 4, 0), soft_targets(4, 3, 0)
    before, _, gradients = batch.loss_and_gradients(x, targets)
    for name, gradient in gradients.items():
        batch.parameters[name] -= 0.01 * gradient
    after, _, _ = batch.loss_and_gradients(x, targets)
    assert after < before


def test_a_relu_that_others_read_stays_before_the_pooling() -> None:
    graph = training_graph(ALL["branched"])
    assert graph.by_name["pool"].inputs == ("residual_relu",)
    assert graph.by_name["reduced"].inputs == ("residual_relu",)
    chain = training_graph(tiny_vgg())
    assert chain.by_name["max_pool_1"].inputs == ("conv_1_2",)
    assert chain.by_name["relu_1_2"].inputs == ("max_pool_1",)
    assert chain.by_name["conv_2_1"].inputs == ("relu_1_2",)


@given(graph_specs(), seeds, st.data())
@settings(max_examples=40)
def test_kinds_without_a_fast_step_train_and_evaluate_by_their_readable_form(
    spec: ModelSpec, seed: int, data: st.DataObject
) -> None:
    x, targets = pictures(spec, 3, seed), soft_targets(3, *spec.shapes[spec.scores], seed)
    fast = BatchNetwork(spec, random_parameters(spec, seed), block=2)
    left_out = data.draw(st.sets(st.sampled_from(sorted(plan.STEPS)), min_size=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "STEPS", {kind: step for kind, step in plan.STEPS.items() if kind not in left_out})
        slow = BatchNetwork(spec, random_parameters(spec, seed), block=2)
        assert_close(slow.forward(x), fast.forward(x))
        loss, logits, gradients = slow.loss_and_gradients(x, targets)
    expected_loss, expected_logits, expected = fast.loss_and_gradients(x, targets)
    assert loss == pytest.approx(expected_loss, rel=1e-5, abs=1e-6)
    assert_close(logits, expected_logits)
    largest = max(1e-3, *(float(np.abs(g).max()) for g in expected.values()))
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, expected[name], rtol=0, atol=2e-5 * largest)


def around(layer: layers.Layer, shapes: Sequence[Shape]) -> ModelSpec:
    """A model that ends in scores and has this layer with inputs of these shapes, each made from one picture."""
    picture = next((shape for shape in shapes if len(shape) == 3), (2, 3, 4))
    nodes = []
    for i, shape in enumerate(shapes):
        if len(shape) == 3:  # a 1×1 kernel where the sides are the picture's, else one as large as the picture
            kernel = (1, 1) if shape[1:] == picture[1:] else picture[1:]
            nodes.append(Node(layers.Conv2D(f"given_{i}", shape[0], kernel), (INPUT,)))
        else:
            nodes.append(Node(layers.Flatten(f"flat_{i}"), (INPUT,)))
            nodes.append(Node(layers.Dense(f"given_{i}", shape[0]), (f"flat_{i}",)))
    nodes.append(Node(layer, tuple(f"given_{i}" for i in range(len(shapes)))))
    nodes.append(Node(layers.Flatten("together"), (layer.name,)))
    nodes.append(Node(layers.Dense("scores", 3), ("together",)))
    return ModelSpec("around", picture, Graph(tuple(nodes)))


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_every_kind_trains_and_evaluates_without_any_fast_step(kind: str) -> None:
    """Every case of every kind by readable forms alone, beside the fast steps and beside single pictures."""
    for shapes, layer in CASES[kind]:
        spec = around(layer, shapes)
        x, targets = pictures(spec, 3, 5), soft_targets(3, 3, 5)
        parameters = random_parameters(spec, 5)
        fast = BatchNetwork(spec, parameters, block=2)
        expected_scores = fast.forward(x)
        expected_loss, expected_logits, expected = fast.loss_and_gradients(x, targets)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(plan, "STEPS", {})
            slow = BatchNetwork(spec, parameters, block=2)
            scores = slow.forward(x)
            loss, logits, gradients = slow.loss_and_gradients(x, targets)
        norm = isinstance(layer, layers.BatchNorm)  # its step is training's own mathematics, no faster form
        for steps in slow._steps.values():
            assert {name for name, step in steps.items() if not isinstance(step, ReadableStep)} == (
                {layer.name} if norm else set()
            )
        assert_close(scores, expected_scores)
        assert_close(logits, expected_logits)
        assert loss == pytest.approx(expected_loss, rel=1e-5)
        network = Network(spec, parameters)
        singles = [network.gradients(network.run(one), t).parameters for one, t in zip(x, targets, strict=True)]
        assert set(gradients) == spec.learnt
        for name, gradient in gradients.items():
            assert_close(gradient, expected[name], 2e-5)
            if not norm:
                assert_close(gradient, np.mean([one[name] for one in singles], axis=0), 2e-5)


def test_every_kind_with_a_fast_step_takes_it() -> None:
    """All cases but those whose windows the steps of pools do not know."""
    readable = set()
    for kind in plan.STEPS:
        for shapes, layer in CASES[kind]:
            spec = around(layer, shapes)
            steps = make_steps(spec.graph, value_shapes(spec.graph, spec.input_shape), 2, {})
            if isinstance(steps[layer.name], ReadableStep):
                readable.add(f"{kind} {layer.name}")
    assert readable == {"avg_pool2d rounded_up", "max_pool2d four_sides", "max_pool2d rounded_up"}


def test_relu_and_max_pooling_trade_places_only_side_by_side() -> None:
    names = [node.name for node in training_graph(tiny_vgg()).nodes]
    assert names.index("max_pool_1") < names.index("relu_1_2")
    assert names.index("conv_1_2") < names.index("max_pool_1")
    assert [node.name for node in training_graph(ALL["deep"]).nodes][:3] == ["c1", "leaky1", "c2"]
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
