"""Is it the same network? Its own runtime, or numbers that a person's framework wrote, beside ours.

ONNX Runtime computes every value of an ONNX file: the extra `check` installs it. For every other format a person's
own framework writes expected.npz with the lines of `snippet`.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import REAL, Array, shape_text
from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files.bounded import Archive, Buffer
from cnn_loupe.engine.files.foreign import Files, damaged, finite, short
from cnn_loupe.engine.files.protobuf import BYTES, VARINT, fields
from cnn_loupe.engine.spec import ModelSpec

LARGEST_RATIO_OF_MAPS = 2000  # unpacked to packed: maps behind a ReLU can be all zeros


@dataclass(frozen=True)
class Difference:
    """The largest difference in one layer, as a share of the layer's largest value."""

    layer: str
    name: str  # in the file
    share: float


@dataclass(frozen=True)
class Comparison:
    """Differences layer by layer, and each score of the file's own output: theirs, ours."""

    layers: list[Difference]
    scores: list[tuple[float, float]]

    @property
    def largest(self) -> Difference:
        return max(self.layers, key=lambda difference: difference.share)


def in_our_order(values: np.ndarray[Any, Any], shape: tuple[int, ...], layout: str) -> Array | None:
    """A value of the file as ours: maps (C, H, W), vectors (N,). None where the numbers are not as many.

    layout "hwc" says that the file keeps maps as rows, columns, channels; it decides where the sides do not (files
    that were translated from TensorFlow to ONNX have maps of both kinds).
    """
    array = np.asarray(values, np.float32)
    array = array.reshape(array.shape[1:] if array.ndim == len(shape) + 1 and array.shape[0] == 1 else array.shape)
    if array.size != int(np.prod(shape)):
        return None
    last = len(shape) == 3 and list(array.shape) == [*shape[1:], shape[0]]  # channels last
    if last and (layout == "hwc" or list(array.shape) != list(shape)):
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
        if name is not None and (other := in_our_order(theirs[name], ours[layer].shape, origin.layout)) is not None:
            found.append(Difference(layer, name, _share(ours[layer], other)))
    return found


def _share(ours: Array, theirs: Array) -> float:
    largest = float(np.abs(theirs).max()) or 1.0
    return float(np.abs(ours - theirs).max()) / largest


def output_of(spec: ModelSpec) -> str:
    """The layer that gives what the file itself answers with: the last one that was not added here."""
    added = set(spec.output.added) if spec.output else set()
    return next((name for name in reversed(spec.names) if name not in added), spec.names[-1])


def read_expected(file: str, data: bytes) -> dict[str, Array]:
    """The arrays of an .npz file by name, float32, within bounds. Raises FileError.

    numpy.load makes room for what a header announces before it has seen that the numbers are there.
    """
    found: dict[str, Array] = {}
    archive = Archive(file, data, ratio=LARGEST_RATIO_OF_MAPS)
    for member in archive.names:
        if member.endswith(".npy"):
            found[member.removesuffix(".npy")] = _array(file, member, archive.read(member))
    return found


def _array(file: str, member: str, data: bytes) -> Array:
    stream = io.BytesIO(data)
    try:
        form = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if form == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_columns, dtype = read(stream, max_header_size=10_000)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise damaged(file, f"{short(member)} is no array of NumPy") from error
    count = math.prod(shape)
    if dtype.kind not in REAL or len(data) - stream.tell() != count * dtype.itemsize:
        raise damaged(file, f"{short(member)} holds no numbers, or others than it announces")
    with np.errstate(over="ignore", invalid="ignore"):
        array = np.frombuffer(data, dtype, count, stream.tell()).astype(np.float32)
    return finite(file, member, array.reshape(shape, order="F" if by_columns else "C"))


def compare(spec: ModelSpec, run: Callable[[Array], Mapping[str, Array]], arrays: Mapping[str, Array]) -> Comparison:
    """What a person's framework computed beside what `run` computes for the same input.

    `arrays` holds `input`, and `output` or values under the names that layers have in the file. Raises FileError.
    """
    layout = spec.origin.layout if spec.origin else "chw"
    if "input" not in arrays:
        raise FileError("expected_without_input", "expected.npz has no array called input; write it with the two lines")
    x = in_our_order(arrays["input"], spec.input_shape, layout)
    if x is None:
        raise FileError(
            "expected_input_shape",
            f"the input in expected.npz has the shape {list(arrays['input'].shape)} and the network takes "
            f"{shape_text(spec.input_shape)}",
            found=list(arrays["input"].shape),
            expected=list(spec.input_shape),
        )
    ours = run(x)
    found = differences(spec, ours, {name: array for name, array in arrays.items() if name != "input"})
    last, scores = output_of(spec), []
    theirs = None
    if "output" in arrays:
        theirs = in_our_order(arrays["output"], ours[last].shape, layout)
    else:
        theirs = next((in_our_order(arrays[d.name], ours[last].shape, layout) for d in found if d.layer == last), None)
    if theirs is not None:
        scores = [(float(a), float(b)) for a, b in zip(theirs.ravel(), ours[last].ravel(), strict=True)]
        if all(difference.layer != last for difference in found):
            found.append(Difference(last, "output", _share(ours[last], theirs)))
    if not found:
        raise FileError(
            "expected_nothing_known",
            f"expected.npz holds no output of {len(ours[last])} values and no layer of the file: "
            f"{', '.join(short(name, 30) for name in list(arrays)[:8])}",
            names=[short(name, 30) for name in list(arrays)[:8]],
        )
    return Comparison(found, scores)


def runtime_version() -> str | None:
    """The version of ONNX Runtime; None where it is not installed. It is not imported for that."""
    try:
        return version("onnxruntime")
    except PackageNotFoundError:
        return None


def onnx_values(file: str, files: Files, names: Sequence[str], x: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Every value of these names as ONNX Runtime computes it, without its optimisations. Nothing is written to disk.

    Protobuf merges a message that stands twice, so the values become outputs by writing a second graph behind the
    file. Raises FileError where ONNX Runtime is not installed, or does not run the file.
    """
    onnxruntime = _runtime()
    extra = b"".join(_field(12, _field(1, name.encode())) for name in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        model = in_one(file, files) + _field(7, extra)
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
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


def _runtime() -> Any:
    """ONNX Runtime, told before it is loaded to send nothing.

    Since 1.32 it reports its use to Microsoft otherwise, and keeps what it has not yet reported in a database in the
    home folder.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError:
        raise FileError(
            "check_not_installed", 'ONNX Runtime is not installed; pip install "cnn-loupe[check]"'
        ) from None
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def in_one(file: str, files: Files) -> bytes:
    """An ONNX file with the numbers in it that it keeps in files beside it."""
    data = files[file]
    if len(files) == 1:
        return data
    parts = [
        _field(7, _graph(file, files, content)) if number == 7 else _encoded(number, encoding, content)
        for number, encoding, content in fields(Buffer(file, data))
    ]
    return b"".join(parts)


def _graph(file: str, files: Files, graph: Any) -> bytes:
    return b"".join(
        _field(5, _tensor(file, files, content)) if number == 5 else _encoded(number, encoding, content)
        for number, encoding, content in fields(Buffer(file, graph))
    )


def _tensor(file: str, files: Files, tensor: Any) -> bytes:
    """A tensor; one that is kept elsewhere (field 14 is 1, field 13 says where) gets its bytes as field 9."""
    found = list(fields(Buffer(file, tensor)))
    if not any(number == 14 and content == 1 for number, _, content in found):
        return bytes(tensor)
    place: dict[str, str] = {}
    for number, _, content in found:
        if number == 13 and not isinstance(content, int):
            entry = {n: bytes(c).decode() for n, _, c in fields(Buffer(file, content)) if not isinstance(c, int)}
            place[entry.get(1, "")] = entry.get(2, "")
    data = files[place.get("location", "").replace("\\", "/").rsplit("/", 1)[-1]]
    start = int(place.get("offset") or 0)
    end = start + int(place["length"]) if place.get("length") else len(data)
    kept = b"".join(_encoded(*part) for part in found if part[0] not in (9, 13, 14))
    return kept + _field(9, data[start:end])


def _first(value: Any, batch: int) -> Any:
    """The first of a batch."""
    return value[0] if value.ndim and value.shape[0] == batch else value


def _encoded(number: int, encoding: int, content: Any) -> bytes:
    """A field as it was read."""
    if encoding == BYTES:
        return _field(number, bytes(content))
    return _varint(number << 3 | encoding) + (_varint(content) if encoding == VARINT else bytes(content))


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
