"""What can stand alone in another page, and what an embed's address may say.

An address is read here, once and strictly: a parameter that is not known, or a value that is not, is
refused with the rule that it broke. What passes is what the page's script reads in the same address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from cnn_loupe.engine.graph import INPUT
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.i18n import LANGUAGES, known_language
from cnn_loupe.server.library import Entry, Library
from cnn_loupe.server.paths import TEMPLATES
from cnn_loupe.server.places import misplaced, read_place, read_view
from cnn_loupe.server.vocabulary import CHAPTERS, ORDERS, SCALES, SWITCH, THEMES, VIEWS

# What can be embedded → the controls that its address may ask for. static/js/features/embed holds their elements.
CONTROLS = {
    "network": ("pictures", "scale", "details", "answer", "inspector", "views", "link"),
    "view": ("pictures", "scale", "picker", "playback", "explanation", "link"),
    "widget": ("pictures", "link"),
}
USUAL = {
    "network": ("answer", "inspector", "views", "link"),
    "view": ("picker", "playback", "explanation", "link"),
    "widget": ("link",),
}
# What a playground needs, where that is not the run of a picture.
NEEDS = {"backprop": "nothing", "sliding": "nothing", "counts": "model", "training": "model"}
SIDE = (200, 4000)  # CSS pixels
TEXT = (75, 300)  # per cent
SHOWN = 64  # characters of a refused value that an answer repeats

_PLAYGROUND = re.compile(r'\{% call play\("([a-z-]+)", "([^"{}]+)"\) %\}')


@dataclass(frozen=True)
class Playground:
    """A widget of a chapter: its name in addresses, where it stands, and what it is called there."""

    name: str
    chapter: str
    heading: str


@lru_cache
def playgrounds(language: str) -> dict[str, Playground]:
    """All widgets by name, in the order of the chapters, which are where they are named."""
    found = {}
    for chapter in CHAPTERS:
        text = (TEMPLATES / "learn" / language / f"{chapter}.html").read_text("utf-8")
        for name, heading in _PLAYGROUND.findall(text):
            found[name] = Playground(name, chapter, heading)
    return found


@dataclass(frozen=True)
class Embed:
    """What an address asks for, checked."""

    what: str
    entry: Entry
    language: str | None
    theme: str
    controls: tuple[str, ...]
    size: tuple[int, int] | None
    text: int
    sample: str | None
    widget: str | None

    @property
    def needs(self) -> str:
        """What it asks the server for: `run` (with model and parameters), `model`, or `nothing`."""
        return NEEDS.get(self.widget or "", "run")


def read_embed(what: str, widget: str | None, pairs: Iterable[tuple[str, str]], library: Library) -> Embed:
    """Check an address; raises a Problem that names the value, the rule and the remedy."""
    if widget is not None and widget not in playgrounds("en"):
        known = list(playgrounds("en"))
        raise Problem(
            404,
            "unknown_widget",
            f"There is no playground {widget[:SHOWN]!r}; there are {', '.join(known)}.",
            widget=widget[:SHOWN],
            known=", ".join(known),
        )
    allowed = _parameters(what)
    given: dict[str, str] = {}
    for name, value in pairs:
        if name not in allowed:
            raise Problem(
                422,
                "embed_parameter_unknown",
                f"This embed has no parameter {name[:SHOWN]!r}; it takes {', '.join(allowed)}.",
                parameter=name[:SHOWN],
                known=", ".join(allowed),
            )
        given.setdefault(name, value)  # as the page's script reads it: the first one counts
    entry = library.entry(given["model"]) if "model" in given else library.default
    if entry is None:
        raise Problem(404, "no_models", "This server has no model that could be shown.")
    for name, value in given.items():
        allowed[name](name, value)
    if what == "view":
        if "view" not in given:
            raise Problem(422, "embed_view_missing", "Say which view: /embed/view?view=neuron:conv_1_2[3].")
        _check_view(entry, given["view"])
    if "at" in given:
        _check_place(entry, "at", given["at"])
    if "sample" in given:
        _check_sample(entry, library, given["sample"])
    return Embed(
        what=what,
        entry=entry,
        language=known_language(given.get("lang", "")),
        theme=given.get("theme", "auto"),
        controls=_controls(given["controls"]) if "controls" in given else USUAL[what],
        size=_pair(given["size"]) if "size" in given else None,
        text=int(given.get("text", 100)),
        sample=given.get("sample"),
        widget=widget,
    )


Check = Callable[[str, str], None]


def _parameters(what: str) -> dict[str, Check]:
    """The parameters of one kind of embed, each with its rule."""
    shared: dict[str, Check] = {
        "model": _anything,
        "sample": _anything,
        "lang": _language,
        "theme": _one_of(THEMES),
        "text": _whole(*TEXT),
        "size": _size,
        "controls": _all_of(CONTROLS[what]),
    }
    own: dict[str, dict[str, Check]] = {
        "network": {
            "scale": _one_of(SCALES),
            "details": _one_of(SWITCH),
            "order": _one_of(ORDERS),
            "at": _anything,
        },
        "view": {"view": _anything, "scale": _one_of(SCALES)},
        "widget": {},
    }
    return {**shared, **own[what]}


def _anything(_: str, __: str) -> None:
    """Checked against the model, once that is known."""


def _refuse_choice(parameter: str, value: str, choices: Iterable[str]) -> Problem:
    known = ", ".join(choices)
    return Problem(
        422,
        "embed_choice_unknown",
        f"{parameter}: {value[:SHOWN]!r} is none of {known}.",
        parameter=parameter,
        value=value[:SHOWN],
        known=known,
    )


def _one_of(choices: tuple[str, ...]) -> Check:
    def check(parameter: str, value: str) -> None:
        if value not in choices:
            raise _refuse_choice(parameter, value, choices)

    return check


def _all_of(choices: tuple[str, ...]) -> Check:
    def check(parameter: str, value: str) -> None:
        for name in _controls(value):
            if name not in choices:
                raise _refuse_choice(parameter, name, (*choices, "none"))

    return check


def _controls(text: str) -> tuple[str, ...]:
    return () if text in ("", "none") else tuple(dict.fromkeys(text.split(",")))


def _language(parameter: str, value: str) -> None:
    if known_language(value) is None:
        raise _refuse_choice(parameter, value, LANGUAGES)


def _whole(least: int, most: int) -> Check:
    def check(parameter: str, value: str) -> None:
        if not re.fullmatch(r"[0-9]{1,5}", value) or not least <= int(value) <= most:
            raise Problem(
                422,
                "embed_number_refused",
                f"{parameter}: {value[:SHOWN]!r} is not a whole number from {least} to {most}.",
                parameter=parameter,
                value=value[:SHOWN],
                least=least,
                most=most,
            )

    return check


def _pair(value: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", value)
    return (int(match[1]), int(match[2])) if match else None


def _size(parameter: str, value: str) -> None:
    pair, (least, most) = _pair(value), SIDE
    if pair is None or not all(least <= side <= most for side in pair):
        raise Problem(
            422,
            "embed_size_refused",
            f"{parameter}: {value[:SHOWN]!r} is not a width and a height in pixels, each from {least} to {most}, "
            "such as 640x480.",
            parameter=parameter,
            value=value[:SHOWN],
            least=least,
            most=most,
        )


def _check_sample(entry: Entry, library: Library, sample: str) -> None:
    lent = library.default.samples if library.default and not entry.samples else {}
    if sample not in lent:
        entry.sample(sample)


def _check_view(entry: Entry, text: str) -> None:
    view = read_view(text)
    if view is None:
        raise Problem(
            422,
            "embed_view_refused",
            f"view: {text[:SHOWN]!r} is not a view such as neuron:conv_1_2[3] or neuron:conv_1_2[3,30,24].",
            value=text[:SHOWN],
        )
    if view.name not in VIEWS:
        raise _refuse_choice("view", view.name, VIEWS)
    layer, *_ = [_check_place(entry, "view", place) for place in view.places]
    sizes = entry.spec.shapes
    before = layer if layer == INPUT else entry.spec.node(layer).inputs[0]
    if view.input is not None and view.input >= sizes[before][0]:
        raise _outside("view", f"!{view.input}", entry, before, sizes[before])


def _check_place(entry: Entry, parameter: str, text: str) -> str:
    """The place's layer; raises where the model has no such place."""
    place = read_place(text)
    if place is None:
        raise Problem(
            422,
            "embed_place_refused",
            f"{parameter}: {text[:SHOWN]!r} is not a place such as conv_1_2[3] or conv_1_2[3,30,24].",
            parameter=parameter,
            value=text[:SHOWN],
        )
    found = misplaced(entry.spec, place)
    if found is None:
        return place.name
    if found.shape is None:
        raise Problem(
            422,
            "unknown_layer",
            f"Model {entry.id} has no layer {place.name!r}; its layers are {', '.join(entry.spec.shapes)}.",
            model=entry.id,
            layer=place.name,
        )
    raise _outside(parameter, text, entry, place.name, found.shape)


def _outside(parameter: str, value: str, entry: Entry, layer: str, sizes: tuple[int, ...]) -> Problem:
    shape = "×".join(map(str, sizes))
    return Problem(
        422,
        "embed_place_outside",
        f"{parameter}: {value[:SHOWN]!r} lies outside of {layer} in {entry.id}, whose shape is {shape}; "
        "indices start at 0.",
        parameter=parameter,
        value=value[:SHOWN],
        model=entry.id,
        layer=layer,
        shape=shape,
    )
