// @ts-check
/**
 * The one command that changes the network: its value are the edits that there are then. What is typed and dragged says
 * what it is `about`; what is chosen is a step each time.
 */
/** @type {import("../../core/commands.js").Command<import("../../state/initial.js").State>} */
export const EDIT = {
  name: "edit",
  words: "change.command.edit",
  undoable: ["edits"],
  perform: ({ store, value }) => store.update({ edits: value }),
};
