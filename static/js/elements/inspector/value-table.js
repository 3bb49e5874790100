// @ts-check
/** A map's values as a table: the alternative to colour, for reading out and for copying. */
import { exact } from "../../core/i18n.js";
import { unitValues } from "../../model/statistics.js";
import { does } from "../context.js";
import { commandButton } from "../controls.js";
import { h } from "../dom.js";
import { createWindowed } from "../windowed.js";

/** Maps of up to so many rows have all of them in the table; of larger ones those near what is seen. */
const MOST_ROWS = 64;

/** @param {import("./inspector.js").LoupeInspector} host @param {import("./inspector.js").Subject} subject */
export function openValueTable(host, { column, unit, tensor }) {
  const [, rows, columns] = tensor.shape;
  const values = unitValues(tensor, unit);
  const name = `${column.layer ? column.name : host.t("network.input")}[${unit}]`;
  const header = h(
    "tr",
    null,
    h("td", null),
    ...Array.from({ length: columns }, (_, j) => h("th", { scope: "col" }, String(j))),
  );
  const line = (/** @type {number} */ i) => ({
    row: h(
      "tr",
      null,
      h("th", { scope: "row" }, String(i)),
      ...Array.from({ length: columns }, (_, j) => {
        const value = values[i * columns + j];
        return h("td", { "data-value": exact(value), title: exact(value) }, host.i18n.value(value));
      }),
    ),
  });
  const head = h("thead", null, header);
  const body = h("tbody");
  const table = h(
    "table",
    { "aria-rowcount": rows + 1 },
    h("caption", { class: "sr" }, host.t("network.table.about", { rows, columns })),
    head,
    body,
  );
  const scroller = h(
    "div",
    { class: "value-table-scroll", tabindex: "0", role: "region", "aria-labelledby": "value-table-title" },
    table,
  );
  const lines = createWindowed({
    count: rows,
    root: scroller,
    list: body,
    heads: head,
    build: line,
    spacer: "tr",
    all: MOST_ROWS,
    place: (i) => ({ "aria-rowindex": i + 2 }),
  });
  if (lines.windowed) {
    table.classList.add("is-windowed");
    scroller.addEventListener("scroll", () => host.frame(lines.look), { passive: true });
    new ResizeObserver(() => host.frame(lines.look)).observe(scroller); // goes with the dialog
  }
  const copy = h(
    "button",
    {
      type: "button",
      class: "button",
      "data-action": "copy-table",
      ...does("copy", () => ({
        text: Array.from({ length: rows }, (_, i) =>
          Array.from(values.subarray(i * columns, (i + 1) * columns), exact).join("\t"),
        ).join("\n"),
        copied: (/** @type {boolean} */ done) =>
          void (copy.textContent = host.t(done ? "network.inspector.copied" : "network.table.not_copied")),
      })),
    },
    host.t("network.table.copy"),
  );
  /** @type {HTMLDialogElement} */
  const dialog = h(
    "dialog",
    { class: "value-table", "aria-labelledby": "value-table-title" },
    h(
      "header",
      null,
      h("h2", { id: "value-table-title" }, name),
      h("p", null, host.t("network.table.about", { rows, columns })),
      copy,
      commandButton("close-dialog", { value: () => dialog, square: true, autofocus: true }),
    ),
    scroller,
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
