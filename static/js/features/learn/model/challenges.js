// @ts-check
/**
 * What a chapter asks at its end of the person's own picture, and whether it has been done: told from the state alone,
 * so from the engine's numbers. Words: `learn.challenge.<chapter>`.
 *
 * @typedef {import("../../../state/initial.js").State} State
 * @typedef {import("../../../model/transform.js").Transform} Transform
 * @typedef {Record<string, string | number>} Params
 * @typedef {{ model: import("../../../model/model.js").Model, view: State["view"], why: State["why"], picture: string,
 *   transform: Transform | null, edited: boolean, before: Run, run: Run, seen: readonly Seen[] }} Given all of what is
 *   drawn, not of what is asked for; `before`: of the picture as it is, `run`: as the page shows it
 * @typedef {import("../../../api/client.js").Run} Run
 * @typedef {{ picture: string, crop: string, top: number }} Seen what the network answered to a crop
 * @typedef {(given: Given) => Params | null} Check what the words are filled with; null as long as it is not done
 */
import { CONTROLS } from "../../../state/transform-text.js";
import { best, shares } from "./shares.js";

/** @param {Run} run */
const leading = (run) => best(shares(run));
/** @param {Run} run @param {number} index */
const shareOf = (run, index) => shares(run)[index].probability;

/** Whether the picture is changed, and by these controls alone. @param {Given} given @param {string[]} names */
function changedBy({ transform }, names) {
  if (!transform) return false;
  const controls = /** @type {(keyof typeof CONTROLS)[]} */ (Object.keys(CONTROLS));
  const used = controls.filter((name) => transform[name] !== CONTROLS[name].at);
  if (transform.cover) return false;
  return used.length > 0 && used.every((name) => names.includes(name));
}

/** The unit that is opened, of a layer of this family. @param {Given} given @param {string} family */
function opened({ view, model }, family) {
  const layer = view && model?.layers.find(({ name }) => name === view.layer);
  return view && layer && layer.record.family === family ? { layer, unit: view.unit } : null;
}

/** One unit's values. @param {Run} run @param {string} layer @param {number} unit */
function valuesOf(run, layer, unit) {
  const { shape, data } = /** @type {NonNullable<ReturnType<Run["activations"]["get"]>>} */ (
    run.activations.get(layer)
  );
  const size = data.length / shape[0];
  return data.subarray(unit * size, (unit + 1) * size);
}

/** @param {Float32Array} values */
const greatest = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

/** A change by these controls that gives another answer. @param {string[]} names @returns {Check} */
const anotherAnswer = (names) => (given) => {
  const [was, is] = [leading(given.before), leading(given.run)];
  if (!changedBy(given, names) || was.class === is.class) return null;
  return { was: was.class, is: is.class, before: was.probability, now: is.probability };
};

/** @type {Record<string, Check>} */
export const CHALLENGES = {
  cnn({ view, model }) {
    if (!view || !model.layers.some(({ name }) => name === view.layer)) return null;
    return { value: `${view.layer}[${view.unit}]` };
  },
  image({ before: { input } }) {
    if (input.shape[0] !== 3) return null;
    const size = input.data.length / 3;
    const [red, green, blue] = [0, 1, 2].map(
      (channel) => input.data.subarray(channel * size, (channel + 1) * size).reduce((a, b) => a + b, 0) / size,
    );
    return red - blue >= 0.15 ? { red: red.toFixed(3), green: green.toFixed(3), blue: blue.toFixed(3) } : null;
  },
  "dense-vs-conv": (given) => {
    const place = opened(given, "convolution");
    const { transform } = given;
    const far = Math.max(Math.abs(transform?.shift_x ?? 0), Math.abs(transform?.shift_y ?? 0));
    return place && far >= 8 && changedBy(given, ["shift_x", "shift_y"])
      ? { value: `${place.layer.name}[${place.unit}]` }
      : null;
  },
  convolution(given) {
    const { model, run } = given;
    const place = opened(given, "convolution");
    const first = model.layers.find(({ record }) => record.family === "convolution");
    if (!place || place.layer !== first) return null;
    const peaks = Array.from({ length: first.output_shape[0] }, (_, unit) => greatest(valuesOf(run, first.name, unit)));
    return peaks[place.unit] === Math.max(...peaks)
      ? { value: `${first.name}[${place.unit}]`, peak: peaks[place.unit].toFixed(2) }
      : null;
  },
  hyperparameters: anotherAnswer(["blur"]),
  activation(given) {
    const place = opened(given, "activation");
    if (!place) return null;
    const values = valuesOf(given.run, place.layer.name, place.unit);
    const asleep = values.filter((value) => value === 0).length / values.length;
    return asleep >= 0.9 ? { value: `${place.layer.name}[${place.unit}]`, share: asleep } : null;
  },
  pooling(given) {
    const { transform, before, run } = given;
    const far = Math.max(Math.abs(transform?.shift_x ?? 0), Math.abs(transform?.shift_y ?? 0));
    if (far > 2 || !changedBy(given, ["shift_x", "shift_y"])) return null;
    const was = leading(before);
    const now = shareOf(run, was.class);
    return Math.abs(now - was.probability) >= 0.01 ? { was: was.class, before: was.probability, now } : null;
  },
  flatten({ view, model, run }) {
    const last = model.layers.findLast(({ record }) => record.family === "dense");
    const top = leading(run);
    return view && last && view.layer === last.name && view.unit === top.class ? { is: top.class } : null;
  },
  softmax({ run }) {
    const top = leading(run);
    return top.probability <= 0.6 ? { is: top.class, now: top.probability } : null;
  },
  descent(given) {
    const { before, run } = given;
    if (!changedBy(given, ["brightness", "contrast"])) return null;
    const was = leading(before);
    const now = shareOf(run, was.class);
    const [high, low] = [was.probability, now].map((share) => -Math.log(share));
    return low < high ? { was: was.class, high: high.toFixed(5), low: low.toFixed(5) } : null;
  },
  "chain-rule": ({ view }) => {
    const steps = view?.trail?.length ?? 0;
    return steps >= 5 ? { steps } : null;
  },
  backpropagation: ({ why }) => (why ? {} : null),
  training(given) {
    const { before, run } = given;
    if (!changedBy(given, ["flip"])) return null;
    const was = leading(before);
    return { was: was.class, before: was.probability, now: shareOf(run, was.class) };
  },
  overfitting: anotherAnswer(["rotate"]),
  fails({ picture, before, seen }) {
    const top = leading(before);
    const other = seen.find((one) => one.picture === picture && one.top !== top.class);
    return other ? { was: other.top, is: top.class } : null;
  },
  blocks({ edited, before, run }) {
    const [was, is] = [leading(before), leading(run)];
    return edited && was.class !== is.class ? { was: was.class, is: is.class } : null;
  },
  numpy: () => null, // by typing the value: `expectedOf`
  beyond({ before }) {
    const top = leading(before);
    return top.probability >= 0.9 ? { is: top.class, now: top.probability } : null;
  },
};

/** The value that a chapter asks to be computed elsewhere, and its place.
 * @param {string} chapter @param {Given} given */
export function expectedOf(chapter, { model, before }) {
  const first = model.layers.find(({ record }) => record.family === "convolution");
  const values = first && before.activations.get(first.name);
  if (chapter !== "numpy" || !first || !values) return null;
  const [, rows, columns] = values.shape;
  const [row, column] = [Math.floor(rows / 3), Math.floor(columns / 3)];
  return { value: values.data[row * columns + column], name: `${first.name}[0, ${row}, ${column}]` };
}
