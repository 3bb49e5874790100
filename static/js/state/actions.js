// @ts-check
/**
 * What a person can do to the state. Plain functions: elements call them, `follow.js` does the rest
 * (it loads and runs whatever the new state asks for).
 *
 * @typedef {import("./initial.js").State} State
 * @typedef {import("./initial.js").Place} Place
 * @typedef {import("../core/store.js").Store<State, import("./initial.js").Derived>} AppStore
 * @typedef {import("../model/model.js").Model} Model
 */
import { INPUT, isBinary, scoreLayer } from "../model/model.js";
import { withProblem, withTurned } from "./initial.js";

/** @type {State["edits"]} */
const NONE = [];

/** Show another model; the picture goes back to that model's default. @param {AppStore} store @param {string} id */
export const chooseModel = (store, id) =>
  store.update({
    modelId: id,
    blocks: [],
    picture: null,
    transform: null,
    edits: NONE,
    selection: null,
    hover: null,
    view: null,
    why: null,
    lock: null,
  });

/** Show another picture. @param {AppStore} store @param {import("./initial.js").PictureRef} picture */
export const choosePicture = (store, picture) => {
  const { panel } = store.state;
  store.update({
    picture,
    transform: null,
    problem: null,
    panel: panel === "crop" && picture.source !== "own" ? null : panel,
  });
};

/** @param {AppStore} store @param {State["scale"]} scale */
export const setScale = (store, scale) => store.update({ scale });

/** Keep the colour ranges of what is drawn now, or let them follow again. @param {AppStore} store */
export const toggleLock = (store) => store.update({ lock: store.state.lock ? null : store.state.scenes.main });

/** Show the input channels in their own colours, or in grey. @param {AppStore} store */
export const toggleTint = (store) => store.update({ tint: !store.state.tint });

/** @param {AppStore} store */
export const toggleDetails = (store) => store.update({ details: !store.state.details });

/** Say plainly what was said exactly, and the other way round. @param {AppStore} store */
export const toggleWords = (store) =>
  store.update({ words: store.state.words === "plain" ? "exact" : "plain", wordsAsked: false });

/** Open a closed block of the network map, or close an open one. @param {AppStore} store @param {string} id */
export const toggleBlock = (store, id) => store.update({ blocks: withTurned(store.state.blocks, id) });

/** @param {AppStore} store @param {State["order"]} order */
export const setOrder = (store, order) => store.update({ order });

/** @param {AppStore} store @param {State["theme"]} theme */
export const setTheme = (store, theme) => store.update({ theme });

/** Open a panel between the strip and the network, or close it by naming it again.
 * @param {AppStore} store @param {State["panel"]} panel */
export const togglePanel = (store, panel) =>
  store.state.panel === panel ? closePanel(store) : store.update({ panel });

/** @param {AppStore} store */
export const closePanel = (store) => store.update({ panel: null, transform: null });

/** Change the input before it goes into the network. @param {AppStore} store @param {State["transform"]} transform */
export const setTransform = (store, transform) => store.update({ transform });

/** Switch a unit off, or on again as the network has learned it.
 * @param {AppStore} store @param {{ layer: string, unit: number }} place */
export function toggleUnit(store, { layer, unit }) {
  const { edits } = store.state;
  const others = edits.filter((edit) => !(edit.target === "unit" && edit.layer === layer && edit.unit === unit));
  const off = { target: /** @type {const} */ ("unit"), layer, unit, change: /** @type {const} */ ("set"), value: 0 };
  store.update({ edits: others.length < edits.length ? others : [...edits, off] });
}

/** The network as it has learned. @param {AppStore} store */
export const resetEdits = (store) => store.update({ edits: NONE });

/** @param {AppStore} store @param {State["hover"]} hover */
export const setHover = (store, hover) => store.update({ hover });

/** @param {AppStore} store @param {State["selection"]} selection */
export const select = (store, selection) => store.update({ selection });

/** No longer look at a unit, but remember which it was. @param {AppStore} store */
export function leave(store) {
  const { hover } = store.state;
  if (hover) store.update({ hover: null, selection: { layer: hover.layer, unit: hover.unit } });
}

/** Look at nothing. @param {AppStore} store */
export const letGo = (store) => store.update({ hover: null, selection: null });

/** The view that explains a unit of this layer; layers of unknown kinds show their values.
 * @param {Model} model @param {string} layer */
export const viewFor = (model, layer) => (layer === INPUT ? "pixels" : (model.layer(layer)?.record.view ?? "values"));

/** Open the view of a unit, or of one of its values. A place on the trail keeps the trail.
 * @param {AppStore} store @param {Place} place @param {{ name?: string, input?: number, trail?: Place[] }} [options] */
export function openView(store, { layer, unit, at }, { name, input, trail } = {}) {
  const { model } = store.state;
  if (!model) return;
  store.update({ view: { name: name ?? viewFor(model, layer), layer, unit, at, input, trail } });
}

/** Open what explains a class's score. @param {AppStore} store @param {number} index */
export function openClass(store, index) {
  const { model } = store.state;
  const scores = model && scoreLayer(model);
  if (scores) openView(store, { layer: scores.name, unit: index });
  else if (model && isBinary(model)) openView(store, { layer: model.output.name, unit: 0 });
}

/**
 * Begin a tour, or go on where it was left; the one that comes with the page is `network`.
 * @param {AppStore} store
 * @param {string} [id]
 */
export const startTour = (store, id = "network") =>
  store.state.tour?.id !== id && store.update({ tour: { id, step: "" } });

/** Ask the server again for whatever failed. @param {AppStore} store */
export const retry = (store) => store.update({ attempt: store.state.attempt + 1, problem: null });

/** Say that a picture was refused, and keep everything that is drawn.
 * @param {AppStore} store @param {import("./initial.js").Refusal} refusal */
export const reportProblem = (store, refusal) => store.update({ problems: withProblem(store.state.problems, refusal) });

/** @param {AppStore} store @param {number} id */
export const dismissProblem = (store, id) =>
  store.update({ problems: store.state.problems.filter((problem) => problem.id !== id) });
