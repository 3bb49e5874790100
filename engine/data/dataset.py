"""A folder of labelled pictures as arrays: found, matched to classes, decoded once.

Three layouts are read, at the folder itself or below its `train`:

    one folder a class      <folder>/<class>/*.jpg            named like the class
    Tiny ImageNet, train    <folder>/<wnid>/images/*.JPEG     named by its wnid
    Tiny ImageNet, val      <folder>/images/*.JPEG            with val_annotations.txt beside it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.data.images import prepare
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.errors import DataError, ImageError

SUFFIXES = frozenset({".jpeg", ".jpg", ".png", ".webp", ".gif", ".bmp"})
NAMED = 5  # a message names at most this many unreadable files

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Found:
    """One picture's file and the folder name (or annotation) that labels it."""

    path: Path
    label: str


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures in memory.

    pictures is (N, C, H, W), uint8, so that 5,000 pictures of 64×64 take 61 MB; labels (N,) are
    class indices; files are the pictures' paths within the folder, in the same order.
    """

    pictures: Array
    labels: Array
    files: tuple[str, ...]
    skipped: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def inputs(self, rows: Array | slice) -> Array:
        """The chosen pictures as the network takes them: float32, 0 to 1."""
        return self.pictures[rows].astype(FLOAT) / FLOAT(255)

    def part(self, rows: Array) -> Dataset:
        """The chosen pictures as a dataset of their own."""
        return Dataset(self.pictures[rows], self.labels[rows], tuple(self.files[i] for i in rows))


def find_pictures(folder: Path) -> list[Found]:
    """Every picture below the folder with its label, in an order that does not depend on the disk.

    Raises DataError where the folder is missing or holds no labelled picture.
    """
    if not folder.is_dir():
        raise DataError(
            "folder_missing",
            f"{folder} is not a folder; give the folder that holds one folder a class",
            folder=str(folder),
        )
    annotations = folder / "val_annotations.txt"
    if annotations.is_file():
        found = _annotated(folder / "images", annotations)
    elif any(path.is_dir() for path in (folder / "train").glob("*")):
        return find_pictures(folder / "train")
    else:
        found = list(_one_folder_a_class(folder))
    if not found:
        raise DataError(
            "folder_empty",
            f"{folder} holds no labelled pictures; it needs one folder a class, named like the class "
            f"or its wnid, with pictures ({', '.join(sorted(SUFFIXES))}) in it or in its folder 'images'",
            folder=str(folder),
        )
    return found


def _one_folder_a_class(folder: Path) -> Iterator[Found]:
    for place in sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != "."):
        inner = place / "images"
        for path in sorted((inner if inner.is_dir() else place).iterdir()):
            if path.suffix.lower() in SUFFIXES and path.name[0] != ".":
                yield Found(path, place.name)


def _annotated(images: Path, annotations: Path) -> list[Found]:
    """Pictures whose labels stand in a table: file name, wnid and a box, separated by tabs."""
    rows = (line.split("\t") for line in annotations.read_text(encoding="utf-8").splitlines())
    return [Found(images / row[0], row[1]) for row in rows if len(row) > 1]


def class_names(found: Sequence[Found], folder: Path) -> list[Category]:
    """Classes for a model that has none yet: the labels in alphabetical order.

    Where Tiny ImageNet's `words.txt` lies in the folder or above it, a wnid gets its first word.
    """
    words = _words(folder)
    return [
        Category(
            index=i,
            name=words.get(label, label),
            labels={"en": words.get(label, label)},
            wnid=label if label in words else None,
        )
        for i, label in enumerate(sorted({item.label for item in found}))
    ]


def _words(folder: Path) -> dict[str, str]:
    for place in (folder, folder.parent):
        table = place / "words.txt"
        if table.is_file():
            rows = (line.split("\t", 1) for line in table.read_text(encoding="utf-8").splitlines())
            return {row[0]: row[1].split(",")[0].strip() for row in rows if len(row) == 2}
    return {}


def match_classes(found: Sequence[Found], classes: Sequence[Category], folder: Path) -> dict[str, int]:
    """Which class each label means: by wnid, name or a label in any language.

    Letter case, spaces, `_` and `-` make no difference. Labels that no class answers to are left
    out. Raises DataError where none matches.
    """
    known: dict[str, int] = {}
    for category in classes:
        for text in (category.name, category.wnid, *category.labels.values()):
            if text:
                known[_plain(text)] = category.index
    labels = sorted({item.label for item in found})
    matched = {label: known[_plain(label)] for label in labels if _plain(label) in known}
    if not matched:
        shown = ", ".join(labels[:NAMED])
        raise DataError(
            "no_class_matches",
            f"{folder}: none of its folders ({shown}) is named like a class; "
            f"the classes are {', '.join(category.name for category in classes)}",
            folder=str(folder),
            labels=labels[:NAMED],
            classes=[category.name for category in classes],
        )
    return matched


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").split()).casefold()


def load_dataset(
    folder: Path,
    classes: Sequence[Category],
    shape: Shape,
    *,
    skip_unreadable: bool = False,
    progress: Progress | None = None,
) -> Dataset:
    """Decode every picture of the folder whose label is a class, prepared as the server does it.

    shape is the network's input (C, H, W). `progress(done, of)` is called after each picture.

    Raises DataError naming the unreadable pictures (unless they are to be skipped), and whatever
    `find_pictures` and `match_classes` raise.
    """
    found = find_pictures(folder)
    matched = match_classes(found, classes, folder)
    wanted = [item for item in found if item.label in matched]
    channels, height, width = shape
    pictures = np.empty((len(wanted), channels, height, width), np.uint8)
    labels: list[int] = []
    files: list[str] = []
    bad: list[tuple[Path, str]] = []
    for done, item in enumerate(wanted):
        try:
            prepared = prepare(item.path.read_bytes(), shape=(channels, height, width))
        except (ImageError, OSError) as error:
            bad.append((item.path, str(error)))
        else:
            pictures[len(files)] = prepared.pixels
            labels.append(matched[item.label])
            files.append(item.path.relative_to(folder).as_posix())
        if progress is not None:
            progress(done + 1, len(wanted))
    if bad and not (skip_unreadable and files):
        raise _unreadable(folder, bad, len(wanted))
    skipped = tuple(sorted({item.label for item in found} - matched.keys()))
    skipped += tuple(path.relative_to(folder).as_posix() for path, _ in bad)
    return Dataset(pictures[: len(files)], np.asarray(labels, np.int64), tuple(files), skipped)


def _unreadable(folder: Path, bad: Sequence[tuple[Path, str]], count: int) -> DataError:
    named = "; ".join(f"{path.relative_to(folder)}: {reason}" for path, reason in bad[:NAMED])
    more = f"; and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
    return DataError(
        "pictures_unreadable",
        f"{len(bad)} of {count} pictures in {folder} cannot be read ({named}{more}); "
        "repair or remove them, or leave them out with --skip-unreadable",
        folder=str(folder),
        files=[str(path.relative_to(folder)) for path, _ in bad[:NAMED]],
        count=len(bad),
    )
