// @ts-check
/**
 * The one place that hears keys for the page as a whole: a key is looked up among the commands. What an element does
 * with keys while it has the focus (arrows in a grid, a slider's steps) it hears by itself, and prevents the default.
 */

/**
 * Esc closes from the innermost outwards: of what is open, the one with the greatest number. What lies further in
 * than an opened view closes only while it has the focus, except for what lies over the page.
 */
export const INNERMOST = {
  term: 8,
  chooser: 7,
  tour: 6,
  panel: 5,
  selection: 4,
  view: 3,
  why: 2,
  present: 1,
  reading: 0,
};

/**
 * @param {Document} document
 * @param {import("../core/commands.js").Commands<import("../state/initial.js").State>} commands
 */
export function listenToKeys(document, commands) {
  document.addEventListener("keydown", (event) => commands.heard(event), { capture: true, passive: true });
  document.addEventListener("keyup", (event) => commands.letGo(event), { capture: true, passive: true });
  document.addEventListener("keydown", (event) => {
    // A modal dialog has the page to itself; Esc closes it without our help.
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog:modal")) return;
    const command = commands.meant(event, isTyping(event.target));
    if (!command) return;
    event.preventDefault();
    commands.perform(command.name, { event });
  });
}

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof HTMLInputElement
    ? !/^(?:button|checkbox|color|file|radio|range|reset|submit)$/.test(target.type)
    : target instanceof HTMLElement && (target.isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(target.tagName));
