// @ts-check
/** How many numbers a layer has to learn: one bias a neuron, one weight for each input it is joined to. */

/** @param {{ side: number, channels: number, neurons: number }} setting */
export function dense({ side, channels, neurons }) {
  const inputs = side * side * channels;
  return { inputs, each: inputs + 1, neurons, count: neurons * (inputs + 1) };
}

/** @param {{ channels: number, kernel: number, filters: number }} setting */
export function convolution({ channels, kernel, filters }) {
  const inputs = kernel * kernel * channels;
  return { inputs, each: inputs + 1, filters, count: filters * (inputs + 1) };
}

/** A dense layer that gives the same maps as the convolution: one neuron for each of their values.
 * @param {{ side: number, channels: number, kernel: number, filters: number }} setting */
export function denseForSameMaps({ side, channels, kernel, filters }) {
  const across = Math.max(0, side - kernel + 1);
  return dense({ side, channels, neurons: filters * across * across });
}
