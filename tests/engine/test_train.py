"""Training: it learns, repeats itself, survives interruption, and says what is wrong."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cnn_loupe.engine import zoo
from cnn_loupe.engine.data.batches import split
from cnn_loupe.engine.data.dataset import class_names, load_dataset
from cnn_loupe.engine.data.folder import find_pictures
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.errors import SpecError, TrainingError
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.training.checkpoint import load_checkpoint, save_checkpoint
from cnn_loupe.engine.training.loop import Progress, Task, finished, scores, start, train
from cnn_loupe.engine.training.optimisers import SGD, Muon
from cnn_loupe.engine.training.recipe import read_recipe, recipe_from, renamed
from cnn_loupe.engine.training.record import fold_temperature
from cnn_loupe.engine.training.standardise import Standard, channel_statistics, check_foldable
from tests.engine.pictures import RECIPE, one_folder_a_class, recipe_file
from tests.engine.strategies import spoilt
from tests.models import model_spec, random_parameters


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    folder = tmp_path_factory.mktemp("pictures")
    one_folder_a_class(folder)
    recipe = recipe_from(tomllib.loads(RECIPE.format(epochs=6)))
    classes = class_names(find_pictures(folder))
    spec = recipe.spec(classes)
    data = load_dataset(folder, classes, spec.input_shape)
    return Task(recipe, spec, data, *split(data.labels, recipe.folds, 0, recipe.split_seed))


def run(task: Task) -> tuple[dict[str, np.ndarray], list[Progress]]:
    state = start(task)
    steps = list(train(task, state))
    return finished(task, state).parameters, steps


def test_a_small_network_learns_to_tell_three_colours_apart(task: Task) -> None:
    task = replace(task, recipe=replace(task.recipe, epochs=40))
    parameters, steps = run(task)
    rows = [step.row for step in steps if step.row]
    assert rows[-1]["train_loss"] < 0.5 * rows[0]["train_loss"]
    assert rows[-1]["validation_accuracy"] == 1.0
    # The kept network takes plain pictures and says the same one by one.
    network = Network(task.spec, parameters)
    picture = task.data.inputs(task.held_out[:1])
    alone = network.run(picture[0]).logits
    np.testing.assert_allclose(alone, scores(task.spec, parameters, task.data, task.held_out[:1])[0], atol=1e-4)


def test_the_same_recipe_gives_the_same_network_and_another_seed_another(task: Task) -> None:
    first, again = run(task)[0], run(task)[0]
    other = run(replace(task, recipe=replace(task.recipe, seed=99)))[0]
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
    assert any((value != other[name]).any() for name, value in first.items())


def test_an_interrupted_training_goes_on_as_if_nothing_had_happened(task: Task, tmp_path: Path) -> None:
    whole, _ = run(task)
    task = replace(task, checkpoint=tmp_path / "here.npz")
    steps = iter(train(task, start(task)))
    for progress in steps:
        if (progress.epoch, progress.step) == (3, 1):  # stopped in the middle of an epoch
            break
    resumed = replace(task, resume=True)
    state = start(resumed)
    assert state.epoch == 2
    list(train(resumed, state))
    for name, value in finished(resumed, state).parameters.items():
        np.testing.assert_array_equal(value, whole[name])
    assert state.history["epoch"] == [1, 2, 3, 4, 5, 6]


def test_a_finished_training_is_not_trained_further(task: Task, tmp_path: Path) -> None:
    task = replace(task, checkpoint=tmp_path / "here.npz")
    first, _ = run(task)
    again, steps = run(replace(task, resume=True))
    assert steps == []
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])


def test_progress_counts_every_step_and_marks_the_end_of_each_epoch(task: Task) -> None:
    _, steps = run(task)
    assert [(s.epoch, s.step) for s in steps] == [(e, k) for e in range(1, 7) for k in (1, 2)]
    assert [s.row is not None for s in steps] == [False, True] * 6


def test_the_curves_can_have_a_point_every_few_epochs_and_always_one_at_the_end(task: Task) -> None:
    state = start(task)
    list(train(replace(task, measure_every=4), state))
    assert state.history["epoch"] == [4, 6]
    assert len(state.history["validation_loss"]) == 2


def test_mixup_label_smoothing_and_final_plain_epochs_train_as_well(task: Task) -> None:
    recipe = replace(
        task.recipe,
        mixup_alpha=0.4,
        label_smoothing=0.1,
        final_epochs_plain=0.5,
        optimiser=SGD(),
        ema_decay=0.0,
    )
    parameters, steps = run(replace(task, recipe=recipe))
    assert steps[-1].loss < steps[0].loss
    assert all(np.isfinite(value).all() for value in parameters.values())


def test_a_loss_that_explodes_stops_the_training_with_the_remedy(task: Task) -> None:
    recipe = replace(task.recipe, optimiser=SGD(learning_rate=1e30, momentum=0.0), warm_up=0.0)
    with pytest.raises(TrainingError, match="smaller learning_rate") as caught, np.errstate(all="ignore"):
        run(replace(task, recipe=recipe))
    assert caught.value.code == "diverged"


def test_nothing_to_learn_from_is_refused(task: Task) -> None:
    with pytest.raises(TrainingError) as caught:
        start(replace(task, learn=np.arange(0)))
    assert caught.value.code == "nothing_to_learn"


def test_a_missing_checkpoint_is_named_with_what_to_do(task: Task, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"none\.npz.*--resume") as caught:
        start(replace(task, checkpoint=tmp_path / "none.npz", resume=True))
    assert caught.value.code == "checkpoint_missing"


def test_a_damaged_checkpoint_is_named(task: Task, tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(TrainingError) as caught:
        start(replace(task, checkpoint=path, resume=True))
    assert caught.value.code == "checkpoint_damaged"


def test_a_checkpoint_of_another_training_is_refused(task: Task, tmp_path: Path) -> None:
    path = tmp_path / "here.npz"
    save_checkpoint(path, start(task), task.identity())
    other = replace(task, recipe=replace(task.recipe, batch=4), checkpoint=path, resume=True)
    with pytest.raises(TrainingError, match="recipe") as caught:
        start(other)
    assert caught.value.code == "checkpoint_of_other_training"
    assert caught.value.params["differs"] == ["recipe"]


def test_a_checkpoint_keeps_everything(task: Task, tmp_path: Path) -> None:
    state = start(task)
    list(train(task, state))
    save_checkpoint(tmp_path / "all.npz", state, task.identity())
    found = load_checkpoint(tmp_path / "all.npz", task.identity())
    assert (found.epoch, found.step, found.history) == (state.epoch, state.step, state.history)
    for group in ("parameters", "mean", "optimiser"):
        assert getattr(found, group).keys() == getattr(state, group).keys()
        for name, value in getattr(state, group).items():
            np.testing.assert_array_equal(getattr(found, group)[name], value)


def test_folding_the_standard_into_the_first_layer_changes_no_score(task: Task) -> None:
    standard = Standard(np.array([0.5, 0.3, 0.1], np.float32), np.array([0.2, 0.3, 0.4], np.float32))
    parameters = random_parameters(task.spec)
    x = task.data.inputs(slice(0, 1))
    expected = Network(task.spec, parameters).run(standard.apply(x.copy())[0]).logits
    folded = Network(task.spec, standard.fold(task.spec, parameters)).run(x[0]).logits
    np.testing.assert_allclose(folded, expected, rtol=1e-4, atol=1e-4)


def test_the_standard_is_the_mean_and_deviation_of_each_channel(task: Task) -> None:
    found = channel_statistics(task.data.pictures)
    values = task.data.pictures / 255
    np.testing.assert_allclose(found.mean, values.mean(axis=(0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(found.deviation, values.std(axis=(0, 2, 3)), rtol=1e-5)


def test_standardising_is_refused_where_it_cannot_be_folded() -> None:
    from cnn_loupe.engine import layers

    spec = model_spec("padded", (1, 8, 8), [layers.Conv2D("conv", 2, padding=(1, 1))])
    with pytest.raises(TrainingError, match="standardise = false"):
        check_foldable(spec)


def test_folding_the_temperature_divides_the_scores_and_changes_no_choice(task: Task) -> None:
    parameters = random_parameters(task.spec)
    rows = np.arange(6)
    hot = scores(task.spec, parameters, task.data, rows)
    cold = scores(task.spec, fold_temperature(task.spec, parameters, 1.7), task.data, rows)
    np.testing.assert_allclose(cold * 1.7, hot, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("[training]\nepoch = 3", "there is no setting 'epoch'"),
        ("[training]\nepochs = 0", "epochs is 0"),
        ("[training]\nschedule = 'zigzag'", "one_cycle"),
        ("[optimiser]\nkind = 'magic'", "sgd, adamw, muon"),
        ("[optimiser]\nkind = 'sgd'\nbeta1 = 0.9", "there is no setting 'beta1'"),
        ("[augmentation]\nflip = 2", "flip is 2"),
        ("[augment]\nflip = 1", "there is no setting 'augment'"),
    ],
)
def test_a_recipe_with_a_mistake_is_refused_by_name(change: str, words: str) -> None:
    with pytest.raises((TrainingError, SpecError), match=words):
        recipe_from(tomllib.loads(change))


@given(spoilt(tomllib.loads((zoo.FOLDER / zoo.DEFAULT / "recipe.toml").read_text("utf-8"))))
@settings(max_examples=200)
def test_whatever_stands_in_a_recipe_it_says_how_to_train_or_is_refused(data: Any) -> None:
    classes = [Category(i, f"class {i}", {"en": f"class {i}"}) for i in range(10)]
    try:
        recipe = recipe_from(data)
        recipe.spec(classes)
    except (TrainingError, SpecError) as error:
        json.dumps(error.params)
    else:
        assert recipe.digest() == recipe_from(data).digest()


def test_a_recipe_file_that_is_missing_or_not_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as caught:
        read_recipe(tmp_path / "none.toml")
    assert caught.value.code == "recipe_missing"
    (tmp_path / "bad.toml").write_text("epochs: 3")
    with pytest.raises(TrainingError) as caught:
        read_recipe(tmp_path / "bad.toml")
    assert caught.value.code == "recipe_not_toml"


OLD_KEYS = """
[training]
smoothing = 0.1
mixing = 0.4
averaging = 0.9
plain_end = 0.25
[optimiser]
kind = "muon"
rate = 0.01
decay = 0.1
vector_rate = 0.002
[augmentation]
whole = 0.4
hole = 3
"""


def test_the_keys_of_version_0_1_are_read_as_todays_each_with_a_note() -> None:
    recipe = recipe_from(tomllib.loads(OLD_KEYS))
    assert (recipe.label_smoothing, recipe.mixup_alpha, recipe.ema_decay, recipe.final_epochs_plain) == (
        0.1,
        0.4,
        0.9,
        0.25,
    )
    assert recipe.optimiser == Muon(learning_rate=0.01, weight_decay=0.1, bias_learning_rate=0.002)
    assert (recipe.augmentation.keep_scale, recipe.augmentation.cutout_size) == (0.4, 3)
    assert len(recipe.notes) == 9
    assert "training: 'mixing' is now called 'mixup_alpha'" in recipe.notes
    old = {line.split(" = ")[0] for line in OLD_KEYS.splitlines() if " = " in line} - {"kind"}
    described = recipe.describe()
    assert not old & {*described, *described["optimiser"], *described["augmentation"]}
    assert renamed(renamed(described, old_names=True)) == described


def test_an_old_key_beside_its_new_name_is_refused() -> None:
    with pytest.raises(TrainingError, match="keep 'weight_decay'") as caught:
        recipe_from({"optimiser": {"decay": 0.1, "weight_decay": 0.2}})
    assert caught.value.code == "setting_given_twice"


def test_the_shipped_recipe_has_the_digest_that_it_had_under_the_old_keys() -> None:
    recipe = read_recipe(zoo.FOLDER / zoo.DEFAULT / "recipe.toml")
    assert recipe.digest() == "c03667f2e23f2c9c01d02c1b4e01bf5c85054962b2bda4cabdb20362349e085f"


def test_every_setting_decides_the_digest(tmp_path: Path) -> None:
    recipe = read_recipe(recipe_file(tmp_path))
    others = [
        recipe.changed(seed=9),
        recipe.changed(epochs=4),
        replace(recipe, optimiser=SGD()),
        replace(recipe, augmentation=replace(recipe.augmentation, flip=0.4)),
        replace(recipe, model={**recipe.model, "id": "other"}),
    ]
    assert len({recipe.digest(), *(other.digest() for other in others)}) == 6
