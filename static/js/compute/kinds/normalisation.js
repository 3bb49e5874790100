// @ts-check
/** Normalisation: each map scaled and shifted by fixed numbers, or divided by the strength of its neighbours. */
import { learned, mapsAndPlaces, zeros } from "./kind.js";

/** @typedef {import("./kind.js").Layer} Layer */
/** @typedef {import("./kind.js").Tensor} Tensor */
/** @typedef {import("./kind.js").Numbers} Numbers */

/**
 * A kind that brings every value of a map to n = (x − centre) / spread, and gives y = scale · n + shift.
 * @param {(layer: Layer, parameters: Record<string, Tensor>, map: number) => { centre: number, spread: number }} how
 * @returns {import("./kind.js").Computed}
 */
const scaled = (how) => ({
  forward(layer, [{ data: x, shape }], given, y) {
    const parameters = learned(layer, given);
    const { maps, places } = mapsAndPlaces(shape);
    for (let map = 0, at = 0; map < maps; map++) {
      const { centre, spread } = how(layer, parameters, map);
      const [scale, shift] = [parameters.weight.data[map], parameters.bias.data[map]];
      for (let place = 0; place < places; place++, at++) y[at] = ((x[at] - centre) / spread) * scale + shift;
    }
  },
  /** dx = dy · scale / spread, dscale[c] = Σ dy · n, dshift[c] = Σ dy; centre and spread are held fixed. */
  backward(layer, [{ data: x, shape }], given, _y, dy) {
    const parameters = learned(layer, given);
    const { maps, places } = mapsAndPlaces(shape);
    const [dx, weight, bias] = [zeros(dy, x.length), zeros(dy, maps), zeros(dy, maps)];
    for (let map = 0, at = 0; map < maps; map++) {
      const { centre, spread } = how(layer, parameters, map);
      const factor = parameters.weight.data[map] / spread;
      let [sum, weighed] = [0, 0];
      for (let place = 0; place < places; place++, at++) {
        dx[at] = dy[at] * factor;
        sum += dy[at];
        weighed += (dy[at] * (x[at] - centre)) / spread;
      }
      weight[map] = weighed;
      bias[map] = sum;
    }
    return { inputs: [dx], parameters: { weight, bias } };
  },
});

const batchNorm = scaled(({ epsilon = 0 }, { mean, variance }, map) => ({
  centre: mean.data[map],
  spread: Math.sqrt(variance.data[map] + epsilon),
}));

/** The hyperparameters of local response normalisation as numbers; how many maps before and behind take part.
 * @param {Layer} layer */
function rivals({ size = 1, alpha = 0, beta = 0, bias }) {
  const before = Math.floor((size - 1) / 2);
  return { share: alpha / size, beta, bias: Number(bias), before, after: Math.floor(size / 2) };
}

/**
 * s[c] = Σ x[c'] over c − before ≤ c' ≤ c + after, place by place.
 * @param {Float64Array} x @param {number} maps @param {number} places @param {number} before @param {number} after
 */
function neighbours(x, maps, places, before, after) {
  const sums = new Float64Array(x.length);
  for (let map = 0; map < maps; map++)
    for (let other = Math.max(0, map - before); other <= Math.min(maps - 1, map + after); other++)
      for (let place = 0; place < places; place++) sums[map * places + place] += x[other * places + place];
  return sums;
}

/** S[c] = bias + α/size · Σ x[c']². @param {Layer} layer @param {Tensor} input */
function strengths(layer, { data: x, shape }) {
  const { share, bias, before, after } = rivals(layer);
  const { maps, places } = mapsAndPlaces(shape);
  const squares = Float64Array.from(x, (value) => value * value);
  return neighbours(squares, maps, places, before, after).map((sum) => bias + share * sum);
}

/** @type {Record<string, import("./kind.js").Computed>} */
export const normalisations = {
  batch_norm: batchNorm,
  batch_norm2d: batchNorm,
  scale_shift: scaled(() => ({ centre: 0, spread: 1 })),
  lrn: {
    /** y[c] = x[c] / S[c]^β */
    forward(layer, [input], _parameters, y) {
      const { beta } = rivals(layer);
      const strength = strengths(layer, input);
      for (let at = 0; at < y.length; at++) y[at] = input.data[at] * strength[at] ** -beta;
    },
    /**
     * dx[c] = dy[c] / S[c]^β − 2·α/size·β · x[c] · Σ dy[c'] · x[c'] / S[c']^(β + 1) over all c' that have c among their
     * neighbours.
     */
    backward(layer, [input], _parameters, _y, dy) {
      const { share, beta, before, after } = rivals(layer);
      const { data: x, shape } = input;
      const { maps, places } = mapsAndPlaces(shape);
      const strength = strengths(layer, input);
      const handed = Float64Array.from(x, (value, at) => dy[at] * value * strength[at] ** (-beta - 1));
      const shared = neighbours(handed, maps, places, after, before);
      const dx = zeros(dy, x.length);
      for (let at = 0; at < x.length; at++)
        dx[at] = dy[at] * strength[at] ** -beta - 2 * share * beta * x[at] * shared[at];
      return { inputs: [dx] };
    },
  },
};
