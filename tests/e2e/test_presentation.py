"""Presentation mode: exactly what is chosen, in type for the third row, by mouse, keys, touch and remote."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from cnn_loupe.server.vocabulary import PRESENTED
from tests.e2e.conftest import READY, Visit, eventually, violations

pytestmark = pytest.mark.browser

# What each control is, as a class sees it; those of an opened view are below.
SEEN = {
    "caption": ".present-caption", "keys": ".present-keys",
    "answer": "loupe-answer", "inspector": "loupe-inspector", "learn": "loupe-learn",
    "model": "loupe-header .model", "pictures": "loupe-strip .strip-scroll", "tools": "loupe-strip .strip-tools",
    "scale": "loupe-header .segments", "details": "loupe-header [data-action=details]",
    "language": "loupe-header .languages",
    "theme": "loupe-header [data-action=theme]", "menu": "loupe-header [data-action=share]",
}  # fmt: skip
SEEN_OPENED = {
    "layers": ".network-sidebar",
    "picker": ".view-picker",
    "playback": ".playback",
    "explanation": ".explanation",
}

# Every text that is visible, whatever draws it, smaller than `least` on the screen: computed size × the scale of its
# transforms.
SMALL = """(least) => {
  const small = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  for (let node; (node = walker.nextNode()); ) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ||
        element.closest("script, style, noscript, .sr")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    seen++;
    const svg = element instanceof SVGElement;
    const scale = svg ? Math.sqrt(Math.abs(element.getScreenCTM().a * element.getScreenCTM().d)) : element.offsetWidth ?
        element.getBoundingClientRect().width / element.offsetWidth : 1;
    const size = parseFloat(getComputedStyle(element).fontSize) * scale;
    if (size < least - 0.3)
        small.add(`${size.toFixed(1)} px: ${element.tagName}.${element.getAttribute("class") ?? ""}: `
          + node.textContent.trim().slice(0, 30));
  }
  return { seen, small: [...small, ...(window.drawnSmall ?? new Set())] };
}"""
# And what is written on canvases, from when the page is presented on.
WATCH_CANVASES = """
  window.drawnTexts = []; window.drawnSmall = new Set();
  const fill = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    const { a, d } = this.getTransform();
    const size = parseFloat(/([\\d.]+)px/.exec(this.font)[1]) * Math.sqrt(Math.abs(a * d)) / devicePixelRatio;
    if (document.documentElement.dataset.present !== undefined) {
      window.drawnTexts.push(text);
      if (size < 19.7) window.drawnSmall.add(`${size} px on a canvas: ${text}`);
    }
    return fill.call(this, text, ...rest);
  };
"""
LEAST = 20  # px at 1280×720: docs/presenting.md
NUMBERS = 24


def presented(page: Page) -> str:
    page.wait_for_selector("loupe-present")
    return str(page.get_attribute("html", "data-present"))


def spotlit(page: Page, overlay: str = "on-map") -> list[float] | None:
    """The box in the light, in the window's coordinates; None where nothing is dimmed."""
    found: list[float] | None = page.evaluate(
        """(overlay) => {
             const root = document.querySelector(`.spotlight-overlay.${overlay}`);
             if (!root.hasAttribute("data-spotlit")) return null;
             const { left, top, width, height } = root.querySelector(".spotlight-ring").getBoundingClientRect();
             return [left, top, width, height];
           }""",
        overlay,
    )
    return found


def surrounds(page: Page, selector: str, overlay: str = "on-map") -> bool:
    box, light = page.locator(selector).first.bounding_box(), spotlit(page, overlay)
    if box is None or light is None:
        return False
    left, top, width, height = light
    return (
        left <= box["x"]
        and top <= box["y"]
        and box["x"] + box["width"] <= left + width
        and box["y"] + box["height"] <= top + height
        and width <= box["width"] + 30
        and height <= box["height"] + 30
    )


def unit(layer: str, number: int) -> str:
    return f'loupe-network [data-layer="{layer}"][data-unit="{number}"]'


def test_nothing_of_it_is_loaded_before_it_is_used(visit: Visit) -> None:
    visited = visit()
    asked: list[str] = []
    visited.page.on("request", lambda request: asked.append(request.url))
    page = visited.go()
    page.wait_for_timeout(1500)
    # js/state/present.js says which controls an address may name; it is part of reading the address.
    assert [url for url in asked if "present" in url and not url.endswith("/js/state/present.js")] == []
    page.keyboard.press("p")
    presented(page)
    ours = [url for url in asked if "present" in url]
    assert {"present.css", "present.json"} <= {url.rsplit("/", 1)[-1] for url in ours}
    page.keyboard.press("p")
    expect(page.locator("loupe-present")).to_have_count(0)
    page.keyboard.press("p")
    presented(page)
    assert len([url for url in asked if "present" in url]) == len(ours), "loaded once"


def test_it_is_begun_and_left_in_every_way(visit: Visit) -> None:
    page = visit(width=1280, height=720).go("/?sample=koala")
    usual = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    for dialog in ("share", "help"):
        page.click(f"loupe-header [data-action={dialog}]")
        page.click("dialog [data-action=present]")
        assert presented(page) == "caption spotlight keys playback"
        expect(page.locator("dialog")).to_have_count(0)
        assert re.search(r"\?sample=koala&(at=[^&]+&)?present=1$", page.url), page.url
        page.click("[data-action=present-leave]")
        expect(page.locator("loupe-present")).to_have_count(0)
        expect(page.locator("loupe-header .model")).to_be_visible()
    assert "present" not in page.url
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == usual
    assert page.locator(".spotlight-overlay").count() == 0

    page.keyboard.press("?")
    expect(page.locator("dialog .keys")).to_contain_text("P")
    page.keyboard.press("Escape")

    # Esc closes from the innermost outwards.
    page.keyboard.press("p")
    presented(page)
    page.hover(unit("conv_1_2", 3))
    page.click(unit("conv_1_2", 3))
    page.wait_for_selector("[data-view=neuron][data-settled]")
    page.click("[data-row='0'] .kernel")
    page.wait_for_selector("[data-view=microscope][data-settled]")
    page.click("[data-action=present-choose]")
    expect(page.locator("#present-chooser")).to_be_visible()
    for gone in ("#present-chooser", "[data-view=microscope]", "loupe-view[data-open]"):
        page.keyboard.press("Escape")
        expect(page.locator(gone)).not_to_be_visible()
        assert page.locator("loupe-present").count() == 1, gone
    eventually(
        lambda: page.keyboard.press("Escape") or page.locator("loupe-present").count() == 0, "Esc to leave it", 5
    )
    page.go_back()
    presented(page)
    page.go_forward()
    expect(page.locator("loupe-present")).to_have_count(0)


def test_the_back_button_leaves_it_and_goes_on(visit: Visit) -> None:
    page = visit(width=1280, height=720).go()
    page.keyboard.press("p")
    presented(page)
    page.click(unit("conv_1_1", 0))
    page.wait_for_selector("[data-view=neuron][data-settled]")
    page.click("[data-action=present-out]")
    expect(page.locator("loupe-view[data-open]")).to_have_count(0)
    page.go_back()
    page.wait_for_selector("[data-view=neuron][data-settled]")
    page.go_back()
    expect(page.locator("loupe-view[data-open]")).to_have_count(0)
    presented(page)
    page.go_back()
    expect(page.locator("loupe-present")).to_have_count(0)


@pytest.mark.parametrize("chosen", [["caption", "pictures", "scale", "answer"], []])
def test_a_link_opens_exactly_the_state_with_exactly_the_controls(visit: Visit, chosen: list[str]) -> None:
    page = visit(width=1280, height=720).go("/?sample=koala&scale=unit")
    page.keyboard.press("p")
    presented(page)
    page.click("[data-action=present-choose]")
    for control in PRESENTED:
        page.locator(f"[data-control={control}]").set_checked(control in chosen)
    link = page.locator("#present-chooser input[type=text]").input_value()
    assert f"present={','.join(sorted(chosen, key=PRESENTED.index)) or 'none'}" in link

    fresh = visit(width=1280, height=720, base="")
    fresh.page.goto(link)
    fresh.page.wait_for_selector(READY, state="attached")
    assert presented(fresh.page).split() == sorted(chosen, key=PRESENTED.index)
    expect(fresh.page.locator('button[data-sample="koala"]')).to_have_attribute("aria-pressed", "true")
    fresh.page.wait_for_selector("[data-present] loupe-network", state="attached")
    shown = [control for control, selector in SEEN.items() if fresh.page.locator(selector).first.is_visible()]
    assert shown == [control for control in SEEN if control in chosen]
    expect(fresh.page.locator("[data-action=present-choose]")).to_be_visible()
    expect(fresh.page.locator("[data-action=present-leave]")).to_be_visible()
    hover = unit("conv_1_1", 2)
    fresh.page.hover(hover)
    fresh.page.wait_for_timeout(200)
    assert spotlit(fresh.page) is None, "no spotlight was asked for"
    reachable = fresh.page.evaluate(
        """() => [...document.querySelectorAll(`loupe-header, loupe-strip, loupe-answer, loupe-inspector,
            loupe-learn`)].filter((one) => one.checkVisibility()).map((one) => one.localName)"""
    )
    assert reachable == (["loupe-header", "loupe-strip", "loupe-answer"] if chosen else [])


def test_controls_of_an_opened_view_and_addresses_that_make_no_sense(visit: Visit) -> None:
    visited = visit(width=1280, height=720)
    for controls in ("layers,explanation", "picker,playback"):
        page = visited.go(f"/?present={controls}&view=neuron:conv_1_2[3]")
        presented(page)
        page.wait_for_selector("[data-view=neuron][data-settled]")
        assert [
            name for name, selector in SEEN_OPENED.items() if page.locator(selector).first.is_visible()
        ] == controls.split(",")
    page = visited.go("/?present=pictures,model&view=neuron:conv_1_2[3]")
    presented(page)
    page.wait_for_selector("[data-view=neuron][data-settled]")
    page.click('[data-sample="koala"]')  # what is chosen is there beside an opened calculation, too
    eventually(lambda: "sample=koala" in page.url, "another picture under the same view")
    for width, height in ((1280, 720), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator("[data-row='0'] .kernel")).to_be_in_viewport()
        expect(page.locator(".neuron-output .heat")).to_be_in_viewport()
    page = visited.go("/?present=caption,everything&sample=koala")
    page.wait_for_timeout(500)
    expect(page.locator("loupe-present")).to_have_count(0)
    expect(page.locator("loupe-header .model")).to_be_visible()
    eventually(lambda: "present" not in page.url and "sample=koala" in page.url, "the address of what is shown")


def test_keys_lead_from_layer_to_layer_and_from_neuron_to_neuron(visit: Visit) -> None:
    page = visit(width=1280, height=720, reduced_motion="reduce").go("/?present=1")
    presented(page)
    name = page.locator(".present-name")
    for key, where in [
        ("n", "input[0]"),
        ("n", "conv_1_1[0]"),
        ("j", "conv_1_1[1]"),
        ("J", "conv_1_1[2]"),
        ("k", "conv_1_1[1]"),
        ("n", "relu_1_1[1]"),
        ("b", "conv_1_1[1]"),
    ]:
        page.keyboard.press(key)
        expect(name).to_have_text(where)
    eventually(lambda: surrounds(page, unit("conv_1_1", 1)), "the light", 5)
    expect(page.locator("loupe-present [role=status]").first).to_contain_text("conv_1_1[1]")
    assert page.evaluate("document.activeElement.dataset.unit") == "1"
    page.keyboard.press("ArrowDown")  # the map's own keys go on from there
    expect(name).to_have_text("conv_1_1[2]")

    page.keyboard.press("?")
    expect(page.locator("dialog .keys")).to_contain_text("J")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)

    page.keyboard.press("Enter")
    page.wait_for_selector("[data-view=neuron][data-settled]")
    page.keyboard.press("n")
    page.wait_for_selector("[data-view=activation][data-settled]")
    expect(page.locator(".view-title h2")).to_have_text("relu_1_1[2]")
    page.keyboard.press("j")
    expect(page.locator(".view-title h2")).to_have_text("relu_1_1[3]")
    assert "view=activation:relu_1_1[3]" in unquote(page.url)
    page.keyboard.press("PageDown")  # a presenter's remote
    expect(page.locator(".view-title h2")).to_have_text("conv_1_2[3]")
    page.keyboard.press("PageUp")
    expect(page.locator(".view-title h2")).to_have_text("relu_1_1[3]")


def test_the_spotlight_follows_what_is_pointed_at(visit: Visit) -> None:
    page = visit(width=1280, height=720, reduced_motion="reduce").go("/?present=1")
    presented(page)
    assert spotlit(page) is None
    page.hover(unit("conv_1_2", 3))
    eventually(lambda: surrounds(page, unit("conv_1_2", 3)), "the neuron in the light", 5)
    cover = page.locator(".spotlight-overlay.on-map .spotlight-dimmed")
    assert cover.evaluate("(path) => getComputedStyle(path.parentElement).transitionDuration") in ("0s", "0ms")
    inside = """(path, [selector]) => {
      const box = document.querySelector(selector).getBoundingClientRect(), svg = path.ownerSVGElement,
          point = svg.createSVGPoint();
      [point.x, point.y] = [box.x + box.width / 2, box.y + box.height / 2];
      return path.isPointInFill(point.matrixTransform(svg.getScreenCTM().inverse()));
    }"""
    dimmed = lambda selector: cover.evaluate(inside, [selector])  # noqa: E731
    assert [dimmed(unit("conv_1_2", 3)), dimmed(unit("relu_1_1", 0)), dimmed(unit("relu_1_1", 9))] == [
        False,
        False,
        False,
    ], "it and its inputs"
    assert [dimmed(unit("conv_1_2", 4)), dimmed(unit("conv_1_1", 0)), dimmed(unit("output", 6))] == [True, True, True]
    expect(page.locator(".present-name")).to_have_text("conv_1_2[3]")

    page.click(unit("conv_1_2", 3))
    page.wait_for_selector("[data-view=neuron][data-settled]")
    page.hover("[data-row='4'] .row-name")
    eventually(lambda: surrounds(page, "[data-row='4']", "on-view"), "the row in the light", 5)
    assert spotlit(page) is None, "the map lies under the view"
    number = page.locator(".neuron-output .value.result[data-place]")
    number.hover()
    expect(page.locator(".present-amounts strong")).to_have_attribute(
        "data-value", str(number.get_attribute("data-value"))
    )
    page.mouse.move(640, 700)
    eventually(lambda: spotlit(page, "on-view") is None, "everything in the light again", 5)


VIEWS = [
    "neuron:conv_1_2[3]", "microscope:conv_1_2[3]!2", "activation:relu_1_2[3]", "pooling:max_pool_1[3]",
    "flatten:flatten[500]",
    "output:output[6]", "softmax:softmax[6]", "pixels:input[0,3,4]", "values:conv_1_2[3]",
]  # fmt: skip


def test_everything_can_be_read_from_the_third_row(visit: Visit) -> None:
    visited = visit(width=1280, height=720, reduced_motion="reduce")
    visited.page.add_init_script(WATCH_CANVASES)
    page = visited.go("/?present=caption,spotlight,keys,answer,inspector,layers,picker,playback,explanation")
    presented(page)
    page.wait_for_timeout(300)
    hovered = {"conv_1_2": 3, "output": 6, "input": 0}
    for layer, number in hovered.items():
        page.locator(unit(layer, number)).evaluate("(one) => one.focus()")
        page.hover(unit(layer, number))
        page.wait_for_timeout(400)
        found = page.evaluate(SMALL, LEAST)
        assert found["seen"] > 40, layer
        assert found["small"] == [], layer
    assert page.evaluate("drawnTexts.length") > 5, "amounts on the edges"
    assert (
        page.evaluate("parseFloat(getComputedStyle(document.querySelector('.present-amount strong')).fontSize)")
        >= NUMBERS
    )
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.present-name')).fontSize)") >= NUMBERS
    for view in VIEWS:
        page.evaluate(
            """(view) => {
              const address = new URL(location.href);
              address.searchParams.set("view", view);
              history.pushState(null, "", address);
              dispatchEvent(new PopStateEvent("popstate"));
            }""",
            view,
        )
        page.wait_for_selector(f"[data-view={view.split(':')[0]}][data-settled]")
        page.wait_for_timeout(150)
        found = page.evaluate(SMALL, LEAST)
        assert found["seen"] > 15, view
        assert found["small"] == [], view
    # A projector with more pixels shows the same picture.
    page.set_viewport_size({"width": 1920, "height": 1080})
    eventually(
        lambda: abs(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") - 40) < 0.1,
        "type that grows",
        5,
    )
    assert page.evaluate(SMALL, 1.5 * LEAST)["small"] == []


@pytest.mark.parametrize("model", ["tiny-vgg", "deep", "minimal"])
def test_at_1280_by_720_the_network_fits_and_names_are_whole(visit: Visit, model: str) -> None:
    visited = visit(width=1280, height=720)
    visited.expect("was preloaded using link preload")
    page = visited.go(f"/?present=1&model={model}")
    presented(page)
    page.wait_for_timeout(300)
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [1280, 720]
    if model == "tiny-vgg":
        cut = page.evaluate(
            "[...document.querySelectorAll('.network-name, .network-class-name')].filter((one) => one.scrollWidth > "
            "one.clientWidth).map((one) => one.textContent)"
        )
        assert cut == []
        assert page.locator("[data-class]").count() == 10
    bar = page.locator("loupe-present").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] <= 720.5
    page.keyboard.press("n")
    page.keyboard.press("n")
    assert bar == page.locator("loupe-present").bounding_box(), "nothing moves while one points around"


@pytest.mark.parametrize("model", ["tiny-vgg", "deep", "minimal"])
def test_on_a_phone_it_works_by_touch(visit: Visit, model: str) -> None:
    visited = visit(width=390, height=844, has_touch=True, reduced_motion="reduce", locale="zh-CN")
    visited.expect("was preloaded using link preload")
    page = visited.go(f"/?present=1&model={model}")
    presented(page)
    buttons = page.locator("loupe-present > div > .button:visible, .present-step .button:visible")
    assert buttons.count() >= 6
    assert all(
        box["width"] >= 42 and box["height"] >= 40 for box in (one.bounding_box() for one in buttons.all()) if box
    )
    page.tap("[data-action=present-next-layer]")
    page.tap("[data-action=present-next-layer]")
    page.tap("[data-action=present-next-neuron]")
    name = str(page.locator(".present-name").text_content())
    assert name.endswith("[1]")
    layer = name.split("[")[0]
    eventually(lambda: surrounds(page, unit(layer, 1)), "the light", 5)
    expect(page.locator(unit(layer, 1))).to_be_in_viewport()
    page.locator(unit(layer, 1)).tap()
    page.wait_for_selector("loupe-view [data-settled]")
    page.tap("[data-action=present-next-layer]")
    expect(page.locator(".view-title h2")).not_to_contain_text(layer)
    page.wait_for_selector("loupe-view [data-settled]")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.tap("[data-action=present-out]")
    expect(page.locator("loupe-view[data-open]")).to_have_count(0)
    page.tap("[data-action=present-choose]")
    box = page.locator("#present-chooser").bounding_box()
    assert box is not None
    assert min(box["x"], box["y"]) >= 0
    assert box["x"] + box["width"] <= 390
    page.locator("[data-control=pictures]").tap()
    expect(page.locator("loupe-strip")).to_be_visible()
    page.locator("#present-chooser [aria-label]").first.tap()
    page.tap("[data-action=present-leave]")
    expect(page.locator("loupe-present")).to_have_count(0)


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en", "light", 1280), ("zh-CN", "dark", 390)])
def test_axe_finds_nothing_wrong(visit: Visit, axe: str, locale: str, scheme: str, width: int) -> None:
    page = visit(
        width=width, height=720 if width == 1280 else 844, locale=locale, color_scheme=scheme, reduced_motion="reduce"
    ).go("/?present=1")
    presented(page)
    page.wait_for_timeout(300)
    assert violations(page, axe) == []
    page.click("[data-action=present-choose]")
    expect(page.locator("#present-chooser")).to_be_visible()
    assert violations(page, axe, "loupe-present") == []
    page.keyboard.press("Escape")
    page.click("[data-action=present-next-layer]")
    page.locator(unit("input", 0)).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-view=pixels][data-settled]")
    assert violations(page, axe) == []
    words = page.locator("loupe-present").inner_text()
    assert not {*words} & {"{", "}"}
    assert "present." not in words


def test_where_colours_are_forced_the_light_has_a_ring(visit: Visit) -> None:
    page = visit(width=1280, height=720, forced_colors="active", reduced_motion="reduce").go("/?present=1")
    presented(page)
    page.hover(unit("conv_1_2", 3))
    eventually(lambda: surrounds(page, unit("conv_1_2", 3)), "the light", 5)
    stroke = page.evaluate("getComputedStyle(document.querySelector('.on-map .spotlight-ring')).stroke")
    highlight = page.evaluate(
        """() => {
          const probe = document.body.appendChild(document.createElement("i"));
          probe.style.color = "Highlight";
          return getComputedStyle(probe).color;
        }"""
    )
    assert stroke == highlight
