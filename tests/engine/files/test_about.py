"""Licence and author, wherever a file says them; and the lines of a person's framework that write expected.npz."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import onnx
import pytest

from cnn_loupe.engine.importing.around import Choice
from cnn_loupe.engine.importing.model import Imported, import_files
from cnn_loupe.engine.importing.proof import compare, read_expected
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from tests.engine.files import made


def onnx_with_licence() -> dict[str, bytes]:
    model = onnx.load_from_string(made.onnx_model()["net.onnx"])
    onnx.helper.set_model_props(model, {"license": "CC-BY-4.0", "author": "A. Person"})
    return {"net.onnx": model.SerializeToString()}


def h5_with_licence() -> dict[str, bytes]:
    stream = io.BytesIO(made.h5_model())
    with h5py.File(stream, "a") as file:
        file.attrs["license"] = "CC-BY-4.0"
        file.attrs["author"] = "A. Person"
    return {"net.h5": stream.getvalue()}


def keras_with_licence() -> dict[str, bytes]:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made.keras_archive())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "metadata.json":
                data = json.dumps({**json.loads(data), "license": "CC-BY-4.0", "author": "A. Person"}).encode()
            new.writestr(name, data)
    return {"net.keras": out.getvalue()}


def tfjs_with_licence() -> dict[str, bytes]:
    files = made.tfjs_model()
    said = {**json.loads(files["model.json"]), "license": "CC-BY-4.0", "userDefinedMetadata": {"author": "A. Person"}}
    return {**files, "model.json": json.dumps(said).encode()}


def beside() -> dict[str, bytes]:
    return {
        **made.onnx_model(),
        "LICENSE": b"\nCC-BY-4.0\n\nThis work may be shared.\n",
        "metadata.json": b'{"author": "A. Person"}',
    }


SAYING = {
    "onnx": onnx_with_licence, "h5": h5_with_licence, "keras": keras_with_licence, "tfjs": tfjs_with_licence,
    "files beside it": beside,
}  # fmt: skip


@pytest.mark.parametrize("name", SAYING)
def test_licence_and_author_are_told_in_report_and_description(name: str) -> None:
    model = import_files(SAYING[name]())
    assert (model.report.licence, model.report.author) == ("CC-BY-4.0", "A. Person")
    origin = model.spec.origin
    assert origin is not None
    assert (origin.licence, origin.author) == ("CC-BY-4.0", "A. Person")
    assert ModelSpec.from_json(json.loads(json.dumps(model.description))).origin == origin
    assert "licence" not in import_files(made.onnx_model()).description["origin"]


def written(model: Imported, folder: Path, before: str = "") -> bytes:
    """expected.npz, as the lines of the report write it."""
    assert model.report.snippet is not None
    done = subprocess.run(
        [sys.executable, "-c", before + model.report.snippet], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return (folder / "expected.npz").read_bytes()


def test_the_lines_for_onnx_write_what_agrees(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `check` is not installed")
    files = made.onnx_model(external=True)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    model = import_files(files)
    arrays = read_expected("expected.npz", written(model, tmp_path))
    network = Network(model.spec, model.parameters)
    found = compare(model.spec, lambda x: network.run(x).activations, arrays)
    assert found.largest.share < 1e-5
    assert len(found.scores) == 5
    assert float(np.ptp(arrays["input"])) > 0.5  # not one value everywhere


@pytest.mark.parametrize("name", sorted(made.every_file()))
def test_the_lines_are_two_and_name_the_file(name: str) -> None:
    files = made.every_file()[name]
    model = import_files(files, Choice(architecture="pytorch-blitz"))
    assert model.report.snippet is not None
    compile(model.report.snippet, "snippet", "exec")
    assert model.report.snippet.count("\n") == 1
    assert "expected.npz" in model.report.snippet
    main = next(file for file in files if not file.endswith((".data", ".bin")))
    assert (repr(main) in model.report.snippet) != name.startswith("torch")  # there the model is loaded already
