"""Lessons: the documented example, the engine's answers, and every mistake with its line and its remedy."""

from __future__ import annotations

import base64
import json
import logging
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_loupe.engine.data.images import Limits
from cnn_loupe.server.app import create_app
from cnn_loupe.server.doctor import examine
from cnn_loupe.server.lessons import lines
from cnn_loupe.server.lessons.answers import default_tolerance, read_answer
from cnn_loupe.server.lessons.diagnostics import Mistake
from cnn_loupe.server.lessons.loader import Shelf, read_shelf
from cnn_loupe.server.library import Library, load_library
from cnn_loupe.server.paths import READY_LESSONS
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.conftest import ROOT
from tests.lessons import documented, write_lesson

LIMITS = Limits(bytes=1_000_000, pixels=1_000_000)


@pytest.fixture(scope="module")
def library(models_folder: Path) -> Library:
    return load_library((models_folder,), "tiny-vgg")


@pytest.fixture(scope="module")
def client(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server with the documented lesson, one of one language without pictures, and a broken one."""
    folder = tmp_path_factory.mktemp("lessons")
    write_lesson(folder)
    write_lesson(folder, PLAIN, "plain")
    write_lesson(folder, documented().replace("format = 1", "format = 9"), "broken")
    with Client(create_app(Settings(models=(models_folder,), lessons=(folder,)))) as found:
        yield found


PLAIN = """\
format = 1
languages = ["zh-Hans"]
model = "deep"
title.zh-Hans = "只有一步"
[[steps]]
title.zh-Hans = "看"
text.zh-Hans = "看这里。"
link = "https://example.org/learn/?lang=en&view=neuron:c4[2,1,1]&tour=network:open"
[steps.question]
ask.zh-Hans = "多少？"
answer = "c4.weight[2, 0, 1, 3]"
"""


def read(folder: Path, library: Library) -> Shelf:
    return read_shelf((folder,), library, LIMITS)


def array(tensor: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(tensor["data"]), "<f4").reshape(tensor["shape"])


def test_the_documented_lesson_is_read_without_a_mistake(tmp_path: Path, library: Library) -> None:
    write_lesson(tmp_path)
    shelf = read(tmp_path, library)
    assert shelf.mistakes == ()
    lesson = shelf.lessons["edges"]
    assert (lesson.languages, len(lesson.steps), list(lesson.pictures)) == (("en", "zh-Hans"), 5, ["edges.bars"])
    assert lesson.steps[0].link.query == "?model=tiny-vgg&sample=edges.bars"
    assert lesson.steps[4].link.query == "?model=tiny-vgg&sample=koala&view=softmax:softmax[5]"
    # A folder that is itself a lesson, and one with lessons in it, give the same.
    assert read(tmp_path / "edges", library).lessons.keys() == shelf.lessons.keys()


def test_every_form_of_answer_that_the_document_names_can_be_asked(library: Library) -> None:
    (table,) = re.findall(
        r"\| `answer` \| is \|\n\|---\|---\|\n((?:\|.*\n)+)", (ROOT / "docs/lessons.md").read_text("utf-8")
    )
    forms = re.findall(r"`([^`]+)`", "".join(row.split("|")[1] for row in table.splitlines()))
    assert len(forms) >= 12
    entry = library.entry("tiny-vgg")
    run = entry.network.run(np.full((3, 64, 64), 0.5, np.float32))
    for form in forms:
        answer = read_answer(form, entry)
        assert answer.compute(run if answer.run else None) is not None, form


def test_answers_are_the_engines_own(client: Client) -> None:
    answers = [
        step["question"] and step["question"]["answer"] for step in client.get("/api/v1/lessons/edges").json()["steps"]
    ]

    def run(sample: str) -> Any:
        return client.get(f"/api/v1/models/tiny-vgg/samples/{sample}/run").json()

    bars, koala = run("edges.bars"), run("koala")
    layers = {layer["name"]: array(layer["tensor"]) for layer in bars["layers"]}
    assert answers[0] is None
    assert np.float32(answers[1]["value"]) == np.float32(layers["conv_1_1"][3, 30, 24])
    assert (answers[2]["value"], answers[2]["tolerance"]) == (62, 0)
    assert answers[3]["value"] == int(np.argmax([score["logit"] for score in bars["scores"]]))
    (index,) = [c["index"] for c in client.get("/api/v1/models/tiny-vgg").json()["classes"] if c["name"] == "koala"]
    assert np.float32(answers[4]["value"]) == np.float32(koala["scores"][index]["probability"])
    assert answers[4]["tolerance"] == 0.01
    weight = client.get("/api/v1/lessons/plain").json()["steps"][0]["question"]["answer"]
    parameters = client.get("/api/v1/models/deep/parameters").json()["layers"]
    (c4,) = [layer["weight"] for layer in parameters if layer["name"] == "c4"]
    assert np.float32(weight["value"]) == array(c4)[2, 0, 1, 3]


def test_a_link_keeps_what_the_page_reads_and_nothing_of_where_it_was_copied(client: Client) -> None:
    (step,) = client.get("/api/v1/lessons/plain").json()["steps"]
    assert step["link"] == "?model=deep&view=neuron:c4[2,1,1]"  # nothing of another model's gallery


def test_a_lessons_pictures_are_samples_of_every_model_with_a_gallery_or_without(client: Client) -> None:
    (picture,) = [one for one in client.get("/api/v1/models/tiny-vgg/samples").json()["samples"] if one["lesson"]]
    assert (picture["id"], picture["role"], picture["class"], picture["lesson"]) == (
        "edges.bars",
        "lesson",
        None,
        "edges",
    )
    assert client.get(picture["url"]).headers["content-type"] == "image/png"
    thumbnail = client.get(picture["thumbnail"])
    assert (thumbnail.headers["content-type"], thumbnail.content[:4]) == ("image/png", b"\x89PNG")
    run = client.get(picture["run"])
    assert run.headers["cache-control"].endswith("immutable")
    by_bytes = client.post("/api/v1/models/tiny-vgg/runs", content=client.get(picture["url"]).content)
    assert by_bytes.json()["scores"] == run.json()["scores"]
    (own,) = client.get("/api/v1/models/deep/samples").json()["samples"]
    assert (own["id"], own["lesson"]) == ("edges.bars", "edges")
    assert own["digest"] != picture["digest"]  # another model's run of it
    assert client.get("/api/v1/models/deep").json()["samples_default"] is None
    assert client.get("/embed/network?model=deep&sample=edges.bars").status_code == 200
    assert client.get("/embed/network?model=deep&sample=espresso").json()["code"] == "unknown_sample"


def test_a_picture_that_was_changed_meanwhile_is_not_shown_under_its_old_name(
    models_folder: Path, tmp_path: Path
) -> None:
    file = write_lesson(tmp_path)
    with Client(create_app(Settings(models=(models_folder,), lessons=(tmp_path,)))) as client:
        picture = file.parent / "bars.png"
        picture.write_bytes(picture.read_bytes() + b"more")
        for address in ("samples/edges.bars", "samples/edges.bars/run"):
            answer = client.get(f"/api/v1/models/tiny-vgg/{address}")
            assert (answer.status_code, answer.json()["code"]) == (404, "picture_changed"), address
        answer = client.get("/api/v1/lessons/edges")
        assert (answer.status_code, answer.json()["code"]) == (404, "picture_changed")
        picture.unlink()
        assert client.get("/api/v1/models/tiny-vgg/samples/edges.bars").json()["code"] == "picture_changed"


def test_a_broken_lesson_is_left_out_and_the_others_are_served(client: Client) -> None:
    assert [lesson["id"] for lesson in client.get("/api/v1/lessons").json()["lessons"]] == ["edges", "plain"]
    answer = client.get("/api/v1/lessons/broken")
    assert (answer.status_code, answer.json()["code"], answer.json()["params"]["known"]) == (
        404,
        "unknown_lesson",
        ["edges", "plain"],
    )


def test_the_page_knows_whether_there_are_lessons(client: Client) -> None:
    boot = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', client.get("/").text, re.DOTALL)
    assert boot is not None
    assert json.loads(boot[1])["settings"]["lessons"] == 2


# What is changed in the documented lesson (the first occurrence), which line is named, and what is said of it.
MISTAKES: list[tuple[str, str, str, str]] = [
    ("format = 1", "format = 2", "format = 2", "'format' is not 1"),
    ("format = 1\n", "", "", "'format' is not 1"),
    ("format = 1", "format = 1\ncolour = 3", "colour", "'colour' is not known here"),
    ('["en", "zh-Hans"]', '["en", "fr"]', '"fr"', "'fr' is not a language"),
    ('["en", "zh-Hans"]', '"en"', "languages", "not a list"),
    ('languages = ["en", "zh-Hans"]\n', "", "", "'languages' is missing"),
    ("title.en = ", "titel.en = ", "titel", "'titel' is not known"),
    ('title.en = "Who sees an edge?"', "title.en = 7", "title.en = 7", "'en' is not a text"),
    ('about.zh-Hans = "', 'about.fr = "', "about.fr", "'fr' is not known"),
    ('model = "tiny-vgg"', 'model = "vgg-16"', "vgg-16", "no model 'vgg-16'"),
    ('file = "bars.png"', 'file = "nope.png"', "nope.png", "cannot be read"),
    ('file = "bars.png"', 'file = "../edges/../../x.png"', "x.png", "outside"),
    ('file = "bars.png"', 'file = "lesson.toml"', "file = ", ""),
    ('id = "bars"', 'id = "Bars 1"', "Bars 1", "cannot be a name"),
    ('title.zh-Hans = "条纹"\n', "", 'title.en = "Bars"', "'zh-Hans' is missing"),
    ('text.en = "A kernel of', 'text.en = ""  # "A kernel of', '# "A kernel', "not a text"),
    ('link = "?view=neuron', 'link = "?vue=neuron', "vue", "'vue', which means nothing"),
    ('link = "?view=neuron:conv_1_1[3]"', 'link = "?view=neuron:conv_9[3]"', "conv_9", "no layer 'conv_9'"),
    ('link = "?view=neuron:conv_1_1[3]"', 'link = "?view=nonsense"', "nonsense", "cannot be read"),
    ('link = "?at=conv_1_1[3]"', 'link = "?at=conv_1_1[10]"', "[10]", "It goes from 0 to 9"),
    ('link = "?at=conv_1_1[3]"', 'link = "?why=espresso"', "espresso", "whose evidence is shown"),
    ('link = "?at=conv_1_1[3]"', 'link = "?why=output[6]-10"', "10", "It goes from 0 to 9"),
    ('link = "?at=conv_1_1[3]"', 'link = "?sample=unicorn"', "unicorn", "no picture 'unicorn'"),
    ('link = "?at=conv_1_1[3]"', 'link = "?own=0123456789abcdef"', "own=", "only in your browser"),
    ('link = "?at=conv_1_1[3]"', 'link = "?scale=loud"', "loud", "It may be unit, layer"),
    ('link = "?at=conv_1_1[3]"', 'link = "?transform=rotate:900"', "rotate", "rotate (-180 to 180)"),
    ('link = "?at=conv_1_1[3]"', 'link = "?present=caption,loud"', "loud", "Write present=1, present=none"),
    ('link = "?at=conv_1_1[3]"', 'link = "?transform=cover:A.1"', "cover:A.1", "run lengths in base 36"),
    ('link = "?at=conv_1_1[3]"', 'link = "?transform=melt"', "melt", "no change of the picture"),
    ('link = "?view=neuron:conv_1_1[3]"', 'link = "?view=nerve:conv_1_1[3]"', "nerve", "no view 'nerve'"),
    ('link = "?order=score"', 'link = "?transform=flip:1"', 'answer = "top"', "the link changes it"),
    ('link = "?at=conv_1_1[3]"', 'link = "somewhere"', "somewhere", "not a link"),
    ('answer = "top"', 'answer = "best"', "best", "cannot be asked of the engine"),
    ('answer = "top"', 'answer = "top"\ntolerance = 1', "tolerance = 1", "has no tolerance"),
    ('answer = "top"', 'answer = "score(dog)"', "dog", "no class 'dog'"),
    ('answer = "conv_1_1[3, 30, 24]"', 'answer = "conv_1_1[3, 62, 24]"', "62, 24", "It goes from 0 to 61"),
    ('answer = "conv_1_1[3, 30, 24]"', 'answer = "conv_1_1[3, 30]"', "[3, 30]", "has 2 numbers"),
    ('answer = "conv_1_1[3, 30, 24]"', 'answer = "conv_1_1.weight[3, 3, 0, 0]"', "weight", "the shape [10, 3, 3, 3]"),
    ('answer = "shape(conv_1_1)[1]"', 'answer = "shape(conv_1_1)[3]"', ")[3]", "Ask for [0] to [2]"),
    ("tolerance = 0.01", "tolerance = -1", "tolerance = -1", "not a number from 0 on"),
    ("tolerance = 0.01", 'tolerance = "small"', "tolerance =", "not a number from 0 on"),
    ("[steps.question]", "[steps.answer]", "[steps.answer]", "'answer' is not known"),
    ("[[steps]]", "[[stages]]", "[[stages]]", "'stages' is not known"),
    ('model = "tiny-vgg"', "model = tiny-vgg", "tiny-vgg", "nvalid"),
]


@pytest.mark.parametrize(("before", "after", "place", "said"), MISTAKES)
def test_every_mistake_is_named_with_its_line_and_a_remedy(
    tmp_path: Path, library: Library, before: str, after: str, place: str, said: str
) -> None:
    text = documented()
    assert before in text
    text = text.replace(before, after, 1)
    file = write_lesson(tmp_path, text)
    shelf = read(tmp_path, library)
    assert shelf.lessons == {}
    assert shelf.mistakes
    line = next((number for number, one in enumerate(text.splitlines(), 1) if place in one), None) if place else 1
    found = [
        mistake for mistake in shelf.mistakes if mistake.line == line and said in f"{mistake.what} {mistake.remedy}"
    ]
    assert found, [str(mistake) for mistake in shelf.mistakes]
    assert all(mistake.file == file and mistake.remedy.endswith((".", "…")) for mistake in shelf.mistakes)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00",
        b"a = " + b"[" * 5000,
        b"x" * 400_000,
        b"",
        b"format = 1\nt = '''",
        b"\xef\xbb\xbfformat = 1\r\n",
    ],
)
def test_files_that_are_no_lesson_at_all_stop_nothing(tmp_path: Path, library: Library, data: bytes) -> None:
    write_lesson(tmp_path).write_bytes(data)
    shelf = read(tmp_path, library)
    assert shelf.lessons == {}
    assert shelf.mistakes
    assert all(isinstance(mistake.line, int) for mistake in shelf.mistakes)


def test_folders_that_are_missing_empty_misnamed_or_there_twice_are_named(tmp_path: Path, library: Library) -> None:
    def said(*folders: Path) -> str:
        return "\n".join(map(str, read_shelf(folders, library, LIMITS).mistakes))

    assert "cannot be read" in said(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert "holds no lesson.toml" in said(tmp_path / "empty")
    write_lesson(tmp_path / "names", name="Edges & more")
    assert "cannot be a name" in said(tmp_path / "names")
    write_lesson(tmp_path / "taken", name="network")
    assert "cannot be a name" in said(tmp_path / "taken")
    for folder in ("a", "b"):
        write_lesson(tmp_path / folder)
    assert "There is a lesson 'edges' already" in said(tmp_path / "a", tmp_path / "b")
    (tmp_path / "a" / "notes").mkdir()
    assert "has no lesson.toml" in said(tmp_path / "a")


def test_a_question_of_a_picture_needs_a_model_that_takes_one(tmp_path: Path, library: Library) -> None:
    text = documented().replace('model = "tiny-vgg"', 'model = "minimal"').replace("conv_1_1", "edges")
    write_lesson(tmp_path, text)
    # The lesson brings a picture of its own; another is Tiny VGG's, and a layer is missing.
    assert any("no picture 'koala'" in mistake.what for mistake in read(tmp_path, library).mistakes)
    write_lesson(tmp_path / "without", text.replace("?sample=koala&", "?"))
    assert any("no layer 'softmax'" in mistake.what for mistake in read(tmp_path / "without", library).mistakes)
    # A model without a gallery, and a lesson that brings no picture: no answer can depend on one.
    write_lesson(tmp_path / "bare", PLAIN.replace("c4.weight[2, 0, 1, 3]", "c4[0, 0, 0]"))
    (mistake,) = read(tmp_path / "bare", library).mistakes
    assert "deep has none here" in mistake.what
    write_lesson(tmp_path / "named", PLAIN.replace("&tour", "&sample=espresso&tour"))
    (mistake,) = read(tmp_path / "named", library).mistakes
    assert (mistake.what, mistake.remedy[:21]) == ("The model deep has no gallery.", "Leave the picture out")


def test_the_log_and_the_doctor_name_every_mistake_and_the_server_starts(
    models_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lesson(tmp_path, name="good")
    file = write_lesson(tmp_path, documented().replace("tolerance = 0.01", "tolerance = -1"))
    line = documented()[: documented().index("tolerance")].count("\n") + 1
    with (
        caplog.at_level(logging.ERROR, "cnn_loupe"),
        Client(create_app(Settings(models=(models_folder,), lessons=(tmp_path, tmp_path / "nowhere")))) as client,
    ):
        assert [one["id"] for one in client.get("/api/v1/lessons").json()["lessons"]] == ["good"]
    assert (
        f"lesson: {file}:{line}: 'tolerance' is not a number from 0 on. Write, for example, tolerance = 0.01."
        in caplog.text
    )
    assert f"lesson: {tmp_path / 'nowhere'}: The folder cannot be read" in caplog.text
    monkeypatch.setenv("CNN_LOUPE_LESSONS", str(tmp_path))
    found = {one.what: one for one in examine() if one.what.startswith("lesson")}
    assert found["lesson good"].problem is None
    assert found[f"lesson {file}:{line}"].problem == "Write, for example, tolerance = 0.01."


def test_the_default_tolerance_is_half_of_the_last_digit_shown() -> None:
    for value, tolerance in [
        (0.0, 0.005),
        (-5.72, 0.005),
        (0.31, 0.005),
        (0.042, 0.0005),
        (0.0042, 0.00005),
        (1234.5, 0.5),
        (3.2e-5, 0.5e-6),
    ]:
        assert default_tolerance("number", value) == pytest.approx(tolerance), value
    assert default_tolerance("probability", 0.0003) == 0.005
    assert default_tolerance("count", 62) == 0


def test_a_mistake_says_where_it_is() -> None:
    assert str(Mistake(Path("a.toml"), 3, "LessonError.", "Mend it.")) == "a.toml:3: LessonError. Mend it."
    assert str(Mistake(Path("a.toml"), None, "Gone.", "Bring it.")) == "a.toml: Gone. Bring it."


# -- the lines of a TOML document --------------------------------------------------------------------------

_KEYS = st.sampled_from(["a", "b-c", "d_1", '"e f"', "'g.h'", "i.j", '"k\\"l"'])
_VALUES = st.sampled_from([
    "1", "-2.5e3", "true", "1979-05-27", '"x # = [ \\" ]"', "'y = #'", '"""\nz = 1\n[q]\n"""', "'''\n\"\"\" \n'''",
    "[1, 2, # c\n 3,\n]", '["]", \'[\']', "{ m = 1, n = [2, { o = 'p' }] }", "[]", "{}", '"""a""\\""""',
])  # fmt: skip
_GAPS = st.sampled_from(["", "\n", "# [no] = 1\n", "   \n\t# x\n"])


@given(st.lists(st.tuples(_GAPS, _KEYS, _VALUES, st.booleans()), max_size=8))
def test_the_line_of_every_key_is_where_it_stands(parts: list[tuple[str, str, str, bool]]) -> None:
    text, expected = "", []
    for number, (gap, key, value, table) in enumerate(parts):
        text += gap
        if table:
            expected.append(((f"t{number}", 0), text.count("\n") + 1))
            text += f"[[t{number}]]\n"
        expected.append((None if table else (), text.count("\n") + 1))
        text += (
            f"{key}{number if key.isalnum() else ''} = {value}\n" if key.isalnum() else f"x{number}.{key} = {value}\n"
        )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = lines.key_lines(text)
    assert paths(data) <= found.keys()
    for path, line in expected:
        if path:
            assert found[path] == line
    assert {line for _, line in expected} <= set(found.values())


def paths(node: Any, path: lines.Path = ()) -> set[lines.Path]:
    """Every key and element that tomllib found."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found: set[lines.Path] = set()
    for key, value in inner:
        found |= {(*path, key)} | paths(value, (*path, key))
    return found


def test_the_six_lessons_that_come_with_the_server_are_whole_and_ask_what_is_to_be_found(tmp_path: Path) -> None:
    """Every question has an answer, in both languages, and none that is 0, which a guess would hit."""
    assert Settings(lessons="ready").lessons == (READY_LESSONS,)  # type: ignore[arg-type]
    assert Settings(lessons=f"ready:{tmp_path}").lessons == (READY_LESSONS, tmp_path)  # type: ignore[arg-type]
    assert Settings(lessons="./ready").lessons == (Path("ready"),)  # type: ignore[arg-type]
    library = load_library((), "tiny-vgg")
    shelf = read_shelf((READY_LESSONS,), library, LIMITS)
    assert shelf.mistakes == ()
    assert len(shelf.lessons) == 6
    with Client(create_app(Settings(lessons=(READY_LESSONS,)))) as served:
        for name in shelf.lessons:
            told = served.get(f"/api/v1/lessons/{name}").json()
            assert told["languages"] == ["en", "zh-Hans"]
            answers = [step["question"]["answer"] for step in told["steps"] if step.get("question")]
            assert len(answers) >= 3, name
            assert all(abs(one["value"]) > one["tolerance"] for one in answers), (name, answers)
