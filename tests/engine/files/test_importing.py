"""An imported network computes what its own file says, layer by layer.

ONNX: beside the reference evaluator of the onnx package, on random graphs of the operators that exporters write.
Keras: beside the formulas of its documentation in plain NumPy. Real files: where ../shared/data is, every layer of
every case beside what its own runtime computed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.errors import EngineError
from cnn_loupe.engine.files import content
from cnn_loupe.engine.files.torch import Instance, Name
from cnn_loupe.engine.importing import labels
from cnn_loupe.engine.importing.around import Choice
from cnn_loupe.engine.importing.model import Imported, ImportFailed, import_files
from cnn_loupe.engine.importing.proof import differences, in_our_order
from cnn_loupe.engine.network import Network
from tests.conftest import ROOT
from tests.engine.files import made
from tests.engine.files.made import normal

DATA = ROOT.parent / "shared" / "data"


def run(model: Imported, x: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    return dict(Network(model.spec, model.parameters).run(np.ascontiguousarray(x, np.float32)).activations)


def onnx_file(nodes: list[Any], constants: dict[str, Any], shape: list[Any], output: str, opset: int = 17) -> bytes:
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)]).SerializeToString()


def agree(data: bytes, x: np.ndarray[Any, Any], tolerance: float = 1e-5) -> Imported:
    """Import the file, and compare every value that both have."""
    proto = onnx.load_from_string(data)
    names = [output for node in proto.graph.node for output in node.output]
    del proto.graph.output[:]
    proto.graph.output.extend([helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names])
    theirs = dict(zip(names, ReferenceEvaluator(proto).run(names, {"x": x[None].astype(np.float32)}), strict=True))
    model = import_files({"net.onnx": data})
    found = differences(model.spec, run(model, x.reshape(model.spec.input_shape)), theirs)
    assert found, "nothing was compared"
    for difference in found:
        assert difference.share < tolerance, difference
    return model


CONV = {"w": normal(4, 3, 3, 3), "b": normal(4)}
HEAD = {"fw": normal(5, 4), "fb": normal(5)}
TAIL = [
    helper.make_node("GlobalAveragePool", ["m"], ["g"]),
    helper.make_node("Flatten", ["g"], ["f"]),
    helper.make_node("Gemm", ["f", "fw", "fb"], ["y"], transB=1),
]


def with_head(nodes: list[Any], constants: dict[str, Any], opset: int = 17) -> bytes:
    return onnx_file([*nodes, *TAIL], {**constants, **HEAD}, ["N", 3, 9, 9], "y", opset)


def node(op: str, inputs: list[str], output: str = "m", **attributes: Any) -> Any:
    return helper.make_node(op, inputs, [output], **attributes)


BEGIN = node("Conv", ["x", "w", "b"], "c", pads=[1, 1, 1, 1])
CASES: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "padding of four sides": ([node("Conv", ["x", "w", "b"], pads=[0, 1, 2, 0], strides=[2, 1])], {}),
    "SAME_UPPER": ([node("Conv", ["x", "w", "b"], auto_pad="SAME_UPPER", strides=[2, 2])], {}),
    "SAME_LOWER": ([node("Conv", ["x", "w", "b"], auto_pad="SAME_LOWER", strides=[2, 2])], {}),
    "dilation": ([node("Conv", ["x", "w", "b"], dilations=[2, 2])], {}),
    "no bias": ([node("Conv", ["x", "w"])], {}),
    "bias added behind": ([node("Conv", ["x", "w"], "c"), node("Add", ["c", "k"])], {"k": normal(4, 1, 1)}),
    "depthwise": ([BEGIN, node("Conv", ["c", "d"], group=4)], {"d": normal(4, 1, 3, 3)}),
    "groups": ([BEGIN, node("Conv", ["c", "d"], group=2)], {"d": normal(4, 2, 1, 1)}),
    "transposed": ([BEGIN, node("ConvTranspose", ["c", "t", "tb"], strides=[2, 3], pads=[1, 0, 1, 2], dilations=[1, 2],
        output_padding=[1, 0])], {"t": normal(4, 4, 3, 2), "tb": normal(4)}),
    "transposed, no bias, bias behind": ([BEGIN, node("ConvTranspose", ["c", "t"], "u", strides=[2, 2]),
        node("Add", ["u", "k"])], {"t": normal(4, 4, 2, 2), "k": normal(4, 1, 1)}),
    "transposed depthwise": ([BEGIN, node("ConvTranspose", ["c", "t"], group=4, strides=[2, 2])],
        {"t": normal(4, 1, 3, 3)}),
    "transposed, VALID": ([BEGIN, node("ConvTranspose", ["c", "t"], strides=[2, 2], auto_pad="VALID")],
        {"t": normal(4, 4, 3, 3)}),
    "padding as a layer": ([node("Pad", ["x", "p"], "q"),
        node("Conv", ["q", "w", "b"])], {"p": np.array([0, 0, 1, 2, 0, 0, 0, 1], np.int64)}),
    "max pool with ceil": ([BEGIN, node("MaxPool", ["c"], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)], {}),
    "average pool, padding counted": ([BEGIN, node("AveragePool", ["c"], kernel_shape=[3, 3], strides=[2, 2],
        pads=[1, 1, 1, 1], count_include_pad=1)], {}),
    "average pool, padding not counted": ([BEGIN, node("AveragePool", ["c"], kernel_shape=[3, 3], strides=[2, 2],
        pads=[1, 1, 1, 1])], {}),
    "batch normalisation": (
        [BEGIN, node("BatchNormalization", ["c", "s", "t", "u", "v"], epsilon=1e-3)],
        {"s": 1 + normal(4), "t": normal(4), "u": normal(4), "v": 1 + normal(4) ** 2},
    ),
    "residual": ([BEGIN, node("Relu", ["c"], "r"), node("Add", ["c", "r"])], {}),
    "product": ([BEGIN, node("Sigmoid", ["c"], "r"), node("Mul", ["c", "r"])], {}),
    "squeeze and excitation": (
        [BEGIN, node("GlobalAveragePool", ["c"], "s"), node("Conv", ["s", "e"], "t"), node("HardSigmoid", ["t"], "u"),
            node("Mul", ["c", "u"])],
        {"e": normal(4, 4, 1, 1)},
    ),
    "squeeze and excitation, expanded": (
        [BEGIN, node("GlobalAveragePool", ["c"], "s"), node("Conv", ["s", "e"], "t"), node("Shape", ["c"], "sides"),
            node("Expand", ["t", "sides"], "u"), node("Mul", ["c", "u"])],
        {"e": normal(4, 4, 1, 1)},
    ),
    "celu": ([BEGIN, node("Celu", ["c"], alpha=1.0)], {}),
    "leaky": ([BEGIN, node("LeakyRelu", ["c"], alpha=0.3)], {}),
    "elu": ([BEGIN, node("Elu", ["c"], alpha=0.7)], {}),
    "selu": ([BEGIN, node("Selu", ["c"])], {}),
    "hard sigmoid": ([BEGIN, node("HardSigmoid", ["c"], alpha=0.2, beta=0.4)], {}),
    "hard swish": ([BEGIN, node("HardSwish", ["c"])], {}),
    "softplus": ([BEGIN, node("Softplus", ["c"])], {}),
    "relu6": ([BEGIN, node("Clip", ["c", "lo", "hi"])], {"lo": np.float32(0), "hi": np.float32(6)}),
    "prelu": ([BEGIN, node("PRelu", ["c", "a"])], {"a": normal(4, 1, 1) ** 2}),
    "scale": ([BEGIN, node("Mul", ["c", "k"], "t"), node("Add", ["t", "l"])], {"k": normal(4, 1, 1),
        "l": normal(1, 4, 1, 1)}),
    "shuffle": (
        [BEGIN, node("Reshape", ["c", "s1"], "a"), node("Transpose", ["a"], "t", perm=[0, 2, 1, 3, 4]),
            node("Reshape", ["t", "s2"])],
        {"s1": np.array([0, 2, 2, 9, 9], np.int64), "s2": np.array([0, 4, 9, 9], np.int64)},
    ),
    "upsample": ([BEGIN, node("Resize", ["c", "", "k"],
        mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")],
        {"k": np.array([1, 1, 2, 2], np.float32)}),
    "reduce mean": ([BEGIN, node("ReduceMean", ["c"], "g2", axes=[2, 3], keepdims=1), node("Mul", ["c", "g2"])], {}),
    "pools of a single pixel": ([BEGIN, node("GlobalAveragePool", ["c"], "a"), node("GlobalMaxPool", ["a"], "p"),
        node("Conv", ["p", "e"], "q"), node("Mul", ["c", "q"])], {"e": normal(4, 4, 1, 1)}),
    "dense for each pixel": ([BEGIN, node("Transpose", ["c"], "t", perm=[0, 2, 3, 1]), node("MatMul", ["t", "e"], "q"),
        node("Add", ["q", "k"], "z"), node("Transpose", ["z"], perm=[0, 3, 1, 2])],
        {"e": normal(4, 4), "k": normal(4)}),
    "instance normalisation": ([BEGIN, node("InstanceNormalization", ["c", "s", "t"], epsilon=1e-3)],
        {"s": 1 + normal(4), "t": normal(4)}),
    "group normalisation as a reshape": (
        [BEGIN, node("Reshape", ["c", "s1"], "a"), node("InstanceNormalization", ["a", "s", "t"], "n"),
            node("Reshape", ["n", "s2"], "r"), node("Mul", ["r", "k"], "q"), node("Add", ["q", "l"])],
        {"s1": np.array([0, 2, -1], np.int64), "s": np.ones(2, np.float32), "t": np.zeros(2, np.float32),
            "s2": np.array([1, 4, 9, 9], np.int64), "k": normal(4, 1, 1), "l": normal(4, 1, 1)},
    ),
    "group normalisation of the whole as a reshape": (
        [BEGIN, node("Reshape", ["c", "s1"], "a"), node("InstanceNormalization", ["a", "s", "t"], "n"),
            node("Reshape", ["n", "s2"])],
        {"s1": np.array([0, 1, -1], np.int64), "s": normal(1), "t": normal(1), "s2": np.array([1, 4, 9, 9], np.int64)},
    ),
    "layer normalisation of the channels": (
        [BEGIN, node("Transpose", ["c"], "h", perm=[0, 2, 3, 1]), node("LayerNormalization", ["h", "s", "t"], "n"),
            node("Transpose", ["n"], perm=[0, 3, 1, 2])],
        {"s": 1 + normal(4), "t": normal(4)},
    ),
    "layer normalisation of whole maps": ([BEGIN, node("LayerNormalization", ["c", "s"], axis=1)],
        {"s": np.broadcast_to(1 + normal(4, 1, 1), (4, 9, 9))}),
    "layer normalisation step by step": (
        [BEGIN, node("ReduceMean", ["c"], "u", axes=[1]), node("Sub", ["c", "u"], "d"), node("Pow", ["d", "two"], "p"),
            node("ReduceMean", ["p"], "v", axes=[1]), node("Add", ["v", "e"], "w1"), node("Sqrt", ["w1"], "q"),
            node("Div", ["d", "q"], "n"), node("Mul", ["k", "n"], "r"), node("Add", ["r", "l"])],
        {"two": np.float32(2), "e": np.float32(1e-3), "k": normal(4, 1, 1), "l": normal(4, 1, 1)},
    ),
    "the same, the mean taken off twice": (
        [BEGIN, node("ReduceMean", ["c"], "u", axes=[1, 2, 3]), node("Sub", ["c", "u"], "d"),
            node("Sub", ["c", "u"], "d2"), node("Mul", ["d2", "d2"], "p"),
            node("ReduceMean", ["p"], "v", axes=[1, 2, 3]), node("Add", ["e", "v"], "w1"), node("Sqrt", ["w1"], "q"),
            node("Div", ["d", "q"])],
        {"e": np.float32(1e-3)},
    ),
    "gelu step by step": (
        [BEGIN, node("Div", ["c", "r2"], "d"), node("Erf", ["d"], "f1"), node("Add", ["f1", "one"], "g1"),
            node("Mul", ["c", "g1"], "h"), node("Mul", ["h", "half"])],
        {"r2": np.float32(2**0.5), "one": np.float32(1), "half": np.float32(0.5)},
    ),
    "a bias behind a value that goes two ways": (
        [node("Conv", ["x", "w"], "c"), node("Identity", ["c"], "i"), node("Add", ["i", "k"], "p"),
            node("Mul", ["p", "c"])],
        {"k": normal(4, 1, 1)},
    ),
    "a batch of one that goes and comes": (
        [BEGIN, node("GlobalAveragePool", ["c"], "p"), node("Reshape", ["p", "s1"], "r"),
            node("LayerNormalization", ["r", "s", "t"], "n"), node("Reshape", ["n", "s2"])],
        {"s1": np.array([4], np.int64), "s": 1 + normal(4), "t": normal(4), "s2": np.array([1, 4, 1, 1], np.int64)},
    ),
    "places of a side": (
        [BEGIN, node("Gather", ["c", "i1"], "r", axis=1), node("GlobalAveragePool", ["r"], "u"),
            node("Reshape", ["u", "s1"], "v"), node("Gather", ["v", "i2"], "z"), node("Mul", ["r", "z"], "q"),
            node("Concat", ["q", "x"], "w7", axis=1), node("Gather", ["w7", "i1"], axis=1)],
        {"i1": np.array([0, 1, 2, 3], np.int64), "s1": np.array([4], np.int64),
            "i2": np.arange(4).reshape(1, 4, 1, 1)},
    ),
    "slice": (
        [BEGIN, node("Concat", ["c", "x"], "k7", axis=1), node("Slice", ["k7", "i", "j", "ax"])],
        {"i": np.array([1], np.int64), "j": np.array([5], np.int64), "ax": np.array([1], np.int64)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_operator_of_onnx_becomes_layers_with_its_values(name: str) -> None:
    nodes, constants = CASES[name]
    weights = {key: value for key, value in CONV.items() if any(key in n.input for n in nodes)}
    x = np.random.default_rng(1).normal(0.2, 1, (3, 9, 9))
    agree(with_head(nodes, {**weights, **constants}), x)


@pytest.mark.parametrize(("opset", "each"), [(18, "group"), (21, "channel")])
def test_group_normalisation_scales_groups_before_opset_21_and_channels_since(opset: int, each: str) -> None:
    """y = scale · (x − mean) / √(variance + ε) + bias (the reference evaluator has the newer form alone)."""
    scale, shift = (1 + normal(2), normal(2)) if each == "group" else (1 + normal(4), normal(4))
    nodes = [BEGIN, node("GroupNormalization", ["c", "s", "t"], num_groups=2, epsilon=1e-3)]
    model = import_files({"n.onnx": with_head(nodes, {**CONV, "s": scale, "t": shift}, opset)})
    assert [layer.kind for layer in model.spec.layers][:2] == ["conv2d", "group_norm"]
    found = run(model, np.random.default_rng(2).normal(size=(3, 9, 9)))
    before, after = (found[name] for name in model.spec.names[:2])
    for channel in range(4):
        group = before[channel // 2 * 2 : channel // 2 * 2 + 2]
        place = channel // 2 if each == "group" else channel
        wanted = scale[place] * (before[channel] - group.mean()) / np.sqrt(group.var() + 1e-3) + shift[place]
        np.testing.assert_allclose(after[channel], wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (node("LayerNormalization", ["c", "s"]), "it normalises over the sides W of 1×4×9×9; normalise over the chan"),
        (node("GroupNormalization", ["c", "s", "s"], num_groups=3), "its groups are 3; use a divisor of 4"),
        (
            node("LayerNormalization", ["c", "v"], axis=1),
            r"a constant of the shape \[1, 4, 9, 9\] that differs from place",
        ),
    ],
)
def test_a_normalisation_that_is_none_of_ours_is_refused_in_words(step: Any, words: str) -> None:
    constants = {**CONV, "s": np.ones(9, np.float32), "v": normal(4, 9, 9)}
    with pytest.raises(ImportFailed, match=words):
        import_files({"n.onnx": with_head([BEGIN, step], constants, 21)})


def test_steps_that_are_also_read_one_by_one_are_no_layer_together() -> None:
    """The root of a normalisation that goes elsewhere, too."""
    nodes = [
        BEGIN, node("ReduceMean", ["c"], "u", axes=[1]), node("Sub", ["c", "u"], "d"), node("Mul", ["d", "d"], "p"),
        node("ReduceMean", ["p"], "v", axes=[1]), node("Add", ["v", "e"], "w1"), node("Sqrt", ["w1"], "q"),
        node("Div", ["d", "q"], "n"), node("Mul", ["n", "q"]),
    ]  # fmt: skip
    with pytest.raises(ImportFailed, match="it reduces axes"):
        import_files({"n.onnx": with_head(nodes, {**CONV, "e": np.float32(1e-3)})})


@pytest.mark.parametrize(
    ("attributes", "pads"),
    [
        # Rows: 8·2 + 5 = 21 for 18, three too many. Columns: 8·3 + 6 = 30 for 27, three too many.
        ({"auto_pad": "SAME_UPPER"}, [1, 1, 2, 2]),
        ({"auto_pad": "SAME_LOWER"}, [2, 2, 1, 1]),
        ({"output_shape": [18, 28]}, [2, 1, 1, 1]),
        ({"output_shape": [1, 4, 18, 28], "auto_pad": "SAME_UPPER"}, [1, 1, 2, 1]),
        ({"output_shape": [21, 27]}, [0, 2, 0, 1]),
    ],
)
def test_a_size_says_what_a_transposed_convolution_cuts_off(attributes: dict[str, Any], pads: list[int]) -> None:
    """The specification's shares of what is cut off; the reference evaluator refuses sizes and SAME."""

    def maps(**given: Any) -> np.ndarray[Any, Any]:
        data = with_head([BEGIN, node("ConvTranspose", ["c", "t"], strides=[2, 3], **given)], {**CONV, "t": kernel})
        model = import_files({"n.onnx": data})
        kinds = {model.spec.node(name).layer.kind: name for name in model.spec.names}
        return run(model, x)[kinds["conv_transpose2d"]]

    kernel, x = normal(4, 4, 5, 6), np.random.default_rng(1).normal(0.2, 1, (3, 9, 9))
    np.testing.assert_array_equal(maps(**attributes), maps(pads=pads))


def test_groups_of_a_transposed_convolution_are_transposed_convolutions_of_their_own() -> None:
    """The reference evaluator has no groups with several filters; it has their parts."""
    kernel, bias = normal(4, 2, 3, 3), normal(4)
    sliding = {"strides": [2, 2], "pads": [1, 0, 0, 1]}
    parts = [
        helper.make_node("Split", ["c"], ["c0", "c1"], axis=1, num_outputs=2),
        *(node("ConvTranspose", [f"c{i}", f"t{i}", f"b{i}"], f"u{i}", **sliding) for i in (0, 1)),
        node("Concat", ["u0", "u1"], axis=1),
    ]
    apart = {f"t{i}": kernel[2 * i : 2 * i + 2] for i in (0, 1)} | {f"b{i}": bias[2 * i : 2 * i + 2] for i in (0, 1)}
    x = np.random.default_rng(1).normal(0.2, 1, (3, 9, 9))
    expected = run(agree(with_head([BEGIN, *parts], {**CONV, **apart}, 18), x), x)
    one = node("ConvTranspose", ["c", "t", "tb"], group=2, **sliding)
    found = run(import_files({"n.onnx": with_head([BEGIN, one], {**CONV, "t": kernel, "tb": bias})}), x)
    scores = [next(value for name, value in values.items() if name.startswith("gemm")) for values in (found, expected)]
    np.testing.assert_allclose(*scores, rtol=1e-5)


def test_local_response_normalisation_is_the_formula_of_its_specification() -> None:
    """y = x / (bias + alpha / size · Σ x²)^beta over size channels (the reference evaluator sums one channel alone)."""
    data = with_head([BEGIN, node("LRN", ["c"], size=3, alpha=0.5, beta=0.75, bias=2.0)], CONV)
    model = import_files({"net.onnx": data})
    found = run(model, np.random.default_rng(1).normal(0.2, 1, (3, 9, 9)))
    lrn, conv = (
        next(n for n in model.spec.names if model.spec.node(n).layer.kind == kind) for kind in ("lrn", "conv2d")
    )
    squares = np.pad(found[conv] ** 2, ((1, 1), (0, 0), (0, 0)))
    around = squares[:-2] + squares[1:-1] + squares[2:]
    np.testing.assert_allclose(found[lrn], found[conv] / (2.0 + 0.5 / 3 * around) ** 0.75, rtol=1e-5)


def test_nhwc_with_transposes_loses_them_and_flattens_in_the_files_order() -> None:
    nodes = [
        node("Transpose", ["x"], "t", perm=[0, 3, 1, 2]),
        node("Conv", ["t", "w", "b"], "c"),
        node("Transpose", ["c"], "u", perm=[0, 2, 3, 1]),
        node("Reshape", ["u", "s"], "f"),
        node("MatMul", ["f", "k"], "z"),
        node("Add", ["z", "a"], "y"),
    ]
    data = onnx_file(
        nodes, {**CONV, "s": np.array([-1, 196], np.int64), "k": normal(196, 5), "a": normal(5)}, [1, 9, 9, 3], "y"
    )
    model = import_files({"net.onnx": data})
    assert model.spec.input_shape == (3, 9, 9)
    assert [layer.kind for layer in model.spec.layers] == ["conv2d", "flatten", "dense", "softmax"]
    x = np.random.default_rng(2).normal(size=(9, 9, 3)).astype(np.float32)
    (expected,) = ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x[None]})
    found = run(model, x.transpose(2, 0, 1))
    np.testing.assert_allclose(found[model.spec.scores], expected[0], atol=1e-5)


def test_nodes_in_any_order_and_a_fixed_batch_are_read() -> None:
    nodes = [
        node("Flatten", ["r"], "f"),
        node("Relu", ["c"], "r"),
        node("Conv", ["x", "w", "b"], "c"),
        node("Gemm", ["f", "k"], "y", transB=1),
    ]
    data = onnx_file(nodes, {**CONV, "k": normal(5, 196)}, [10, 3, 9, 9], "y")
    assert [layer.kind for layer in import_files({"n.onnx": data}).spec.layers] == [
        "conv2d",
        "relu",
        "flatten",
        "dense",
        "softmax",
    ]


def test_a_network_of_vectors_reads_its_picture_as_one() -> None:
    data = onnx_file(
        [node("Gemm", ["x", "k"], "h", transB=1), node("Relu", ["h"], "r"), node("Gemm", ["r", "l"], "y", transB=1)],
        {"k": normal(8, 784), "l": normal(10, 8)},
        ["N", 784],
        "y",
    )
    model = agree(data, np.random.default_rng(3).random(784))
    assert model.spec.input_shape == (1, 28, 28)
    assert [category.name for category in model.spec.classes] == list("0123456789")


def keras_by_hand(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The network of tests.engine.files.made in plain NumPy; x (H, W, C)."""
    (_, _, conv), (_, _, norm), _, _, _, (_, _, out) = made.LAYERS
    padded = np.pad(x, ((0, 1), (0, 1), (0, 0)))
    y = np.array(
        [
            [np.tensordot(padded[2 * r : 2 * r + 3, 2 * c : 2 * c + 3], conv["kernel"], 3) for c in range(4)]
            for r in range(4)
        ]
    )
    y = np.maximum(y + conv["bias"], 0)
    y = (y - norm["moving_mean"]) / np.sqrt(norm["moving_variance"] + 1e-3) * norm["gamma"] + norm["beta"]
    y = y.reshape(2, 2, 2, 2, 4).max(axis=(1, 3)).reshape(-1)
    z = y @ out["kernel"] + out["bias"]
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()


@pytest.mark.parametrize("form", ["h5", "keras", "tfjs"])
def test_keras_gives_the_same_network_from_every_container(form: str) -> None:
    model = import_files(made.every_file()[form])
    x = np.random.default_rng(4).random((8, 8, 3))
    found = run(model, x.transpose(2, 0, 1))
    np.testing.assert_allclose(found[model.spec.names[-1]], keras_by_hand(x), atol=1e-6)
    origin = model.spec.origin
    assert origin is not None
    assert origin.layers["out_softmax"] == ("out",)
    assert "out" not in origin.layers, "the value before the softmax has no name in the file"


def laid(x: Array, kernel: Array, stride: int, cut: int) -> Array:
    """Keras's transposed convolution, `same`: every pixel (C,) lays kernel (Kh, Kw, O, C) · itself; `cut` rows go."""
    height, width, _ = x.shape
    whole = np.zeros(((height - 1) * stride + len(kernel), (width - 1) * stride + len(kernel), kernel.shape[2]))
    for i, j in np.ndindex(height, width):
        whole[i * stride : i * stride + len(kernel), j * stride : j * stride + len(kernel)] += kernel @ x[i, j]
    return whole[cut : cut + height * stride, cut : cut + width * stride]


@pytest.mark.parametrize("form", ["with modules", "as .h5 has it"])
def test_keras_functions_on_values_and_maps_of_one_pixel_are_layers(form: str) -> None:
    """x / 2, ops.relu, a squeeze and excitation behind Reshape((1, 1, C)), a dense layer of each pixel, ops.mean."""
    conv, squeeze, up = normal(1, 1, 3, 4), normal(1, 1, 4, 4), normal(3, 3, 5, 4)
    deep, out = normal(5, 6), normal(6, 3)
    config = made.keras_functional(
        [6, 5, 3],
        [
            ("ops.TrueDivide", {}, ["x", 2.0]),
            ("ops.Subtract", {}, [1.0, "TrueDivide"]),
            ("Conv2D", {"name": "c", "kernel_size": 1, "use_bias": False}, ["Subtract"]),
            ("ops.Relu", {}, ["c"]),
            ("GlobalAveragePooling2D", {"name": "g"}, ["Relu"]),
            ("Reshape", {"name": "r", "target_shape": [1, 1, 4]}, ["g"]),
            ("Conv2D", {"name": "s", "kernel_size": 1, "use_bias": False, "activation": "sigmoid"}, ["r"]),
            ("Multiply", {"name": "m"}, ["Relu", "s"]),
            ("Conv2DTranspose", {"name": "t", "strides": 2, "padding": "same", "use_bias": False}, ["m"]),
            ("Dense", {"name": "d", "activation": "tanh", "use_bias": False}, ["t"]),
            ("ops.Mean", {"axis": [1, 2], "keepdims": False}, ["d"]),
            ("Dense", {"name": "o", "use_bias": False}, ["Mean"]),
        ],
    )
    if form == "as .h5 has it":
        for entry in config["config"]["layers"]:
            if not entry.pop("module", "").startswith("keras.src.ops"):
                entry["config"]["trainable"] = True
    weights = {"conv2d": [conv], "conv2d_1": [squeeze], "conv2d_transpose": [up], "dense": [deep], "dense_1": [out]}
    model = import_files({"net.keras": made.keras_zip(config, weights)})
    x = np.random.default_rng(4).normal(size=(6, 5, 3))
    y = np.maximum((1 - x / 2) @ conv[0, 0], 0)
    y = y / (1 + np.exp(-(y.mean((0, 1)) @ squeeze[0, 0])))
    y = np.tanh(laid(y, up, 2, 0) @ deep)
    kinds = [layer.kind for layer in model.spec.layers]
    assert "conv_transpose2d" in kinds
    assert kinds.count("conv2d") == 2  # the pixels' dense layer is one, that of the single pixel is dense
    np.testing.assert_allclose(run(model, x.transpose(2, 0, 1))[model.spec.scores], y.mean((0, 1)) @ out, atol=1e-6)


def test_normalisations_of_keras_by_the_pictures_own_numbers_are_layers() -> None:
    """LayerNormalization of the channels and of all, GroupNormalization with and without groups, LayerScale."""
    scales = {name: (1 + normal(4), normal(4)) for name in ("channels", "groups", "each")}
    whole, factor, out = np.broadcast_to(1 + normal(4), (6, 5, 4)), normal(4), normal(4, 3)
    config = made.keras_functional(
        [6, 5, 4],
        [
            ("LayerNormalization", {"name": "channels", "axis": [-1], "epsilon": 1e-3}, ["x"]),
            ("GroupNormalization", {"name": "groups", "groups": 2, "axis": -1, "epsilon": 1e-2}, ["channels"]),
            ("LayerScale", {"name": "scale"}, ["groups"]),
            ("StochasticDepth", {"name": "depth"}, ["scale"]),
            ("GroupNormalization", {"name": "each", "groups": -1, "axis": -1}, ["depth"]),
            ("LayerNormalization", {"name": "whole", "axis": [1, 2, 3], "center": False}, ["each"]),
            ("GlobalAveragePooling2D", {"name": "g"}, ["whole"]),
            ("Dense", {"name": "o", "use_bias": False}, ["g"]),
        ],
    )
    weights = {
        "layer_normalization": list(scales["channels"]), "group_normalization": list(scales["groups"]),
        "layer_scale": [factor], "group_normalization_1": list(scales["each"]), "layer_normalization_1": [whole],
        "dense": [out],
    }  # fmt: skip
    model = import_files({"net.keras": made.keras_zip(config, weights)})
    x = np.random.default_rng(4).normal(size=(6, 5, 4))

    def normed(y: Array, axes: tuple[int, ...], epsilon: float) -> Array:
        root = np.sqrt(y.var(axes, keepdims=True) + epsilon)
        return np.asarray((y - y.mean(axes, keepdims=True)) / root)

    y = normed(x, (2,), 1e-3) * scales["channels"][0] + scales["channels"][1]
    y = normed(y.reshape(6, 5, 2, 2), (0, 1, 3), 1e-2).reshape(6, 5, 4) * scales["groups"][0] + scales["groups"][1]
    y = normed(y * factor, (0, 1), 1e-3) * scales["each"][0] + scales["each"][1]
    y = normed(y, (0, 1, 2), 1e-3) * whole
    kinds = [layer.kind for layer in model.spec.layers]
    assert kinds[:5] == ["layer_norm", "group_norm", "scale_shift", "group_norm", "group_norm"]
    np.testing.assert_allclose(run(model, x.transpose(2, 0, 1))[model.spec.scores], y.mean((0, 1)) @ out, atol=1e-5)


def test_a_layer_of_keras_that_is_unknown_is_named_and_no_damage() -> None:
    config = made.keras_functional([6, 5, 3], [("Whitening", {"name": "w"}, ["x"]), ("Flatten", {}, ["w"])])
    with pytest.raises(ImportFailed, match="there is no Whitening here"):
        import_files({"net.keras": made.keras_zip(config, {"whitening": [normal(3)]})})


def test_weights_of_pytorch_need_the_architecture_and_say_which_it_looks_like() -> None:
    files = {"net.pth": made.torch_archive(made.BLITZ)}
    with pytest.raises(EngineError) as caught:
        import_files(files)
    assert caught.value.code == "file_torch_weights_only"
    assert caught.value.params["architectures"] == ["pytorch-blitz"]
    model = import_files(files, Choice(architecture="pytorch-blitz"))
    assert model.spec.input_shape == (3, 32, 32)
    assert len(model.spec.classes) == 4


def module(kind: str, /, *, weights: dict[str, Any] | None = None, **state: Any) -> Instance:
    """A module of PyTorch as its pickle is read."""
    return Instance(Name("torch.nn", kind), state={"_parameters": weights or {}, "_buffers": {}, **state})


def sequential(*modules: Instance) -> Instance:
    return module("Sequential", _modules={str(number): one for number, one in enumerate(modules)})


def test_whole_modules_of_pytorch_are_their_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel, slope, last = normal(6, 2, 3, 2), normal(4) ** 2, normal(3, 4)
    sliding = {"stride": (2, 3), "padding": (1, 0), "dilation": (1, 1), "groups": 2, "output_padding": (1, 0)}
    net = sequential(
        module("Conv2d", weights={"weight": normal(6, 3, 1, 1)}, stride=1, padding=0, dilation=1, groups=1),
        module("ReLU6"),
        module("ConvTranspose2d", weights={"weight": kernel, "bias": normal(4)}, **sliding),
        module("PReLU", weights={"weight": slope}),
        module("CELU", alpha=1.0),
        module("Hardtanh", min_val=-0.5, max_val=2.0),
        module("Hardsigmoid"),
        module("AdaptiveMaxPool2d", output_size=1),
        module("Flatten", start_dim=1),
        module("Linear", weights={"weight": last}),
    )
    monkeypatch.setattr(content, "read_torch", lambda file, files: net)
    model = import_files({"net.pt": made.torch_archive(made.BLITZ)})
    layers = {layer.kind: layer for layer in model.spec.layers}
    assert [layer.kind for layer in model.spec.layers] == [
        "conv2d", "clip", "conv_transpose2d", "prelu", "elu", "clip", "hard_sigmoid", "global_max_pool2d", "dense",
        "softmax",
    ]  # fmt: skip
    first, second = (layer.describe() for layer in model.spec.layers if layer.kind == "clip")
    assert [(one["low"], one["high"]) for one in (first, second)] == [(0, 6), (-0.5, 2)]
    found = layers["conv_transpose2d"].describe()
    assert {key: found[key] for key in ("stride", "padding", "output_padding", "groups", "filters")} == {
        "stride": [2, 3], "padding": [1, 0], "output_padding": [1, 0], "groups": 2, "filters": 4,
    }  # fmt: skip
    np.testing.assert_array_equal(model.parameters[f"{layers['prelu'].name}.slope"], slope)
    weight = model.parameters[f"{layers['conv_transpose2d'].name}.weight"]  # neuron 3 is the second of the second group
    np.testing.assert_array_equal(weight[3, 2], kernel[5, 1])


def test_normalisations_of_pytorch_are_by_the_pictures_or_by_trainings_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    four = {"weight": 1 + normal(4), "bias": normal(4)}
    measured = {"running_mean": normal(4), "running_var": normal(4) ** 2}
    tracked = module("InstanceNorm2d", eps=1e-4)
    tracked.state["_buffers"] = measured
    net = sequential(
        module("Conv2d", weights={"weight": normal(4, 3, 1, 1)}, stride=1, padding=0, dilation=1, groups=1),
        module("GroupNorm", weights=four, num_groups=2, eps=1e-3),
        module("InstanceNorm2d", eps=1e-4),
        tracked,
        module("AdaptiveAvgPool2d", output_size=1),
        module("Flatten", start_dim=1),
        module("LayerNorm", weights=four, normalized_shape=(4,), eps=1e-6),
        module("Linear", weights={"weight": normal(3, 4)}),
    )
    monkeypatch.setattr(content, "read_torch", lambda file, files: net)
    model = import_files({"net.pt": made.torch_archive(made.BLITZ)})
    found = [
        (layer.kind, getattr(layer, "groups", None), getattr(layer, "epsilon", None)) for layer in model.spec.layers
    ]
    assert found[1:6] == [
        ("group_norm", 2, 1e-3), ("group_norm", 4, 1e-4), ("batch_norm2d", None, 1e-4),
        ("global_avg_pool2d", None, None), ("layer_norm", None, 1e-6),
    ]  # fmt: skip
    names = model.spec.names
    np.testing.assert_array_equal(model.parameters[f"{names[1]}.weight"], four["weight"])
    np.testing.assert_array_equal(model.parameters[f"{names[2]}.weight"], np.ones(4))
    np.testing.assert_array_equal(model.parameters[f"{names[3]}.mean"], measured["running_mean"])
    np.testing.assert_array_equal(model.parameters[f"{names[5]}.bias"], four["bias"])


def test_a_pooling_of_pytorch_to_several_numbers_a_map_is_none_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    conv = module("Conv2d", weights={"weight": normal(4, 1, 3, 3)}, stride=1, padding=0, dilation=1, groups=1)
    dense = module("Linear", weights={"weight": normal(3, 4 * 26 * 26)})
    net = sequential(conv, module("AdaptiveAvgPool2d", output_size=(2, 2)), module("Flatten", start_dim=1), dense)
    monkeypatch.setattr(content, "read_torch", lambda file, files: net)
    with pytest.raises(EngineError, match="AdaptiveAveragePool"):
        import_files({"net.pt": made.torch_archive(made.BLITZ)})


def test_all_problems_come_at_once_each_with_its_layer() -> None:
    nodes = [node("LSTM", ["x", "a", "b"], "l"), node("Erf", ["l"], "e"), node("Einsum", ["e"], "y", equation="ij->i")]
    with pytest.raises(ImportFailed) as caught:
        import_files({"n.onnx": onnx_file(nodes, {"a": normal(2), "b": normal(2)}, [1, 3, 9, 9], "y")})
    assert [problem.params["operation"] for problem in caught.value.problems] == ["LSTM", "Erf", "Einsum"]


def test_what_is_looked_up_beside_the_scores_stands_in_nobodys_way() -> None:
    """As scikit-learn's classifiers are exported: the label beside the probabilities, which a ZipMap names."""
    nodes = [
        node("Gemm", ["x", "k"], "h"),
        node("Softmax", ["h"], "p"),
        node("ArgMax", ["p"], "index", axis=1),
        node("Gather", ["names", "index"], "label"),
        helper.make_node("ZipMap", ["p"], ["y"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2]),
    ]
    data = onnx_file(nodes, {"k": normal(64, 3), "names": np.array([4, 5, 6], np.int64)}, ["N", 64], "y")
    proto = onnx.load_from_string(data)
    proto.graph.output.insert(0, helper.make_tensor_value_info("label", TensorProto.INT64, [1]))
    model = import_files({"net.onnx": proto.SerializeToString()})
    assert [layer.kind for layer in model.spec.layers] == ["flatten", "dense", "softmax"]
    assert ("dropped", "not_read") in {(note.action, note.reason) for note in model.report.notes}
    x = np.random.default_rng(1).random(64).astype(np.float32)
    scores = np.exp(x @ normal(64, 3))
    np.testing.assert_allclose(run(model, x.reshape(1, 8, 8))[model.spec.names[-1]], scores / scores.sum(), rtol=1e-5)


@pytest.mark.parametrize("sides", [[None, 3, None, None], ["N", "C", "H", "W"], ["N", "C", 40, 40]])
def test_a_size_that_the_file_leaves_open_is_a_usual_one(sides: list[Any]) -> None:
    nodes = [node("Conv", ["x", "w", "b"]), *TAIL]
    model = import_files({"n.onnx": onnx_file(nodes, {**CONV, **HEAD}, sides, "y")})
    assert model.spec.input_shape == ((3, 40, 40) if 40 in sides else (3, 224, 224))
    assert model.report.notes[0].reason == "open_size"
    # Where the weights are for pictures of another size, the file has to say which.
    flat = [node("Conv", ["x", "w", "b"]), node("Flatten", ["m"], "f"), node("Gemm", ["f", "k"], "y")]
    with pytest.raises(EngineError, match="a picture of fixed height and width is needed"):
        import_files({"n.onnx": onnx_file(flat, {**CONV, "k": normal(4 * 36, 5)}, [None, 3, None, None], "y")})


@pytest.mark.parametrize(
    ("shape", "count", "likeliest", "some"),
    [
        ((1, 28, 28), 10, "digits", {3: "3"}),
        ((3, 32, 32), 10, "cifar-10", {6: "frog"}),
        ((1, 28, 28), 26, "emnist-letters", {2: "C"}),
        ((1, 28, 28), 47, "emnist-balanced", {46: "t"}),
        ((3, 32, 32), 43, "gtsrb", {14: "stop", 40: "roundabout"}),
        ((3, 224, 224), 1000, "imagenet-1000", {0: "tench", 285: "Egyptian cat", 999: "toilet tissue"}),
        ((3, 224, 224), 1001, "imagenet-1001", {0: "background", 286: "Egyptian cat"}),
        ((3, 224, 224), 7, None, {}),
    ],
)
def test_usual_classes_go_by_the_pictures_shape_and_their_number(
    shape: tuple[int, ...], count: int, likeliest: str | None, some: dict[int, str]
) -> None:
    found = labels.suggestions(shape, count)
    assert [name for name, _ in found][:1] == ([likeliest] if likeliest else [])
    for name, names in found:
        assert len(set(names)) >= count - 2, name  # two cranes, two maillots
    assert {index: found[0][1][index] for index in some} == some
    words = json.loads((ROOT / "static/i18n/en/own.json").read_text("utf-8"))["own"]["sets"]
    assert all(name in words for name, _ in found)


def test_numbers_expanded_for_anything_but_a_product_are_refused() -> None:
    nodes = [BEGIN, node("GlobalAveragePool", ["c"], "s"), node("Shape", ["c"], "sides"),
        node("Expand", ["s", "sides"], "u"), node("Conv", ["u", "e"], pads=[1, 1, 1, 1])]  # fmt: skip
    with pytest.raises(ImportFailed, match=r"\(Expand\): .* one number a map in front of a product"):
        import_files({"n.onnx": with_head(nodes, {**CONV, "e": normal(4, 4, 3, 3)})})


def test_a_value_where_a_constant_belongs_is_refused_in_words() -> None:
    data = with_head([BEGIN, node("Conv", ["x", "w", "b"], "d", pads=[1, 1, 1, 1]), node("PRelu", ["c", "d"])], CONV)
    with pytest.raises(ImportFailed, match=r"\(PRelu\): its slope depends on the picture; use a fixed one"):
        import_files({"n.onnx": data})


def test_classes_come_from_a_file_beside_the_model() -> None:
    files = {"net.h5": made.h5_model(), "labels.txt": b"0 Paper\n1 Rock\n2 Scissors\n"}
    assert [c.name for c in import_files(files).spec.classes] == ["Paper", "Rock", "Scissors"]


@pytest.mark.skipif(
    not DATA.is_dir(), reason="../shared/data is not here: real files of other people are not committed"
)
@pytest.mark.parametrize("case", sorted(p.name for p in DATA.glob("models/*")) if DATA.is_dir() else ["none"])
def test_a_real_file_gives_every_layer_of_its_own_runtime(case: str) -> None:
    folder = DATA / "models" / case
    told, expected = json.loads((folder / "case.json").read_text("utf-8")), np.load(folder / "expected.npz")
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in ("case.json", "expected.npz")}
    model = import_files(files, Choice(architecture="pytorch-blitz"))
    spec, origin = model.spec, model.spec.origin
    assert origin is not None
    layout = origin.layout
    shape = spec.input_shape
    x = expected["input"].astype(np.float32)
    if x.ndim == 3 and x.shape != shape:
        x = x.transpose(2, 0, 1)
    ours = run(model, x.reshape(shape))
    tolerance = 1e-5 if len(spec.names) <= 60 else 1e-4
    by_name = {names[0]: name for name, names in origin.layers.items()}
    compared = set()
    for number, (name, _) in enumerate(told["layers"]):
        layer = by_name.get(name) or by_name.get(name.partition(":")[2])
        if layer is None:
            continue
        compared.add(name)
        if f"layer{number}" in expected:
            other = in_our_order(expected[f"layer{number}"], ours[layer].shape, layout)
            assert other is not None, name
            assert np.abs(ours[layer] - other).max() <= tolerance * max(np.abs(other).max(), 1e-30), name
        else:
            y = ours[layer].transpose(1, 2, 0) if ours[layer].ndim == 3 and layout == "hwc" else ours[layer]
            picked, stats = np.ascontiguousarray(y).ravel()[expected[f"at{number}"]], expected[f"stats{number}"]
            assert np.abs(picked - expected[f"values{number}"]).max() <= tolerance * np.abs(stats[2:]).max(), name
    into_others = {name for names in origin.layers.values() for name in names[1:]}
    left = [name for name, _ in told["layers"] if name not in compared and name.partition(":")[2] not in into_others]
    assert all(any(word in name.lower() for word in ("dropout", "pad", "reshape", "flatten")) for name in left), left
    assert spec.output is not None
    last = spec.names[-1 - len(spec.output.added)]
    out = expected["output"].ravel()
    assert np.abs(ours[last].ravel() - out[: ours[last].size]).max() <= tolerance * np.abs(out).max()


@pytest.mark.skipif(
    not DATA.is_dir(), reason="../shared/data is not here: real files of other people are not committed"
)
@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("two-inputs.onnx", ["wave_input (1,1,200)", "feat_input (1,7)", "one picture"]),
        ("decoder.onnx", ["output", "is a picture", "7 channels"]),
        ("lstm.h5", ["lstm", "LSTM", "convolutions"]),
        ("weights-missing.onnx", ["mnist.onnx.data", "external_data=False"]),
        ("weights-only.h5", ["weights only", "model.save(…)"]),
        ("lfs-pointer.keras", ["pointer of Git LFS", "git lfs pull"]),
        ("truncated.onnx", ["cut short"]),
        ("shape-bomb.onnx", ["more than"]),
    ],
)
def test_what_cannot_be_shown_is_refused_with_what_helps(file: str, words: list[str]) -> None:
    path = DATA / "models-refused" / file
    with pytest.raises(EngineError) as caught:
        import_files({file: Path(path).read_bytes()})
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert content.format_of(path.read_bytes()) != "unknown"
