// @ts-check
/** Convolution and transposed convolution, each the other's way back. */
import { sliding, windowOf } from "../../model/kinds/kind.js";
import { span } from "../../model/window.js";
import { collect, emptyMaps, framed, spread, swapped, unframed, weigh } from "../sliding.js";
import { learned, sizeOf, zeros } from "./kind.js";

/** @typedef {import("./kind.js").Layer} Layer */
/** @typedef {import("./kind.js").Numbers} Numbers */
/** @typedef {ReturnType<typeof sliding>} Window */

/** @param {Layer} layer */
const groupsOf = ({ groups = 1 }) => groups;

/** The cells of one kernel. @param {Layer} layer */
const cellsOf = ({ kernel = [] }) => sizeOf(kernel);

/** The padding of a window as sides. @param {Window} window */
const sidesOf = ({ padding, after }) => ({ top: padding[0], left: padding[1], bottom: after[0], right: after[1] });

/** @param {Layer} layer @param {Window} window @returns {import("../sliding.js").Kernel} */
const kernelOf = (layer, { size, stride, dilation }) => ({ size, stride, dilation, groups: groupsOf(layer) });

/** Each map's sum. @param {Numbers} dy @param {readonly number[]} shape */
function sums(dy, [maps, rows, columns]) {
  const found = zeros(dy, maps);
  const places = rows * columns;
  for (let map = 0; map < maps; map++) {
    let sum = 0;
    for (let place = map * places; place < (map + 1) * places; place++) sum += dy[place];
    found[map] = sum;
  }
  return found;
}

/**
 * The gradient with respect to the maps that a convolution reads. With stride 1 it is a convolution of dy with the
 * kernels turned by half; with any other, dy is spread over the maps.
 * @param {Layer} layer @param {Window} window @param {Numbers} w @param {Numbers} dy
 */
function convolutionBack(layer, window, w, dy) {
  const [maps, height, width] = layer.input_shape;
  const kernel = kernelOf(layer, window);
  const { size, stride, dilation, padding } = window;
  const dx = zeros(dy, maps * height * width);
  const plain = { top: 0, left: 0, bottom: 0, right: 0 };
  if (stride[0] === 1 && stride[1] === 1) {
    const [down, across] = [0, 1].map((axis) => span(size[axis], dilation[axis]) - 1);
    const [top, left] = [down - padding[0], across - padding[1]];
    const frame = framed(dy, layer.output_shape, {
      top,
      left,
      bottom: height + down - layer.output_shape[1] - top,
      right: width + across - layer.output_shape[2] - left,
    });
    const turned = swapped(w, layer.output_shape[0], maps / kernel.groups, kernel.groups, size[0] * size[1], true);
    collect(frame, turned, null, kernel, dx, layer.input_shape);
    return dx;
  }
  const { top, left, bottom, right } = sidesOf(window);
  const into = emptyMaps(maps, height + top + bottom, width + left + right);
  spread(framed(dy, layer.output_shape, plain), Float64Array.from(w), kernel, into, false);
  unframed(into, top, left, dx, layer.input_shape);
  return dx;
}

/**
 * How far the windows of a transposed convolution reach beyond its output.
 * @param {Layer} layer @param {Window} window
 */
function reachOf({ input_shape: input, output_shape: output }, { size, stride, dilation, padding }) {
  const [bottom, right] = [0, 1].map((axis) => {
    const reach = (input[axis + 1] - 1) * stride[axis] + span(size[axis], dilation[axis]);
    return Math.max(0, reach - output[axis + 1] - padding[axis]);
  });
  return { top: padding[0], left: padding[1], bottom, right };
}

/** @type {Record<string, import("./kind.js").Computed>} */
export const convolutions = {
  conv2d: {
    multiplications: (layer) => sizeOf(layer.output_shape) * (layer.input_shape[0] / groupsOf(layer)) * cellsOf(layer),
    forward(layer, [input], parameters, y) {
      const { weight, bias } = learned(layer, parameters);
      const window = windowOf(layer);
      const x = framed(input.data, input.shape, sidesOf(window));
      const w = Float64Array.from(weight.data);
      collect(x, w, bias ? bias.data : null, kernelOf(layer, window), y, layer.output_shape);
    },
    backward(layer, [input], parameters, _y, dy) {
      const { weight, bias } = learned(layer, parameters);
      const window = windowOf(layer);
      const x = framed(input.data, input.shape, sidesOf(window));
      const given = framed(dy, layer.output_shape, { top: 0, left: 0, bottom: 0, right: 0 });
      const dw = zeros(dy, weight.data.length);
      weigh(x, given, kernelOf(layer, window), dw);
      return {
        inputs: [convolutionBack(layer, window, weight.data, dy)],
        parameters: { weight: dw, ...(bias && { bias: sums(dy, layer.output_shape) }) },
      };
    },
  },
  conv_transpose2d: {
    multiplications: (layer) => sizeOf(layer.input_shape) * (layer.output_shape[0] / groupsOf(layer)) * cellsOf(layer),
    forward(layer, [input], parameters, y) {
      const { weight, bias } = learned(layer, parameters);
      const window = sliding(layer.kernel, layer);
      const [filters, height, width] = layer.output_shape;
      const { top, left, bottom, right } = reachOf(layer, window);
      const into = emptyMaps(filters, height + top + bottom, width + left + right);
      const places = into.rows * into.columns;
      if (bias)
        for (let filter = 0; filter < filters; filter++)
          into.data.fill(bias.data[filter], filter * places, (filter + 1) * places);
      const x = framed(input.data, input.shape, { top: 0, left: 0, bottom: 0, right: 0 });
      spread(x, Float64Array.from(weight.data), kernelOf(layer, window), into, true);
      unframed(into, top, left, y, layer.output_shape);
    },
    backward(layer, [input], parameters, _y, dy) {
      const { weight, bias } = learned(layer, parameters);
      const window = sliding(layer.kernel, layer);
      const kernel = kernelOf(layer, window);
      const [maps] = layer.input_shape;
      const [filters] = layer.output_shape;
      const cells = window.size[0] * window.size[1];
      const above = framed(dy, layer.output_shape, reachOf(layer, window));
      const dx = zeros(dy, input.data.length);
      const turned = swapped(weight.data, filters, maps / kernel.groups, kernel.groups, cells, false);
      collect(above, turned, null, kernel, dx, layer.input_shape);
      // The kernels' gradient with the roles exchanged: windows over dy, weighed by what the layer read.
      const x = framed(input.data, input.shape, { top: 0, left: 0, bottom: 0, right: 0 });
      const across = new Float64Array(weight.data.length);
      weigh(above, x, kernel, across);
      const dw = zeros(dy, weight.data.length);
      dw.set(swapped(across, maps, filters / kernel.groups, kernel.groups, cells, false));
      return { inputs: [dx], parameters: { weight: dw, ...(bias && { bias: sums(dy, layer.output_shape) }) } };
    },
  },
};
