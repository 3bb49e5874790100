"""`cnn-loupe train` and its neighbours on folders, disks and consoles that people really have."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from cnn_loupe.engine.commands.cli import REFUSED, main
from cnn_loupe.engine.weights import load_model
from tests.engine.pictures import RECIPE, picture

Train = Callable[..., int]


@pytest.fixture
def train(tmp_path: Path) -> Train:
    """Train one epoch on a folder, with a network of a few units; gives the exit code."""
    (tmp_path / "recipe.toml").write_text(RECIPE.replace('id = "colours"\n', "").format(epochs=1))

    def run(*options: object, folder: str = "data", out: str = "out", everything: bool = True) -> int:
        rest = ["--everything"] * everything + ["--verbose", "0", "--recipe", str(tmp_path / "recipe.toml")]
        return main(["train", str(tmp_path / folder), "--out", str(tmp_path / out), *rest, *map(str, options)])

    return run


def classes(folder: Path, *names: str, each: int = 6, inside: str = "", ending: str = "jpg") -> Path:
    for k, name in enumerate(names):
        place = folder / name / inside
        place.mkdir(parents=True)
        for i in range(each):
            picture((40 * i, 90 * k % 256, 120), i).save(place / f"{i}.{ending}", "JPEG")
    return folder


def trained(folder: Path) -> list[str]:
    return [category.name for category in load_model(folder).spec.classes]


# The ten cases, each as somebody met it.


def test_1_a_class_in_jfif_is_learnt(tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]) -> None:
    classes(tmp_path / "data", "cat", ending="jfif")
    classes(tmp_path / "data", "dog", "fish")
    assert train() == 0
    assert trained(tmp_path / "out") == ["cat", "dog", "fish"]
    assert capfd.readouterr() == ("", "")


def test_2_and_3_a_class_called_train_is_one_of_the_classes(tmp_path: Path, train: Train) -> None:
    classes(tmp_path / "data", "bus", "train", "tram", inside="images")
    (tmp_path / "data" / "train" / ".ipynb_checkpoints").mkdir()
    assert train() == 0
    assert trained(tmp_path / "out") == ["bus", "train", "tram"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_4_a_name_that_is_not_utf8_is_refused_before_the_first_step(
    tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "cat", "dog")
    (tmp_path / "data" / "cat").rename(tmp_path / "data" / os.fsdecode(b"caf\xe9"))
    assert train() == REFUSED
    assert r"'caf\xe9'" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_5_words_of_somebody_else_above_the_folder_do_not_matter(tmp_path: Path, train: Train) -> None:
    classes(tmp_path / "data", "cat", "dog")
    (tmp_path / "words.txt").write_bytes("glück\tein Wort\n".encode("latin-1"))
    assert train() == 0


def test_6_names_that_would_be_one_class_are_refused_with_both(
    tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "hot dog", "hot_dog", "cat")
    assert train() == REFUSED
    assert "'hot dog' and 'hot_dog' would be one class" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("out", "found"), [("OUT", "out"), ("MyModel", "mymodel"), ("Mein Modell (2)", "mein-modell-2")]
)
def test_7_the_id_is_made_from_any_folders_name(tmp_path: Path, train: Train, out: str, found: str) -> None:
    classes(tmp_path / "data", "cat", "dog")
    assert train(out=out) == 0
    assert load_model(tmp_path / out).spec.id == found


def test_7_a_name_without_a_letter_for_an_id_asks_for_one(
    tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "cat", "dog")
    assert train(out="模型") == REFUSED
    assert "give one with --model-id, such as --model-id my-model" in capfd.readouterr().err
    assert train("--model-id", "My Model") == REFUSED
    assert "--model-id is 'My Model'; it must be" in capfd.readouterr().err
    assert train("--model-id", "my-model", out="模型") == 0


@pytest.mark.parametrize("encoding", ["cp1251", "cp437", "ascii", "cp1252", "utf-8"])
def test_8_every_command_works_in_any_code_page(tmp_path: Path, encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for command in (["describe"], ["train", "--help"], ["serve", "--help"]):
        done = subprocess.run([sys.executable, "-m", "cnn_loupe", *command], env=environment, capture_output=True)
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        if command == ["describe"]:
            said = done.stdout.decode(encoding)
            assert "input 3×64×64" in said if encoding in ("cp1252", "utf-8") else "input 3x64x64" in said


def test_9_a_byte_order_mark_loses_no_picture_and_one_class_is_refused(
    tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "images")
    rows = "".join(f"{i}.jpg\tcat\t0\t0\t9\t9\r\n" for i in range(6))
    (tmp_path / "data" / "val_annotations.txt").write_bytes(rows.encode("utf-8-sig"))
    assert train() == REFUSED
    assert "one class only (cat)" in capfd.readouterr().err
    (tmp_path / "data" / "val_annotations.txt").write_bytes(
        rows.replace("5.jpg\tcat", "5.jpg\tdog").encode("utf-8-sig")
    )
    assert train() == 0
    assert load_model(tmp_path / "out").description["training"]["data"]["per_class"] == [5, 1]


def test_10_a_class_with_too_few_pictures_to_hold_out_is_named(
    tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "dog")
    classes(tmp_path / "data", "cat", each=1)
    assert train(everything=False) == REFUSED
    said = capfd.readouterr().err
    assert "cat has 1;" in said
    assert "--folds" in said
    assert "--everything" in said


# Disks, folders and files.


def test_what_is_left_out_is_told_even_to_those_who_want_silence(
    tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "cat", "dog")
    (tmp_path / "data" / "dog" / "clip.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42")
    assert train() == 0
    assert capfd.readouterr().err == "left out: dog: 1 file, no pictures (clip.mp4)\n"


@pytest.mark.parametrize("out", ["file", "file/inside"])
def test_an_output_that_cannot_be_written_is_refused_before_the_first_step(
    tmp_path: Path, train: Train, out: str, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "cat", "dog")
    (tmp_path / "file").write_text("a file")
    assert train(out=out) == REFUSED
    said = capfd.readouterr().err
    assert "cannot be written" in said
    assert "--out" in said
    assert (tmp_path / "file").read_text() == "a file"


def test_a_disk_without_room_is_refused_before_the_first_step(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "cat", "dog")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 10**6, 10**6))
    assert train() == REFUSED
    said = capfd.readouterr().err
    assert "has 1.0 MB of free space" in said
    assert list((tmp_path / "out").iterdir()) == []


def test_a_disk_that_fills_up_ends_in_a_sentence_and_keeps_the_finished_epochs(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "cat", "dog")
    from cnn_loupe.engine.training import checkpoint

    whole, count = checkpoint.replace_file, 0

    def full(path: Path, write: Callable[[BinaryIO], object]) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        whole(path, write)

    monkeypatch.setattr(checkpoint, "replace_file", full)
    assert train("--epochs", 4) == REFUSED
    said = capfd.readouterr().err
    assert "everything.npz cannot be written (No space left on device)" in said
    assert "Traceback" not in said
    assert train("--epochs", 4, "--verbose", 2) == 0
    assert "going on after epoch 2 of 4" in capfd.readouterr().err


def test_a_damaged_checkpoint_is_said_without_advice_about_pickles(
    tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "cat", "dog")
    (tmp_path / "out" / "checkpoints").mkdir(parents=True)
    (tmp_path / "out" / "checkpoints" / "everything.npz").write_bytes(b"\x80\x04 not a checkpoint")
    assert train() == REFUSED
    said = capfd.readouterr().err
    assert "damaged or cut short" in said
    assert "--fresh" in said
    assert "pickle" not in said


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_recipe_written_by_notepad_or_powershell_is_read(tmp_path: Path, train: Train, encoding: str) -> None:
    classes(tmp_path / "data", "cat", "dog")
    path = tmp_path / "recipe.toml"
    path.write_bytes(path.read_text().encode(encoding))
    assert train() == 0


def test_old_recipe_keys_are_read_with_a_note(tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]) -> None:
    classes(tmp_path / "data", "cat", "dog")
    path = tmp_path / "recipe.toml"
    path.write_text(path.read_text().replace("ema_decay", "averaging"))
    assert train() == 0
    assert capfd.readouterr().err == "note: training: 'averaging' is now called 'ema_decay'\n"


def test_a_training_that_diverges_says_one_sentence(
    tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "cat", "dog")
    path = tmp_path / "recipe.toml"
    path.write_text(path.read_text() + '\n[optimiser]\nkind = "sgd"\nlearning_rate = 100\n')
    assert train("--epochs", 30) == REFUSED
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert "use a smaller learning_rate" in said


def test_a_model_trained_without_a_recipe_says_nothing_of_the_shipped_ones_data(tmp_path: Path) -> None:
    classes(tmp_path / "data", "cat", "dog")
    out = tmp_path / "My Pets"
    options = ["--out", str(out), "--everything", "--epochs", "1", "--verbose", "0"]
    assert main(["train", str(tmp_path / "data"), *options]) == 0
    description = json.loads((out / "model.json").read_text("utf-8"))
    assert description["title"] == {"en": "My Pets"}
    card = (out / "card.md").read_text("utf-8")
    assert card.startswith("# My Pets: model card")
    assert "ImageNet" not in card


def test_escapes_in_the_names_of_a_strangers_model_reach_no_terminal(
    tmp_path: Path, train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    classes(tmp_path / "data", "cat", "dog")
    assert train() == 0
    path = tmp_path / "out" / "model.json"
    path.write_text(path.read_text("utf-8").replace('"cat"', r'"\u001b[31mcat\u0007"'), "utf-8")
    shown = str(tmp_path / "data" / "cat" / "0.jpg")
    for command in (["predict", shown], ["evaluate", "--quiet", "--data", str(tmp_path / "data")], ["describe"]):
        capfd.readouterr()
        code = main([*command, "--model", str(tmp_path / "out")])
        out, err = capfd.readouterr()
        assert code == 0, err
        assert "\x1b" not in out + err
        assert "\x07" not in out + err
        if command[0] != "describe":
            assert r"\x1b[31mcat\x07" in out
