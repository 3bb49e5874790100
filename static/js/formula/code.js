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
import { INPUT } from "../model/model.js";
import { tolerance } from "../model/operations.js";
import { nameOf } from "./tree.js";

/** Few lines that make the value from the tensors; without a trace, the one that reads it.
 * @param {Layer | undefined} layer @param {Explanation} explanation */
export function lines(layer, { valueIndex, sources }) {
  if (!layer?.record.code || !sources.length)
    return [`y = ${tensorText(valueIndex.layer)}[${valueIndex.at.join(", ")}]`];
  return [
    sources.length === 1 ? `x = ${tensorText(sources[0])}` : `xs = [${sources.map(tensorText).join(", ")}]`,
    ...(hasParameters(layer) ? [`layer = parameters["${layer.name}"]`] : []),
    ...layer.record.code(layer, valueIndex.at),
  ];
}

/**
 * The layers whose outputs the lines read, and the one whose learned numbers they read: the script asks for nothing
 * else.
 * @param {Layer | undefined} layer @param {Explanation} explanation */
function reads(layer, { valueIndex, sources }) {
  const names = layer?.record.code && sources.length ? sources : [valueIndex.layer];
  return {
    tensors: names.filter((name, index) => name !== INPUT && names.indexOf(name) === index),
    learned: layer?.record.code && sources.length && hasParameters(layer) ? layer.name : null,
  };
}

/** @param {Layer} layer */
const hasParameters = (layer) =>
  Object.keys(/** @type {any} */ (layer).parameters ?? {}).length > 0 || layer.parameter_count > 0;

/**
 * Where a value stands in the framework that the model came from: its layer there, and the order of the axes. None for
 * models of ours, and for layers that are a part of one there.
 * @param {import("../model/model.js").Model} model
 * @param {import("../model/explain.js").Explanation["valueIndex"]} valueIndex
 * @returns {string[]}
 */
export function originLines(model, { layer: name, at }) {
  const { origin } = model;
  const named = model.layer(name)?.origin?.[0];
  if (!origin || !named) return [];
  const last = origin.layout === "hwc";
  const place = at.length === 3 && last ? [at[1], at[2], at[0]] : at;
  const axes = at.length === 3 ? (last ? "row, column, channel" : "channel, row, column") : "index";
  return [
    `# ${origin.producer || origin.format}: the output of ${JSON.stringify(named)} at [${axes}] = [${place.join(", ")}]`,
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
  const { tensors, learned } = reads(layer, explanation);
  const asked = `/models/${model}/runs?layers=${encodeURIComponent(tensors.join(",") || "none")}`;
  const body = input
    ? [
        `shape, pixels = ${JSON.stringify(input.shape)}, "${input.data}"`,
        `source = {"input": {"shape": shape, "dtype": "float32", "data": pixels}}`,
      ]
    : [`source = {"sample": ${JSON.stringify(sample)}}`];
  return [
    `# ${nameOf(explanation.valueIndex)} of ${model}, recomputed with NumPy`,
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
    `answer = get("${asked}", json.dumps(source).encode())`,
    `run = {layer["name"]: array(layer["tensor"]) for layer in answer["layers"]}`,
    `run["input"] = array(answer["input"])`,
    ...(learned
      ? [
          "parameters = {",
          `    layer.pop("name"): {key: array(tensor) for key, tensor in layer.items()}`,
          `    for layer in get("/models/${model}/parameters?layers=${encodeURIComponent(learned)}")["layers"]`,
          "}",
        ]
      : []),
    "",
    ...lines(layer, explanation),
    "",
    "print(y)",
    `shown = ${exact(value)}  # on the page; float32 rounding, which depends on the order of a sum, allows ${allowed.toExponential(1)}`,
    `assert abs(float(y) - shown) <= ${exact(allowed * 1.01)} + 1e-7 * abs(shown), f"the page shows {shown}"`,
    "",
  ].join("\n");
}
