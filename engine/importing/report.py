"""What a person is told of an imported model, and what is left to ask, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnn_loupe.engine.importing import preparation
from cnn_loupe.engine.importing.draft import Note
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.surroundings import FITS


@dataclass(frozen=True)
class Report:
    """What happened on the way in.

    classes_source  "person", "file", "beside" (a file of labels), "usual" (for such pictures) or "numbers"
    suggestions     the usual names for pictures of this shape and this many classes
    outputs         the file's outputs; `scores` are those that can be shown
    fit_known       whether the file or the person says how pictures fill the input
    snippet         lines of the person's framework that write expected.npz
    """

    format: str
    producer: str
    files: Mapping[str, str]  # name → SHA-256
    layers: Sequence[Mapping[str, Any]]  # name, kind, shape, origin, parameters
    notes: Sequence[Note]
    ending: str
    outputs: Sequence[str]
    classes_source: str
    suggestions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    scores: Sequence[str] = ()
    shown: str | None = None
    fit_known: bool = False
    licence: str | None = None
    author: str | None = None
    snippet: str | None = None

    def describe(self, spec: ModelSpec) -> dict[str, Any]:
        """The report as the API and `inspect --json` give it."""
        return {
            "format": self.format,
            "producer": self.producer,
            "files": dict(self.files),
            "input_shape": list(spec.input_shape),
            "preparation": None if spec.preparation is None else spec.preparation.describe(),
            "classes": [category.name for category in spec.classes],
            "classes_source": self.classes_source,
            "suggestions": {name: list(names) for name, names in self.suggestions.items()},
            "ending": self.ending,
            "added": list(spec.output.added) if spec.output else [],
            "outputs": list(self.outputs),
            "output": self.shown,
            "licence": self.licence,
            "author": self.author,
            "snippet": self.snippet,
            "parameter_count": spec.parameter_count,
            "multiplications": sum(spec.multiplications.values()),
            "activations": sum(math.prod(shape) for name, shape in spec.shapes.items() if name != "input"),
            "layers": list(self.layers),
            "notes": [vars(entry) for entry in self.notes],
        }

    def questions(self, spec: ModelSpec) -> list[dict[str, Any]]:
        """What neither the file nor the person has said, in the order in which it is asked."""
        found: list[dict[str, Any]] = []
        if self.classes_source in ("usual", "numbers"):
            found.append(
                {
                    "about": "classes",
                    "count": len(spec.classes),
                    "source": self.classes_source,
                    "suggestions": [{"id": name, "names": list(names)} for name, names in self.suggestions.items()],
                }
            )
        if spec.preparation is not None:
            if spec.preparation.source == "guess":
                found.append({"about": "preparation", "ways": list(preparation.WAYS)})
            if not self.fit_known:
                found.append({"about": "fit", "fits": list(FITS), "chosen": spec.preparation.fit})
        if len(self.scores) > 1:
            found.append({"about": "output", "outputs": list(self.scores), "chosen": self.shown})
        return found
