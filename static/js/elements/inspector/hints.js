// @ts-check
/**
 * Short hints on what can be done next. Each goes away for good once it has been done in this browser.
 */
import { h } from "../dom.js";

const KEY = "cnn-loupe-done";

/** @returns {Set<string>} */
function done() {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
  } catch {
    return new Set(); // storage is blocked or holds something else: hints stay
  }
}

/** @param {string} deed */
function remember(deed) {
  const all = done();
  if (all.has(deed)) return;
  try {
    localStorage.setItem(KEY, JSON.stringify([...all, deed]));
  } catch {
    // blocked storage: the hint comes back on the next visit
  }
}

/**
 * @param {import("./inspector.js").LoupeInspector} host
 * @param {import("./inspector.js").Subject | null} subject
 */
export function hints(host, subject) {
  const { hover, view } = host.store.state;
  if (subject) remember("hover");
  if (hover?.at) remember("pixel");
  if (view) remember("open");
  const known = done();
  const wanted = !subject
    ? ["hover", "keys"]
    : subject.column.form === "classes"
      ? ["edges", "open"]
      : !subject.column.layer
        ? []
        : subject.column.form === "maps"
          ? ["pixel", "open"]
          : ["open"];
  const left = wanted.filter((deed) => !known.has(deed));
  return left.length
    ? [h("ul", { class: "inspector-hints" }, ...left.map((deed) => h("li", null, host.t(`network.hint.${deed}`))))]
    : [];
}
