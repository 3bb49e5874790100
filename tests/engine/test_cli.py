"""The engine's commands as people and scripts call them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnn_loupe.engine.commands.cli import INTERRUPTED, REFUSED, main
from cnn_loupe.engine.data.images import prepare
from cnn_loupe.engine.ood.detector import OodDetector
from cnn_loupe.engine.ood.synthetic import MAKERS
from cnn_loupe.engine.training.recipe import read_recipe
from cnn_loupe.engine.weights import load_model
from tests.engine.pictures import COLOURS, one_folder_a_class, recipe_file, tiny_imagenet


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures, a recipe, and in `model` what `train` made of them."""
    folder = tmp_path_factory.mktemp("trained")
    one_folder_a_class(folder / "pictures")
    recipe = recipe_file(folder, epochs=40)
    assert train(folder, "--recipe", recipe, "--verbose", "0") == 0
    return folder


def train(folder: Path, *options: object, out: str = "model") -> int:
    return main(["train", str(folder / "pictures"), "--out", str(folder / out), *map(str, options)])


def test_training_saves_a_model_with_its_history_and_confusion_matrix(trained: Path) -> None:
    model = load_model(trained / "model")
    training = model.description["training"]
    assert [category.name for category in model.spec.classes] == ["blue", "green", "red"]
    assert training["history"]["epoch"] == list(range(1, 41))
    for curve in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"):
        assert len(training["history"][curve]) == 40
    counts = np.array(training["confusion"]["counts"])
    assert counts.shape == (3, 3)
    assert counts.sum() == training["held_out"]["count"] == 6
    assert training["held_out"]["accuracy"] == pytest.approx(np.trace(counts) / 6)
    assert training["data"] == {"pictures": 24, "per_class": [8, 8, 8], "learnt_from": 18}
    assert set(training["activity"]) == {"relu"}
    assert training["seed"] == 3
    assert training["recipe"]["optimiser"]["kind"] == "muon"


def test_the_model_card_tells_the_records_figures(trained: Path) -> None:
    training = load_model(trained / "model").description["training"]
    card = (trained / "model" / "card.md").read_text(encoding="utf-8")
    held_out = training["held_out"]
    assert f"{held_out['accuracy']:.4f} ± {held_out['standard_error']:.4f}" in card
    assert f"| expected calibration error, ten bins | {held_out['ece']:.4f} |" in card
    for name, row in zip(("blue", "green", "red"), training["confusion"]["counts"], strict=True):
        assert f"| **{name}** | {row[0]} | {row[1]} | {row[2]} |" in card
    assert "| 40 | " in card  # the curves' last epoch
    assert "| relu | " in card
    assert "| optimiser: kind | muon |" in card


def test_a_card_claims_nothing_where_nothing_was_held_out(trained: Path) -> None:
    options = ["--recipe", trained / "recipe.toml", "--epochs", 1, "--everything", "--verbose", 0]
    assert train(trained, *options, out="unjudged") == 0
    card = (trained / "unjudged" / "card.md").read_text(encoding="utf-8")
    assert "Nothing was held out" in card
    assert "Confusion" not in card


def test_the_cards_words_come_from_the_recipe_and_change_no_digest(trained: Path) -> None:
    recipe = trained / "words.toml"
    text = (trained / "recipe.toml").read_text()
    recipe.write_text(text + '\n[card]\nlimits = "It knows three colours."\n')
    assert read_recipe(recipe).digest() == read_recipe(trained / "recipe.toml").digest()
    assert train(trained, "--recipe", recipe, "--epochs", 1, "--verbose", 0, out="words") == 0
    assert "## Limits\n\nIt knows three colours." in (trained / "words" / "card.md").read_text(encoding="utf-8")


def test_a_silent_training_says_nothing(trained: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert train(trained, "--recipe", trained / "recipe.toml", "--epochs", 1, "--verbose", 0, out="silent") == 0
    assert capfd.readouterr() == ("", "")


def test_lines_show_each_epochs_loss_and_accuracy(trained: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert train(trained, "--recipe", trained / "recipe.toml", "--epochs", 2, "--verbose", 2, out="lines") == 0
    out, err = capfd.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0].startswith("fold-0 epoch 1/2")
    for word in ("loss:", "accuracy:", "val_loss:", "val_accuracy:"):
        assert word in lines[1]


def test_the_bar_shows_steps_loss_accuracy_and_time_left(trained: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert train(trained, "--recipe", trained / "recipe.toml", "--epochs", 1, "--verbose", 1, out="bar") == 0
    err = capfd.readouterr().err
    assert "epoch 1/1" in err
    assert "2/2" in err
    assert "<00:" in err  # the epoch's time left
    assert "left: 0:00:0" in err  # all epochs' time left
    assert "loss:" in err


def test_the_same_command_goes_on_where_it_was_interrupted(
    trained: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--recipe", trained / "recipe.toml", "--epochs", 4, "--verbose", 2]
    assert train(trained, *options, out="whole") == 0

    import cnn_loupe.engine.commands.train as command

    whole = command.train

    def interrupted(*args: object) -> object:
        for progress in whole(*args):  # type: ignore[arg-type]
            if progress.epoch == 3:
                raise KeyboardInterrupt
            yield progress

    monkeypatch.setattr(command, "train", interrupted)
    assert train(trained, *options, out="cut") == INTERRUPTED
    monkeypatch.undo()
    capfd.readouterr()
    assert train(trained, *options, out="cut") == 0
    assert "going on after epoch 2 of 4" in capfd.readouterr().err
    first, second = (load_model(trained / name) for name in ("whole", "cut"))
    for name, value in first.network.parameters.items():
        np.testing.assert_array_equal(value, second.network.parameters[name])


@pytest.mark.parametrize("out", ["model", "cross-judged"])
def test_training_records_what_usual_maps_are_like_and_how_often_the_detector_is_wrong(trained: Path, out: str) -> None:
    if out == "cross-judged":
        options = ["--recipe", trained / "recipe.toml", "--epochs", 3, "--cross-validate", "--verbose", 0]
        assert train(trained, *options, out=out) == 0
    model = load_model(trained / out)
    found = model.description["training"]["out_of_distribution"]
    assert set(found["ranges"]) == {"relu"}
    assert {len(ends[end]) for ends in found["ranges"]["relu"].values() for end in ("low", "high")} == {4}
    assert set(found["rates"]) == {"held_out", *MAKERS}
    assert all(0 <= rate <= 1 for rate in found["rates"].values())
    # What it was taught or judged on is familiar, all but a picture here and there.
    runs = [
        model.network.run(prepare(path.read_bytes(), shape=model.spec.input_shape).input)
        for path in sorted((trained / "pictures").rglob("*.png"))
    ]
    detector = OodDetector(found)
    assert sum(detector.detect(run) is not None for run in runs) <= 3
    card = (trained / out / "card.md").read_text(encoding="utf-8")
    assert f"more than {found['most_outside']} numbers outside" in card
    assert f"| writing | {found['rates']['writing']:.1%} |" in card


def test_resuming_without_a_checkpoint_is_refused_with_what_to_do(
    trained: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert train(trained, "--recipe", trained / "recipe.toml", "--resume", "--verbose", 0, out="none") == REFUSED
    assert "there is no checkpoint" in capfd.readouterr().err


def test_cross_validation_judges_every_picture_once_and_learns_from_all(trained: Path) -> None:
    options = ["--recipe", trained / "recipe.toml", "--epochs", 3, "--cross-validate", "--verbose", 0]
    assert train(trained, *options, out="cross") == 0
    training = load_model(trained / "cross").description["training"]
    found = training["cross_validation"]
    assert (found["folds"], found["count"], len(found["fold_accuracies"])) == (4, 24, 4)
    assert found["accuracy"] == pytest.approx(np.mean(found["fold_accuracies"]))
    assert np.sum(training["confusion"]["counts"]) == 24
    assert training["data"]["learnt_from"] == 24
    assert len(training["history"]["validation_loss"]) == 3
    assert "validation_loss" not in training["final_history"]


def test_learning_from_everything_claims_no_accuracy(trained: Path) -> None:
    options = ["--recipe", trained / "recipe.toml", "--epochs", 1, "--everything", "--verbose", 0]
    assert train(trained, *options, out="all") == 0
    training = load_model(trained / "all").description["training"]
    assert not {"confusion", "held_out", "cross_validation"} & set(training)


def test_the_shipped_recipe_trains_on_any_folders_classes(trained: Path) -> None:
    options = ["--epochs", 1, "--batch", 18, "--verbose", 0, "--folds", 4]
    assert train(trained, *options, out="default") == 0
    spec = load_model(trained / "default").spec
    assert spec.id == "default"
    assert [category.name for category in spec.classes] == ["blue", "green", "red"]
    assert spec.shapes[spec.graph.output.name] == (3,)


def test_a_recipe_whose_classes_are_not_in_the_folder_is_refused(
    trained: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    recipe = trained / "classes.toml"
    text = (trained / "recipe.toml").read_text()
    recipe.write_text(text + '\n[[model.classes]]\nname = "red"\n[[model.classes]]\nname = "violet"\n')
    assert train(trained, "--recipe", recipe, "--verbose", 0, out="violet") == REFUSED
    assert "no pictures of violet" in capfd.readouterr().err


def test_a_folder_without_pictures_and_an_unreadable_picture_are_said_clearly(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pictures").mkdir()
    recipe = recipe_file(tmp_path)
    assert train(tmp_path, "--recipe", recipe) == REFUSED
    assert "holds no labelled pictures" in capfd.readouterr().err
    one_folder_a_class(tmp_path / "pictures")
    (tmp_path / "pictures" / "red" / "bad.jpg").write_bytes(b"no")
    assert train(tmp_path, "--recipe", recipe, "--verbose", 0) == REFUSED
    assert "red/bad.jpg" in capfd.readouterr().err
    assert train(tmp_path, "--recipe", recipe, "--verbose", 0, "--skip-unreadable") == 0
    assert re.search(r"left out: red: 1 file, .*\(bad\.jpg\)", capfd.readouterr().err)


@pytest.mark.parametrize("options", [["--fold", "9"], ["--threads", "0"], ["--measure-every", "0"], ["--epochs", "0"]])
def test_options_out_of_range_are_refused(trained: Path, options: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert train(trained, "--recipe", trained / "recipe.toml", *options) == REFUSED
    assert "must be" in capfd.readouterr().err


def test_evaluation_puts_json_alone_on_standard_output(trained: Path, tmp_path: Path) -> None:
    one_folder_a_class(tmp_path / "other", each=3)
    command = [sys.executable, "-m", "cnn_loupe", "evaluate", "--model", trained / "model"]
    done = subprocess.run(
        [*command, "--data", tmp_path / "other", "--json"], capture_output=True, check=True, text=True
    )
    found = json.loads(done.stdout)
    assert found["count"] == 9
    assert found["accuracy"] == 1.0
    assert 0 <= found["ece"] <= 1
    assert found["loss"] > 0
    assert found["confusion"] == [[3, 0, 0], [0, 3, 0], [0, 0, 3]]
    assert "reading pictures" in done.stderr


def test_evaluation_reads_tiny_imagenets_layout_too(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tiny_imagenet(tmp_path)
    for name, wnid in zip(COLOURS, ("n01", "n02", "n03"), strict=True):
        (folder / "train" / wnid).rename(folder / "train" / name)
    assert main(["evaluate", "--model", str(trained / "model"), "--data", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["count"] == 12


def test_evaluation_as_a_table_names_every_class(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--model", str(trained / "model"), "--data", str(trained / "pictures")]) == 0
    out = capsys.readouterr().out
    assert "accuracy" in out
    for name in COLOURS:
        assert name in out


def test_prediction_gives_every_class_the_likeliest_first(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = str(trained / "pictures" / "red" / "0.png")
    assert main(["predict", picture, "--model", str(trained / "model"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["predictions"]
    assert found[0]["class"] == "red"
    assert sum(entry["probability"] for entry in found) == pytest.approx(1, abs=1e-5)
    parts = [entry["probability"] for entry in found]
    assert parts == sorted(parts, reverse=True)


@pytest.mark.parametrize(("name", "data"), [("none.png", None), ("bad.png", b"not a picture")])
def test_prediction_refuses_what_is_not_a_picture(
    tmp_path: Path, name: str, data: bytes | None, capfd: pytest.CaptureFixture[str]
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    assert main(["predict", str(tmp_path / name)]) == REFUSED
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("error: ")


def test_description_lists_the_shipped_models_layers_and_19920_parameters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["describe"]) == 0
    out = capsys.readouterr().out
    assert "19,920 parameters; input 3×64×64" in out
    assert main(["describe", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parameter_count"] == sum(layer["parameter_count"] for layer in found["layers"]) == 19920
    assert len(found["layers"]) == 13


def test_an_unknown_model_is_refused_with_the_known_ones(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "--model", "no-such"]) == REFUSED
    assert "tiny-vgg" in capfd.readouterr().err
