"""Files in; a model that is served from memory, and the report of what became of it, out."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cnn_loupe.engine.errors import EngineError
from cnn_loupe.engine.importing.model import Cancelled, Imported, ImportFailed, import_files
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.weights import Model
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.library import OWN, ServedModel
from cnn_loupe.server.limits import ClientGone
from cnn_loupe.server.own.body import Brought

# One file is read at a time in each worker: a large one takes several times its size while it lasts.
_reading = threading.Lock()


@dataclass(frozen=True)
class Bounds:
    """What one run of a person's model may take."""

    multiply_adds: int
    activations: int


def identity(brought: Brought) -> tuple[str, str]:
    """The model's id, and the SHA-256 of the contents alone: the same for other names and other choices."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in brought.files.items()}
    content = hashlib.sha256("".join(sorted(digests.values())).encode()).hexdigest()
    said = brought.choices.model_dump_json(exclude_defaults=True)
    named = "\n".join(f"{digest} {name!r}" for name, digest in sorted(digests.items()))
    return OWN + hashlib.sha256(f"{named}\n{said}".encode()).hexdigest()[:32], content


def bring(brought: Brought, name: str, bounds: Bounds, cancelled: Callable[[], bool]) -> tuple[Imported, ServedModel]:
    """The model of these files under this id.

    Raises Problem with all that stands in the way (422), and ClientGone when the client has disconnected.
    """
    try:
        with _reading:
            imported = import_files(brought.files, brought.choice(name), cancelled=cancelled)
        spec = imported.spec
        _within(sum(spec.multiplications.values()), bounds.multiply_adds, "multiply-adds", "MAX_MULTIPLY_ADDS")
        title = {"en": next(iter(imported.report.files), name)}
        spec = replace(spec, title=title)
        entry = ServedModel(
            Model(spec, Network(spec, imported.parameters), {**imported.description, "title": title}, None)
        )
        _within(entry.activation_count, bounds.activations, "values", "MAX_ACTIVATIONS")
    except Cancelled as error:
        raise ClientGone from error
    except EngineError as error:
        raise refused(error) from error
    return imported, entry


def _within(found: int, most: int, what: str, setting: str) -> None:
    if found > most:
        raise Problem(
            422,
            "own_too_much_work",
            f"One picture takes {found:,} {what} and this server allows {most:,}; use a smaller network, or raise "
            f"CNN_LOUPE_{setting}.",
            found=found,
            most=most,
            what=what,
            setting=f"CNN_LOUPE_{setting}",
        )


def size_of(entry: ServedModel) -> int:
    """Bytes that the model takes in memory, nearly: its numbers, and its description several times over."""
    numbers = sum(array.nbytes for array in entry.network.parameters.values())
    return numbers + 6 * len(entry.description_answer.body)


def refused(error: EngineError) -> Problem:
    """An error of the importer with all its problems, each as one could show it by itself."""
    problems = error.problems if isinstance(error, ImportFailed) else (error,)
    told = [{"code": p.code, "params": p.params, "detail": str(p)} for p in problems]
    return Problem(422, error.code, str(error), members={"problems": told}, **error.params)


def answer(
    imported: Imported, entry: ServedModel, content: str, *, held: bool, proof: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What is said of a model that was brought in."""
    return {
        "id": entry.id if held else None,
        "content": content,
        "report": {**imported.report.describe(entry.spec), "activations": entry.activation_count},
        "questions": imported.report.questions(entry.spec),
        "description": entry.description,
        "proof": proof,
    }
