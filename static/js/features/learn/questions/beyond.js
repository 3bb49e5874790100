// @ts-check
import { short } from "../model/numbers.js";
import { outputSize } from "../model/sliding.js";
import { honest, pick } from "./making.js";

/** Sizes of camera pictures, height and width. */
const SCENES = [
  [480, 640],
  [720, 1280],
  [600, 800],
];

/** @type {import("./index.js").Question[]} */
export const beyond = [
  {
    id: "chance",
    chapter: "beyond",
    make: ({ model }) =>
      model.classes.length < 2
        ? null
        : honest({
            params: { classes: model.classes.length, answer: short(100 / model.classes.length) },
            expected: 1 / model.classes.length,
            tolerance: 0.002,
            unit: "percent",
            mistakes: [
              { id: "coin", value: 0.5 },
              { id: "never", value: 0 },
              { id: "others", value: 1 - 1 / model.classes.length },
            ],
          }),
  },
  {
    id: "windows-in-scene",
    chapter: "beyond",
    make({ model, seed }) {
      const [, height, width] = model.input.shape;
      const [sceneHeight, sceneWidth] = /** @type {number[]} */ (
        pick(
          SCENES.filter(([h, w]) => h >= height && w >= width),
          seed,
        ) ?? [4 * height, 4 * width]
      );
      const stride = Math.max(1, Math.floor(Math.min(height, width) / 2));
      const steps = [
        [sceneHeight, height],
        [sceneWidth, width],
      ].map(([size, kernel]) => outputSize({ size, kernel, stride, padding: 0, dilation: 1 }));
      return honest({
        params: { height, width, sceneHeight, sceneWidth, stride, rows: steps[0], columns: steps[1] },
        expected: steps[0] * steps[1],
        tolerance: 0.01,
        mistakes: [
          { id: "no_plus_one", value: (steps[0] - 1) * (steps[1] - 1) },
          { id: "one_axis", value: steps[1] },
          { id: "added", value: steps[0] + steps[1] },
          { id: "side_by_side", value: Math.floor(sceneHeight / height) * Math.floor(sceneWidth / width) },
        ],
      });
    },
  },
];
