"""The engine beside ONNX Runtime and PyTorch, on the same weights and pictures, in one run.

    python -m tests.benchmarks.bench_engine [--json FILE] [--rounds N]

Every ratio compares medians of turns taken one after the other, so that whatever else the
machine does weighs on all of them alike. A rival that is not installed is left out, and the
table says so; `make bench` installs both in an environment of its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tests.benchmarks.one_thread  # noqa: F401 — before NumPy is imported

# isort: split
import numpy as np

from cnn_loupe.engine import layers
from cnn_loupe.engine.batch import BatchNetwork
from cnn_loupe.engine.edits import SetParameter
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.training.optimisers import AdamW
from cnn_loupe.engine.training.record import machine
from tests.benchmarks.nets import deeper, lenet, mobilenet_v2, resnet18, squeezenet
from tests.benchmarks.race import TURNS, Row, by_rate, by_time, race, table
from tests.engine.rivals import TorchNetwork, onnx_session
from tests.models import random_parameters, random_picture, tiny_vgg

BATCH = 64
JSON = Path(".benchmarks/engine.json")
OWN = "engine"


LARGE = (
    ("ResNet-18, 224×224", resnet18, "≤ 2.2 × ONNX Runtime"),
    ("MobileNetV2, 224×224", mobilenet_v2, "≤ 4 × ONNX Runtime"),
    ("SqueezeNet, 224×224", squeezenet, "≤ 4 × ONNX Runtime"),
)


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def say(text: str) -> None:
    """Progress, on standard error: standard output holds the table."""
    print(text, file=sys.stderr, flush=True)


def single(spec: ModelSpec, rounds: int, goal: str, name: str = "") -> list[Row]:
    """One forward pass of one picture, every activation kept."""
    what = f"{name or spec.id}: one forward pass, every activation, 1 thread"
    say(what)
    parameters, x = random_parameters(spec), random_picture(spec)
    network = Network(spec, parameters)
    contestants: dict[str, Callable[[], Any]] = {OWN: lambda: network.run(x)}
    if installed("onnxruntime") and installed("onnx"):
        session = onnx_session(spec, parameters)
        contestants["ONNX Runtime"] = lambda: session.run(list(spec.names), {"input": x[None]})
    if installed("torch"):
        import torch

        torch.set_num_threads(1)
        modules, picture = TorchNetwork(spec, parameters).train(False), torch.from_numpy(x)[None]

        def by_torch() -> dict[str, Any]:
            with torch.inference_mode():
                return modules.values(picture)

        contestants["PyTorch"] = by_torch
    return by_time(what, race(contestants, rounds), OWN, goal)


def batched(spec: ModelSpec, rounds: int, goal: str) -> list[Row]:
    """The logits of 64 pictures."""
    what = f"{spec.id}: batched forward, {BATCH} pictures, 1 thread"
    say(what)
    parameters = random_parameters(spec)
    x = np.stack([random_picture(spec, seed) for seed in range(BATCH)])
    network = BatchNetwork(spec, parameters)
    contestants: dict[str, Callable[[], Any]] = {OWN: lambda: network.forward(x)}
    if installed("torch"):
        import torch

        torch.set_num_threads(1)
        modules, pictures = TorchNetwork(scoring(spec), parameters).train(False), torch.from_numpy(x)

        def by_torch() -> Any:
            with torch.inference_mode():
                return modules(pictures)

        contestants["PyTorch"] = by_torch
    return by_rate(what, race(contestants, rounds), OWN, BATCH, goal)


def training(spec: ModelSpec, threads: int, rounds: int, goal: str) -> list[Row]:
    """One training step: forward, backward, update by AdamW."""
    what = f"{spec.id}: training step, batch {BATCH}, {threads} thread{'s' * (threads > 1)}"
    say(what)
    parameters = random_parameters(spec)
    x = np.stack([random_picture(spec, seed) for seed in range(BATCH)])
    (count,) = spec.shapes[spec.scores]
    classes = np.arange(BATCH) % count
    targets = np.eye(count, dtype=np.float32)[classes]
    network = BatchNetwork(spec, parameters, threads=threads)
    update = adamw(network)

    def step() -> None:
        _, _, gradients = network.loss_and_gradients(x, targets)
        update(gradients)

    contestants: dict[str, Callable[[], Any]] = {OWN: step}
    if installed("torch"):
        import torch

        torch.set_num_threads(threads)
        modules = TorchNetwork(scoring(spec), parameters).train()
        optimiser = torch.optim.AdamW(modules.parameters(), lr=1e-3)
        pictures, wanted = torch.from_numpy(x), torch.from_numpy(classes)

        def by_torch() -> None:
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(modules(pictures), wanted).backward()
            optimiser.step()

        contestants["PyTorch"] = by_torch
    return by_rate(what, race(contestants, rounds), OWN, BATCH, goal)


def adamw(network: BatchNetwork) -> Callable[[Mapping[str, np.ndarray]], None]:
    """The trainer's own AdamW on this network's parameters."""
    optimiser, state = AdamW(learning_rate=1e-3), dict[str, np.ndarray]()

    def update(gradients: Mapping[str, np.ndarray]) -> None:
        for name, gradient in gradients.items():
            optimiser.update(name, network.parameters[name], gradient, state, 1.0)

    return update


def scoring(spec: ModelSpec) -> ModelSpec:
    """The model without the softmax at its end."""
    return ModelSpec(spec.id, spec.input_shape, spec.graph.without(spec.graph.output.name))


def edited(spec: ModelSpec, rounds: int) -> list[Row]:
    """Running again with an edited layer, beside the whole run."""
    network = Network(spec, random_parameters(spec))
    run = network.run(random_picture(spec))
    found = []
    for layer in spec.layers:
        if isinstance(layer, layers.Conv2D | layers.Dense):
            what = f"{spec.id}: running again with {layer.name} edited"
            say(what)
            name = f"{layer.name}.weight"
            edit = SetParameter(name, network.parameters[name] * np.float32(1.5))
            contestants: dict[str, Callable[[], Any]] = {
                OWN: lambda e=edit: network.rerun(run, [e]),  # type: ignore[misc]
                "the whole run": lambda: network.run(run.input),
            }
            found += by_time(what, race(contestants, rounds), OWN, "")
    return found


def memory(spec: ModelSpec) -> list[Row]:
    """The peak of one run's memory, as a multiple of what it keeps."""
    what = f"{spec.id}: peak memory of one run"
    say(what)
    network, x = Network(spec, random_parameters(spec)), random_picture(spec)
    tracemalloc.start()
    run = network.run(x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    kept = run.input.nbytes + sum(a.nbytes for a in run.activations.values())
    return [
        Row(what, OWN, peak / 2**20, "MiB"),
        Row(what, "engine, as a multiple of its activations", peak / kept, "×", goal="≤ 4"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--json", type=Path, default=JSON, metavar="FILE", help="the figures as data (default %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=5, help=f"rounds of {TURNS} turns each (default 5)")
    options = parser.parse_args()
    rows: list[Row] = []
    rows += single(tiny_vgg(), options.rounds, "≤ 1.5 × ONNX Runtime")
    rows += batched(tiny_vgg(), options.rounds, "≥ 1.0 × PyTorch")
    for threads in (1, 2):
        rows += training(tiny_vgg(), threads, options.rounds, "≥ 1.2 × PyTorch")
    rows += edited(tiny_vgg(), options.rounds)
    rows += memory(tiny_vgg())
    for spec, forward, step in (
        (lenet(), "≤ 3 × ONNX Runtime", "≥ 1.0 × PyTorch"),
        (deeper(), "", ""),
    ):
        rows += single(spec, options.rounds, forward)
        rows += batched(spec, options.rounds, "")
        rows += training(spec, 1, options.rounds, step)
    for name, make, goal in LARGE:
        rows += single(make(), 1, goal, name)
    missing = [name for name in ("onnxruntime", "torch") if not installed(name)]
    print(table(rows, missing))
    figures = {
        "machine": machine(os.cpu_count() or 1),
        "load": os.getloadavg(),  # other work at the end, over 1, 5 and 15 minutes
        "rows": [asdict(row) for row in rows],
        "missing": missing,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"\nThe same as data: {options.json}")


if __name__ == "__main__":
    main()
