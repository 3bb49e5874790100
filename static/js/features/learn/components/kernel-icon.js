// @ts-check
import { h } from "../../../elements/dom.js";
import { largest, size } from "../model/matrix.js";
import { weightColour } from "./colour.js";

/** A kernel as a small picture. @param {import("../model/matrix.js").Matrix} values */
export function kernelIcon(values) {
  const [rows, columns] = size(values);
  const range = largest(values) || 1;
  const cells = values.flatMap((line, y) =>
    line.map((value, x) =>
      h("svg:rect", { x, y, width: 1.02, height: 1.02, fill: `rgb(${weightColour(value, range).join(" ")})` }),
    ),
  );
  return h("svg:svg", { class: "learn-kernel-icon", viewBox: `0 0 ${columns} ${rows}`, "aria-hidden": "true" }, cells);
}
