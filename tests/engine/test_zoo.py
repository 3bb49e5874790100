"""The shipped models are found, load, and run."""

from __future__ import annotations

import pytest

from cnn_loupe.engine import zoo
from cnn_loupe.engine.errors import WeightsError
from tests.models import random_picture


def test_the_default_model_comes_first() -> None:
    assert zoo.model_ids()[0] == zoo.DEFAULT
    assert zoo.load().id == zoo.DEFAULT


def test_every_shipped_model_loads_under_its_own_name_and_runs() -> None:
    for id in zoo.model_ids():
        model = zoo.load(id)
        assert model.id == id
        assert len(model.network.run(random_picture(model.spec)).activations) == len(model.spec.layers)


@pytest.mark.parametrize("id", ["vgg", "", "../tiny-vgg"])
def test_a_model_that_is_not_shipped_is_refused_beside_the_known_ones(id: str) -> None:
    with pytest.raises(WeightsError, match="the models are tiny-vgg"):
        zoo.load(id)
