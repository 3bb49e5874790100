// @ts-check
/**
 * The person's own networks: kept in this browser, listed beside the server's, and sent to the server again when it no
 * longer holds one.
 *
 * @typedef {import("../../api/own-store.js").KeptModel} KeptModel
 * @typedef {import("../../api/own-store.js").OwnFile} OwnFile
 */
import { createOwn } from "../../api/own.js";
import { forgetModel, keepChoices, keepModel, keptFiles, keptModels } from "../../api/own-store.js";
import { chooseModel } from "../../state/actions.js";
import { LINKED } from "../../state/follow.js";
import { context } from "../../elements/context.js";

/** The networks of this page by their content: those that the browser keeps, and those that it would not keep.
 * @type {Map<string, { model: KeptModel, files: readonly OwnFile[] | null }>} */
const known = new Map();

/** @type {Promise<void> | null} */
let restored = null;

/** Read, once, what this browser keeps, and list it. */
export function restoreModels() {
  restored ??= (async () => {
    // Private windows of some browsers have no IndexedDB; networks last as long as the page there.
    const found = await keptModels().catch(() => []);
    for (const model of found) if (!known.has(model.content)) known.set(model.content, { model, files: null });
    list();
  })();
  return restored;
}

/** The switcher follows. */
function list() {
  const { store } = context();
  const own = [...known.values()].map(({ model: { id, content, title, file, size } }) => ({
    id,
    title: { en: title },
    default: false,
    own: { content, file, size },
  }));
  store.update({ models: [...store.state.models.filter((model) => !model.own), ...own] });
}

/** Whether the network has not been forgotten. @param {KeptModel} model */
export const isKnown = ({ content }) => known.has(content);

/** The networks, the oldest first. */
export const ownModels = () => [...known.values()].map(({ model }) => model);

/** The network of this content, or of one that begins so. @param {string} content */
export async function findModel(content) {
  await restoreModels();
  return [...known.values()].find(({ model }) => model.content.startsWith(content))?.model ?? null;
}

/** The network that the server knows by this name. @param {string} id */
export async function modelOf(id) {
  await restoreModels();
  return [...known.values()].find(({ model }) => model.id === id)?.model ?? null;
}

/** @param {KeptModel} model @returns {Promise<readonly OwnFile[]>} */
export const filesOf = async (model) => known.get(model.content)?.files ?? (await keptFiles(model.content));

/**
 * Keep a network, or what was said anew of one. False where this browser does not: it lasts as long as the page then.
 * @param {KeptModel} model @param {readonly OwnFile[]} files
 */
export function keep(model, files) {
  const before = known.get(model.content);
  known.set(model.content, { model, files });
  list();
  return write(() => (before ? keepChoices(model) : keepModel(model, files)));
}

/** Writing is done in the order in which it was asked for: what is forgotten while it is being kept is forgotten. */
let writing = Promise.resolve(true);

/** @param {() => Promise<unknown>} act @returns {Promise<boolean>} whether the browser did it */
function write(act) {
  writing = writing.then(act).then(
    () => true,
    () => false,
  );
  return writing;
}

/** @param {string} content */
export function forget(content) {
  const { store } = context();
  const model = known.get(content)?.model;
  known.delete(content);
  void write(() => forgetModel(content));
  const { models, modelId } = store.state;
  const shown = modelId.startsWith(LINKED) ? content.startsWith(modelId.slice(LINKED.length)) : modelId === model?.id;
  const fallback = models.find((one) => one.default);
  if (shown && fallback) chooseModel(store, fallback.id);
  list();
}

/** By name: several calls may find at once that a network is gone. @type {Map<string, Promise<boolean>>} */
const sending = new Map();

/** Give the server a network that it no longer holds; false where it is not here. @param {string} id */
export function sendAgain(id) {
  let sent = sending.get(id);
  if (!sent) {
    sent = (async () => {
      const model = await modelOf(id);
      const files = model ? await filesOf(model) : [];
      if (!model || !files.length) return false;
      const brought = await createOwn(context().api).bring(files, model.choices);
      // A newer server may name the same network otherwise.
      if (brought.id !== id && isKnown(model)) await keep({ ...model, id: brought.id }, files);
      return brought.id === id;
    })().finally(() => sending.delete(id));
    sending.set(id, sent);
  }
  return sent;
}
