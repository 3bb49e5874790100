"""Readers give exactly what the packages of those who wrote the formats give."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files import content, hdf5, keras, torch
from cnn_loupe.engine.files.foreign import ForeignGraph
from tests.engine.files import made


def read(files: dict[str, bytes]) -> ForeignGraph:
    found = content.unpacked(files)
    name, kind = content.model_in(found)
    return content.read(name, kind, found)


@pytest.mark.parametrize("external", [False, True])
def test_onnx_gives_every_node_and_tensor_as_the_onnx_package_does(external: bool, tmp_path: Path) -> None:
    files = made.onnx_model(external=external)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    model, graph = onnx.load(tmp_path / "net.onnx"), read(files)
    assert [(n.op, n.inputs, n.outputs) for n in graph.nodes] == [
        (n.op_type, tuple(n.input), tuple(n.output)) for n in model.graph.node
    ]
    for node, other in zip(graph.nodes, model.graph.node, strict=True):
        assert dict(node.attributes) == {a.name: onnx.helper.get_attribute_value(a) for a in other.attribute}
    for tensor in model.graph.initializer:
        np.testing.assert_array_equal(graph.constants[tensor.name], onnx.numpy_helper.to_array(tensor))
    assert (graph.version, graph.producer) == (17, "here")
    assert [(v.name, v.shape) for v in graph.inputs] == [("picture", (None, 3, 8, 8))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int64, np.int32, np.uint8, np.bool_])
def test_onnx_reads_numbers_of_every_kind_packed_and_raw(dtype: Any) -> None:
    array = np.array([[0, 1, 2], [3, 1, 0]]).astype(dtype)
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    listed = onnx.helper.make_tensor("t", kind, array.shape, array.ravel().tolist())
    for tensor in (listed, onnx.numpy_helper.from_array(array, "t")):
        graph = onnx.helper.make_graph([onnx.helper.make_node("Relu", ["x"], ["y"])], "g", [], [], [tensor])
        found = read({"m.onnx": onnx.helper.make_model(graph).SerializeToString()})
        np.testing.assert_array_equal(found.constants["t"], array)
        assert found.constants["t"].dtype == dtype


arrays = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int32, np.int64, np.uint8]),
    hnp.array_shapes(min_dims=0, max_dims=3, max_side=9),
)
layouts = st.sampled_from(["contiguous", "chunked", "gzip", "gzip shuffle", "fletcher"])


@given(st.lists(st.tuples(arrays, layouts), min_size=1, max_size=12), st.sampled_from(["earliest", "latest"]))
@settings(max_examples=60)
def test_hdf5_gives_what_h5py_gives(datasets: list[tuple[Any, str]], version: str) -> None:
    out = io.BytesIO()
    with h5py.File(out, "w", libver=version) as file:
        for number, (array, layout) in enumerate(datasets):
            options: dict[str, Any] = {}
            if array.ndim and array.size and layout != "contiguous":
                options["chunks"] = tuple(max(1, side // 2) for side in array.shape)
                options |= {"compression": "gzip"} if "gzip" in layout else {}
                options |= {"shuffle": True} if "shuffle" in layout else {}
                options |= {"fletcher32": True} if layout == "fletcher" else {}
            made_here = file.create_dataset(f"group {number % 3}/data {number}", data=array, **options)
            made_here.attrs["text"], made_here.attrs["number"], made_here.attrs["names"] = (
                "größer",
                7,
                ["a", "bc"],
            )
    try:
        found = hdf5.File("t.h5", out.getvalue())
        for number, (array, _) in enumerate(datasets):
            dataset = found[f"group {number % 3}/data {number}"]
            assert isinstance(dataset, hdf5.Dataset)
            np.testing.assert_array_equal(dataset.read(), array)
            assert dataset.attributes["text"] == "größer"
            assert dataset.attributes["number"] == 7
            assert list(dataset.attributes["names"]) == ["a", "bc"]
    except FileError as error:
        # What the newest layout stores differently is refused, never read wrongly.
        assert version == "latest"
        assert error.code == "file_storage_unknown"


@pytest.mark.parametrize("kind", ["external storage", "external link", "soft link"])
def test_hdf5_never_follows_what_points_elsewhere(kind: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"a secret of this machine")
    path = tmp_path / "evil.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(made.keras_config())
        group = file.create_group("model_weights/first")
        if kind == "external storage":
            group.create_dataset("first/kernel:0", (4,), "u1", external=[(str(tmp_path / "secret"), 0, 4)])
        elif kind == "external link":
            group["first/kernel:0"] = h5py.ExternalLink(str(tmp_path / "secret"), "/x")
        else:
            group["first/kernel:0"] = h5py.SoftLink("/model_weights")
    with pytest.raises(FileError) as caught:
        keras.read_h5("evil.h5", {"evil.h5": path.read_bytes()})
    assert caught.value.code == "file_points_elsewhere"


@pytest.mark.parametrize("form", ["h5", "keras", "tfjs", "keras called h5"])
def test_keras_models_give_the_same_layers_and_weights_from_every_container(form: str) -> None:
    files = {
        "h5": {"net.h5": made.h5_model()},
        "keras": {"net.keras": made.keras_archive()},
        "tfjs": made.tfjs_model(),
        "keras called h5": {"net.keras": made.h5_model()},
    }[form]
    graph = read(files)
    assert [(n.op, n.name) for n in graph.nodes] == [(kind, config["name"]) for kind, config, _ in made.LAYERS]
    assert [v.shape for v in graph.inputs] == [(None, 8, 8, 3)]
    for node, (_, _, arrays_there) in zip(graph.nodes, made.LAYERS, strict=True):
        assert set(node.attributes["weights"]) == set(arrays_there)
        for key, array in arrays_there.items():
            np.testing.assert_array_equal(graph.constants[node.attributes["weights"][key]], array)


def test_quantised_weights_of_tensorflow_js_are_spread_again() -> None:
    graph = read(made.tfjs_model(quantised=True))
    for _, config, arrays_there in made.LAYERS:
        for key, array in arrays_there.items():
            step = (array.max() - array.min()) / 255
            assert np.abs(graph.constants[f"{config['name']}/{key}"] - array).max() <= step / 2 + 1e-6


def test_pytorch_gives_tensors_and_calls_nothing() -> None:
    found = torch.read("net.pth", {"net.pth": made.torch_archive(made.BLITZ)})
    assert list(found) == list(made.BLITZ)
    for name, array in made.BLITZ.items():
        np.testing.assert_array_equal(found[name], array)


class Bomb:
    def __reduce__(self) -> Any:
        return print, ("this would be a program of the file's",)


def test_a_pickle_that_calls_something_stays_data(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x/data.pkl", pickle.dumps({"conv.weight": Bomb()}, protocol=2))
    found = torch.read("x.pt", {"x.pt": out.getvalue()})
    assert isinstance(found["conv.weight"], torch.Instance)
    assert found["conv.weight"].kind.name == "print"
    assert capsys.readouterr().out == ""


def refusal(files: dict[str, bytes]) -> FileError:
    with pytest.raises(FileError) as caught:
        read(files)
    return caught.value


def test_refusals_name_the_file_the_rule_and_the_remedy() -> None:
    whole = made.onnx_model()["net.onnx"]
    assert refusal({"net.onnx": whole[: len(whole) // 2]}).code == "file_cut_short"
    missing = refusal({"net.onnx": made.onnx_model(external=True)["net.onnx"]})
    assert missing.code == "file_needs_another"
    assert "net.onnx.data" in str(missing)
    assert "external_data=False" in str(missing)
    pointer = refusal({"m.keras": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"})
    assert pointer.code == "file_is_pointer"
    assert "git lfs pull" in str(pointer)
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        file.attrs["layer_names"] = ["a"]
    assert refusal({"w.h5": out.getvalue()}).code == "file_weights_only"
    assert refusal({"a.txt": b"cat\ndog\n"}).code == "file_no_model"
    two = refusal({"a.h5": made.h5_model(), **made.onnx_model()})
    assert two.code == "files_several_models"


def test_a_shape_that_asks_for_terabytes_is_refused_before_memory_is_asked_for() -> None:
    tensor = onnx.TensorProto(name="w", data_type=1, dims=[1_000_000, 1_000_000], raw_data=b"1234")
    graph = onnx.helper.make_graph([onnx.helper.make_node("Relu", ["x"], ["y"])], "g", [], [], [tensor])
    error = refusal({"bomb.onnx": onnx.helper.make_model(graph).SerializeToString()})
    assert error.code == "file_tensors_too_large"
    assert "1000000×1000000" in str(error)


def test_a_weight_that_is_not_finite_is_named_with_its_place() -> None:
    bad = made.normal(4)
    bad[2] = np.nan
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["x"], ["y"])],
        "g",
        [],
        [],
        [onnx.numpy_helper.from_array(bad, "conv.bias")],
    )
    error = refusal({"nan.onnx": onnx.helper.make_model(graph).SerializeToString()})
    assert error.code == "file_not_finite"
    assert error.params["tensor"] == "conv.bias"
    assert error.params["at"] == [2]


def test_an_archive_is_unpacked_once_and_what_systems_add_to_it_is_left_out() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("converted_keras/keras_model.h5", made.h5_model())
        archive.writestr("converted_keras/labels.txt", "0 Paper\n1 Rock\n2 Scissors\n")
        archive.writestr("__MACOSX/converted_keras/._keras_model.h5", b"\0" * 40)
        archive.writestr(".DS_Store", b"\0" * 40)
    found = content.unpacked({"converted_keras.zip": out.getvalue()})
    assert set(found) == {"keras_model.h5", "labels.txt"}
    assert content.model_in(found) == ("keras_model.h5", "h5")


def test_a_zip_that_would_unpack_to_gigabytes_is_refused_by_its_directory() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("keras_model.h5", b"\0" * 300_000_000)
    with pytest.raises(FileError) as caught:
        content.unpacked({"bomb.zip": out.getvalue()})
    assert caught.value.code == "file_unpacks_too_large"
