// @ts-check
/**
 * What becomes of the answer without each unit: a table of the picture and the network as they are shown, made in this
 * page where the network is small enough, a few rows at a time, else by the server. Each row can be applied, which
 * switches that unit off.
 */
import { ablatable, ablated, ablations } from "../../compute/ablations.js";
import { encodeTensor } from "../../api/wire.js";
import { Problem } from "../../api/client.js";
import { createTask, SUPERSEDED, turn } from "../../core/timing.js";
import { editText, formatEdits, parseEdits } from "../../model/edits.js";
import { isNormalised } from "../../model/model.js";
import { modelEdits, unedited } from "../../model/scene.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { showDialog } from "../../elements/chrome/dialog.js";
import { csvOf, sorted } from "./table.js";

/** So many rows are shown at once. */
const SHOWN = 200;
/** How long rows are made before the page has its turn, in milliseconds. */
const TURN = 6;

/** @typedef {import("./table.js").Row} Row */
/**
 * @typedef {{ class: number, by: "zero" | "mean", logit: number, probability: number | null, answer: number,
 *   rows: Row[], here?: boolean }} Table `here`: made in this page
 */

export function openAblations() {
  const { api, i18n, store } = context();
  const t = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ params) => i18n.t(key, params);
  const { main } = store.state.scenes;
  const run = main?.run;
  if (!main || !run) return;
  const scene = main;
  const { model } = scene;
  const task = createTask();
  /** @type {Table | null} */
  let table = null;
  /** @type {{ column: import("./table.js").Column, down: boolean }} */
  let order = { column: "logit_change", down: false };

  const label = (/** @type {number} */ index) => i18n.label(model.classes[index]?.labels ?? { en: String(index) });
  const by = h(
    "select",
    { class: "button", "data-action": "ablate-by", onchange: () => void load() },
    h("option", { value: "zero" }, t("change.ablations.zero", {})),
    store.state.samples.some(({ blob }) => !blob)
      ? h("option", { value: "mean" }, t("change.ablations.mean", {}))
      : null,
  );
  const layers = h(
    "select",
    { class: "button", "data-action": "ablate-layers", onchange: () => void load() },
    h("option", { value: "" }, t("change.ablations.activations", {})),
    model.layers.filter((layer) => !isNormalised(layer)).map(({ name }) => h("option", { value: name }, name)),
  );
  const csv = h(
    "button",
    { type: "button", class: "button", "data-action": "ablations-csv", onclick: () => save() },
    t("change.ablations.csv", {}),
  );
  const about = h("p", { class: "ablations-about", role: "status" });
  const body = h("tbody");
  const heads = /** @type {const} */ (["unit", "logit_change", "predicted", "probability_change", "answer"]).map(
    (column) => {
      const button = h(
        "button",
        {
          type: "button",
          "data-action": `sort-${column}`,
          onclick: () => {
            order = { column, down: order.column === column ? !order.down : false };
            show();
          },
        },
        t(`change.ablations.column.${column}`, {}),
      );
      return { column, root: h("th", { scope: "col", title: t(`change.ablations.hint.${column}`, {}) }, button) };
    },
  );
  const holder = h(
    "div",
    { class: "ablations-scroll", tabindex: "0", role: "region", "aria-label": t("change.ablations.title", {}) },
    h(
      "table",
      { class: "ablations" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          heads.map(({ root }) => root),
          h("th", { scope: "col" }, t("change.ablations.column.apply", {})),
        ),
      ),
      body,
    ),
  );
  const dialog = showDialog("ablations", t("change.ablations.title", {}), [
    h("p", { class: "note" }, t("change.ablations.lede", {})),
    h(
      "div",
      { class: "ablations-tools" },
      h("label", null, h("span", null, t("change.ablations.by", {})), by),
      h("label", null, h("span", null, t("change.ablations.layers", {})), layers),
      csv,
    ),
    about,
    holder,
  ]);
  const stop = store.select(
    ({ edits }) => edits,
    () => show(),
  );
  dialog.addEventListener("close", stop);
  void load();

  /**
   * The table as this page makes it; null where it is for the server: means over the gallery, large networks, changes
   * that take values of other pictures, and what overflows.
   * @param {AbortSignal} signal @returns {Promise<Table | null>}
   */
  async function made(signal) {
    const base = unedited(store.state.scenes);
    const edits = modelEdits(scene);
    const borrowed = edits.some((one) => one.target === "unit" && (one.change === "mean" || one.change === "picture"));
    if (by.value !== "zero" || borrowed || !base?.parameters || store.state.scenes.main !== scene) return null;
    const chosen = base.model.layer(layers.value);
    const asked = chosen ? [chosen] : ablated(base.model);
    if (!ablatable(base.model, asked)) return null;
    const { parameters } = base;
    const { input } = /** @type {import("../../api/client.js").Run} */ (run);
    try {
      const names = asked.map(({ name }) => name);
      const { rows, ...found } = ablations({ model: base.model, parameters, edits, input }, names);
      /** @type {Row[]} */
      const all = [];
      let begun = performance.now();
      for (const row of rows) {
        all.push(row);
        if (performance.now() - begun < TURN) continue;
        await turn();
        signal.throwIfAborted();
        begun = performance.now();
      }
      return { ...found, by: "zero", rows: all, here: true };
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  async function load() {
    about.textContent = t("change.ablations.working", {});
    holder.toggleAttribute("data-stale", true);
    try {
      const answer = await task(async (signal) => {
        const own = await made(signal);
        if (own) return own;
        const response = await api.request(`/models/${encodeURIComponent(model.id)}/ablations`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            input: encodeTensor(/** @type {import("../../api/client.js").Run} */ (run).input),
            edits: formatEdits(/** @type {import("../../model/edits.js").NetworkEdit[]} */ (modelEdits(scene)))
              .split(";")
              .filter(Boolean),
            by: by.value,
            ...(layers.value && { layers: [layers.value] }),
          }),
          signal,
        });
        return response.json();
      });
      if (answer === SUPERSEDED) return;
      table = answer;
      show();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      about.textContent = i18n.t(`errors.${error.code}`, error.params);
      table = null;
      body.replaceChildren();
    }
    holder.toggleAttribute("data-stale", false);
  }

  function show() {
    if (!table) return;
    const { rows, class: category, logit, answer } = table;
    const changed = rows.filter((row) => row.answer !== answer).length;
    about.textContent = t("change.ablations.about", {
      name: label(category),
      logit: i18n.value(logit),
      count: rows.length,
      changed,
    });
    if (table.here) about.append(` ${t("change.ablations.here", {})}`);
    for (const { column, root } of heads) {
      if (column === order.column) root.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else root.removeAttribute("aria-sort");
    }
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.action;
    const within = body.contains(document.activeElement);
    body.replaceChildren(
      ...sorted(rows, order).slice(0, SHOWN).map(line),
      ...(rows.length > SHOWN
        ? [h("tr", null, h("td", { colspan: "6" }, t("change.ablations.first", { count: SHOWN, total: rows.length })))]
        : []),
    );
    if (within) /** @type {HTMLElement | null} */ (body.querySelector(`[data-action="${focused}"]`))?.focus();
  }

  /** @param {Row} row */
  function line(row) {
    const on = store.state.edits.some((edit) => editText(edit) === row.edit);
    const number = (/** @type {number | null} */ value, /** @type {string} */ shown) =>
      h("td", { class: "mono", "data-value": value }, value === null ? "–" : shown);
    const { answer } = /** @type {Table} */ (table);
    return h(
      "tr",
      { "data-row": `${row.layer}[${row.unit}]`, "data-changes": row.answer !== answer },
      h(
        "th",
        { scope: "row" },
        `${row.layer}[${row.unit}]`,
        row.silent && h("small", null, ` ${t("change.ablations.silent", {})}`),
      ),
      number(row.logit_change, signed(row.logit_change)),
      number(row.predicted, signed(row.predicted)),
      number(row.probability_change, points(row.probability_change ?? 0)),
      h("td", null, row.answer === answer ? t("change.ablations.same", {}) : h("strong", null, label(row.answer))),
      h(
        "td",
        null,
        h(
          "button",
          {
            type: "button",
            class: "button",
            "aria-pressed": String(on),
            "data-action": `apply ${row.edit}`,
            "aria-label": t("change.ablations.apply_one", { name: `${row.layer}[${row.unit}]` }),
            ...does("edit", () => applied(row, on)),
          },
          t(on ? "change.ablations.applied" : "change.ablations.apply", {}),
        ),
      ),
    );
  }

  /** The edits with a row's one added, or taken out. @param {Row} row @param {boolean} on */
  function applied(row, on) {
    const rest = store.state.edits.filter((one) => editText(one) !== row.edit);
    return on ? rest : parseEdits(formatEdits([...rest, ...parseEdits(row.edit)]));
  }

  function save() {
    if (!table) return;
    const names = model.classes.map(({ name }) => name);
    const link = h("a", {
      download: `${model.id}-ablations.csv`,
      href: URL.createObjectURL(new Blob([csvOf(sorted(table.rows, order), names)], { type: "text/csv" })),
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  /** @param {number} value */
  function signed(value) {
    return `${value > 0 ? "+" : ""}${i18n.value(value)}`;
  }

  /** A change of a probability in percentage points. @param {number} value */
  function points(value) {
    return t("change.ablations.points", { value: signed(Number((100 * value).toPrecision(3))) });
  }
}
