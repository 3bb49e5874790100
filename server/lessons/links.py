"""A link to a state of the page, as Share copies it: checked against the models, so that it leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from cnn_loupe.engine.spec import INPUT, ModelSpec
from cnn_loupe.server.addresses import ORDERS, PRESENTED, SCALES, SWITCH, VIEWS
from cnn_loupe.server.lessons.mistakes import Wrong
from cnn_loupe.server.library import Entry, Library, Sample

# The parameters of the page's address (static/js/state/address.js; a test compares). The language is the
# reader's own, and a step of a lesson leads to no other tour.
CARRIED = ("model", "sample", "scale", "details", "order", "at", "view", "panel", "transform", "present")
DROPPED = ("lang", "tour")

PANELS = ("crop", "preparation", "transform")
# Every control of the transform panel with its range, as in static/js/state/transform-text.js (a test compares).
TRANSFORMS: Mapping[str, tuple[float, float]] = {
    "shift_x": (-32, 32),
    "shift_y": (-32, 32),
    "rotate": (-180, 180),
    "flip": (0, 1),
    "brightness": (-1, 1),
    "contrast": (0, 3),
    "blur": (0, 6),
    "noise": (0, 0.5),
    "grey": (0, 1),
    "swap": (0, 5),
}
_CHOICES = {"scale": SCALES, "details": SWITCH, "order": ORDERS, "panel": PANELS}

_PLACE = re.compile(r"([\w.-]{1,64})\[(\d{1,7})(?:,(\d{1,7})(?:,(\d{1,7}))?)?\]")
_VIEW = re.compile(r"([a-z]{1,20}):([^!~]+)(?:!(\d{1,7}))?((?:~[^~]+)*)")


@dataclass(frozen=True)
class Link:
    """Where a step leads: a model, a picture of its gallery (None where the model takes none), and the rest.

    changed says that the picture is changed in the transform panel: what the network makes of it only the page knows.
    """

    entry: Entry
    sample: Sample | None
    query: str
    changed: bool


def read_link(
    text: str, library: Library, entry: Entry, pictures: Mapping[str, Sample], picture: str | None
) -> Link:
    """The link with model and picture filled in: `entry` and `picture` stand where it names none.

    pictures are the lesson's own, by sample id. Raises Wrong for what the page would not find.
    """
    given = _parameters(text)
    if "model" in given:
        entry = _model(given.pop("model"), library)
    samples = {**samples_of(library, entry), **pictures} if takes_pictures(entry.spec) else {}
    sample = _sample(given.pop("sample", None) or picture, entry, samples)
    for name in ("at", "view"):
        if name in given:
            _check_place(name, given[name], entry.spec)
    for name, choices in _CHOICES.items():
        if name in given and given[name] not in choices:
            raise Wrong(f"The link has {name}={given[name][:40]!r}.", f"It may be {', '.join(choices)}.")
    if "transform" in given:
        _check_transform(given["transform"])
    if "present" in given:
        _check_presented(given["present"])
    parameters = {"model": entry.id, **({"sample": sample.id} if sample else {}), **given}
    query = "&".join(f"{name}={quote(value, safe=',:[]!~')}" for name, value in parameters.items())
    return Link(entry, sample, f"?{query}", "transform" in given)


def takes_pictures(spec: ModelSpec) -> bool:
    """Whether a picture can be prepared for this model: grey or in colour."""
    return spec.input_shape[0] in (1, 3)


def samples_of(library: Library, entry: Entry) -> Mapping[str, Sample]:
    """The pictures that the page shows with a model: its own gallery, or the default model's."""
    if entry.samples or not takes_pictures(entry.spec) or library.default is None:
        return entry.samples
    return library.default.samples


def _parameters(text: str) -> dict[str, str]:
    query = urlsplit(text).query if "?" in text else text
    pairs = parse_qsl(query, keep_blank_values=True)
    if "?" not in text and "=" not in text and text.strip():
        raise Wrong(
            f"{text[:80]!r} is not a link to a state of the page.", "Copy one with Share, or write ?view=…."
        )
    found: dict[str, str] = {}
    for name, value in pairs:
        if name == "own":
            raise Wrong(
                "The link shows a picture that is only in your browser.",
                "Put its file into the lesson's folder as one of its pictures.",
            )
        if name not in CARRIED and name not in DROPPED:
            raise Wrong(
                f"The link has {name[:40]!r}, which means nothing.", f"Known are {', '.join(CARRIED)}."
            )
        if name in CARRIED:
            found[name] = value
    return found


def _model(name: str, library: Library) -> Entry:
    known = {entry.id: entry for entry in library}
    if name not in known:
        raise Wrong(f"There is no model {name[:64]!r}.", f"The models of this server are {', '.join(known)}.")
    return known[name]


def _sample(name: str | None, entry: Entry, samples: Mapping[str, Sample]) -> Sample | None:
    if name is None:
        chosen = entry.default_sample
        first = next(iter(samples.values()), None)
        return first if chosen is None else samples.get(chosen, first)
    if not samples:
        raise Wrong(f"The model {entry.id} takes no pictures.", "Leave the picture out.")
    if name not in samples:
        raise Wrong(
            f"There is no picture {name[:64]!r}.", f"The pictures of this model are {', '.join(samples)}."
        )
    return samples[name]


def _check_place(name: str, text: str, spec: ModelSpec) -> None:
    match = _VIEW.fullmatch(text) if name == "view" else None
    if name == "view" and match is None:
        raise Wrong(
            f"The view {text[:80]!r} cannot be read.", "Open it in the page and copy its link with Share."
        )
    if match is not None and match[1] not in VIEWS:
        raise Wrong(f"There is no view {match[1]!r}.", f"The views are {', '.join(VIEWS)}.")
    places = [text] if match is None else [match[2], *match[4].split("~")[1:]]
    for place in places:
        found = _PLACE.fullmatch(place)
        if found is None:
            raise Wrong(
                f"{place[:80]!r} is not a place in the network.",
                "Write layer[unit] or layer[unit,row,column].",
            )
        check_index(spec, found[1], [int(part) for part in found.groups()[1:] if part is not None])


def _check_transform(text: str) -> None:
    for part in text.split(","):
        name, _, value = part.partition(":")
        low, high = TRANSFORMS.get(name, (0, 0))
        try:
            fits = name in TRANSFORMS and low <= float(value) <= high
        except ValueError:
            fits = False
        if not fits:
            known = ", ".join(f"{name} ({low:g} to {high:g})" for name, (low, high) in TRANSFORMS.items())
            raise Wrong(f"{part[:40]!r} is no change of the picture.", f"Known are {known}.")


def _check_presented(text: str) -> None:
    for name in [] if text in ("1", "none") else text.split(","):
        if name not in PRESENTED:
            raise Wrong(
                f"{name[:40]!r} is no control that a presentation shows.",
                f"Write present=1, present=none, or some of {', '.join(PRESENTED)}.",
            )


def check_index(spec: ModelSpec, layer: str, index: list[int], *, whole: bool = False) -> None:
    """Whether the layer has a unit, or with `whole` a single value, at this index; raises Wrong."""
    shape = shape_of(spec, layer)
    if len(index) not in ((len(shape),) if whole else (1, len(shape))):
        raise Wrong(
            f"{layer} has the shape {list(shape)}, and {index} has {len(index)} numbers.",
            f"Give {len(shape)}{'' if whole else ', or the unit alone'}.",
        )
    for axis, (at, size) in enumerate(zip(index, shape, strict=False)):
        if not 0 <= at < size:
            raise Wrong(
                f"{layer} has the shape {list(shape)}; there is no {at} in place {axis} of {index}.",
                f"It goes from 0 to {size - 1}.",
            )


def shape_of(spec: ModelSpec, layer: str) -> tuple[int, ...]:
    """The shape of what a layer gives, or of the picture."""
    shapes = {INPUT: spec.input_shape, **dict(zip(spec.names, spec.shapes, strict=True))}
    if layer not in shapes:
        raise Wrong(
            f"The model {spec.id} has no layer {layer[:64]!r}.", f"Its layers are {', '.join(shapes)}."
        )
    return tuple(shapes[layer])
