// @ts-check
/** The picture as the network gets it: its channels put together again. */
import { ACTIVATIONS } from "../../../draw/colour.js";
import { inputImage } from "../../../draw/input.js";
import { createHeat } from "./heat.js";

/** @param {import("../../../model/explain.js").Scene} scene @param {string} label
 * @param {(row: number, column: number, pinned: boolean) => void} [onPoint] */
export function createPicture({ model, run }, label, onPoint) {
  const [, rows, columns] = run.input.shape;
  const heat = createHeat({ rows, columns, label, onPoint, className: "picture" });
  const image = inputImage((width, height) => new ImageData(width, height), run.input, model.input.range);
  heat.paint(run.input.data.subarray(0, rows * columns), 1, ACTIVATIONS, (out) =>
    out.set(new Uint32Array(image.data.buffer)),
  );
  return heat;
}
