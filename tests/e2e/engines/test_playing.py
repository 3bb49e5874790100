"""While a view plays, the screen never says two numbers for one thing."""

from __future__ import annotations

from tests.e2e.engines.window import Launch

# Samples every frame. [position of the stage, its number, position that is explained, that number, does the formula
# show]
WATCH = """
  const seen = (window.seen = []);
  const value = (selector) => document.querySelector(selector);
  const sample = () => {
    const [stage, name, number] = [value(".neuron-output .value.result"), value(".explained-name"),
        value(".explained .value")];
    const formula = value(".formula-box");
    seen.push([stage.dataset.place, stage.dataset.value, name.textContent.replaceAll(" ", ""), number.dataset.value,
      getComputedStyle(formula).visibility === "visible" ? formula.textContent.replace(/\\s/g, "") : ""]);
    if (seen.length < 180) requestAnimationFrame(sample);
    else window.sampled = true;
  };
  requestAnimationFrame(sample);
"""


def test_stage_and_explanation_agree_in_every_frame(launch: Launch) -> None:
    window = launch()
    window.open("neuron:conv_1_2[3,23,45]")
    window.click("[data-action=playback-play]")
    window.run(WATCH)
    window.until("return window.sampled", "the samples")
    window.look("playing")
    seen = window.run("return window.seen")
    assert len({place for place, *_ in seen}) > 10, "it plays"
    assert [frame for frame in seen if frame[0] != frame[2] or frame[1] != frame[3]] == []
    assert [frame for frame in seen if frame[4] and not frame[4].startswith(frame[0])] == [], (
        "a formula of another place"
    )
    window.click("[data-action=playback-play]")
    window.until(
        """const stage = document.querySelector(".neuron-output .value.result").dataset.place;
           return document.querySelector("[data-explained]")?.dataset.explained === stage
             && document.querySelector(".formula-box").textContent.replace(/\\s/g, "").startsWith(stage);""",
        "the explanation of where it stopped",
    )
