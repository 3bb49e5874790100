"""PyTorch: whole `nn.Sequential` modules as they were saved, and state dicts with an architecture beside them.

A state dict names weights and says nothing of what happens between them. The networks of the usual tutorials are known
by the names and shapes of their weights and are offered, never taken silently: `architecture` says which one is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files import content
from cnn_loupe.engine.files.foreign import Files, ForeignGraph, ForeignNode, ForeignValue, short
from cnn_loupe.engine.files.torch import Instance

EXPORT = 'torch.onnx.export(model.eval(), (torch.zeros(1, 3, 32, 32),), "model.onnx", external_data=False)'

Tensors = Mapping[str, np.ndarray[Any, Any]]
Steps = Sequence[tuple[str, str, Mapping[str, Any]]]  # operation of ONNX, name of the module, attributes


def graph_of(file: str, files: Files, architecture: str | None) -> ForeignGraph:
    """The network in the words of ONNX, whose operators PyTorch's modules have."""
    value = content.read_torch(file, files)
    if isinstance(value, Instance):
        return _sequential(file, value)
    tensors = _state(value)
    if not tensors:
        raise FileError(
            "file_torch_no_weights",
            f"{short(file)} holds no weights of a network; save model.state_dict() or export it to ONNX",
            file=short(file),
        )
    known = {name: steps for name, make in ARCHITECTURES.items() if (steps := make(tensors)) is not None}
    if architecture in known:
        shape, found = known[architecture]
        return _graph(found, tensors, shape)
    likely = f"it looks like {', '.join(known)}: choose that if it is; otherwise " if known else ""
    first = short(next(iter(tensors)))
    raise FileError(
        "file_torch_weights_only",
        f"{short(file)} holds weights ({len(tensors)} tensors, such as {first}) and not what happens between them; "
        f"{likely}export the network: {EXPORT}",
        file=short(file),
        count=len(tensors),
        tensor=first,
        architectures=list(known),
        export=EXPORT,
    )


def _state(value: Any) -> dict[str, np.ndarray[Any, Any]]:
    """The weights by name; checkpoints keep them under a key of their own."""
    if not isinstance(value, dict):
        return {}
    for key in ("state_dict", "model_state_dict", "model", "net", "weights"):
        if isinstance(value.get(key), dict):
            return _state(value[key])
    found = {
        str(name).removeprefix("module."): tensor for name, tensor in value.items() if isinstance(tensor, np.ndarray)
    }
    return found if len(found) * 2 > len(value) else {}


# Whole modules


def _sequential(file: str, module: Instance) -> ForeignGraph:
    steps: list[tuple[str, str, Mapping[str, Any]]] = []
    tensors: dict[str, np.ndarray[Any, Any]] = {}
    _walk(file, module, "", steps, tensors)
    shape = _first_shape(steps, tensors)
    if shape is None:
        raise FileError(
            "file_torch_input_unknown",
            f"{short(file)}: the height and width of its pictures cannot be told from its weights; export it to ONNX",
            file=short(file),
        )
    return _graph(steps, tensors, shape)


def _walk(
    file: str,
    module: Any,
    prefix: str,
    steps: list[tuple[str, str, Mapping[str, Any]]],
    tensors: dict[str, Any],
) -> None:
    if not isinstance(module, Instance) or not isinstance(module.state, dict):
        raise FileError(
            "file_damaged",
            f"{short(file)} is damaged: a module without state; save or download it again",
            file=short(file),
            what="a module",
        )
    kind, state = module.kind.name, module.state
    own = f"{prefix}" or kind.lower()
    for table in ("_parameters", "_buffers"):
        for key, tensor in (state.get(table) or {}).items():
            if isinstance(tensor, np.ndarray):
                tensors[f"{own}.{key}"] = tensor
    if kind == "Sequential":
        for key, inner in (state.get("_modules") or {}).items():
            _walk(file, inner, f"{prefix}.{key}" if prefix else str(key), steps, tensors)
        return
    make = _MODULES.get(kind)
    if make is None:
        raise FileError(
            "file_torch_module_unknown",
            f"{short(file)}: the module {short(own)} is a {short(kind)}, whose forward is Python code and is never "
            f"run; export the network: {EXPORT}",
            file=short(file),
            module=short(own),
            kind=short(kind),
        )
    op, attributes = make(state)
    steps.append((op, own, attributes))


def _two(value: Any) -> list[int]:
    """Rows and columns; 0 where the module takes its input's."""
    return [int(v or 0) for v in value] if isinstance(value, (tuple, list)) else [int(value or 0)] * 2


def _conv_attributes(s: Mapping[str, Any]) -> dict[str, Any]:
    pads = s.get("padding")
    if isinstance(pads, str):
        return {
            "strides": _two(s["stride"]),
            "dilations": _two(s["dilation"]),
            "group": int(s["groups"]),
            "auto_pad": "SAME_UPPER" if pads == "same" else "VALID",
        }
    return {
        "strides": _two(s["stride"]),
        "pads": _two(pads) * 2,
        "dilations": _two(s["dilation"]),
        "group": int(s["groups"]),
    }


def _transposed_attributes(s: Mapping[str, Any]) -> dict[str, Any]:
    return {**_conv_attributes(s), "output_padding": _two(s.get("output_padding", 0))}


def _pool_attributes(s: Mapping[str, Any]) -> dict[str, Any]:
    window = _two(s["kernel_size"])
    return {
        "kernel_shape": window,
        "strides": window if s.get("stride") is None else _two(s["stride"]),
        "pads": _two(s.get("padding", 0)) * 2,
        "ceil_mode": int(bool(s.get("ceil_mode"))),
        "count_include_pad": int(bool(s.get("count_include_pad", True))),
    }


def _adaptive(s: Mapping[str, Any], word: str) -> str:
    """One number a map is a global pooling; any other size has no operator, and is refused by its own name."""
    return f"Global{word}Pool" if _two(s.get("output_size")) == [1, 1] else f"Adaptive{word}Pool"


_MODULES: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, dict[str, Any]]]] = {
    "Conv2d": lambda s: ("Conv", _conv_attributes(s)),
    "ConvTranspose2d": lambda s: ("ConvTranspose", _transposed_attributes(s)),
    "Linear": lambda s: ("Gemm", {"transB": 1}),
    "BatchNorm2d": lambda s: ("BatchNormalization", {"epsilon": float(s.get("eps", 1e-5))}),
    "BatchNorm1d": lambda s: ("BatchNormalization", {"epsilon": float(s.get("eps", 1e-5))}),
    "GroupNorm": lambda s: ("GroupNormalization", {"num_groups": int(s["num_groups"]), "epsilon": float(s["eps"])}),
    "InstanceNorm2d": lambda s: ("InstanceNormalization", {"epsilon": float(s.get("eps", 1e-5))}),
    "LayerNorm": lambda s: (
        "LayerNormalization",
        {"axis": -len(s["normalized_shape"]), "epsilon": float(s.get("eps", 1e-5))},
    ),
    "MaxPool2d": lambda s: ("MaxPool", _pool_attributes(s)),
    "AvgPool2d": lambda s: ("AveragePool", _pool_attributes(s)),
    "AdaptiveAvgPool2d": lambda s: (_adaptive(s, "Average"), {}),
    "AdaptiveMaxPool2d": lambda s: (_adaptive(s, "Max"), {}),
    "ReLU": lambda s: ("Relu", {}),
    "ReLU6": lambda s: ("Clip", {"min": 0.0, "max": 6.0}),
    "LeakyReLU": lambda s: ("LeakyRelu", {"alpha": float(s.get("negative_slope", 0.01))}),
    "ELU": lambda s: ("Elu", {"alpha": float(s.get("alpha", 1.0))}),
    "SELU": lambda s: ("Selu", {}),
    "CELU": lambda s: ("Celu", {"alpha": float(s.get("alpha", 1.0))}),
    "PReLU": lambda s: ("PRelu", {}),
    "Hardsigmoid": lambda s: ("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
    "Hardtanh": lambda s: ("Clip", {"min": float(s.get("min_val", -1.0)), "max": float(s.get("max_val", 1.0))}),
    "Sigmoid": lambda s: ("Sigmoid", {}),
    "Tanh": lambda s: ("Tanh", {}),
    "SiLU": lambda s: ("Swish", {}),
    "Hardswish": lambda s: ("HardSwish", {}),
    "GELU": lambda s: ("Gelu", {"approximate": str(s.get("approximate", "none"))}),
    "Softplus": lambda s: ("Softplus", {}),
    "Softmax": lambda s: ("Softmax", {}),
    "LogSoftmax": lambda s: ("LogSoftmax", {}),
    "Flatten": lambda s: ("Flatten", {"axis": int(s.get("start_dim", 1))}),
    "Dropout": lambda s: ("Dropout", {}),
    "Dropout2d": lambda s: ("Dropout", {}),
    "Identity": lambda s: ("Identity", {}),
}
_PARAMETERS = {
    "Conv": ("weight", "bias"),
    "ConvTranspose": ("weight", "bias"),
    "PRelu": ("weight",),
    "Gemm": ("weight", "bias"),
    "BatchNormalization": ("weight", "bias", "running_mean", "running_var"),
    **dict.fromkeys(("GroupNormalization", "InstanceNormalization", "LayerNormalization"), ("weight", "bias")),
}


def _graph(steps: Steps, tensors: Tensors, shape: tuple[int, ...]) -> ForeignGraph:
    nodes, value, constants = [], "input", dict(tensors)
    for position, (op, name, attributes) in enumerate(steps):
        if op == "InstanceNormalization" and f"{name}.running_mean" in tensors:  # what training has measured
            op = "BatchNormalization"
        keys = [f"{name}.{key}" for key in _PARAMETERS.get(op, ())]
        if op == "BatchNormalization":  # affine=False keeps no scale and shift
            count = tensors[keys[2]].shape
            constants.setdefault(keys[0], np.ones(count, np.float32))
            constants.setdefault(keys[1], np.zeros(count, np.float32))
        if op == "PRelu" and tensors[keys[0]].size > 1:  # ONNX meets the sides of a value from the end
            constants[keys[0]] = tensors[keys[0]].reshape(-1, 1, 1)
        inputs = [value, *(key for key in keys if key in constants)]
        value = name if position < len(steps) - 1 else "output"
        nodes.append(ForeignNode(op, name, tuple(inputs), (value,), attributes))
    return ForeignGraph(
        format="onnx", producer="PyTorch", version=0, nodes=nodes, inputs=[ForeignValue("input", shape)],
        outputs=[ForeignValue(value, None)], constants=constants,
    )  # fmt: skip


def _first_shape(steps: Steps, tensors: Tensors) -> tuple[int, ...] | None:
    """The picture's shape, from the first layer's channels and the first dense layer's inputs."""
    first = next((name for op, name, _ in steps if op in ("Conv", "Gemm")), None)
    if first is None:
        return None
    kernel = tensors[f"{first}.weight"]
    if kernel.ndim == 2:
        return (1, kernel.shape[1])
    matches = [side for side in range(8, 257) if _features(steps, tensors, (kernel.shape[1], side, side))]
    usual = [side for side in (28, 32, 64, 224) if side in matches]
    side = (usual or matches or [0])[0]
    return (1, kernel.shape[1], side, side) if side else None


def _features(steps: Steps, tensors: Tensors, shape: tuple[int, int, int]) -> bool:
    """Whether the first dense layer gets as many numbers as it has weights for."""
    channels, rows, columns = shape
    for op, name, a in steps:
        if op == "Conv":
            kernel = tensors[f"{name}.weight"]
            channels = kernel.shape[0]
            sides = [
                (n + 2 * a.get("pads", [0] * 4)[i] - a.get("dilations", [1, 1])[i] * (kernel.shape[2 + i] - 1) - 1)
                // a.get("strides", [1, 1])[i]
                + 1
                for i, n in enumerate((rows, columns))
            ]
            rows, columns = sides
        elif op == "ConvTranspose":
            kernel, strides, dilations = tensors[f"{name}.weight"], a["strides"], a["dilations"]
            channels = kernel.shape[1] * a["group"]
            rows, columns = (
                (n - 1) * strides[i] - 2 * a["pads"][i] + dilations[i] * (kernel.shape[2 + i] - 1)
                + a["output_padding"][i] + 1
                for i, n in enumerate((rows, columns))
            )  # fmt: skip
        elif op in ("MaxPool", "AveragePool"):
            rows, columns = (
                (n + 2 * a["pads"][i] - a["kernel_shape"][i]) // a["strides"][i] + 1
                for i, n in enumerate((rows, columns))
            )
        elif op in ("GlobalAveragePool", "GlobalMaxPool"):
            rows = columns = 1
        elif op == "Gemm":
            return channels * rows * columns == tensors[f"{name}.weight"].shape[1] and rows > 0 and columns > 0
        if rows < 1 or columns < 1:
            return False
    return True


# The usual tutorials' networks

_POOL = {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [0] * 4}
_WORDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "conv": ("Conv", {}),
    "fc": ("Gemm", {"transB": 1}),
    "relu": ("Relu", {}),
    "pool": ("MaxPool", _POOL),
    "flatten": ("Flatten", {"axis": 1}),
    "log_softmax": ("LogSoftmax", {}),
}


def _tutorial(text: str) -> Callable[[Tensors], tuple[tuple[int, ...], Steps] | None]:
    """A network by the names of its steps in order; a name's letters say what it is."""

    def make(tensors: Tensors) -> tuple[tuple[int, ...], Steps] | None:
        names = text.split()
        if {name.rsplit(".", 1)[0] for name in tensors} != {n for n in names if n.startswith(("conv", "fc"))}:
            return None
        words = [_WORDS[name.rstrip("0123456789")] for name in names]
        steps = [(op, name, attributes) for name, (op, attributes) in zip(names, words, strict=True)]
        shape = _first_shape(steps, tensors)
        return None if shape is None else (shape, steps)

    return make


ARCHITECTURES: Mapping[str, Callable[[Tensors], tuple[tuple[int, ...], Steps] | None]] = {
    # PyTorch's 60-minute blitz
    "pytorch-blitz": _tutorial("conv1 relu1 pool1 conv2 relu2 pool2 flatten fc1 relu3 fc2 relu4 fc3"),
    # PyTorch's MNIST example, and the older one with a pool behind each convolution
    "pytorch-mnist": _tutorial("conv1 relu1 conv2 relu2 pool flatten fc1 relu3 fc2 log_softmax"),
    "pytorch-mnist-pools": _tutorial("conv1 relu1 pool1 conv2 relu2 pool2 flatten fc1 relu3 fc2"),
}
