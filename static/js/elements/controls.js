// @ts-check
/**
 * The controls of commands, as the header shows them: what they are called, whether they are switched on, and
 * whether there is anything for them to do, all from the table.
 *
 * @typedef {import("../state/initial.js").State} State
 * @typedef {import("../core/commands.js").Command<State>} Command
 */
import { keyCaps, wordsOf } from "../core/commands.js";
import { context, does } from "./context.js";
import { h, titled } from "./dom.js";
import { icon } from "./icons.js";

const APPLE = /Mac|iP(?:hone|ad|od)/.test(navigator.platform);

/** The keys of a command as they stand on this keyboard. @param {Command} command */
export const capsOf = ({ keys, shown }) => [...(keys ?? []), ...(shown ?? [])].map((chord) => keyCaps(chord, APPLE));

/** @param {Command} command @param {State} state */
export function titleOf({ words }, state) {
  const { i18n } = context();
  const key = wordsOf(words, state);
  return i18n.t(i18n.has(`${key}.title`) ? `${key}.title` : key);
}

/** What a command does, with its keys: for whoever hovers its control. @param {Command} command @param {State} state */
export function hintOf(command, state) {
  const { i18n } = context();
  const words = wordsOf(command.words, state);
  const key = [command.checked?.(state) ? "hint_checked" : "", "hint", "title"].find(
    (part) => part && i18n.has(`${words}.${part}`),
  );
  const text = key ? i18n.t(`${words}.${key}`) : titleOf(command, state);
  const keys = capsOf(command).join(", ");
  return keys ? i18n.t("common.command.with_keys", { text, keys }) : text;
}

/**
 * What of a command a control shows: as long as this stays, so does the control.
 * @param {Command} command
 * @param {State} state
 */
export const lookOf = (command, state) => [
  command.available?.(state) ?? true,
  command.checked?.(state) ?? false,
  typeof command.icon === "function" ? command.icon(state) : command.icon,
  wordsOf(command.words, state),
];

/** @typedef {{ root: HTMLElement, show: (state: State) => void }} Control */

/** @param {Command} command @returns {Control} */
export function createControl(command) {
  if (command.look === "choice") return createChoice(command);
  if (command.look === "check") return createCheck(command);
  const square = command.look !== "text";
  const root = h("button", {
    type: "button",
    class: square ? "button square" : "button",
    "data-action": command.name,
    "data-shown-with": command.control,
    ...does(command.name),
  });
  return {
    root,
    show(state) {
      const picture = typeof command.icon === "function" ? command.icon(state) : command.icon;
      const title = titleOf(command, state);
      root.replaceChildren(
        ...(picture ? [icon(picture)] : []),
        h("span", square && picture ? { class: "sr" } : null, title),
      );
      root.title = hintOf(command, state);
      // Not `disabled`: the focus would be lost.
      if (command.available?.(state) === false) root.setAttribute("aria-disabled", "true");
      else root.removeAttribute("aria-disabled");
      if (command.checked) root.setAttribute("aria-pressed", String(command.checked(state)));
    },
  };
}

/**
 * A button for a command of the part that it stands in, which shows the row's sign and title as they are now.
 * @param {string} name
 * @param {Record<string, any> & { value?: any, square?: boolean }} [options] `square`: the sign alone, with the title
 *   for those who hover and hear it; all else are attributes
 * @returns {any} a button
 */
export function commandButton(name, { value, square = false, ...attributes } = {}) {
  const { commands, store } = context();
  const command = commands.get(name);
  const picture = typeof command.icon === "function" ? command.icon(store.state) : command.icon;
  const title = titleOf(command, store.state);
  const hint = hintOf(command, store.state);
  return h(
    "button",
    {
      type: "button",
      class: square ? "button square" : "button",
      "data-action": name,
      ...(square || hint !== title ? { title: hint } : {}),
      ...(square ? { "aria-label": title } : {}),
      ...does(name, value),
      ...attributes,
    },
    picture ? icon(picture) : "",
    square ? "" : h("span", null, title),
  );
}

/** @param {Command} command @returns {Control} */
function createChoice(command) {
  const input = h("input", {
    type: "radio",
    name: command.group?.split(".").at(-1),
    value: command.choice,
    ...does(command.name, undefined, "change"),
  });
  const words = h("span");
  const root = h("label", { "data-action": command.name }, input, words);
  return checkable(command, root, input, words);
}

/**
 * A label around an input that is checked while the command is on.
 * @param {Command} command @param {HTMLElement} root @param {HTMLInputElement} input @param {HTMLElement} words
 * @returns {Control}
 */
const checkable = (command, root, input, words) => ({
  root,
  show(state) {
    words.textContent = titleOf(command, state);
    root.title = hintOf(command, state);
    input.checked = command.checked?.(state) ?? false;
  },
});

/** @param {Command} command @returns {Control} */
function createCheck(command) {
  const input = h("input", {
    type: "checkbox",
    "data-action": command.name,
    ...does(command.name, undefined, "change"),
  });
  const words = h("span");
  const root = h("label", { class: "button check", "data-shown-with": command.control }, input, words);
  return checkable(command, root, input, words);
}

/**
 * Controls in a row, those that exclude each other in one box.
 * @param {{ command: Command, control: Control }[]} made
 */
export function arranged(made) {
  /** @type {Map<string, HTMLElement>} */
  const boxes = new Map();
  return made.flatMap(({ command, control }) => {
    if (!command.group) return [control.root];
    const known = boxes.get(command.group);
    const box =
      known ??
      titled(
        { class: "segments", role: "radiogroup", "data-shown-with": command.control },
        context().i18n.t(`${command.group}.title`),
      );
    boxes.set(command.group, box);
    box.append(control.root);
    return known ? [] : [box];
  });
}
