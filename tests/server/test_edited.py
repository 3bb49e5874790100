"""Runs with edits, ablations and comparisons: the API's numbers are the engine's."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from cnn_loupe.engine import zoo
from cnn_loupe.engine.edit_text import canonical, edits_text, read_edits
from cnn_loupe.engine.edits import SetUnit
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.run import Run
from cnn_loupe.engine.weights import load_model
from cnn_loupe.server import analyses
from tests.client import Client
from tests.models import SPECS, network, random_picture

BASE = "/api/v1/models/tiny-vgg"
EDITS = "max_pool_1:avg_pool2d;conv_1_2.weight[3,2,1,1]=.5;relu_2_1[8]*0;relu_1_1:leaky_relu(slope=.1)"


@pytest.fixture(scope="module")
def tiny() -> Network:
    return load_model(zoo.FOLDER / "tiny-vgg").network


def values(answer: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {
        layer["name"]: np.frombuffer(base64.b64decode(layer["tensor"]["data"]), "<f4").reshape(layer["shape"])
        for layer in answer["layers"]
    }


def same(answer: Mapping[str, Any], run: Run) -> None:
    found = values(answer)
    assert found.keys() == run.activations.keys()
    for name, value in run.activations.items():
        assert (found[name] == value).all(), name
        assert answer["layers"][run.spec.names.index(name)]["kind"] == run.spec.node(name).layer.kind


def sample_input(client: Client, sample: str) -> np.ndarray:
    tensor = client.post(f"{BASE}/runs?layers=none", json={"sample": sample}).json()["input"]
    return np.frombuffer(base64.b64decode(tensor["data"]), "<f4").reshape(tensor["shape"])


def test_an_edited_run_is_the_engines_in_every_way_of_asking(client: Client, tiny: Network) -> None:
    edits = read_edits(EDITS)
    run = tiny.run(sample_input(client, "espresso"), edits)
    listed = edits_text(edits).split(";")
    body = {"sample": "espresso"}
    for answer in (
        client.post(f"{BASE}/runs?edits={quote(EDITS)}", json=body),
        client.post(f"{BASE}/runs", json={**body, "edits": EDITS.split(";")}),
        client.post(f"{BASE}/runs?edits={EDITS}", content=client.get(f"{BASE}/samples/espresso").content),
    ):
        assert answer.status_code == 200, answer.text
        assert answer.json()["edits"] == listed
        same(answer.json(), run)
    plain = client.post(f"{BASE}/runs", json=body).json()
    assert "edits" not in plain
    assert (values(plain)["output"] != values(answer.json())["output"]).any()
    again = client.get(f"{BASE}/samples/espresso/run").json()
    assert again["scores"] == plain["scores"]  # what is kept knows nothing of edits


def test_no_edits_are_the_plain_run_to_the_bit(client: Client) -> None:
    plain = client.post(f"{BASE}/runs", json={"sample": "espresso"}).content
    assert client.post(f"{BASE}/runs?edits=", json={"sample": "espresso"}).content == plain
    assert client.post(f"{BASE}/runs", json={"sample": "espresso", "edits": []}).content == plain


def test_a_unit_takes_its_mean_or_its_map_for_another_picture(client: Client, tiny: Network) -> None:
    samples = [sample["id"] for sample in client.get(f"{BASE}/samples").json()["samples"]]
    runs = {sample: tiny.run(sample_input(client, sample)) for sample in samples}
    body = {"sample": "espresso", "edits": ["relu_2_1[8]=mean", "relu_1_1[3]=sample:red-panda", "output[2]=mean"]}
    found = values(client.post(f"{BASE}/runs", json=body).json())
    assert (found["relu_1_1"][3] == runs["red-panda"].activations["relu_1_1"][3]).all()
    for layer, unit in (("relu_2_1", 8), ("output", 2)):
        mean = np.mean([run.activations[layer][unit].astype(np.float64) for run in runs.values()], axis=0)
        np.testing.assert_allclose(found[layer][unit], mean, rtol=1e-6, atol=1e-7)


def test_an_edited_run_does_not_say_how_familiar_the_picture_is(client: Client) -> None:
    numbers = np.random.default_rng(0).random(SPECS["tiny-vgg"].input_shape)
    body = {"input": {"shape": list(numbers.shape), "data": numbers.tolist()}}
    assert "note" in client.post(f"{BASE}/runs?layers=none", json=body).json()
    assert "note" not in client.post(f"{BASE}/runs?layers=none&edits=relu_1_1[0]*1", json=body).json()


@pytest.mark.parametrize("by", ["zero", "mean"])
def test_each_row_of_a_table_is_the_run_without_that_unit(client: Client, tiny: Network, by: str) -> None:
    edits = ["conv_2_1[4]*2"]
    table = client.post(f"{BASE}/ablations", json={"sample": "red-panda", "edits": edits, "by": by}).json()
    assert [(row["layer"], row["unit"]) for row in table["rows"]] == [
        (layer, unit) for layer in ("relu_1_1", "relu_1_2", "relu_2_1", "relu_2_2") for unit in range(10)
    ]
    assert table["edits"] == edits
    before = client.post(f"{BASE}/runs?layers=none", json={"sample": "red-panda", "edits": edits}).json()["scores"]
    category = table["class"]
    assert before[category]["logit"] == table["logit"] == max(score["logit"] for score in before)
    for row in table["rows"][::7]:
        body = {"sample": "red-panda", "edits": [*edits, row["edit"]]}
        scores = client.post(f"{BASE}/runs?layers=none", json=body).json()["scores"]
        assert row["logit"] == pytest.approx(scores[category]["logit"], abs=1e-6)
        assert row["logit_change"] == pytest.approx(scores[category]["logit"] - table["logit"], abs=1e-6)
        assert row["probability_change"] == pytest.approx(
            scores[category]["probability"] - table["probability"], abs=1e-6
        )
        assert row["answer"] == max(range(len(scores)), key=lambda index: scores[index]["logit"])


def test_in_the_last_block_the_effects_add_up_and_the_gradient_foretells_them(client: Client, tiny: Network) -> None:
    body = {"sample": "red-panda", "layers": ["relu_2_2"]}
    table = client.post(f"{BASE}/ablations", json=body).json()
    x = sample_input(client, "red-panda")
    run = tiny.run(x)
    off = tiny.run(x, [SetUnit("relu_2_2", unit, 0.0) for unit in range(10)])
    assert run.logits is not None
    assert off.logits is not None
    together = float(off.logits[table["class"]] - run.logits[table["class"]])
    rows = table["rows"]
    assert sum(row["logit_change"] for row in rows) == pytest.approx(together, abs=1e-4)
    assert [row["predicted"] for row in rows] == pytest.approx([row["logit_change"] for row in rows], abs=1e-4)
    earlier = client.post(f"{BASE}/ablations", json={**body, "layers": ["relu_1_2"]}).json()["rows"]
    assert max(abs(row["predicted"] - row["logit_change"]) for row in earlier) > 1


def test_the_class_and_the_layers_can_be_chosen_and_silent_units_change_nothing(client: Client) -> None:
    body = {"sample": "espresso", "class": 3, "layers": ["max_pool_1"], "edits": ["relu_1_2[2]=0"]}
    table = client.post(f"{BASE}/ablations", json=body).json()
    assert table["class"] == 3
    silent = table["rows"][2]
    assert silent["silent"]
    assert silent["logit_change"] == silent["predicted"] == 0
    assert not any(row["silent"] for row in table["rows"] if row["unit"] in (0, 1))


def test_a_table_that_takes_too_long_is_refused_with_the_numbers(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyses, "MOST_WORK", 1_000_000)
    answer = client.post(f"{BASE}/ablations", json={"sample": "espresso"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "ablations_too_many"
    assert answer.json()["params"]["units"] == 40


def test_a_model_of_one_class_probability_has_its_table(client: Client) -> None:
    net = network("minimal")
    x = random_picture(net.spec)
    body = {"input": {"shape": list(x.shape), "data": x.tolist()}, "layers": [net.spec.names[0]]}
    table = client.post("/api/v1/models/minimal/ablations", json=body).json()
    run = net.run(x)
    assert table["logit"] == pytest.approx(float(run.logits[table["class"]]), abs=1e-6)  # type: ignore[index]
    assert len(table["rows"]) == net.spec.shapes[net.spec.names[0]][0]


def test_a_comparison_measures_every_layer(client: Client, tiny: Network) -> None:
    a, b = {"sample": "espresso"}, {"sample": "red-panda", "edits": ["relu_1_2:tanh", "relu_1_1[0]=0"]}
    answer = client.post(f"{BASE}/comparisons", json={"a": a, "b": b}).json()
    one = tiny.run(sample_input(client, "espresso"))
    other = tiny.run(sample_input(client, "red-panda"), canonical(read_edits("relu_1_2:tanh;relu_1_1[0]=0")))
    for layer in answer["layers"]:
        x, y = (run.activations[layer["layer"]].astype(np.float64) for run in (one, other))
        assert layer["distance"] == pytest.approx(np.linalg.norm(y - x) / np.linalg.norm(x), rel=1e-6)
        assert layer["cosine"] == pytest.approx((x * y).sum() / np.linalg.norm(x) / np.linalg.norm(y), rel=1e-6)
        assert layer["largest"] == pytest.approx(np.abs(y - x).max())
        gate = layer["layer"].startswith("relu")
        assert layer["gates_flipped"] == (pytest.approx(((x > 0) != (y > 0)).mean()) if gate else None)
        assert (layer["winners_moved"] is None) == (layer["kind"] != "max_pool2d")
        assert 0 <= layer["units_changed"] <= 1
    assert answer["b"]["edits"] == ["relu_1_1[0]=0", "relu_1_2:tanh"]
    assert "edits" not in answer["a"]


def test_a_run_does_not_differ_from_itself(client: Client) -> None:
    same_run = {"sample": "espresso", "edits": ["conv_1_1[2]=0"]}
    answer = client.post(f"{BASE}/comparisons", json={"a": same_run, "b": same_run}).json()
    for layer in (answer["input"], *answer["layers"]):
        assert layer["distance"] == layer["largest"] == 0
        assert layer["cosine"] == pytest.approx(1)
        assert layer.get("gates_flipped") in (0, None)
        assert layer.get("winners_moved") in (0, None)
        assert layer.get("units_changed") in (0, None)
