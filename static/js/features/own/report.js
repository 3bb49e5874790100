// @ts-check
/** The report: each layer of the file, what is seen of it here, and everything that was done to it on the way in. */
import { context } from "../../elements/context.js";
import { h } from "../../elements/dom.js";

/** @typedef {import("../../api/own.js").Report} Report */
/** @typedef {import("../../api/own.js").Note} Note */

export function createReport() {
  const { t } = context().i18n;
  const table = h("div", { class: "own-table", tabindex: "0", role: "region", "aria-label": t("own.report.title") });
  const summary = h("summary", null, t("own.report.title"));
  const root = h("details", { class: "own-report", "data-part": "report" }, summary, table);
  /** @type {Report | null} */
  let shown = null;
  const build = () => {
    if (root.open && shown) table.replaceChildren(tableOf(shown));
  };
  root.addEventListener("toggle", build);
  return {
    root,
    /** @param {import("./session.js").Session} session */
    show({ brought, stage }) {
      root.hidden = !brought || stage === "refused";
      if (!brought || brought.report === shown) return;
      shown = brought.report;
      const counts = countsOf(shown.notes);
      summary.replaceChildren(
        h("span", null, t("own.report.title")),
        h("span", { class: "note" }, counts || t("own.report.unchanged")),
      );
      build();
    },
  };
}

/** `1 added, 3 left out`. @param {readonly Note[]} notes */
function countsOf(notes) {
  const { t } = context().i18n;
  return ["added", "dropped", "folded", "renamed", "split"]
    .map((action) => ({ action, count: notes.filter((note) => note.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ action, count }) => t(`own.report.count_${action}`, { count }))
    .join(t("own.separator"));
}

/** @param {Report} report */
function tableOf({ layers, notes }) {
  const { i18n } = context();
  const { t } = i18n;
  const kind = (/** @type {string} */ name) => (i18n.has(`kinds.${name}.name`) ? t(`kinds.${name}.name`) : name);
  const rows = layers.map(({ name, kind: of, shape, origin, parameters }) => {
    const about = notes.filter(({ into }) => into === name);
    const [first, ...others] = origin;
    return h(
      "tr",
      { "data-layer": name },
      h(
        "th",
        { scope: "row" },
        first ? h("code", { title: origin.join("\n") }, first) : h("span", { class: "note" }, about.some(({ action }) => action === "added") ? "—" : t("own.report.part")), // prettier-ignore
        others.length ? h("span", { class: "note" }, ` +${others.length}`) : null,
      ),
      h("td", null, h("code", null, name), h("span", { class: "note" }, ` ${kind(of)}`)),
      h("td", { class: "number" }, shape.length === 3 ? `${shape[1]}×${shape[2]}×${shape[0]}` : shape.join("×")),
      h("td", { class: "number" }, parameters ? i18n.plain(parameters) : ""),
      h(
        "td",
        null,
        about.map((note) => h("p", null, noteText(note))),
      ),
    );
  });
  const rest = notes.filter(({ into }) => !layers.some(({ name }) => name === into));
  const left = rest.map((note) =>
    h(
      "tr",
      { class: "own-left", "data-note": note.action },
      h("th", { scope: "row" }, h("code", null, note.what)),
      h("td", { colspan: 4 }, noteText(note)),
    ),
  );
  const head = ["yours", "here", "shape", "learned", "changed"].map((name) =>
    h("th", { scope: "col" }, t(`own.report.${name}`)),
  );
  return h("table", null, h("thead", null, h("tr", null, head)), h("tbody", null, rows, left));
}

/** @param {Note} note */
export function noteText({ action, what, reason, into }) {
  const { i18n } = context();
  const because = i18n.has(`own.reasons.${reason}`) ? i18n.t(`own.reasons.${reason}`) : reason;
  return i18n.t(`own.report.${action}`, { what, into: into ?? "", because });
}
