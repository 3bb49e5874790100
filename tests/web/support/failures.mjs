// What the chapter on failures does to pictures, and the gradient of its nudge, as JSON for
// tests/contract/test_learn_failures.py: `node failures.mjs FILE`.
import { readFileSync } from "node:fs";
import { createModel } from "../../../static/js/model/kinds.js";
import { transformInput } from "../../../static/js/model/transform.js";
import { parseTransform } from "../../../static/js/state/transform-text.js";
import { FAILURES } from "../../../static/js/features/learn/model/failures.js";
import { inputGradient, nudged } from "../../../static/js/features/learn/model/nudge.js";
import { best, shares } from "../../../static/js/features/learn/model/shares.js";
import { decodeRun, decodeTensor } from "./fixtures.mjs";

const given = JSON.parse(readFileSync(process.argv[2], "utf8"));
const model = createModel(given.model);
const parameters = new Map(
  given.parameters.layers.map(({ name, ...tensors }) => [
    name,
    Object.fromEntries(Object.entries(tensors).map(([key, value]) => [key, decodeTensor(value)])),
  ]),
);
const runs = Object.fromEntries(Object.entries(given.runs).map(([name, run]) => [name, decodeRun(run)]));
const plain = ({ shape, data }) => ({ shape, data: [...data] });
const run = runs[given.nudged];
const scores = shares(run);
const slope = inputGradient(
  model,
  parameters,
  run,
  scores.map(({ probability }) => probability),
  best(scores).class,
);
process.stdout.write(
  JSON.stringify({
    failures: FAILURES.map(({ id, sample, transform }) => ({
      id,
      sample,
      input: plain(
        transform
          ? transformInput(runs[sample].input, parseTransform(transform), model.input.range)
          : runs[sample].input,
      ),
    })),
    nudge: {
      target: best(scores).class,
      input: plain(run.input),
      slope: [...slope],
      moved: [1, 4].map((levels) => plain(nudged(run.input, slope, levels / 255, model.input.range))),
    },
  }),
);
