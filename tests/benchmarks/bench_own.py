"""People's own models: how long bringing one, the first overview of a picture, a line-up and a refusal take.

    python -m tests.benchmarks.bench_own

A made file of 5 MB is always measured; real files where ../shared/data has them; ResNet-18 and MobileNetV2 where
torchvision can export them. A refusal is measured through the whole server, so it includes sending the file.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from tests.conftest import running_server
from tests.own import DATA, TYPE, body, classifier
from tests.server.test_own import peak

REPEATED = 7
BESIDE = ("case.json", "expected.npz")


def cases() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Name and files of every network."""
    yield "made, 5 MB", {"net.onnx": classifier(hidden=200)}
    for folder in sorted((DATA / "models").glob("*")) if (DATA / "models").is_dir() else ():
        yield folder.name, {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in BESIDE}
    yield from exported()


def exported() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Networks of torchvision with random weights, exported as its users do."""
    try:
        import torch
        import torchvision
    except ImportError:
        print("torchvision is not installed: ResNet-18 and MobileNetV2 are left out")
        return
    for name in ("resnet18", "mobilenet_v2"):
        model = getattr(torchvision.models, name)(weights=None).eval()
        out = io.BytesIO()
        torch.onnx.export(model, (torch.zeros(1, 3, 224, 224),), out, dynamo=False)
        yield name, {f"{name}.onnx": out.getvalue()}


def picture() -> bytes:
    values = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(values).resize((640, 480), Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()


def milliseconds(call: Callable[[], Any], times: int = REPEATED) -> float:
    """The median."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append(1000 * (time.perf_counter() - began))
    return statistics.median(found)


def main() -> None:
    sent = picture()
    with running_server(own_models="on") as server, httpx.Client(base_url=server.url, timeout=60) as client:
        print(f"{'network':44} {'file':>8} {'first':>8} {'bring':>8} {'overview':>9} {'answer':>8} {'line-up':>8}")
        for name, files in cases():
            data = body(files)
            began = time.perf_counter()
            answer = client.post("/api/v1/own", content=data, headers=TYPE)
            first = 1000 * (time.perf_counter() - began)
            if answer.status_code != 200:
                print(f"{name:44} refused: {answer.json()['code']}")
                continue
            bring = milliseconds(lambda data=data: client.post("/api/v1/own", content=data, headers=TYPE))
            address = f"/api/v1/models/{answer.json()['id']}"
            ask = f"{address}/runs?detail=overview&encoding=safetensors"
            run = client.post(ask, content=sent)
            if run.status_code != 200:
                print(f"{name:44} no pictures: {run.json()['code']}")
                continue
            overview = milliseconds(lambda ask=ask: client.post(ask, content=sent))
            line_up = milliseconds(lambda address=address: client.post(f"{address}/lineup", content=sent), 3)
            print(
                f"{name:44} {len(data) / 1e6:5.1f} MB {first:5.0f} ms {bring:5.0f} ms {overview:6.0f} ms "
                f"{len(run.content) / 1e6:5.2f} MB {line_up:5.0f} ms"
            )
        refused = DATA / "models-refused"
        for path in sorted(refused.iterdir()) if refused.is_dir() else ():
            data = body({path.name: path.read_bytes()})
            code = client.post("/api/v1/own", content=data, headers=TYPE).json().get("code", "taken")
            took = milliseconds(lambda data=data: client.post("/api/v1/own", content=data, headers=TYPE))
            print(f"refused: {path.name:35} {len(data) / 1e6:5.1f} MB {took:5.0f} ms  {code}")
        if Path("/proc/self/status").exists():
            print(f"the server's most memory: {peak(server.process.pid) / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
