"""The tasks of "Build it in NumPy": the checks pass what is right, and name what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cnn_loupe.server.exercises import FORMS, TASKS, checks, solution, source, stub
from cnn_loupe.server.i18n import LANGUAGES
from tests.client import Client
from tests.conftest import ROOT


def ran(code: str, tmp_path: Path) -> str:
    """What a file prints, run as a learner runs it: with NumPy and without this product."""
    file = tmp_path / "task.py"
    file.write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-P", str(file)],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def words(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((ROOT / "static/i18n" / language / "learn.json").read_text("utf-8"))["learn"][
        "exercises"
    ]["checks"]
    return found


# A mistake that people make in each task, as what is replaced in the solution.
MISTAKES = {
    "loops": ("x[c, i + u, j + v]", "x[c, i + rows - 1 - u, j + columns - 1 - v]"),  # the kernel turned round
    "windows": (" + bias[:, None, None]", ""),
    "matrix": ("transpose(1, 2, 0, 3, 4)", "transpose(1, 2, 3, 4, 0)"),
    "pool": ("np.max(blocks, axis=(2, 4))", "np.mean(blocks, axis=(2, 4))"),
    "backward": ("dx[:, i : i + rows, j : j + columns] +=", "dx[:, i : i + rows, j : j + columns] ="),
    "train": ("dz /= len(x)", "dz /= 1"),
}


@pytest.mark.parametrize("task", TASKS)
def test_a_right_answer_passes_a_mistake_is_named_and_an_empty_one_is_told_so(task: str, tmp_path: Path) -> None:
    for language in LANGUAGES:
        said = words(language)
        check = checks(task, said)
        right = ran(solution(task) + check, tmp_path)
        assert right == said["right"].replace("{len(CASES)}", str(len(TASKS[task][1]())))
        assert ran(stub(task) + check, tmp_path) == said["unwritten"]
    old, new = MISTAKES[task]
    assert old in solution(task)
    wrong = ran(solution(task).replace(old, new) + check, tmp_path)
    assert wrong not in (right, said["unwritten"])
    assert "1" in wrong


@pytest.mark.parametrize("task", TASKS)
def test_what_is_downloaded_has_the_task_and_not_its_solution(client: Client, task: str) -> None:
    hidden = [line.strip() for line in source(task).split("# solution\n")[1].splitlines()[:2]]
    for language in LANGUAGES:
        for form in FORMS:
            answer = client.get(f"/learn/exercises/{language}/{task}.{form}")
            assert answer.status_code == 200
            assert answer.headers["content-disposition"] == f'attachment; filename="{task}.{form}"'
            assert "raise NotImplementedError" in answer.text
            assert not any(line in answer.text for line in hidden if line)
            if form == "ipynb":
                book = answer.json()
                assert [cell["cell_type"] for cell in book["cells"]] == ["markdown", "code", "code"]
                assert len({cell["id"] for cell in book["cells"]}) == 3
            else:
                compile(answer.text, task, "exec")
        page = client.get(f"/learn/{language}/numpy").text
        assert f"/learn/exercises/{language}/{task}.py" in page
        assert f"/learn/exercises/{language}/{task}.ipynb" in page


@pytest.mark.parametrize("name", ["nothing.py", "loops.exe"])
def test_a_task_that_there_is_not_is_refused_in_the_one_shape(client: Client, name: str) -> None:
    answer = client.get(f"/learn/exercises/en/{name}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_exercise"
