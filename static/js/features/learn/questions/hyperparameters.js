// @ts-check
import { outputSize } from "../model/sliding.js";
import { firstTelling, honest, pick, product } from "./making.js";
import { short } from "../model/numbers.js";

/** Sides, strides and paddings for which forgetting the floor, a padding or the step back all show. */
const SETTINGS = [
  { size: 72, stride: 2, padding: 5 },
  { size: 75, stride: 3, padding: 6 },
  { size: 90, stride: 2, padding: 4 },
  { size: 102, stride: 2, padding: 5 },
  { size: 82, stride: 3, padding: 6 },
];
const KERNEL = 11;

/** @param {number} size @param {number} [stride] */
const win = (size, stride = 1) => ({ size, stride });

/** Windows in a row, for which adding, multiplying and forgetting strides all give another number than the truth. */
const CHAINS = [
  [win(3), win(2, 2), win(5)],
  [win(5), win(2, 2), win(3), win(2, 2), win(5)],
  [win(5, 2), win(3), win(3)],
  [win(7, 2), win(3)],
  [win(7, 2), win(3, 2), win(3)],
];

/** @type {import("./index.js").Question[]} */
export const hyperparameters = [
  {
    id: "output-size",
    chapter: "hyperparameters",
    make: ({ seed }) =>
      firstTelling(seed, SETTINGS, ({ size, stride, padding }) => {
        const kernel = KERNEL;
        const exact = (size + 2 * padding - kernel) / stride;
        const expected = outputSize({ size, kernel, stride, padding, dilation: 1 });
        return {
          params: { size, kernel, stride, padding, exact: short(exact), answer: expected },
          expected,
          tolerance: 0.02,
          mistakes: [
            { id: "no_floor", value: exact + 1 },
            { id: "rounded_up", value: Math.ceil(exact) + 1 },
            { id: "no_plus_one", value: Math.floor(exact) },
            { id: "padding_once", value: Math.floor((size + padding - kernel) / stride) + 1 },
            { id: "kernel_forgotten", value: Math.floor((size + 2 * padding) / stride) + 1 },
            { id: "stride_forgotten", value: size + 2 * padding - kernel + 1 },
          ],
        };
      }),
  },
  {
    id: "receptive-field",
    chapter: "hyperparameters",
    make({ model, seed }) {
      const told = model.layers.map(({ receptive_field: field }) => field?.size[0]);
      return firstTelling(seed, CHAINS, (chain) => {
        const sizes = chain.map(({ size }) => size);
        const { field } = chain.reduce(
          ({ field, jump }, { size, stride }) => ({ field: field + (size - 1) * jump, jump: jump * stride }),
          { field: 1, jump: 1 },
        );
        if (told.includes(field)) return null; // the chapter states those of the shown network
        return {
          params: { chain: chain.map(windowText).join(" → "), answer: field },
          expected: field,
          tolerance: 0.01,
          mistakes: [
            { id: "own_window", value: sizes[sizes.length - 1] },
            { id: "strides_forgotten", value: sizes.reduce((sum, size) => sum + size - 1, 1) },
            { id: "windows_added", value: sizes.reduce((sum, size) => sum + size, 0) },
            { id: "windows_multiplied", value: product(sizes) },
          ],
        };
      });
    },
  },
  {
    id: "windows-over-pixel",
    chapter: "hyperparameters",
    make({ model, seed }) {
      const size = model.input.shape[1];
      // none whose square the chapter's text states
      const kernel = pick(
        [6, 11, 9, 12].filter((side) => 2 * side <= size),
        seed,
      );
      if (kernel === undefined) return null;
      return honest({
        params: { size, kernel },
        expected: kernel ** 2,
        tolerance: 0.01,
        mistakes: [
          { id: "corner", value: 1 },
          { id: "one_axis", value: kernel },
          { id: "all_windows", value: (size - kernel + 1) ** 2 },
        ],
      });
    },
  },
];

/** `3×3/2`: window and, where it is not 1, stride. @param {{ size: number, stride: number }} window */
const windowText = ({ size, stride }) => `${size}×${size}${stride === 1 ? "" : `/${stride}`}`;
