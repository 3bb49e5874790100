// @ts-check
/**
 * A network on its way in: the files that were given, what the server says of them, and what the person says. The panel
 * shows this state; what is open on the page is in the page's own.
 *
 * The network opens at once, with what is usual where its file does not say; every answer brings it in anew.
 *
 * @typedef {import("../../api/own.js").Brought} Brought
 * @typedef {import("../../api/own-store.js").OwnFile} OwnFile
 * @typedef {import("../../api/own-store.js").KeptModel} KeptModel
 * @typedef {{ file: File, content: import("../../model/files/content.js").Content }} Given
 *
 * @typedef {object} Session
 * @property {"empty" | "off" | "reading" | "refused" | "open"} stage
 * @property {readonly OwnFile[]} files
 * @property {string | null} content SHA-256 of the files' contents, once it is known
 * @property {import("../../api/own-store.js").Choices} choices what the person said
 * @property {readonly string[]} settled the questions that were answered, or left as they were
 * @property {Readonly<Record<string, import("../../api/own.js").Question>>} asked what has been asked, by what it is
 *   about
 * @property {Brought | null} brought
 * @property {import("../../api/client.js").Problem | null} problem why it cannot be shown, or why an answer was refused
 * @property {boolean} busy an answer is being taken in
 * @property {any} proof what ONNX Runtime, or the arrays of the person's framework, say
 * @property {import("../../api/client.js").Problem | null} proofProblem
 * @property {boolean} kept whether this browser keeps it
 */
import { Problem } from "../../api/client.js";
import { createOwn } from "../../api/own.js";
import { createStore } from "../../core/store.js";
import { createTask, painted, SUPERSEDED } from "../../core/timing.js";
import { chooseModel } from "../../state/actions.js";
import { LINKED } from "../../state/follow.js";
import { context } from "../../elements/context.js";
import { filesOf, findModel, isKnown, keep } from "./keeping.js";

/** @type {Session} */
const EMPTY = {
  stage: "empty",
  files: [],
  content: null,
  choices: {},
  settled: [],
  asked: {},
  brought: null,
  problem: null,
  busy: false,
  proof: null,
  proofProblem: null,
  kept: true,
};

/** @type {import("../../core/store.js").Store<Session>} */
export const session = createStore(EMPTY);

const task = createTask();
const own = () => createOwn(context().api);

/** Files that were dropped, pasted or chosen. @param {Given[]} given */
export async function take(given) {
  const { store, settings } = context();
  store.update({ panel: "own" });
  if (!settings.own_models) return session.update({ ...EMPTY, stage: "off" });
  const arrays = given.find(({ content }) => content === "arrays");
  const others = given.filter(({ content }) => content !== "arrays");
  if (others.length) await takeNetwork(others);
  if (arrays) await prove(arrays.file);
}

/** What lies beside a network, weights or names, joins the network that was given before; a network begins anew.
 * @param {Given[]} given */
async function takeNetwork(given) {
  const { files, stage, settled, brought } = session.state;
  const given_ = given.map(({ file }) => ({ name: file.name, blob: file }));
  const joins = stage === "refused" || (stage === "open" && given.every(({ content }) => content === "beside"));
  if (joins) {
    const names = new Set(given_.map(({ name }) => name));
    session.update({
      ...EMPTY,
      stage: "reading",
      files: [...files.filter(({ name }) => !names.has(name)), ...given_],
      settled,
      brought,
    });
  } else session.update({ ...EMPTY, stage: "reading", files: given_ });
  await bring({ anew: true });
}

/** Show a network that this browser keeps with its report. @param {KeptModel} model */
export async function reopen(model) {
  context().store.update({ panel: "own" });
  const files = await filesOf(model);
  if (!isKnown(model)) return; // it was forgotten meanwhile
  session.update({ ...EMPTY, stage: "reading", files, content: model.content, choices: model.choices });
  await bring({ anew: true });
}

/**
 * The person says something of the network.
 * @param {import("../../api/own-store.js").Choices} choices
 * @param {string} about
 */
export async function answer(choices, about) {
  const { choices: before, settled } = session.state;
  session.update({ choices: { ...before, ...choices }, settled: [...new Set([...settled, about])] });
  await bring({ anew: false });
}

/** Leave a question as it is, or ask it again. @param {string} about @param {boolean} [settled] */
export const settle = (about, settled = true) =>
  session.update({
    settled: settled
      ? [...new Set([...session.state.settled, about])]
      : session.state.settled.filter((one) => one !== about),
  });

/**
 * @param {Session} session @param {boolean} anew @param {AbortSignal} signal
 * @returns {Promise<Pick<Session, "choices"> & { brought: Brought }>}
 */
async function ask({ files, choices }, anew, signal) {
  const brought = await own().bring(files, choices, { signal });
  const kept = anew ? await findModel(brought.content) : null;
  // Somebody who drops the same file again has said it all before.
  if (!kept || Object.keys(choices).length || !Object.keys(kept.choices).length) return { brought, choices };
  return { brought: await own().bring(files, kept.choices, { signal }), choices: kept.choices };
}

/** Give the server the files with what was said. @param {{ anew: boolean }} how `anew`: of files that just came */
async function bring({ anew }) {
  session.update({ busy: true, problem: null });
  try {
    const found = await task(async (signal) => {
      const told = await ask(session.state, anew, signal);
      if (signal.aborted) return told;
      const asked = Object.fromEntries(told.brought.questions.map((question) => [question.about, question]));
      session.update({
        ...told,
        content: told.brought.content,
        asked: { ...session.state.asked, ...asked },
        stage: "open",
        proof: null,
        proofProblem: null,
      });
      // What it is stands on the screen before the network is drawn and the files are kept.
      await painted();
      return told;
    });
    if (found === SUPERSEDED) return;
    const before = shownContent(); // before it is listed under a new name
    const keeping = keep(kept(found.brought, found.choices), session.state.files);
    const { id, description } = found.brought;
    context().api.know({ [`/models/${id}`]: description, [`/models/${id}/samples`]: { samples: [] } });
    open(found.brought, before);
    session.update({ busy: false });
    void check(found.brought);
    session.update({ kept: await keeping });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // An answer that is refused leaves the network that is open as it is.
    session.update({ problem: error, busy: false, stage: anew ? "refused" : session.state.stage });
  }
}

/** What is kept of it. @param {Brought} brought @param {Session["choices"]} choices @returns {KeptModel} */
function kept({ id, content, report }, choices) {
  const { files } = session.state;
  const [main] = [...files].sort((a, b) => rank(a) - rank(b) || b.blob.size - a.blob.size);
  const file = main.name;
  return {
    content,
    id,
    title: file.replace(/\.[^.]+$/, "") || report.format,
    file,
    size: files.reduce((sum, { blob }) => sum + blob.size, 0),
    choices,
    added: Date.now(),
  };
}

/** Which of several files a network is called after. @param {OwnFile} file */
const rank = ({ name }) => (/\.(?:bin|data|txt|csv)$|shard/i.test(name) ? 2 : /\.json$/i.test(name) ? 1 : 0);

/**
 * Show it. What is open stays open where it is the same network, or the one that a link asked for.
 * @param {Brought} brought
 * @param {string | undefined} before the content of the network that was shown until now, if it is the person's own
 */
function open({ id, content }, before) {
  const { store } = context();
  const { modelId } = store.state;
  const linked = modelId.startsWith(LINKED) && content.startsWith(modelId.slice(LINKED.length));
  if (linked || before === content) store.update({ modelId: id, problem: null });
  else chooseModel(store, id);
}

function shownContent() {
  const { modelId, models } = context().store.state;
  return models.find(({ id }) => id === modelId)?.own?.content;
}

/** Let ONNX Runtime compute it as well, where the server has it. @param {Brought} brought */
async function check({ id, report }) {
  if (!context().settings.own_check || report.format !== "onnx") return;
  const { files, choices } = session.state;
  try {
    const { proof } = await own().bring(files, choices, { check: true });
    if (session.state.brought?.id === id) session.update({ proof });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (session.state.brought?.id === id) session.update({ proofProblem: error });
  }
}

/** Compare with arrays that the person's framework wrote. @param {Blob} arrays */
export async function prove(arrays) {
  const { brought } = session.state;
  if (!brought) return session.update({ proofProblem: new Problem({ code: "own_proof_alone" }) });
  session.update({ busy: true, proofProblem: null });
  /** @param {Partial<Session>} found */
  const told = (found) => session.state.brought === brought && session.update({ ...found, busy: false });
  try {
    told({ proof: await own().proof(brought.id, arrays) });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    told({ proofProblem: error });
  }
}

/** Forget what is on its way, also what the server has not answered yet. */
export function clear() {
  void task(async () => {});
  session.update(EMPTY);
}
