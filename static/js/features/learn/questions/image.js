// @ts-check
import { firstTelling, mostTelling } from "./making.js";
import { fixed, short } from "../model/numbers.js";

/** Sizes that no picture on the page has: channels, height, width. */
const PICTURES = [
  [3, 120, 160],
  [3, 48, 50],
  [4, 30, 40],
  [3, 200, 300],
];

/** The place of one number of the picture. @param {import("./index.js").Given} given @param {number} index */
function pixel({ model, run }, index) {
  const [, height, width] = model.input.shape;
  const [channel, row, column] = [
    Math.floor(index / (height * width)),
    Math.floor(index / width) % height,
    index % width,
  ];
  return {
    row,
    column,
    channel,
    value: run.input.data[index],
    name: model.input.channels?.[channel] ?? String(channel),
  };
}

/** @type {import("./index.js").Question[]} */
export const image = [
  {
    id: "scaled-pixel",
    chapter: "image",
    make: (given) =>
      mostTelling(given.seed, given.run.input.data.length, (index) => {
        const { row, column, channel, value } = pixel(given, index);
        const raw = 255 * value;
        if (raw < 20 || raw > 235) return null;
        return {
          params: { row, column, channel, raw: short(raw, 1), value: fixed(value, 3) },
          expected: value,
          tolerance: 0.0006,
          mistakes: [
            { id: "not_scaled", value: raw },
            { id: "percent", value: raw / 100 },
            { id: "by_256", value: raw / 256 },
            { id: "inverted", value: 1 - value },
          ],
        };
      }),
  },
  {
    id: "back-to-bytes",
    chapter: "image",
    make: (given) =>
      mostTelling(given.seed + 3, given.run.input.data.length, (index) => {
        const { row, column, channel, value } = pixel(given, index);
        if (value < 0.1 || value > 0.9) return null;
        return {
          params: { row, column, channel, value: fixed(value, 3), raw: short(255 * value, 0) },
          expected: 255 * value,
          tolerance: 0.6,
          mistakes: [
            { id: "percent", value: 100 * value },
            { id: "inverted", value: 255 * (1 - value) },
            { id: "thousand", value: 1000 * value },
          ],
        };
      }),
  },
  {
    id: "numbers-in-picture",
    chapter: "image",
    make: ({ seed }) =>
      firstTelling(seed, PICTURES, ([channels, height, width]) => ({
        params: { channels, height, width },
        expected: channels * height * width,
        tolerance: 0.01,
        mistakes: [
          { id: "one_channel", value: height * width },
          { id: "added", value: channels + height + width },
          { id: "bytes", value: 256 * channels * height * width },
        ],
      })),
  },
];
