"""Pictures are made ready as a model's description says: in the API, on the command line, and step by step."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_loupe.engine.commands.cli import main
from cnn_loupe.engine.data.images import prepare
from cnn_loupe.engine.importing.around import Choice
from cnn_loupe.engine.importing.model import import_files
from cnn_loupe.engine.surroundings import Preparation
from cnn_loupe.engine.weights import save_model
from cnn_loupe.server.app import create_app
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.engine.files import made

CHOICES = [
    Choice(way="0..1"),
    Choice(way="-1..1", fit="contain"),
    Choice(way="imagenet", colour="bgr", fit="stretch"),
    Choice(way="0..255", invert=True),
    Choice(preparation={"colour": "rgb", "scale": 2.0, "mean": [0.1, 0.2, 0.3], "std": [], "fit": "stretch"}),
]


def picture(width: int = 120, height: int = 70) -> bytes:
    rng = np.random.default_rng(5)
    small = Image.fromarray(rng.integers(0, 256, (7, 12, 3), dtype=np.uint8))
    out = io.BytesIO()
    small.resize((width, height), Image.Resampling.BICUBIC).save(out, "PNG")
    return out.getvalue()


def array(tensor: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(tensor["data"]), "<f4").reshape(tensor["shape"])


def folder(path: Path, choice: Choice) -> Path:
    """A model folder with this preparation, as an operator configures it."""
    imported = import_files(made.onnx_model(), choice)
    return save_model(path / imported.spec.id, imported.spec, imported.parameters)


@pytest.mark.parametrize("choice", CHOICES)
def test_the_server_prepares_pictures_as_the_command_line_does(tmp_path: Path, choice: Choice) -> None:
    model = folder(tmp_path, choice)
    file = tmp_path / "picture.png"
    file.write_bytes(picture())
    assert main(["run", str(model), str(file), "--out", str(tmp_path / "run.npz")]) == 0
    expected = np.load(tmp_path / "run.npz")
    with Client(create_app(Settings(models=(model,), own_models="off"))) as client:
        run = client.post(f"/api/v1/models/{model.name}/runs?preparation=full", content=picture()).json()
        description = client.get(f"/api/v1/models/{model.name}").json()
    np.testing.assert_array_equal(array(run["input"]), expected["input"])
    for layer in run["layers"]:
        np.testing.assert_array_equal(array(layer["tensor"]), expected[layer["name"]])
    ready = Preparation.from_json(description["input"]["preparation"])
    assert description["input"]["range"] == pytest.approx(ready.range)
    assert description["input"]["channels"] == (
        ["blue", "green", "red"] if ready.colour == "bgr" else ["red", "green", "blue"]
    )


@pytest.mark.parametrize("choice", CHOICES)
def test_the_steps_told_make_the_input_from_the_pixels(tmp_path: Path, choice: Choice) -> None:
    """Each step of values, done by hand to the pixels before it, ends in the input tensor."""
    model = folder(tmp_path, choice)
    with Client(create_app(Settings(models=(model,), own_models="off"))) as client:
        run = client.post(f"/api/v1/models/{model.name}/runs?preparation=full", content=picture()).json()
    steps = run["preparation"]["steps"]
    at = [step["id"] for step in steps].index("scale")
    data = base64.b64decode(steps[at]["before"]["picture"].partition(",")[2])
    x = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float64).transpose(2, 0, 1)
    for step in steps[at:]:
        params = step["params"]
        if step["id"] == "scale":
            x = x / params["divisor"]
        elif step["id"] == "invert":
            x = 1 - x
        elif step["id"] == "channels":
            assert params["order"] == ["blue", "green", "red"]
            x = x[::-1]
        else:
            assert step["id"] == "normalise"
            mean, std = (np.array(params[key])[:, None, None] for key in ("mean", "std"))
            x = (params["scale"] * x - mean) / std
            assert x.min() >= params["to"][0] - 1e-6
            assert x.max() <= params["to"][1] + 1e-6
    np.testing.assert_allclose(x, array(run["input"]), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("size", [(120, 70), (33, 90), (64, 64), (3000, 40)])
def test_stretch_takes_the_whole_picture(size: tuple[int, int]) -> None:
    ready = prepare(picture(*size), shape=(3, 24, 32), preparation=Preparation("rgb", fit="stretch"))
    with Image.open(io.BytesIO(picture(*size))) as image:
        expected = np.asarray(image.resize((32, 24), Image.Resampling.BICUBIC, reducing_gap=None))
    # A picture far larger than the input is averaged first, which moves single values a little.
    assert np.abs(ready.pixels.transpose(1, 2, 0).astype(int) - expected).mean() < 2
    assert ready.steps[[step.id for step in ready.steps].index("crop")].params["fit"] == "stretch"


@pytest.mark.parametrize("size", [(120, 70), (33, 90), (64, 64)])
def test_contain_shows_the_whole_picture_between_white_margins(size: tuple[int, int]) -> None:
    ready = prepare(picture(*size), shape=(3, 24, 24), preparation=Preparation("rgb", fit="contain"))
    side = max(size)
    square = Image.new("RGB", (side, side), "white")
    with Image.open(io.BytesIO(picture(*size))) as image:
        square.paste(image, tuple(-((length - side) // 2) for length in size))
    expected = np.asarray(square.resize((24, 24), Image.Resampling.BICUBIC))
    assert np.abs(ready.pixels.transpose(1, 2, 0).astype(int) - expected).mean() < 3
    if size[0] != size[1]:
        corner = ready.pixels[:, 0, 0]
        assert (corner == 255).all()


def test_a_crop_of_the_persons_own_outranks_the_fit(tmp_path: Path) -> None:
    model = folder(tmp_path, Choice(way="0..1", fit="stretch"))
    with Client(create_app(Settings(models=(model,), own_models="off"))) as client:
        path = f"/api/v1/models/{model.name}/runs?x=10&y=5&size=40&preparation=full"
        run = client.post(path, content=picture()).json()
    crop = next(step for step in run["preparation"]["steps"] if step["id"] == "crop")
    assert crop["params"] == {"x": 10, "y": 5, "size": 40, "rotate": 0, "fit": None}
