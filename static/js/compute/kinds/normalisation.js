// @ts-check
/**
 * Normalisation: each map scaled and shifted by fixed numbers, divided by the strength of its neighbours, or brought to
 * mean 0 and spread 1 among the values beside it.
 */
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

/**
 * A kind that measures values together: `parts` of them, each of `length`, the first value of a part and the way from
 * one value to the next as the layer lays them.
 * @param {(layer: Layer, shape: readonly number[]) =>
 *   { parts: number, length: number, first: (part: number) => number, step: number }} how
 * @returns {import("./kind.js").Computed}
 */
const standardised = (how) => {
  /** n = (x − mean) / √(variance + ε), and the root of each part. @param {Layer} layer @param {Tensor} input */
  const standardise = (layer, { data: x, shape }) => {
    const { parts, length, first, step } = how(layer, shape);
    const [n, roots] = [new Float64Array(x.length), new Float64Array(parts)];
    for (let part = 0; part < parts; part++) {
      const start = first(part);
      let [sum, squares] = [0, 0];
      for (let i = 0, at = start; i < length; i++, at += step) sum += x[at];
      const mean = sum / length;
      for (let i = 0, at = start; i < length; i++, at += step) squares += (x[at] - mean) ** 2;
      roots[part] = Math.sqrt(squares / length + (layer.epsilon ?? 0));
      for (let i = 0, at = start; i < length; i++, at += step) n[at] = (x[at] - mean) / roots[part];
    }
    return { n, roots };
  };
  return {
    forward(layer, [input], given, y) {
      const { weight, bias } = learned(layer, given);
      const { n } = standardise(layer, input);
      const { maps, places } = mapsAndPlaces(input.shape);
      for (let map = 0, at = 0; map < maps; map++)
        for (let place = 0; place < places; place++, at++) y[at] = n[at] * weight.data[map] + bias.data[map];
    },
    /** dx = (dn − mean(dn) − n · mean(dn · n)) / √(variance + ε) with dn = dy · scale */
    backward(layer, [input], given, _y, dy) {
      const { weight } = learned(layer, given);
      const { n, roots } = standardise(layer, input);
      const { maps, places } = mapsAndPlaces(input.shape);
      const [scales, shifts] = [zeros(dy, maps), zeros(dy, maps)];
      const dn = new Float64Array(n.length);
      for (let map = 0, at = 0; map < maps; map++) {
        let [sum, weighed] = [0, 0];
        for (let place = 0; place < places; place++, at++) {
          dn[at] = dy[at] * weight.data[map];
          sum += dy[at];
          weighed += dy[at] * n[at];
        }
        [scales[map], shifts[map]] = [weighed, sum];
      }
      const dx = zeros(dy, n.length);
      const { parts, length, first, step } = how(layer, input.shape);
      for (let part = 0; part < parts; part++) {
        const start = first(part);
        let [drift, stretch] = [0, 0];
        for (let i = 0, at = start; i < length; i++, at += step) {
          drift += dn[at] / length;
          stretch += (dn[at] * n[at]) / length;
        }
        for (let i = 0, at = start; i < length; i++, at += step)
          dx[at] = (dn[at] - drift - n[at] * stretch) / roots[part];
      }
      return { inputs: [dx], parameters: { weight: scales, bias: shifts } };
    },
  };
};

/** @type {Record<string, import("./kind.js").Computed>} */
export const normalisations = {
  batch_norm: batchNorm,
  batch_norm2d: batchNorm,
  scale_shift: scaled(() => ({ centre: 0, spread: 1 })),
  group_norm: standardised(({ groups = 1 }, shape) => {
    const { maps, places } = mapsAndPlaces(shape);
    const length = (maps / groups) * places;
    return { parts: groups, length, first: (part) => part * length, step: 1 };
  }),
  layer_norm: standardised((_layer, shape) => {
    const { maps, places } = mapsAndPlaces(shape);
    return { parts: places, length: maps, first: (part) => part, step: places };
  }),
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
