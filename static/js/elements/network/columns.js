// @ts-check
/**
 * The controls of the network map: a row of the grid for each layer (it stands upright on the screen),
 * a button for each unit that is shown, with the sentence a screen reader hears.
 */
import { exact } from "../../core/i18n.js";
import { saysClasses } from "../../model/columns.js";
import { isMaps, shapeText } from "../../model/model.js";
import { unitEdits } from "../../model/scene.js";
import { summarise, unitValues } from "../../model/statistics.js";
import { layerName, topScore } from "../../state/selectors.js";
import { does } from "../context.js";
import { h } from "../dom.js";

/** @typedef {import("../../model/layout.js").PlacedColumn} PlacedColumn */
/** @typedef {import("../../model/layout.js").Layout} Layout */
/** @typedef {import("../../model/model.js").Model} Model */

export class NetworkColumns {
  /** @type {HTMLElement} */
  grid;
  /** Buttons that show the units which do not fit. @type {HTMLElement} */
  more = h("div", { class: "network-mores" });
  /** Buttons that open and close blocks of layers. @type {HTMLElement} */
  blocks;
  /** @type {import("./map.js").LoupeNetwork} */
  #map;
  /** @type {Map<string, { row: HTMLElement, units: Map<number, HTMLElement> }>} */
  #rows = new Map();
  /** @type {Model | null} */
  #model = null;
  /** @type {Layout | null} */
  #layout = null;

  /** @param {import("./map.js").LoupeNetwork} map */
  constructor(map) {
    this.#map = map;
    this.grid = h("div", {
      class: "network-grid",
      role: "grid",
      "aria-label": map.t("network.grid"),
      "aria-readonly": "true",
    });
    this.blocks = h("div", { class: "network-blocks", role: "group", "aria-label": map.t("network.block.group") });
  }

  /** @param {string} layer @param {number} unit @returns {HTMLElement | null} */
  control(layer, unit) {
    return this.#rows.get(layer)?.units.get(unit) ?? null;
  }

  /**
   * Put every control in its place, making and removing only what has changed.
   * @param {Layout} layout
   * @param {Model} model
   */
  place(layout, model) {
    if (model !== this.#model) {
      this.#rows.clear();
      this.grid.replaceChildren();
      this.#model = model;
    }
    this.#layout = layout;
    this.grid.classList.toggle("is-staggered", layout.staggered);
    this.#removeAllBut(new Set(layout.columns.map(({ column }) => column.name)));
    let before = /** @type {HTMLElement | null} */ (null);
    for (const placed of layout.columns) {
      let entry = this.#rows.get(placed.column.name);
      if (!entry) {
        entry = {
          row: h("div", {
            class: "network-column",
            role: "row",
            "data-column": placed.column.name,
            "data-form": placed.column.form,
          }),
          units: new Map(),
        };
        this.#rows.set(placed.column.name, entry);
      }
      // A block that opens puts its columns between others: rows are read in the order of the layout.
      const { row } = entry;
      if (row.previousElementSibling !== before || !row.parentElement) {
        if (before) before.after(row);
        else this.grid.prepend(row);
      }
      before = row;
      this.#placeColumn(entry, placed, model, layout);
    }
    this.more.replaceChildren(...layout.columns.flatMap((placed) => (placed.hidden ? this.#more(placed) : [])));
    this.#placeBlocks(layout);
    this.#keepOneInTabOrder();
  }

  /** Columns that a closed block hides leave no controls behind. @param {ReadonlySet<string>} shown */
  #removeAllBut(shown) {
    for (const [name, { row }] of this.#rows) {
      if (shown.has(name)) continue;
      row.remove();
      this.#rows.delete(name);
    }
  }

  /** A button over each closed block, a bracket over the columns of each open one. @param {Layout} layout */
  #placeBlocks({ brackets }) {
    const map = this.#map;
    const focused = this.blocks.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).dataset.block
      : undefined;
    this.blocks.hidden = brackets.length === 0;
    this.blocks.replaceChildren(
      ...brackets.map(({ block: { id, label, layers }, open, x, y, width }, index) => {
        const words = map.t(`network.block.${open ? "close" : "open"}`, { name: label, count: layers.length });
        const button = h(
          "button",
          {
            type: "button",
            class: `network-block${open ? " is-open" : ""}`,
            "data-block": id,
            "aria-expanded": String(open),
            "aria-label": words,
            title: words,
            tabindex: index === 0 ? "0" : "-1",
            ...does("toggle-block", id),
          },
          h("span", { "aria-hidden": "true" }, open ? "−" : "+"),
          open ? label : map.i18n.plain(layers.length),
        );
        at(button, { x, y: y + 2, width, height: null });
        return button;
      }),
    );
    if (focused)
      /** @type {HTMLElement | null} */ (this.blocks.querySelector(`[data-block="${CSS.escape(focused)}"]`))?.focus({
        preventScroll: true,
      });
  }

  /**
   * @param {{ row: HTMLElement, units: Map<number, HTMLElement> }} entry
   * @param {PlacedColumn} placed
   * @param {Model} model
   * @param {Layout} layout
   */
  #placeColumn({ row, units }, placed, model, layout) {
    const focused = row.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    const shown = new Set(placed.boxes.map(({ unit }) => unit));
    for (const [unit, control] of units) {
      if (!shown.has(unit)) {
        control.remove();
        units.delete(unit);
      }
    }
    row.querySelectorAll(":scope > :not([data-unit])").forEach((part) => part.remove());
    row.prepend(this.#label(placed, model, layout));
    placed.boxes.forEach((box) => {
      let control = units.get(box.unit);
      if (!control) units.set(box.unit, (control = this.#unit(placed, box.unit, model)));
      at(control, box);
      const high = box.height / (placed.column.form === "pair" ? 2 : 1) / this.#map.theme.text;
      control.classList.toggle("is-low", high < 34);
      control.classList.toggle("is-stacked", layout.stacked && high >= 38);
      row.append(control);
    });
    if (focused && row.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** @param {PlacedColumn} placed @param {Model} model @param {Layout} layout */
  #label({ column, label, boxes, lanes, plain }, model, layout) {
    const { map, details } = { map: this.#map, details: this.#map.store.state.details };
    const below = (details ? 43 : 28) * map.theme.text;
    const { layer } = column;
    const classes = saysClasses(column);
    const chapter = layer ? layer.record.chapter : "image";
    const name = layer ? label.text : map.t("network.input");
    const full = layer ? layerName(map.i18n, model, column.name) : name;
    const shown = shortened(name, label.width, map.measure);
    const holder = h(
      "div",
      { class: "network-label", role: "rowheader", "data-form": column.form },
      h(
        "a",
        {
          class: "network-name",
          href: `#learn-${chapter}`,
          "data-chapter": chapter,
          title: map.t("network.chapter", { layer: full }),
          ...(shown !== full && layer && { "aria-label": full }),
          tabindex: "-1",
        },
        shown,
      ),
      details &&
        !classes &&
        h("span", { class: "network-shape", title: shapeText(column.shape) }, shapeText(column.shape)),
      details &&
        !layout.staggered &&
        lanes === 1 &&
        !column.fold &&
        layer &&
        layer.parameter_count > 0 &&
        !classes &&
        h("span", { class: "network-learned" }, map.t("network.learned", { count: layer.parameter_count })),
      column.form === "classes" && this.#sort(),
    );
    at(holder, { ...label, height: null });
    if (layout.staggered && label.row === 0 && lanes === 1) {
      const stem = h("span", { class: "network-stem", "aria-hidden": "true" });
      at(stem, {
        x: Math.round(boxes[0].x - label.x + boxes[0].width / 2),
        y: below,
        width: 1,
        height: Math.max(0, (plain?.y ?? layout.body.top) - label.y - below - 4),
      });
      if (!classes) holder.append(stem);
    }
    if (plain) {
      const words = h("span", { class: "network-plain" }, plain.text);
      at(words, { x: plain.x - label.x, y: plain.y - label.y, width: plain.width, height: null });
      holder.append(words);
    }
    return holder;
  }

  #sort() {
    const map = this.#map;
    const byScore = map.store.state.order === "score";
    return h(
      "button",
      {
        type: "button",
        class: "network-sort",
        "data-action": "sort-classes",
        "aria-pressed": String(byScore),
        title: map.t(byScore ? "network.order.to_class" : "network.order.to_score"),
        ...does("sort-classes"),
      },
      map.t(byScore ? "network.order.score" : "network.order.class"),
      h("span", { "aria-hidden": "true" }, " ⇅"),
    );
  }

  /** @param {PlacedColumn} placed */
  #more({ column, boxes, first, hidden, shown, x, width, body }) {
    const map = this.#map;
    const { text } = map.theme;
    const button = (/** @type {"before" | "after"} */ side, /** @type {number} */ count, /** @type {number} */ y) => {
      const words = `${side === "before" ? "▲" : "▼"} ${count}`;
      const element = h(
        "button",
        {
          type: "button",
          class: "network-more",
          "data-more": side,
          "data-of": column.name,
          disabled: count === 0,
          title: map.t(`network.more.${side}`, { count }),
          "aria-label": map.t(`network.more.${side}`, { count }),
          ...does("scroll-units", {
            layer: column.name,
            first: first + (side === "before" ? -1 : 1) * Math.max(1, shown - 1),
          }),
        },
        words,
      );
      const wide = Math.max(28 * text, map.measure(words), Math.min(width + 4 * text, 60 * text));
      at(element, { x: x + width / 2 - wide / 2, y, width: wide, height: 24 * text });
      return element;
    };
    const last = boxes[boxes.length - 1];
    return [
      button("before", first, Math.max(body.top, boxes[0].y - 24 * text - 3)),
      button("after", hidden - first, Math.min(body.bottom - 24 * text, last.y + last.height + 3)),
    ];
  }

  /** @param {PlacedColumn} placed @param {number} unit @param {Model} model @returns {HTMLElement} */
  #unit({ column }, unit, model) {
    const classes = column.form === "classes";
    const score = (/** @type {number} */ index) => [
      h("span", { class: "network-class-name" }, this.#map.i18n.label(model.classes[index].labels)),
      h("span", { class: "network-class-value" }),
      h("span", { class: "network-class-bar" }, h("span", { class: "network-class-fill" })),
    ];
    return h(
      "button",
      {
        type: "button",
        class: { classes: "network-class", pair: "network-pair", maps: "network-unit", vector: "network-unit" }[
          column.form
        ],
        role: "gridcell",
        tabindex: "-1",
        "data-layer": column.name,
        "data-unit": unit,
        "data-class": classes ? unit : null,
        "data-channel": column.layer ? null : (model.input.channels[unit] ?? null),
      },
      ...(column.form === "pair"
        ? model.classes.map((_, index) => h("span", { class: "network-class", "data-class": index }, score(index)))
        : classes
          ? score(unit)
          : column.layer
            ? []
            : [h("span", { class: "network-channel" }, channelName(this.#map.i18n, model, unit))]),
    );
  }

  /** Say the values of a run: what is read on the screen at once, the sentences that are heard after the paint.
   * @param {import("../../api/client.js").Run} run */
  announce(run) {
    const layout = this.#layout;
    if (!layout) return;
    const best = topScore(run);
    for (const { column, boxes, total } of layout.columns) {
      const vector = column.layer && !isMaps(column.shape);
      const values = vector && (run.activations.get(column.name)?.data ?? run.overview?.get(column.name)?.maximum);
      for (const { unit } of boxes) {
        const control = this.control(column.name, unit);
        control?.toggleAttribute("data-edited", this.#isEdited(column.name, unit));
        if (control && column.form === "classes")
          this.#announceClass(control, run, { layer: column.name, unit, count: total }, unit === best?.class);
        else if (control && values) {
          control.dataset.value = exact(values[unit]);
          if (column.form === "pair") this.#announcePair(control, run, column.name, values[unit]);
        }
      }
    }
    clearTimeout(this.#announcing);
    const { known } = this.#announced;
    if (run !== this.#announced.run || layout !== this.#announced.layout || known !== run.overview?.size)
      this.#announcing = setTimeout(() => this.#announceUnits(run, layout));
  }

  /** @param {string} layer @param {number} unit */
  #isEdited(layer, unit) {
    const { scene } = this.#map;
    return scene !== null && unitEdits(scene, layer, unit).length > 0;
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #announcing;
  /** What the sentences speak of; `known`: of how many layers of a large run.
   * @type {{ run: import("../../api/client.js").Run | null, layout: Layout | null, known: number | undefined }} */
  #announced = { run: null, layout: null, known: undefined };

  /** @param {import("../../api/client.js").Run} run @param {Layout} layout */
  #announceUnits(run, layout) {
    const map = this.#map;
    this.#announced = { run, layout, known: run.overview?.size };
    for (const { column, boxes, total } of layout.columns) {
      const tensor = column.layer ? run.activations.get(column.name) : run.input;
      const known = run.overview?.get(column.name);
      if ((!tensor && !known) || saysClasses(column) || !this.#model) continue;
      const key = !column.layer
        ? "network.say.channel"
        : isMaps(column.shape)
          ? "network.say.map"
          : "network.say.value";
      for (const { unit } of boxes) {
        const { minimum, maximum } = known
          ? { minimum: known.minimum[unit], maximum: known.maximum[unit] }
          : summarise(unitValues(/** @type {import("../../api/wire.js").Tensor} */ (tensor), unit));
        const sentence = map.t(key, {
          layer: column.layer ? layerName(map.i18n, this.#model, column.name) : map.t("network.input"),
          unit: column.layer ? unit : channelName(map.i18n, this.#model, unit),
          count: total,
          height: column.shape[1],
          width: column.shape[2],
          minimum: map.i18n.value(minimum),
          maximum: map.i18n.value(maximum),
        });
        this.control(column.name, unit)?.setAttribute(
          "aria-label",
          this.#isEdited(column.name, unit) ? map.t("network.say.edited", { sentence }) : sentence,
        );
      }
    }
  }

  /**
   * @param {HTMLElement} control
   * @param {import("../../api/client.js").Run} run
   * @param {{ layer: string, unit: number, count: number }} place
   * @param {boolean} best
   */
  #announceClass(control, run, place, best) {
    const { logit, known, name, shown } = this.#writeScore(control, run, place.unit, best);
    control.setAttribute(
      "aria-label",
      this.#map.t(known ? "network.say.class" : "network.say.score", {
        name,
        probability: shown,
        logit: this.#map.i18n.value(logit),
        ...place,
      }),
    );
  }

  /**
   * The two classes that one number stands for.
   * @param {HTMLElement} control
   * @param {import("../../api/client.js").Run} run
   * @param {string} layer
   * @param {number} value
   */
  #announcePair(control, run, layer, value) {
    const best = topScore(run)?.class;
    const [first, second] = [...control.children].map((row, index) =>
      this.#writeScore(/** @type {HTMLElement} */ (row), run, index, index === best),
    );
    control.setAttribute(
      "aria-label",
      this.#map.t("network.say.pair", {
        first: first.name,
        first_share: first.shown,
        second: second.name,
        second_share: second.shown,
        layer,
        value: this.#map.i18n.value(value),
      }),
    );
  }

  /**
   * A class's share, and its bar.
   * @param {HTMLElement} row
   * @param {import("../../api/client.js").Run} run
   * @param {number} index
   * @param {boolean} best
   */
  #writeScore(row, run, index, best) {
    const { i18n } = this.#map;
    const { probability } = run.scores[index];
    const logit = run.scores[index].logit ?? NaN;
    const known = probability !== null && probability !== undefined;
    const [name, value, bar] = /** @type {HTMLElement[]} */ ([...row.children]);
    const largest = Math.max(...run.scores.map((score) => Math.abs(score.logit ?? 0)), Number.MIN_VALUE);
    const shown = known ? i18n.percent(probability) : i18n.value(logit);
    value.textContent = shown;
    row.dataset.value = exact(known ? probability : logit);
    row.classList.toggle("is-top", best);
    /** @type {HTMLElement} */ (bar.firstElementChild).style.transform =
      `scaleX(${known ? probability : Math.max(0, logit / largest)})`;
    return { logit, known, name: name.textContent ?? "", shown };
  }

  /** The tab key reaches the grid once; arrows move inside it. @param {HTMLElement} [chosen] */
  #keepOneInTabOrder(chosen) {
    const current =
      chosen ?? this.grid.querySelector('[data-unit][tabindex="0"]') ?? this.grid.querySelector("[data-unit]");
    for (const control of this.grid.querySelectorAll('[data-unit][tabindex="0"]'))
      if (control !== current) control.setAttribute("tabindex", "-1");
    current?.setAttribute("tabindex", "0");
  }

  /** Make a control the one that the tab key reaches. @param {HTMLElement} control */
  roveTo(control) {
    this.#keepOneInTabOrder(control);
  }
}

/**
 * An input channel's name in the reader's language.
 * @param {import("../../core/i18n.js").Translator} i18n
 * @param {Model} model
 * @param {number} unit
 */
export function channelName(i18n, model, unit) {
  const name = model.input.channels[unit];
  const key = `network.channel.${name}`;
  return name && i18n.has(key) ? i18n.t(key) : (name ?? String(unit));
}

/** A name that does not fit, without its middle: names of layers are alike in their beginnings.
 * @param {string} name @param {number} width @param {(text: string) => number} measure */
export function shortened(name, width, measure) {
  if (measure(name) <= width) return name;
  for (let kept = name.length - 2; kept > 2; kept--) {
    const [start, end] = [Math.ceil(kept / 2), Math.floor(kept / 2)];
    const text = `${name.slice(0, start)}…${name.slice(name.length - end)}`;
    if (measure(text) <= width) return text;
  }
  return `${name.slice(0, 1)}…${name.slice(-1)}`;
}

/** @param {HTMLElement} element @param {{ x: number, y: number, width: number, height: number | null }} box */
function at(element, { x, y, width, height }) {
  const { style } = element;
  style.transform = `translate(${x}px, ${y}px)`;
  style.width = `${width}px`;
  if (height !== null) style.height = `${height}px`;
}
