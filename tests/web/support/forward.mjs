// A forward pass as plain loops, to give tests a whole run of a model of any size: slow, and easy to believe.
const sum = (shape) => shape.reduce((a, b) => a * b, 1);

const LAYERS = {
  conv2d(
    { output_shape: shape, input_shape: [channels, height, width], kernel: [kh, kw], stride, padding, dilation },
    x,
    { weight, bias },
  ) {
    return grid(shape, (o, i, j) => {
      let value = bias.data[o];
      for (let c = 0; c < channels; c++)
        for (let u = 0; u < kh; u++)
          for (let v = 0; v < kw; v++) {
            const [row, column] = [
              i * stride[0] - padding[0] + u * dilation[0],
              j * stride[1] - padding[1] + v * dilation[1],
            ];
            if (row >= 0 && column >= 0 && row < height && column < width)
              value += x[(c * height + row) * width + column] * weight.data[((o * channels + c) * kh + u) * kw + v];
          }
      return value;
    });
  },
  max_pool2d({ output_shape: shape, input_shape: [, height, width], window: [kh, kw], stride }, x) {
    return grid(shape, (o, i, j) => {
      let most = -Infinity;
      for (let u = 0; u < kh; u++)
        for (let v = 0; v < kw; v++)
          most = Math.max(most, x[(o * height + i * stride[0] + u) * width + j * stride[1] + v]);
      return most;
    });
  },
  relu: (_, x) => x.map((value) => Math.max(0, value)),
  global_avg_pool2d: ({ output_shape: [maps] }, x) =>
    Float32Array.from({ length: maps }, (_, o) => mapOf(x, o, maps).reduce((a, b) => a + b, 0) / (x.length / maps)),
  global_max_pool2d: ({ output_shape: [maps] }, x) =>
    Float32Array.from({ length: maps }, (_, o) => mapOf(x, o, maps).reduce((a, b) => Math.max(a, b))),
  flatten({ order, input_shape: [maps, rows = 1, columns = 1] }, x) {
    if (order !== "hwc") return x;
    const place = (index) => (index % maps) * rows * columns + Math.floor(index / maps);
    return Float32Array.from(x, (_, index) => x[place(index)]);
  },
  dense: ({ units }, x, { weight, bias }) =>
    Float32Array.from({ length: units }, (_unused, k) =>
      x.reduce((total, value, index) => total + value * weight.data[k * x.length + index], bias.data[k]),
    ),
  softmax(_, x) {
    const powers = x.map((value) => Math.exp(value - Math.max(...x)));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / total);
  },
};

const mapOf = (x, map, maps) => x.subarray((map * x.length) / maps, ((map + 1) * x.length) / maps);

function grid([maps, rows, columns], value) {
  const out = new Float32Array(maps * rows * columns);
  for (let o = 0; o < maps; o++)
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[(o * rows + i) * columns + j] = value(o, i, j);
  return out;
}

/**
 * Random parameters that keep activations at about their size.
 * @param {any} model
 * @param {{ normal: () => number }} random
 */
export const randomParameters = (model, { normal }) =>
  new Map(
    model.layers
      .filter(({ parameters }) => parameters?.weight)
      .map(({ name, parameters: { weight, bias } }) => {
        const spread = Math.sqrt(2 / sum(weight.slice(1)));
        return [
          name,
          {
            weight: { shape: weight, data: Float32Array.from({ length: sum(weight) }, () => spread * normal()) },
            bias: { shape: bias, data: Float32Array.from({ length: sum(bias) }, () => 0.2 * normal()) },
          },
        ];
      }),
  );

/** @param {any} model @param {Map<string, any>} parameters @param {{ shape: number[], data: Float32Array }} input */
export function forward(model, parameters, input) {
  const activations = new Map();
  let x = input.data;
  for (const layer of model.layers) {
    x = LAYERS[layer.kind](layer, x, parameters.get(layer.name));
    activations.set(layer.name, { shape: layer.output_shape, data: x });
  }
  const [logits, shares] = [...activations.values()].slice(-2);
  const scores = model.classes.map((_, index) => ({
    class: index,
    logit: logits.data[index],
    probability: shares.data[index],
  }));
  return { model: model.id, input, activations, scores, preparation: null, note: null };
}
