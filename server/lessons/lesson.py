"""One lesson: its file is checked whole, and every mistake in it noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnn_loupe.engine.data.images import Limits
from cnn_loupe.server.gallery import Sample
from cnn_loupe.server.lessons.answers import Answer, default_tolerance, read_answer
from cnn_loupe.server.lessons.diagnostics import LessonError, Mistake
from cnn_loupe.server.lessons.links import Link, read_link
from cnn_loupe.server.lessons.pictures import read_pictures
from cnn_loupe.server.lessons.table import LONGEST_TEXT, LONGEST_TITLE, NAME, Table, Texts, read_table
from cnn_loupe.server.library import Library, ServedModel

FORMAT = 1
TAKEN = frozenset({"network"})  # the tour that comes with the page

MOST_STEPS = 40
LONGEST_LINK = 4000


@dataclass(frozen=True)
class Question:
    ask: Texts
    answer: Answer
    tolerance: float | None

    def allowed(self, value: object) -> float:
        """How far a typed answer may lie from the value."""
        if self.tolerance is not None:
            return self.tolerance
        return default_tolerance(self.answer.kind, value) if isinstance(value, int | float) else 0.0


@dataclass(frozen=True)
class Step:
    title: Texts
    text: Texts
    link: Link
    question: Question | None


@dataclass(frozen=True)
class Lesson:
    """A teacher's tour; `pictures` are by sample id, as the page's address has them."""

    id: str
    languages: tuple[str, ...]
    title: Texts
    about: Texts
    entry: ServedModel
    pictures: Mapping[str, Sample]
    steps: tuple[Step, ...]


def read_lesson(file: Path, library: Library, limits: Limits, mistakes: list[Mistake]) -> Lesson | None:
    """The lesson; None where the file cannot be read as one. Only a lesson without mistakes may be served."""
    return _Reader(file, library, limits, mistakes).read()


class _Reader:
    """Reads one file; everything that is wrong goes into `mistakes`."""

    def __init__(self, file: Path, library: Library, limits: Limits, mistakes: list[Mistake]) -> None:
        self._file = file
        self._folder = file.parent
        self._library = library
        self._limits = limits
        self._mistakes = mistakes
        self._id = file.parent.resolve().name if file.parent.name in ("", ".", "..") else file.parent.name

    def read(self) -> Lesson | None:
        if not NAME.fullmatch(self._id) or self._id in TAKEN:
            what = f"A lesson is named like its folder, and {self._id[:60]!r} cannot be a name."
            remedy = "Name the folder with up to 40 of a–z, 0–9 and -, and not 'network'."
            self._mistakes.append(Mistake(self._file, None, what, remedy))
        table = read_table(self._file, self._mistakes)
        if table is None:
            return None
        table.only("format", "languages", "model", "title", "about", "picture", "pictures", "steps")
        if table.number("format") != FORMAT:
            table.wrong(f"'format' is not {FORMAT}.", f"Begin the file with format = {FORMAT}.", "format")
        languages = table.languages()
        title = table.texts("title", languages, LONGEST_TITLE)
        about = table.texts("about", languages, LONGEST_TEXT, needed=False)
        entry = self._model(table)
        if entry is None:
            return None
        pictures = read_pictures(table, self._folder, self._id, languages, entry, self._limits)
        chosen = self._chosen(table, pictures)
        steps = [self._step(one, languages, entry, pictures, chosen) for one in table.tables("steps", MOST_STEPS)]
        if not steps:
            table.wrong("The lesson has no steps.", "Add at least one, beginning with a line [[steps]].")
        complete = tuple(step for step in steps if step is not None)
        return Lesson(self._id, tuple(languages), title, about, entry, pictures, complete)

    def _model(self, table: Table) -> ServedModel | None:
        name = table.text("model", 64, needed=False)
        if name is None:
            return self._library.default
        known = {entry.id: entry for entry in self._library}
        if name not in known:
            table.wrong(f"There is no model {name!r}.", f"The models of this server are {', '.join(known)}.", "model")
        return known.get(name)

    def _chosen(self, table: Table, pictures: Mapping[str, Sample]) -> str | None:
        """The picture that steps show whose link names none: one of the lesson's, or of the gallery."""
        name = table.text("picture", 100, needed=False)
        if name is None:
            return next(iter(pictures), None)
        return f"{self._id}.{name}" if f"{self._id}.{name}" in pictures else name

    def _step(
        self,
        table: Table,
        languages: Sequence[str],
        entry: ServedModel,
        pictures: Mapping[str, Sample],
        chosen: str | None,
    ) -> Step | None:
        table.only("title", "text", "link", "question")
        title = table.texts("title", languages, LONGEST_TITLE)
        text = table.texts("text", languages, LONGEST_TEXT)
        address = table.text("link", LONGEST_LINK, needed=False) or ""
        try:
            link = read_link(address, self._library, entry, pictures, chosen)
        except LessonError as wrong:
            table.wrong(wrong.what, wrong.remedy, "link")
            return None
        return Step(title, text, link, self._question(table, languages, link))

    def _question(self, table: Table, languages: Sequence[str], link: Link) -> Question | None:
        inner = table.table("question", "Begin it with a line [steps.question].", needed=False)
        if inner is None:
            return None
        inner.only("ask", "answer", "tolerance")
        ask = inner.texts("ask", languages, LONGEST_TEXT)
        tolerance = inner.number("tolerance")
        text = inner.text("answer", 200)
        if text is None:
            return None
        try:
            answer = read_answer(text, link.entry)
            if answer.run and link.sample is None:
                raise LessonError(
                    f"{answer.of} depends on a picture, and {link.entry.id} has none here.",
                    "Ask for something of the model itself, or add a picture.",
                )
            if answer.run and link.changed:
                raise LessonError(
                    f"{answer.of} depends on the picture, and the link changes it (transform=…).",
                    "Leave the change out of the link, or put the changed picture into the folder.",
                )
        except LessonError as wrong:
            inner.wrong(wrong.what, wrong.remedy, "answer")
            return None
        if tolerance is not None and answer.kind in ("class", "shape"):
            inner.wrong(f"{answer.of} has no tolerance.", "Leave it out.", "tolerance")
        return Question(ask, answer, tolerance)
