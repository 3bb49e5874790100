"""A person's own model by the API: brought in, described, run, refused, forgotten."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cnn_loupe.engine.importing.around import Choice
from cnn_loupe.engine.importing.model import import_files
from cnn_loupe.engine.network import Network
from cnn_loupe.server import schemas
from cnn_loupe.server.app import create_app
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.engine.files import made
from tests.own import TYPE, body


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
