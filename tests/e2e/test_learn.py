"""Learn: every chapter in both languages, every question answered wrong and right, on any model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_loupe.server.vocabulary import CHAPTERS, PAGES
from tests.conftest import RunningServer, running_server
from tests.e2e.conftest import READY, Visit, violations

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "zh-Hans")
# A machine that does ten other things needs patience; the budgets are measured elsewhere.
PATIENCE = 60_000


def words(language: str) -> dict[str, object]:
    text = (ROOT / "static/i18n" / language / "learn.json").read_text("utf-8")
    found: dict[str, object] = json.loads(text)["learn"]
    return found


def article(page: Page, chapter: str) -> Locator:
    """The opened chapter, once all of it stands."""
    found = page.locator(f"article[data-chapter='{chapter}'][data-settled]")
    found.wait_for(timeout=PATIENCE)
    return found


def open_chapter(visit: Visit, chapter: str, query: str = "", **options: object) -> tuple[Page, Locator]:
    visited = visit(**options)
    visited.context.set_default_timeout(PATIENCE)
    page = visited.go(f"/{query}#learn-{chapter}")
    return page, article(page, chapter)


def unfold(page: Page) -> None:
    """In a column the chapters' list is folded away."""
    if not page.locator(".learn-contents[open]").count():
        page.locator(".learn-contents > summary").click()


def answer(question: Locator, text: str) -> str:
    """Type an answer, check it, and say what it was judged to be."""
    question.locator("input").fill(text)
    question.locator("[data-do=check]").click()
    return question.get_attribute("data-verdict") or ""


def typed(value: float) -> str:
    """A number as people type it, with enough digits for any tolerance."""
    return f"{value:.5f}".rstrip("0").rstrip(".")


def choose_all(question: Locator) -> None:
    """Choose each wrong answer, which is told what is wrong with it, then the right one."""
    right = question.get_attribute("data-expected")
    boxes = question.locator("[data-choice]").all()
    options = [(box.get_attribute("data-choice") or "").split(":")[1] for box in boxes]
    assert len(options) == 4
    told = set()
    for option in sorted(options, key=lambda one: one == right):
        question.locator(f"[data-choice='answer:{option}']").check(force=True)
        question.locator("[data-do=check]").click()
        assert question.get_attribute("data-verdict") == ("right" if option == right else option)
        told.add(question.locator(".learn-question-feedback").inner_text().strip())
    assert len(told) == 4, "each answer is told something of its own"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_can_be_walked_and_answered(visit: Visit, language: str) -> None:
    known = words(language)
    page, _ = open_chapter(visit, CHAPTERS[0], f"?lang={language}")
    for number, chapter in enumerate(PAGES):
        found = article(page, chapter)
        assert re.search(rf"#learn-{chapter}$", page.url) or chapter == CHAPTERS[0]
        expect(page.locator(f"[data-chapter='{chapter}'][aria-current=page]")).to_have_count(1)
        if chapter in CHAPTERS:
            assert found.locator("h3").inner_text() == known["chapters"][chapter]  # type: ignore[index]
            questions = found.locator("loupe-question:not([hidden])")
            assert questions.count() >= 2, chapter
            for index in range(questions.count()):
                question = questions.nth(index)
                if question.locator(".learn-question-options").count():
                    choose_all(question)
                    continue
                expected = float(question.get_attribute("data-expected") or "nan")
                assert answer(question, typed(expected * 3 + 7)) != "right", chapter
                assert question.locator(".learn-question-feedback.wrong").inner_text().strip()
                assert answer(question, typed(expected).replace("-", "−").replace(".", ",")) == "right", (
                    f"{chapter}: {question.get_attribute('question')} {expected}"
                )
        if number + 1 < len(PAGES):
            found.locator(".learn-way.next").click()
    done = page.locator(".learn-link[data-progress=done]").count()
    assert done == len(CHAPTERS)


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [pytest.param("en", 1440, "light", marks=pytest.mark.exhaustive), ("zh-Hans", 390, "dark")],
)
def test_no_page_breaks_an_accessibility_rule_or_its_frame(
    visit: Visit, axe: str, language: str, width: int, scheme: str
) -> None:
    page, _ = open_chapter(visit, PAGES[0], f"?lang={language}", width=width, color_scheme=scheme)
    for chapter in PAGES:
        page.evaluate("(id) => { location.hash = `#learn-${id}` }", chapter)
        found = article(page, chapter)
        question = found.locator("loupe-question:not([hidden]):has(.learn-question-field)").first
        if question.count():
            answer(question, "123456")
        assert violations(page, axe, "loupe-learn") == [], chapter
        assert page.evaluate("document.documentElement.scrollWidth") <= width, chapter


def test_the_specific_mistake_is_named(visit: Visit) -> None:
    _, found = open_chapter(visit, "dense-vs-conv")
    dense = found.locator("loupe-question[question=dense-neuron]")
    assert answer(dense, "12,288") == "no_bias"
    assert answer(dense, "4097") == "one_channel"
    assert answer(dense, "12 289") == "right"
    shared = found.locator("loupe-question[question=shared-filters]")
    assert answer(shared, "12 × 27") == "no_bias"
    assert answer(shared, "120") == "one_channel"
    assert answer(shared, "no idea") == "one_channel"  # the verdict stands: this was no number
    expect(shared.locator(".learn-question-feedback.note")).not_to_be_empty()
    shared.locator("[data-do=reveal]").click()
    expect(shared.locator(".learn-question-feedback")).to_contain_text("12 × (3 × 9 + 1)")


def test_a_right_answer_is_the_engines_number(visit: Visit, live_server: RunningServer) -> None:
    """The value asked for stands in the run that the API gives."""
    import httpx

    _, found = open_chapter(visit, "convolution")
    question = found.locator("loupe-question[question=neuron-value]")
    text = question.locator(".learn-question-ask").inner_text()
    match = re.search(r"(\w+)\[(\d+), (\d+), (\d+)\]", text)
    assert match
    base = f"{live_server.url}/api/v1/models/tiny-vgg"
    sample = httpx.get(base).json()["samples_default"]
    run = httpx.post(f"{base}/runs?encoding=list&layers={match[1]}", json={"sample": sample}).json()
    unit, row, column = (int(part) for part in match.groups()[1:])
    value = run["layers"][0]["tensor"]["data"][unit][row][column]
    assert float(question.get_attribute("data-expected") or "nan") == pytest.approx(value, abs=1e-6)
    assert answer(question, f"{value:.2f}") == "right"


def test_no_answer_stands_on_the_screen_before_it_is_given(visit: Visit) -> None:
    """Neither in the prose, nor in a playground as it opens, nor in the heads of the network's columns."""
    printed = []
    page, _ = open_chapter(visit, CHAPTERS[0])
    for chapter in CHAPTERS:
        page.evaluate("(id) => { location.hash = `#learn-${id}` }", chapter)
        found = article(page, chapter)
        shown = found.evaluate(
            """(found) => {
                const copy = found.cloneNode(true);
                copy.querySelectorAll("loupe-question").forEach((question) => question.remove());
                document.body.append(copy);
                const text = copy.innerText;
                copy.remove();
                return text + " " + document.querySelector("loupe-network").innerText;
            }"""
        )
        numbers = {number.replace(",", "") for number in re.findall(r"\d{1,3}(?:,\d{3})+|\d+", shown)}
        for question in found.locator("loupe-question:has(.learn-question-field)").all():
            expected = float(question.get_attribute("data-expected") or "nan")
            # Small numbers stand on every axis and count every kind of thing.
            if expected.is_integer() and expected > 20 and str(int(expected)) in numbers:
                printed.append((chapter, question.get_attribute("question"), expected))
    assert printed == []


def test_the_glossary_is_in_both_languages_and_can_be_searched(visit: Visit) -> None:
    _, found = open_chapter(visit, "glossary")
    words = found.locator(".learn-glossary > div")
    everything = words.count()
    expect(found.locator("#term-parameter dt")).to_contain_text("参数")
    found.locator("#learn-glossary-filter").fill("步幅")
    expect(words.filter(visible=True)).to_have_count(1)
    expect(words.filter(visible=True)).to_contain_text("stride")
    found.locator("#learn-glossary-filter").fill("no such word")
    expect(words.filter(visible=True)).to_have_count(0)
    expect(found.locator(".learn-glossary-count")).to_contain_text("no such word")
    found.locator("#learn-glossary-filter").fill("")
    expect(words.filter(visible=True)).to_have_count(everything)


def test_progress_is_kept_over_a_reload_and_can_be_cleared(visit: Visit) -> None:
    page, found = open_chapter(visit, "softmax")
    question = found.locator("loupe-question[question=very-hot]")
    assert answer(question, "10 %") == "right"
    page.reload()
    found = article(page, "softmax")
    expect(found.locator("loupe-question[question=very-hot] .learn-question-badge.right")).to_have_count(1)
    unfold(page)
    page.locator("[data-do=clear-progress]").click()
    expect(found.locator("loupe-question[question=very-hot] .learn-question-badge.right")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('cnn-loupe.learn')") is None


def test_questions_follow_the_picture(visit: Visit) -> None:
    page, found = open_chapter(visit, "image")
    ask = found.locator("loupe-question[question=scaled-pixel] .learn-question-ask")
    before = ask.inner_text()
    page.locator("[data-sample]:not([aria-pressed=true])").first.click()
    expect(ask).not_to_have_text(before)


def test_a_term_explains_itself_by_pointer_keyboard_and_touch(visit: Visit) -> None:
    page, found = open_chapter(visit, "convolution")
    box = page.locator("#learn-term")
    term = found.locator("[data-term=kernel]").first
    term.hover()
    expect(box).to_be_visible()
    expect(box).to_contain_text("slides over one input map")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.mouse.move(5, 5)
    found.locator("[data-term=filter]").focus()
    expect(box).to_contain_text("All kernels of one neuron")
    expect(box).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_be_hidden()
    assert found.locator("[data-term=filter]").get_attribute("aria-describedby") is None


def test_show_me_leads_into_the_network_and_back_leads_out(visit: Visit) -> None:
    page, found = open_chapter(visit, "convolution")
    found.locator("[data-show=convolution]").click()
    page.wait_for_selector("[data-view=neuron]", timeout=PATIENCE)
    assert "view=neuron:conv_1_1[0]" in unquote(page.url)
    page.go_back()
    expect(page.locator("[data-view=neuron]")).to_have_count(0)
    article(page, "convolution")


def test_a_layers_label_leads_to_its_chapter(visit: Visit) -> None:
    visited = visit()
    page = visited.go("/")
    page.locator("loupe-network a[href*='#learn-pooling']").first.click()
    article(page, "pooling")


def test_nothing_of_learn_is_loaded_before_it_is_reached(visit: Visit) -> None:
    visited = visit()
    visited.context.set_default_timeout(PATIENCE)
    asked: list[str] = []
    visited.page.on("request", lambda request: asked.append(request.url))
    page = visited.go("/")
    # by the time the page is idle, everything that is fetched ahead has been asked for
    page.evaluate("new Promise((done) => requestIdleCallback(() => setTimeout(() => requestIdleCallback(done), 500)))")
    assert [url for url in asked if re.search(r"/learn[-/.]|[-/]learn\.", url)] == []
    expect(page.locator("loupe-learn")).to_be_hidden()
    page.locator("loupe-header [data-action=learn]").click()
    article(page, CHAPTERS[0])
    assert [url for url in asked if "/learn/en/" in url]
    # Where there is no room for it beside the network it stands below, and comes when it is reached.
    small = visit(width=1024).go("/")
    small.locator("loupe-learn").scroll_into_view_if_needed()
    article(small, CHAPTERS[0])


@pytest.mark.parametrize(("language", "width"), [("en", 1200), ("zh-Hans", 1440)])
def test_a_text_beside_the_network_drives_it_and_gives_it_back(
    visit: Visit, axe: str, language: str, width: int
) -> None:
    page = visit(width=width, height=800).go(f"/?lang={language}")
    entry = page.locator("loupe-header [data-action=learn]")
    expect(entry).to_contain_text(f"0/{len(CHAPTERS)}")
    entry.click()
    found = article(page, "cnn")
    expect(entry).to_contain_text(f"1/{len(CHAPTERS)}")
    column, network = page.locator("loupe-learn"), page.locator("loupe-network")
    (text, maps) = (column.bounding_box(), network.bounding_box())
    assert text
    assert maps
    assert maps["x"] + maps["width"] <= text["x"] + 1, "side by side"
    assert text["width"] == pytest.approx(420, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator("loupe-inspector")).to_be_hidden()
    marked = page.locator("loupe-inspector")

    def read(section: str) -> None:
        """Scroll that part of the text to where one reads."""
        page.mouse.move(text["x"] + 200, text["y"] + 300)
        found.locator(f"[data-section={section}]").evaluate(
            """(part) => { const column = part.closest("loupe-learn");
                column.scrollTop += part.getBoundingClientRect().top - column.getBoundingClientRect().top
                    - 0.36 * column.clientHeight; }"""
        )

    for section, unit in (("definition", "conv_1_1[0]"), ("volumes", "conv_1_2[0]"), ("function", "output[")):
        read(section)
        expect(found.locator(f"[data-section={section}][data-driving]")).to_have_count(1)
        expect(marked).to_have_attribute("data-of", re.compile(re.escape(unit)))
    read("play")
    expect(found.locator("[data-driving]")).to_have_count(0)
    expect(marked).to_have_attribute("data-of", "model")
    # What the pointer looks at in the network counts; back over the text, the text does.
    read("volumes")
    page.hover("[data-layer=relu_2_2][data-unit='3']")
    expect(marked).to_have_attribute("data-of", "relu_2_2[3]")
    page.mouse.move(text["x"] + 200, text["y"] + 310)
    expect(marked).to_have_attribute("data-of", "conv_1_2[0]")
    assert violations(page, axe, "loupe-learn") == []

    # Its address, Back, and the ways out.
    assert page.url.endswith("#learn")
    page.go_back()
    expect(column).to_be_hidden()
    expect(marked).to_have_attribute("data-of", "model")
    page.go_forward()
    expect(column).to_be_visible()
    page.keyboard.press("Escape")
    expect(column).to_be_hidden()
    expect(page.locator("loupe-inspector")).to_be_visible()
    page.keyboard.press("r")
    expect(column).to_be_visible()
    page.keyboard.press("w")
    expect(page.locator("loupe-why")).to_be_visible()
    expect(column).to_be_hidden()
    page.go_back()
    expect(column).to_be_visible()
    expect(page.locator("loupe-why")).to_have_count(0)
    # On a smaller window it stands below, as ever.
    page.set_viewport_size({"width": 1024, "height": 800})
    maps, text = network.bounding_box(), column.bounding_box()
    assert maps
    assert text
    assert text["y"] >= maps["y"] + maps["height"]


def test_show_me_and_back_again_keep_the_reading_place(visit: Visit) -> None:
    page, found = open_chapter(visit, "convolution", height=800)
    column = page.locator("loupe-learn")
    link = found.locator("[data-show=convolution][data-open]")
    link.scroll_into_view_if_needed()
    place = column.evaluate("(one) => one.scrollTop")
    assert place > 100
    link.click()
    page.wait_for_selector("[data-view=neuron]", timeout=PATIENCE)
    assert column.evaluate("(one) => one.scrollTop") == place
    page.go_back()
    expect(page.locator("[data-view=neuron]")).to_have_count(0)
    expect(link).to_be_focused()
    assert column.evaluate("(one) => one.scrollTop") == pytest.approx(place, abs=1)
    # What the text has opened it closes as one reads on.
    link.click()
    page.wait_for_selector("[data-view=neuron]", timeout=PATIENCE)
    found.locator("[data-section=name]").evaluate("(part) => part.scrollIntoView()")
    expect(page.locator("[data-view=neuron]")).to_have_count(0)


def test_a_chapter_that_cannot_be_loaded_says_so_and_can_be_tried_again(visit: Visit) -> None:
    visited = visit()
    visited.expect("net::ERR_FAILED")
    visited.context.set_default_timeout(PATIENCE)
    page = visited.go("/#learn-cnn")
    article(page, "cnn")
    page.route("**/learn/en/softmax*", lambda route: route.abort())
    unfold(page)
    page.locator(".learn-link[data-chapter=softmax]").click()
    expect(page.locator(".learn-failed")).to_be_visible()
    page.unroute("**/learn/en/softmax*")
    page.locator(".learn-failed [data-do=retry]").click()
    article(page, "softmax")


@pytest.mark.parametrize(
    "model",
    ["wide", pytest.param("minimal", marks=pytest.mark.exhaustive), pytest.param("deep", marks=pytest.mark.exhaustive)],
)
def test_every_chapter_works_on_other_models(visit: Visit, models_folder: Path, model: str) -> None:
    with running_server(models=models_folder) as server:
        visited = visit(base=server.url)
        visited.context.set_default_timeout(PATIENCE)
        page = visited.go(f"/?model={model}#learn-cnn")
        page.wait_for_selector(READY, state="attached")
        for chapter in CHAPTERS:
            page.evaluate("(id) => { location.hash = `#learn-${id}` }", chapter)
            found = article(page, chapter)
            questions = found.locator("loupe-question:not([hidden])")
            for index in range(questions.count()):
                question = questions.nth(index)
                if question.locator(".learn-question-options").count():
                    choose_all(question)
                    continue
                expected = float(question.get_attribute("data-expected") or "nan")
                assert answer(question, typed(expected)) == "right", f"{model} {chapter} {index}"
