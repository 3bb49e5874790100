// @ts-check
/**
 * What can be done with a person's own networks: bring one, say what its file does not, open, forget.
 *
 * @typedef {import("../../elements/commands.js").Command} Command
 */
import { chooseModel, closePanel } from "../../state/actions.js";
import { forget } from "./keeping.js";
import { answer, clear, reopen, session, settle, take } from "./session.js";

/** @param {import("./panel.js").LoupeOwn} panel @returns {Command[]} */
export const ownCommands = (panel) => [
  { name: "own-files", words: "own.choose", icon: "plus", perform: async ({ value }) => take(await given(value)) },
  {
    name: "own-leave",
    words: "own.leave",
    perform: ({ store }) => {
      const usual = store.state.models.find((one) => one.default);
      if (usual) chooseModel(store, usual.id);
      closePanel(store);
    },
  },
  {
    name: "own-open",
    words: "own.kept.open",
    perform: ({ store, value: model }) => {
      clear();
      chooseModel(store, model.id);
    },
  },
  { name: "own-report", words: "own.kept.report", perform: ({ value: model }) => reopen(model) },
  {
    name: "own-forget",
    words: "own.kept.forget",
    perform: ({ value: { content } }) => {
      forget(content);
      if (session.state.content === content) clear();
      panel.focusOn("[data-action=own-files]");
    },
  },
  {
    name: "own-answer",
    words: "own.use",
    /** Nothing where what was typed is no answer. */
    perform: ({ value }) => value && answer(value.choices, value.about),
  },
  { name: "own-as-it-is", words: "own.questions", perform: ({ value: about }) => settle(about) },
  {
    name: "own-change",
    words: "own.change",
    perform: ({ value: about }) => {
      settle(about, false);
      panel.focusOn(`[data-question="${about}"] :is(button, input, select, textarea)`);
    },
  },
];

/** What was chosen, told apart by its content. @param {File[]} files */
async function given(files) {
  const { contentOf, HEAD } = await import("../../model/files/content.js");
  return Promise.all(
    files.map(async (file) => {
      const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
      const content = contentOf(head, file.name);
      // Whoever chooses here means a network: a picture among its files is told of by the server.
      const beside = content === "picture" || content === "unknown";
      return { file, content: beside ? /** @type {const} */ ("beside") : content };
    }),
  );
}
