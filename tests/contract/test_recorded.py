"""The recorded answers, which the page's unit tests read, are what the server answers today."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load

from tests.client import Client
from tests.contract.record import FOLDER, answers, files


def same(found: Any, recorded: Any) -> bool:
    """Equal, with tensors and scores within what another BLAS may change."""
    if isinstance(recorded, dict):
        if recorded.get("dtype") == "float32":
            return found["shape"] == recorded["shape"] and np.allclose(values(found), values(recorded), atol=1e-5)
        return found.keys() == recorded.keys() and all(same(found[key], recorded[key]) for key in recorded)
    if isinstance(recorded, list):
        return len(found) == len(recorded) and all(map(same, found, recorded))
    if isinstance(recorded, float):
        return bool(np.isclose(found, recorded, atol=1e-5))
    return bool(found == recorded)


def values(tensor: dict[str, Any]) -> np.ndarray:
    if isinstance(tensor["data"], str):
        return np.frombuffer(base64.b64decode(tensor["data"]), "<f4").reshape(tensor["shape"])
    return np.asarray(tensor["data"], np.float32)


@pytest.mark.parametrize("name", ["model", "parameters", "samples", "run", "run_as_lists", "problem"])
def test_the_server_still_answers_what_was_recorded(client: Client, name: str) -> None:
    recorded = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    found = answers(client)[name]
    if name == "problem":  # names every served model, which differs here
        recorded["params"].pop("known"), found["params"].pop("known")
        recorded.pop("detail"), found.pop("detail")
    assert same(found, recorded), f"answer changed: record it anew with `python -m tests.contract.record`\n{found}"


def test_lists_and_base64_carry_the_same_numbers() -> None:
    packed = json.loads((FOLDER / "run.json").read_text("utf-8"))
    lists = json.loads((FOLDER / "run_as_lists.json").read_text("utf-8"))
    for one, other in zip(packed["layers"], lists["layers"], strict=True):
        np.testing.assert_array_equal(values(one["tensor"]), values(other["tensor"]))


@pytest.mark.parametrize("name", ["parameters", "run", "overview"])
def test_the_server_still_answers_the_files_that_were_recorded(client: Client, name: str) -> None:
    found, recorded = load(files(client)[name]), load((FOLDER / f"{name}.safetensors").read_bytes())
    assert found.keys() == recorded.keys()
    for key, array in recorded.items():
        # A thumbnail's byte may fall to either side of a half.
        np.testing.assert_allclose(found[key], array, atol=1 if array.dtype == np.uint8 else 1e-5, err_msg=key)
