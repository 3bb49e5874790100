"""Learn's playgrounds compute in the page; here their numbers are held to the engine's."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_loupe.engine.layers import AvgPool2D, Conv2D, Dense, LeakyReLU, MaxPool2D, ReLU, Sigmoid, Tanh
from cnn_loupe.engine.layers.softmax import softmax
from cnn_loupe.engine.loss import cross_entropy, cross_entropy_backward

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import { PICTURES, KERNELS, kernelOf } from "./static/js/features/learn/model/presets.js";
import { correlate } from "./static/js/features/learn/model/convolution.js";
import { asMatrix, times } from "./static/js/features/learn/model/as-matrix.js";
import { bothWays, composed } from "./static/js/features/learn/model/composed.js";
import { OPERATIONS, gradient } from "./static/js/features/learn/model/backprop.js";
import { pool } from "./static/js/features/learn/model/pooling.js";
import { ACTIVATIONS, LEAK } from "./static/js/features/learn/model/activations.js";
import { softmax } from "./static/js/features/learn/model/normalise.js";
import { outputSize, uses } from "./static/js/features/learn/model/sliding.js";
const xs = [-4, -1.3, -0.01, 0, 0.5, 2.24, 9];
const map = Array.from({ length: 7 }, (_, i) => Array.from({ length: 7 }, (_, j) => ((i * 31 + j * 17) % 13) - 6));
const settings = [];
for (const size of [1, 5, 8, 9]) for (const kernel of [1, 2, 3]) for (const stride of [1, 2,
    3]) for (const padding of [0, 1, 2]) for (const dilation of [1, 2]) settings.push({ size, kernel, stride, padding,
        dilation });
console.log(JSON.stringify({
  convolutions: PICTURES.flatMap(({ id, values, kernels }) => kernels.map((kernel) => ({ id, kernel, x: values,
      w: kernelOf(kernel).values, y: correlate(values, kernelOf(kernel).values) }))),
  matrices: PICTURES.flatMap(({ id, values, kernels }) => kernels.map((kernel) => ({ id, kernel, x: values,
      w: kernelOf(kernel).values, y: times(asMatrix(kernelOf(kernel).values, [values.length, values[0].length]),
          values.flat()) }))),
  pairs: [["vertical-edge", "blur"], ["corner", "sobel-y"], ["line", "outline"]].map(([first, second]) => ({
      x: map, first: kernelOf(first).values, second: kernelOf(second).values, composed: composed(kernelOf(first).values,
          kernelOf(second).values), plain: bothWays(map, kernelOf(first).values, kernelOf(second).values, false),
      bent: bothWays(map, kernelOf(first).values, kernelOf(second).values, true) })),
  operations: OPERATIONS.map((operation) => ({ id: operation.id, tensors: operation.initial,
      forward: operation.forward(operation.initial), loss: operation.loss(operation.initial),
          gradients: Object.fromEntries(operation.steps.slice(1).map((name) => [name, gradient(operation,
              operation.initial, name)])) })),
  pools: [[2, 2], [3, 2], [2, 1], [3, 3]].map(([window, stride]) => ({ window, stride, map, ...pool(map, { window,
      stride }) })),
  activations: ACTIVATIONS.map(({ id, f, slope }) => ({ id, leak: LEAK, xs, values: xs.map((x) => f(x)),
      slopes: xs.map((x) => slope(x)) })),
  softmax: { z: [3, -2, 0.5, 8], p: softmax([3, -2, 0.5, 8]) },
  windows: settings.map((setting) => ({ ...setting, output: outputSize(setting), uses: uses(setting) })),
}));
"""


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What the page's modules compute."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node 20 or newer is needed; `make test` installs one.")
    done = subprocess.run(
        [node, "--input-type=module", "-"],
        input=SCRIPT,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_sliding_a_kernel_is_the_engines_convolution(page: dict[str, Any]) -> None:
    assert len(page["convolutions"]) > 20
    for example in page["convolutions"]:
        weight = np.array(example["w"], dtype=float)[None, None]
        layer = Conv2D("c", 1, kernel=weight.shape[2:])
        y, _ = layer.forward_of(np.array([example["x"]], dtype=float), {"weight": weight, "bias": np.zeros(1)})
        np.testing.assert_allclose(y[0], example["y"], atol=1e-12, err_msg=f"{example['id']} {example['kernel']}")


def test_a_convolution_as_a_dense_layer_is_the_engines_convolution(page: dict[str, Any]) -> None:
    assert len(page["matrices"]) > 20
    for example in page["matrices"]:
        y = slide(example["x"], example["w"])
        np.testing.assert_allclose(y.ravel(), example["y"], atol=1e-9, err_msg=f"{example['id']} {example['kernel']}")


def test_two_kernels_in_a_row_are_one_unless_something_bends_between_them(page: dict[str, Any]) -> None:
    for pair in page["pairs"]:
        between = slide(pair["x"], pair["first"])
        np.testing.assert_allclose(pair["plain"]["apart"], slide(between, pair["second"]), atol=1e-9)
        np.testing.assert_allclose(pair["plain"]["once"], slide(pair["x"], pair["composed"]), atol=1e-9)
        assert pair["plain"]["differ"] == 0
        bent = slide(np.maximum(between, 0), pair["second"])
        np.testing.assert_allclose(pair["bent"]["apart"], bent, atol=1e-9)
        far = np.abs(bent - np.array(pair["bent"]["once"]))
        assert pair["bent"]["differ"] == int((far > 1e-9).sum()) > 0
        assert pair["bent"]["most"] == pytest.approx(far.max())


def slide(x: Any, kernel: Any) -> np.ndarray:
    """One kernel over one map, by the engine."""
    weight = np.array(kernel, dtype=float)[None, None]
    layer = Conv2D("c", 1, kernel=weight.shape[2:])
    y, _ = layer.forward_of(np.array(x, dtype=float)[None], {"weight": weight, "bias": np.zeros(1)})
    found: np.ndarray = y[0]
    return found


def operation(page: dict[str, Any], name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    found = next(item for item in page["operations"] if item["id"] == name)
    return {key: np.array(value, dtype=float) for key, value in found["tensors"].items()}, found


def test_backpropagation_through_the_convolution_is_the_engines(page: dict[str, Any]) -> None:
    t, found = operation(page, "convolution")
    params = {"weight": t["W"][None, None], "bias": t["b"][0]}
    layer = Conv2D("c", 1, kernel=t["W"].shape)
    y, cache = layer.forward_of(t["X"][None], params)
    dx, gradients = layer.backward_of(cache, t["dH"][None], params)
    np.testing.assert_allclose(found["forward"]["H"], y[0])
    np.testing.assert_allclose(found["gradients"]["X"], dx[0])
    np.testing.assert_allclose(found["gradients"]["W"], gradients["weight"][0, 0])
    np.testing.assert_allclose(found["gradients"]["b"][0], gradients["bias"])
    assert found["loss"] == pytest.approx((y[0] * t["dH"]).sum())


@pytest.mark.parametrize(("name", "layer"), [("max-pool", MaxPool2D("p")), ("relu", ReLU("r"))])
def test_backpropagation_without_parameters_is_the_engines(
    page: dict[str, Any], name: str, layer: MaxPool2D | ReLU
) -> None:
    t, found = operation(page, name)
    y, cache = layer.forward_of(t["X"][None], {})
    dx, _ = layer.backward_of(cache, t["dH"][None], {})
    np.testing.assert_allclose(found["forward"]["H"], y[0])
    np.testing.assert_allclose(found["gradients"]["X"], dx[0])


def test_backpropagation_through_the_dense_layer_is_the_engines(page: dict[str, Any]) -> None:
    t, found = operation(page, "dense")
    params = {"weight": t["W"], "bias": t["b"][:, 0]}
    layer = Dense("d", len(t["W"]))
    y, cache = layer.forward_of(t["X"][:, 0], params)
    dx, gradients = layer.backward_of(cache, t["dH"][:, 0], params)
    np.testing.assert_allclose(np.array(found["forward"]["H"])[:, 0], y)
    np.testing.assert_allclose(np.array(found["gradients"]["X"])[:, 0], dx)
    np.testing.assert_allclose(found["gradients"]["W"], gradients["weight"])
    np.testing.assert_allclose(np.array(found["gradients"]["b"])[:, 0], gradients["bias"])


def test_softmax_with_cross_entropy_is_the_engines(page: dict[str, Any]) -> None:
    t, found = operation(page, "softmax")
    loss, log_p = cross_entropy(t["z"][:, 0], t["y"][:, 0])
    assert found["loss"] == pytest.approx(loss)
    np.testing.assert_allclose(
        np.array(found["gradients"]["z"])[:, 0], cross_entropy_backward(log_p, t["y"][:, 0]), atol=1e-12
    )
    np.testing.assert_allclose(page["softmax"]["p"], softmax(np.array(page["softmax"]["z"]))[0])


def test_pooling_is_the_engines_winners_and_all(page: dict[str, Any]) -> None:
    for example in page["pools"]:
        window, stride = example["window"], example["stride"]
        x = np.array([example["map"]], dtype=float)
        size, step = (window, window), (stride, stride)
        most, cache = MaxPool2D("m", window=size, stride=step).forward_of(x, {})
        mean, _ = AvgPool2D("a", window=size, stride=step).forward_of(x, {})
        np.testing.assert_allclose(example["max"], most[0])
        np.testing.assert_allclose(example["average"], mean[0])
        layer = MaxPool2D("m", window=size, stride=step)
        dx, _ = layer.backward_of(cache, np.ones_like(most), {})
        winners = np.zeros_like(x[0])
        for row in example["winners"]:
            for i, j in row:
                winners[i, j] += 1
        np.testing.assert_allclose(winners, dx[0])


def test_activations_and_their_slopes_are_the_engines(page: dict[str, Any]) -> None:
    layers = {
        "relu": ReLU("r"),
        "leaky_relu": LeakyReLU("l", slope=page["activations"][0]["leak"]),
        "sigmoid": Sigmoid("s"),
        "tanh": Tanh("t"),
    }
    assert {item["id"] for item in page["activations"]} == set(layers)
    for item in page["activations"]:
        x = np.array(item["xs"], dtype=float)
        y, cache = layers[item["id"]].forward_of(x, {})
        dx, _ = layers[item["id"]].backward_of(cache, np.ones_like(x), {})
        np.testing.assert_allclose(item["values"], y, atol=1e-12, err_msg=item["id"])
        np.testing.assert_allclose(item["slopes"], dx, atol=1e-12, err_msg=item["id"])


def test_window_sizes_and_uses_are_the_engines(page: dict[str, Any]) -> None:
    from cnn_loupe.engine.windows import covered, output_size

    for item in page["windows"]:
        setting = (item["size"], item["kernel"], item["stride"], item["padding"], item["dilation"])
        count = output_size(*setting)
        assert item["output"] == count, setting
        seen = [0] * (item["size"] + 2 * item["padding"])
        for index in range(max(0, count)):
            for position in covered(index, *setting[1:]):
                seen[position + item["padding"]] += 1
        assert item["uses"] == seen, setting
