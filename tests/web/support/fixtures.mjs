// What the engine wrote down about itself (tests/fixtures), as the page's own objects.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { recordOf, createModel } from "../../../static/js/model/kinds.js";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../../fixtures");
const read = (...path) => JSON.parse(readFileSync(join(FOLDER, ...path), "utf8"));
/** A tensor in JSON: base64 of its little-endian bytes. */
export const decodeTensor = ({ shape, data }) => ({
  shape,
  data: new Float32Array(Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0)).buffer),
});

/** A run in JSON as the page has it. */
export const decodeRun = ({ model, input, layers, scores, preparation = null, note = null }) => ({
  model,
  input: decodeTensor(input),
  activations: new Map(layers.map(({ name, tensor: own }) => [name, decodeTensor(own)])),
  scores,
  preparation,
  note,
});
const tensor = ({ shape, data }) => ({ shape, data: Float32Array.from(data) });

const tensors = (named) => Object.fromEntries(Object.entries(named).map(([key, value]) => [key, tensor(value)]));

/** Every recorded layer: { kind, name, layer, inputs, parameters, output, backward, traces }. */
export const cases = () =>
  readdirSync(join(FOLDER, "traces")).flatMap((file) => {
    const { kind, cases: recorded } = read("traces", file);
    return recorded.map((one) => ({
      kind,
      name: `${kind} ${one.layer.name}`,
      layer: {
        ...one.layer,
        index: 0,
        inputs: one.inputs.map((_, index) => (one.inputs.length > 1 ? `before_${index}` : "input")),
        input_shape: one.input_shapes[0],
        input_shapes: one.input_shapes,
        output_shape: one.output_shape,
        parameter_count: one.parameter_count,
        record: recordOf(one.layer),
      },
      inputs: one.inputs.map(tensor),
      parameters: tensors(one.parameters),
      output: tensor(one.output),
      backward: {
        output: tensor(one.backward.output),
        inputs: one.backward.inputs.map(tensor),
        parameters: tensors(one.backward.parameters),
      },
      traces: one.traces,
    }));
  });

/** A whole recorded model: { scene, traces } with the API's own answers. */
export function recorded(id) {
  const parameters = new Map(
    read("models", id, "parameters.json").layers.map(({ name, ...tensors }) => [
      name,
      Object.fromEntries(Object.entries(tensors).map(([key, value]) => [key, decodeTensor(value)])),
    ]),
  );
  return {
    scene: {
      model: createModel(read("models", id, "model.json")),
      run: decodeRun(read("models", id, "run.json")),
      parameters,
    },
    traces: read("models", id, "traces.json"),
  };
}

export const RECORDED = ["minimal", "deep"];
