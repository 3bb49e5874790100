"""What can stand alone in another page, and what an embed's address may say.

An address is read here, once and strictly: a parameter that is not known, or a value that is not, is
refused with the rule that it broke. What passes is what the page's script reads in the same address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from cnn_loupe.engine.graph import INPUT
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.i18n import LANGUAGES, known_language
from cnn_loupe.server.library import Library, ServedModel
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
NEEDS = {
    **dict.fromkeys(
        ("backprop", "sliding", "as-matrix", "collapse", "descent", "chain", "batches", "blocks", "windows"), "nothing"
    ),
    **dict.fromkeys(("counts", "training"), "model"),
}
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
    entry: ServedModel
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


def _refused(problem: Problem) -> PydanticCustomError:
    """What a validator raises: pydantic carries the problem to `read_embed`."""
    return PydanticCustomError("refused", "refused", {"problem": problem})


def _unknown_choice(parameter: str, value: str, choices: Iterable[str]) -> Problem:
    known, value = ", ".join(choices), value[:SHOWN]
    sentence = f"{parameter}: {value!r} is none of {known}."
    return Problem(422, "embed_choice_unknown", sentence, parameter=parameter, value=value, known=known)


def _one_of(choices: tuple[str, ...]) -> AfterValidator:
    def check(value: str, info: ValidationInfo) -> str:
        if value not in choices:
            raise _refused(_unknown_choice(str(info.field_name), value, choices))
        return value

    return AfterValidator(check)


def _all_of(choices: tuple[str, ...]) -> BeforeValidator:
    def read(text: str, info: ValidationInfo) -> tuple[str, ...]:
        names = () if text in ("", "none") else tuple(dict.fromkeys(text.split(",")))
        for name in names:
            if name not in choices:
                raise _refused(_unknown_choice(str(info.field_name), name, (*choices, "none")))
        return names

    return BeforeValidator(read)


def _language(value: str, info: ValidationInfo) -> str:
    language = known_language(value)
    if language is None:
        raise _refused(_unknown_choice(str(info.field_name), value, LANGUAGES))
    return language


def _whole(least: int, most: int) -> BeforeValidator:
    def read(value: str, info: ValidationInfo) -> int:
        if re.fullmatch(r"[0-9]{1,5}", value) and least <= int(value) <= most:
            return int(value)
        parameter, value = str(info.field_name), value[:SHOWN]
        sentence = f"{parameter}: {value!r} is not a whole number from {least} to {most}."
        limits: dict[str, Any] = {"least": least, "most": most}
        raise _refused(Problem(422, "embed_number_refused", sentence, parameter=parameter, value=value, **limits))

    return BeforeValidator(read)


def _sides(least: int, most: int) -> BeforeValidator:
    def read(value: str, info: ValidationInfo) -> tuple[int, int]:
        match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", value)
        if match and all(least <= int(side) <= most for side in match.groups()):
            return int(match[1]), int(match[2])
        parameter, value = str(info.field_name), value[:SHOWN]
        sentence = (
            f"{parameter}: {value!r} is not a width and a height in pixels, each from {least} to {most}, "
            "such as 640x480."
        )
        limits: dict[str, Any] = {"least": least, "most": most}
        raise _refused(Problem(422, "embed_size_refused", sentence, parameter=parameter, value=value, **limits))

    return BeforeValidator(read)


class Address(BaseModel):
    """What the address of every embed may say. The first of several values of one name counts, as in the page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str | None = None
    sample: str | None = None
    lang: Annotated[str, BeforeValidator(_language)] | None = None
    theme: Annotated[str, _one_of(THEMES)] = "auto"
    text: Annotated[int, _whole(*TEXT)] = 100
    size: Annotated[tuple[int, int], _sides(*SIDE)] | None = None
    controls: tuple[str, ...]


class NetworkAddress(Address):
    """The network map."""

    controls: Annotated[tuple[str, ...], _all_of(CONTROLS["network"])] = USUAL["network"]
    scale: Annotated[str, _one_of(SCALES)] | None = None
    details: Annotated[str, _one_of(SWITCH)] | None = None
    order: Annotated[str, _one_of(ORDERS)] | None = None
    at: str | None = None


class ViewAddress(Address):
    """One opened view."""

    controls: Annotated[tuple[str, ...], _all_of(CONTROLS["view"])] = USUAL["view"]
    view: str
    scale: Annotated[str, _one_of(SCALES)] | None = None


class WidgetAddress(Address):
    """A playground of a chapter."""

    controls: Annotated[tuple[str, ...], _all_of(CONTROLS["widget"])] = USUAL["widget"]


_ADDRESSES: dict[str, type[Address]] = {"network": NetworkAddress, "view": ViewAddress, "widget": WidgetAddress}


def read_embed(what: str, widget: str | None, pairs: Iterable[tuple[str, str]], library: Library) -> Embed:
    """Check an address; raises a Problem that names the value, the rule and the remedy."""
    if widget is not None and widget not in playgrounds("en"):
        known = ", ".join(playgrounds("en"))
        sentence = f"There is no playground {widget[:SHOWN]!r}; there are {known}."
        raise Problem(404, "unknown_widget", sentence, widget=widget[:SHOWN], known=known)
    address = _read_address(_ADDRESSES[what], pairs)
    entry = library.entry(address.model) if address.model is not None else library.default
    if entry is None:
        raise Problem(404, "no_models", "This server has no model that could be shown.")
    if isinstance(address, ViewAddress):
        _check_view(entry, address.view)
    if isinstance(address, NetworkAddress) and address.at is not None:
        _check_place(entry, "at", address.at)
    if address.sample is not None:
        entry.sample(address.sample)
    return Embed(
        what=what,
        entry=entry,
        language=address.lang,
        theme=address.theme,
        controls=address.controls,
        size=address.size,
        text=address.text,
        sample=address.sample,
        widget=widget,
    )


def _read_address(kind: type[Address], pairs: Iterable[tuple[str, str]]) -> Address:
    given: dict[str, str] = {}
    for name, value in pairs:
        given.setdefault(name, value)
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False)
        # An unknown parameter is reported before refused values: it says most about what is wrong with an address.
        first = min(found, key=lambda one: one["type"] != "extra_forbidden")
        raise _problem_of(first, kind) from None


def _problem_of(error: ErrorDetails, kind: type[Address]) -> Problem:
    """What pydantic found, in the words of this server; its validators here bring their own problem along."""
    if error["type"] == "extra_forbidden":
        parameter, known = str(error["loc"][0])[:SHOWN], ", ".join(kind.model_fields)
        sentence = f"This embed has no parameter {parameter!r}; it takes {known}."
        return Problem(422, "embed_parameter_unknown", sentence, parameter=parameter, known=known)
    if error["type"] == "missing":
        return Problem(422, "embed_view_missing", "Say which view: /embed/view?view=neuron:conv_1_2[3].")
    problem = error["ctx"]["problem"]
    assert isinstance(problem, Problem)
    return problem


def _check_view(entry: ServedModel, text: str) -> None:
    view = read_view(text)
    if view is None:
        raise Problem(
            422,
            "embed_view_refused",
            f"view: {text[:SHOWN]!r} is not a view such as neuron:conv_1_2[3] or neuron:conv_1_2[3,30,24].",
            value=text[:SHOWN],
        )
    if view.name not in VIEWS:
        raise _unknown_choice("view", view.name, VIEWS)
    layer, *_ = [_check_place(entry, "view", place) for place in view.places]
    sizes = entry.spec.shapes
    before = layer if layer == INPUT else entry.spec.node(layer).inputs[0]
    if view.input is not None and view.input >= sizes[before][0]:
        raise _outside("view", f"!{view.input}", entry, before, sizes[before])


def _check_place(entry: ServedModel, parameter: str, text: str) -> str:
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


def _outside(parameter: str, value: str, entry: ServedModel, layer: str, sizes: tuple[int, ...]) -> Problem:
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
