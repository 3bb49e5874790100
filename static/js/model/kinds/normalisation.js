// @ts-check
/** Normalisation with fixed numbers: one set of them for each map. */
import { needed } from "./kind.js";
import { pointwise } from "./pointwise.js";

const USUAL_EPSILON = 1e-5;

/** @type {Record<string, import("./kind.js").Row>} */
export const normalisations = {
  batch_norm2d: {
    /** y = (x − mean) / √(variance + ε) · scale + shift */
    ...pointwise((layer, parameters, [unit]) => {
      const { weight, bias, mean, variance } = needed(layer, parameters);
      if (!mean || !variance) throw new Error(`${layer.name}: batch_norm2d needs its mean and variance`);
      return {
        operation: "normalise",
        constants: {
          scale: weight.data[unit],
          shift: bias.data[unit],
          mean: mean.data[unit],
          variance: variance.data[unit],
          epsilon: layer.epsilon ?? USUAL_EPSILON,
        },
      };
    }),
    chapter: "overfitting",
    code: (layer, [unit, ...rest]) => [
      `deviation = np.sqrt(layer["variance"][${unit}] + np.float32(${layer.epsilon ?? USUAL_EPSILON}))`,
      `y = (x[${[unit, ...rest].join(", ")}] - layer["mean"][${unit}]) / deviation * layer["weight"][${unit}] + layer["bias"][${unit}]`,
    ],
  },
};
