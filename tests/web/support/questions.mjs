// Every question of Learn as it is made from a model's answers of the API, over pictures and seeds, as JSON lines of
// what tests/contract/test_learn_questions.py judges: `node questions.mjs FILE SEEDS`.
import { readFileSync } from "node:fs";
import { createModel } from "../../../static/js/model/kinds.js";
import { judge } from "../../../static/js/features/learn/model/answer.js";
import { QUESTIONS } from "../../../static/js/features/learn/questions/index.js";
import { decodeRun, decodeTensor } from "./fixtures.mjs";

const [file, seeds] = process.argv.slice(2);
const given = JSON.parse(readFileSync(file, "utf8"));
const model = createModel(given.model);
const parameters = new Map(
  given.parameters.layers.map(({ name, ...tensors }) => [
    name,
    Object.fromEntries(Object.entries(tensors).map(([key, value]) => [key, decodeTensor(value)])),
  ]),
);
for (const [picture, answer] of Object.entries(given.runs)) {
  const run = decodeRun(answer);
  for (const { id, chapter, make } of QUESTIONS)
    for (let seed = 0; seed < Number(seeds); seed++) {
      const made = make({ model, parameters, run, seed, label: (labels) => labels.en });
      if (!made || "options" in made) continue; // chosen answers: tests/web/learn-questions.test.mjs
      const told = made.mistakes.map(({ id: mistake, value }) => {
        const { right, mistake: found } = judge(made, [value]);
        return { id: mistake, right, found: found ?? null };
      });
      const { expected, unit = null, params } = made;
      process.stdout.write(
        `${JSON.stringify({
          id,
          chapter,
          picture,
          seed,
          expected,
          unit,
          params,
          right: judge(made, [expected]).right,
          told,
        })}\n`,
      );
    }
}
