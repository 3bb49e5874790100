"""Sources that hypothesis drives: calls from the OpenAPI description (schemathesis), and tensors."""

from __future__ import annotations

import base64
import copy
import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from tqdm import tqdm

from tests.client import Client
from tests.fuzz.check import Bad, Watch, check
from tests.models import SPECS

BATCH = 500  # examples of one test: hypothesis remembers all that it has tried, and slows down


def drive(strategy: st.SearchStrategy[Any], one: Callable[[Any], None], count: int, seed: int) -> None:
    """Call `one` with `count` examples, repeatable by the seed."""
    for begin in range(0, count, BATCH):

        @with_seed(seed + begin)
        @settings(
            max_examples=min(BATCH, count - begin), deadline=None, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(strategy)
        def run(example: Any) -> None:
            one(example)

        run()


def from_description(client: Client, count: int, seed: int, outcomes: Counter[str]) -> int:
    """Requests that schemathesis makes from the OpenAPI description; 0 where it is not installed."""
    try:
        import schemathesis
    except ImportError:
        print("schemathesis is not installed: the description is left out", file=sys.stderr)
        return 0
    operations = [
        found.ok()
        for document in (client.app.openapi(), with_known_names(client))
        for found in schemathesis.openapi.from_dict(document).get_all_operations()
    ]
    sent = 0
    with tqdm(total=count, desc="   openapi", unit="req", file=sys.stderr) as bar:

        def one(case: Any) -> None:
            nonlocal sent
            options = case.as_transport_kwargs(base_url="http://testserver")
            known = {k: options[k] for k in ("params", "headers", "cookies", "json") if options.get(k) is not None}
            if options.get("data") is not None:
                known["content" if isinstance(options["data"], bytes | str) else "data"] = options["data"]
            watch = Watch()
            try:
                answer = client.request(options["method"], options["url"], **known)
            except (httpx.InvalidURL, UnicodeEncodeError, ValueError, TypeError):
                return  # the client itself refuses to send it
            outcomes[check(answer, watch)] += 1
            sent += 1
            bar.update()

        for operation in operations:
            drive(operation.as_strategy(), one, max(1, count // len(operations)), seed)
    return sent


def with_known_names(client: Client) -> dict[str, Any]:
    """The description with the names of models and samples that exist: any others end at 404."""
    document = copy.deepcopy(client.app.openapi())
    models = [entry.id for entry in client.app.state.services.library]
    samples = list(client.app.state.services.library.default.samples)
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                known = {"model": models, "sample": samples}.get(parameter["name"])
                if known and parameter["in"] == "path":
                    parameter["schema"] = {"type": "string", "enum": known}
    return document


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["shape", "dtype", "data", "x"]), inner)
    ),
    max_leaves=20,
)


@st.composite
def tensors(draw: st.DrawFn) -> tuple[str, dict[str, Any], np.ndarray | None]:
    """A model, a body for it, and the values that must come back where the body is sound."""
    model = draw(st.sampled_from(sorted(SPECS)))
    shape = SPECS[model].input_shape
    if draw(st.integers(0, 9)) == 0:
        return model, {"input": draw(JSON)}, None
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([1.0, 1e-40, 1e3, 1e20, 3e38]))
    values = (scale * rng.uniform(-1, 1, shape)).astype(np.float32)
    for _ in range(draw(st.integers(0, 3))):
        values[tuple(int(rng.integers(side)) for side in shape)] = draw(st.floats(width=32))
    given_shape = list(shape) if draw(st.integers(0, 4)) else draw(st.lists(st.integers(-1, 1 << 40), max_size=6))
    form = draw(st.sampled_from(["base64", "lists", "cut"]))
    raw = values.tobytes()
    if form == "cut":
        raw = raw[: draw(st.integers(0, len(raw)))]
    data = values.tolist() if form == "lists" else base64.b64encode(raw).decode()
    body = {"input": {"shape": given_shape, "dtype": "float32", "data": data}}
    sound = given_shape == list(shape) and len(raw) == values.nbytes and bool(np.isfinite(values).all())
    return model, body, values if sound else None


def from_tensors(client: Client, count: int, seed: int, outcomes: Counter[str]) -> int:
    """Tensors, sound ones and others: a sound one must come back as it was sent, with scores that add up."""
    with tqdm(total=count, desc="   tensors", unit="req", file=sys.stderr) as bar:

        def one(example: tuple[str, dict[str, Any], np.ndarray | None]) -> None:
            model, body, values = example
            try:
                text = json.dumps(body).encode()
            except ValueError:
                text = b'{"input": 1e999}'  # whole numbers too long for Python to write
            watch = Watch()
            answer = client.post(
                f"/api/v1/models/{model}/runs?layers=none", content=text, headers={"Content-Type": "application/json"}
            )
            outcome = check(answer, watch)
            outcomes[outcome] += 1
            bar.update()
            if values is None:
                return
            if outcome == "422 run_overflows" and np.abs(values).max() > 1e6:
                return
            if answer.status_code != 200:
                raise Bad(f"a sound tensor for {model} was refused: {answer.text[:300]}")
            if base64.b64decode(answer.json()["input"]["data"]) != values.tobytes():
                raise Bad(f"a tensor for {model} came back changed")
            shares = [score["probability"] for score in answer.json()["scores"]]
            if None not in shares and abs(sum(shares) - 1) > 1e-4:
                raise Bad(f"probabilities of {model} add up to {sum(shares)}")

        drive(tensors(), one, count, seed)
    return bar.n
