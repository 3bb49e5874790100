"""Which of a folder's files are pictures of which class: by content and structure; all else is counted and told."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cnn_loupe.engine.data.dataset import class_names, load_dataset
from cnn_loupe.engine.data.folder import Survey, find_pictures, told
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.errors import DataError
from tests.engine.pictures import picture

HEIC = b"\x00\x00\x00\x18ftypheic" + bytes(40)


def make(folder: Path, *files: str) -> Path:
    """Files with their content by name: pictures, `.heic` of iPhones, and text."""
    for i, name in enumerate(files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        elif path.suffix == ".heic":
            path.write_bytes(HEIC)
        elif path.suffix in {".txt", ".mp4"}:
            path.write_text("words")
        else:
            picture((40 * i % 256, 90, 120), i).save(path, "PNG" if path.suffix == ".png" else "JPEG")
    return folder


def labels(survey: Survey) -> dict[str, int]:
    return {label: sum(item.label == label for item in survey.found) for label in survey.labels}


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[DataError]]:
    with pytest.raises(DataError) as caught:
        yield caught
    assert caught.value.code == code


@pytest.mark.parametrize("ending", ["jfif", "jpe", "jpg_large", "JPEG", "tmp", ""])
def test_a_picture_is_known_by_its_content_whatever_its_name_ends_in(tmp_path: Path, ending: str) -> None:
    make(tmp_path, "cat/0.jpg", "dog/0.jpg")
    (tmp_path / "cat" / "0.jpg").rename(tmp_path / "cat" / (f"0.{ending}" if ending else "0"))
    survey = find_pictures(tmp_path)
    assert labels(survey) == {"cat": 1, "dog": 1}
    assert survey.left_out == ()


def test_pictures_may_lie_deeper_in_their_classs_folder(tmp_path: Path) -> None:
    survey = find_pictures(make(tmp_path, "cat/0.jpg", "cat/more/1.jpg", "cat/more/yet/2.jpg", "dog/images/0.jpg"))
    assert labels(survey) == {"cat": 3, "dog": 1}


def test_everything_left_out_is_told_with_class_reason_and_count(tmp_path: Path) -> None:
    make(
        tmp_path,
        "cat/0.jpg",
        "cat/a.heic",
        "cat/b.heic",
        "cat/notes.txt",
        "dog/0.jpg",
        "fish/",
        "docs/x.txt",
        "loose.png",
    )
    assert told(find_pictures(tmp_path).left_out) == [
        "1 file, beside the folders of the classes (loose.png)",
        "cat: 2 files, HEIC is not read (a.heic, b.heic)",
        "cat: 1 file, no pictures (notes.txt)",
        "docs: 1 file, no pictures (x.txt)",
        "fish: an empty folder",
    ]


def test_many_folders_with_the_same_reason_take_one_line(tmp_path: Path) -> None:
    make(tmp_path, *(f"c{i}/{name}" for i in range(9) for name in ("0.jpg", "boxes.txt")))
    assert told(find_pictures(tmp_path).left_out) == ["9 folders (c0, c1, c2, c3, c4, …): 9 files, no pictures"]


def test_a_class_that_loses_all_its_pictures_stops_the_run(tmp_path: Path) -> None:
    make(tmp_path, "cat/0.jpg", "dog/0.jpg", "phone/IMG_1.heic", "phone/IMG_2.heic")
    survey = find_pictures(tmp_path)
    with refused("class_lost") as caught:
        class_names(survey)
    assert str(caught.value).startswith("phone: 2 files, HEIC is not read (IMG_1.heic, IMG_2.heic)")
    # A recipe's classes without it are not touched by it.
    classes = [Category(i, name, {}) for i, name in enumerate(("cat", "dog"))]
    assert len(load_dataset(tmp_path, classes, (3, 12, 12))) == 2
    with refused("class_lost"):
        load_dataset(tmp_path, [*classes, Category(2, "phone", {})], (3, 12, 12))


def test_a_class_whose_pictures_are_all_unreadable_stops_the_run_even_where_they_may_be_skipped(tmp_path: Path) -> None:
    make(tmp_path, "cat/0.jpg", "dog/0.jpg")
    (tmp_path / "cat" / "0.jpg").write_bytes(b"<html>not found")
    classes = [Category(i, name, {}) for i, name in enumerate(("cat", "dog"))]
    with refused("pictures_unreadable"):
        load_dataset(tmp_path, classes, (3, 12, 12))
    with refused("class_lost"):
        load_dataset(tmp_path, classes, (3, 12, 12), skip_unreadable=True)


def test_what_operating_systems_leave_in_folders_is_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "cat/0.jpg", "dog/0.jpg", "__MACOSX/cat/._0.jpg", ".ipynb_checkpoints/a.jpg", "cat/Thumbs.db.txt")
    (tmp_path / "cat" / "Thumbs.db.txt").rename(tmp_path / "cat" / "Thumbs.db")
    (tmp_path / "dog" / ".DS_Store").write_bytes(b"\x00")
    survey = find_pictures(tmp_path)
    assert labels(survey) == {"cat": 1, "dog": 1}
    assert survey.left_out == ()


@pytest.mark.parametrize(
    "files",
    [
        ("bus/0.jpg", "train/0.jpg", "tram/0.jpg"),
        ("bus/images/0.jpg", "train/images/0.jpg", "tram/images/0.jpg"),
        ("bus/0.jpg", "train/0.jpg", "train/.ipynb_checkpoints/x.jpg", "tram/0.jpg"),
        ("around/bus/0.jpg", "around/train/0.jpg", "around/tram/0.jpg"),
        ("bus/0.jpg", "train/0.jpg", "tram/old/0.jpg", "tram/new/0.jpg"),
    ],
)
def test_a_class_called_train_is_a_class_wherever_its_pictures_lie(tmp_path: Path, files: tuple[str, ...]) -> None:
    assert set(labels(find_pictures(make(tmp_path, *files)))) == {"bus", "train", "tram"}


@pytest.mark.parametrize("part", ["train", "Training", "seg_train/seg_train"])
def test_the_training_part_of_a_data_set_is_read_and_the_others_named(tmp_path: Path, part: str) -> None:
    make(tmp_path, f"{part}/cat/0.jpg", f"{part}/dog/0.jpg", "val/cat/0.jpg", "val/dog/0.jpg", "test/1.jpg")
    survey = find_pictures(tmp_path)
    assert labels(survey) == {"cat": 1, "dog": 1}
    assert survey.folder == tmp_path / part
    assert [item.label for item in survey.left_out] == ["test", "val"]


@pytest.mark.parametrize(
    "files",
    [
        ("cat/tom/0.jpg", "cat/ann/0.jpg", "dog/tom/0.jpg", "dog/ann/0.jpg"),  # whose folders are classes?
        ("train/0.jpg", "test/0.jpg"),  # parts without classes
        ("train/cat/0.jpg", "train/dog/0.jpg", "extra/0.jpg"),
    ],
)
def test_where_the_structure_does_not_tell_the_classes_the_folder_is_refused(
    tmp_path: Path, files: tuple[str, ...]
) -> None:
    with refused("classes_not_told") as caught:
        find_pictures(make(tmp_path, *files))
    assert "give the folder whose folders are the classes" in str(caught.value)


def test_names_that_differ_in_nothing_but_case_or_spaces_are_refused(tmp_path: Path) -> None:
    for names in (("hot dog", "hot_dog"), ("Red", "red"), ("café", "cafe\u0301")):
        folder = tmp_path / names[0]
        survey = find_pictures(make(folder, *(f"{name}/0.jpg" for name in names), "cat/0.jpg"))
        if len(survey.labels) < 3:  # a file system that takes them for one name
            continue
        with refused("classes_alike") as caught:
            class_names(survey)
        assert all(repr(name) in str(caught.value) for name in names)


def test_one_class_alone_is_refused(tmp_path: Path) -> None:
    with refused("one_class") as caught:
        class_names(find_pictures(make(tmp_path, "cat/0.jpg", "cat/1.jpg")))
    assert "(cat)" in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
@pytest.mark.parametrize(("name", "shown"), [(b"caf\xe9", r"caf\xe9"), (b"a\x1b[31m", r"a\x1b[31m")])
def test_a_folder_name_that_cannot_be_saved_is_refused_before_anything_else(
    tmp_path: Path, name: bytes, shown: str
) -> None:
    make(tmp_path, "cat/0.jpg", "dog/0.jpg")
    (tmp_path / "dog").rename(tmp_path / os.fsdecode(name))
    with refused("name_not_text") as caught:
        class_names(find_pictures(tmp_path))
    assert shown in str(caught.value)
    assert "rename" in str(caught.value)


def test_a_link_that_leads_back_up_ends_somewhere(tmp_path: Path) -> None:
    make(tmp_path, "cat/0.jpg", "dog/0.jpg")
    (tmp_path / "cat" / "again").symlink_to(tmp_path)
    shutil.move(tmp_path / "dog", tmp_path.parent / f"{tmp_path.name}-dog")
    (tmp_path / "dog").symlink_to(tmp_path.parent / f"{tmp_path.name}-dog")
    assert labels(find_pictures(tmp_path)) == {"cat": 1, "dog": 1}


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to be another user for a moment"
)
def test_a_folder_without_permission_is_refused_by_name(tmp_path: Path) -> None:
    make(tmp_path, "cat/0.jpg", "dog/0.jpg")
    for place in tmp_path.parents:
        if place.name.startswith(("pytest-", "popen-")):
            place.chmod(0o755)
    tmp_path.chmod(0o755)
    (tmp_path / "dog").chmod(0o000)
    os.seteuid(65534)
    try:
        with refused("folder_unreadable") as caught:
            find_pictures(tmp_path)
        with refused("folder_unreadable"):
            find_pictures(tmp_path / "dog" / "images")
    finally:
        os.seteuid(0)
        (tmp_path / "dog").chmod(0o755)
    assert "dog cannot be read (Permission denied)" in str(caught.value)


TABLE = "".join(f"{i}.jpg\t{name}\t0\t0\t9\t9\r\n" for i, name in enumerate(("cat", "dog", "cat")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_of_labels_is_read_in_the_encodings_of_usual_editors(tmp_path: Path, encoding: str) -> None:
    make(tmp_path, "images/0.jpg", "images/1.jpg", "images/2.jpg", "images/3.jpg")
    (tmp_path / "val_annotations.txt").write_bytes((TABLE + "3.jpg\r\n").encode(encoding))
    survey = find_pictures(tmp_path)
    assert labels(survey) == {"cat": 2, "dog": 1}
    assert told(survey.left_out) == [
        "1 lines of val_annotations.txt name no class",
        "1 file, not in val_annotations.txt (images/3.jpg)",
    ]


def test_a_table_in_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    make(tmp_path, "images/0.jpg")
    (tmp_path / "val_annotations.txt").write_bytes("0.jpg\tglück\n".encode("latin-1"))
    with refused("table_not_text") as caught:
        find_pictures(tmp_path)
    assert "save it as UTF-8" in str(caught.value)


def test_words_of_somebody_else_in_another_encoding_do_not_matter_unless_they_name_a_class(tmp_path: Path) -> None:
    survey = find_pictures(make(tmp_path / "data", "n01/0.jpg", "n02/0.jpg"))
    (tmp_path / "words.txt").write_bytes("glück\tein Wort\n".encode("latin-1"))
    assert [c.name for c in class_names(survey)] == ["n01", "n02"]
    (tmp_path / "words.txt").write_bytes("n01\tglück\n".encode("latin-1"))
    with refused("table_not_text"):
        class_names(survey)
    (tmp_path / "words.txt").write_bytes("n01\tglück, luck\n".encode("utf-8-sig"))
    assert [c.name for c in class_names(survey)] == ["glück", "n02"]
