"""A folder of labelled pictures as arrays: its labels matched to classes, its pictures decoded once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.data.folder import (
    NAMED,
    LeftOut,
    Survey,
    files_left_out,
    find_pictures,
    named,
    read_table,
)
from cnn_loupe.engine.data.images import LIMITS, prepare
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.errors import DataError, ImageError
from cnn_loupe.engine.surroundings import Preparation
from cnn_loupe.engine.text import folded, printable, storable

WORDS = "words.txt"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures in memory.

    pictures is (N, C, H, W), uint8, so that 5,000 pictures of 64×64 take 61 MB; labels (N,) are
    class indices; files are the pictures' paths within the folder, in the same order. left_out
    tells what the folder holds beside them.
    """

    pictures: Array
    labels: Array
    files: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def inputs(self, rows: Array | slice) -> Array:
        """The chosen pictures as the network takes them: float32, 0 to 1."""
        return self.pictures[rows].astype(FLOAT) / FLOAT(255)

    def part(self, rows: Array) -> Dataset:
        """The chosen pictures as a dataset of their own."""
        return Dataset(self.pictures[rows], self.labels[rows], tuple(self.files[i] for i in rows))


def class_names(survey: Survey) -> list[Category]:
    """Classes for a model that has none yet: the labels in alphabetical order.

    Where Tiny ImageNet's `words.txt` lies in the folder or above it, a wnid gets its first word.
    Raises DataError where the labels cannot be the classes of a model.
    """
    _check_names(survey)
    survey.refuse_lost(survey.lost)
    words = _words(survey)
    return [
        Category(
            index=i,
            name=words.get(label, label),
            labels={"en": words.get(label, label)},
            wnid=label if label in words else None,
        )
        for i, label in enumerate(survey.labels)
    ]


def _check_names(survey: Survey) -> None:
    """Refuse what would fail only when the model is saved, or when it is used with these folders."""
    place = str(survey.folder)
    labels = [*survey.labels, *survey.lost]
    for label in labels:
        if not storable(label):
            raise DataError(
                "name_not_text",
                f"{place}: the folder name '{printable(label)}' cannot be a class's name, since it holds bytes "
                "that are not UTF-8, or control characters; rename the folder",
                folder=place,
                label=printable(label),
            )
    alike: dict[str, list[str]] = {}
    for label in labels:
        alike.setdefault(folded(label), []).append(label)
    for same in alike.values():
        if len(same) > 1:
            raise DataError(
                "classes_alike",
                f"{place}: the folders {' and '.join(map(repr, same))} would be one class, since letter case, "
                "spaces, _ and - make no difference in a class's name; rename one, or put them together",
                folder=place,
                labels=same,
            )
    if len(labels) == 1:
        raise DataError(
            "one_class",
            f"{place} holds pictures of one class only ({labels[0]}); a network learns to tell classes apart, "
            "so add a folder for at least one more",
            folder=place,
            label=labels[0],
        )


def _words(survey: Survey) -> dict[str, str]:
    """The words that a table beside the labels has for them; another file of that name has none."""
    labels = {label.encode("utf-8", "surrogateescape") for label in survey.labels}
    for place in (survey.folder, survey.folder.parent):
        table = place / WORDS
        if not table.is_file():
            continue
        try:
            rows = [line.split("\t", 1) for line in read_table(table).splitlines()]
        except DataError:
            # A list of words of somebody else's, in another encoding: it matters where it names a label.
            if not any(line.split(b"\t")[0] in labels for line in table.read_bytes().splitlines()):
                continue
            raise
        return {row[0]: row[1].split(",")[0].strip() for row in rows if len(row) == 2 and row[1].strip(" ,")}
    return {}


def match_classes(survey: Survey, classes: Sequence[Category]) -> dict[str, int]:
    """Which class each label means: by wnid, name or a label in any language.

    Letter case, spaces, `_` and `-` make no difference. Labels that no class answers to are left
    out. Raises DataError where none matches.
    """
    known: dict[str, int] = {}
    for category in classes:
        for text in (category.name, category.wnid, *category.labels.values()):
            if text:
                known[folded(text)] = category.index
    labels = sorted({*survey.labels, *survey.lost})
    matched = {label: known[folded(label)] for label in labels if folded(label) in known}
    if not matched:
        raise DataError(
            "no_class_matches",
            f"{survey.folder}: none of its folders ({named(labels)}) is named like a class; "
            f"the classes are {', '.join(category.name for category in classes)}",
            folder=str(survey.folder),
            labels=[printable(label) for label in labels[:NAMED]],
            classes=[category.name for category in classes],
        )
    return matched


def load_dataset(
    folder: Path,
    classes: Sequence[Category],
    shape: Shape,
    *,
    survey: Survey | None = None,
    skip_unreadable: bool = False,
    progress: Progress | None = None,
    preparation: Preparation | None = None,
) -> Dataset:
    """Decode every picture of the folder whose label is a class, prepared as the server does it.

    shape is the network's input (C, H, W); survey is what `find_pictures` found in the folder. Of `preparation` only
    how a picture fills the input is done here: a dataset holds values from 0 to 255.
    `progress(done, of)` is called after each picture.

    Raises DataError naming the unreadable pictures (unless they are to be skipped), for a class that
    has pictures of which none can be read, and whatever `find_pictures` and `match_classes` raise.
    """
    survey = survey or find_pictures(folder)
    matched = match_classes(survey, classes)
    survey.refuse_lost(matched)
    wanted = [item for item in survey.found if item.label in matched]
    pictures = _room(len(wanted), shape)
    channels, height, width = shape
    labels: list[int] = []
    files: list[str] = []
    bad: list[tuple[str, Path, str]] = []
    for done, item in enumerate(wanted):
        try:
            prepared = prepare(_bytes(item.path), shape=(channels, height, width), preparation=preparation)
        except (ImageError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            bad.append((item.label, item.path, reason))
        else:
            pictures[len(files)] = prepared.pixels
            labels.append(matched[item.label])
            files.append(item.path.relative_to(folder).as_posix())
        if progress is not None:
            progress(done + 1, len(wanted))
    if bad and not skip_unreadable:
        raise _unreadable(folder, [(path, reason) for _, path, reason in bad], len(wanted))
    survey = _without(survey, bad, matched)
    survey.refuse_lost(matched)
    return Dataset(pictures[: len(files)], np.asarray(labels, np.int64), tuple(files), survey.left_out)


def _without(survey: Survey, bad: Sequence[tuple[str, Path, str]], matched: Mapping[str, int]) -> Survey:
    """What is learnt from: without the unreadable pictures (label, path, reason) and labels of no class."""
    files: dict[tuple[str, str], list[str]] = {}
    for label, path, reason in bad:
        files.setdefault((label, reason), []).append(path.name)
    unread = tuple(files_left_out(label, reason, names, pictures=True) for (label, reason), names in files.items())
    counts = Counter(item.label for item in survey.found if item.label not in matched)
    unknown = tuple(LeftOut(label, "no class is called that", count) for label, count in sorted(counts.items()))
    gone = {path for _, path, _ in bad}
    found = tuple(item for item in survey.found if item.label in matched and item.path not in gone)
    kept = tuple(item for item in survey.left_out if not item.label or item.label not in counts)
    return Survey(survey.folder, found, unknown + kept + unread)


def _room(count: int, shape: Shape) -> Array:
    """Space for all pictures: (N, C, H, W). Raises DataError where memory has none."""
    try:
        return np.empty((count, *shape), np.uint8)
    except MemoryError:
        needed = count * int(np.prod(shape))
        raise DataError(
            "too_many_pictures",
            f"{count:,} pictures take {needed / 1e9:.1f} GB of memory, more than there is; use fewer pictures, "
            "or a model with a smaller input",
            count=count,
            bytes=needed,
        ) from None


def _bytes(path: Path) -> bytes:
    """The file's bytes, unless it is larger than any picture that is read."""
    size = path.stat().st_size
    if size > LIMITS.bytes:
        raise ImageError(
            "picture_too_large",
            f"The picture has {size:,} bytes; at most {LIMITS.bytes:,} are read.",
            bytes=size,
            limit=LIMITS.bytes,
        )
    return path.read_bytes()


def _unreadable(folder: Path, bad: Sequence[tuple[Path, str]], count: int) -> DataError:
    shown = "; ".join(f"{printable(path.relative_to(folder).as_posix())}: {reason}" for path, reason in bad[:NAMED])
    more = f"; and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
    return DataError(
        "pictures_unreadable",
        f"{len(bad)} of {count} pictures in {folder} cannot be read ({shown}{more}); "
        "repair or remove them, or leave them out with --skip-unreadable",
        folder=str(folder),
        files=[printable(str(path.relative_to(folder))) for path, _ in bad[:NAMED]],
        count=len(bad),
    )
