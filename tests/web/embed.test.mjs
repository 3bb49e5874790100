// Snippets of embeds, and which pages a server's setting lets show them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { allows, originOf } from "../../static/js/features/embed/builder/origins.js";
import { embedAddress, snippet } from "../../static/js/features/embed/builder/snippet.js";

const BASE = "https://cnn.example/learn";
const choice = (more = {}) => ({
  what: "network",
  parameters: {},
  width: null,
  height: 600,
  fit: false,
  title: "CNN Loupe",
  ...more,
});

test("an address leaves out what is not chosen and keeps places readable", () => {
  assert.equal(embedAddress(BASE, choice({ parameters: { model: "", lang: "" } })), `${BASE}/embed/network`);
  assert.equal(
    embedAddress(BASE, choice({ what: "widget", widget: "softmax", parameters: { lang: "zh-Hans" } })),
    `${BASE}/embed/widget/softmax?lang=zh-Hans`,
  );
  const view = embedAddress(BASE, choice({ what: "view", parameters: { view: "neuron:conv_1_2[3,30,24]" } }));
  assert.equal(new URL(view).searchParams.get("view"), "neuron:conv_1_2[3,30,24]");
});

test("a plain snippet is one frame without script, and its attributes cannot be broken out of", () => {
  const text = snippet(
    BASE,
    choice({ title: `"><script>alert(1)</script>`, width: 640, parameters: { a: "1", b: `"<&` } }),
  );
  assert.doesNotMatch(text.replace(/"[^"]*"/g, ""), /script/);
  assert.match(
    text,
    /^<iframe src="https:\/\/cnn\.example\/learn\/embed\/network\?a=1&amp;b=%22%3C%26" title="&quot;>&lt;script>[^"]*" width="640" height="600" /,
  );
});

test("the growing snippet listens to this server's origin alone", () => {
  const text = snippet(BASE, choice({ fit: true }));
  const listeners = [];
  const frame = { contentWindow: {}, height: 1 };
  const other = { contentWindow: {}, height: 1 };
  const script = /<script>([\s\S]*)<\/script>/.exec(text)[1];
  runInNewContext(script, {
    addEventListener: (type, listen) => listeners.push([type, listen]),
    document: { querySelectorAll: () => [frame, other] },
  });
  const [[type, listen]] = listeners;
  assert.equal(type, "message");
  listen({
    data: { type: "cnn-loupe:size", version: 1, height: 412 },
    origin: "https://evil.example",
    source: frame.contentWindow,
  });
  listen({ data: { type: "else", height: 412 }, origin: "https://cnn.example", source: frame.contentWindow });
  listen({ data: null, origin: "https://cnn.example", source: frame.contentWindow });
  assert.deepEqual([frame.height, other.height], [1, 1]);
  listen({
    data: { type: "cnn-loupe:size", version: 1, height: 412 },
    origin: "https://cnn.example",
    source: frame.contentWindow,
  });
  assert.deepEqual([frame.height, other.height], [412, 1]);
});

test("a page's address as people type it has an origin, or none", () => {
  for (const [typed, origin] of [
    ["https://a.example/course?id=3", "https://a.example"],
    ["moodle.school.example", "https://moodle.school.example"],
    ["http://192.168.1.5:8080/x", "http://192.168.1.5:8080"],
    ["file:///home/slides.html", null],
    ["", null],
    ["javascript:alert(1)", null],
  ]) {
    assert.equal(originOf(typed), origin, typed);
  }
});

test("a setting's sources let in exactly the pages that a browser lets in", () => {
  const cases = JSON.parse(readFileSync(new URL("../contract/origins.json", import.meta.url), "utf8"));
  assert.ok(cases.length > 15);
  for (const { sources, page, allowed } of cases)
    assert.equal(allows(sources, page, "http://cnn.example:8000"), allowed, `${sources} ${page}`);
});
