// @ts-check
/**
 * What can be done on every page, an embed's as well as the whole one's: choose what is shown, go to it, copy, close.
 *
 * @typedef {import("../state/initial.js").State} State
 * @typedef {import("../core/commands.js").Command<State>} Command
 */
import { choosePicture, openClass, openView, retry, select } from "../state/actions.js";
import { copyText } from "./copy.js";

/** @type {Command[]} */
export const SHARED_COMMANDS = [
  {
    name: "choose-picture",
    words: "common.command.choose-picture",
    perform: ({ store, value }) => choosePicture(store, value),
  },
  {
    name: "open-view",
    words: "common.command.open-view",
    perform: ({ store, value: { options, ...place } }) => openView(store, place, options),
  },
  {
    name: "select-unit",
    words: "common.command.select-unit",
    perform: ({ store, value }) => select(store, value),
  },
  { name: "open-class", words: "network.answer.why", perform: ({ store, value }) => openClass(store, value) },
  {
    name: "copy",
    words: "common.command.copy",
    icon: "copy",
    /** `copied` is told whether the browser allowed it. */
    perform: async ({ value: { text, copied } }) => copied(await copyText(text)),
  },
  { name: "close-dialog", words: "common.close", icon: "close", perform: ({ value }) => value.close() },
  { name: "retry", words: "common.retry", perform: ({ store }) => retry(store) },
];
