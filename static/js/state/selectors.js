// @ts-check
/**
 * Questions to the state that more than one part asks.
 *
 * @typedef {import("./initial.js").State} State
 */

import { blocksOf, closedBlocks } from "../model/blocks.js";
import { shownColumns } from "../model/columns.js";
import { INPUT, isMaps, scoreLayer } from "../model/model.js";
import { rangesOf } from "../model/ranges.js";
import { modelEdits } from "../model/scene.js";

/**
 * The gallery picture that a reference means.
 * @param {State} state
 * @param {import("./initial.js").PictureRef | null} ref
 */
export const sampleOf = (state, ref) =>
  ref?.source === "sample" ? state.samples.find(({ id }) => id === ref.id) : undefined;

/**
 * The person's picture that a reference means.
 * @param {State} state
 * @param {import("./initial.js").PictureRef | null} ref
 */
export const ownOf = (state, ref) =>
  ref?.source === "own" ? state.ownPictures.find(({ digest }) => digest === ref.id) : undefined;

/** The model's default picture. @param {State} state @returns {import("./initial.js").PictureRef} */
export const defaultPicture = ({ model, samples }) => {
  const id = model?.samples_default ?? samples[0]?.id;
  return id === undefined || id === null ? { source: "noise", id: "1" } : { source: "sample", id };
};

/** The gallery pictures before and after the chosen one. @param {State} state @param {number} reach */
export function neighbours(state, reach) {
  const place = state.samples.findIndex(({ id }) => state.picture?.source === "sample" && id === state.picture.id);
  if (place < 0) return [];
  return state.samples.filter((_, index) => index !== place && Math.abs(index - place) <= reach);
}

/** The class with the highest score, or null. Models without a softmax have logits only. @param {State["run"]} run */
export const topScore = (run) =>
  run?.scores.reduce((best, score) => (strength(score) > strength(best) ? score : best)) ?? null;

/** What is to be said of the picture that is shown: the server's note, also of a run that this page has made.
 * @param {Pick<State, "run" | "compared">} state */
export const noteOf = ({ run, compared }) => run?.note ?? (compared?.run === run ? compared?.note : null) ?? null;

/** What classes are ranked by. @param {{ probability: number | null, logit: number | null }} score */
export const strength = ({ probability, logit }) => probability ?? logit ?? -Infinity;

/** What `shownNow` found last: many parts ask, and little changes.
 * @type {{ model: unknown, blocks: unknown, found: ReturnType<typeof findShown> } | null} */
let shown = null;

/** The columns that the network map shows now, and its closed blocks.
 * @param {Pick<State, "blocks"> & { model: import("../model/model.js").Model }} state */
export function shownNow({ model, blocks }) {
  if (shown?.model !== model || shown.blocks !== blocks) shown = { model, blocks, found: findShown(model, blocks) };
  return shown.found;
}

/** @param {import("../model/model.js").Model} model @param {readonly string[]} blocks */
function findShown(model, blocks) {
  const closed = closedBlocks(model, blocks);
  return {
    closed,
    columns: shownColumns(
      model,
      blocksOf(model).all.filter(({ id }) => closed.has(id)),
    ),
  };
}

/**
 * By run: a run is never changed, so its ranges stay.
 * @type {WeakMap<object, Map<string, import("../model/ranges.js").Ranges>>}
 */
const known = new WeakMap();

/**
 * The colour ranges that are in force: those of the scene, or, while they are locked, those of the scene
 * that was drawn when the lock was set. A model that was edited keeps those of the model as it was learned, or a value
 * that grows would look as before. Paint, legends and readouts all ask here.
 * While two runs are compared, both have one range: the wider one.
 * @param {Pick<State, "lock" | "scale"> & Partial<Pick<State, "scenes" | "lens">>} state
 * @param {Pick<import("../model/scene.js").Scene, "model" | "run"> | null} scene
 * @returns {import("../model/ranges.js").Ranges | null} null as long as nothing can be drawn
 */
export function colourRanges({ lock, scale, scenes, lens }, scene) {
  if (!scene?.run) return null;
  const { model } = scene;
  const learned = scenes?.main === scene && modelEdits(scenes.main).length > 0 ? scenes.original?.run : null;
  const locked = lock?.model === model && lock.run;
  const own = rangesKept(model, locked || learned || scene.run, scale);
  return lens?.of === scene.run && !locked ? wider(own, rangesKept(model, lens.a, scale)) : own;
}

/**
 * What the maps of a scene are painted from: its run, or what the lens shows of it and of A.
 * @param {Pick<State, "lock" | "scale" | "lens" | "scenes">} state
 * @param {Pick<import("../model/scene.js").Scene, "model" | "run">} scene
 */
export function paintedOf(state, scene) {
  const { run, model } = scene;
  const lens = state.lens && state.lens.of === run && state.lens.show !== "b" ? state.lens : null;
  const differs = lens?.show === "diff";
  return {
    values: lens ? (differs ? lens.difference : lens.a) : run,
    /** The values are differences: they have a scale and ranges of their own. */
    differs,
    alignment: lens?.alignment ?? null,
    ranges: lens && differs ? rangesKept(model, lens.difference, state.scale) : colourRanges(state, scene),
  };
}

/** What `wider` found last: the same object as long as nothing has changed, so that nothing is painted anew.
 * @type {{ of: import("../model/ranges.js").Ranges[], found: import("../model/ranges.js").Ranges } | null} */
let widest = null;

/** Where two ranges share their groups: the wider of each.
 * @param {import("../model/ranges.js").Ranges} one @param {import("../model/ranges.js").Ranges} other
 * @returns {import("../model/ranges.js").Ranges} */
function wider(one, other) {
  if (widest?.of[0] === one && widest.of[1] === other) return widest.found;
  const groups = one.groups.map((group, index) => {
    const { limit } = other.groups[index];
    return { ...group, limit: group.limit === null || limit === null ? null : Math.max(group.limit, limit) };
  });
  const limit = (/** @type {string} */ layer, /** @type {number} */ unit) =>
    Math.max(one.limit(layer, unit), other.limit(layer, unit));
  widest = { of: [one, other], found: { groups, limit } };
  return widest.found;
}

/**
 * @param {import("../model/model.js").Model} model @param {import("../model/ranges.js").Activations} source
 * @param {State["scale"]} scale @returns {import("../model/ranges.js").Ranges}
 */
function rangesKept(model, source, scale) {
  let scales = known.get(source);
  if (!scales) known.set(source, (scales = new Map()));
  // Of a large run more layers become known while one looks at it, and the range that they share may grow.
  const key = `${scale} ${source.overview?.size ?? ""}`;
  let ranges = scales.get(key);
  if (!ranges) scales.set(key, (ranges = rangesOf(model, source, scale)));
  return ranges;
}

/**
 * A layer's name: its own, or plainly, from its kind and its place in the graph, *conv 1b*.
 * @param {import("../core/i18n.js").Translator} i18n
 * @param {import("../model/model.js").Model} model
 * @param {string} name
 */
export function layerName({ plainly, t, has }, model, name) {
  const layer = plainly ? model.layer(name) : undefined;
  if (!layer) return plainly && name === INPUT ? t("network.named.input") : name;
  if (layer === scoreLayer(model)) return t("network.named.scores");
  const { family, words } = layer.record;
  const key = [`network.named.${family}`, `${words}.name`].find(has);
  return `${key && family !== "unknown" ? t(key) : layer.kind} ${model.placeOf(name)}`.trimEnd();
}

/**
 * The name of a layer's unit or value: `conv_1_2[3, 30, 24]`, or plainly *conv 1b · map 3*.
 * @param {import("../core/i18n.js").Translator} i18n
 * @param {import("../model/model.js").Model} model
 * @param {{ layer: string, at: readonly number[] }} valueIndex
 */
export function valueName(i18n, model, { layer, at }) {
  if (!i18n.plainly) return `${layer}[${at.join(", ")}]`;
  const shape = model.shape(layer) ?? [];
  const label = layer === scoreLayer(model)?.name ? model.classes[at[0]]?.labels : null;
  if (label) return `${layerName(i18n, model, layer)} · ${i18n.label(label)}`;
  const channel = layer === INPUT ? `network.channel.${model.input.channels[at[0]]}` : "";
  if (channel && i18n.has(channel)) return `${layerName(i18n, model, layer)} · ${i18n.t(channel)}`;
  return `${layerName(i18n, model, layer)} · ${i18n.t(`network.named.${isMaps(shape) ? "map" : "value"}`, { unit: String(at[0]) })}`;
}
