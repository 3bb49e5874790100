"""What is wrong in a lesson, and where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mistake:
    """One thing to mend; `line` counts from 1, and is None where a file or a folder is missing altogether."""

    file: Path
    line: int | None
    what: str
    remedy: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line is not None else str(self.file)

    def __str__(self) -> str:
        return f"{self.place}: {self.what} {self.remedy}"


class LessonError(Exception):
    """A value that cannot be used; the caller, which knows file and line, makes a Mistake of it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
