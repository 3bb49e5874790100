"""Opened views in a browser: how tests get there, and what the API says of the same picture."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.conftest import ROOT
from tests.e2e.conftest import READY, Visited, eventually

SETTLED = "[data-view={}][data-settled]"


def fetch(url: str, data: bytes | None = None, kind: str = "application/json") -> Any:
    request = urllib.request.Request(url, data, {"Content-Type": kind})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def array(tensor: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(tensor["data"]), "<f4").reshape(tensor["shape"])


@dataclass
class Truth:
    """A model and one run of it, as the API gives them."""

    description: dict[str, Any]
    tensors: dict[str, np.ndarray]
    parameters: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)

    @classmethod
    def of(cls, base: str, model: str = "tiny-vgg", sample: str | None = None) -> Truth:
        """The run that the page shows: of the model's own gallery, or of the picture that the page makes for it."""
        api = f"{base}/api/v1/models"
        description = fetch(f"{api}/{model}")
        if (shown := sample or description["samples_default"]) is not None:
            run = fetch(f"{api}/{model}/samples/{shown}/run")
        else:
            run = fetch(f"{api}/{model}/runs", made_picture(description["input"]), "image/png")
        tensors = {"input": array(run["input"])}
        tensors |= {layer["name"]: array(layer["tensor"]) for layer in run["layers"]}
        learned = fetch(f"{api}/{model}/parameters")["layers"]
        parameters = {
            one["name"]: {key: array(tensor) for key, tensor in one.items() if key != "name"} for one in learned
        }
        return cls(description, tensors, parameters)

    def value(self, place: str) -> float:
        """What `conv_1_2[3,30,24]` names."""
        found = re.fullmatch(r"([\w.-]+)\[([\d,]+)\]", place)
        assert found is not None, place
        return float(self.tensors[found[1]][tuple(int(i) for i in found[2].split(","))])

    @property
    def layers(self) -> list[dict[str, Any]]:
        return self.description["layers"]


def made_picture(given: dict[str, Any]) -> bytes:
    """The picture that the page makes first for a model without a gallery whose input is described so."""
    return _made(tuple(given["shape"]), bool((given["preparation"] or {}).get("invert")))


@cache
def _made(shape: tuple[int, ...], invert: bool) -> bytes:
    """The page's own module says each pixel; as a file it is written here."""
    script = (
        "const [module, strokes, shape, invert] = process.argv.slice(1);"
        "const { madePictures } = await import(module), { bytesOf } = await import(strokes);"
        "process.stdout.write(bytesOf(madePictures(JSON.parse(shape))[0][1], invert === 'true'));"
    )
    modules = [(ROOT / f"static/js/model/{name}.js").as_uri() for name in ("made", "strokes")]
    node = shutil.which("node")
    assert node is not None, "Node is not on the path: `make test` puts it there"
    given = [json.dumps(shape), json.dumps(invert)]
    done = subprocess.run(
        [node, "--input-type=module", "-e", script, "--", *modules, *given], capture_output=True, check=True
    )
    out = io.BytesIO()
    Image.frombytes("L", (shape[2], shape[1]), done.stdout).save(out, "PNG")
    return out.getvalue()


VIEWS = {
    "conv2d": "neuron",
    "conv_transpose2d": "neuron",
    "max_pool2d": "pooling",
    "avg_pool2d": "pooling",
    "flatten": "flatten",
    "dense": "output",
    "softmax": "softmax",
    "log_softmax": "softmax",
    "add": "maps",
    "multiply": "maps",
    "lrn": "maps",
    "concat": "copy",
    "slice": "copy",
    "channel_shuffle": "copy",
    "pad": "copy",
    "upsample": "copy",
    "global_avg_pool2d": "global",
    "global_max_pool2d": "global",
}  # fmt: skip; every other kind is a function of one value


def view_of(layer: dict[str, Any]) -> str:
    """The view that a layer opens in."""
    return "copy" if layer.get("order") == "hwc" else VIEWS.get(layer["kind"], "activation")


def places(truth: Truth, spread: random.Random) -> list[str]:
    """Every view of the model: one random unit and position a layer, and of a convolution one input more closely."""
    anywhere = lambda shape: ",".join(str(spread.randrange(size)) for size in shape)  # noqa: E731
    found = [f"pixels:input[{anywhere(truth.tensors['input'].shape)}]"]
    for layer in truth.layers:
        shape = truth.tensors[layer["name"]].shape
        found.append(f"{view_of(layer)}:{layer['name']}[{anywhere(shape)}]")
        if view_of(layer) == "neuron":
            unit = spread.randrange(shape[0])
            count = truth.tensors[layer["inputs"][0]].shape[0] // layer["groups"]
            source = unit * layer["groups"] // shape[0] * count + spread.randrange(count)
            found.append(f"microscope:{layer['name']}[{unit},{anywhere(shape[1:])}]!{source}")
    return found


def open_view(visited: Visited, view: str, model: str | None = None) -> Page:
    """Go to a view's address."""
    # The page preloads what its default model needs; with another model the browser remarks on it.
    visited.expect("was preloaded using link preload")
    visited.page.goto(f"{visited.base}/?{f'model={model}&' if model else ''}view={view}")
    visited.page.wait_for_selector(READY, state="attached")
    visited.page.wait_for_selector(SETTLED.format(view.split(":")[0]))
    return visited.page


def show(page: Page, view: str) -> None:
    """Another view of the same page, as the Back button would bring it: without loading anything anew."""
    page.evaluate(
        """(view) => {
             const address = new URL(location.href);
             address.searchParams.set("view", view);
             history.pushState(null, "", address);
             dispatchEvent(new PopStateEvent("popstate"));
           }""",
        view,
    )
    name, place = view.split("!")[0].split(":")
    page.wait_for_selector(SETTLED.format(name))
    eventually(lambda: explained(page)[0].startswith(place.rstrip("]")), f"{view} explained")


def explained(page: Page) -> tuple[str, float]:
    """The value that the view explains: its place and its number in full."""
    place, value = page.locator("[data-explained]").evaluate(
        "(shown) => [shown.dataset.explained, shown.dataset.value]"
    )
    return str(place), float(value)


def wrong_values(page: Page, truth: Truth) -> list[str]:
    """Numbers with a place whose full value is not the engine's float32, over the whole view."""
    pairs = page.evaluate(
        "() => [...document.querySelectorAll('loupe-view [data-place][data-value]')].map((one) => [one.dataset.place, "
        "one.dataset.value])"
    )
    assert pairs, "no number of this view says where it comes from"
    return [
        f"{place}: {shown} on the page, {truth.value(place)!r} in the engine"
        for place, shown in pairs
        if np.float32(shown) != np.float32(truth.value(place))
    ]


def copied_script(page: Page) -> str:
    """What the button of the code part puts on the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not page.locator("[data-part=code][open]").count():
        page.locator("[data-part=code] summary").click()
    page.click("[data-action=copy-code]")
    expect(page.locator("[data-part=code] [role=status]")).not_to_be_empty()
    return str(page.evaluate("navigator.clipboard.readText()"))


def printed(script: str, folder: Path) -> float:
    """What a copied script prints when Python runs it on its own."""
    file = folder / "snippet.py"
    file.write_text(script, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(file)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def invent(kinds: dict[str, str]) -> Callable[[Route], None]:
    """A page whose model has kinds of layers that nobody has ever heard of; its description comes with it."""

    def change(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        for name, kind in kinds.items():
            text, count = re.subn(f'"name":"{name}","kind":"[^"]+"', f'"name":"{name}","kind":"{kind}"', text)
            assert count == 1, name
        route.fulfill(response=answer, body=text)

    return change
