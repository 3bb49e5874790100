// @ts-check
/**
 * A grid of numbers with heat colours: one cell at a time has the focus, arrow keys move it,
 * Enter, Space, a click or typing changes an editable cell.
 */
import { context } from "../../../elements/context.js";
import { h } from "../../../elements/dom.js";
import { pointerRests } from "../../../elements/resting.js";
import { css, followPage, inkOn, signedColour } from "./colour.js";
import { short } from "../model/numbers.js";
import { readings } from "../model/answer.js";

/** @typedef {import("../model/matrix.js").Matrix} Matrix */
/**
 * @typedef {object} GridOptions
 * @property {string} label what the grid shows, for screen readers and tests
 * @property {string} [id] `data-grid`
 * @property {number[]} [toggle] the values through which a click goes (editing by toggling)
 * @property {(at: [number, number], value: number) => void} [onedit] cells can be edited
 * @property {(at: [number, number]) => void} [onmove] a cell is hovered or focused
 * @property {(at: [number, number]) => void} [onpick] a cell that is not edited is clicked, or Enter pressed on it
 * @property {() => void} [onleave] the pointer or the focus left the grid
 * @property {import("./colour.js").Colour} [colour]
 * @property {(value: number) => string} [format]
 */
/**
 * @typedef {object} GridState
 * @property {Matrix} values
 * @property {number} [range] the colour scale's end; 1 if absent
 * @property {{ at: number[], size: number[] } | null} [frame] the window's outline
 * @property {(row: number, column: number) => string | null} [mark] further classes of a cell
 * @property {(row: number, column: number) => string | null} [note] more to say of a cell
 */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class NumberGrid {
  /** @type {HTMLElement[][]} */
  #cells = [];
  /** @type {[number, number]} */
  #focus = [0, 0];
  /** @type {GridState} */
  #state = { values: [] };

  /** @param {GridOptions} options */
  constructor(options) {
    this.options = options;
    this.frame = h("div", { class: "learn-grid-frame", hidden: true, "aria-hidden": "true" });
    this.body = h("div", {
      class: "learn-grid-body",
      role: "grid",
      "aria-label": options.label,
      "data-grid": options.id ?? null,
    });
    this.element = h("div", { class: "learn-number-grid" }, this.body, this.frame);
    this.body.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event));
    this.body.addEventListener("pointerover", (/** @type {PointerEvent} */ event) => {
      if (!pointerRests(event)) this.#point(event, true);
    });
    this.body.addEventListener("focusin", (/** @type {FocusEvent} */ event) => this.#point(event, false));
    this.body.addEventListener("click", (/** @type {MouseEvent} */ event) => this.#click(event));
    this.element.addEventListener("pointerleave", () => options.onleave?.());
    this.body.addEventListener("focusout", (/** @type {FocusEvent} */ event) => {
      if (!this.body.contains(/** @type {Node | null} */ (event.relatedTarget))) options.onleave?.();
    });
    followPage(this);
  }

  repaint() {
    this.update(this.#state);
  }

  /** @param {GridState} state */
  update(state) {
    this.#state = state;
    const { values, range = 1, frame = null, mark, note } = state;
    if (this.#cells.length !== values.length || this.#cells[0]?.length !== values[0]?.length) this.#build(values);
    const { colour = signedColour, format = short, onedit, onpick } = this.options;
    const { t } = context().i18n;
    values.forEach((row, i) =>
      row.forEach((value, j) => {
        const cell = this.#cells[i][j];
        const extra = mark?.(i, j) ?? "";
        const paint = colour(value, range);
        const text = format(value);
        if (cell.firstElementChild?.tagName !== "INPUT" && cell.textContent !== text) cell.textContent = text;
        cell.className = `learn-grid-cell${onedit || onpick ? " editable" : ""}${extra ? ` ${extra}` : ""}`;
        cell.style.backgroundColor = css(paint);
        cell.style.color = inkOn(paint);
        cell.dataset.value = String(value);
        const more = note?.(i, j);
        cell.setAttribute(
          "aria-label",
          t("learn.grid.cell", { row: i, column: j, value: short(value, 4) }) + (more ? `, ${more}` : ""),
        );
      }),
    );
    this.frame.hidden = frame === null;
    if (frame) {
      this.element.style.setProperty("--frame-row", String(frame.at[0]));
      this.element.style.setProperty("--frame-column", String(frame.at[1]));
      this.element.style.setProperty("--frame-height", String(frame.size[0]));
      this.element.style.setProperty("--frame-width", String(frame.size[1]));
    }
  }

  /** @param {readonly number[]} at */
  focus([row, column]) {
    this.#rove(row, column);
    this.#cells[row]?.[column]?.focus();
  }

  /** @param {Matrix} values */
  #build(values) {
    this.#focus = [
      Math.min(this.#focus[0], Math.max(0, values.length - 1)),
      Math.min(this.#focus[1], Math.max(0, (values[0]?.length ?? 1) - 1)),
    ];
    this.#cells = values.map((row, i) =>
      row.map((_, j) =>
        h("div", {
          role: "gridcell",
          tabindex: i === this.#focus[0] && j === this.#focus[1] ? 0 : -1,
          "data-row": i,
          "data-column": j,
        }),
      ),
    );
    this.body.replaceChildren(...this.#cells.map((row) => h("div", { role: "row", class: "learn-grid-row" }, row)));
    this.element.style.setProperty("--rows", String(values.length));
    this.element.style.setProperty("--columns", String(values[0]?.length ?? 0));
  }

  /** @param {number} row @param {number} column */
  #rove(row, column) {
    this.#cells[this.#focus[0]]?.[this.#focus[1]]?.setAttribute("tabindex", "-1");
    this.#cells[row]?.[column]?.setAttribute("tabindex", "0");
    this.#focus = [row, column];
  }

  /** @param {Event} event @returns {[number, number] | null} */
  #at(event) {
    const cell = /** @type {HTMLElement} */ (event.target).closest?.("[data-row]");
    return cell instanceof HTMLElement ? [Number(cell.dataset.row), Number(cell.dataset.column)] : null;
  }

  /** @param {Event} event @param {boolean} hovered */
  #point(event, hovered) {
    const at = this.#at(event);
    if (!at) return;
    if (!hovered) this.#rove(...at);
    this.options.onmove?.(at);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const at = this.#at(event);
    if (!at || event.target instanceof HTMLInputElement) return;
    this.focus(at);
    this.#change(at, "");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = this.#at(event);
    if (!at || event.target instanceof HTMLInputElement) return;
    const arrow = ARROWS[event.key];
    const [rows, columns] = [this.#cells.length, this.#cells[0].length];
    if (arrow)
      this.focus([
        Math.min(rows - 1, Math.max(0, at[0] + arrow[0])),
        Math.min(columns - 1, Math.max(0, at[1] + arrow[1])),
      ]);
    else if (event.key === "Home") this.focus([at[0], 0]);
    else if (event.key === "End") this.focus([at[0], columns - 1]);
    else if (event.key === "Enter" || event.key === " ") this.#change(at, "");
    else if (!this.options.toggle && this.options.onedit && /^[\d.,+\u2212-]$/.test(event.key))
      this.#change(at, event.key);
    else return;
    event.preventDefault();
  }

  /** @param {[number, number]} at @param {string} typed the first key of a number, if it was typed */
  #change(at, typed) {
    const { toggle, onedit, onpick } = this.options;
    if (!onedit) return onpick?.(at);
    const value = this.#state.values[at[0]][at[1]];
    if (toggle) return onedit(at, toggle[(toggle.indexOf(value) + 1) % toggle.length]);
    this.#type(at, value, typed);
  }

  /**
   * A field over the cell: Enter or leaving takes the number, Escape does not.
   * @param {[number, number]} at
   * @param {number} value
   * @param {string} typed
   */
  #type(at, value, typed) {
    const cell = this.#cells[at[0]][at[1]];
    const { t } = context().i18n;
    const field = h("input", {
      class: "learn-grid-field",
      inputmode: "decimal",
      "aria-label": t("learn.grid.edit", { row: at[0], column: at[1] }),
      value: typed || short(value, 4),
    });
    let open = true;
    /** @param {boolean} take @param {boolean} back */
    const close = (take, back) => {
      if (!open) return;
      open = false;
      const [number] = readings(field.value);
      field.remove();
      cell.textContent = "";
      this.update(this.#state);
      if (back) this.focus(at);
      if (take && number !== undefined) this.options.onedit?.(at, number);
    };
    field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      event.stopPropagation();
      if (event.key === "Enter" || event.key === "Escape") close(event.key === "Enter", true);
    });
    field.addEventListener("blur", () => close(true, false));
    cell.replaceChildren(field);
    field.focus();
    if (typed) field.setSelectionRange(1, 1);
    else field.select();
  }
}
