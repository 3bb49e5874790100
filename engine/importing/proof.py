"""Is it the same network? Its own runtime, or numbers that a person's framework wrote, beside ours.

ONNX Runtime computes every value of an ONNX file: the extra `check` installs it. For every other format a person's
own framework writes expected.npz with the two lines of `SNIPPETS`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files.foreign import Files, short
from cnn_loupe.engine.spec import ModelSpec

SNIPPETS: Mapping[str, str] = {
    "keras": (
        "import numpy as np, keras; model = keras.models.load_model(FILE); x = np.random.rand(*model.input_shape[1:])\n"
        'np.savez("expected.npz", input=x, output=model(x[None].astype("float32"))[0])'
    ),
    "onnx": (
        "import numpy as np, onnxruntime as rt; s = rt.InferenceSession(FILE); i = s.get_inputs()[0]; "
        'x = np.random.rand(*[n if isinstance(n, int) else 1 for n in i.shape]).astype("float32")\n'
        'np.savez("expected.npz", input=x[0], output=s.run(None, {i.name: x})[0][0])'
    ),
    "torch": (
        "import numpy as np, torch; x = torch.rand(1, 3, 32, 32)\n"
        'np.savez("expected.npz", input=x[0], output=model.eval()(x)[0].detach())'
    ),
}


@dataclass(frozen=True)
class Difference:
    """The largest difference in one layer, as a share of the layer's largest value."""

    layer: str
    name: str  # in the file
    share: float


def in_our_order(values: np.ndarray[Any, Any], shape: tuple[int, ...], layout: str) -> Array | None:
    """A value of the file as ours: maps (C, H, W), vectors (N,). None where the numbers are not as many.

    layout "hwc" says that the file keeps maps as rows, columns, channels.
    """
    array = np.asarray(values, np.float32)
    array = array.reshape(array.shape[1:] if array.ndim == len(shape) + 1 and array.shape[0] == 1 else array.shape)
    if array.size != int(np.prod(shape)):
        return None
    if len(shape) == 3 and layout == "hwc" and list(array.shape) == [*shape[1:], shape[0]]:
        array = array.transpose(2, 0, 1)
    return np.ascontiguousarray(array.reshape(shape))


def differences(spec: ModelSpec, ours: Mapping[str, Array], theirs: Mapping[str, Any]) -> list[Difference]:
    """Layer by layer, for those whose name in the file is among `theirs`, in the network's order."""
    origin = spec.origin
    if origin is None:
        return []
    found = []
    for layer, names in origin.layers.items():
        name = next((n for n in names[:1] if n in theirs), None)
        if name is None:
            continue
        other = in_our_order(theirs[name], ours[layer].shape, origin.layout)
        if other is None:
            continue
        largest = float(np.abs(other).max()) or 1.0
        found.append(Difference(layer, name, float(np.abs(ours[layer] - other).max()) / largest))
    return found


def onnx_values(file: str, files: Files, names: list[str], x: np.ndarray[Any, Any]) -> dict[str, Any] | None:
    """Every value of these names as ONNX Runtime computes it, without its optimisations; None where it is not
    installed.

    Protobuf merges a message that stands twice, so the values become outputs by writing a second graph behind the file.
    """
    try:
        import onnxruntime
    except ImportError:
        return None
    extra = b"".join(_field(12, _field(1, name.encode())) for name in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data + _field(7, extra) if name == file else data)
        try:
            session = onnxruntime.InferenceSession(
                str(Path(folder) / file), options, providers=["CPUExecutionProvider"]
            )
            given = session.get_inputs()[0]
            shape = [side if isinstance(side, int) else 1 for side in given.shape]
            batch = np.broadcast_to(x.reshape(1, *shape[1:]), shape)
            outputs = [output.name for output in session.get_outputs()]
            found = session.run(outputs, {given.name: np.ascontiguousarray(batch, np.float32)})
        except Exception as error:  # ONNX Runtime has no common class of its errors
            raise FileError(
                "check_failed",
                f"ONNX Runtime cannot run {short(file)}: {short(str(error), 300)}",
                file=short(file),
                reason=short(str(error), 300),
            ) from error
    return {name: _first(value, shape[0]) for name, value in zip(outputs, found, strict=True)}


def _first(value: Any, batch: int) -> Any:
    """The first of a batch."""
    return value[0] if value.ndim and value.shape[0] == batch else value


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes in protobuf's wire format."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
