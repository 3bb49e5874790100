"""A model's gallery: pictures with titles and captions, listed in `gallery/gallery.json`.

A gallery may come from a stranger, and files may be lost: a picture that cannot be served is reported and left out,
and the others are served.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnn_loupe.engine.text import storable
from cnn_loupe.server.errors import Problem

FOLDER, INDEX = "gallery", "gallery.json"
LARGEST_INDEX = 2_000_000  # bytes
LARGEST_PICTURE = 5_000_000  # bytes of one picture


@dataclass(frozen=True)
class Sample:
    """One picture of a model's gallery; `digest` names the picture under this very model.

    A lesson's picture stays in its teacher's folder (`content` is its digest), with a thumbnail made here.
    """

    id: str
    category: int | None
    role: str
    title: Mapping[str, str]
    caption: Mapping[str, str]
    picture: Path
    thumbnail: Path | bytes
    digest: str
    lesson: str | None = None
    content: str | None = None

    def read(self) -> bytes:
        """The picture's bytes: those that the digest names, or a Problem."""
        if self.content is None:
            return self.picture.read_bytes()
        try:
            data = self.picture.read_bytes()
        except OSError:
            data = b""
        if digest_of(data) != self.content:
            raise Problem(
                404,
                "picture_changed",
                f"The picture {self.id!r} of a lesson has changed or is gone since the server read it; "
                "its operator restarts the server.",
                sample=self.id,
            )
        return data


@dataclass(frozen=True)
class Gallery:
    """The pictures by id, the one shown first, and what is wrong with the others."""

    samples: Mapping[str, Sample] = field(default_factory=dict)
    default: str | None = None
    mistakes: tuple[str, ...] = ()


def read_gallery(model: Path, digest: str, classes: int) -> Gallery:
    """The gallery in a model's folder; digest names the model, which has so many classes."""
    folder = model / FOLDER
    index = folder / INDEX
    if not index.is_file():
        return Gallery()
    try:
        if index.stat().st_size > LARGEST_INDEX:
            raise ValueError(f"has more than {LARGEST_INDEX} bytes")
        data = json.loads(index.read_text("utf-8"))
        items = list(data["pictures"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return Gallery(mistakes=(f"{INDEX} cannot be read ({type(error).__name__}: {error}); restore the file",))
    samples: dict[str, Sample] = {}
    mistakes: list[str] = []
    for number, item in enumerate(items):
        try:
            found = _sample(folder, item, digest, classes)
        except (OSError, ValueError, KeyError, TypeError) as error:
            mistakes.append(f"picture {number} of {INDEX} is left out: {_reason(error)}")
        else:
            samples[found.id] = found
    default = data.get("default")
    return Gallery(samples, default if default in samples else next(iter(samples), None), tuple(mistakes))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{Path(error.filename).name} cannot be read ({error.strerror}); restore the file"
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def _sample(folder: Path, item: Mapping[str, Any], model_digest: str, classes: int) -> Sample:
    identity, category = item["id"], item["class"]
    if not isinstance(identity, str) or not 0 < len(identity) <= 64 or "/" in identity or not storable(identity):
        raise ValueError(f"its id is {identity!r}; it must be a text of at most 64 characters, without /")
    if category is not None and (not isinstance(category, int) or not 0 <= category < classes):
        raise ValueError(f"{identity} has class {category!r}; the model has {classes}")
    for words in (item["title"], item["caption"]):
        if not isinstance(words, dict) or not all(isinstance(text, str) for text in words.values()):
            raise ValueError(f"title and caption of {identity} must be objects of texts, one for each language")
    picture, thumbnail = _inside(folder, item["file"]), _inside(folder, item["thumb"])
    return Sample(
        id=identity,
        category=category,
        role=item["role"],
        title=item["title"],
        caption=item["caption"],
        picture=picture,
        thumbnail=thumbnail,
        digest=digest_of(model_digest.encode(), picture.read_bytes(), thumbnail.read_bytes()),
    )


def _inside(folder: Path, name: str) -> Path:
    """The file of this name in the folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"{name!r} lies outside the gallery's folder")
    if path.stat().st_size > LARGEST_PICTURE:
        raise ValueError(f"{name!r} has more than {LARGEST_PICTURE} bytes")
    return path


def digest_of(*parts: bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "little") + part)
    return found.hexdigest()[:16]
