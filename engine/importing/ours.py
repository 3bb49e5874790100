"""A model of this program: model.json with weights.safetensors beside it, as files."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import safetensors.numpy
from safetensors import SafetensorError

from cnn_loupe.engine.arrays import Parameters
from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files import content
from cnn_loupe.engine.files.foreign import Files, damaged, short
from cnn_loupe.engine.spec import ModelSpec


def read_ours(name: str, files: Files) -> tuple[ModelSpec, Parameters]:
    """The model that the description `name` describes, with the tensors of the one safetensors file among the files.

    Raises FileError where there is no such file or it is another one than the description means, and SpecError where
    the description is at fault.
    """
    description = json.loads(files[name].decode("utf-8-sig"))
    spec = ModelSpec.from_json(description)
    weights = next((n for n, data in files.items() if content.format_of(data) == "safetensors"), None)
    entry: Any = description.get("weights")
    known = entry if isinstance(entry, dict) else {}
    if weights is None:
        missing = str(known.get("file", "weights.safetensors"))
        raise FileError(
            "file_needs_another",
            f"{short(name)} keeps its weights in a second file, {short(missing)}, which is not here; "
            "give both together",
            file=short(name),
            missing=short(missing),
        )
    data = files[weights]
    if known.get("sha256") not in (None, hashlib.sha256(data).hexdigest()):
        raise damaged(short(weights), f"it is not the file that {short(name)} means")
    try:
        return spec, safetensors.numpy.load(data)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(short(weights), "its tensors cannot be read") from error


def network_missing(name: str) -> FileError:
    """A safetensors file alone says nothing of the network."""
    return FileError(
        "file_network_missing",
        f"{short(name)} holds weights and not the network that they belong to; give its model.json beside it, or "
        "export the network to ONNX",
        file=short(name),
    )
