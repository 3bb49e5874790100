"""A person's own model by the API: brought in, described, run, refused, forgotten."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_loupe.engine.importing.around import Choice
from cnn_loupe.engine.importing.model import import_files
from cnn_loupe.engine.network import Network
from cnn_loupe.server import schemas
from cnn_loupe.server.app import create_app
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.conftest import ROOT
from tests.engine.files import made
from tests.own import DATA, TYPE, body, classifier


@pytest.fixture(scope="module")
def own() -> Iterator[Client]:
    """An application that takes people's own models."""
    with Client(create_app(Settings(own_models="on"))) as found:
        yield found


def bring(client: Client, files: dict[str, bytes], query: str = "", **choices: Any) -> Any:
    return client.post(f"/api/v1/own{query}", content=body(files, **choices), headers=TYPE)


def array(tensor: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(tensor["data"]), "<f4").reshape(tensor["shape"])


@pytest.mark.parametrize("name", sorted(made.every_file()))
def test_every_kind_of_file_is_brought_described_and_run(own: Client, name: str) -> None:
    files = made.every_file()[name]
    said = {}
    answer = bring(own, files)
    if answer.status_code == 422 and answer.json()["code"] == "file_torch_weights_only":
        # Weights alone: the answer says which networks they fit, and one of these is chosen.
        (architecture, *_) = answer.json()["params"]["architectures"]
        said = {"architecture": architecture}
        answer = bring(own, files, **said)
    assert answer.status_code == 200, answer.text
    told = schemas.OwnModel.model_validate(answer.json())
    assert told.id is not None
    assert re.fullmatch(r"own-[0-9a-f]{32}", told.id)
    description = own.get(f"/api/v1/models/{told.id}").json()
    assert description == answer.json()["description"]
    x = np.random.default_rng(0).uniform(0, 1, told.description.input.shape).astype(np.float32)
    run = own.post(
        f"/api/v1/models/{told.id}/runs",
        json={"input": {"shape": list(x.shape), "dtype": "float32", "data": base64.b64encode(x).decode()}},
    ).json()
    imported = import_files(files, Choice(**said))
    expected = Network(imported.spec, imported.parameters).run(x).activations
    assert [layer["name"] for layer in run["layers"]] == list(expected)
    for layer in run["layers"]:
        np.testing.assert_array_equal(array(layer["tensor"]), expected[layer["name"]])
    assert own.get(f"/api/v1/models/{told.id}/parameters").status_code == 200
    assert own.get(f"/api/v1/models/{told.id}/samples").json() == {"samples": []}
    assert told.id not in {model["id"] for model in own.get("/api/v1/models").json()["models"]}


def test_a_model_that_is_not_held_is_asked_for_anew(own: Client) -> None:
    gone = own.get("/api/v1/models/own-" + "0" * 32)
    assert gone.status_code == 404
    assert gone.json()["code"] == "own_model_gone"
    for call in ("parameters", "samples"):
        assert own.get(f"/api/v1/models/own-{'0' * 32}/{call}").json()["code"] == "own_model_gone"
    for call in ("runs", "lineup", "proof"):
        answer = own.post(f"/api/v1/models/own-{'0' * 32}/{call}", content=b"x")
        assert answer.json()["code"] == "own_model_gone", call


def test_inspecting_says_the_same_and_holds_nothing(own: Client) -> None:
    files = {"other.onnx": made.onnx_model()["net.onnx"]}
    looked = bring(own, files, "?inspect=1").json()
    assert looked["id"] is None
    name = looked["description"]["id"]
    assert own.get(f"/api/v1/models/{name}").json()["code"] == "own_model_gone"
    held = bring(own, files).json()
    assert held == {**looked, "id": name}


def test_the_id_follows_names_contents_and_choices_and_the_content_the_contents_alone(own: Client) -> None:
    data = made.onnx_model()["net.onnx"]
    first, again = (bring(own, {"a.onnx": data}).json() for _ in range(2))
    renamed = bring(own, {"b.onnx": data}).json()
    chosen = bring(own, {"a.onnx": data}, way="-1..1").json()
    assert first == again
    assert len({first["id"], renamed["id"], chosen["id"]}) == 3
    assert first["content"] == renamed["content"] == chosen["content"]
    assert first["description"]["title"]["en"] == "a.onnx"


def test_what_nobody_has_said_is_asked_and_no_more(own: Client) -> None:
    files = made.onnx_model()
    asked = bring(own, files).json()["questions"]
    assert [question["about"] for question in asked] == ["classes", "preparation", "fit"]
    assert asked[0]["count"] == 5
    assert asked[0]["source"] == "numbers"
    said = bring(own, files, classes=list("abcde"), way="imagenet", colour="bgr", fit="contain").json()
    assert said["questions"] == []
    assert [category["name"] for category in said["description"]["classes"]] == list("abcde")
    ready = said["description"]["input"]["preparation"]
    assert (ready["colour"], ready["fit"], ready["source"]) == ("bgr", "contain", "person")
    beside = bring(own, {**files, "labels.txt": b"0 a\n1 b\n2 c\n3 d\n4 e\n"}).json()
    assert beside["report"]["classes_source"] == "beside"


def test_all_problems_come_at_once(own: Client) -> None:
    """Each has a code with words, layer and operation, and the sentence says what to do."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("LSTM", ["x"], ["a"], "memory", hidden_size=3),
        helper.make_node("Einsum", ["x"], ["b"], "attend", equation="nchw->nc"),
        helper.make_node("NonZero", ["x"], ["c"], "places"),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("c", TensorProto.FLOAT, [1, 5])],
    )
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString()
    answer = bring(own, {"strange.onnx": data})
    assert answer.status_code == 422
    problem = schemas.Problem.model_validate(answer.json())
    assert problem.code == "import_failed"
    assert problem.problems is not None
    assert [found.params["operation"] for found in problem.problems] == ["LSTM", "Einsum", "NonZero"]
    words = json.loads((ROOT / "static/i18n/en/own.json").read_text("utf-8"))["own"]["problems"]
    for found in problem.problems:
        assert found.code in words
        assert "; " in found.detail  # what is wrong; what to do


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "own_body_malformed"),
        (b"\x00" * 8, "own_body_malformed"),
        ((2**60).to_bytes(8, "little") + b"{}", "own_body_malformed"),
        (body({}), "own_body_malformed"),
        (body({"x": b"abc"})[:-1], "own_body_malformed"),
        (body({"x": b"abc"}) + b"d", "own_body_malformed"),
        (body({"x": b"abc"}, colour="pink"), "own_choices_invalid"),
        (body({"x": b"abc"}, nothing=1), "own_choices_invalid"),
        (body({"x": b"\xff\xfe\x01 no model"}), "file_no_model"),
        (body({"x.keras": b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n"}), "file_is_pointer"),
    ],
)
def test_a_body_that_is_none_is_refused(own: Client, data: bytes, code: str) -> None:
    answer = own.post("/api/v1/own", content=data, headers=TYPE)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == code


def test_overlapping_files_cannot_make_much_of_little(own: Client) -> None:
    header = json.dumps(
        {f"f{i}": {"dtype": "U8", "shape": [100], "data_offsets": [0, 100]} for i in range(50)}
    ).encode()
    data = len(header).to_bytes(8, "little") + header + b"x" * 100
    assert own.post("/api/v1/own", content=data, headers=TYPE).json()["code"] == "own_body_malformed"


def test_what_a_person_says_wrongly_is_refused_with_the_rule(own: Client) -> None:
    files = made.onnx_model()
    few = bring(own, files, classes=["a", "b"]).json()
    assert (few["code"], few["params"]["found"], few["params"]["expected"]) == ("import_classes", 2, 5)
    for preparation in ({"std": [0.0] * 3}, {"colour": "grey"}, {"mean": [1.0]}, {"pad": 1}):
        answer = bring(own, files, preparation=preparation)
        assert (answer.status_code, answer.json()["code"]) == (422, "import_preparation"), preparation


def test_another_type_of_body_is_refused_so_that_no_form_can_send_one(own: Client) -> None:
    for sent in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = own.post("/api/v1/own", content=body(made.onnx_model()), headers={"Content-Type": sent})
        assert (answer.status_code, answer.json()["code"]) == (415, "own_body_type")


@pytest.mark.parametrize(
    ("setting", "code", "status"),
    [
        ("max_model_bytes", "own_too_large", 413),
        ("max_multiply_adds", "own_too_much_work", 422),
        ("max_activations", "own_too_much_work", 422),
    ],
)
def test_limits_are_settings_and_refusals_name_them(setting: str, code: str, status: int) -> None:
    files = {"net.onnx": classifier()}  # 252 kB, 119,168 multiply-adds, 18,836 values
    found = {"max_model_bytes": len(body(files)), "max_multiply_adds": 119_168, "max_activations": 18_836}[setting]
    with Client(create_app(Settings(own_models="on", **{setting: found - 1}))) as client:
        answer = bring(client, files)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["params"]["setting"] == f"CNN_LOUPE_{setting.upper()}"
    with Client(create_app(Settings(own_models="on", **{setting: found}))) as client:
        told = bring(client, files)
    assert told.status_code == 200, told.text


@pytest.mark.parametrize(
    ("settings", "on"),
    [
        ({}, True),
        ({"host": "::1"}, True),
        ({"host": "localhost"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "192.168.1.7"}, False),
        ({"allowed_hosts": "cnn.example.org"}, False),
        ({"root_path": "/learn"}, False),
        ({"trusted_proxies": "10.0.0.5"}, False),
        ({"own_models": "off"}, False),
        ({"host": "0.0.0.0", "own_models": "true"}, True),
    ],
)
def test_models_are_taken_by_themselves_only_where_this_machine_alone_can_ask(
    settings: dict[str, Any], on: bool
) -> None:
    with Client(create_app(Settings(**settings))) as client:
        root = settings.get("root_path", "")
        host = {"Host": settings["allowed_hosts"]} if "allowed_hosts" in settings else {}
        answer = client.post(f"{root}/api/v1/own", content=body(made.onnx_model()), headers={**TYPE, **host})
        assert answer.status_code == (200 if on else 403)
        if not on:
            assert answer.json()["params"] == {"setting": "CNN_LOUPE_OWN_MODELS"}
        page = client.get(f"{root}/", headers=host).text
        assert f'"own_models":{str(on).lower()}' in page


def test_the_model_not_used_for_longest_makes_room() -> None:
    data = made.onnx_model()["net.onnx"]
    with Client(create_app(Settings(own_models="on", own_cache_bytes=1_000_000))) as client:
        size = client.app.state.services.own
        ids = [bring(client, {f"{i}.onnx": data}).json()["id"] for i in range(4)]
        one = size.bytes // 4
        many = 1_000_000 // one + 6
        for i in range(4, many):
            assert client.get(f"/api/v1/models/{ids[0]}").status_code == 200  # used again and again: it stays
            ids.append(bring(client, {f"{i}.onnx": data}).json()["id"])
        assert size.bytes <= 1_000_000
        assert client.get(f"/api/v1/models/{ids[0]}").status_code == 200
        assert client.get(f"/api/v1/models/{ids[1]}").json()["code"] == "own_model_gone"
        assert client.get(f"/api/v1/models/{ids[-1]}").status_code == 200


# The line-up


def png(values: np.ndarray[Any, Any]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(values).save(out, "PNG")
    return out.getvalue()


def test_the_line_up_runs_a_picture_in_the_eight_usual_ways(own: Client) -> None:
    files = made.onnx_model()
    name = bring(own, files).json()["id"]
    picture = png(np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8))
    answer = own.post(f"/api/v1/models/{name}/lineup?fit=stretch", content=picture)
    found = schemas.LineUp.model_validate(answer.json())
    assert len({(way.way, way.colour, way.invert) for way in found.ways}) == 8
    for told in answer.json()["ways"]:
        other = bring(own, files, preparation=told["preparation"]).json()["id"]
        run = own.post(f"/api/v1/models/{other}/runs?layers=none&input=none&preparation=none", content=picture).json()
        assert run["scores"] == told["scores"]


def test_the_line_up_of_grey_pictures_inverts_them(own: Client) -> None:
    name = bring(own, {"net.onnx": classifier()}).json()["id"]
    picture = png(np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8))
    ways = own.post(f"/api/v1/models/{name}/lineup", content=picture).json()["ways"]
    assert {(way["way"], way["colour"], way["invert"]) for way in ways} == {
        (way, "grey", invert) for way in ("0..1", "-1..1", "imagenet", "0..255") for invert in (False, True)
    }


# Proof


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def test_what_a_framework_computed_stands_beside_our_numbers(own: Client) -> None:
    """The framework is ONNX's reference evaluator."""
    from onnx.reference import ReferenceEvaluator

    data = made.onnx_model()["net.onnx"]
    name = bring(own, {"net.onnx": data}).json()["id"]
    x = np.random.default_rng(2).uniform(0, 1, (1, 3, 8, 8)).astype(np.float32)
    (output,) = ReferenceEvaluator(data).run(None, {"picture": x})
    answer = own.post(f"/api/v1/models/{name}/proof", content=npz(input=x[0], output=output[0]))
    assert answer.status_code == 200, answer.text
    found = schemas.Proof.model_validate(answer.json())
    assert found.by == "expected"
    assert found.scores is not None
    assert found.largest is not None
    assert found.largest.difference is not None
    assert found.largest.difference < 1e-6
    assert [score.theirs for score in found.scores] == [float(v) for v in output[0]]
    wrong = own.post(f"/api/v1/models/{name}/proof", content=npz(input=x[0], output=output[0][::-1])).json()
    assert wrong["largest"]["difference"] > 1e-3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"nothing", "file_damaged"),
        (npz(output=np.zeros(5)), "expected_without_input"),
        (npz(input=np.zeros((3, 9, 9)), output=np.zeros(5)), "expected_input_shape"),
        (npz(input=np.zeros((3, 8, 8)), output=np.zeros(4)), "expected_nothing_known"),
        (npz(input=np.full((3, 8, 8), np.nan), output=np.zeros(5)), "file_not_finite"),
        (npz(input=np.array(["a"])), "file_damaged"),
    ],
)
def test_an_expected_npz_that_does_not_fit_is_refused(own: Client, data: bytes, code: str) -> None:
    name = bring(own, made.onnx_model()).json()["id"]
    answer = own.post(f"/api/v1/models/{name}/proof", content=data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_array_that_announces_more_than_it_holds_takes_no_memory(own: Client) -> None:
    name = bring(own, made.onnx_model()).json()["id"]
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": (10**6, 10**6)})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("input.npy", head.getvalue())
    answer = own.post(f"/api/v1/models/{name}/proof", content=out.getvalue())
    assert (answer.status_code, answer.json()["code"]) == (422, "file_damaged")


def test_without_onnx_runtime_two_lines_are_given_for_the_persons_framework(
    own: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnn_loupe.engine.importing.proof.runtime_version", lambda: None)
    told = bring(own, made.onnx_model(), "?check=1").json()
    assert (told["proof"]["by"], told["proof"]["why"]) == (None, "not_installed")
    assert "InferenceSession('net.onnx')" in told["report"]["snippet"]
    keras = bring(own, {"m.h5": made.h5_model()}, "?check=1").json()
    assert (keras["proof"]["by"], keras["proof"]["why"]) == (None, "not_onnx")
    assert "keras.models.load_model('m.h5')" in keras["report"]["snippet"]
    layers = bring(own, made.tfjs_model()).json()["report"]["snippet"]
    assert "tensorflowjs" in layers  # its vocabulary is Keras's, its file is not
    for lines in (told["report"]["snippet"], keras["report"]["snippet"], layers):
        assert lines.count("\n") == 1
        compile(lines, "snippet", "exec")


@pytest.mark.parametrize("external", [False, True])
def test_onnx_runtime_agrees_on_every_layer(own: Client, external: bool) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `check` is not installed")
    files = made.onnx_model(external=external)
    proof = schemas.Proof.model_validate(bring(own, files, "?check=1").json()["proof"])
    assert proof.by == "onnxruntime", proof
    assert proof.layers is not None
    assert proof.largest is not None
    assert len(proof.layers) == 6
    assert proof.largest.difference is not None
    assert proof.largest.difference < 1e-5


@pytest.mark.parametrize("case", sorted(p.name for p in DATA.glob("models/*")) if DATA.is_dir() else ["none"])
def test_a_real_file_and_what_its_own_runtime_computed_agree_through_the_api(own: Client, case: str) -> None:
    folder = DATA / "models" / case
    if not folder.is_dir():
        pytest.skip("../shared/data is not there")
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in ("case.json", "expected.npz")}
    brought = bring(own, files)
    if brought.status_code == 422:
        (architecture,) = brought.json()["params"]["architectures"]
        brought = bring(own, files, architecture=architecture)
    told = brought.json()
    proof = own.post(f"/api/v1/models/{told['id']}/proof", content=(folder / "expected.npz").read_bytes()).json()
    most = 1e-5 if len(told["report"]["layers"]) <= 60 else 1e-4
    assert proof["largest"]["difference"] < most
    assert len(proof["scores"]) == len(told["description"]["classes"])


def test_every_real_file_that_cannot_be_shown_is_refused_with_words(own: Client) -> None:
    refused = sorted(p for p in DATA.glob("models-refused/*") if p.suffix != ".json")
    if not refused:
        pytest.skip("../shared/data is not there")
    words = json.loads((ROOT / "static/i18n/zh-Hans/own.json").read_text("utf-8"))["own"]["problems"]
    for path in refused:
        answer = bring(own, {path.name: path.read_bytes()})
        assert answer.status_code == 422, path.name
        assert answer.json()["problems"]
        assert all(problem["code"] in words for problem in answer.json()["problems"]), path.name
