"""How far what the network would get of a file is from what a browser shows, and from what is known to be in it."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from cnn_loupe.engine.data.headers import read_header
from cnn_loupe.engine.data.images import prepare
from tests.differential.files import File

NEAR = 3.0  # levels of 255, the mean over a picture

# Where the browser is known to be wrong: Chromium stretches numbers that are in the full range already.
KNOWN = {
    "AVIF, alpha": "its transparency is taken for the narrow range",
    "AVIF, alpha, multiplied before": "the same",
    "AVIF, animated": "its colours are taken for the narrow range",
}

_DRAW = """async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([bytes]));
  try { await image.decode(); } catch { return null; }
  const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth,
      height: image.naturalHeight });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let said = "";
  for (let at = 0; at < data.length; at += 32768) said += String.fromCharCode(...data.subarray(at, at + 32768));
  return [canvas.width, canvas.height, btoa(said)];
}"""

_TURNS = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270}


@dataclass(frozen=True)
class Distance:
    """Mean and largest difference of two pictures, in levels of 255."""

    mean: float
    most: int


@dataclass(frozen=True)
class Found:
    """Distances to what a browser shows and to what is known to be in the file; None where there is neither."""

    browser: Distance | None
    truth: Distance | None


class Seen:
    """What a browser shows of a file, over white: (H, W, 3); None where it does not show it."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def __call__(self, file: File) -> np.ndarray | None:
        found = self._page.evaluate(_DRAW, base64.b64encode(file.data).decode())
        if found is None:
            return None
        width, height, data = found
        pixels = np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[..., :3]
        if file.turned == 1:
            return pixels
        return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).transpose(_TURNS[file.turned]))


def prepared(file: File) -> np.ndarray:
    """The whole picture as a network of its size would get it: (H, W, 3)."""
    width, height = read_header(file.data).upright
    return prepare(file.data, shape=(3, height, width)).pixels.transpose(1, 2, 0)


def distance(a: np.ndarray, b: np.ndarray) -> Distance:
    assert a.shape == b.shape, f"{a.shape} is not {b.shape}"
    difference = np.abs(a.astype(int) - b.astype(int))
    return Distance(float(difference.mean()), int(difference.max()))


def compare(file: File, seen: Seen) -> Found:
    ours = prepared(file)
    shown = seen(file)
    return Found(
        None if shown is None else distance(ours, shown),
        None if file.shows is None else distance(ours, file.shows),
    )


def table(found: list[tuple[File, Found]]) -> str:
    """By format: files, those within three levels of the browser, the largest mean among these, and of those whose
    pixels are known, how many are within one level everywhere."""
    lines = [
        "| format | files | shown by the browser | mean ≤ 3/255 | largest of these | pixels known | all within 1/255 |",
        "|---|---|---|---|---|---|---|",
    ]
    formats = list(dict.fromkeys(file.format for file, _ in found))
    for name in [*formats, "all"]:
        rows = [each for file, each in found if name in (file.format, "all")]
        shown = [each.browser.mean for each in rows if each.browser]
        near = [mean for mean in shown if mean <= NEAR]
        known = [each.truth for each in rows if each.truth]
        exact = sum(each.most <= 1 for each in known)
        largest = f"{max(near):.1f}" if near else "–"
        lines.append(f"| {name} | {len(rows)} | {len(shown)} | {len(near)} | {largest} | {len(known)} | {exact} |")
    return "\n".join(lines)
