"""The NumPy lines that the page shows give the value that they explain, for every kind of layer."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_loupe.engine.kinds import KINDS


@pytest.fixture(scope="module")
def written() -> list[dict[str, Any]]:
    """The code of every recorded trace, with what it computes from."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node 20 or newer is needed for the page's tests; `make test` installs one.")
    script = Path(__file__).parent / "support/code.mjs"
    done = subprocess.run([node, str(script)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def array(tensor: dict[str, Any]) -> np.ndarray:
    return np.array(tensor["data"], np.float32).reshape(tensor["shape"])


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_code_of_a_kind_makes_its_values(kind: str, written: list[dict[str, Any]]) -> None:
    cases = [one for one in written if one["name"].startswith(f"{kind} ")]
    assert cases
    for one in cases:
        names: dict[str, Any] = {
            "np": np,
            "run": {name: array(tensor) for name, tensor in one["run"].items()},
            "parameters": {one["layer"]: {key: array(tensor) for key, tensor in one["parameters"].items()}},
        }
        code = "\n".join(one["lines"])
        exec(code, names)
        value = float(array(one["output"])[tuple(one["at"])])
        assert abs(float(names["y"]) - value) <= 1.01 * one["tolerance"] + 1e-7 * abs(value), f"{one['name']}:\n{code}"
