"""Descriptions that describe a model, and all the ones that do not."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from cnn_loupe.engine import layers
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.errors import ShapeError, SpecError
from cnn_loupe.engine.fields import rules
from cnn_loupe.engine.graph import Graph
from cnn_loupe.engine.kinds import KINDS
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.surroundings import Output
from tests.engine.strategies import graph_specs, spoilt
from tests.models import ALL, GRAPHS, SPECS, tiny_vgg

Change = Callable[[dict[str, Any]], Any]


def test_tiny_vgg_has_the_shapes_and_counts_of_its_paper() -> None:
    spec = tiny_vgg()
    assert spec.parameter_count == 19_920
    shapes = spec.shapes
    assert shapes["conv_1_1"] == (10, 62, 62)
    assert shapes["max_pool_2"] == (10, 13, 13)
    assert shapes["flatten"] == (1690,)
    fields = spec.receptive_fields
    assert fields["conv_1_2"].describe() == {"size": [5, 5], "jump": [1, 1], "start": [0, 0]}
    assert fields["max_pool_2"].describe() == {"size": [16, 16], "jump": [4, 4], "start": [0, 0]}
    assert fields["output"].describe() == {"size": [64, 64], "jump": [0, 0], "start": [0, 0]}


@pytest.mark.parametrize("id", sorted(ALL))
def test_a_description_survives_the_way_through_json(id: str) -> None:
    spec = ALL[id]
    again = ModelSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again.graph == spec.graph
    assert again.to_json() == spec.to_json()
    assert spec.to_json()["format"] == (2 if id in GRAPHS else 1)
    assert again.shapes == spec.shapes


@given(graph_specs())
@settings(max_examples=50)
def test_random_models_survive_the_way_through_json(spec: ModelSpec) -> None:
    again = ModelSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again.graph == spec.graph
    assert spec.format == (1 if spec.graph.is_chain else 2)


def test_every_hyperparameter_has_a_rule() -> None:
    for kind in KINDS.values():
        assert {f.name for f in dataclasses.fields(kind)} - {"name"} == rules(kind).keys()
        assert all(hasattr(rule, "accepts") for rule in rules(kind).values())


def layer(description: dict[str, Any], **values: Any) -> None:
    description["layers"][0].update(values)


REFUSALS: list[tuple[str, Change, str]] = [
    ("an unknown format", lambda d: d.update(format=3), "format 3; this version reads formats 1 and 2"),
    ("inputs in format 1", lambda d: layer(d, inputs=["input"]), "edges: conv2d has no 'inputs'"),
    ("no input", lambda d: d.pop("input"), "input: value is None; it must be an object"),
    ("a flat input", lambda d: d["input"].update(shape=[64]), r"shape is \[64\]; it must be \[channels"),
    ("an input without pixels", lambda d: d["input"].update(shape=[1, 0, 8]), "shape is 0"),
    ("a fractional side", lambda d: d["input"].update(shape=[1, 8.5, 8]), "shape is 8.5"),
    ("a huge input", lambda d: d["input"].update(shape=[1, 5000, 8]), "from 1 to 1024"),
    ("a reversed range", lambda d: d["input"].update(range=[1, 0]), "the smaller first"),
    ("an endless range", lambda d: d["input"].update(range=[0, 10**400]), "the smaller first"),
    ("a range of truths", lambda d: d["input"].update(range=[False, True]), "the smaller first"),
    ("a range of three", lambda d: d["input"].update(range=[0, 1, 2]), "the smaller first"),
    ("too many channel names", lambda d: d["input"].update(channels=["a", "b"]), "1 names, one a channel"),
    ("an id with a slash", lambda d: d.update(id="../x"), "id is '../x'"),
    ("an id that is no text", lambda d: d.update(id=7), "id is 7; it must be a text"),
    ("layers that are no list", lambda d: d.update(layers={}), "layers is {}; it must be a list"),
    ("no layers", lambda d: d.update(layers=[]), "number of layers is 0"),
    ("a layer that is no object", lambda d: d.update(layers=["conv"]), "layer 0: value is 'conv'"),
    ("too many layers", lambda d: d.update(layers=many_layers(1025)), "from 1 to 1024"),
    ("a layer without a name", lambda d: d["layers"][0].pop("name"), "layer 0: name is None"),
    ("a name with a space", lambda d: layer(d, name="conv 1"), "layer name is 'conv 1'"),
    ("the input's name", lambda d: layer(d, name="input"), "'input' is the picture's own"),
    ("a name used twice", lambda d: layer(d, name="flat"), "'flat' is used twice"),
    ("an unknown kind", lambda d: layer(d, kind="conv3d"), "no layer kind 'conv3d'; the kinds are add, "),
    ("no kind", lambda d: d["layers"][0].pop("kind"), "no layer kind None"),
    ("an unknown value", lambda d: layer(d, colour=2), "edges: conv2d has no 'colour'; it knows filters"),
    ("a missing value", lambda d: d["layers"][0].pop("filters"), "edges: conv2d needs filters"),
    ("stride 0", lambda d: layer(d, stride=[0, 1]), r"edges: stride is \[0, 1\]; .* from 1 to 64"),
    ("a kernel that is a number", lambda d: layer(d, kernel=3), "kernel is 3; it must be a pair"),
    ("a negative padding", lambda d: layer(d, padding=[-1, 0]), "from 0 to 64"),
    ("filters that are true", lambda d: layer(d, filters=True), "filters is True; .* whole number"),
    ("filters without limit", lambda d: layer(d, filters=10**9), "from 1 to 4096"),
    ("a kernel beyond the input", lambda d: layer(d, kernel=[9, 9]), "edges: .* 9×9 does not fit .* 8×8"),
    ("classes that do not fit", lambda d: d["classes"].pop(), "gives 3 values and there are 2 classes"),
    ("classes out of order", lambda d: d["classes"][0].update(index=2), "listed in order"),
    ("a class without a name", lambda d: d["classes"][0].pop("name"), "class 0: name is None"),
    ("a title of numbers", lambda d: d.update(title={"en": 3}), "title: en is 3"),
]


def many_layers(count: int) -> list[dict[str, Any]]:
    return [{"name": f"relu_{i}", "kind": "relu"} for i in range(count)]


@pytest.mark.parametrize(("what", "change", "words"), REFUSALS, ids=[r[0] for r in REFUSALS])
def test_a_wrong_description_is_refused_with_value_and_rule(what: str, change: Change, words: str) -> None:
    description = copy.deepcopy(SPECS["minimal"].to_json())
    change(description)
    with pytest.raises(SpecError, match=words) as caught:
        ModelSpec.from_json(description)
    assert caught.value.code
    json.dumps(caught.value.params)


@given(spoilt(SPECS["deep"].to_json()))
@settings(max_examples=300)
def test_whatever_stands_in_a_description_it_is_a_model_or_refused(description: Any) -> None:
    try:
        spec = ModelSpec.from_json(description)
    except SpecError as error:
        json.dumps(error.params)
    else:
        assert ModelSpec.from_json(spec.to_json()).to_json() == spec.to_json()


@pytest.mark.parametrize("value", [None, 3, "model", [], True])
def test_what_is_no_object_is_no_description(value: Any) -> None:
    with pytest.raises(SpecError, match="the description: value is"):
        ModelSpec.from_json(value)


def test_a_model_too_large_to_hold_is_refused_before_anything_is_made() -> None:
    grow = [layers.Conv2D(f"conv_{i}", 4096, padding=(1, 1)) for i in range(2)]
    with pytest.raises(SpecError, match="number of activations is"):
        ModelSpec("large", (1, 1024, 1024), Graph.chain(*grow))
    with pytest.raises(SpecError, match="number of parameters is"):
        ModelSpec("heavy", (1, 100, 100), Graph.chain(layers.Flatten("f"), layers.Dense("d", 65536)))


def test_a_model_that_takes_too_long_is_refused_before_it_runs() -> None:
    layer = layers.Conv2D("conv", 1024, kernel=(64, 64), padding=(32, 32))
    with pytest.raises(SpecError, match="number of multiplications is"):
        ModelSpec("slow", (3, 256, 200), Graph.chain(layer))


def second(description: dict[str, Any]) -> dict[str, Any]:
    """The description of the graph model with all that format 2 adds."""
    description["input"]["preparation"] = {"colour": "bgr", "scale": 255.0, "mean": [1.0, 2, 3], "source": "guess"}
    description["output"] = {"ending": "softmax", "added": ["probabilities"]}
    description["origin"] = {
        "format": "onnx",
        "producer": "pytorch 2.9",
        "files": [{"name": "a.onnx", "sha256": "0" * 64}],
        "layout": "hwc",
        "layers": {"stem": ["layer1.0.conv1", "layer1.0.bn1"]},
        "folded": ["layer1.0.bn1"],
        "dropped": ["dropout"],
    }
    return description


def node(description: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in description["layers"] if entry["name"] == name)
    return found


SECOND: list[tuple[str, Change, str]] = [
    ("an unknown input", lambda d: node(d, "left_1").update(inputs=["nobody"]), "left_1: there is no layer 'nobody' to "
                                                                                "read"),
    ("an input that comes later", lambda d: node(d, "left_1").update(inputs=["picture"]), "left_1: it reads 'picture', "
                                                                                          "which is listed after it"),
    ("a layer that reads itself", lambda d: node(d, "left_1").update(inputs=["left_1"]), "depends on its own output "
                                                                                         ".left_1 → left_1,"),
    ("a circle", lambda d: node(d, "left_1").update(inputs=["left_relu"]), "left_1: its input depends on its own "
                                                                           "output .left_1 → left_relu → left_1,"),
    ("inputs that are a text", lambda d: node(d, "left_1").update(inputs="stem"), "left_1: inputs is 'stem'; it must "
                                                                                  "be a list"),
    ("an input that is a number", lambda d: node(d, "left_1").update(inputs=[3]), "left_1: inputs is 3; it must be a "
                                                                                  "text"),
    ("no inputs", lambda d: node(d, "left_1").update(inputs=[]), "left_1: conv2d takes 1 input and is given 0"),
    ("two inputs for one", lambda d: node(d, "left_1").update(inputs=["input", "input"]), "left_1: conv2d takes 1 "
                                                                                          "input and is given 2"),
    ("one input for a join", lambda d: node(d, "residual").update(inputs=["stem_relu"]), "residual: add takes 2 to 64 "
                                                                                         "inputs and is given 1"),
    ("an output that nobody reads", lambda d: node(d, "together").update(inputs=["pool", "reduced"]),
        "picture: no layer reads its output"),
    ("a sum of two shapes", lambda d: node(d, "residual").update(inputs=["left_norm", "input"]),
        "residual: add needs inputs of one shape and gets 6×14×11, 3×14×11"),
    ("maps of two sizes side by side", lambda d: node(d, "together").update(inputs=["pool", "reduced", "residual_relu",
        "picture"]), "together: concat needs inputs of one height and width"),
    ("no colour", lambda d: d["input"]["preparation"].pop("colour"), "preparation: colour is None; it must be rgb or "
                                                                     "bgr or grey"),
    ("grey with three channels", lambda d: d["input"]["preparation"].update(colour="grey"), "grey for one channel, rgb "
                                                                                            "or bgr for three"),
    ("two means for three channels", lambda d: d["input"]["preparation"].update(mean=[1, 2]),
        "3 numbers, one a channel, or none"),
    ("a deviation of 0", lambda d: d["input"]["preparation"].update(std=[1, 0, 1]), "preparation: std is 0; it must be "
                                                                                    "a number from 1e-06"),
    ("an unknown fit", lambda d: d["input"]["preparation"].update(fit="squeeze"), "cover or contain or stretch"),
    ("an unknown key", lambda d: d["input"]["preparation"].update(gamma=2), "preparation has no 'gamma'; it knows "
                                                                            "colour"),
    ("an ending of another kind", lambda d: d["output"].update(ending="logits"), "output: ending is 'logits'; it must "
                                                                                 "be softmax for a model that ends in "
                                                                                 "softmax"),
    ("an ending that does not exist", lambda d: d["output"].update(ending="argmax"), "softmax or logits or "
                                                                                     "log_softmax"),
    ("an added layer that is none", lambda d: d["output"].update(added=["x"]), "output: added is 'x'; it must be the "
                                                                               "name of a layer"),
    ("an origin without format", lambda d: d["origin"].pop("format"), "origin: format is None; it must be a text"),
    ("an origin of unknown layers", lambda d: d["origin"].update(layers={"x": ["y"]}), "origin: layers is 'x'; it must "
                                                                                       "be the name of a layer"),
    ("a digest that is none", lambda d: d["origin"]["files"][0].update(sha256="abc"), "origin.files: sha256 is 'abc'; "
                                                                                      "it must be 64 of"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "words"), SECOND, ids=[r[0] for r in SECOND])
def test_a_wrong_description_of_format_2_is_refused_with_value_and_rule(what: str, change: Change, words: str) -> None:
    description = second(copy.deepcopy(ALL["branched"].to_json()))
    ModelSpec.from_json(description)
    change(description)
    with pytest.raises(SpecError, match=words) as caught:
        ModelSpec.from_json(description)
    json.dumps(caught.value.params)


def test_what_format_2_adds_survives_the_way_through_json() -> None:
    spec = ModelSpec.from_json(second(ALL["branched"].to_json()))
    assert ModelSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert spec.preparation is not None
    assert spec.preparation.mean == (1, 2, 3)
    assert spec.origin is not None
    assert spec.origin.layers["stem"] == ("layer1.0.conv1", "layer1.0.bn1")
    assert spec.ending == "softmax"


@given(spoilt(second(ALL["branched"].to_json())))
@settings(max_examples=300)
def test_whatever_stands_in_a_description_of_format_2_it_is_a_model_or_refused(description: Any) -> None:
    try:
        spec = ModelSpec.from_json(description)
    except SpecError as error:
        json.dumps(error.params)
    else:
        assert ModelSpec.from_json(spec.to_json()).to_json() == spec.to_json()


def test_one_value_may_stand_for_two_classes() -> None:
    chain = Graph.chain(layers.Flatten("f"), layers.Dense("d", 1), layers.Sigmoid("s"))
    two = tuple(Category(i, name, {}) for i, name in enumerate(("cat", "dog")))
    spec = ModelSpec("binary", (1, 2, 2), chain, two, output=Output("binary"))
    assert spec.scores == "d"
    with pytest.raises(ShapeError, match="1 values and there are 2 classes; the two numbers must be"):
        ModelSpec("binary", (1, 2, 2), chain, two)
    with pytest.raises(ShapeError, match="one value stands for two"):
        ModelSpec("binary", (1, 2, 2), chain, two[:1], output=Output("binary"))
    wide = Graph.chain(layers.Flatten("f"), layers.Dense("d", 2), layers.Sigmoid("s"))
    with pytest.raises(SpecError, match="whose last layer gives a single value"):
        ModelSpec("binary", (1, 2, 2), wide, two, output=Output("binary"))


def test_layers_made_in_code_are_checked_like_those_from_json() -> None:
    with pytest.raises(SpecError, match="conv: stride is"):
        ModelSpec("m", (1, 8, 8), Graph.chain(layers.Conv2D("conv", 1, stride=(0, 1))))
    with pytest.raises(ShapeError, match="dense needs a vector"):
        ModelSpec("m", (1, 8, 8), Graph.chain(layers.Dense("scores", 2)))


def test_an_unknown_layer_is_named_beside_the_known_ones() -> None:
    with pytest.raises(SpecError, match="minimal has no layer 'conv9'; its layers are edges, flat"):
        SPECS["minimal"].node("conv9")
