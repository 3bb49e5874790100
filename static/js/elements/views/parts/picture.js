// @ts-check
/** The picture as the network gets it: its channels put together again. */
import { createHeat } from "./heat.js";
import { ACTIVATIONS } from "../../../draw/colour.js";

/** @param {import("../../../model/explain.js").Scene} scene @param {string} label
 * @param {(row: number, column: number, pinned: boolean) => void} [onPoint] */
export function createPicture({ model, run }, label, onPoint) {
  const [channels, rows, columns] = run.input.shape;
  const [low, high] = model.input.range;
  const heat = createHeat({ rows, columns, label, onPoint, className: "picture" });
  const size = rows * columns;
  const byte = (/** @type {number} */ channel, /** @type {number} */ position) => Math.max(0, Math.min(255, Math.round((255 * (run.input.data[channel * size + position] - low)) / (high - low))));
  const colour = channels >= 3 ? [0, 1, 2] : [0, 0, 0];
  heat.paint(run.input.data.subarray(0, size), 1, ACTIVATIONS, (out) => {
    const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
    for (let position = 0; position < size; position++) {
      colour.forEach((channel, index) => void (bytes[4 * position + index] = byte(channel, position)));
      bytes[4 * position + 3] = 255;
    }
  });
  return heat;
}
