"""A lesson's own pictures: read within the limits of uploads, and made samples of the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cnn_loupe.engine.data.images import Limits, prepare
from cnn_loupe.engine.errors import ImageError
from cnn_loupe.server.gallery import Sample, digest_of
from cnn_loupe.server.lessons.diagnostics import LessonError
from cnn_loupe.server.lessons.table import LONGEST_TEXT, LONGEST_TITLE, NAME, Table
from cnn_loupe.server.library import ServedModel

MOST_PICTURES = 40
THUMBNAIL = 96  # pixels, twice what the strip shows


def read_pictures(
    table: Table, folder: Path, lesson: str, languages: Sequence[str], entry: ServedModel, limits: Limits
) -> dict[str, Sample]:
    """The pictures of a lesson's table by sample id, as samples of this model; mistakes are noted there."""
    found: dict[str, Sample] = {}
    for one in table.tables("pictures", MOST_PICTURES):
        one.only("id", "file", "title", "caption")
        name = one.text("id", 40)
        title = one.texts("title", languages, LONGEST_TITLE)
        caption = one.texts("caption", languages, LONGEST_TEXT, needed=False)
        file = one.text("file", 200)
        content = _content(one, folder, file, limits) if file is not None else None
        if name is None or content is None or file is None:
            continue
        if not NAME.fullmatch(name):
            one.wrong(f"{name!r} cannot be a name.", "Use up to 40 of a–z, 0–9 and -.", "id")
        data, small = content
        sample = Sample(
            id=f"{lesson}.{name}",
            category=None,
            role="lesson",
            title=title,
            caption=caption,
            picture=folder / file,
            thumbnail=small,
            digest="",
            lesson=lesson,
            content=digest_of(data),
        )
        if sample.id in found:
            one.wrong(f"There are two pictures {name!r}.", "Give one of them another id.", "id")
        found[sample.id] = under(entry, sample)
    return found


def under(entry: ServedModel, sample: Sample) -> Sample:
    """The picture as one of this model's: its run is another, so its digest is."""
    digest = digest_of(entry.digest.encode(), str(sample.content).encode(), b"lesson")
    return Sample(**{**sample.__dict__, "digest": digest})


def _content(table: Table, folder: Path, file: str, limits: Limits) -> tuple[bytes, bytes] | None:
    """The picture's bytes and its thumbnail; None, with the mistake noted, where it cannot be used."""
    path = folder / file
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise LessonError(f"{file!r} lies outside the lesson's folder.", "Put the picture into the folder.")
        with path.open("rb") as opened:
            data = opened.read(limits.bytes + 1)
        prepared = prepare(data, shape=(3, THUMBNAIL, THUMBNAIL), limits=limits, pictures=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        table.wrong(f"{file!r} cannot be read: {reason}.", "Put the picture beside the file.", "file")
    except ImageError as error:
        table.wrong(f"{file!r} is refused: {error}", "Use another picture.", "file")
    except LessonError as wrong:
        table.wrong(wrong.what, wrong.remedy, "file")
    else:
        small = prepared.steps[-1].after.picture
        assert small is not None
        return data, small
    return None
