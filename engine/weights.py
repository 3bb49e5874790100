"""Models on disk: a description in JSON, and weights in safetensors beside it.

safetensors holds numbers and nothing else: unlike a pickle, a file from a stranger cannot run
code here. The description names the weights file and its SHA-256, so that the two cannot be
mixed up, and a damaged file is found before it is believed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from cnn_loupe.engine.arrays import Parameters
from cnn_loupe.engine.errors import WeightsError
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.parameters import checked_parameters
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.storage import replace_file

DESCRIPTION, WEIGHTS = "model.json", "weights.safetensors"
LARGEST_DESCRIPTION, LARGEST_WEIGHTS = 16 * 2**20, 256 * 2**20  # bytes


@dataclass(frozen=True)
class Model:
    """A model with what is said of it."""

    spec: ModelSpec
    network: Network
    description: Mapping[str, Any]  # model.json as it stands, training record included
    folder: Path | None  # None for one that was never on disk

    @property
    def id(self) -> str:
        return self.spec.id


def save_model(
    folder: Path | str,
    spec: ModelSpec,
    parameters: Parameters,
    training: Mapping[str, Any] | None = None,
) -> Path:
    """Write model.json and weights.safetensors into the folder, and return the folder.

    The weights are written first and each file is put into place in one step, so that a
    reader never sees half a file.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    checked = checked_parameters(spec, parameters)
    data = safetensors.numpy.save(dict(checked))
    description = {
        **spec.to_json(),
        "weights": {"file": WEIGHTS, "sha256": hashlib.sha256(data).hexdigest()},
    }
    if training is not None:
        description["training"] = dict(training)
    replace_file(folder / WEIGHTS, lambda file: file.write(data))
    text = json.dumps(description, indent=2, ensure_ascii=False, allow_nan=False)
    replace_file(folder / DESCRIPTION, lambda file: file.write((text + "\n").encode()))
    return folder


def load_model(folder: Path | str) -> Model:
    """Read the model in this folder.

    Raises WeightsError where a file is missing, damaged, or not the one that the description
    means, and SpecError where the description itself is at fault.
    """
    folder = Path(folder)
    description = _read_description(folder / DESCRIPTION)
    spec = ModelSpec.from_json(description)
    path, digest = _weights_entry(folder, description)
    data = _read(path, LARGEST_WEIGHTS)
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise WeightsError(
            "digest_differs",
            f"{path.name} has SHA-256 {found[:12]}… and {DESCRIPTION} names {digest[:12]}…: "
            f"the file is damaged or belongs to another model; restore the file that came "
            f"with the description",
            file=path.name,
            found=found,
            expected=digest,
        )
    return Model(spec, Network(spec, _tensors(path, data)), description, folder)


def _read_description(path: Path) -> Mapping[str, Any]:
    try:
        description = json.loads(_read(path, LARGEST_DESCRIPTION))
    except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, or nested without end
        raise WeightsError(
            "description_not_json",
            f"{path.name} is not JSON ({error}); restore the file",
            file=path.name,
            reason=str(error),
        ) from None
    if not isinstance(description, dict):
        raise WeightsError(
            "description_not_json",
            f"{path.name} holds a {type(description).__name__}; it must hold an object",
            file=path.name,
            reason="not an object",
        )
    return description


def _weights_entry(folder: Path, description: Mapping[str, Any]) -> tuple[Path, str]:
    entry = description.get("weights")
    name = entry.get("file") if isinstance(entry, dict) else None
    digest = entry.get("sha256") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not isinstance(digest, str):
        raise WeightsError(
            "weights_not_named",
            f'{DESCRIPTION} does not name its weights; it needs "weights": {{"file": …, "sha256": …}}',
            file=DESCRIPTION,
        )
    if not name.endswith(".safetensors") or name != Path(name).name:
        raise WeightsError(
            "weights_not_safetensors",
            f"{name!r} is refused: weights are a .safetensors file in the folder of "
            f"{DESCRIPTION}; convert them (a pickle could run code on this machine)",
            file=name,
        )
    return folder / name, digest


def _tensors(path: Path, data: bytes) -> dict[str, np.ndarray[Any, Any]]:
    try:
        tensors = safetensors.numpy.load(data)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(
            "weights_unreadable",
            f"{path.name} is not a readable safetensors file ({error}); restore the file",
            file=path.name,
            reason=str(error),
        ) from None
    return dict(tensors)


def _read(path: Path, largest: int) -> bytes:
    try:
        size = path.stat().st_size
        if size <= largest:
            return path.read_bytes()
    except OSError as error:
        raise WeightsError(
            "file_unreadable",
            f"{path} cannot be read ({error.strerror}); a model folder holds {DESCRIPTION} and {WEIGHTS}",
            file=str(path),
            reason=str(error.strerror),
        ) from None
    raise WeightsError(
        "file_too_large",
        f"{path.name} has {size:,} bytes; at most {largest:,} are read",
        file=path.name,
        size=size,
        largest=largest,
    )
