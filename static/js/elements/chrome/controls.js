// @ts-check
/**
 * The controls of commands, as the header shows them: what they are called, whether they are switched on, and
 * whether there is anything for them to do, all from the table.
 *
 * @typedef {import("../../state/initial.js").State} State
 * @typedef {import("../../core/commands.js").Command<State>} Command
 */
import { keyCaps, wordsOf } from "../../core/commands.js";
import { context } from "../context.js";
import { h, titled } from "../dom.js";
import { icon } from "../icons.js";

const APPLE = /Mac|iP(?:hone|ad|od)/.test(navigator.platform);

/** The keys of a command as they stand on this keyboard. @param {Command} command */
export const capsOf = ({ keys, shown }) => [...(keys ?? []), ...(shown ?? [])].map((chord) => keyCaps(chord, APPLE));

/** @param {Command} command @param {State} state */
export const titleOf = ({ words }, state) => context().i18n.t(`${wordsOf(words, state)}.title`);

/** What a command does, with its keys: for whoever hovers its control. @param {Command} command @param {State} state */
export function hintOf(command, state) {
  const { i18n } = context();
  const words = wordsOf(command.words, state);
  const key = [command.checked?.(state) ? "hint_checked" : "", "hint", "title"].find(
    (part) => part && i18n.has(`${words}.${part}`),
  );
  const text = i18n.t(`${words}.${key}`);
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
    onclick: () => context().commands.perform(command.name),
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

/** @param {Command} command @returns {Control} */
function createChoice(command) {
  const input = h("input", {
    type: "radio",
    name: command.group?.split(".").at(-1),
    value: command.choice,
    onchange: () => context().commands.perform(command.name),
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
    onchange: () => context().commands.perform(command.name),
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
