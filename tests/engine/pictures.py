"""Folders of small pictures that a small network can learn to tell apart, drawn by a formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = {"red": (220, 40, 40), "green": (40, 200, 60), "blue": (40, 60, 220)}
WNIDS = {"red": "n01", "green": "n02", "blue": "n03"}

RECIPE = """
[training]
epochs = {epochs}
batch = 8
seed = 3
folds = 4
ema_decay = 0.9

[augmentation]
area = 0.7
flip = 0.5
brightness = 0.1

[model]
id = "colours"
input = {{ shape = [3, 12, 12] }}
layers = [
  {{ name = "conv", kind = "conv2d", filters = 4 }},
  {{ name = "relu", kind = "relu" }},
  {{ name = "pool", kind = "max_pool2d" }},
  {{ name = "flatten", kind = "flatten" }},
  {{ name = "scores", kind = "dense" }},
  {{ name = "softmax", kind = "softmax" }},
]
"""


def picture(colour: tuple[int, int, int], seed: int, side: int = 12) -> Image.Image:
    """A noisy square of one colour."""
    noise = np.random.default_rng(seed).normal(0, 25, (side, side, 3))
    return Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8))


def one_folder_a_class(folder: Path, each: int = 8) -> Path:
    """<folder>/red/0.png …"""
    for k, (name, colour) in enumerate(COLOURS.items()):
        (folder / name).mkdir(parents=True)
        for i in range(each):
            picture(colour, 100 * k + i).save(folder / name / f"{i}.png")
    return folder


def tiny_imagenet(folder: Path, each: int = 4) -> Path:
    """<folder>/train/<wnid>/images/<wnid>_0.JPEG …, with words.txt, wnids.txt and a val part."""
    (folder / "val" / "images").mkdir(parents=True)
    lines = []
    for k, (name, colour) in enumerate(COLOURS.items()):
        wnid = WNIDS[name]
        (folder / "train" / wnid / "images").mkdir(parents=True)
        (folder / "train" / wnid / f"{wnid}_boxes.txt").write_text("")
        for i in range(each):
            picture(colour, 100 * k + i).save(folder / "train" / wnid / "images" / f"{wnid}_{i}.JPEG")
        picture(colour, 100 * k + 50).save(folder / "val" / "images" / f"val_{k}.JPEG")
        lines.append(f"val_{k}.JPEG\t{wnid}\t0\t0\t11\t11\n")
    (folder / "val" / "val_annotations.txt").write_text("".join(lines))
    (folder / "words.txt").write_text("".join(f"{w}\t{n}, a colour\n" for n, w in WNIDS.items()))
    return folder


def recipe_file(folder: Path, epochs: int = 3) -> Path:
    """A recipe for those pictures, on disk."""
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(epochs=epochs))
    return path
