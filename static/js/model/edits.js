// @ts-check
/**
 * Edits as text that a person can read, in one form for addresses, the API and files:
 *
 *     conv_1.weight[3,2,1,1]=0.5   a number that the model has learned; with fewer indices a part: [3,2] a kernel
 *     conv_1.weight[3]*-1          multiplied
 *     relu_1[3]=0                  what a unit gives, everywhere; *1.5, =clamp:-1,2, =mean, =sample:koala
 *     pool_1:avg_pool2d            another kind of layer; relu_1:leaky_relu(slope=0.1) with a value of its own
 *
 * The server reads and writes the same (engine/edit_text.py, which says all of it); tests/contract/edits.json holds
 * both to one table.
 *
 * @typedef {Readonly<{ target: "parameter", layer: string, parameter: string, at: readonly number[] } &
 *   ({ change: "set", value: number } | { change: "scale", factor: number })>} ParameterEdit
 * @typedef {Readonly<{ target: "unit", layer: string, unit: number } & ({ change: "set", value: number }
 *   | { change: "scale", factor: number } | { change: "clamp", low: number, high: number } | { change: "mean" }
 *   | { change: "picture", picture: { source: "sample", id: string } })>} UnitEdit
 * @typedef {Readonly<{ target: "operator", layer: string, kind: string, values: Readonly<Record<string, number>> }>}
 *   OperatorEdit
 * @typedef {ParameterEdit | UnitEdit | OperatorEdit} NetworkEdit a change of the network for one run
 */

export const MOST_EDITS = 4096;
/** What kinds call their parameters. */
const PARAMETERS = ["weight", "bias", "mean", "variance", "slope"];

const SPACE = /[ \t\r\n]*([;[\],=*:()!])[ \t\r\n]*/g;
const VERSION = /^(\d{1,9})!(?!\[)/;
const EDIT = /^([A-Za-z0-9_.-]{1,64})(!)?(?:\[(\d{1,7}(?:,\d{1,7}){0,3})\])?([=*:])([^]*)$/;
const NUMBER = /^-?(?:\d{1,60}(?:\.\d{1,60})?|\.\d{1,60})(?:[eE][+-]?\d{1,4})?$/;
const KIND = /^([a-z][a-z0-9_]{0,39})(?:\(([^()]*)\))?$/;
const VALUE = /^([a-z][a-z0-9_]{0,39})=([^]*)$/;

/** A text that cannot be read: which edit, and why. `errors.<code>` has the words. */
export class EditTextError extends Error {
  /** @param {string} code @param {Record<string, string | number>} params */
  constructor(code, params) {
    super(`${code} ${JSON.stringify(params)}`);
    this.name = "EditTextError";
    this.code = code;
    this.params = params;
  }
}

/** The edits of a text in canonical order. @param {string} text @returns {readonly NetworkEdit[]} */
export function parseEdits(text) {
  const squeezed = squeeze(text);
  const version = VERSION.exec(squeezed);
  if (version && version[1] !== "1") throw new EditTextError("edits_version", { version: version[1] });
  const rest = squeezed.slice(version?.[0].length ?? 0);
  const texts = rest ? rest.split(";") : [];
  if (texts.length > MOST_EDITS) throw new EditTextError("edits_too_many", { count: texts.length, limit: MOST_EDITS });
  return canonicalEdits(texts.map((one, index) => readEdit(one, index + 1)));
}

/** The canonical text of these edits. @param {readonly NetworkEdit[]} edits */
export const formatEdits = (edits) => canonicalEdits(edits).map(editText).join(";");

/**
 * The same edits in canonical order, without those that a later one makes void: by layer, kinds before parameters
 * before units; what acts on the same numbers keeps its order.
 * @param {readonly NetworkEdit[]} edits
 * @returns {readonly NetworkEdit[]}
 */
export function canonicalEdits(edits) {
  /** @type {NetworkEdit[]} */
  const kept = [];
  /** @type {Set<string>} */
  const replaced = new Set();
  for (const edit of [...edits].reverse()) {
    const places = placesOf(edit);
    if (places.some((place) => replaced.has(place))) continue;
    kept.unshift(edit);
    if (edit.target === "operator" || !["scale", "clamp"].includes(edit.change))
      replaced.add(places[places.length - 1]);
  }
  /** @type {Map<string, Set<number>>} */
  const depths = new Map();
  for (const edit of kept)
    if (edit.target === "parameter") {
      const name = parameterName(edit);
      depths.set(name, (depths.get(name) ?? new Set()).add(edit.at.length));
    }
  /** @param {NetworkEdit} edit @returns {[string, number, string, readonly number[]]} */
  const order = (edit) => {
    if (edit.target === "operator") return [edit.layer, 0, "", []];
    if (edit.target === "unit") return [edit.layer, 2, "", [edit.unit]];
    // Where none lies in another, parts stand by their places.
    const apart = depths.get(parameterName(edit))?.size === 1;
    return [edit.layer, 1, edit.parameter, apart ? edit.at : []];
  };
  return Object.freeze(kept.sort((a, b) => compare(order(a), order(b))));
}

/** One edit's canonical text. @param {NetworkEdit} edit @returns {string} */
export function editText(edit) {
  if (edit.target === "operator") {
    const values = Object.entries(edit.values)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${numberText(value)}`);
    return `${edit.layer}:${edit.kind}${values.length ? `(${values.join(",")})` : ""}`;
  }
  const place = placeText(edit);
  switch (edit.change) {
    case "set":
      return `${place}=${numberText(edit.value)}`;
    case "scale":
      return `${place}*${numberText(edit.factor)}`;
    case "clamp":
      return `${place}=clamp:${numberText(edit.low)},${numberText(edit.high)}`;
    case "picture":
      return `${place}=sample:${edit.picture.id}`;
    case "mean":
      return `${place}=mean`;
  }
}

/** Where an edit acts: `conv_1.weight[3,2,1,1]`, `relu_1[3]`, `pool_1`. @param {NetworkEdit} edit */
export function placeText(edit) {
  if (edit.target === "operator") return edit.layer;
  if (edit.target === "parameter") return `${parameterName(edit)}${edit.at.length ? `[${edit.at.join(",")}]` : ""}`;
  return `${edit.layer}${isParameter(edit.layer) ? "!" : ""}[${edit.unit}]`;
}

/**
 * The shortest text that reads back as the same float32, as JavaScript prints that number, without `+`.
 * @param {number} value
 */
export function numberText(value) {
  const single = Math.fround(value);
  if (single === 0) return "0";
  for (let digits = 1; ; digits++) {
    const found = Number(single.toPrecision(digits));
    if (Math.fround(found) === single) return String(found).replace("+", "");
  }
}

/** A number as text, wherever people write it, as the float32 that it stands for; null where it is none.
 * @param {string} text */
export function parseNumber(text) {
  const found = NUMBER.test(text) ? Math.fround(Number(text)) : NaN;
  return Number.isFinite(found) ? found + 0 : null; // −0 is 0
}

/** @param {string} text */
const squeeze = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "").replace(SPACE, "$1");

/** @param {ParameterEdit} edit */
const parameterName = ({ layer, parameter }) => `${layer}.${parameter}`;

/** Where an edit acts, last, and before it what that is a part of. @param {NetworkEdit} edit @returns {string[]} */
function placesOf(edit) {
  if (edit.target === "operator") return [`:${edit.layer}`];
  if (edit.target === "unit") return [`!${edit.layer}[${edit.unit}]`];
  return [...edit.at, 0].map((_, count) => `${parameterName(edit)}[${edit.at.slice(0, count).join(",")}]`);
}

/** Whether a name is read as a parameter's: `conv_1.weight`. @param {string} name */
function isParameter(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 && PARAMETERS.includes(name.slice(dot + 1));
}

/** @param {readonly unknown[]} one @param {readonly unknown[]} other @returns {number} */
function compare(one, other) {
  for (let index = 0; index < one.length && index < other.length; index++) {
    const [a, b] = /** @type {[any, any]} */ ([one[index], other[index]]);
    const sign = Array.isArray(a) ? compare(a, b) : a < b ? -1 : a > b ? 1 : 0;
    if (sign) return sign;
  }
  return one.length - other.length;
}

/** @param {string} text @param {number} position @returns {NetworkEdit} */
function readEdit(text, position) {
  const malformed = () => new EditTextError("edit_malformed", { position, edit: short(text) });
  const number = (/** @type {string} */ written) => readNumber(written, text, position);
  const match = EDIT.exec(text);
  if (!match) throw malformed();
  const [, name, mark, index, sign, rest] = match;
  const at = index ? index.split(",").map(Number) : [];
  if (sign === ":") {
    if (at.length || mark) throw malformed();
    return readOperator(name, rest, malformed, number);
  }
  if (isParameter(name) && !mark) {
    const dot = name.lastIndexOf(".");
    const place = /** @type {const} */ ({
      target: "parameter",
      layer: name.slice(0, dot),
      parameter: name.slice(dot + 1),
      at: Object.freeze(at),
    });
    return Object.freeze(
      sign === "="
        ? { ...place, change: "set", value: number(rest) }
        : { ...place, change: "scale", factor: number(rest) },
    );
  }
  if (at.length !== 1) throw malformed();
  const place = /** @type {const} */ ({ target: "unit", layer: name, unit: at[0] });
  if (sign === "*") return Object.freeze({ ...place, change: "scale", factor: number(rest) });
  if (rest === "mean") return Object.freeze({ ...place, change: "mean" });
  const [, word, argument] = /^(sample|clamp):([^]*)$/.exec(rest) ?? [];
  if (word === "sample" && argument.length > 0 && argument.length <= 64)
    return Object.freeze({ ...place, change: "picture", picture: Object.freeze({ source: "sample", id: argument }) });
  const bounds = word === "clamp" ? argument.split(",") : [];
  if (bounds.length === 2) {
    const [low, high] = bounds.map(number);
    if (low > high) throw new EditTextError("bounds_reversed", { layer: name, low, high });
    return Object.freeze({ ...place, change: "clamp", low, high });
  }
  return Object.freeze({ ...place, change: "set", value: number(rest) });
}

/**
 * @param {string} layer @param {string} rest
 * @param {() => EditTextError} malformed @param {(written: string) => number} number
 * @returns {OperatorEdit}
 */
function readOperator(layer, rest, malformed, number) {
  const match = KIND.exec(rest);
  if (!match) throw malformed();
  /** @type {Record<string, number>} */
  const values = {};
  for (const part of match[2] ? match[2].split(",") : []) {
    const [, key, written] = VALUE.exec(part) ?? [];
    if (!key || Object.hasOwn(values, key)) throw malformed();
    values[key] = number(written);
  }
  return Object.freeze({ target: "operator", layer, kind: match[1], values: Object.freeze(values) });
}

/** @param {string} written @param {string} text @param {number} position */
function readNumber(written, text, position) {
  if (!NUMBER.test(written))
    throw new EditTextError("edit_number_malformed", { position, edit: short(text), number: short(written) });
  const found = parseNumber(written);
  if (found === null) throw new EditTextError("edit_not_finite", { place: short(text) });
  return found;
}

/** @param {string} text */
const short = (text) => (text.length <= 60 ? text : `${text.slice(0, 57)}…`);
