"""Runs in pieces: an overview of every layer, layers and units exactly, and safetensors in the place of JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import load

from cnn_loupe.engine.network import Network
from cnn_loupe.engine.run import Run
from cnn_loupe.server import schemas
from cnn_loupe.server.run_answer import magnitude, reduced
from tests.client import Client
from tests.contract.test_schemas import check
from tests.models import GRAPHS, SPECS, random_parameters, random_picture

MODELS = ["minimal", "deep", "wide"]
SAFETENSORS = "application/vnd.safetensors"


@pytest.fixture(scope="module")
def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def ask(client: Client, model: str, query: str = "", **headers: str) -> Any:
    picture = random_picture(SPECS[model])
    body = {"input": {"shape": list(picture.shape), "dtype": "float32", "data": picture.tolist()}}
    return client.post(f"/api/v1/models/{model}/runs{query}", json=body, headers=headers)


def engine(model: str) -> Run:
    return Network(SPECS[model], random_parameters(SPECS[model])).run(random_picture(SPECS[model]))


def values(tensor: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(tensor["data"]), tensor["dtype"]).reshape(tensor["shape"])


@pytest.mark.parametrize("encoding", ["base64", "list"])
@pytest.mark.parametrize("model", MODELS)
def test_an_overview_fits_the_schema_and_says_what_the_values_say(
    client: Client, document: dict[str, Any], model: str, encoding: str
) -> None:
    answer = ask(client, model, f"?detail=overview&encoding={encoding}&units=0-4&side=7").json()
    check(document, schemas.Run, answer)
    if encoding == "list":
        return
    run = engine(model)
    for layer in answer["layers"]:
        exact = run.activations[layer["name"]]
        flat = exact.reshape(len(exact), -1)
        np.testing.assert_array_equal(values(layer["minimum"]), flat.min(axis=1))
        np.testing.assert_array_equal(values(layer["maximum"]), flat.max(axis=1))
        order = values(layer["order"])
        assert sorted(order) == list(range(len(exact)))
        assert (np.diff(flat.max(axis=1)[order]) <= 0).all()
        said = layer["statistics"]
        assert (said["count"], said["zeros"]) == (exact.size, int((exact == 0).sum()))
        assert said["mean"] == pytest.approx(float(exact.mean(dtype=np.float64)), rel=1e-9, abs=1e-12)
        assert said["magnitude"] == np.sort(np.abs(exact), axis=None)[int(np.ceil(0.995 * exact.size)) - 1]
        assert ("thumbnails" in layer) == (exact.ndim == 3)
        if exact.ndim == 1:
            continue
        first, last = layer["units"]
        assert (first, last) == (0, min(5, len(exact)) - 1)
        low, high = values(layer["low"]), values(layer["high"])
        small = values(layer["thumbnails"]) / 255 * (high - low)[:, None, None] + low[:, None, None]
        step = (high - low)[:, None, None] / 255
        assert (np.abs(small - reduced(exact[first : last + 1], 7)) <= 0.51 * step + 1e-6).all()


def slow_reduced(picture: np.ndarray, side: int) -> np.ndarray:
    rows, columns = (min(side, size) for size in picture.shape)
    edges = [[i * size // n for i in range(n + 1)] for size, n in zip(picture.shape, (rows, columns), strict=True)]
    return np.array(
        [
            [picture[edges[0][i] : edges[0][i + 1], edges[1][j] : edges[1][j + 1]].mean() for j in range(columns)]
            for i in range(rows)
        ]
    )


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 3), st.integers(1, 20), st.integers(1, 20)),
        elements=st.floats(-4, 4, width=16),
    ),
    st.integers(1, 24),
)
@settings(max_examples=60, deadline=None)
def test_a_thumbnail_is_the_mean_of_the_cells_that_each_of_its_pixels_covers(maps: np.ndarray, side: int) -> None:
    found = reduced(maps, side)
    for picture, small in zip(maps, found, strict=True):
        np.testing.assert_allclose(small, slow_reduced(picture, side), atol=1e-5)


@given(arrays.arrays(np.float32, st.integers(1, 400), elements=st.floats(-3, 3, width=32)), st.floats(0.01, 1))
@settings(max_examples=80, deadline=None)
def test_the_magnitude_is_the_nearest_rank_among_the_sorted_sizes(array: np.ndarray, quantile: float) -> None:
    expected = np.sort(np.abs(array))[max(1, int(np.ceil(quantile * array.size))) - 1]
    assert magnitude(array, quantile) == expected


@pytest.mark.parametrize("model", MODELS)
def test_units_are_given_exactly_and_said_by_number(client: Client, model: str) -> None:
    run = engine(model)
    for layer in ask(client, model, "?units=1-2").json()["layers"]:
        exact = run.activations[layer["name"]]
        first, last = layer["units"]
        assert 0 <= first <= last < len(exact)
        assert last - first == min(2, len(exact)) - 1
        assert layer["shape"] == list(exact.shape)
        np.testing.assert_array_equal(values(layer["tensor"]), exact[first : last + 1])


def test_units_that_end_before_they_begin_are_refused_by_name(client: Client) -> None:
    answer = ask(client, "minimal", "?units=5-2")
    assert (answer.status_code, answer.json()["code"]) == (422, "units_reversed")
    assert ask(client, "minimal", "?units=a-b").json()["code"] == "invalid_parameter"


@pytest.mark.parametrize("query", ["", "?layers=none", "?detail=overview", "?units=0-1&preparation=none"])
@pytest.mark.parametrize("model", MODELS)
def test_a_safetensors_file_holds_the_answer_that_json_holds(client: Client, model: str, query: str) -> None:
    """With every tensor's name in the place where JSON has the tensor."""
    plain = ask(client, model, query).json()
    answer = ask(client, model, query, accept=f"{SAFETENSORS}, application/json;q=0.5")
    assert answer.headers["content-type"] == SAFETENSORS
    tensors = load(answer.content)
    length = int.from_bytes(answer.content[:8], "little")
    told = json.loads(json.loads(answer.content[8 : 8 + length])["__metadata__"]["answer"])

    def compare(file: Any, known: Any) -> int:
        if isinstance(known, dict) and "dtype" in known:
            np.testing.assert_array_equal(tensors[file], values(known))
            assert tensors[file].dtype == known["dtype"]
            return 1
        if isinstance(known, dict):
            assert file.keys() == known.keys()
            return sum(compare(file[key], known[key]) for key in known)
        if isinstance(known, list):
            return sum(compare(one, other) for one, other in zip(file, known, strict=True))
        assert file == known
        return 0

    assert compare(told, plain) == len(tensors)


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_who_does_not_ask_for_a_file_gets_json(client: Client, accept: str) -> None:
    assert ask(client, "minimal", "", accept=accept).headers["content-type"] == "application/json"


def test_parameters_come_by_layer_and_as_a_file(client: Client) -> None:
    base = "/api/v1/models/deep/parameters"
    whole = {layer.pop("name"): layer for layer in client.get(base).json()["layers"]}
    for name in list(whole)[:3]:
        answer = client.get(f"{base}?layers={name}&encoding=safetensors")
        tensors = load(answer.content)
        assert set(tensors) == {f"{name}/{key}" for key in whole[name]}
        for key, tensor in whole[name].items():
            np.testing.assert_array_equal(tensors[f"{name}/{key}"], values(tensor))
        assert "Accept" in answer.headers["vary"]
        again = client.get(
            f"{base}?layers={name}&encoding=safetensors", headers={"If-None-Match": answer.headers["etag"]}
        )
        assert again.status_code == 304
        other = client.get(f"{base}?layers={name}", headers={"If-None-Match": answer.headers["etag"]})
        assert other.status_code == 200
    assert client.get(f"{base}?layers=nowhere").json()["code"] == "unknown_layer"


@pytest.mark.parametrize("model", [*MODELS, *GRAPHS])
def test_every_parameter_has_a_row_for_each_unit(model: str) -> None:
    spec = {**SPECS, **GRAPHS}[model]
    for name, shapes in spec.layer_parameters.items():
        assert {shape[0] for shape in shapes.values()} <= {spec.shapes[name][0]}, name


@pytest.mark.parametrize("encoding", ["base64", "list", "safetensors"])
@pytest.mark.parametrize("units", ["0-0", "1-2", "0-9999999", "7000-7001"])
def test_parameters_of_some_units_are_their_rows(
    client: Client, document: dict[str, Any], units: str, encoding: str
) -> None:
    """Of units that a layer does not have, as many of its last ones: as in runs."""
    base = "/api/v1/models/deep/parameters"
    whole = {layer["name"]: layer for layer in client.get(base).json()["layers"]}
    answer = client.get(f"{base}?units={units}&encoding={encoding}")
    plain = client.get(f"{base}?units={units}").json()
    check(document, schemas.Parameters, plain)
    ran = {layer["name"]: layer for layer in ask(client, "deep", f"?units={units}").json()["layers"]}
    assert [layer["name"] for layer in plain["layers"]] == list(whole)
    for layer in plain["layers"]:
        name, (first, last) = layer.pop("name"), layer.pop("units")
        assert [first, last] == ran[name]["units"]
        for key, tensor in layer.items():
            rows = values(whole[name][key])[first : last + 1]
            assert len(rows) == last - first + 1
            np.testing.assert_array_equal(values(tensor), rows)
            if encoding == "safetensors":
                np.testing.assert_array_equal(load(answer.content)[f"{name}/{key}"], rows)
    if encoding == "list":
        check(document, schemas.Parameters, answer.json())


def test_each_slice_of_the_parameters_has_its_own_tag_and_what_is_no_slice_is_refused(client: Client) -> None:
    base = "/api/v1/models/deep/parameters"
    tags = {client.get(f"{base}{query}").headers["etag"] for query in ("", "?units=0-0", "?units=0-1", "?units=1-1")}
    assert len(tags) == 4
    tag = client.get(f"{base}?units=1-1").headers["etag"]
    assert client.get(f"{base}?units=1-1", headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{base}?units=3-1").json()["code"] == "units_reversed"
    for wrong in ("a-b", "1", "-1-2", "1-12345678", "1-2-3"):
        assert client.get(f"{base}?units={wrong}").json()["code"] == "invalid_parameter", wrong


def test_a_sample_run_is_a_file_too_and_each_form_has_its_own_tag(client: Client) -> None:
    samples = client.get("/api/v1/models/tiny-vgg/samples").json()["samples"]
    plain = client.get(samples[0]["run"])
    file = client.get(f"{samples[0]['run']}&encoding=safetensors")
    assert plain.headers["etag"] != file.headers["etag"]
    tensors = load(file.content)
    for layer in plain.json()["layers"]:
        np.testing.assert_array_equal(tensors[f"{layer['name']}/tensor"], values(layer["tensor"]))
