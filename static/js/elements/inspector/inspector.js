// @ts-check
/**
 * The panel that says everything about the unit that is looked at: its map with a crosshair, its numbers
 * with their arithmetic, what it saw, and what can be done next. Loaded once the network is drawn.
 */
import { columnsOf } from "../../model/columns.js";
import { factsOf } from "../../model/hyperparameters.js";
import { isMaps, isNormalised } from "../../model/model.js";
import { does } from "../context.js";
import { commandButton } from "../controls.js";
import { h } from "../dom.js";
import { LoupeElement } from "../element.js";
import { InspectorMap } from "./map.js";
import { channelName } from "../network/columns.js";
import { about } from "./about.js";
import { classFacts, layerFacts, modelFacts, pairFacts, settings, unitFacts } from "./facts.js";
import { hints } from "./hints.js";
import { createSpread } from "./spread.js";
import { readTheme, watchTheme } from "../theme.js";
import { layerName, paintedOf, valueName } from "../../state/selectors.js";

/** @typedef {import("../../state/initial.js").Place} Place */
/**
 * @typedef {object} Subject the unit that is shown, with what is known of it
 * @property {import("../../model/model.js").Model} model
 * @property {import("../../api/client.js").Run} run
 * @property {import("../../model/columns.js").Column} column
 * @property {number} unit
 * @property {import("../../api/wire.js").Tensor} tensor its layer's output
 */

export class LoupeInspector extends LoupeElement {
  /** @type {import("../theme.js").Theme} */
  theme = /** @type {any} */ (null);
  spread = createSpread(this);
  #head = h("div", { class: "inspector-head" });
  #body = h("div", { class: "inspector-body", id: "inspector-body" });
  #map = new InspectorMap(this);

  start() {
    this.theme = readTheme(this);
    this.setAttribute("role", "complementary");
    this.setAttribute("aria-label", this.t("network.inspector.label"));
    const toggle = h("button", {
      type: "button",
      class: "inspector-toggle",
      "data-action": "inspector",
      "aria-expanded": "false",
      "aria-controls": "inspector-body",
      "aria-label": this.t("network.inspector.expand"),
      ...does("inspector"),
    });
    this.commands([
      {
        name: "inspector",
        words: "network.inspector.expand",
        perform: () => {
          const open = this.toggleAttribute("data-open");
          document.documentElement.toggleAttribute("data-inspector-open", open);
          toggle.setAttribute("aria-expanded", String(open));
        },
      },
      { name: "value-table", words: "network.inspector.table", perform: () => this.#table() },
    ]);
    this.cleanup(() => document.documentElement.removeAttribute("data-inspector-open"));
    this.replaceChildren(
      h("div", { class: "inspector-scroll" }, h("div", { class: "inspector-top" }, this.#head, toggle), this.#body),
    );
    watchTheme(this, () => {
      this.theme = readTheme(this);
      this.#show();
    });
    this.watch(
      ({ details, words, scale, lock, lens, tint, view, hover, selection, arrived }, scene) => [
        scene,
        details,
        words,
        scale,
        lock,
        lens,
        tint,
        view?.layer,
        view?.unit,
        hover?.layer,
        hover?.unit,
        selection?.layer,
        selection?.unit,
        arrived,
      ],
      () => this.frame(this.#show),
    );
    this.watch(
      ({ hover }) => hover?.at,
      () => this.frame(this.#point),
    );
    this.offer("inspector", this);
  }

  /**
   * What the panel is about: what is under the pointer, else what was chosen, else the opened view's unit.
   * @returns {Place | null}
   */
  get place() {
    const { hover, selection, view } = this.store.state;
    return hover ?? (view ? { layer: view.layer, unit: view.unit } : selection);
  }

  /** @returns {Subject | null} */
  #subject() {
    const { model, run } = this.scene ?? {};
    const { place } = this;
    if (!model || !run || !place) return null;
    const column = columnsOf(model).find(({ name }) => name === place.layer);
    const tensor = column && (column.layer ? run.activations.get(column.name) : run.input);
    return column && tensor && place.unit < column.units ? { model, run, column, unit: place.unit, tensor } : null;
  }

  /** The unit of a large run whose values are on their way, or whose class is known without them. */
  #coming() {
    const { model, run } = this.scene ?? {};
    const { place } = this;
    const column = place && model && run?.overview && columnsOf(model).find(({ name }) => name === place.layer);
    const known = column && run?.overview?.get(column.name);
    return model && run && known && place.unit < column.units ? { model, run, column, unit: place.unit, known } : null;
  }

  #show = () => {
    const { model } = this.scene ?? {};
    if (!model || !this.isConnected) return;
    const subject = this.#subject();
    this.dataset.of = subject ? `${subject.column.name}[${subject.unit}]` : "model";
    const coming = subject ? null : this.#coming();
    if (coming) return this.#showComing(coming);
    if (!subject) {
      this.#map.detach();
      this.#head.replaceChildren(
        h("h2", null, this.i18n.label(model.title)),
        h("p", null, this.t("network.inspector.model", { layers: model.layers.length, count: model.parameter_count })),
      );
      this.#body.replaceChildren(...about(this, model), ...modelFacts(this, model), ...hints(this, null));
      return;
    }
    const { column, unit } = subject;
    const name =
      column.form === "classes"
        ? this.i18n.label(model.classes[unit].labels)
        : column.layer || this.i18n.plainly
          ? valueName(this.i18n, model, { layer: column.name, at: [unit] })
          : this.t("network.inspector.unit", { layer: this.t("network.input"), unit });
    const line = column.layer ? settings(this, column.layer) : null;
    this.#head.replaceChildren(
      h("h2", null, name),
      h("p", null, this.#subtitle(subject)),
      ...(line && column.form !== "classes" ? [line] : []),
    );
    const shown = isMaps(column.shape);
    this.#fill(shown ? this.#map.element : null, [
      ...hints(this, subject),
      ...(column.form === "classes" ? classFacts(this, subject) : []),
      ...(column.form === "pair" ? pairFacts(this, subject) : []),
      ...(column.layer ? layerFacts(this, subject) : []),
      ...(column.form === "classes" ? [] : unitFacts(this, subject)),
      ...this.#actions(subject),
    ]);
    if (shown) this.#map.show({ ...subject, tensor: this.#painted(subject) });
    else this.#map.detach();
  };

  /** What the map shows: the layer's values, or, compared with another run's, theirs or by how much they differ.
   * @param {Subject} subject */
  #painted({ column, tensor }) {
    const { values } = paintedOf(this.store.state, /** @type {import("../../model/scene.js").Scene} */ (this.scene));
    return (column.layer ? values?.activations.get(column.name) : values?.input) ?? tensor;
  }

  /**
   * What is known of a unit before its values are there.
   * @param {{ model: import("../../model/model.js").Model, run: import("../../api/client.js").Run,
   *   column: import("../../model/columns.js").Column, unit: number,
   *   known: import("../../model/statistics.js").Overview }} coming
   */
  #showComing({ model, run, column, unit, known }) {
    this.#map.detach();
    this.dataset.of = `${column.name}[${unit}]`;
    const about = { model, run, column, unit };
    const classes = column.form === "classes";
    const name = classes
      ? this.i18n.label(model.classes[unit].labels)
      : valueName(this.i18n, model, { layer: column.name, at: [unit] });
    this.#head.replaceChildren(h("h2", null, name), h("p", null, this.#subtitle(about)));
    const range = `${this.i18n.value(known.minimum[unit])} … ${this.i18n.value(known.maximum[unit])}`;
    this.#fill(null, [
      ...(classes ? classFacts(this, about) : []),
      ...(classes ? [] : [h("p", { class: "inspector-hint", role: "status" }, this.t("network.inspector.coming"))]),
      h("dl", { class: "inspector-facts" }, h("dt", null, this.t("network.inspector.range")), h("dd", null, range)),
      ...layerFacts(this, about),
      ...this.#actions(about),
    ]);
  }

  /** Put new content below the map, which stays where it is, and keep the focus: keys go on reading values.
   * @param {HTMLElement | null} map @param {(Node | string)[]} content */
  #fill(map, content) {
    const focused = this.#body.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).dataset.action
      : undefined;
    if (!map || map.parentElement !== this.#body) this.#body.replaceChildren(...(map ? [map] : []));
    for (const part of [...this.#body.childNodes]) if (part !== map) part.remove();
    this.#body.append(...content);
    if (focused)
      /** @type {HTMLElement | null} */ (this.#body.querySelector(`[data-action="${focused}"]`))?.focus({
        preventScroll: true,
      });
  }

  #point = () => this.#map.point(this.store.state.hover?.at ?? null);

  /** One line that says what kind of thing this is. @param {Omit<Subject, "tensor">} subject */
  #subtitle({ model, column, unit }) {
    const { layer } = column;
    if (!layer)
      return this.t("network.kind.input", { channel: channelName(this.i18n, model, unit), count: column.units });
    if (column.form === "classes")
      return this.t("network.kind.class", {
        unit,
        count: column.units,
        layer: layerName(this.i18n, model, column.name),
      });
    return this.t(`${layer.record.words}.about`, factsOf(layer));
  }

  /** @param {Omit<Subject, "tensor">} subject */
  #actions({ column, unit }) {
    if (column.layer && !column.layer.record.view && column.form !== "maps") return [];
    return [
      h(
        "div",
        { class: "inspector-actions" },
        h(
          "button",
          {
            type: "button",
            class: "button",
            "data-action": "open-unit",
            ...does("open-view", { layer: column.name, unit }),
          },
          this.t(column.layer ? "network.inspector.open" : "network.inspector.pixels"),
        ),
        isMaps(column.shape) && commandButton("value-table"),
        column.layer &&
          !isNormalised(column.layer) && [
            this.#change("mute", "network.edits.switch", { layer: column.name, unit }),
            this.#change("change", "common.command.change.title", { layer: column.name, unit }),
          ],
      ),
    ];
  }

  /** @param {string} name of a command that changes the network @param {string} words @param {Place} place */
  #change(name, words, place) {
    const title = this.t(`common.command.${name}.hint`);
    return h(
      "button",
      { type: "button", class: "button", "data-action": name, title, ...does(name, place) },
      this.t(words),
    );
  }

  async #table() {
    const subject = this.#subject();
    if (!subject) return;
    const { openValueTable } = await import("./value-table.js");
    openValueTable(this, subject);
  }
}

if (!customElements.get("loupe-inspector")) customElements.define("loupe-inspector", LoupeInspector);
