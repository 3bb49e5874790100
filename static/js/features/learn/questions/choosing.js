// @ts-check
/**
 * Questions answered by choosing: what would change, what stays, which kernel made this map. Each wrong answer is a
 * known misconception and has a sentence of its own; the order of the answers is the seed's.
 */
import { correlate } from "../model/convolution.js";
import { planeOf } from "../model/matrix.js";
import { kernelOf } from "../model/presets.js";

/** Kernels whose maps of a photograph look nothing like each other's. */
const KERNELS = ["vertical-edge", "horizontal-edge", "outline", "blur"];

/**
 * Another order for each seed: the orders have numbers, and 7 leads through all 24 of four.
 * @template T
 * @param {readonly T[]} list
 * @param {number} seed
 * @returns {T[]}
 */
function shuffled(list, seed) {
  const [rest, order] = [[...list], /** @type {T[]} */ ([])];
  for (let number = seed * 7 + 5; rest.length; ) {
    const place = number % rest.length;
    number = Math.floor(number / rest.length);
    order.push(...rest.splice(place, 1));
  }
  return order;
}

/**
 * A question whose right answer follows from how networks work, whatever the picture.
 * @param {string} id @param {string} chapter @param {string} right @param {string[]} wrong misconceptions
 * @returns {import("./index.js").Question}
 */
const always = (id, chapter, right, wrong) => ({
  id,
  chapter,
  make: ({ seed }) => ({ params: {}, right, options: shuffled([right, ...wrong], seed) }),
});

/** @type {import("./index.js").Question[]} */
export const choosing = [
  always("while-it-looks", "cnn", "activations", ["weights", "kernels", "both"]),
  always("white-pixel", "image", "all_full", ["all_empty", "first_only", "one_number"]),
  always("twice-the-size", "dense-vs-conv", "dense", ["convolution", "both", "neither"]),
  {
    id: "which-kernel",
    chapter: "convolution",
    make({ model, run, seed }) {
      const [channels, height, width] = model.input.shape;
      const planes = Array.from({ length: channels }, (_, channel) => planeOf(run.input, channel));
      const grey = planes[0].map((line, row) =>
        line.map((_, column) => planes.reduce((sum, plane) => sum + plane[row][column], 0) / channels),
      );
      if (height < 8 || width < 8) return null; // nothing to be seen on such a map
      const right = KERNELS[seed % KERNELS.length];
      const wrong = KERNELS.filter((id) => id !== right);
      const map = correlate(grey, kernelOf(right).values);
      return { params: {}, right, options: shuffled([right, ...wrong], seed), kernels: true, map };
    },
  },
  always("stride-and-weights", "hyperparameters", "same", ["half", "quarter", "double"]),
  always("bias-before-relu", "activation", "some_wake", ["all_rise", "zeros_stay", "nothing"]),
  always("shift-by-one", "pooling", "some", ["none", "along", "all"]),
  always("reordered-alike", "flatten", "same", ["other", "sorted", "retrained"]),
  always("one-logit-rises", "softmax", "all_fall_alike", ["stay", "second_only", "by_amount"]),
  always("loss-jumps", "descent", "smaller_rate", ["larger_rate", "more_epochs", "larger_network"]),
  always("closed-relu", "chain-rule", "nothing", ["open", "little", "negative"]),
  always("pooled-gradient", "backpropagation", "winner", ["alike", "share", "all"]),
  always("equal-weights", "training", "copies", ["slower", "same", "none"]),
  always("loss-falls-and-rises", "overfitting", "stop_or_more_data", ["train_on", "larger_network", "larger_rate"]),
  always("all-buses-yellow", "fails", "unknown", ["bus", "wheels", "heart"]),
  always("why-shortcut", "blocks", "gradient", ["fewer", "skipped", "memory"]),
  always("why-faster", "numpy", "compiled", ["fewer", "rounded", "copied"]),
  always("giraffe", "beyond", "more_than_others", ["certain", "often_right", "broken"]),
];
