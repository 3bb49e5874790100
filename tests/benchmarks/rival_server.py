"""The server that one would write in an afternoon: FastAPI and PyTorch, the same weights, the same job.

A picture goes in, every layer's values come out as JSON with base64 tensors. Nothing is made slow on
purpose: the model is loaded once, in inference mode, one thread a computation, off the event loop.
Started by bench_server.py as `uvicorn tests.benchmarks.rival_server:app`.
"""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from PIL import Image
from safetensors.torch import load_file
from torch import nn

torch.set_num_threads(1)

FOLDER = Path(__file__).resolve().parents[2] / "engine" / "zoo" / "tiny-vgg"
DESCRIPTION = json.loads((FOLDER / "model.json").read_text("utf-8"))
CLASSES = len(DESCRIPTION["classes"])


def build() -> nn.ModuleDict:
    """Tiny VGG from its description, layer by layer."""
    channels, height, width = DESCRIPTION["input"]["shape"]
    layers: dict[str, nn.Module] = {}
    x = torch.zeros(1, channels, height, width)
    for layer in DESCRIPTION["layers"]:
        kind = layer["kind"]
        if kind == "conv2d":
            module: nn.Module = nn.Conv2d(
                x.shape[1], layer["filters"], tuple(layer["kernel"]), tuple(layer["stride"]),
                tuple(layer["padding"]), tuple(layer["dilation"]),
            )  # fmt: skip
        elif kind == "max_pool2d":
            module = nn.MaxPool2d(tuple(layer["window"]), tuple(layer["stride"]), tuple(layer["padding"]))
        elif kind == "dense":
            module = nn.Linear(x.shape[1], layer["units"])
        else:
            module = {"relu": nn.ReLU, "flatten": nn.Flatten, "softmax": lambda: nn.Softmax(dim=1)}[kind]()
        layers[layer["name"]] = module
        x = module(x)
    model = nn.ModuleDict(layers)
    model.load_state_dict(load_file(FOLDER / "weights.safetensors"))
    return model.eval()


MODEL = build()
app = FastAPI()


def tensor(values: torch.Tensor) -> dict[str, Any]:
    array = values[0].numpy()
    return {"shape": list(array.shape), "dtype": "float32", "data": base64.b64encode(array.tobytes()).decode()}


def run(data: bytes) -> dict[str, Any]:
    _, height, width = DESCRIPTION["input"]["shape"]
    with Image.open(io.BytesIO(data)) as image:
        side = min(image.size)
        left, top = (image.size[0] - side) // 2, (image.size[1] - side) // 2
        small = image.convert("RGB").crop((left, top, left + side, top + side))
        small = small.resize((width, height), Image.Resampling.BICUBIC)
    x = torch.from_numpy(np.asarray(small).transpose(2, 0, 1).copy()).unsqueeze(0).float() / 255
    answer: dict[str, Any] = {"input": tensor(x), "layers": []}
    with torch.inference_mode():
        for name, module in MODEL.items():
            x = module(x)
            answer["layers"].append({"name": name, "tensor": tensor(x)})
    answer["scores"] = x[0].tolist()
    return answer


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/runs")
async def create_run(request: Request) -> dict[str, Any]:
    return await run_in_threadpool(run, await request.body())
