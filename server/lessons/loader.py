"""Reading the lessons' folders: a lesson without a mistake is served."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnn_loupe.engine.data.images import Limits
from cnn_loupe.server.gallery import Sample
from cnn_loupe.server.lessons.diagnostics import Mistake
from cnn_loupe.server.lessons.lesson import Lesson, read_lesson
from cnn_loupe.server.lessons.links import takes_pictures
from cnn_loupe.server.lessons.pictures import under
from cnn_loupe.server.library import Library

logger = logging.getLogger("cnn_loupe")

FILE = "lesson.toml"


@dataclass(frozen=True)
class Shelf:
    """All lessons by id, in the order in which they are listed, and what is wrong with others."""

    lessons: Mapping[str, Lesson]
    mistakes: tuple[Mistake, ...]

    def pictures(self, library: Library) -> dict[str, dict[str, Sample]]:
        """The lessons' pictures for every model that takes pictures, each under that model's digest."""
        found: dict[str, dict[str, Sample]] = {}
        for entry in library:
            if takes_pictures(entry.spec):
                own = [sample for lesson in self.lessons.values() for sample in lesson.pictures.values()]
                found[entry.id] = {sample.id: under(entry, sample) for sample in own}
        return found


def load_shelf(folders: Sequence[Path], library: Library, limits: Limits) -> Shelf:
    """Read every lesson of the folders; mistakes are logged as well."""
    shelf = read_shelf(folders, library, limits)
    for mistake in shelf.mistakes:
        logger.error("lesson: %s", mistake)
    return shelf


def read_shelf(folders: Sequence[Path], library: Library, limits: Limits) -> Shelf:
    mistakes: list[Mistake] = []
    lessons: dict[str, Lesson] = {}
    for file in _files(folders, mistakes):
        found: list[Mistake] = []
        lesson = read_lesson(file, library, limits, found)
        if lesson is not None and lesson.id in lessons:
            found.append(Mistake(file, 1, f"There is a lesson {lesson.id!r} already.", "Give its folder another name."))
        elif lesson is not None and not found:
            lessons[lesson.id] = lesson
        mistakes += sorted(found, key=lambda mistake: mistake.line or 0)
    return Shelf(lessons, tuple(mistakes))


def _files(folders: Sequence[Path], mistakes: list[Mistake]) -> list[Path]:
    """The lesson files: of a folder that is a lesson itself, or of the folders in it."""
    found: list[Path] = []
    for folder in folders:
        try:
            if (folder / FILE).is_file():
                found.append(folder / FILE)
                continue
            inner = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            mistakes.append(
                Mistake(
                    folder,
                    None,
                    f"The folder cannot be read: {reason}.",
                    "Mount it, or mend CNN_LOUPE_LESSONS.",
                )
            )
            continue
        for path in inner:
            if (path / FILE).is_file():
                found.append(path / FILE)
            else:
                mistakes.append(
                    Mistake(path, None, f"The folder has no {FILE}.", "Add the file, or take the folder out.")
                )
        if not inner:
            mistakes.append(Mistake(folder, None, f"The folder holds no {FILE}.", "Put lessons into it."))
    return found
