// Worksheets and quizzes: which questions, whose numbers, and the codes in which results are handed in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAPTERS, chapterOfHash } from "../../static/js/features/learn/chapters.js";
import {
  MOST,
  askedOf,
  csv,
  hash,
  isRight,
  readCode,
  readSpec,
  seedOf,
  tidyName,
  writeCode,
  writeSpec,
} from "../../static/js/features/learn/model/exam.js";
import { QUESTIONS } from "../../static/js/features/learn/questions/index.js";
import { recorded } from "./support/fixtures.mjs";

const { scene } = recorded("deep");
const given = { ...scene, label: ({ en }) => en };
const spec = { chapters: ["convolution", "pooling", "softmax"], count: 6 };
const text = (asked) => JSON.stringify(asked.map(({ id, made }) => [id, made.params, made.options]));

test("a name gets the same questions again, and names get different ones", () => {
  const of = (name) => askedOf(QUESTIONS, given, spec, seedOf(writeSpec(spec), name));
  assert.equal(text(of("Ada")), text(of("  ada ")));
  const all = new Set(["Ada", "Ben", "张伟", "李娜", "7", "8", "9", "10"].map((name) => text(of(name))));
  assert.ok(all.size >= 7, `${all.size} of 8 differ`);
  for (const { id } of of("Ada")) assert.ok(spec.chapters.includes(QUESTIONS.find((one) => one.id === id).chapter), id);
  assert.equal(of("Ada").length, 6);
});

test("where a chapter has too few questions, some are asked again with other numbers", () => {
  const asked = askedOf(QUESTIONS, given, { chapters: ["pooling"], count: 12 }, 3);
  assert.equal(asked.length, 12);
  const cases = asked.map(({ id, made }) => JSON.stringify([id, made.params]));
  assert.equal(new Set(cases).size, 12);
  assert.deepEqual(
    asked.filter(({ made }) => made.options).map(({ id }) => id),
    ["shift-by-one"],
  );
});

test("what is right is the engine's, and each known mistake is wrong", () => {
  const asked = askedOf(QUESTIONS, given, { chapters: CHAPTERS, count: 100 }, 5);
  assert.ok(asked.length > 40);
  for (const { id, made } of asked) {
    if (made.options) {
      for (const option of made.options) assert.equal(isRight(made, option), option === made.right, id);
      assert.equal(isRight(made, ""), false);
      continue;
    }
    assert.ok(isRight(made, String(made.expected)), id);
    if (made.unit === "percent") assert.ok(isRight(made, `${100 * made.expected}%`), id);
    for (const mistake of made.mistakes) assert.equal(isRight(made, String(mistake.value)), false, id);
    assert.equal(isRight(made, "no idea"), false);
  }
});

test("a quiz's address is read as it is written, and nothing else is one", () => {
  assert.deepEqual(readSpec(writeSpec(spec), CHAPTERS), spec);
  for (const bad of ["", "convolution", "convolution:0", `convolution:${MOST + 1}`, "no-such:3", ":3", "pooling:3:3"])
    assert.equal(readSpec(bad, CHAPTERS), null, bad);
  assert.equal(chapterOfHash(`#learn-quiz=${writeSpec(spec)}`), "quiz");
  assert.equal(chapterOfHash("#learn-quizzes"), null);
});

test("a result code is read back whole, whatever the name, and a slip in it is found", () => {
  for (const name of ["Ada", "张伟", "O’Neil, “Zoë”", "=1+1", "🙂 7b"]) {
    const result = { quiz: writeSpec(spec), name, right: [true, false, true, true] };
    const code = writeCode(result);
    assert.match(code, /^[\w.-]+$/);
    assert.deepEqual(readCode(` ${code}\n`), result);
    for (let at = 4; at < code.length; at++) {
      if (code[at] === ".") continue;
      const slip = code.slice(0, at) + (code[at] === "a" ? "b" : "a") + code.slice(at + 1);
      assert.equal(readCode(slip), null, `at ${at}`);
    }
    assert.equal(readCode(code.slice(0, -1)), null);
  }
  assert.equal([...tidyName("x".repeat(200))].length, 60);
  assert.equal(hash(""), 0x811c9dc5); // FNV-1a's own start
  assert.equal(hash("a"), 0xe40c292c);
});

test("the table is one that spreadsheets read as text", () => {
  const heads = ["Name", "Quiz", "Right", "Of"];
  const table = csv(
    [
      { quiz: "pooling:2", name: '=HYPERLINK("x")', right: [true, false] },
      { quiz: "pooling:3", name: "张伟", right: [true, true, true] },
    ],
    heads,
  );
  assert.deepEqual(table.split("\r\n"), [
    '\uFEFF"Name","Quiz","Right","Of",1,2,3',
    `"'=HYPERLINK(""x"")","pooling:2",1,2,1,0,`,
    '"张伟","pooling:3",3,3,1,1,1',
    "",
  ]);
});
