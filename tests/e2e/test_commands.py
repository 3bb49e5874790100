"""Commands: one table feeds keys, header, menu, list of keys and presentation's chooser; what was done is undone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, violations

pytestmark = pytest.mark.browser

# A row of the table, added where the page's own are, and its words.
ADD = """async () => {
  const address = document.querySelector('script[type=module]').src.replace('main.js', 'elements/context.js');
  const { commands, i18n } = (await import(address)).context();
  i18n.extend({ trial: { title: 'Trial balloon', hint: 'Let a balloon go' } });
  commands.add([{
    name: 'trial', words: 'trial', icon: 'up', keys: ['y'], place: 'header', look: 'icon', control: 'menu',
    checked: ({ details }) => !details, undoable: ['details'],
    perform: ({ store }) => store.update({ details: !store.state.details }),
  }]);
}"""


def test_a_command_added_in_one_place_is_a_key_in_the_menu_in_the_help_and_in_the_chooser(
    visit: Visit, axe: str
) -> None:
    page = visit().go()
    page.evaluate(ADD)
    button = page.locator('loupe-header [data-action="trial"]')
    expect(button).to_have_attribute("title", "Let a balloon go (Y)")
    expect(button).to_have_attribute("aria-pressed", "false")
    details = page.locator('[data-action="details"]')
    button.click()
    expect(details).not_to_be_checked()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("y")
    expect(details).to_be_checked()

    page.keyboard.press("?")
    row = page.locator("dialog .keys tr", has_text="Trial balloon")
    expect(row.locator("kbd")).to_have_text("Y")
    page.keyboard.press("Escape")

    page.keyboard.press("p")
    page.click('[data-action="present-choose"]')
    expect(page.locator("label:has([data-control=menu])")).to_contain_text("Trial balloon Y")
    expect(button).to_be_hidden()
    page.check("[data-control=menu]")
    expect(button).to_be_visible()
    assert violations(page, axe) == []
    page.keyboard.press("Escape")
    page.keyboard.press("p")

    page.set_viewport_size({"width": 390, "height": 800})
    expect(button).to_be_hidden()
    page.click(".header-menu")
    button.click()
    expect(details).not_to_be_checked()


def test_what_was_changed_is_undone_and_done_again(visit: Visit) -> None:
    page = visit().go()
    undo, redo = page.locator('[data-action="undo"]'), page.locator('[data-action="redo"]')
    expect(undo).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("3")
    page.keyboard.press("d")
    page.keyboard.press("l")
    page.click('[data-action="sort-classes"]')
    expect(undo).not_to_have_attribute("aria-disabled", "true")
    sort, lock = page.locator('[data-action="sort-classes"]'), page.locator('[data-action="lock-scale"]')
    expect(sort).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+z")
    expect(sort).to_have_attribute("aria-pressed", "false")
    expect(page.locator("loupe-header [role=status]")).to_have_text("Undone: Order of the classes")
    undo.click()
    expect(lock).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.locator('[data-action="details"]')).to_be_checked()
    expect(page.locator('input[name="scale"][value="layer"]')).to_be_checked()
    expect(undo).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+y")
    expect(page.locator('input[name="scale"][value="module"]')).to_be_checked()
    page.keyboard.press("Control+Shift+z")
    expect(page.locator('[data-action="details"]')).not_to_be_checked()
    redo.click()
    expect(lock).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("4")  # from here on the way forward is another
    expect(redo).to_have_attribute("aria-disabled", "true")


def values(page: Page) -> list[str]:
    return [page.locator(f'[data-transform="{name}"]').input_value() for name in ("rotate", "brightness")]


def test_a_dragged_slider_is_one_step_and_another_picture_takes_the_steps_with_it(visit: Visit) -> None:
    page = visit().go("/?panel=transform")
    rotate = page.locator('[data-transform="rotate"]')
    rotate.scroll_into_view_if_needed()
    box = rotate.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2, steps=12)
    page.mouse.up()
    turned = values(page)
    assert turned[0] != "0"
    page.wait_for_timeout(1000)
    page.locator('[data-transform="brightness"]').press("ArrowRight")
    expect(page.locator('[data-transform="brightness"]')).to_have_value("0.01")
    page.keyboard.press("Control+z")
    expect(page.locator('[data-transform="brightness"]')).to_have_value("0")
    assert values(page) == [turned[0], "0"]
    page.keyboard.press("Control+z")
    expect(rotate).to_have_value("0")
    page.keyboard.press("Control+Shift+z")
    expect(rotate).to_have_value(turned[0])
    page.locator("button[data-sample]").nth(-1).click()
    expect(rotate).to_have_value("0")
    expect(page.locator('[data-action="undo"]')).to_have_attribute("aria-disabled", "true")


def test_esc_closes_from_the_innermost_outwards(visit: Visit) -> None:
    page = visit().go("/?view=microscope:conv_1_2[3,30,24]!2&present=1")
    root = page.locator("html")
    view = page.locator("loupe-view [data-view]").first
    page.wait_for_selector("[data-settled]", state="attached")
    page.click('[data-action="present-choose"]')
    expect(page.locator(".present-chooser")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".present-chooser")).to_be_hidden()
    expect(page.locator('[data-view="microscope"]')).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator('[data-view="microscope"]')).to_have_count(0)
    expect(view).to_be_visible()
    page.keyboard.press("Escape")
    expect(view).to_have_count(0)
    page.keyboard.press("Escape")  # lets go of the neuron that the focus came back to
    expect(root).to_have_attribute("data-present", "caption spotlight keys playback")
    page.keyboard.press("Escape")
    expect(root).not_to_have_attribute("data-present", "caption spotlight keys playback")


def test_esc_in_the_inspector_climbs_one_level_only(visit: Visit) -> None:
    """It was heard twice there, and led from the microscope straight back to the map."""
    page = visit().go("/?view=microscope:conv_1_2[3,30,24]!2")
    page.wait_for_selector("[data-settled]", state="attached")
    page.evaluate(
        "(document.querySelector('loupe-inspector button, loupe-inspector [tabindex]') ?? document.body).focus()"
    )
    page.keyboard.press("Escape")
    expect(page.locator('[data-view="microscope"]')).to_have_count(0)
    expect(page.locator('[data-view="neuron"]')).to_have_count(1)


# Controls that are seen and heard, which say neither a command that the page knows nor one of the things below.
UNKNOWN = """async () => {
  const address = document.querySelector('script[type=module]').src.replace('main.js', 'elements/context.js');
  const { commands, i18n, store } = (await import(address)).context();
  // A unit, a value or a layer that is pointed at opens through `perform`; a popover, a list that folds and a field
  // that is read only are the browser's own; more of a list that is shown.
  const pointed = '[data-unit], [data-place], .vector-cell, .wiring-part, [data-sidebar-layer], .neuron-row *';
  const native = 'summary, [popovertarget], [readonly], [data-action="more-operands"], .crop-side input';
  const found = [];
  for (const control of document.querySelectorAll('button, select, input, textarea, summary, a[data-command]')) {
    if (!control.checkVisibility() || control.closest('loupe-learn')) continue;
    const { command } = (control.closest('[data-command]') ?? control.parentElement).dataset;
    if (command) {
      const { words } = commands.get(command);
      const key = typeof words === 'string' ? words : words(store.state);
      if (!i18n.has(`${key}.title`) && !i18n.has(key)) found.push(`${command}: no words at ${key}`);
    } else if (!control.matches(`${pointed}, ${native}`)) found.push(control.outerHTML.slice(0, 160));
  }
  return found;
}"""

DO = """async ([name, value]) => {
  const address = document.querySelector('script[type=module]').src.replace('main.js', 'elements/context.js');
  (await import(address)).context().commands.perform(name, { value });
}"""


def test_no_control_does_what_the_table_does_not_know(visit: Visit) -> None:
    page = visit().go("/?view=microscope:conv_1_2[3,30,24]!2")
    page.wait_for_selector("[data-settled]", state="attached")

    def check(selector: str) -> None:
        page.locator(selector).first.wait_for()
        assert page.evaluate(UNKNOWN) == [], selector

    check('[data-view="microscope"]')
    views = {"conv_1_2": "neuron", "relu_1_2": "activation", "max_pool_1": "pooling", "output": "output"}
    for layer, view in views.items():
        page.evaluate(DO, ["open-view", {"layer": layer, "unit": 1}])
        check(f'[data-view="{view}"]')
    page.click('[data-action="open-softmax"]')
    check('[data-view="softmax"]')
    page.evaluate(DO, ["close-view", None])
    for panel in ("preparation", "transform"):
        page.evaluate(DO, [f"open-{panel}", None])
        check(f'[data-panel="{panel}"] .panel-body > *')
    page.evaluate(DO, ["close-panel", None])
    page.evaluate(DO, ["why", None])
    check('[data-action="why-open"]')
    for dialog in ("help", "share"):
        page.evaluate(DO, [dialog, None])
        check(f'[data-dialog="{dialog}"] :is(.keys, [data-action="export-png"])')
        page.click(f'[data-dialog="{dialog}"] [data-command="close-dialog"]')
    page.evaluate(DO, ["start-tour", "network"])
    check("loupe-tour .tour-words")
    page.evaluate(DO, ["tour-leave", None])
    page.evaluate(DO, ["present", None])
    page.click('[data-action="present-choose"]')
    check(".present-chooser [data-control]")
