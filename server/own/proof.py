"""Is it the same network? The numbers of the person's framework, or of ONNX Runtime, beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.errors import EngineError
from cnn_loupe.engine.files import content
from cnn_loupe.engine.importing import proof
from cnn_loupe.engine.importing.proof import Comparison
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.own.bring import refused


def by_runtime(entry: ServedModel, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Every layer compared with ONNX Runtime, for one random input; why not, else."""
    files = content.unpacked(files)
    name, kind = content.model_in(files)
    spec, version = entry.spec, proof.runtime_version()
    why: str | None = "not_onnx" if kind != "onnx" else None if version else "not_installed"
    found: dict[str, Any] = {}
    if why is None and spec.origin is not None:
        names = [names[0] for names in spec.origin.layers.values() if names]
        x = np.random.default_rng(0).uniform(*spec.input_range, spec.input_shape).astype(np.float32)
        try:
            theirs = proof.onnx_values(name, files, names, x)
            compared = proof.differences(spec, _run(entry, x), theirs)
            found = _told(entry, Comparison(compared, [])) if compared else {}
            why = None if compared else "nothing_compared"
        except EngineError as error:
            why = error.code
            found = {"reason": str(error)}
    by = "onnxruntime" if why is None else None
    return {"by": by, "version": version if by else None, "why": why, **found}


def by_expected(entry: ServedModel, data: bytes) -> dict[str, Any]:
    """What expected.npz holds beside our values for the same input. Raises Problem (422)."""
    try:
        arrays = proof.read_expected("expected.npz", data)
        compared = proof.compare(entry.spec, lambda x: _run(entry, x), arrays)
    except EngineError as error:
        raise refused(error) from error
    return {"by": "expected", "version": None, "why": None, **_told(entry, compared)}


def _run(entry: ServedModel, x: Array) -> Mapping[str, Array]:
    with np.errstate(over="ignore", invalid="ignore"):
        return entry.network.run(x).activations


def _told(entry: ServedModel, compared: Comparison) -> dict[str, Any]:
    """Differences are shares of the layer's largest value."""
    layers = [{"layer": d.layer, "name": d.name, "difference": _finite(d.share)} for d in compared.layers]
    largest = compared.largest
    binary = entry.spec.ending == "binary"
    return {
        "layers": layers,
        "largest": {"layer": largest.layer, "name": largest.name, "difference": _finite(largest.share)},
        "scores": [
            # One number stands for two classes: it is the second one's.
            {"class": 1 if binary else i, "theirs": theirs, "ours": _finite(ours)}
            for i, (theirs, ours) in enumerate(compared.scores)
        ],
    }


def _finite(value: float) -> float | None:
    """None for what overflowed: JSON has no such number."""
    return value if np.isfinite(value) else None
