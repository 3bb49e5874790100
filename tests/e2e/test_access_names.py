"""What a screen reader hears of every neuron: a sentence with its layer, number, count, shape and range, equal to the
API's tensors.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.opened import Truth

pytestmark = pytest.mark.browser
WORDS = Path(__file__).resolve().parents[2] / "static/i18n"
MINUS = "\u2212"


def rounded(value: float) -> str:
    """As the page writes a value: its sign, three significant figures at most, two decimals at least."""
    size = abs(float(value))
    if size == 0:
        return "0"
    digits = 2 if size >= 0.1 else 3 if size >= 0.01 else 4 if size >= 0.001 else None
    if digits is None:
        mantissa, exponent = f"{size:.1e}".split("e")
        text = f"{mantissa}e{'-' if int(exponent) < 0 else '+'}{abs(int(exponent))}"
    else:
        text = f"{size:.0f}" if size >= 1000 else f"{size:.{digits}f}"
    return (MINUS if value < 0 else "+") + text


def sentences(truth: Truth, language: str) -> dict[str, list[str]]:
    """Of every unit that the network map shows, by layer; worked out from the tensors and the catalogue's templates
    alone.
    """
    words = json.loads((WORDS / language / "network.json").read_text("utf-8"))["network"]
    say, channels = words["say"], words["channel"]
    found: dict[str, list[str]] = {}
    described = [{"name": "input", "kind": "input"}, *truth.layers]
    scores = [layer["name"] for layer in truth.layers if layer["kind"] == "dense"][-1]
    softmax = [layer["name"] for layer in truth.layers if layer["kind"] == "softmax"]
    for layer in described:
        name, tensor = layer["name"], truth.tensors[layer["name"]]
        if layer["kind"] in ("flatten", "softmax"):
            continue  # not columns of the map: a vector in between, and what stands beside the scores
        found[name] = []
        for unit, values in enumerate(tensor):
            given = {
                "layer": words["input"] if name == "input" else name, "unit": unit, "count": len(tensor),
                "minimum": rounded(values.min()), "maximum": rounded(values.max()),
            }  # fmt: skip
            if tensor.ndim == 3:
                given |= {"height": tensor.shape[1], "width": tensor.shape[2]}
            if name == "input":
                channel = truth.description["input"]["channels"][unit]
                found[name].append(say["channel"].format(**given | {"unit": channels.get(channel, channel)}))
            elif name == scores:
                labels = truth.description["classes"][unit]["labels"]
                given |= {"name": labels.get(language, labels["en"]), "logit": rounded(float(values))}
                if softmax:
                    given["probability"] = f"{100 * float(truth.tensors[softmax[0]][unit]):.1f}%"
                found[name].append(say["class" if softmax else "score"].format(**given))
            else:
                found[name].append(say["map" if tensor.ndim == 3 else "value"].format(**given))
    return found


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("model", ["tiny-vgg", "deep", "minimal"])
def test_every_neuron_has_a_sentence_that_the_tensors_confirm(visit: Visit, model: str, language: str) -> None:
    visited = visit(height=1600, reduced_motion="reduce")
    visited.expect("was preloaded using link preload")
    page = visited.go(f"/?model={model}&lang={language}")
    wanted = sentences(Truth.of(visited.base, model), language)
    assert sum(len(units) for units in wanted.values()) == page.locator("loupe-network [data-unit]").count(), (
        "a unit is not on the map"
    )
    page.wait_for_selector("loupe-network [data-unit][aria-label]")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    heard = [
        node["name"]["value"]
        for node in tree
        if node.get("role", {}).get("value") == "gridcell" and not node["ignored"]
    ]
    # In the order of the grid: a row for each layer.
    missing = [sentence for units in wanted.values() for sentence in units if sentence not in heard]
    assert missing == [], heard[:40]
    assert len(heard) == sum(len(units) for units in wanted.values())
    rows = page.locator("loupe-network [role=row]")
    for at, (layer, units) in enumerate(wanted.items()):
        row = rows.nth(at)
        assert row.get_attribute("data-column") == layer
        said = row.locator("[data-unit]").evaluate_all(
            "(all) => all.map((one) => [Number(one.dataset.unit), one.getAttribute('aria-label')])"
        )
        assert sorted(map(tuple, said)) == list(enumerate(units)), layer
