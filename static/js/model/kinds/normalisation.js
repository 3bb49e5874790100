// @ts-check
/** Normalisation: by fixed numbers, one set of them for each map, or by the values beside a value. */
import { numberOf, readTerm } from "../trace.js";
import { mapsOf, needed, pointwise, wholeOf } from "./kind.js";

const USUAL_EPSILON = 1e-5;

/** @type {import("./kind.js").Row} */
const batchNorm = {
  /** y = (x − mean) / √(variance + ε) · scale + shift */
  ...pointwise((layer, parameters, [unit]) => {
    const { weight, bias, mean, variance } = needed(layer, parameters);
    if (!mean || !variance) throw new Error(`${layer.name}: batch_norm2d needs its mean and variance`);
    return {
      operation: "normalise",
      constants: {
        scale: numberOf(weight, unit),
        shift: numberOf(bias, unit),
        mean: numberOf(mean, unit),
        variance: numberOf(variance, unit),
        epsilon: layer.epsilon ?? USUAL_EPSILON,
      },
    };
  }),
  chapter: "overfitting",
  code: (layer, [unit, ...rest]) => [
    `deviation = np.sqrt(layer["variance"][${unit}] + np.float32(${layer.epsilon ?? USUAL_EPSILON}))`,
    `y = (x[${[unit, ...rest].join(", ")}] - layer["mean"][${unit}]) / deviation * layer["weight"][${unit}] + layer["bias"][${unit}]`,
  ],
};

/**
 * Which maps a map's neighbourhood reaches over, those that exist.
 * @param {import("./kind.js").Layer} layer
 * @param {number} channel
 * @param {boolean} [back] the maps that have this one in theirs
 */
function neighbourhood({ size = 1, input_shape: [channels] }, channel, back = false) {
  const [before, after] = [Math.floor((size - 1) / 2), Math.floor(size / 2)];
  const first = Math.max(0, channel - (back ? after : before));
  const last = Math.min(channels - 1, channel + (back ? before : after));
  return { first, count: last - first + 1 };
}

/** Every index of a part of an output. @param {import("./kind.js").Layer} layer
 * @param {import("./kind.js").Area} area @returns {number[][]} */
function indices({ input_shape: shape }, { units, top, left, bottom, right }) {
  const found = [];
  for (let unit = units.first; unit < units.first + units.count; unit++)
    if (shape.length === 1) found.push([unit]);
    else
      for (let row = top; row <= bottom; row++)
        for (let column = left; column <= right; column++) found.push([unit, row, column]);
  return found;
}

/**
 * A kind that measures mean and variance of values that lie together, and brings them to 0 and 1: y = (x − mean) /
 * √(variance + ε) · scale + shift.
 * @param {(layer: import("./kind.js").Layer, area: import("./kind.js").Area) => import("./kind.js").Area} together what
 *   is measured with a part of the input
 * @param {(layer: import("./kind.js").Layer, at: readonly number[]) => string} part the same, as NumPy cuts it out
 * @returns {import("./kind.js").Row}
 */
const standardised = (together, part) => {
  const around = (
    /** @type {import("./kind.js").Layer} */ layer,
    /** @type {number[]} */ [unit, row = 0, column = 0],
  ) =>
    indices(
      layer,
      together(layer, { units: { first: unit, count: 1 }, top: row, left: column, bottom: row, right: column }),
    );
  return {
    family: "normalisation",
    connects: "all",
    view: "activation",
    chapter: "overfitting",
    back: (layer, _source, area) => together(layer, area),
    tracer: {
      trace(layer, [input], parameters, at) {
        const { weight, bias } = needed(layer, parameters);
        return {
          operation: "standardise",
          at,
          terms: around(layer, at).map((place) => readTerm(input, place)),
          bias: null,
          constants: {
            scale: numberOf(weight, at[0]),
            shift: numberOf(bias, at[0]),
            epsilon: layer.epsilon ?? USUAL_EPSILON,
          },
        };
      },
      consumers: (layer, _parameters, at) => around(layer, at).map((place) => ({ at: place, weight: null })),
    },
    code: (layer, at) => [
      `part = x[${part(layer, at)}]`,
      `deviation = np.sqrt(part.var() + np.float32(${layer.epsilon ?? USUAL_EPSILON}))`,
      `y = (x[${at.join(", ")}] - part.mean()) / deviation * layer["weight"][${at[0]}] + layer["bias"][${at[0]}]`,
    ],
  };
};

/** @type {Record<string, import("./kind.js").Row>} */
export const normalisations = {
  batch_norm: batchNorm,
  batch_norm2d: batchNorm,
  scale_shift: {
    /** y = x · scale + shift */
    ...pointwise((layer, parameters, [unit]) => {
      const { weight, bias } = needed(layer, parameters);
      return { operation: "scale_shift", constants: { scale: numberOf(weight, unit), shift: numberOf(bias, unit) } };
    }),
    chapter: "overfitting",
    code: (_layer, [unit, ...rest]) => [
      `y = x[${[unit, ...rest].join(", ")}] * layer["weight"][${unit}] + layer["bias"][${unit}]`,
    ],
  },
  /** All values of a group of maps. */
  group_norm: standardised(
    (layer, { units: { first, count } }) => {
      const [low, high] = [mapsOf(layer, first), mapsOf(layer, first + count - 1)];
      return {
        ...wholeOf(layer.input_shape),
        units: { first: low.first, count: high.first + high.count - low.first },
      };
    },
    (layer, [unit]) => {
      const { first, count } = mapsOf(layer, unit);
      return `${first}:${first + count}`;
    },
  ),
  /** What all maps hold at one place. */
  layer_norm: standardised(
    ({ input_shape: [count] }, area) => ({ ...area, units: { first: 0, count } }),
    (_layer, [, ...place]) => [":", ...place].join(", "),
  ),
  lrn: {
    family: "normalisation",
    connects: "all",
    view: "maps",
    chapter: "overfitting",
    back: (layer, _source, { units: { first, count }, ...area }) => {
      const [low, high] = [neighbourhood(layer, first), neighbourhood(layer, first + count - 1)];
      return { ...area, units: { first: low.first, count: high.first + high.count - low.first } };
    },
    tracer: {
      /** y[c] = x[c] / (bias + α/size · Σ x[c']²)^β over the neighbouring maps c', at the same place. */
      trace(layer, [input], _parameters, at) {
        const { first, count } = neighbourhood(layer, at[0]);
        const { size, alpha, beta, bias } = layer;
        return {
          operation: "lrn",
          at,
          terms: Array.from({ length: count }, (_, index) => readTerm(input, [first + index, ...at.slice(1)])),
          bias: null,
          constants: /** @type {Record<string, number>} */ ({ size, alpha, beta, bias }),
        };
      },
      consumers(layer, _parameters, [channel, ...place]) {
        const { first, count } = neighbourhood(layer, channel, true);
        return Array.from({ length: count }, (_, index) => ({ at: [first + index, ...place], weight: null }));
      },
    },
    code(layer, [channel, row, column]) {
      const { first, count } = neighbourhood(layer, channel);
      return [
        `near = x[${first}:${first + count}, ${row}, ${column}]`,
        `strength = ${layer.bias} + ${layer.alpha} / ${layer.size} * (near ** 2).sum()`,
        `y = x[${channel}, ${row}, ${column}] / strength ** ${layer.beta}`,
      ];
    },
  },
};
