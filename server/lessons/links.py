"""A link to a state of the page, as Share copies it: checked against the models, so that it leads somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.server.gallery import Sample
from cnn_loupe.server.lessons.diagnostics import LessonError
from cnn_loupe.server.library import Library, ServedModel
from cnn_loupe.server.places import Place, is_cover, misplaced, read_place, read_view, read_why
from cnn_loupe.server.vocabulary import (
    COVER_CELLS,
    DEPTHS,
    LONGEST_COVER,
    ORDERS,
    PANELS,
    PARAMETERS,
    PRESENTED,
    SCALES,
    SWITCH,
    TRANSFORMS,
    VIEWS,
)

# The language is the reader's own, and a step of a lesson leads to no other tour; a picture that is only in the
# author's browser cannot be shown to others.
DROPPED = ("lang", "tour")
PRIVATE = "own"
CARRIED = tuple(name for name in PARAMETERS if name not in (*DROPPED, PRIVATE))

_CHOICES = {"scale": SCALES, "details": SWITCH, "order": ORDERS, "panel": PANELS, "words": DEPTHS}


@dataclass(frozen=True)
class Link:
    """Where a step leads: a model, a picture of its gallery or of the lesson (None where neither has one), and the
    rest.

    changed says that the picture is changed in the transform panel: what the network makes of it only the page knows.
    """

    entry: ServedModel
    sample: Sample | None
    query: str
    changed: bool


def read_link(
    text: str, library: Library, entry: ServedModel, pictures: Mapping[str, Sample], picture: str | None
) -> Link:
    """The link with model and picture filled in: `entry` and `picture` stand where it names none.

    pictures are the lesson's own, by sample id. Raises LessonError for what the page would not find.
    """
    given = _parameters(text)
    if "model" in given:
        entry = _model(given.pop("model"), library)
    samples = {**entry.samples, **pictures} if takes_pictures(entry.spec) else {}
    sample = _sample(given.pop("sample", None) or picture, entry, samples)
    for name in ("at", "view"):
        if name in given:
            _check_place(name, given[name], entry.spec)
    if "why" in given:
        _check_why(given["why"], entry.spec)
    for name, choices in _CHOICES.items():
        if name in given and given[name] not in choices:
            raise LessonError(f"The link has {name}={given[name][:40]!r}.", f"It may be {', '.join(choices)}.")
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


def _parameters(text: str) -> dict[str, str]:
    query = urlsplit(text).query if "?" in text else text
    pairs = parse_qsl(query, keep_blank_values=True)
    if "?" not in text and "=" not in text and text.strip():
        raise LessonError(
            f"{text[:80]!r} is not a link to a state of the page.", "Copy one with Share, or write ?view=…."
        )
    found: dict[str, str] = {}
    for name, value in pairs:
        if name == PRIVATE:
            raise LessonError(
                "The link shows a picture that is only in your browser.",
                "Put its file into the lesson's folder as one of its pictures.",
            )
        if name not in CARRIED and name not in DROPPED:
            raise LessonError(f"The link has {name[:40]!r}, which means nothing.", f"Known are {', '.join(CARRIED)}.")
        if name in CARRIED:
            found[name] = value
    return found


def _model(name: str, library: Library) -> ServedModel:
    known = {entry.id: entry for entry in library}
    if name not in known:
        raise LessonError(f"There is no model {name[:64]!r}.", f"The models of this server are {', '.join(known)}.")
    return known[name]


def _sample(name: str | None, entry: ServedModel, samples: Mapping[str, Sample]) -> Sample | None:
    if name is None:
        chosen = entry.default_sample
        first = next(iter(samples.values()), None)
        return first if chosen is None else samples.get(chosen, first)
    if not takes_pictures(entry.spec):
        raise LessonError(f"The model {entry.id} takes no pictures.", "Leave the picture out.")
    if not samples:
        raise LessonError(
            f"The model {entry.id} has no gallery.",
            "Leave the picture out, or bring one with the lesson ([[pictures]]).",
        )
    if name not in samples:
        raise LessonError(
            f"There is no picture {name[:64]!r}.", f"The pictures of this model are {', '.join(samples)}."
        )
    return samples[name]


def _check_place(name: str, text: str, spec: ModelSpec) -> None:
    places: tuple[str, ...] = (text,)
    if name == "view":
        view = read_view(text)
        if view is None:
            raise LessonError(
                f"The view {text[:80]!r} cannot be read.", "Open it in the page and copy its link with Share."
            )
        if view.name not in VIEWS:
            raise LessonError(f"There is no view {view.name!r}.", f"The views are {', '.join(VIEWS)}.")
        places = view.places
    for written in places:
        place = read_place(written)
        if place is None:
            raise LessonError(
                f"{written[:80]!r} is not a place in the network.",
                "Write layer[unit] or layer[unit,row,column].",
            )
        check_index(spec, place)


def _check_why(text: str, spec: ModelSpec) -> None:
    why = read_why(text)
    if why is None:
        raise LessonError(
            f"{text[:80]!r} does not say whose evidence is shown.",
            "Open Why? in the page and copy its link with Share.",
        )
    if why.of is not None:
        check_index(spec, why.of)
        if why.against is not None:
            check_index(spec, Place(why.of.name, (why.against,)))


def _check_transform(text: str) -> None:
    for part in text.split(","):
        name, _, value = part.partition(":")
        if name == "cover":
            _check_cover(value)
            continue
        low, high = TRANSFORMS.get(name, (0, 0))
        try:
            fits = name in TRANSFORMS and low <= float(value) <= high
        except ValueError:
            fits = False
        if not fits:
            known = ", ".join(f"{name} ({low:g} to {high:g})" for name, (low, high) in TRANSFORMS.items())
            raise LessonError(f"{part[:40]!r} is no change of the picture.", f"Known are {known} and cover.")


def _check_cover(text: str) -> None:
    if not is_cover(text):
        raise LessonError(
            f"'cover:{text[:40]}' does not say what is covered of the picture.",
            f"It is run lengths in base 36 with dots between them, of at most {COVER_CELLS:,} cells and"
            f" {LONGEST_COVER:,} characters: cover parts in the page and copy its link with Share.",
        )


def _check_presented(text: str) -> None:
    for name in [] if text in ("1", "none") else text.split(","):
        if name not in PRESENTED:
            raise LessonError(
                f"{name[:40]!r} is no control that a presentation shows.",
                f"Write present=1, present=none, or some of {', '.join(PRESENTED)}.",
            )


def check_index(spec: ModelSpec, place: Place, *, whole: bool = False) -> None:
    """Whether the model has this unit, or with `whole` this single value; raises LessonError."""
    found = misplaced(spec, place, whole=whole)
    if found is None:
        return
    shape, index = shape_of(spec, place.name), list(place.index)
    if found.axis is None:
        raise LessonError(
            f"{place.name} has the shape {list(shape)}, and {index} has {len(index)} numbers.",
            f"Give {len(shape)}{'' if whole else ', or the unit alone'}.",
        )
    raise LessonError(
        f"{place.name} has the shape {list(shape)}; there is no {index[found.axis]} in place {found.axis} of {index}.",
        f"It goes from 0 to {shape[found.axis] - 1}.",
    )


def shape_of(spec: ModelSpec, layer: str) -> tuple[int, ...]:
    """The shape of what a layer gives, or of the picture."""
    known = spec.shapes
    if layer not in known:
        raise LessonError(f"The model {spec.id} has no layer {layer[:64]!r}.", f"Its layers are {', '.join(known)}.")
    return known[layer]
