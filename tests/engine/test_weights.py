"""Models on disk: what is written is what is read, and nothing damaged is believed."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from cnn_loupe.engine.errors import EngineError, SpecError, WeightsError
from cnn_loupe.engine.weights import DESCRIPTION, WEIGHTS, load_model, save_model
from tests.models import SPECS, random_parameters, random_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    spec = SPECS["minimal"]
    return save_model(tmp_path / "minimal", spec, random_parameters(spec), {"epochs": 3})


@pytest.mark.parametrize("id", sorted(SPECS))
def test_a_saved_model_runs_as_before(id: str, tmp_path: Path) -> None:
    spec = SPECS[id]
    parameters = random_parameters(spec)
    model = load_model(save_model(tmp_path, spec, parameters))
    assert model.spec.to_json() == spec.to_json()
    for name, value in model.network.parameters.items():
        assert (value == parameters[name]).all()
        assert value.dtype == np.float32
    model.network.run(random_picture(spec))


def test_the_training_record_is_kept_with_the_model(folder: Path) -> None:
    assert load_model(folder).description["training"] == {"epochs": 3}


def test_only_finished_files_are_left(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [DESCRIPTION, WEIGHTS]


def edit(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    description = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    change(description)
    (folder / DESCRIPTION).write_text(json.dumps(description), "utf-8")


def put(folder: Path, data: bytes) -> None:
    """Other weights, with the digest that makes the description believe them."""
    (folder / WEIGHTS).write_bytes(data)
    edit(folder, lambda d: d["weights"].update(sha256=hashlib.sha256(data).hexdigest()))


def tensors(**changed: Any) -> bytes:
    values = {**random_parameters(SPECS["minimal"]), **changed}
    return safetensors.numpy.save({k: v for k, v in values.items() if v is not None})


DAMAGE: list[tuple[str, Callable[[Path], Any], str, str]] = [
    ("no description", lambda f: (f / DESCRIPTION).unlink(), "file_unreadable", "cannot be read"),
    ("no weights", lambda f: (f / WEIGHTS).unlink(), "file_unreadable", "cannot be read"),
    (
        "not JSON",
        lambda f: (f / DESCRIPTION).write_text("{", "utf-8"),
        "description_not_json",
        "is not JSON",
    ),
    (
        "a description nested without end",
        lambda f: (f / DESCRIPTION).write_text("[" * 200_000, "utf-8"),
        "description_not_json",
        "is not JSON",
    ),
    (
        "not UTF-8",
        lambda f: (f / DESCRIPTION).write_bytes(b"\xff\xfe{"),
        "description_not_json",
        "is not JSON",
    ),
    (
        "a list",
        lambda f: (f / DESCRIPTION).write_text("[]", "utf-8"),
        "description_not_json",
        "must hold an object",
    ),
    ("no digest", lambda f: edit(f, lambda d: d.pop("weights")), "weights_not_named", "does not name"),
    (
        "truncated weights",
        lambda f: (f / WEIGHTS).write_bytes((f / WEIGHTS).read_bytes()[:-7]),
        "digest_differs",
        "damaged or belongs to another model",
    ),
    (
        "one flipped bit",
        lambda f: (f / WEIGHTS).write_bytes(
            (f / WEIGHTS).read_bytes()[:-1] + bytes([(f / WEIGHTS).read_bytes()[-1] ^ 1])
        ),
        "digest_differs",
        "damaged",
    ),
    (
        "truncated weights with a digest of their own",
        lambda f: put(f, (f / WEIGHTS).read_bytes()[:-7]),
        "weights_unreadable",
        "not a readable safetensors file",
    ),
    ("empty weights", lambda f: put(f, b""), "weights_unreadable", "not a readable"),
    (
        "a pickle",
        lambda f: put(f, pickle.dumps(random_parameters(SPECS["minimal"]))),
        "weights_unreadable",
        "not a readable safetensors file",
    ),
    (
        "a file that calls itself a pickle",
        lambda f: edit(f, lambda d: d["weights"].update(file="weights.pkl")),
        "weights_not_safetensors",
        "a pickle could run code",
    ),
    (
        "weights outside the folder",
        lambda f: edit(f, lambda d: d["weights"].update(file="../weights.safetensors")),
        "weights_not_safetensors",
        "in the folder of",
    ),
    (
        "a missing parameter",
        lambda f: put(f, tensors(**{"edges.bias": None})),
        "parameter_names_differ",
        "lack edges.bias",
    ),
    (
        "an unknown parameter",
        lambda f: put(f, tensors(extra=np.zeros(2, np.float32))),
        "parameter_names_differ",
        "hold extra",
    ),
    (
        "a parameter of another shape",
        lambda f: put(f, tensors(**{"scores.weight": np.zeros((3, 71), np.float32)})),
        "parameter_wrong_shape",
        "scores.weight is 3×71; the description's layers need 3×72",
    ),
    (
        "a parameter of complex numbers",
        lambda f: put(f, tensors(**{"edges.bias": np.zeros(2, np.complex64)})),
        "parameter_not_numbers",
        "every weight must be a real number",
    ),
    (
        "a parameter that is no number",
        lambda f: put(f, tensors(**{"edges.bias": np.array([0, np.nan], np.float32)})),
        "parameter_not_finite",
        "not finite",
    ),
]


@pytest.mark.parametrize(("what", "damage", "code", "words"), DAMAGE, ids=[d[0] for d in DAMAGE])
def test_a_damaged_model_is_refused_with_its_reason(
    folder: Path, what: str, damage: Callable[[Path], Any], code: str, words: str
) -> None:
    damage(folder)
    with pytest.raises(WeightsError, match=words) as caught:
        load_model(folder)
    assert caught.value.code == code
    json.dumps(caught.value.params)


def test_a_description_that_is_wrong_in_itself_is_a_spec_error(folder: Path) -> None:
    edit(folder, lambda d: d["layers"].clear())
    with pytest.raises(SpecError, match="number of layers is 0"):
        load_model(folder)


def test_parameters_that_do_not_fit_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="lack"):
        save_model(tmp_path / "new", SPECS["minimal"], {})
    assert not list((tmp_path / "new").glob("*"))
