// @ts-check
/** Normalisation: by fixed numbers, one set of them for each map, or by the maps beside a map. */
import { numberOf, readTerm } from "../trace.js";
import { needed, pointwise } from "./kind.js";

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
