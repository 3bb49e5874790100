"""Embeds inside a foreign page, in a browser that holds to our content policy: allowed, and refused."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from cnn_loupe.server.embeds import playgrounds
from tests.conftest import RunningServer, running_server
from tests.e2e.conftest import READY, Visit, Visited, eventually, violations
from tests.e2e.foreign import ForeignSite, foreign_site
from tests.e2e.opened import Truth
from tests.e2e.test_access import SMALL_TEXT

pytestmark = pytest.mark.browser

WIDGETS = [f"widget/{name}" for name in playgrounds("en")]
MODELS = [
    "network",
    "view?view=neuron:conv_1_2[3]",
    "view?view=microscope:conv_1_2[3,30,24]!2",
    "view?view=activation:relu_1_1[0]",
    "view?view=pooling:max_pool_1[4]",
    "view?view=flatten:flatten[40]",
    "view?view=output:output[6]",
    "view?view=softmax:softmax[6]",
    "view?view=pixels:input[0]",
    "network?model=deep",
]
UNREADABLE_STORAGE = """
for (const name of ["localStorage", "sessionStorage", "indexedDB"])
  Object.defineProperty(window, name, { get() { throw new DOMException("Access is denied for this document.",
      "SecurityError"); } });
Object.defineProperty(Document.prototype, "cookie", { get: () => "", set() {} });
"""


@pytest.fixture(scope="module")
def allowed() -> Iterator[ForeignSite]:
    with foreign_site() as site:
        yield site


@pytest.fixture(scope="module")
def stranger() -> Iterator[ForeignSite]:
    with foreign_site() as site:
        yield site


@pytest.fixture(scope="module")
def server(models_folder: Path, allowed: ForeignSite) -> Iterator[RunningServer]:
    with running_server(models=models_folder, embed_origins=allowed.url) as found:
        yield found


def iframe(base: str, target: str, height: int = 640, width: int | str = "100%") -> str:
    """A plain frame, as anyone can write it."""
    return (
        f'<iframe title="{html.escape(target)}" src="{base}/embed/{html.escape(target)}" width="{width}" '
        f'height="{height}"></iframe>'
    )


def frames(page: Page) -> list[Frame]:
    return [frame for frame in page.frames if frame != page.main_frame]


Embed = Callable[..., tuple[Visited, Frame]]


@pytest.fixture
def embed(visit: Visit, server: RunningServer, allowed: ForeignSite) -> Embed:
    """`embed("network?lang=en")`: a page of the allowed site with one frame, once that is ready."""

    def show(
        target: str, *, size: tuple[int, int] = (900, 640), before: str = "", **options: Any
    ) -> tuple[Visited, Frame]:
        visited = visit(base=server.url, **options)
        if before:
            visited.context.add_init_script(before)
        visited.page.goto(allowed.page("/one", iframe(server.url, target, width=size[0], height=size[1])))
        frame = frames(visited.page)[0]
        frame.wait_for_selector(READY, state="attached")
        return visited, frame

    return show


@pytest.mark.parametrize("targets", [WIDGETS, MODELS], ids=["widgets", "models"])
@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "light", 1280), ("zh-Hans", "dark", 390)])
def test_every_embed_stands_in_a_foreign_page(
    visit: Visit, axe: str, server: RunningServer, allowed: ForeignSite,
    targets: list[str], language: str, scheme: str, width: int,
) -> None:  # fmt: skip
    page = visit(base=server.url, width=width, color_scheme=scheme).page
    body = [iframe(server.url, f"{one}{'&' if '?' in one else '?'}lang={language}") for one in targets]
    page.goto(allowed.page("/all", "".join(body)))
    found = frames(page)
    assert len(found) == len(targets)
    for frame in found:
        # Browsers draw nothing in another site's frame until it is seen.
        frame.frame_element().scroll_into_view_if_needed()
        frame.wait_for_selector(READY, state="attached")
        if "/view?" in frame.url:
            frame.wait_for_selector("[data-view][data-settled]")
        assert frame.evaluate("document.documentElement.lang") == language
        assert frame.locator("main").inner_text().strip(), frame.url
        assert frame.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, frame.url
        small = [text for text in frame.evaluate(SMALL_TEXT) if not re.match(r"m[a-z]", text)]
        assert small == [], frame.url  # the exponents of a formula may be small
        # The frame's `main` alone: that a page has one is the business of the page around it.
        assert violations(frame, axe, "main") == [], frame.url  # type: ignore[arg-type]
    dark = found[0].evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(part) for part in re.findall(r"\d+", dark)[:3]) < 384) is (scheme == "dark")


def test_a_page_that_is_not_allowed_gets_a_sentence_or_nothing(
    visit: Visit, axe: str, server: RunningServer, allowed: ForeignSite, stranger: ForeignSite
) -> None:
    targets = [*WIDGETS, *MODELS]
    visited = visit(base=server.url)
    visited.expect("status of 403", "frame-ancestors")
    page = visited.page
    page.goto(stranger.page("/all", "".join(iframe(server.url, one, height=200) for one in targets)))
    for frame in frames(page):
        frame.wait_for_selector("[data-refused=embed_origin_refused]")
        assert f"CNN_LOUPE_EMBED_ORIGINS={stranger.url}" in frame.locator("main").inner_text()
        assert frame.locator("loupe-network, loupe-view, [class=embed-widget]").count() == 0
    assert violations(frames(page)[0], axe) == []  # type: ignore[arg-type]
    # A page that does not say who it is: the browser holds to the policy by itself.
    quiet = '<meta name="referrer" content="no-referrer">'
    with page.expect_event("console", lambda message: "frame-ancestors" in message.text):
        page.goto(stranger.page("/quiet", iframe(server.url, "network"), quiet))
    assert all(frame.url.startswith("chrome-error:") for frame in frames(page))
    # The same server's whole page is shown by nobody else, the allowed site included.
    whole = f'<iframe title="whole" src="{server.url}/"></iframe>'
    with page.expect_event("console", lambda message: "frame-ancestors" in message.text):
        page.goto(allowed.page("/whole", whole))
    assert all(frame.url.startswith("chrome-error:") for frame in frames(page))


def test_a_frame_that_asks_for_something_unknown_says_what(
    visit: Visit, server: RunningServer, allowed: ForeignSite
) -> None:
    visited = visit(base=server.url)
    visited.expect("status of 4", "embed_view_of_other_kind")
    page = visited.page
    page.goto(
        allowed.page(
            "/odd",
            iframe(server.url, "network?scale=all&lang=zh-Hans") + iframe(server.url, "view?view=pooling:conv_1_2[3]"),
        )
    )
    first, second = frames(page)
    expect(first.locator("[data-refused=embed_choice_unknown]")).to_contain_text("unit, layer, module, network")
    assert first.evaluate("document.documentElement.lang") == "zh-Hans"
    expect(second.locator("[data-code=embed_view_of_other_kind]")).to_contain_text("neuron")


def test_the_map_is_worked_by_keyboard_and_shows_the_engines_numbers(embed: Embed, server: RunningServer) -> None:
    _, frame = embed("network?lang=en&sample=koala", size=(1200, 640))
    truth = Truth.of(server.url, sample="koala")
    page = frame.page
    frame.locator("loupe-network [tabindex='0']").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(frame.locator("loupe-inspector")).to_contain_text("conv_1_1[")
    page.keyboard.press("Enter")
    frame.wait_for_selector("[data-view=neuron][data-settled]")
    page.keyboard.press("Escape")
    expect(frame.locator("[data-view]")).to_have_count(0)
    shown = frame.locator("loupe-answer").inner_text()
    top = max(truth.description["classes"], key=lambda one: truth.value(f"softmax[{one['index']}]"))
    assert top["labels"]["en"] in shown
    # The way to the whole page leads to the same picture.
    link = frame.locator("[data-action=open-whole]").get_attribute("href") or ""
    assert link.startswith(server.url + "/?")
    assert "sample=koala" in link


def test_a_view_leads_on_and_closing_leads_back_to_it(embed: Embed) -> None:
    _, frame = embed("view?view=neuron:conv_1_2[3,30,24]&lang=en", size=(1300, 800))
    frame.wait_for_selector("[data-view=neuron][data-settled]")
    frame.locator("[data-row='2']").first.click()
    frame.wait_for_selector("[data-view=microscope][data-settled]")
    frame.page.keyboard.press("Escape")
    frame.wait_for_selector("[data-view=neuron][data-settled]")
    frame.page.keyboard.press("Escape")
    frame.page.wait_for_timeout(300)
    assert frame.locator("[data-view=neuron]").count() == 1


def test_only_the_controls_that_are_asked_for_are_there(embed: Embed) -> None:
    _, frame = embed("network?controls=none&lang=en&theme=dark&text=150&size=700x500&details=0")
    assert (
        frame.locator("loupe-answer, loupe-inspector, loupe-embed-link, .embed-bar :is(button, select, input)").count()
        == 0
    )
    assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
    assert frame.evaluate(
        "[document.querySelector('main').offsetWidth, document.querySelector('main').offsetHeight]"
    ) == [700, 500]
    assert frame.evaluate("parseFloat(getComputedStyle(document.querySelector('.network-name')).fontSize)") >= 18
    assert frame.locator(".network-legend-bar").count() == 0
    frame.locator("[data-layer=conv_1_2][data-unit='3']").click()
    frame.page.wait_for_timeout(300)
    assert frame.locator("[data-view]").count() == 0
    _, frame = embed("network?controls=pictures,scale,details,answer&lang=en")
    frame.locator("[data-sample=koala]").press("Enter")
    expect(frame.locator("loupe-answer")).to_contain_text("koala")
    frame.locator("[data-action=scale]").select_option("network")
    frame.locator("[data-action=details]").uncheck()
    expect(frame.locator(".network-legend-bar:visible")).to_have_count(0)


def test_frames_without_storage_work_the_same(embed: Embed) -> None:
    """Browsers that keep other sites' frames from storing anything throw at the first touch."""
    for target in ("network?lang=en", "view?view=neuron:conv_1_2[3]&lang=en", "widget/softmax?lang=en"):
        _, frame = embed(target, before=UNREADABLE_STORAGE)
        assert frame.locator("main").inner_text().strip()
        assert frame.evaluate("(() => { try { return !localStorage } catch { return true } })()")
    assert frame.evaluate("document.cookie") == ""


def test_an_embed_loads_what_it_shows_and_nothing_else(
    visit: Visit, server: RunningServer, allowed: ForeignSite
) -> None:
    page = visit(base=server.url).page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def loaded(target: str) -> list[str]:
        asked.clear()
        page.goto(allowed.page("/one", iframe(server.url, target)))
        frames(page)[0].wait_for_selector(READY, state="attached")
        page.wait_for_timeout(500)
        assert {url.split("/")[2] for url in asked} == {server.url.split("/")[2], allowed.url.split("/")[2]}
        return [url.removeprefix(server.url) for url in asked]

    plain = loaded("widget/sliding")
    frame = r"elements/chrome/(?:header|panel|dialog|help|share)|features/(?:pictures|views|tour)|formula"
    assert [
        url for url in plain if re.search(rf"/api/v1|/js/(?:{frame}|elements/(?:network|inspector)|draw/edges)", url)
    ] == []
    assert len([url for url in plain if url.endswith(".js")]) <= 42
    network = loaded("network?controls=answer,views")
    assert [url for url in network if re.search(rf"/js/(?:{frame}|features/learn)", url)] == []


def test_the_builder_makes_lines_that_work_in_a_foreign_page(
    visit: Visit, axe: str, server: RunningServer, allowed: ForeignSite
) -> None:
    visited = visit(base=server.url)
    page = visited.page
    page.goto(server.url + "/embed?lang=en")
    lines = page.locator(".builder-lines")
    preview = page.frame_locator(".builder-preview iframe")
    preview.locator("html[data-network=ready][data-embed=network]").wait_for(state="attached")
    assert violations(page, axe) == []
    page.locator("[name=what][value=widget]").check(force=True)
    page.locator("[name=widget]").select_option("pooling")
    page.locator("[name=theme]").select_option("dark")
    page.locator("[name=lang]").select_option("zh-Hans")
    page.locator("[name=fit]").check()
    preview.locator("html[data-network=ready][data-embed=widget][data-theme=dark][lang=zh-Hans]").wait_for(
        state="attached"
    )
    text = lines.input_value()
    assert f'src="{server.url}/embed/widget/pooling?' in text
    # The builder's own address keeps what was chosen.
    page.reload()
    expect(lines).to_have_value(text)
    page.locator("[name=site]").fill(allowed.url + "/course")
    expect(page.locator("[data-site=site_allowed]")).to_be_visible()
    page.locator("[name=site]").fill("https://moodle.example.org")
    expect(page.locator("[data-site=site_refused]")).to_contain_text(
        "CNN_LOUPE_EMBED_ORIGINS=https://moodle.example.org"
    )

    page.goto(allowed.page("/course", text))
    frame = frames(page)[0]
    frame.wait_for_selector(READY, state="attached")
    fitting = "document.querySelector('main').getBoundingClientRect().height"
    outside = page.locator("iframe")
    eventually(
        lambda: abs(float(outside.get_attribute("height") or 0) - frame.evaluate(fitting)) < 3,
        "a frame as high as its content",
    )
    page.set_viewport_size({"width": 390, "height": 844})
    eventually(
        lambda: abs(float(outside.get_attribute("height") or 0) - frame.evaluate(fitting)) < 3,
        "the same in a narrow page",
    )


def test_share_leads_to_the_builder_with_what_is_seen(visit: Visit, axe: str) -> None:
    page = visit(color_scheme="dark").go("/?view=neuron:conv_1_2[3,30,24]&sample=koala&lang=zh-Hans")
    page.wait_for_selector("[data-view=neuron][data-settled]")
    page.click("[data-action=share]")
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("[data-action=embed]")
    expect(page.locator(".builder-lines")).to_have_value(re.compile(r"view=neuron:conv_1_2.*sample=koala"))
    frame = page.frame_locator(".builder-preview iframe")
    frame.locator("[data-view=neuron]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page, axe) == []
    copied = page.locator("[data-action=copy-snippet]")
    copied.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".builder-result [role=status]")).not_to_be_empty()
