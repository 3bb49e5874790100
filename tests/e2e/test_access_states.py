"""Every state of the page held against axe-core and our own measures, each in one look (`make test`: every third);
`make access` takes all."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from cnn_loupe.server.vocabulary import PAGES
from tests.access.matrix import one_look_each, run
from tests.access.states import STATES
from tests.access.walk import LANGUAGES, SIZES, THEMES, whole_server
from tests.e2e.conftest import browser_path

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "static/js"


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_no_state_breaks_a_rule(tmp_path: Path, every: int) -> None:
    browser_path()  # says what is missing, if it is
    with whole_server(tmp_path) as server:
        faults = [str(fault) for _, news in run(server.url, one_look_each()[::every], 2) for fault in news]
    assert faults == [], "\n".join(faults)


def test_the_looks_meet_every_state_and_every_pair_of_language_theme_and_width() -> None:
    looks = one_look_each()
    assert [index for index, _, _ in looks] == list(range(len(STATES)))
    taken = {(language, theme, width) for _, language, [(theme, width)] in looks}
    for first, second in itertools.combinations(range(3), 2):
        wanted = itertools.product(*[(LANGUAGES, THEMES, tuple(SIZES))[axis] for axis in (first, second)])
        assert {(one[first], one[second]) for one in taken} == set(wanted)


def keys(file: str, after: str) -> set[str]:
    """The names in an object literal of a module."""
    text = (STATIC / file).read_text("utf-8").split(after, 1)[1].split("\n};", 1)[0]
    return set(re.findall(r"^  (\w+): \{", text, re.MULTILINE))


def test_no_view_panel_dialog_or_chapter_is_forgotten() -> None:
    """What a new one would change in the page's own lists has to be added to the states."""
    words = " ".join(f"{state.name} {state.address} {state.ready}" for state in STATES)
    for view in keys("features/views/registry.js", "const VIEWS = {"):
        assert f"view={view}:" in words, view
    # The pad needs a network for small grey pictures: tests/e2e/test_pad.py holds axe to it.
    for panel in sorted(set(keys("elements/chrome/panel.js", "const PANELS = {")) - {"drawing"}):
        assert {"camera": "webcam", "address": "picture by address", "crop": "crop editor", "own": "own network"}.get(
            panel, f"panel={panel}"
        ) in words, panel
    for page in PAGES:
        assert f"#learn-{page}" in words, page
    table = (
        (STATIC / "elements/chrome/commands.js").read_text("utf-8").split("const DIALOGS = {", 1)[1].split("\n};", 1)[0]
    )
    dialogs = set(re.findall(r"^  (\w+): ", table, re.MULTILINE))
    assert dialogs == {"help", "share", "tours"}, "a new dialog needs a state"
