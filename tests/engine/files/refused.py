"""What people give that cannot be shown, each with a file made here, and the table of it in docs/own-models.md.

`python -m tests.engine.files.refused` writes the table anew; a test compares it with what the importer says.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from cnn_loupe.engine.errors import EngineError
from cnn_loupe.engine.importing.model import ImportFailed, import_files
from tests.conftest import ROOT
from tests.engine.files import made
from tests.engine.files.made import normal

DOCUMENT = ROOT / "docs/own-models.md"
HEAD = "| file | sentence |\n|---|---|\n"

Files = Mapping[str, bytes]


def onnx_of(
    nodes: list[Any], constants: Mapping[str, Any], inputs: Mapping[str, list[Any]], output: list[Any] | None = None
) -> bytes:
    """An ONNX file whose output is `y`."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, output)],
        [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in constants.items()],
    )
    return bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())


def sequential(*layers: tuple[str, dict[str, Any]]) -> bytes:
    """A `.keras` of layers without weights."""
    entries: list[dict[str, Any]] = [
        {"class_name": kind, "config": {"name": kind.lower(), **settings}} for kind, settings in layers
    ]
    entries[0]["config"].setdefault("batch_input_shape", [None, 8, 8, 3])
    return made.keras_zip({"class_name": "Sequential", "config": {"name": "net", "layers": entries}}, {})


def h5_of(**attributes: Any) -> bytes:
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        file.attrs.update(attributes)
    return out.getvalue()


def h5_elsewhere() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.h5"
        with h5py.File(path, "w") as file:
            file.attrs["model_config"] = json.dumps(made.keras_config())
            group = file.create_group("model_weights/first")
            group.create_dataset("first/kernel:0", (4,), "u1", external=[(f"{folder}/secret", 0, 4)])
        return path.read_bytes()


def archive(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def conv(**more: Any) -> Any:
    return helper.make_node("Conv", ["x", "w"], ["y"], "conv1", **more)


def cases() -> dict[str, Files]:
    """What it is → the files."""
    external = made.onnx_model(external=True)["net.onnx"].replace(b"net.onnx.data", b"mod.onnx.data")
    whole = made.onnx_model()["net.onnx"]
    diverged = normal(4, 3, 3, 3)
    diverged[2, 0, 1, 1] = np.nan
    picture = {"x": [1, 3, 32, 32]}
    custom = {"module": "my_code", "class_name": "MyModel", "config": {}, "registered_name": "MyModel"}
    weights = {f"block.{i}.weight": normal(4, 4, 3, 3) for i in range(3)}
    return {
        "a pointer of Git LFS": {
            "m.keras": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 2453432\n"
        },
        "weights in a second file that is missing": {"mod.onnx": external},
        "Keras weights alone": {"w.h5": h5_of(layer_names=["a"])},
        "a Keras configuration without weights": {
            "m.keras": archive({"config.json": json.dumps(made.keras_config()).encode(), "metadata.json": b"{}"})
        },
        "a Keras model of a class of one's own": {"m.keras": made.keras_zip(custom, {})},
        "an HDF5 file of something else": {"data.h5": h5_of(title="measurements")},
        "PyTorch weights of an unknown network": {"m.pth": made.torch_archive(weights)},
        "TorchScript": {"m.pt": archive({"m/data.pkl": b"\x80\x02}q\x00.", "m/code/net.py": b""})},
        "safetensors alone": {"model.safetensors": _safetensors()},
        "two inputs": {
            "m.onnx": onnx_of([helper.make_node("Add", ["x", "z"], ["y"])], {}, {"x": [1, 3, 32, 32], "z": [1, 7]})
        },
        "no picture but a row of numbers": {
            "m.onnx": onnx_of([helper.make_node("Gemm", ["x", "w"], ["y"])], {"w": normal(30, 4)}, {"x": ["N", 30]})
        },
        "an answer that is a picture": {
            "m.onnx": onnx_of([conv(pads=[1, 1, 1, 1])], {"w": normal(7, 3, 3, 3)}, picture, [1, 7, 32, 32])
        },
        "recurrent layers": {"m.keras": sequential(("LSTM", {"name": "lstm", "units": 4}))},
        "attention": {
            "m.onnx": onnx_of(
                [helper.make_node("Einsum", ["x"], ["y"], "attn", equation="nchw->nc")], {}, picture, [1, 3]
            )
        },
        "attention to places (CBAM)": {
            "m.onnx": onnx_of(
                [
                    helper.make_node("ReduceMax", ["x"], ["m"], "max", axes=[1], keepdims=1),
                    helper.make_node("Mul", ["x", "m"], ["p"], "places"),
                    helper.make_node("GlobalAveragePool", ["p"], ["y"], "pool"),
                ],
                {},
                picture,
                [1, 3, 1, 1],
            )
        },
        "a normalisation over rows alone": {
            "m.keras": sequential(
                ("LayerNormalization", {"name": "rows", "axis": [2], "scale": False, "center": False})
            )
        },
        "Lambda": {"m.keras": sequential(("Lambda", {"name": "rescale_it"}))},
        "pictures resized inside": {"m.keras": sequential(("Resizing", {"name": "resize", "height": 4, "width": 4}))},
        "a window of three dimensions": {"m.keras": sequential(("Conv3D", {"name": "c", "filters": 2}))},
        "a joint of values of different sides": {
            "m.onnx": onnx_of(
                [
                    helper.make_node("Conv", ["x", "w"], ["a"], "a"),
                    helper.make_node("Conv", ["x", "w"], ["b"], "b", strides=[2, 2]),
                    helper.make_node("Add", ["a", "b"], ["y"], "sum"),
                ],
                {"w": normal(3, 3, 3, 3)},
                picture,
            )
        },
        "a weight that is not finite": {"m.onnx": onnx_of([conv()], {"w": diverged}, picture)},
        "half a file": {"m.onnx": whole[: len(whole) // 2]},
        "a tensor larger than memory": {
            "m.onnx": bytes(
                helper.make_model(
                    helper.make_graph(
                        [helper.make_node("Relu", ["x"], ["y"])],
                        "g",
                        [],
                        [],
                        [TensorProto(name="w", data_type=1, dims=[1_000_000, 1_000_000], raw_data=b"1234")],
                    )
                ).SerializeToString()
            )
        },
        "data in another file of the reading computer": {"m.h5": h5_elsewhere()},
        "an archive that unpacks to gigabytes": {"m.zip": archive({"keras_model.h5": b"\0" * 300_000_000})},
        "two networks at once": {"a.h5": made.h5_model(), "b.onnx": whole},
        "no network": {"notes.txt": b"cat\ndog\n"},
    }


def _safetensors() -> bytes:
    head = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return len(head).to_bytes(8, "little") + head + b"\0" * 4


def problem_of(files: Files) -> EngineError:
    """What is said first."""
    try:
        import_files(files)
    except ImportFailed as error:
        return error.problems[0]
    except EngineError as error:
        return error
    raise AssertionError(f"{', '.join(files)} was imported")


def table() -> str:
    rows = (f"| {what} | `{problem_of(files)}` |\n" for what, files in cases().items())
    return HEAD + "".join(rows)


def documented() -> str:
    """The table as the document has it."""
    found = re.search(re.escape(HEAD) + r"(?:\|.*\n)+", DOCUMENT.read_text("utf-8"))
    assert found is not None
    return found[0]


if __name__ == "__main__":
    DOCUMENT.write_text(DOCUMENT.read_text("utf-8").replace(documented(), table()), "utf-8")
