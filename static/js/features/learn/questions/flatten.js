// @ts-check
import { offset } from "../../../model/trace.js";
import { fixed } from "../model/numbers.js";
import { before, firstTelling, layersOf, mostTelling, product } from "./making.js";

/** Dense layers of no network that is shown: inputs, neurons. */
const DENSE = [
  [800, 12],
  [512, 4],
  [120, 84],
  [2048, 20],
];

/** @type {import("./index.js").Question[]} */
export const flatten = [
  {
    id: "flat-index",
    chapter: "flatten",
    make(given) {
      const layer = layersOf(given, "reshape")[0];
      if (!layer || layer.input_shape.length !== 3) return null;
      const [maps, height, width] = layer.input_shape;
      return mostTelling(given.seed + 1, product(layer.input_shape), (index) => {
        const [map, row, column] = [
          Math.floor(index / (height * width)),
          Math.floor(index / width) % height,
          index % width,
        ];
        if (maps > 1 && map === 0) return null;
        return {
          params: {
            map,
            row,
            column,
            maps,
            height,
            width,
            cells: height * width,
            answer: offset(layer.input_shape, [map, row, column]),
          },
          expected: offset(layer.input_shape, [map, row, column]),
          tolerance: 0.01,
          mistakes: [
            { id: "maps_last", value: (row * width + column) * maps + map },
            { id: "from_one", value: index + 1 },
            { id: "maps_forgotten", value: row * width + column },
            { id: "columns_first", value: map * height * width + column * height + row },
          ],
        };
      });
    },
  },
  {
    id: "dense-weights",
    chapter: "flatten",
    make: ({ seed }) =>
      firstTelling(seed, DENSE, ([inputs, units]) => ({
        params: { inputs, units },
        expected: units * (inputs + 1),
        tolerance: 0.01,
        mistakes: [
          { id: "no_bias", value: inputs * units },
          { id: "one_bias", value: inputs * units + 1 },
          { id: "one_unit", value: inputs + 1 },
          { id: "bias_per_input", value: inputs * units + inputs },
        ],
      })),
  },
  {
    id: "contribution",
    chapter: "flatten",
    make(given) {
      const layer = layersOf(given, "dense").at(-1);
      if (!layer || given.run.scores.length === 0) return null;
      const input = before(given, layer);
      const { weight } = /** @type {import("../../../model/kinds.js").LayerParameters} */ (
        given.parameters.get(layer.name)
      );
      const top = given.run.scores.reduce((best, score) => (score.logit > best.logit ? score : best)).class;
      const title = given.model.classes[top];
      return mostTelling(given.seed + 2, input.data.length, (index) => {
        const [x, w] = [input.data[index], weight.data[offset(weight.shape, [top, index])]];
        if (Math.abs(x * w) < 0.01) return null;
        return {
          params: {
            index,
            x: fixed(x),
            weight: fixed(w, 3),
            class: title ? given.label(title.labels) : top,
            answer: fixed(x * w, 3),
          },
          expected: x * w,
          tolerance: 0.004 + 0.0005 * Math.abs(x) + 0.005 * Math.abs(w),
          mistakes: [
            { id: "added", value: x + w },
            { id: "sign_lost", value: -x * w },
            { id: "value_only", value: x },
          ],
        };
      });
    },
  },
];
