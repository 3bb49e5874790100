"""What stands around an imported network's layers: the names of its classes, and how pictures are made ready for it.

What a person says counts first, then what the file tells, then what is usual, marked as a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnn_loupe.engine.arrays import Shape
from cnn_loupe.engine.errors import FileError, SpecError
from cnn_loupe.engine.files import content
from cnn_loupe.engine.files.foreign import Files, ForeignGraph
from cnn_loupe.engine.importing import labels, preparation
from cnn_loupe.engine.importing.draft import Draft
from cnn_loupe.engine.importing.inputs import meanings
from cnn_loupe.engine.surroundings import Preparation


@dataclass(frozen=True)
class Choice:
    """What a person has said of the model; everything that is not said is found out or left as it usually is."""

    id: str | None = None
    classes: tuple[str, ...] = ()
    way: str | None = None  # a key of preparation.WAYS
    colour: str | None = None
    invert: bool | None = None
    fit: str | None = None
    preparation: Mapping[str, Any] | None = None
    output: str | None = None
    architecture: str | None = None


UNSAID = Choice()


def classes_of(graph: ForeignGraph, files: Files, count: int, choice: Choice) -> tuple[list[str], str]:
    """The classes' names, and where they come from: "person", "file", "beside", "usual" or "numbers"."""
    if choice.classes:
        if len(choice.classes) != count:
            raise class_count(len(choice.classes), count)
        return list(choice.classes), "person"
    for found, source in ((graph.labels, "file"), (labels.in_metadata(graph.metadata), "file")):
        if len(found) == count:
            return list(found), source
    for data in files.values():
        if content.format_of(data) in ("text", "json"):
            beside = labels.from_text(data.decode("utf-8", "replace"))
            if len(beside) == count:
                return list(beside), "beside"
    usual = labels.suggestions(_shape_of(graph), count)
    return (list(usual[0][1]), "usual") if usual else ([f"class {i}" for i in range(count)], "numbers")


def class_count(found: int, expected: int) -> FileError:
    return FileError(
        "import_classes",
        f"there are {found} names for {expected} classes; give one a class, in the network's order",
        found=found,
        expected=expected,
    )


def _shape_of(graph: ForeignGraph) -> Shape:
    found = meanings(graph, graph.inputs[0])
    return found[0][1] if found else (0, 0, 0)


def input_of(draft: Draft, choice: Choice) -> dict[str, Any]:
    """The description of the input. A picture with other than 1 or 3 channels has no usual preparation."""
    channels = draft.input_shape[0]
    if channels not in (1, 3):
        return {"shape": list(draft.input_shape), "range": [0.0, 1.0]}
    ready = checked(_preparation(draft, choice), channels)
    return {"shape": list(draft.input_shape), "range": list(ready.range), "preparation": ready.describe()}


def checked(given: Mapping[str, Any], channels: int) -> Preparation:
    """A preparation as data that a person wrote, or that was found out. Raises FileError where it is none."""
    if not isinstance(given, Mapping):
        raise FileError(
            "import_preparation", "the preparation is not understood: it is no object", what="it is no object"
        )
    usual = {"colour": "grey" if channels == 1 else "rgb", "source": "person"}
    try:
        found = Preparation.from_json({**usual, **given})
        found.check(channels)
    except SpecError as error:
        raise FileError("import_preparation", f"the preparation is not understood: {error}", what=str(error)) from error
    return found


def _preparation(draft: Draft, choice: Choice) -> dict[str, Any]:
    """What a person said, else what the file tells, else the usual way, as a guess."""
    channels, metadata = draft.input_shape[0], draft.graph.metadata
    if choice.preparation is not None:
        return dict(choice.preparation)
    known = None
    if choice.way is not None:
        known = preparation.usual(choice.way, channels, source="person")
    elif isinstance(metadata.get("normalisation"), Mapping):
        known = preparation.from_normalisation(metadata["normalisation"], channels)
    elif any(e.layer.kind == "scale_shift" and e.inputs == ["input"] for e in draft.entries.values()):
        known = preparation.usual("0..255", channels, source="file")  # Rescaling or Normalization inside the network
    elif is_teachable(draft):
        known = preparation.usual("-1..1", channels, source="file")  # Teachable Machine
    found = known or preparation.usual("0..1", channels, source="guess")
    colour = choice.colour if choice.colour and channels == 3 else found["colour"]
    return {**found, "colour": colour, "invert": bool(choice.invert), "fit": choice.fit or found["fit"]}


def is_teachable(draft: Draft) -> bool:
    """Whether the file's metadata are those that Teachable Machine writes: -1 to 1, the middle of the picture."""
    metadata = draft.graph.metadata
    return isinstance(metadata.get("userDefinedMetadata"), Mapping) and draft.input_shape[1:] == (224, 224)
