// @ts-check
/**
 * Why: a class's score as a sum over places, laid over the picture. It stands where the inspector stands, so that the
 * network stays whole beside it: pointing at a class there shows that class's evidence.
 *
 * All arithmetic is in `model/evidence.js`; nothing here asks the server.
 */
import { sameItems } from "../../core/store.js";
import { difference, evidenceOf, termsAt } from "../../model/evidence.js";
import { limitOf } from "../../model/ranges.js";
import { chooseWhy, closeWhy, lookAt, setAgainst } from "../../state/why.js";
import { does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { INNERMOST } from "../../elements/keys.js";
import { createFigure } from "./figure.js";
import { createLegend } from "./legend.js";
import { createPlace } from "./place.js";
import { nameOf, subjectOf } from "./subject.js";
import { amount, createSum } from "./sum.js";

/** So many of the strongest units share one range of colours. */
const COMPARED = 10;
/** A list of more units than this cannot be chosen from; they are asked for by number. */
const LISTED = 1024;

/** Ranges by ground: a run is never changed. @type {WeakMap<object, number>} */
const limits = new WeakMap();

export class LoupeWhy extends LoupeElement {
  /** @type {import("./subject.js").Subject | null} */
  #subject = null;
  /** @type {import("../../model/evidence.js").Evidence | null} */
  #evidence = null;
  /** What is shown: as long as it stays, only the place changes. @type {readonly unknown[]} */
  #shown = [];
  /** The square under the pointer. @type {number | null} */
  #pointed = null;

  #title = h("h2", { id: "why-title" });
  #about = h("p", { class: "why-lede" });
  #choice = h("div", { class: "why-choice" });
  #caption = h("p", { class: "note why-caption" });
  #said = h("p", { class: "sr", role: "status" });
  #figure = createFigure({
    onPoint: (place) => this.#point(place),
    onPin: (place) => this.#pin(place),
    onOpen: (place) => this.#open(place, null),
    onPicture: (full) => this.#showCaption(full),
  });
  #legend = createLegend(this.i18n);
  #reading = createPlace(this.i18n);
  #sum = h("div");
  #tiles = h("p", { class: "note" });
  #table = h("details", { class: "why-table", ontoggle: () => this.#fillTable() });
  #body = h(
    "div",
    { class: "why-body" },
    this.#choice,
    h("figure", { class: "why-figure" }, this.#figure.root, this.#legend.root, h("figcaption", null, this.#caption)),
    this.#reading.root,
    this.#sum,
    this.#tiles,
    h("p", { class: "note" }, this.t("why.honest")),
    this.#table,
  );

  start() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-labelledby", "why-title");
    this.#addCommands();
    this.replaceChildren(
      h(
        "div",
        { class: "why-scroll" },
        h("div", { class: "why-head" }, this.#title, commandButton("close-why", { square: true })),
        this.#about,
        this.#body,
        this.#said,
      ),
    );
    this.#shown = [];
    this.watch(
      ({ why, hover, arrived }, scene) => [why, hover, scene, arrived],
      () => this.#follow(),
    );
    this.watch(
      ({ scenes, ownPictures, samples }) => [scenes.main, ownPictures, samples],
      () => void this.#figure.showPicture(this.store.state),
    );
    this.observeSize(this.#figure.root, () => this.#figure.fit());
    this.cleanup(() => this.#figure.stop());
    // On a narrow page it opens above the network.
    if (matchMedia("(max-width: 63.99rem)").matches) this.scrollIntoView({ block: "start" });
  }

  #addCommands() {
    this.commands([
      {
        name: "close-why",
        words: "common.close",
        help: "common.command.back.title",
        icon: "close",
        keys: ["Escape"],
        precedence: INNERMOST.why,
        perform: () => this.#close(),
      },
      {
        name: "why-class",
        words: "why.choose",
        /** What was typed may be no unit. */
        perform: ({ store, value }) => {
          const of = this.#unit(value);
          if (of) chooseWhy(store, of);
        },
      },
      {
        name: "why-against",
        words: "why.against",
        perform: ({ store, value }) => {
          const { ground, unit } = /** @type {import("./subject.js").Subject} */ (this.#subject);
          const other = this.#unit(value);
          if (other || value === "") setAgainst(store, { layer: ground.layer, unit }, other?.unit ?? null);
        },
      },
      { name: "why-open", words: "why.open", perform: ({ value: { place, unit } }) => this.#open(place, unit) },
      { name: "why-look", words: "why.patch", perform: ({ store, value }) => lookAt(store, value) },
    ]);
  }

  /** The unit whose number a control gave. @param {string} value */
  #unit(value) {
    const { layer, units } = /** @type {import("./subject.js").Subject} */ (this.#subject).ground;
    const unit = Number(value);
    return value !== "" && Number.isInteger(unit) && unit < units ? { layer, unit } : null;
  }

  #close() {
    const within = this.contains(document.activeElement);
    closeWhy(this.store);
    if (within) /** @type {HTMLElement | null} */ (document.querySelector("[data-action=why]"))?.focus();
  }

  /** Make what is shown agree with the state. */
  #follow() {
    const { state } = this.store;
    if (!state.why) return;
    const subject = subjectOf(this.scene, state);
    const only = subject !== null && !("ground" in subject);
    this.#body.hidden = subject === null || only;
    if (subject === null) {
      this.#title.textContent = this.t("common.command.why.title");
      this.#about.textContent = this.t("why.loading");
      return;
    }
    if (subject && "heavy" in subject) {
      this.#title.textContent = this.t("common.command.why.title");
      this.#about.textContent = this.t("why.heavy", { layer: subject.heavy });
      return;
    }
    if (only) return this.#refuse(/** @type {any} */ (subject).behind);
    this.#show(/** @type {import("./subject.js").Subject} */ (subject));
  }

  /**
   * No unit of this model is a sum over places: say what stands in the way.
   * @param {{ of: number, layer: string }} behind
   */
  #refuse({ of, layer }) {
    const { model } = this.store.state;
    const name = model?.classes[of] ? this.i18n.label(model.classes[of].labels) : String(of);
    this.#title.textContent = this.t("why.title", { name });
    this.#about.textContent = this.t("why.behind_only", { name, layer });
    this.#subject = this.#evidence = null;
    this.#shown = [];
  }

  /** @param {import("./subject.js").Subject} subject */
  #show(subject) {
    const { ground, unit, against, behind } = subject;
    const shown = [ground, unit, against];
    const moving = this.#shown[0] === ground && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!sameItems(shown, this.#shown)) {
      const evidence =
        against === null ? evidenceOf(ground, unit) : difference(evidenceOf(ground, unit), evidenceOf(ground, against));
      const another = this.#subject?.ground !== ground;
      [this.#shown, this.#subject, this.#evidence] = [shown, subject, evidence];
      const name = nameOf(subject, unit, this.i18n);
      const other = against === null ? "" : nameOf(subject, against, this.i18n);
      const rival = against === null ? "" : "_against";
      this.#title.textContent = this.t(
        against !== null ? "why.title_against" : subject.classes ? "why.title" : "why.title_unit",
        { name, other },
      );
      this.#about.textContent = this.t(`why.lede${rival}`, { name, other, count: ground.places });
      if (behind) {
        const { classes } = subject.scene.model;
        const own = classes[behind.of] ? this.i18n.label(classes[behind.of].labels) : String(behind.of);
        this.#about.prepend(
          h(
            "span",
            { class: "why-behind" },
            this.t("why.behind", { name: own, layer: behind.layer, ground: ground.layer }),
          ),
        );
      }
      this.dataset.unit = `${ground.layer}[${unit}]`;
      if (another) this.#buildChoice(subject);
      const [first, second] = this.#choice.querySelectorAll("select, input");
      if (first) first.value = String(unit);
      if (second) second.value = against === null ? "" : String(against);
      const limit = against === null ? this.#limit(subject) : limitOf([Float32Array.from(evidence.places)]);
      this.#figure.show(subject, evidence.places, limit, moving);
      this.#legend.show(limit);
      this.#sum.replaceChildren(createSum(evidence, subject, this.i18n));
      this.#describe(subject, evidence, against === null ? name : `${name} − ${other}`);
      this.#fillTable();
    }
    this.#mark();
  }

  /**
   * One range for the strongest units, so that they can be compared.
   * @param {import("./subject.js").Subject} subject
   */
  #limit({ ground }) {
    let limit = limits.get(ground);
    if (limit === undefined) {
      const strongest = Array.from(ground.results, (_, unit) => unit)
        .sort((a, b) => ground.results[b] - ground.results[a])
        .slice(0, COMPARED);
      limit = limitOf(strongest.map((unit) => Float32Array.from(evidenceOf(ground, unit).places)));
      limits.set(ground, limit);
    }
    return limit;
  }

  /** What can be chosen: whose evidence, and what it is set against. @param {import("./subject.js").Subject} subject */
  #buildChoice(subject) {
    const { ground } = subject;
    const units = Array.from({ length: ground.units }, (_, unit) => unit);
    /** @param {string} action @param {string | null} none */
    const chooser = (action, none) => {
      const chosen = { "data-action": action, ...does(action, () => control.value, "change") };
      /** @type {HTMLInputElement | HTMLSelectElement} */
      const control =
        units.length > LISTED
          ? h("input", { type: "number", class: "field", min: 0, max: units.length - 1, placeholder: none, ...chosen })
          : h(
              "select",
              { class: "button", ...chosen },
              none === null ? null : h("option", { value: "" }, none),
              units.map((unit) => h("option", { value: unit }, nameOf(subject, unit, this.i18n))),
            );
      return control;
    };
    this.#choice.replaceChildren(
      h("label", null, h("span", null, this.t("why.choose")), chooser("why-class", null)),
      h("label", null, h("span", null, this.t("why.against")), chooser("why-against", this.t("why.nothing"))),
    );
  }

  /** The square that is read: under the pointer, chosen, or the strongest. */
  #place() {
    const { why } = this.store.state;
    const { places } = /** @type {import("../../model/evidence.js").Evidence} */ (this.#evidence);
    const [, rows, columns] = /** @type {import("./subject.js").Subject} */ (this.#subject).ground.values.shape;
    if (this.#pointed !== null && this.#pointed < places.length) return this.#pointed;
    if (why?.at && why.at[0] < rows && why.at[1] < columns) return why.at[0] * columns + why.at[1];
    return places.indexOf(Math.max(...places));
  }

  #mark() {
    const [subject, evidence] = [this.#subject, this.#evidence];
    if (!subject || !evidence) return;
    const place = this.#place();
    this.#figure.mark(place);
    this.#reading.show(
      subject,
      this.#figure.tiles,
      place,
      evidence.places[place],
      termsAt(subject.ground, subject.unit, subject.against, place),
    );
  }

  /** @param {number | null} place */
  #point(place) {
    if (place === this.#pointed) return;
    this.#pointed = place;
    this.frame(this.#marked);
  }
  #marked = () => this.#mark();

  /** @param {number} place */
  #pin(place) {
    const [, , columns] = /** @type {import("./subject.js").Subject} */ (this.#subject).ground.values.shape;
    const [row, column] = [Math.floor(place / columns), place % columns];
    this.perform("why-look", [row, column]);
    const value = /** @type {import("../../model/evidence.js").Evidence} */ (this.#evidence).places[place];
    this.#said.textContent = this.t("why.square", { row, column, amount: this.i18n.value(value) });
  }

  /**
   * The calculation of a value: of the map that adds most at a place, unless one is named.
   * @param {number} place
   * @param {number | null} unit
   */
  #open(place, unit) {
    const { ground, unit: own, against } = /** @type {import("./subject.js").Subject} */ (this.#subject);
    const [, , columns] = ground.values.shape;
    const map = unit ?? termsAt(ground, own, against, place)[0].unit;
    this.perform("open-view", { layer: ground.maps, unit: map, at: [Math.floor(place / columns), place % columns] });
  }

  /** @param {boolean} full whether the picture's own pixels are seen */
  #showCaption(full) {
    const [, rows, columns] = this.store.state.run?.input.shape ?? [0, 0, 0];
    this.#caption.textContent = this.t(full ? "why.full" : "why.pixels", { size: `${columns}×${rows}` });
    this.#caption.dataset.picture = full ? "full" : "input";
  }

  /**
   * The same for whoever does not see it.
   * @param {import("./subject.js").Subject} subject
   * @param {import("../../model/evidence.js").Evidence} evidence
   * @param {string} name
   */
  #describe({ ground, scene }, { places }, name) {
    const [, rows, columns] = ground.values.shape;
    const extreme = (/** @type {1 | -1} */ sign) => {
      const place = places.reduce((best, one, index) => (sign * one > sign * places[best] ? index : best), 0);
      if (sign * places[place] <= 0) return this.t("why.none_such");
      return this.t("why.square", {
        row: Math.floor(place / columns),
        column: place % columns,
        amount: this.i18n.value(places[place]),
      });
    };
    this.#figure.root.setAttribute(
      "aria-label",
      this.t("why.picture", {
        name,
        rows,
        columns,
        pro: places.filter((one) => one > 0).length,
        contra: places.filter((one) => one < 0).length,
        best: extreme(1),
        worst: extreme(-1),
      }),
    );
    const { known, patch } = this.#figure.tiles;
    const field = patch(Math.floor(places.length / 2));
    const [, height, width] = scene.model.input.shape;
    const whole = field && field.bottom - field.top + 1 >= height && field.right - field.left + 1 >= width;
    this.#tiles.textContent = this.t(!known || !field ? "why.shares" : whole ? "why.whole" : "why.overlap");
  }

  /** All squares as a table, written when it is opened. */
  #fillTable() {
    const [subject, evidence] = [this.#subject, this.#evidence];
    if (!this.#table.firstElementChild) this.#table.append(h("summary", null, this.t("why.table")));
    if (!subject || !evidence || !this.#table.open) return;
    const [, rows, columns] = subject.ground.values.shape;
    const range = (/** @type {number} */ count) => Array.from({ length: count }, (_, index) => index);
    this.#table.lastElementChild?.matches(".why-table-scroll") && this.#table.lastElementChild.remove();
    this.#table.append(
      h(
        "div",
        { class: "why-table-scroll", tabindex: "0", role: "region", "aria-label": this.t("why.table") },
        h(
          "table",
          null,
          h("caption", { class: "sr" }, this.t("why.table_caption", { rows, columns })),
          h(
            "thead",
            null,
            h(
              "tr",
              null,
              h("td"),
              range(columns).map((column) => h("th", { scope: "col" }, column)),
            ),
          ),
          h(
            "tbody",
            null,
            range(rows).map((row) =>
              h(
                "tr",
                null,
                h("th", { scope: "row" }, row),
                range(columns).map((column) =>
                  h("td", null, amount(this.i18n, evidence.places[row * columns + column])),
                ),
              ),
            ),
          ),
        ),
      ),
    );
  }
}
