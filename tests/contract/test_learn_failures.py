"""What "Where it fails" tries the network on: the engine's answers to the very pictures that the page makes."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest

from cnn_loupe.engine import zoo
from tests.client import Client
from tests.conftest import ROOT

SCRIPT = ROOT / "tests/web/support/failures.mjs"
NUDGED = "espresso"
# Of each case: the class that the shipped network names, and with what probability.
ANSWERS = {
    "grey": ("ladybug", 0.832),
    "stripes": ("espresso", 1.000),
    "bus-without-colour": ("sports car", 0.80),
    "orange-pepper": ("orange", 0.566),
    "koala-at-sunset": ("ladybug", 0.572),
    "pizza-slice": ("school bus", 0.454),
    "bus-turned": ("sports car", 0.68),
    "espresso-with-noise": ("orange", 0.54),
}


@pytest.fixture(scope="module")
def made(client: Client, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Pictures and gradients as the page computes them."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node 20 or newer is needed for the page's tests; `make test` installs one.")
    base = "/api/v1/models/tiny-vgg"
    names = ["grey", "stripes", "school-bus", "bell-pepper-orange", "koala-sunset", "pizza-slice", "espresso"]
    file = tmp_path_factory.mktemp("failures") / "given.json"
    file.write_text(
        json.dumps(
            {
                "model": client.get(base).json(),
                "parameters": client.get(f"{base}/parameters").json(),
                "runs": {name: client.post(f"{base}/runs", json={"sample": name}).json() for name in names},
                "nudged": NUDGED,
            }
        )
    )
    done = subprocess.run([node, str(SCRIPT), str(file)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def array(tensor: dict[str, Any]) -> np.ndarray:
    return np.array(tensor["data"], dtype=np.float32).reshape(tensor["shape"])


def test_every_case_fools_the_shipped_network_as_measured(client: Client, made: dict[str, Any]) -> None:
    network = zoo.load("tiny-vgg").network
    samples = {one["id"]: one for one in client.get("/api/v1/models/tiny-vgg/samples").json()["samples"]}
    classes = [one["name"] for one in client.get("/api/v1/models/tiny-vgg").json()["classes"]]
    assert {case["id"] for case in made["failures"]} == set(ANSWERS)
    for case in made["failures"]:
        probabilities = network.run(array(case["input"])).probabilities
        assert probabilities is not None
        top = int(probabilities.argmax())
        name, expected = ANSWERS[case["id"]]
        assert classes[top].replace("_", " ").lower() == name, case["id"]
        assert float(probabilities[top]) == pytest.approx(expected, abs=0.012), case["id"]
        assert top != samples[case["sample"]]["class"], f"{case['id']} is right"


def test_the_nudge_goes_along_the_engines_gradient_and_fools_it(made: dict[str, Any]) -> None:
    network = zoo.load("tiny-vgg").network
    nudge = made["nudge"]
    picture = array(nudge["input"])
    run = network.run(picture)
    slope = np.array(nudge["slope"], dtype=np.float32).reshape(picture.shape)
    theirs = network.gradients(run, nudge["target"]).input
    np.testing.assert_allclose(slope, theirs, atol=1e-5 * float(np.abs(theirs).max()))
    losses = [network.loss(network.run(one), nudge["target"]) for one in (picture, *map(array, nudge["moved"]))]
    assert losses[0] < losses[1] < losses[2]
    for levels, moved in zip((1, 4), map(array, nudge["moved"]), strict=True):
        assert float(np.abs(moved - picture).max()) <= levels / 255 + 1e-6
        assert moved.min() >= 0
        assert moved.max() <= 1
    last = network.run(array(nudge["moved"][-1])).probabilities
    assert last is not None
    assert int(last.argmax()) != nudge["target"], "4 of 255 are enough"
