// @ts-check
import { inputName } from "../../../model/model.js";
import { before, layersOf, mostTelling } from "./making.js";
import { LEAK } from "../model/activations.js";
import { fixed } from "../model/numbers.js";

/** Values that go into the first activation layer. @param {import("./index.js").Given} given */
function source(given) {
  const layer = layersOf(given, "activation")[0];
  return layer
    ? {
        layer,
        name: inputName(layer),
        data: before(given, layer).data,
      }
    : null;
}

/** @type {import("./index.js").Question[]} */
export const activation = [
  {
    id: "relu-value",
    chapter: "activation",
    make(given) {
      const from = source(given);
      if (!from) return null;
      return mostTelling(given.seed, from.data.length, (index) => {
        const x = Number(from.data[index].toFixed(2));
        // negative and positive in turn: an answer that is always the same is learned by heart
        if (given.seed % 2 ? x < 0.05 : x > -0.05) return null;
        return {
          params: { layer: from.name, x: fixed(x), answer: fixed(Math.max(0, x)) },
          expected: Math.max(0, x),
          tolerance: 0.004,
          mistakes: [
            ...(x < 0
              ? [
                  { id: "kept", value: x },
                  { id: "absolute", value: -x },
                ]
              : [
                  { id: "stopped", value: 0 },
                  { id: "turned", value: -x },
                ]),
            { id: "slope", value: 1 },
          ],
        };
      });
    },
  },
  {
    id: "relu-sum",
    chapter: "activation",
    make(given) {
      const from = source(given);
      if (!from) return null;
      return mostTelling(given.seed + 2, from.data.length - 3, (index) => {
        const four = [...from.data.subarray(index, index + 4)];
        const expected = four.reduce((sum, x) => sum + Math.max(0, x), 0);
        const plain = four.reduce((sum, x) => sum + x, 0);
        if (expected < 0.1 || four.every((x) => x > -0.05)) return null;
        return {
          params: { layer: from.name, values: four.map((x) => fixed(x)).join(",  "), answer: fixed(expected) },
          expected,
          tolerance: 0.025, // four rounded values
          mistakes: [
            { id: "not_applied", value: plain },
            { id: "after_the_sum", value: Math.max(0, plain) },
            { id: "absolute", value: four.reduce((sum, x) => sum + Math.abs(x), 0) },
            { id: "negatives_kept", value: plain - expected },
          ],
        };
      });
    },
  },
  {
    id: "leaky-value",
    chapter: "activation",
    make(given) {
      const from = source(given);
      if (!from) return null;
      return mostTelling(given.seed + 5, from.data.length, (index) => {
        const x = from.data[index];
        if (x > -0.12) return null;
        return {
          params: { layer: from.name, x: fixed(x), slope: LEAK, answer: fixed(LEAK * x, 3) },
          expected: LEAK * x,
          tolerance: 0.0015,
          mistakes: [
            { id: "zero", value: 0 },
            { id: "kept", value: Number(x.toFixed(2)) },
            { id: "sign_lost", value: -LEAK * x },
          ],
        };
      });
    },
  },
];
