// @ts-check
/**
 * The NumPy lines that recompute a value, and the script around them that fetches the tensors.
 *
 * `lines` are what the page shows; `script` is what it copies: it runs with Python's standard
 * library and NumPy alone, prints the value, and fails if the value is not the page's own.
 *
 * @typedef {import("../model/model.js").Layer} Layer
 * @typedef {import("../model/explain.js").Explanation} Explanation
 */
import { exact } from "../core/i18n.js";
import { tolerance } from "../model/tolerance.js";
import { span } from "../model/window.js";
import { nameOf } from "./tree.js";

/** @typedef {(layer: Layer, at: readonly number[]) => string[]} Lines `x` is the layer's input (`xs` the list of them where
 *  there are several), `layer` its parameters; the last line sets `y` */

/** `x[:, 30:33, 24:27]`, or the same of a padded copy. @param {Layer} layer @param {readonly number[]} at @param {string} maps first index @param {string} fill what stands in the padding */
function cut(layer, [, row, column], maps, fill) {
  const { size, stride, padding, dilation } = /** @type {import("../model/kinds.js").Window2D} */ (
    layer.record.window(layer)
  );
  const slice = (/** @type {number} */ axis, /** @type {number} */ index) => {
    const first = index * stride[axis];
    return `${first}:${first + span(size[axis], dilation[axis])}${dilation[axis] > 1 ? `:${dilation[axis]}` : ""}`;
  };
  const padded = padding.some((width) => width > 0);
  const [top, left] = padding;
  return [
    ...(padded ? [`x = np.pad(x, ((0, 0), (${top}, ${top}), (${left}, ${left}))${fill})`] : []),
    `window = x[${maps}, ${slice(0, row)}, ${slice(1, column)}]`,
  ];
}

/** @type {Record<string, Lines>} */
const LINES = {
  conv2d: (layer, at) => [
    ...cut(layer, at, ":", ""),
    `y = (window * layer["weight"][${at[0]}]).sum() + layer["bias"][${at[0]}]`,
  ],
  relu: (_, at) => [`y = np.maximum(x[${at.join(", ")}], 0)`],
  leaky_relu: ({ slope }, at) => [`v = x[${at.join(", ")}]`, `y = v if v > 0 else np.float32(${slope}) * v`],
  sigmoid: (_, at) => [`y = 1 / (1 + np.exp(-x[${at.join(", ")}]))`],
  tanh: (_, at) => [`y = np.tanh(x[${at.join(", ")}])`],
  max_pool2d: (layer, at) => [...cut(layer, at, String(at[0]), ", constant_values=-np.inf"), "y = window.max()"],
  avg_pool2d: (layer, at) =>
    (layer.count_include_pad ?? true)
      ? [...cut(layer, at, String(at[0]), ""), "y = window.mean()"]
      : [...cut(layer, at, String(at[0]), ", constant_values=np.nan"), "y = np.nanmean(window)"],
  flatten: (_, at) => [`y = x.reshape(-1)[${at[0]}]`],
  dense: (_, at) => [`y = x @ layer["weight"][${at[0]}] + layer["bias"][${at[0]}]`],
  softmax: (_, at) => ["e = np.exp(x - x.max())", `y = e[${at[0]}] / e.sum()`],
  batch_norm2d: (layer, [unit, ...rest]) => [
    `deviation = np.sqrt(layer["variance"][${unit}] + np.float32(${layer.epsilon ?? 1e-5}))`,
    `y = (x[${[unit, ...rest].join(", ")}] - layer["mean"][${unit}]) / deviation * layer["weight"][${unit}] + layer["bias"][${unit}]`,
  ],
};

/** Few lines that make the value from the tensors; without a trace, the one that reads it.
 * @param {Layer | undefined} layer @param {Explanation} explanation */
export function lines(layer, { spot, sources }) {
  if (!layer || !sources.length || !LINES[layer.kind]) return [`y = ${tensorText(spot.layer)}[${spot.at.join(", ")}]`];
  return [
    sources.length === 1 ? `x = ${tensorText(sources[0])}` : `xs = [${sources.map(tensorText).join(", ")}]`,
    ...(Object.keys(/** @type {any} */ (layer).parameters ?? {}).length || layer.parameter_count
      ? [`layer = parameters["${layer.name}"]`]
      : []),
    ...LINES[layer.kind](layer, spot.at),
  ];
}

/** @param {string} name */
const tensorText = (name) => `run["${name}"]`;

/**
 * @typedef {object} Origin where the script finds its tensors
 * @property {string} api absolute address of the API, without trailing slash
 * @property {string} model
 * @property {string | null} sample the gallery picture, or null for any other input
 * @property {{ shape: readonly number[], data: string } | null} input the input itself, base64 little-endian float32
 */

/**
 * The self-contained script.
 * @param {Layer | undefined} layer @param {Explanation} explanation @param {Origin} origin
 */
export function script(layer, explanation, { api, model, sample, input }) {
  const { value, trace } = explanation;
  const allowed = trace ? tolerance(trace) : 0;
  const body = input
    ? [
        `shape, pixels = ${JSON.stringify(input.shape)}, "${input.data}"`,
        `body = json.dumps({"input": {"shape": shape, "dtype": "float32", "data": pixels}}).encode()`,
        `answer = get("/models/${model}/runs", body)`,
      ]
    : [`answer = get("/models/${model}/samples/${sample}/run")`];
  return [
    `# ${nameOf(explanation.spot)} of ${model}, recomputed with NumPy`,
    "import base64, json, urllib.request",
    "import numpy as np",
    "",
    `API = "${api}"`,
    "",
    "def get(path, body=None):",
    `    request = urllib.request.Request(API + path, body, {"Content-Type": "application/json"})`,
    "    return json.load(urllib.request.urlopen(request))",
    "",
    "def array(tensor):",
    `    return np.frombuffer(base64.b64decode(tensor["data"]), "<f4").reshape(tensor["shape"])`,
    "",
    ...body,
    `run = {layer["name"]: array(layer["tensor"]) for layer in answer["layers"]}`,
    `run["input"] = array(answer["input"])`,
    "parameters = {",
    `    layer.pop("name"): {key: array(tensor) for key, tensor in layer.items()}`,
    `    for layer in get("/models/${model}/parameters")["layers"]`,
    "}",
    "",
    ...lines(layer, explanation),
    "",
    "print(y)",
    `shown = ${exact(value)}  # on the page; float32 rounding, which depends on the order of a sum, allows ${allowed.toExponential(1)}`,
    `assert abs(float(y) - shown) <= ${exact(allowed * 1.01)} + 1e-7 * abs(shown), f"the page shows {shown}"`,
    "",
  ].join("\n");
}
