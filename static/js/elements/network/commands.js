// @ts-check
/**
 * What can be done on the network map.
 *
 * @typedef {import("../commands.js").Command} Command
 */
import { letGo, setOrder, toggleBlock, toggleTint } from "../../state/actions.js";
import { INNERMOST } from "../keys.js";

export { SHARED_COMMANDS } from "../commands.js";

/** @param {import("./map.js").LoupeNetwork} map @returns {Command[]} */
export const networkCommands = (map) => [
  {
    name: "tint",
    words: "network.tint",
    checked: ({ tint }) => tint,
    undoable: ["tint"],
    perform: ({ store }) => toggleTint(store),
  },
  {
    name: "sort-classes",
    words: "network.order",
    checked: ({ order }) => order === "score",
    undoable: ["order"],
    perform: ({ store }) => setOrder(store, store.state.order === "score" ? "class" : "score"),
  },
  {
    name: "toggle-block",
    words: "network.block",
    undoable: ["blocks"],
    perform: ({ store, value }) => toggleBlock(store, value),
  },
  {
    name: "scroll-units",
    words: "network.more",
    perform: ({ value: { layer, first } }) => map.scrollColumn(layer, first),
  },
  {
    name: "let-go",
    words: "common.command.back",
    keys: ["Escape"],
    precedence: INNERMOST.selection,
    available: ({ view, hover, selection }, event) =>
      view === null && (hover ?? selection) !== null && event?.target instanceof Node && map.contains(event.target),
    perform: ({ store }) => letGo(store),
  },
];
