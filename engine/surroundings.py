"""What a description says around the layers: how pictures come in, how answers go out, where it is from.

These are the fields that format 2 adds. An importer fills them in; a model that was made here has
none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array
from cnn_loupe.engine.errors import SpecError
from cnn_loupe.engine.fields import Flag, Real, as_list, as_object, as_text, bad, check

COLOURS = ("rgb", "bgr", "grey")
FITS = ("cover", "contain", "stretch")
SOURCES = ("file", "person", "guess")
# How the last layer's values are read: see `Output`.
ENDINGS = ("softmax", "logits", "log_softmax", "sigmoid", "binary")

SCALE, MEAN, STD = Real(1e-6, 1e6), Real(-1e6, 1e6), Real(1e-6, 1e6)
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Preparation:
    """How the values of a picture, p from 0 to 1, become the model's input.

    x[c] = (scale · q[c] − mean[c]) / std[c], with q = 1 − p where `invert` is set, else p

    colour  the order of the channels: rgb, bgr, or grey for a single one
    fit     how the picture fills the input: cover (cropped), contain (with margins) or stretch
    source  who says so: the model's own file, a person, or a guess
    """

    colour: str
    invert: bool = False
    fit: str = "cover"
    scale: float = 1.0
    mean: tuple[float, ...] = ()  # one a channel; none means 0
    std: tuple[float, ...] = ()  # one a channel; none means 1
    source: str = "file"

    def check(self, channels: int) -> None:
        """Raise SpecError where the values do not suit an input with so many channels."""
        if (self.colour == "grey") != (channels == 1) or (self.colour != "grey" and channels != 3):
            raise bad("preparation", "colour", self.colour, "grey for one channel, rgb or bgr for three")
        for key in ("mean", "std"):
            values = getattr(self, key)
            if values and len(values) != channels:
                raise bad("preparation", key, list(values), f"{channels} numbers, one a channel, or none")

    def apply(self, p: Array) -> Array:
        """The model's input from a picture's values p in 0…1, (C, H, W) with channels red, green, blue or grey."""
        q = 1 - p if self.invert else p
        if self.colour == "bgr":
            q = q[::-1]
        mean = np.asarray(self.mean or [0.0] * len(p), np.float64)[:, None, None]
        std = np.asarray(self.std or [1.0] * len(p), np.float64)[:, None, None]
        return np.ascontiguousarray((self.scale * q - mean) / std, dtype=FLOAT)

    def apply_all(self, pictures: Array) -> Array:
        """The model's inputs (N, C, H, W) from the values of N pictures."""
        return np.stack([self.apply(p) for p in pictures])

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest number that the model can get."""
        count = len(self.mean) or len(self.std) or 1
        pairs = zip(self.mean or (0.0,) * count, self.std or (1.0,) * count, strict=True)
        ends = [(end * self.scale - mean) / std for mean, std in pairs for end in (0.0, 1.0)]
        return min(ends), max(ends)

    def steps(self, channels: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """What `apply` does, step by step, without what changes nothing: the step's name and its numbers."""
        if self.invert:
            yield "invert", {}
        if self.colour == "bgr":
            yield "channels", {"order": ["blue", "green", "red"]}
        mean, std = self.mean or (0.0,) * channels, self.std or (1.0,) * channels
        if self.scale != 1 or any(mean) or any(s != 1 for s in std):
            numbers = {"scale": self.scale, "mean": list(mean), "std": list(std)}
            yield "normalise", {**numbers, "from": [0, 1], "to": list(self.range)}

    @classmethod
    def from_json(cls, entry: Any) -> Preparation:
        """The preparation that `input.preparation` describes."""
        data = _known("preparation", entry, cls)
        return cls(
            colour=_choice("preparation", "colour", data.get("colour"), COLOURS),
            invert=check("preparation", "invert", data.get("invert", False), Flag()),
            fit=_choice("preparation", "fit", data.get("fit", "cover"), FITS),
            scale=check("preparation", "scale", data.get("scale", 1.0), SCALE),
            mean=_reals("mean", data.get("mean", []), MEAN),
            std=_reals("std", data.get("std", []), STD),
            source=_choice("preparation", "source", data.get("source", "file"), SOURCES),
        )

    def describe(self) -> dict[str, Any]:
        """The entry that `from_json` reads."""
        return {
            "colour": self.colour,
            "invert": self.invert,
            "fit": self.fit,
            "scale": self.scale,
            "mean": list(self.mean),
            "std": list(self.std),
            "source": self.source,
        }


@dataclass(frozen=True)
class Output:
    """How the last layer's values are read.

    ending  softmax      probabilities; the scores are what goes into the softmax
            logits       scores; there are no probabilities
            log_softmax  logarithms of probabilities
            sigmoid      for each class a probability of its own; they do not add up to 1
            binary       one number, the probability of class 1; class 0 has the rest
    added   the layers that the model's own file does not have and the importer put at the end
    """

    ending: str
    added: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, entry: Any) -> Output:
        """The output that the entry `output` describes."""
        data = _known("output", entry, cls)
        return cls(
            ending=_choice("output", "ending", data.get("ending"), ENDINGS),
            added=_texts("output", "added", data.get("added", [])),
        )

    def describe(self) -> dict[str, Any]:
        """The entry that `from_json` reads."""
        return {"ending": self.ending, "added": list(self.added)}


@dataclass(frozen=True)
class SourceFile:
    """A file that a model was imported from."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Origin:
    """Where an imported model comes from, and what became of its parts.

    format    of the file: onnx, keras, tfjs …
    producer  the program that wrote it, as the file says
    files     with the SHA-256 of each
    layout    the order of its axes: chw or hwc
    layers    for each layer here the names that it, and what was merged into it, have in the file
    folded    names in the file of what was merged into another layer, such as batch normalisation
    dropped   names in the file of what does nothing when the model is used, such as dropout
    licence   what the file says of it, and of who made it; empty where it says nothing
    author
    """

    format: str
    producer: str = ""
    files: tuple[SourceFile, ...] = ()
    layout: str = "chw"
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    folded: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    licence: str = ""
    author: str = ""

    @classmethod
    def from_json(cls, entry: Any) -> Origin:
        """The origin that the entry `origin` describes."""
        data = _known("origin", entry, cls)
        layers = as_object("origin", data.get("layers", {}))
        return cls(
            format=as_text("origin", "format", data.get("format")),
            producer=_maybe("producer", data),
            files=tuple(_file(file) for file in as_list("origin", "files", data.get("files", []))),
            layout=_choice("origin", "layout", data.get("layout", "chw"), ("chw", "hwc")),
            layers=MappingProxyType(
                {str(name): _texts("origin", f"layers.{name}", names) for name, names in layers.items()}
            ),
            folded=_texts("origin", "folded", data.get("folded", [])),
            dropped=_texts("origin", "dropped", data.get("dropped", [])),
            licence=_maybe("licence", data),
            author=_maybe("author", data),
        )

    def describe(self) -> dict[str, Any]:
        """The entry that `from_json` reads."""
        return {
            "format": self.format,
            "producer": self.producer,
            "files": [{"name": file.name, "sha256": file.sha256} for file in self.files],
            "layout": self.layout,
            "layers": {name: list(names) for name, names in self.layers.items()},
            "folded": list(self.folded),
            "dropped": list(self.dropped),
            **({"licence": self.licence} if self.licence else {}),
            **({"author": self.author} if self.author else {}),
        }


def _known(place: str, entry: Any, described: type) -> Mapping[str, Any]:
    """The entry as an object that has none but the fields of this class."""
    data = as_object(place, entry)
    known = list(described.__dataclass_fields__)  # type: ignore[attr-defined]
    for key in data:
        if key not in known:
            raise SpecError(
                "unknown_field",
                f"{place} has no {key!r}; it knows {', '.join(known)}",
                place=place,
                field=str(key),
                known=known,
            )
    return data


def _choice(place: str, key: str, value: Any, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise bad(place, key, value, " or ".join(choices))
    found: str = value
    return found


def _texts(place: str, key: str, values: Any) -> tuple[str, ...]:
    return tuple(as_text(place, key, value) for value in as_list(place, key, values))


def _maybe(key: str, data: Mapping[str, Any]) -> str:
    """A text of the origin, or none."""
    text = data.get(key, "")
    return as_text("origin", key, text) if text != "" else ""


def _reals(key: str, values: Any, rule: Real) -> tuple[float, ...]:
    return tuple(check("preparation", key, value, rule) for value in as_list("preparation", key, values))


def _file(entry: Any) -> SourceFile:
    data = _known("origin.files", entry, SourceFile)
    digest = as_text("origin.files", "sha256", data.get("sha256"))
    if not SHA256.fullmatch(digest):
        raise bad("origin.files", "sha256", digest, "64 of 0–9 and a–f")
    return SourceFile(as_text("origin.files", "name", data.get("name")), digest)
