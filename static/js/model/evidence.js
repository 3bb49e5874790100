// @ts-check
/**
 * Evidence: the score of a class, or the value of a dense unit, as a sum over the places of the last maps.
 *
 *   y = b + Σ_p e(p)        e(p) = Σ_c x[c, p] · w[c, p]
 *
 * b is the bias, p runs over the places (row, column) of the last maps x, c over the maps, and w[c, p] is what the
 * value x[c, p] is multiplied by on its way into y. It is exact where between the maps and y there are only layers
 * that copy values (flatten, in either order), take their mean or their maximum (global pooling), and one weighted
 * sum. Of a maximum the value that was taken carries the whole weight. Where an activation or a second dense layer
 * stands between, y is no sum over places, and `behind` names the layer that stands there.
 *
 * The ways from the maps are found through the tracers of the kinds (`kinds/`), so nothing here knows a kind by name.
 */
import { INPUT, isMaps, tensorNamed } from "./model.js";
import { winner } from "./operations.js";
import { gamma } from "./operations/rounding.js";
import { regionsBehind, visiblePart } from "./receptive-field.js";
import { indexAt, offset } from "./trace.js";

/** @typedef {import("./explain.js").Scene} Scene */
/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./trace.js").Tensor} Tensor */
/**
 * @typedef {object} Ground what the units of one layer are sums over
 * @property {string} layer whose units have evidence
 * @property {string} maps the layer (or `input`) whose places speak
 * @property {Tensor} values of those maps (C, H, W)
 * @property {number} places H · W
 * @property {Ways} ways from the maps' values to what the weights multiply
 * @property {import("./kinds.js").LayerParameters | null} parameters of the weighted sum; null where the units are
 *   means or maxima of maps themselves
 * @property {number} units
 * @property {Float32Array} results the engine's values of the units
 */
/**
 * @typedef {object} Ways the i-th way leads from the value at `position[i]` to the element `owner[i]`, times
 *   `factor[i]`
 * @property {Uint32Array} owner @property {Uint32Array} position @property {Float64Array} factor
 * @property {number} depth how many roundings follow each other on the longest of them
 */
/** @typedef {{ behind: string }} Blocked the layer that stands between the last maps and the value */
/**
 * @typedef {object} Evidence
 * @property {Float64Array} places what each place adds, row by row
 * @property {number} bias
 * @property {number} positive the sum of the places that add
 * @property {number} negative the sum of the places that take away
 * @property {number} total bias + positive + negative, in float64
 * @property {number} value the engine's own
 * @property {number} bound how far `value` may lie from `total` by float32 rounding
 */
/**
 * @typedef {{ unit: number, value: number, weight: number, product: number }} PlaceTerm what one map adds at a place
 */

/** By run, then by layer: a run is never changed. @type {WeakMap<object, Map<string, Ground | Blocked>>} */
const known = new WeakMap();

/**
 * What the units of a layer are sums over, or what stands in the way.
 * @param {Scene} scene @param {string} layer @returns {Ground | Blocked | null} null as long as a piece of a large run
 *   that is read here has not come (`needsOfEvidence`)
 */
export function groundOf(scene, layer) {
  let grounds = known.get(scene.run);
  if (!grounds) known.set(scene.run, (grounds = new Map()));
  const ground = grounds.get(layer) ?? findGround(scene, layer);
  if (ground) grounds.set(layer, ground);
  return ground;
}

/** @param {Scene} scene @param {string} name @returns {Ground | Blocked | null} */
function findGround(scene, name) {
  const layer = scene.model.layer(name);
  if (!layer || isMaps(layer.output_shape)) return { behind: name };
  const weighted = layer.record.family === "dense";
  const found = waysBack(scene, weighted ? layer.inputs[0] : name);
  if (!found || "behind" in found) return found;
  if (!tensorNamed(scene.run, name) || !tensorNamed(scene.run, found.maps)) return null;
  if (weighted && !scene.parameters.has(name)) return null;
  const values = tensorNamed(scene.run, found.maps);
  return {
    layer: name,
    maps: found.maps,
    values,
    places: values.shape[1] * values.shape[2],
    ways: found.ways,
    parameters: weighted ? (scene.parameters.get(name) ?? null) : null,
    units: layer.output_shape[0],
    results: tensorNamed(scene.run, name).data,
  };
}

/**
 * From the elements of a vector back to the nearest maps with more than one place.
 * @param {Scene} scene
 * @param {string} vector
 * @returns {{ maps: string, ways: Ways } | Blocked | null} null where a piece is missing
 */
function waysBack({ model, run, parameters }, vector) {
  const elements = /** @type {number[]} */ (model.shape(vector)).reduce((product, size) => product * size, 1);
  /** @type {Ways} */
  let ways = {
    owner: Uint32Array.from({ length: elements }, (_, i) => i),
    position: Uint32Array.from({ length: elements }, (_, i) => i),
    factor: new Float64Array(elements).fill(1),
    depth: 0,
  };
  for (let name = vector; ; ) {
    const shape = /** @type {number[]} */ (model.shape(name));
    const layer = model.layer(name);
    if (isMaps(shape) && shape[1] * shape[2] > 1) return { maps: name, ways };
    const spreads = layer?.record.tracer && layer.inputs.length === 1 && !layer.record.mixes;
    if (spreads && !tensorNamed(run, layer.inputs[0])) return null;
    const before = spreads && stepBack(layer, tensorNamed(run, layer.inputs[0]), parameters.get(name) ?? null, ways);
    if (before) [ways, name] = [before, layer.inputs[0]];
    else if (isMaps(shape)) return { maps: name, ways };
    else return { behind: name };
  }
}

/** Through one layer that copies, takes means or maxima; null where it does anything else.
 * @param {import("./model.js").Layer} layer
 * @param {Tensor} input
 * @param {import("./kinds.js").LayerParameters | null} parameters
 * @param {Ways} ways to the layer's output @returns {Ways | null} */
function stepBack(layer, input, parameters, ways) {
  const tracer = /** @type {import("./kinds/kind.js").Tracer} */ (layer.record.tracer);
  /** @type {Record<"owner" | "position" | "factor", number[]>} */
  const { owner, position, factor } = { owner: [], position: [], factor: [] };
  let most = 1;
  for (let way = 0; way < ways.owner.length; way++) {
    const trace = tracer.trace(layer, [input], parameters, indexAt(layer.output_shape, ways.position[way]));
    if (!SPREADS.has(trace.operation)) return null;
    const won = winner(trace);
    const terms = won === null ? trace.terms : [trace.terms[won]];
    most = Math.max(most, trace.terms.length);
    for (const term of terms) {
      if (term.padding) continue;
      owner.push(ways.owner[way]);
      position.push(offset(input.shape, term.at));
      factor.push(ways.factor[way] * (term.weight ?? 1));
    }
  }
  return {
    owner: Uint32Array.from(owner),
    position: Uint32Array.from(position),
    factor: Float64Array.from(factor),
    depth: ways.depth + (most > 1 ? most + 1 : 0),
  };
}

/** Operations whose value is a sum of its operands, each times a number. */
const SPREADS = new Set(["copy", "mean", "maximum"]);

/**
 * What the elements are multiplied by in one unit's sum.
 * @param {Ground} ground
 * @param {number} unit
 * @returns {(element: number) => number}
 */
function weightsOf({ parameters, units }, unit) {
  if (!parameters) return (element) => Number(element === unit);
  const { data } = parameters.weight;
  const count = data.length / units;
  return (element) => data[unit * count + element];
}

/** The evidence for one unit. @param {Ground} ground @param {number} unit @returns {Evidence} */
export function evidenceOf(ground, unit) {
  const { ways, values, parameters, results } = ground;
  const places = new Float64Array(ground.places);
  const weight = weightsOf(ground, unit);
  let [sizes, count] = [0, 0];
  for (let way = 0; way < ways.owner.length; way++) {
    const product = values.data[ways.position[way]] * ways.factor[way] * weight(ways.owner[way]);
    places[ways.position[way] % ground.places] += product;
    sizes += Math.abs(product);
    count++;
  }
  const bias = parameters?.bias ? parameters.bias.data[unit] : 0;
  return summed({
    places,
    bias,
    value: results[unit],
    bound: gamma(count + ways.depth + 2) * (sizes + Math.abs(bias)),
  });
}

/**
 * What speaks for one unit against another: the difference of two sums is a sum over places, too.
 * @param {Evidence} a
 * @param {Evidence} b
 * @returns {Evidence}
 */
export function difference(a, b) {
  const places = a.places.map((amount, place) => amount - b.places[place]);
  return summed({ places, bias: a.bias - b.bias, value: a.value - b.value, bound: a.bound + b.bound });
}

/**
 * With the sums of what speaks for and of what speaks against.
 * @param {Pick<Evidence, "places" | "bias" | "value" | "bound">} evidence
 * @returns {Evidence}
 */
function summed(evidence) {
  let [positive, negative] = [0, 0];
  for (const amount of evidence.places) {
    if (amount > 0) positive += amount;
    else negative += amount;
  }
  return { ...evidence, positive, negative, total: evidence.bias + positive + negative };
}

/**
 * What each map adds at one place, the largest first; they add up to the evidence of that place.
 * @param {Ground} ground
 * @param {number} unit
 * @param {number | null} against a second unit that it is set against
 * @param {number} place
 * @returns {PlaceTerm[]}
 */
export function termsAt(ground, unit, against, place) {
  const { ways, values } = ground;
  const weight = weightsOf(ground, unit);
  const other = against === null ? () => 0 : weightsOf(ground, against);
  const sums = new Float64Array(values.shape[0]);
  for (let way = 0; way < ways.owner.length; way++) {
    const position = ways.position[way];
    if (position % ground.places !== place) continue;
    const map = (position - place) / ground.places;
    sums[map] += ways.factor[way] * (weight(ways.owner[way]) - other(ways.owner[way]));
  }
  return [...sums]
    .map((sum, map) => {
      const value = values.data[map * ground.places + place];
      return { unit: map, value, weight: sum, product: value * sum };
    })
    .sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
}

/**
 * The nearest earlier layer whose units have evidence, for a layer whose units have none.
 * @param {Scene} scene
 * @param {string} name
 * @returns {string | null}
 */
export function groundedBefore(scene, name) {
  for (let layer = scene.model.layer(name); layer; layer = scene.model.layer(layer.inputs[0])) {
    if (isMaps(layer.output_shape)) return null;
    if (layer.record.family !== "dense") continue;
    const ground = groundOf(scene, layer.name);
    if (!ground || "maps" in ground) return layer.name;
  }
  return null;
}

/**
 * @typedef {object} Tiles how the places of maps lie on the picture, in the input's pixels
 * @property {readonly number[]} rows where each row of squares begins, and where the last one ends
 * @property {readonly number[]} columns
 * @property {boolean} known whether the squares stand in the middle of what their places see; else they are equal
 *   shares of the picture
 * @property {(place: number) => { top: number, left: number, bottom: number, right: number } | null} patch what a place
 *   sees of the picture: first and last rows and columns; null where that is not known
 */

/**
 * Squares for the places of maps. Each stands in the middle of the place's receptive field, as large as the step from
 * one place to the next, so that squares touch and do not overlap although receptive fields do.
 * @param {Model} model @param {string} maps @returns {Tiles}
 */
export function tilesOf(model, maps) {
  const [, height, width] = model.input.shape;
  const [, rows, columns] = /** @type {number[]} */ (model.shape(maps));
  const field = (/** @type {number} */ row, /** @type {number} */ column) =>
    maps === INPUT
      ? { top: row, bottom: row, left: column, right: column, shape: model.input.shape }
      : regionsBehind(model, { layer: maps, unit: 0, at: [row, column] }).find(({ layer }) => layer === INPUT);
  const down = edges(rows, (row) => field(row, 0), "top", "bottom");
  const across = edges(columns, (column) => field(0, column), "left", "right");
  const shares = (/** @type {number} */ count, /** @type {number} */ size) =>
    Array.from({ length: count + 1 }, (_, index) => (index * size) / count);
  return {
    rows: across && down ? down : shares(rows, height),
    columns: across && down ? across : shares(columns, width),
    known: Boolean(across && down),
    patch(place) {
      const region = field(Math.floor(place / columns), place % columns);
      return region ? visiblePart({ ...region, units: { first: 0, count: 1 } }) : null;
    },
  };
}

/**
 * Along one axis: borders half way between the middles of neighbouring fields; null where those do not move on.
 * @param {number} count
 * @param {(index: number) => any} field
 * @param {"top" | "left"} first
 * @param {"bottom" | "right"} last
 */
function edges(count, field, first, last) {
  const fields = Array.from({ length: count }, (_, index) => field(index));
  if (fields.some((one) => !one)) return null;
  const middles = fields.map((one) => (one[first] + one[last] + 1) / 2);
  if (count === 1) return [fields[0][first], fields[0][last] + 1];
  const step = (middles[count - 1] - middles[0]) / (count - 1);
  if (middles.some((middle, index) => index > 0 && middle <= middles[index - 1])) return null;
  return [
    middles[0] - step / 2,
    ...middles.slice(1).map((middle, index) => (middle + middles[index]) / 2),
    middles[count - 1] + step / 2,
  ];
}
