// @ts-check
/** What kinds share that make each value from the one value at the same place. */
import { readTerm } from "../trace.js";

/**
 * @param {(layer: import("./kind.js").Layer, parameters: import("./kind.js").LayerParameters | null, at: number[]) =>
 *   { operation: string, constants: Record<string, number | undefined> }} how
 * @returns {Partial<import("./kind.js").Kind> & { tracer: import("./kind.js").Tracer }}
 */
export const pointwise = (how) => ({
  family: "activation",
  connects: "one",
  view: "activation",
  tracer: {
    trace(layer, [input], parameters, at) {
      const { operation, constants } = how(layer, parameters, at);
      return {
        operation,
        at,
        terms: [readTerm(input, at)],
        bias: null,
        constants: /** @type {Record<string, number>} */ (constants),
      };
    },
    consumers: (_layer, _parameters, at) => [{ at, weight: null }],
  },
});
