// @ts-check
/**
 * A model's description as the page uses it: the server's JSON, indexed.
 *
 * A model is a graph: every layer names what it reads (`inputs`), earlier layers or `input`, the picture.
 * Layers stand in topological order; `input` is not one of them. Everything the page knows of a layer's
 * behaviour comes from the record of its kind (`kinds.js`), never from its name or position.
 *
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} kind
 * @property {number} index
 * @property {readonly string[]} inputs the names of what it reads, `input` among them; a description without
 *   them means the layer before
 * @property {readonly number[][]} input_shapes the shapes of its inputs, in the same order
 * @property {number[]} input_shape the shape of its first input, for kinds that read one
 * @property {number[]} output_shape (C, H, W) for maps, (N,) for vectors
 * @property {string[]} [origin] its names in the file that it came from, first the one whose output it is
 * @property {number} parameter_count
 * @property {{ size: number[], jump: number[], start: number[] } | null} receptive_field
 * @property {import("./kinds.js").Kind} record
 * @property {number} [filters] @property {number[]} [kernel] @property {number[]} [window]
 * @property {number[]} [stride]
 * @property {(number | number[])[]} [padding] two numbers, or two ends for each axis
 * @property {number[]} [dilation]
 * @property {number[]} [output_padding]
 * @property {boolean} [count_include_pad]
 * @property {boolean} [ceil]
 * @property {number} [slope]
 * @property {number} [units]
 * @property {number} [epsilon]
 * @property {"chw" | "hwc"} [order]
 * @property {number} [axis]
 * @property {number} [start]
 * @property {number} [stop]
 * @property {number} [step]
 * @property {number} [groups]
 * @property {number[]} [factor]
 * @property {number} [size]
 * @property {number} [value]
 * @property {number} [beta]
 * @property {number | boolean} [bias]
 * @property {number} [alpha]
 * @property {number} [low]
 * @property {number} [high]
 * @property {number} [offset]
 * @property {boolean} [approximate]
 */

/**
 * @typedef {object} Model
 * @property {string} id
 * @property {Record<string, string>} title
 * @property {string} digest
 * @property {{ shape: number[], channels: string[], range: number[], preparation?: any }} input
 * @property {any} [origin] of a network that came from another program: format, producer, layout, files, and each
 *   layer's names there
 * @property {{ index: number, name: string, labels: Record<string, string>, wnid?: string }[]} classes
 * @property {number} parameter_count
 * @property {boolean} [in_pieces] runs and parameters are too large to be asked for whole
 * @property {Layer[]} layers
 * @property {any} training
 * @property {string | null} samples_default
 * @property {(name: string) => Layer | undefined} layer
 * @property {(name: string) => readonly Layer[]} consumers the layers that read the output of this name
 * @property {(name: string) => number[] | undefined} shape the shape of the output of this name, `input` included
 * @property {(name: string) => string} placeOf where a layer stands among those of its sort: `1b`, or nothing where
 *   there is but one
 * @property {Layer} output the last layer
 * @property {"softmax" | "logits" | "log_softmax" | "sigmoid" | "binary" | null} ending how the last layer's values are
 *   read; null where the description does not say
 * @property {readonly string[]} added layers that its file does not have: they make probabilities of its scores
 */

/** The name under which the picture's tensor stands beside the layers' outputs. */
export const INPUT = "input";

/** How many units a shape has: channels of maps, elements of a vector. @param {readonly number[]} shape */
export const unitCount = (shape) => shape[0];

/** Whether a shape is of maps (C, H, W), not of a vector (N,). @param {readonly number[]} shape */
export const isMaps = (shape) => shape.length === 3;

/**
 * The tensor of this name: a layer's output, or the picture.
 * @param {import("../api/client.js").Run} run
 * @param {string} name
 */
export const tensorNamed = (run, name) =>
  /** @type {import("../api/wire.js").Tensor} */ (name === INPUT ? run.input : run.activations.get(name));

/** What a layer reads, in the order of its inputs. @param {Layer} layer @param {import("../api/client.js").Run} run */
export const inputsOf = (layer, run) => layer.inputs.map((name) => tensorNamed(run, name));

/**
 * What a layer reads first, for kinds that read one thing.
 * @param {Layer} layer
 * @param {import("../api/client.js").Run} run
 */
export const inputOf = (layer, run) => tensorNamed(run, layer.inputs[0]);

/** The name of what a layer reads first. @param {Layer} layer */
export const inputName = (layer) => layer.inputs[0];

/**
 * Whether a layer's values are probabilities, or their logarithms, made from the scores that it reads.
 * @param {Layer} layer
 */
export const isNormalised = ({ record: { family } }) => family === "probability" || family === "log_probability";

/**
 * The layer whose values are the class scores before normalisation: the output, or what the probabilities at the end
 * are made from, if that is a vector with one value for each class.
 * @param {Model} model @returns {Layer | null}
 */
export function scoreLayer(model) {
  /** @type {Layer | undefined} */
  let last = model.output;
  while (last && isNormalised(last)) last = model.layer(inputName(last));
  return last &&
    model.classes.length > 0 &&
    !isMaps(last.output_shape) &&
    unitCount(last.output_shape) === model.classes.length
    ? last
    : null;
}

/**
 * Whether the one value at the end stands for two classes: it is the probability of the second, the rest that of the
 * first.
 * @param {Model} model */
export const isBinary = ({ ending, output, classes }) =>
  ending === "binary" && unitCount(output.output_shape) === 1 && classes.length === 2;

/**
 * The layer that turns a layer's values into probabilities, or their logarithms, if one does.
 * @param {Model} model
 * @param {Layer} layer
 * @returns {Layer | null}
 */
export const probabilitiesOf = (model, layer) => model.consumers(layer.name).find(isNormalised) ?? null;

/**
 * The layers that lead from the picture to a layer, itself last, where there is one way only.
 * @param {Model} model @param {Layer} layer @returns {Layer[] | null} null where a layer on it reads several things
 */
export function wayTo(model, layer) {
  const way = [layer];
  for (let before = model.layer(inputName(layer)); before; before = model.layer(inputName(before))) way.unshift(before);
  return way.every(({ inputs }) => inputs.length === 1) ? way : null;
}

/** `62×62×10` (height × width × depth) or `10`. @param {readonly number[]} shape */
export const shapeText = (shape) => (shape.length === 3 ? `${shape[1]}×${shape[2]}×${shape[0]}` : String(shape[0]));
