"""The engine in the page: its forward pass and its way back in headless Chromium, and one step of the transform bench.

    make bench BENCH=compute

Tiny VGG's passes run on the page's main thread, in the page as it is served; medians and 95th percentiles. A step of a
slider is a real key press: from the event's own time stamp until the frame that shows the redrawn network is done.
"""

from __future__ import annotations

import sys
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.bench_page import READY, profile
from tests.conftest import running_server
from tests.e2e.conftest import QUIET, browser_path

PASSES = """async () => {
  const boot = JSON.parse(document.getElementById("boot").textContent);
  const load = (name) => import(`${boot.static}js/${name}.js`);
  const [{ createApi }, { createModel }, { edited }, { run, backward }, { multiplicationsOf }] = await Promise.all(
    ["api/client", "model/kinds", "compute/edits", "compute/engine", "compute/registry"].map(load));
  const api = createApi({ base: boot.api, fetch: fetch.bind(globalThis) });
  const model = createModel(await api.model("tiny-vgg"));
  const parameters = await api.parameters(model, null);
  const { input, activations } = await api.sampleRun("tiny-vgg", model.samples_default, null);
  const measure = (act, times = 120) => {
    for (let warm = 0; warm < 30; warm++) act();
    const taken = Array.from({ length: times }, () => {
      const start = performance.now();
      act();
      return performance.now() - start;
    }).sort((a, b) => a - b);
    return [taken[times >> 1], taken[Math.floor(times * 0.95)]];
  };
  const subject = edited(model, parameters);
  const pass = run(subject, input);
  let worst = 0;
  for (const [name, { data }] of activations) {
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    data.forEach((value, at) => {
      worst = Math.max(worst, Math.abs(value - pass.activations.get(name).data[at]) / largest);
    });
  }
  const figures = {};
  figures["forward"] = measure(() => run(subject, input));
  for (const layer of ["conv_1_2", "conv_2_1", "conv_2_2", "output"]) {
    const edits = [{ target: "unit", layer, unit: 3, change: "set", value: 0 }];
    figures[`from an edit in ${layer}`] = measure(() => run(edited(model, parameters, edits), input, pass));
  }
  figures["backward from a score"] = measure(() => backward(pass, "output", 3));
  figures["multiplications, in millions, and a second, in thousands of millions"] =
    [multiplicationsOf(model) / 1e6, multiplicationsOf(model) / figures.forward[0] / 1e6];
  return { figures, worst };
}"""

STEP = """() => {
  window.steps = [];
  const channel = new MessageChannel();
  let begun = null;
  channel.port1.onmessage = () => {
    if (begun !== null && performance.getEntriesByName("network-drawn").length > begun.drawn) {
      window.steps.push(performance.now() - begun.stamp);
      begun = null;
    } else if (begun !== null) requestAnimationFrame(() => channel.port2.postMessage(0));
  };
  document.querySelector('[data-transform="shift_x"]').addEventListener("input", (event) => {
    begun = { stamp: event.timeStamp, drawn: performance.getEntriesByName("network-drawn").length };
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, { capture: true });
}"""
STEPS = 40


def steps(page: Page, url: str) -> list[float]:
    """Milliseconds of each step of the slider, after one that loads what the bench needs."""
    page.goto(url + "/?panel=transform")
    page.wait_for_selector(READY, state="attached")
    slider = page.locator('[data-transform="shift_x"]')
    slider.wait_for()
    page.wait_for_load_state("networkidle")
    slider.press("ArrowRight")
    page.wait_for_timeout(1500)
    page.evaluate(STEP)
    for step in range(STEPS):
        slider.press("ArrowRight" if step % 20 < 10 else "ArrowLeft")
        page.wait_for_function("(count) => window.steps.length > count", arg=step, polling=5)
        page.wait_for_timeout(40)
    found: list[float] = page.evaluate("window.steps")
    return sorted(found)


def main() -> int:
    with running_server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(QUIET))
        with profile(browser) as (_context, page, _cdp):
            page.goto(server.url + "/")
            page.wait_for_selector(READY, state="attached")
            page.wait_for_timeout(1000)
            found: dict[str, Any] = page.evaluate(PASSES)
        with profile(browser) as (_context, page, _cdp):
            taken = steps(page, server.url)
        browser.close()
    for what, (median, late) in found["figures"].items():
        print(f"{what:72} {median:8.2f} {late:8.2f}")
    print(f"{'largest difference from the engine, as a share of a layer’s largest value':72} {found['worst']:.1e}")
    median, late = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    print(f"{'a step of the transform bench, from the key to the frame that shows it':72} {median:8.1f} {late:8.1f}")
    forward, back = found["figures"]["forward"][0], found["figures"]["backward from a score"][0]
    return int(forward > 5 or back > 8 or median > 25)


if __name__ == "__main__":
    sys.exit(main())
