// The code that the page shows for every recorded trace, as JSON: what tests/web/test_code.py runs.
import { lines } from "../../../static/js/formula/code.js";
import { tolerance } from "../../../static/js/model/operations.js";
import { cases } from "./fixtures.mjs";

const plain = ({ shape, data }) => ({ shape, data: [...data] });
const written = cases().flatMap(({ name, layer, inputs, parameters, output, traces }) =>
  traces.map(({ at }) => {
    const trace = layer.record.tracer.trace(layer, inputs, parameters, at);
    const valueIndex = { layer: layer.name, at };
    return {
      name,
      layer: layer.name,
      at,
      lines: lines(layer, { valueIndex, value: 0, trace, sources: layer.inputs }),
      run: Object.fromEntries(layer.inputs.map((input, index) => [input, plain(inputs[index])])),
      parameters: Object.fromEntries(Object.entries(parameters).map(([key, tensor]) => [key, plain(tensor)])),
      output: plain(output),
      tolerance: tolerance(trace),
    };
  }),
);
process.stdout.write(JSON.stringify(written));
