"""Labelled folders: both layouts, matching classes, and what is said about bad ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnn_loupe.engine.data.dataset import class_names, load_dataset, match_classes
from cnn_loupe.engine.data.folder import find_pictures, told
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.errors import DataError
from tests.engine.pictures import COLOURS, WNIDS, one_folder_a_class, tiny_imagenet

SHAPE = (3, 12, 12)
CLASSES = [Category(i, name, {"en": name, "zh-Hans": f"{name}色"}, WNIDS[name]) for i, name in enumerate(COLOURS)]


def test_one_folder_a_class_gives_every_picture_its_folders_class(tmp_path: Path) -> None:
    data = load_dataset(one_folder_a_class(tmp_path, each=2), CLASSES, SHAPE)
    assert data.pictures.shape == (6, *SHAPE)
    assert data.pictures.dtype == np.uint8
    named = dict(zip(data.files, data.labels.tolist(), strict=True))
    assert named["red/0.png"] == 0
    assert named["green/1.png"] == 1
    assert named["blue/0.png"] == 2
    # A red picture has a strong red channel: channels come first and in order.
    assert data.pictures[data.labels == 0][:, 0].mean() > 200


@pytest.mark.parametrize("where", ["", "train"])
def test_tiny_imagenets_layout_is_read_from_its_top_and_from_train(tmp_path: Path, where: str) -> None:
    data = load_dataset(tiny_imagenet(tmp_path) / where, CLASSES, SHAPE)
    assert np.bincount(data.labels).tolist() == [4, 4, 4]


def test_tiny_imagenets_validation_pictures_get_the_labels_of_their_table(tmp_path: Path) -> None:
    data = load_dataset(tiny_imagenet(tmp_path) / "val", CLASSES, SHAPE)
    assert data.labels.tolist() == [0, 1, 2]


def test_a_class_called_train_is_a_class(tmp_path: Path) -> None:
    one_folder_a_class(tmp_path, each=1)
    (tmp_path / "blue").rename(tmp_path / "train")
    assert set(find_pictures(tmp_path).labels) == {"red", "green", "train"}


def test_the_pictures_come_in_the_same_order_wherever_they_lie(tmp_path: Path) -> None:
    first = load_dataset(one_folder_a_class(tmp_path / "a"), CLASSES, SHAPE)
    second = load_dataset(one_folder_a_class(tmp_path / "b"), CLASSES, SHAPE)
    assert first.files == second.files
    np.testing.assert_array_equal(first.pictures, second.pictures)


@pytest.mark.parametrize("name", ["red", "RED", "n01", "red色"])
def test_a_folder_matches_its_class_by_name_wnid_or_label(tmp_path: Path, name: str) -> None:
    one_folder_a_class(tmp_path, each=1)
    (tmp_path / "red").rename(tmp_path / name)
    assert match_classes(find_pictures(tmp_path), CLASSES)[name] == 0


def test_spaces_underscores_and_hyphens_in_names_are_the_same(tmp_path: Path) -> None:
    one_folder_a_class(tmp_path, each=1)
    for name in ("school_bus", "School-Bus"):
        (tmp_path / "red").rename(tmp_path / name)
        assert match_classes(find_pictures(tmp_path), [Category(0, "school bus", {})]) == {name: 0}
        (tmp_path / name).rename(tmp_path / "red")


def test_folders_of_other_classes_are_left_out_and_named(tmp_path: Path) -> None:
    data = load_dataset(one_folder_a_class(tmp_path, each=1), CLASSES[:2], SHAPE)
    assert len(data) == 2
    assert told(data.left_out) == ["blue: 1 file, no class is called that"]


def test_a_folder_in_which_no_class_is_known_is_refused_with_both_lists(tmp_path: Path) -> None:
    one_folder_a_class(tmp_path, each=1)
    with pytest.raises(DataError, match=r"blue, green, red.*koala") as caught:
        load_dataset(tmp_path, [Category(0, "koala", {})], SHAPE)
    assert caught.value.code == "no_class_matches"


def test_classes_without_a_recipe_are_the_folders_in_alphabetical_order(tmp_path: Path) -> None:
    one_folder_a_class(tmp_path, each=1)
    names = [c.name for c in class_names(find_pictures(tmp_path))]
    assert names == ["blue", "green", "red"]


def test_wnids_get_their_first_word_from_the_table(tmp_path: Path) -> None:
    tiny_imagenet(tmp_path)
    classes = class_names(find_pictures(tmp_path))
    assert [(c.name, c.wnid) for c in classes] == [("red", "n01"), ("green", "n02"), ("blue", "n03")]


def test_an_empty_folder_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "red").mkdir()
    with pytest.raises(DataError, match="one folder a class") as caught:
        find_pictures(tmp_path)
    assert caught.value.code == "folder_empty"


def test_a_missing_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere") as caught:
        find_pictures(tmp_path / "nowhere")
    assert caught.value.code == "folder_missing"


def test_an_unreadable_picture_among_good_ones_is_named_with_the_remedy(tmp_path: Path) -> None:
    one_folder_a_class(tmp_path, each=2)
    (tmp_path / "green" / "1.png").write_bytes(b"not a picture")
    with pytest.raises(DataError, match=r"green/1\.png.*--skip-unreadable") as caught:
        load_dataset(tmp_path, CLASSES, SHAPE)
    assert caught.value.code == "pictures_unreadable"
    assert caught.value.params["count"] == 1


def test_unreadable_pictures_can_be_left_out_on_request(tmp_path: Path) -> None:
    one_folder_a_class(tmp_path, each=2)
    whole = load_dataset(tmp_path, CLASSES, SHAPE)
    (tmp_path / "green" / "0.png").write_bytes(b"not a picture")
    data = load_dataset(tmp_path, CLASSES, SHAPE, skip_unreadable=True)
    assert [line.split(",")[0] for line in told(data.left_out)] == ["green: 1 file"]
    assert "(0.png)" in told(data.left_out)[0]
    kept = [i for i, name in enumerate(whole.files) if name != "green/0.png"]
    np.testing.assert_array_equal(data.pictures, whole.pictures[kept])


def test_inputs_are_the_pixels_from_0_to_1(tmp_path: Path) -> None:
    data = load_dataset(one_folder_a_class(tmp_path, each=1), CLASSES, SHAPE)
    x = data.inputs(np.array([2, 0]))
    assert x.dtype == np.float32
    np.testing.assert_allclose(x * 255, data.pictures[[2, 0]], rtol=1e-6)
