"""What lies in a folder of labelled pictures: which pictures have which label, and what is left out, and why.

Pictures are known by their content, whatever their names end in. Where the classes lie is read from the
folders' structure:

    <folder>/<class>/…/*.jpg              one folder a class; pictures may lie deeper in it
    <folder>/train/<class>/…              a data set in parts: `train` is read, its other parts are left out
    <folder>/<anything>/<class>/…         a folder around it all
    <folder>/images/*, val_annotations.txt    Tiny ImageNet's `val`: the table has the labels
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cnn_loupe.engine.data.headers import FORMATS, format_of, refusal
from cnn_loupe.engine.errors import DataError
from cnn_loupe.engine.text import decode, folded, printable

# Names that promise a picture: one whose content is something else is damage, not another file.
SUFFIXES = frozenset({".jpeg", ".jpg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".avif", ".tif", ".tiff"})
HEAD = 512  # bytes that tell the format
NAMED = 5  # a message names at most this many files or folders
TABLE = "val_annotations.txt"

TRAIN = frozenset({"train", "training", "trainset"})
PARTS = TRAIN | {"val", "valid", "validation", "dev", "test", "testing", "testset"}
# What operating systems leave in folders, beside whatever begins with a dot.
DEBRIS = frozenset({"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "$recycle.bin"})


@dataclass(frozen=True)
class Found:
    """One picture's file and the folder name (or annotation) that labels it."""

    path: Path
    label: str


@dataclass(frozen=True)
class LeftOut:
    """What is not learnt from, of one label and for one reason; `label` is empty for no class.

    count is how many files, 0 where it is not about files; examples are some of their names.
    pictures says that they are pictures, of a kind that is not read or that cannot be read.
    """

    label: str
    reason: str
    count: int = 0
    examples: tuple[str, ...] = ()
    pictures: bool = False

    def __str__(self) -> str:
        where = f"{printable(self.label)}: " if self.label else ""
        return where + _told(self.count, self.reason, self.examples)


def _told(count: int, reason: str, examples: Sequence[str]) -> str:
    files = f"{count} file{'s' * (count > 1)}, " if count else ""
    return f"{files}{reason}" + (f" ({named(examples, count)})" if examples else "")


def told(left_out: Sequence[LeftOut]) -> list[str]:
    """One sentence for each entry; where many labels share a reason, one for all of them."""
    lines: list[str] = []
    for reason in dict.fromkeys(item.reason for item in left_out):
        same = [item for item in left_out if item.reason == reason]
        if len(same) <= NAMED:
            lines += map(str, same)
            continue
        labels = named([item.label for item in same])
        count = sum(item.count for item in same)
        lines.append(f"{len(same)} folders ({labels}): {_told(count, reason, ())}")
    return lines


@dataclass(frozen=True)
class Survey:
    """A folder of labelled pictures.

    folder is where the classes lie: the folder that was given, or one inside it.
    """

    folder: Path
    found: tuple[Found, ...]
    left_out: tuple[LeftOut, ...] = ()

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels that have pictures, in alphabetical order."""
        return tuple(sorted({item.label for item in self.found}))

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """The labels that have pictures, but none that can be read."""
        return tuple(sorted({item.label for item in self.left_out if item.pictures} - set(self.labels)))

    def refuse_lost(self, labels: Iterable[str]) -> None:
        """Raises DataError where one of these labels has pictures and none can be read."""
        for label in sorted(set(labels) & set(self.lost)):
            reasons = [item for item in self.left_out if item.label == label and item.pictures]
            raise DataError(
                "class_lost",
                f"{'; '.join(map(str, reasons))}: no picture of this class can be read; "
                f"export them as JPEG or PNG, or take the folder away",
                folder=str(self.folder),
                label=printable(label),
            )


def named(names: Sequence[str], count: int | None = None) -> str:
    """The first few of `count` names, for a message."""
    shown = ", ".join(printable(name) for name in names[:NAMED])
    return f"{shown}, …" if (len(names) if count is None else count) > NAMED else shown


def files_left_out(label: str, reason: str, files: Sequence[str], *, pictures: bool = False) -> LeftOut:
    """These files, counted, with the first few as examples."""
    return LeftOut(label, reason, len(files), tuple(files[:NAMED]), pictures)


@dataclass
class _Folder:
    """A folder with what lies in it, hidden files and folders apart.

    others are files that are no pictures here, with the reason, and whether they are pictures elsewhere.
    """

    path: Path
    pictures: list[Path] = field(default_factory=list)
    others: list[tuple[Path, str, bool]] = field(default_factory=list)
    folders: list[_Folder] = field(default_factory=list)

    @cached_property
    def holds(self) -> bool:
        """Whether there is a picture in it or below it, of whatever kind."""
        here = self.pictures or any(picture for _, _, picture in self.others)
        return bool(here) or any(inner.holds for inner in self.folders)

    @cached_property
    def inhabited(self) -> list[_Folder]:
        return [inner for inner in self.folders if inner.holds]

    @cached_property
    def is_set(self) -> bool:
        """Whether it looks like a set of classes: no picture of its own, and several folders with pictures."""
        if self.pictures or not self.inhabited:
            return False
        return len(self.inhabited) > 1 or self.inhabited[0].is_set

    @property
    def name(self) -> str:
        return self.path.name

    def is_called(self, names: frozenset[str]) -> bool:
        """Whether a word of its name is one of these: `seg_train` is a part as `train` is."""
        return not names.isdisjoint(folded(self.name).split())

    @property
    def has_table(self) -> bool:
        return any(path.name == TABLE for path, _, _ in self.others)

    def everything(self) -> Iterator[_Folder]:
        """This folder and all below it."""
        yield self
        for inner in self.folders:
            yield from inner.everything()


def find_pictures(folder: Path) -> Survey:
    """Every picture below the folder with its label, in an order that does not depend on the disk.

    Raises DataError where the folder is missing or cannot be read, where it holds no labelled
    picture, and where it cannot be told which of its folders are classes.
    """
    try:
        there = folder.is_dir()
    except OSError as error:
        raise _unreadable(folder, error) from None
    if not there:
        raise DataError(
            "folder_missing",
            f"{folder} is not a folder; give the folder that holds one folder a class",
            folder=str(folder),
        )
    survey = _survey(folder, _read(folder))
    if not survey.found and not survey.lost:
        raise DataError(
            "folder_empty",
            f"{folder} holds no labelled pictures; it needs one folder a class, named like the class "
            f"or its wnid, with pictures ({', '.join(FORMATS)}) in it",
            folder=str(folder),
        )
    return survey


def _read(path: Path, above: frozenset[tuple[int, int]] = frozenset()) -> _Folder:
    """The folder as it lies on the disk. Links to folders are followed, unless they lead back up."""
    found = _Folder(path)
    try:
        status = path.stat()
        entries = sorted(path.iterdir(), key=lambda entry: entry.name)
        above |= {(status.st_dev, status.st_ino)}
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() in DEBRIS:
                continue
            if not entry.is_dir():
                _sort_in(found, entry)
                continue
            inner = entry.stat()
            if (inner.st_dev, inner.st_ino) not in above:
                found.folders.append(_read(entry, above))
    except OSError as error:
        raise _unreadable(path, error) from None
    return found


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(
        "folder_unreadable",
        f"{printable(str(error.filename or path))} cannot be read ({error.strerror}); "
        "change its permissions, or take it away",
        folder=str(path),
    )


def _sort_in(folder: _Folder, path: Path) -> None:
    """Put a file among the folder's pictures or its others, by its content."""
    promised = path.suffix.lower() in SUFFIXES
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        if promised:  # reading it all will say the same, by name
            folder.pictures.append(path)
        else:
            folder.others.append((path, f"cannot be read ({error.strerror})", False))
        return
    refused = refusal(head)
    if promised or format_of(head) is not None:
        folder.pictures.append(path)
    elif refused.code == "picture_format_refused":
        folder.others.append((path, f"{refused.params['format']} is not read", True))
    else:
        folder.others.append((path, "no pictures", False))


def _survey(given: Path, folder: _Folder) -> Survey:
    """Where the classes lie, and what is in them."""
    if folder.has_table:
        return _annotated(folder)
    inhabited, sets = folder.inhabited, [inner for inner in folder.folders if inner.is_set]
    if not sets:
        if len(inhabited) > 1 and all(inner.is_called(PARTS) for inner in inhabited):
            raise _not_told(folder, "are called like parts of a data set, and hold pictures without classes")
        return _one_folder_a_class(folder)
    rest = [inner for inner in inhabited if not inner.is_set]
    train = [inner for inner in sets if inner.is_called(TRAIN)]
    if len(inhabited) == 1:
        chosen = sets[0]
    elif all(inner.is_called(PARTS) or inner.has_table for inner in rest) and len(train) == 1:
        chosen = train[0]
    elif rest and not any(inner.is_called(PARTS) for inner in sets):
        return _one_folder_a_class(folder)  # some classes keep their pictures in folders of their own
    else:
        raise _not_told(folder, "hold folders with pictures in their turn")
    survey = _survey(given, chosen)
    beside = tuple(
        LeftOut(inner.name, f"beside {chosen.name}, another part of the data set")
        for inner in inhabited
        if inner is not chosen
    )
    return Survey(survey.folder, survey.found, beside + survey.left_out)


def _not_told(folder: _Folder, what: str) -> DataError:
    names = [inner.name for inner in folder.inhabited]
    return DataError(
        "classes_not_told",
        f"{folder.path}: its folders ({named(names)}) {what}, so which of them are classes cannot be told; "
        "give the folder whose folders are the classes",
        folder=str(folder.path),
        folders=[printable(name) for name in names[:NAMED]],
    )


def _one_folder_a_class(folder: _Folder) -> Survey:
    found: list[Found] = []
    left_out = _reasons("", folder, [folder])
    if folder.pictures:
        names = [path.name for path in folder.pictures]
        left_out.append(files_left_out("", "beside the folders of the classes", names))
    for place in folder.folders:
        inner = list(place.everything())
        pictures = [path for each in inner for path in each.pictures]
        found += [Found(path, place.name) for path in pictures]
        left_out += _reasons(place.name, place, inner)
        if not pictures and not any(each.others for each in inner):
            left_out.append(LeftOut(place.name, "an empty folder"))
    return Survey(folder.path, tuple(found), tuple(left_out))


def _reasons(label: str, place: _Folder, folders: Sequence[_Folder]) -> list[LeftOut]:
    """The files that are no pictures here, by reason."""
    files: dict[tuple[str, bool], list[str]] = {}
    for each in folders:
        for path, reason, pictures in each.others:
            files.setdefault((reason, pictures), []).append(path.relative_to(place.path).as_posix())
    return [files_left_out(label, reason, names, pictures=pictures) for (reason, pictures), names in files.items()]


def _annotated(folder: _Folder) -> Survey:
    """Pictures whose labels stand in a table: file name, wnid and a box, separated by tabs."""
    images = folder.path / "images"
    rows = [line.split("\t") for line in read_table(folder.path / TABLE).splitlines() if line.strip()]
    found = tuple(Found(images / row[0], row[1]) for row in rows if len(row) > 1 and row[1])
    listed = {item.path for item in found}
    left_out = []
    if len(rows) > len(found):
        left_out.append(LeftOut("", f"{len(rows) - len(found)} lines of {TABLE} name no class"))
    unlisted = [path for each in folder.everything() for path in each.pictures if path not in listed]
    if unlisted:
        names = [path.relative_to(folder.path).as_posix() for path in unlisted]
        left_out.append(files_left_out("", f"not in {TABLE}", names))
    return Survey(folder.path, found, tuple(left_out))


def read_table(path: Path) -> str:
    """The text of a table of labels. Raises DataError where it cannot be read."""
    try:
        return decode(path.read_bytes())
    except UnicodeError:
        raise DataError(
            "table_not_text",
            f"{path} is not UTF-8; save it as UTF-8 text and try again",
            file=str(path),
        ) from None
    except OSError as error:
        raise DataError("table_unreadable", f"{path} cannot be read ({error.strerror})", file=str(path)) from None
