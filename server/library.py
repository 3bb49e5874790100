"""The models that this server serves: read once, checked, and described as answers.

Shipped models come from engine/zoo, others from the folders in the setting `models`. A folder that
does not hold a sound model is reported in the log and skipped: one bad upload must not take a server down.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cnn_loupe.engine import zoo
from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.errors import EngineError, WeightsError
from cnn_loupe.engine.golden import FILE as GOLDEN
from cnn_loupe.engine.golden import Golden, check_golden
from cnn_loupe.engine.graph import Node
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.ood.detector import OodDetector
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.surroundings import Origin
from cnn_loupe.engine.weights import DESCRIPTION, Model, load_model
from cnn_loupe.server import wire
from cnn_loupe.server.cached import NO_STORE, CachedResponse, cache_rule
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.gallery import Sample, digest_of, read_gallery
from cnn_loupe.server.held import Held

logger = logging.getLogger("cnn_loupe")

# Part of every digest: raise it when the form of stored answers changes, and caches start anew.
WIRE_VERSION = "2"
OWN = "own-"  # begins the id of a person's own model
OWN_ID = re.compile(rf"{OWN}[0-9a-f]{{32}}")
WHOLE = 2_000_000  # values of a run, or learned numbers, that are still sent in one answer: 8 MB


@dataclass(frozen=True)
class ServedModel:
    """A served model with the answers that never change."""

    model: Model
    default: bool = False
    samples: Mapping[str, Sample] = field(default_factory=dict)
    default_sample: str | None = None

    @property
    def id(self) -> str:
        return self.model.spec.id

    @property
    def spec(self) -> ModelSpec:
        return self.model.spec

    def cache_rule(self, asked: str | None) -> str:
        """How long answers about it may be kept: a person's own model never, by nobody."""
        return NO_STORE if OWN_ID.fullmatch(self.id) else cache_rule(asked, self.digest)

    @property
    def network(self) -> Network:
        return self.model.network

    @cached_property
    def digest(self) -> str:
        """Names description, weights and wire format together."""
        text = json.dumps(self.model.description, sort_keys=True, ensure_ascii=False)
        return digest_of(WIRE_VERSION.encode(), text.encode())

    @property
    def title(self) -> dict[str, str]:
        return {"en": self.id, **self.spec.title}

    @cached_property
    def ood_detector(self) -> OodDetector | None:
        """Detects pictures unlike all that the model learnt from; None where its training record has no ranges."""
        return OodDetector.of((self.model.description.get("training") or {}).get("out_of_distribution"))

    @cached_property
    def gallery_means(self) -> dict[str, Array]:
        """The means of layers over the gallery, as far as somebody has asked for them (`server/edited.py`)."""
        return {}

    @cached_property
    def summary(self) -> dict[str, Any]:
        """This model's line in the list of models."""
        return {
            "id": self.id,
            "title": self.title,
            "default": self.default,
            "input_shape": list(self.spec.input_shape),
            "class_count": len(self.spec.classes),
            "parameter_count": self.spec.parameter_count,
        }

    @cached_property
    def activation_count(self) -> int:
        """How many values the layers of one run have."""
        return sum(math.prod(self.spec.shapes[name]) for name in self.spec.names)

    @property
    def in_pieces(self) -> bool:
        """Whether runs and parameters are too large to be sent whole to somebody who only looks at a part of them."""
        return max(self.activation_count, self.spec.parameter_count) > WHOLE

    @cached_property
    def description(self) -> dict[str, Any]:
        """The model as the API describes it."""
        spec = self.spec
        return {
            "id": self.id,
            "title": self.title,
            "digest": self.digest,
            "input": {
                "shape": list(spec.input_shape),
                "channels": list(spec.channel_names),
                "range": list(spec.input_range),
                "preparation": None if spec.preparation is None else spec.preparation.describe(),
            },
            "output": {
                "ending": spec.ending,
                "added": list(spec.output.added) if spec.output else [],
                "scores": spec.scores,
            },
            "origin": None if spec.origin is None else _describe_origin(spec.origin),
            "classes": [category.describe() for category in spec.classes],
            "parameter_count": spec.parameter_count,
            "activation_count": self.activation_count,
            "in_pieces": self.in_pieces,
            "layers": [_describe_layer(spec, node) for node in spec.graph.nodes],
            "training": self.model.description.get("training"),
            "samples_default": self.default_sample,
        }

    @cached_property
    def description_answer(self) -> CachedResponse:
        return CachedResponse(wire.dumps(self.description))

    def parameters_answer(self, layers: frozenset[str] | None = None, units: range | None = None) -> wire.Answer:
        """The learned numbers of every layer that has any, or of these layers; or of these of their units alone.

        Every kind's parameters have a row for each unit: their first axis counts them.
        """
        parameters, parts = self.network.parameters, []
        for name, shapes in self.spec.layer_parameters.items():
            if not shapes or (layers is not None and name not in layers):
                continue
            tensors = {key: parameters[f"{name}.{key}"] for key in shapes}
            fields: dict[str, Any] = {}
            if units is not None:
                there = wire.units_there(units, self.spec.shapes[name][0])
                tensors = {key: tensor[there.start : there.stop] for key, tensor in tensors.items()}
                fields = {"units": [there.start, there.stop - 1]}
            parts.append(wire.LayerPart(name, fields, tensors))
        return wire.Answer(layers=parts)

    def layer_names(self, text: str | None) -> frozenset[str] | None:
        """The layers named in `?layers=a,b`; None is all, `none` is none."""
        if text is None:
            return None
        if text == "none":
            return frozenset()
        names = frozenset(part.strip() for part in text.split(","))
        known = self.spec.names
        for name in sorted(names):
            if name not in known:
                raise Problem(
                    422,
                    "unknown_layer",
                    f"{self.id} has no layer {name[:64]!r}; its layers are {', '.join(known)}.",
                    model=self.id,
                    layer=name[:64],
                    known=list(known),
                )
        return names

    def sample(self, name: str) -> Sample:
        if name not in self.samples:
            raise Problem(
                404,
                "unknown_sample",
                f"{self.id} has no sample {name[:64]!r}; GET /api/v1/models/{self.id}/samples lists them.",
                model=self.id,
                sample=name[:64],
            )
        return self.samples[name]


class Library:
    """All served models by id, in the order in which they are listed: the default one first."""

    def __init__(self, entries: Sequence[ServedModel], own: Held[ServedModel] | None = None) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._own = own

    def __iter__(self) -> Iterator[ServedModel]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def default(self) -> ServedModel | None:
        return next(iter(self), None)

    def entry(self, name: str) -> ServedModel:
        """The model with this id: a served one, or one that somebody brought. Raises Problem (404)."""
        if OWN_ID.fullmatch(name) and name not in self._entries:
            found = self._own.get(name) if self._own is not None else None
            if found is None:
                raise Problem(
                    404,
                    "own_model_gone",
                    f"{name} is not held (any more); send its files again to POST /api/v1/own.",
                    model=name,
                )
            return found
        if name not in self._entries:
            known = list(self._entries)
            raise Problem(
                404,
                "unknown_model",
                f"There is no model {name[:64]!r}; the models are {', '.join(known) or 'none'}.",
                model=name[:64],
                known=known,
            )
        return self._entries[name]

    def with_pictures(self, pictures: Mapping[str, Mapping[str, Sample]]) -> Library:
        """The same models with more pictures in their galleries, by model."""
        return Library(
            [
                replace(entry, samples={**entry.samples, **more}) if (more := pictures.get(entry.id)) else entry
                for entry in self
            ],
            self._own,
        )

    def with_own(self, own: Held[ServedModel]) -> Library:
        """The same models, and those of people's own that are held at the moment."""
        return Library(list(self), own)

    def self_test(self) -> dict[str, float | None]:
        """The largest deviation of every model from its golden values; None where it has none.

        Raises EngineError where a shipped model is beyond its tolerance or has lost its golden values.
        The others were tested when they were loaded.
        """
        return {entry.id: self_test(entry.model) for entry in self}


def is_shipped(folder: Path) -> bool:
    """Whether a model's folder is one of the program's own."""
    return folder.parent == zoo.FOLDER


def self_test(model: Model) -> float | None:
    """The largest deviation of a model from its golden values; None where it has none.

    Raises EngineError where it is beyond the tolerance, where the values are unreadable, and where a
    shipped model has none.
    """
    assert model.folder is not None
    golden = Golden.read(model.folder, model.description)
    if golden is None and is_shipped(model.folder):
        raise WeightsError(
            "golden_missing",
            f"{model.spec.id}: its {GOLDEN} is missing; install the program again",
            file=GOLDEN,
        )
    return check_golden(model.network, golden)


def load_library(folders: Sequence[Path], default: str) -> Library:
    """Read every model; the one called `default` (or else the first) is the default.

    A folder of an operator's whose model is unsound, or fails its self-test, is reported and skipped.
    """
    models: dict[str, Model] = {}
    for folder in model_folders(folders):
        try:
            model = load_model(folder)
            if not is_shipped(folder):
                self_test(model)
        except EngineError as error:
            logger.error("model folder %s is skipped: %s", folder, error)
            continue
        if model.spec.id in models:
            logger.error("model folder %s is skipped: there is a model %r already", folder, model.spec.id)
            continue
        models[model.spec.id] = model
    if default not in models and models:
        first = next(iter(models))
        logger.error(
            "CNN_LOUPE_DEFAULT_MODEL is %r, and no such model is served; the models are %s; %s is shown first",
            default,
            ", ".join(models),
            first,
        )
        default = first
    ordered = sorted(models.values(), key=lambda model: model.spec.id != default)
    return Library([_entry(model, default=model.spec.id == default) for model in ordered])


def model_folders(folders: Sequence[Path]) -> list[Path]:
    """Every folder that should hold a model: the shipped ones, and those in, or just inside, these folders."""
    found = [zoo.FOLDER / name for name in zoo.model_ids()]
    for folder in folders:
        if (folder / DESCRIPTION).is_file():
            found.append(folder)
        elif folder.is_dir():
            found += sorted(path.parent for path in folder.glob(f"*/{DESCRIPTION}"))
        else:
            logger.error("model folder %s is skipped: it is not a folder", folder)
    return found


def _entry(model: Model, *, default: bool) -> ServedModel:
    assert model.folder is not None
    bare = ServedModel(model, default)
    found = read_gallery(model.folder, bare.digest, len(model.spec.classes))
    for mistake in found.mistakes:
        logger.error("the gallery of model %s: %s", model.spec.id, mistake)
    return ServedModel(model, default, found.samples, found.default)


def _describe_origin(origin: Origin) -> dict[str, Any]:
    """Where an imported model is from; the names of each layer in its file stand with the layer."""
    return {name: value for name, value in origin.describe().items() if name != "layers"}


def _describe_layer(spec: ModelSpec, node: Node) -> dict[str, Any]:
    return {
        **node.layer.describe(),
        "inputs": list(node.inputs),
        "origin": list(spec.origin.layers.get(node.name, ())) if spec.origin else [],
        "output_shape": list(spec.shapes[node.name]),
        "parameter_count": spec.parameter_counts[node.name],
        "parameters": {key: list(shape) for key, shape in spec.layer_parameters[node.name].items()},
        "receptive_field": spec.receptive_fields[node.name].describe(),
    }
