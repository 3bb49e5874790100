"""The names of the classes: from the file, from a file beside it, or from what is usual for its shape and count."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from cnn_loupe.engine.arrays import Shape

DIGITS = tuple("0123456789")
FASHION = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
EMNIST_BALANCED = (*DIGITS, *LETTERS, *"abdefghnqrt")

GTSRB = tuple(
    """\
speed limit 20, speed limit 30, speed limit 50, speed limit 60, speed limit 70, speed limit 80, end of speed limit 80,
speed limit 100, speed limit 120, no passing, no passing for lorries, right of way at the next junction, priority road,
give way, stop, no vehicles, no lorries, no entry, general caution, bend to the left, bend to the right, double bend,
bumpy road, slippery road, road narrows on the right, road works, traffic signals, pedestrians, children crossing,
bicycles crossing, ice or snow, wild animals crossing, end of all limits, turn right ahead, turn left ahead, ahead only,
straight on or right, straight on or left, keep right, keep left, roundabout, end of no passing,
end of no passing for lorries""".replace("\n", " ").split(", ")
)

# Known sets by their pictures' shape and their number of classes. The first is the likeliest; all are offered.
USUAL: Sequence[tuple[str, tuple[int, ...], tuple[int, int], tuple[str, ...]]] = (
    ("digits", (1,), (8, 64), DIGITS),
    ("fashion-mnist", (1,), (20, 64), FASHION),
    ("cifar-10", (3,), (24, 64), CIFAR10),
    ("gtsrb", (1, 3), (24, 96), GTSRB),
    ("emnist-letters", (1,), (20, 64), LETTERS),
    ("emnist-balanced", (1,), (20, 64), EMNIST_BALANCED),
)


def from_text(text: str) -> tuple[str, ...]:
    """Names from a text file: a line each, numbered or not ("0 Paper", "3: cat", "cat"), or a JSON list or object."""
    stripped = text.lstrip("\ufeff").strip()
    if stripped[:1] in "[{" and stripped:
        try:
            found = names_in(json.loads(stripped))
        except ValueError:
            found = ()
        if found:
            return found
    lines = [line.strip() for line in stripped.splitlines() if line.strip()]
    numbered = [re.fullmatch(r"(\d+)\s*[\s:,;\t]\s*(.+)", line) for line in lines]
    if lines and all(numbered) and [int(m[1]) for m in numbered if m] == list(range(len(lines))):
        return tuple(m[2].strip() for m in numbered if m)
    if len(lines) == 1 and "," in lines[0]:
        return tuple(part.strip() for part in lines[0].split(",") if part.strip())
    return tuple(lines)


def names_in(value: Any) -> tuple[str, ...]:
    """Names from JSON: a list, {"labels": […]} as Teachable Machine writes it, {"0": "cat"}, {"cat": 0}, or ImageNet's
    {"0": ["n01440764", "tench"]}."""
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return tuple(value)
    if not isinstance(value, Mapping):
        return ()
    for key in ("labels", "classes", "class_names", "names", "id2label", "label"):
        if key in value and (found := names_in(value[key])):
            return found
    if value and all(isinstance(v, int) and not isinstance(v, bool) for v in value.values()):
        if sorted(value.values()) == list(range(len(value))):
            return tuple(str(k) for k, _ in sorted(value.items(), key=lambda item: item[1]))
        return ()
    if value and all(str(k).isdigit() for k in value) and sorted(map(int, value)) == list(range(len(value))):
        ordered = [value[k] for k in sorted(value, key=int)]
        return tuple(str(v[-1]) if isinstance(v, list) and v else str(v) for v in ordered)
    return ()


def in_metadata(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Names that ONNX's metadata or Teachable Machine's hold."""
    for key in ("names", "labels", "classes", "class_names", "id2label", "userDefinedMetadata"):
        value = metadata.get(key)
        if isinstance(value, str):
            # Ultralytics writes a Python dictionary: {0: 'cat', 1: 'dog'}.
            pairs = re.findall(r"(\d+)\s*:\s*'((?:[^'\\]|\\.)*)'", value)
            if pairs and [int(k) for k, _ in pairs] == list(range(len(pairs))):
                return tuple(name for _, name in pairs)
            found = from_text(value)
            if len(found) > 1:
                return found
        elif found := names_in(value):
            return found
    return ()


@cache
def imagenet() -> tuple[str, ...]:
    """The thousand classes of ILSVRC 2012, as torchvision names them."""
    return tuple(Path(__file__).with_name("imagenet.txt").read_text("utf-8").splitlines())


def _of_imagenet(shape: Shape, count: int) -> list[tuple[str, tuple[str, ...]]]:
    """Colour pictures of at least 64 pixels, a thousand classes; TensorFlow puts one of nothing in front."""
    if shape[0] != 3 or min(shape[1:]) < 64 or count not in (1000, 1001):
        return []
    return [(f"imagenet-{count}", imagenet() if count == 1000 else ("background", *imagenet()))]


def suggestions(shape: Shape, count: int) -> list[tuple[str, tuple[str, ...]]]:
    """The usual sets that fit, likeliest first."""
    return [
        (name, names)
        for name, channels, (low, high), names in USUAL
        if shape[0] in channels and low <= shape[1] <= high and low <= shape[2] <= high and len(names) == count
    ] + _of_imagenet(shape, count)
