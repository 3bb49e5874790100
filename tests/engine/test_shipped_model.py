"""The shipped Tiny VGG: what it is, and that its record, recipe and card tell the same story."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_loupe.engine import zoo
from cnn_loupe.engine.commands.train import RECIPE
from cnn_loupe.engine.golden import Golden, check_golden
from cnn_loupe.engine.training.card import model_card
from cnn_loupe.engine.training.recipe import read_recipe, renamed
from cnn_loupe.engine.weights import Model

CLASSES = [
    ("n03662601", "lifeboat"),
    ("n02165456", "ladybug"),
    ("n07873807", "pizza"),
    ("n07720875", "bell pepper"),
    ("n04146614", "school bus"),
    ("n01882714", "koala"),
    ("n07920052", "espresso"),
    ("n02509815", "red panda"),
    ("n07747607", "orange"),
    ("n04285008", "sports car"),
]


@pytest.fixture(scope="module")
def model() -> Model:
    return zoo.load()


def test_it_is_tiny_vgg_as_in_cnn_explainer(model: Model) -> None:
    spec = model.spec
    assert spec.input_shape == (3, 64, 64)
    assert spec.parameter_count == 19920
    assert [layer.name for layer in spec.layers] == [
        *("conv_1_1", "relu_1_1", "conv_1_2", "relu_1_2", "max_pool_1"),
        *("conv_2_1", "relu_2_1", "conv_2_2", "relu_2_2", "max_pool_2"),
        *("flatten", "output", "softmax"),
    ]
    assert [spec.shapes[name] for name in ("conv_1_2", "max_pool_2", "output")] == [
        (10, 60, 60),
        (10, 13, 13),
        (10,),
    ]


def test_its_classes_have_the_known_order_and_words_in_two_languages(model: Model) -> None:
    assert [(category.wnid, category.name) for category in model.spec.classes] == CLASSES
    for category in model.spec.classes:
        assert {"en", "zh-Hans"} <= set(category.labels)


def test_its_held_out_accuracy_does_not_fall_below_that_of_the_first_release(model: Model) -> None:
    training = model.description["training"]
    found = training.get("cross_validation") or training["held_out"]
    assert found["accuracy"] >= 0.80
    assert found["count"] >= 500
    assert found["standard_error"] == pytest.approx(
        np.sqrt(found["accuracy"] * (1 - found["accuracy"]) / found["count"])
    )


def test_its_confusion_matrix_adds_up_to_its_accuracy(model: Model) -> None:
    training = model.description["training"]
    found = training.get("cross_validation") or training["held_out"]
    counts = np.array(training["confusion"]["counts"])
    assert counts.sum() == found["count"]
    assert np.trace(counts) / counts.sum() == pytest.approx(found["accuracy"])


def test_no_more_than_one_unit_of_a_layer_is_dead_or_nearly(model: Model) -> None:
    activity = model.description["training"]["activity"]
    assert set(activity) == {layer.name for layer in model.spec.layers if layer.kind == "relu"}
    for found in activity.values():
        assert found["dead"] + found["near_dead"] <= 1


def test_its_recipe_is_the_one_in_its_record(model: Model) -> None:
    assert read_recipe(RECIPE).describe() == renamed(model.description["training"]["recipe"])


def test_its_card_is_the_one_that_its_record_and_recipe_give(model: Model) -> None:
    card = (model.folder / "card.md").read_text(encoding="utf-8")
    assert card == model_card(model.spec, model.description["training"], read_recipe(RECIPE).card)


def test_it_gives_its_golden_scores(model: Model) -> None:
    golden = Golden.read(model.folder, model.description)
    assert golden is not None
    deviation = check_golden(model.network, golden)
    assert deviation is not None
    assert deviation < golden.tolerance
