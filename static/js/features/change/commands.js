// @ts-check
/** The one command that changes the network: its value are the edits that there are then. */

/** @type {import("../../core/commands.js").Command<import("../../state/initial.js").State>} */
export const EDIT = {
  name: "edit",
  words: "change.command.edit",
  undoable: ["edits"],
  perform: ({ store, value }) => store.update({ edits: value }),
};
