"""Nothing that an opened view says is cut off, at any width between a small laptop and a large one."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.opened import open_view, show

pytestmark = pytest.mark.browser

VIEWS = (
    "neuron:conv_1_1[4,30,30]", "neuron:conv_2_2[3,12,13]", "microscope:conv_2_1[3,10,10]!3",
    "activation:relu_1_2[3,10,12]",
    "pooling:max_pool_1[2,23,15]", "flatten:flatten[1233]", "output:output[6]", "softmax:softmax[6]",
    "pixels:input[1,40,40]",
)  # fmt: skip

# Texts that reach beyond what clips them, and rows of a view that are wider than their place. What is meant to be moved
# through sideways says so by a bar of its own: the layers above a narrow view, code, and long formulas.
CUT = """() => {
  const cut = [];
  const walker = document.createTreeWalker(document.querySelector("loupe-view"), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (parent.closest(".sr, .sidebar-layers, .code, .formula-box, option, [hidden], .view-tip")) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects())
      for (let outer = parent; outer && outer !== document.body; outer = outer.parentElement) {
        const { overflowX, clipPath, position } = getComputedStyle(outer);
        if (clipPath !== "none" && position === "absolute") break;
        if (overflowX === "visible") continue;
        const clip = outer.getBoundingClientRect();
        if (box.right > clip.left + outer.clientLeft + outer.clientWidth + 0.6 || box.left < clip.left - 0.6)
          cut.push(`"${node.data.trim()}" in .${outer.className}: ${box.left.toFixed()}–${box.right.toFixed()} of `
            + `${clip.left.toFixed()}–${clip.right.toFixed()}`);
      }
  }
  return [...new Set(cut)];
}"""


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_no_text_of_a_view_is_cut_at_any_width(visit: Visit, language: str) -> None:
    visited = visit(width=1440, height=800)
    visited.context.add_cookies([{"name": "lang", "value": language, "url": visited.base}])
    page = open_view(visited, VIEWS[0])
    wrong = []
    for view in VIEWS:
        show(page, view)
        for width in range(1000, 1460, 20):
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_timeout(30)
            wrong += [f"{width}: {view}: {line}" for line in page.evaluate(CUT)]
    assert not wrong, "\n".join(wrong)
