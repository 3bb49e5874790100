// @ts-check
/** The chain rule on a small graph: values forwards, gradients backwards, each predicted before it is shown. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { button, slider } from "../components/controls.js";
import { frac, i, math, n, o, row } from "../components/mathml.js";
import { predict } from "../components/predict.js";
import { AFTER, BACKWARDS, difference, forward, gradient, local } from "../model/chain.js";
import { bracketed, fixed, short } from "../model/numbers.js";

/** @typedef {import("../model/chain.js").Name} Name */

/** How each node is made. @type {Record<string, string>} */
const FORMULAS = {
  x: "x",
  w: "w",
  b: "b",
  u: "u = w · x",
  z: "z = u + b",
  f: "f = max(0, z)",
  L: "L = (f − y)²",
};
/** The graph as it is drawn, column by column. @type {Name[][]} */
const COLUMNS = [["x", "w"], ["u", "b"], ["z"], ["f"]];
const TURNED = /** @type {const} */ (["w", "x", "b", "y"]);

export class Widget extends LoupeElement {
  inputs = { w: 2, x: 1.5, b: -1, y: 1 };
  /** How many gradients are known, in the order of `BACKWARDS`. */
  known = 0;

  start() {
    this.sliders = TURNED.map((id) =>
      slider({
        id,
        label: id,
        min: -3,
        max: 3,
        step: 0.5,
        value: this.inputs[id],
        oninput: (value) => {
          this.inputs = { ...this.inputs, [id]: value };
          this.known = 0;
          this.#draw();
        },
      }),
    );
    this.graph = h("div", { class: "learn-chain" });
    this.asked = h("div", { class: "learn-chain-asked" });
    this.said = h("div", { class: "learn-widget-readout", role: "status" });
    this.replaceChildren(
      h(
        "div",
        { class: "learn-sliders" },
        this.sliders.map(({ element }) => element),
      ),
      this.graph,
      this.asked,
      this.said,
      h(
        "div",
        { class: "learn-widget-foot" },
        button({ id: "again", text: this.t("learn.chain.again"), onclick: () => this.#know(0) }),
      ),
    );
    this.#draw();
  }

  /** @param {number} count */
  #know(count) {
    this.known = count;
    this.#draw();
    this.asked?.querySelector("input")?.focus({ preventScroll: true });
  }

  #draw() {
    const values = { ...this.inputs, ...forward(this.inputs) };
    const next = BACKWARDS[this.known];
    const node = (/** @type {Name | "L"} */ name) => {
      const known = name !== "L" && BACKWARDS.indexOf(name) < this.known;
      return h(
        "div",
        { class: `learn-chain-node${name === next ? " is-asked" : ""}`, "data-node": name },
        h("span", { class: "learn-chain-name" }, FORMULAS[name]),
        h("strong", { "data-value": values[name] }, short(values[name], 3)),
        name === "L"
          ? null
          : h(
              "span",
              { class: "learn-chain-gradient", "data-gradient": known ? gradient(this.inputs, name) : null },
              `∂L/∂${name} = ${known ? short(gradient(this.inputs, name), 3) : "?"}`,
            ),
      );
    };
    const arrow = () => h("span", { class: "learn-chain-arrow", "aria-hidden": "true" }, "→");
    this.graph?.replaceChildren(
      ...COLUMNS.flatMap((names) => [h("div", { class: "learn-chain-column" }, names.map(node)), arrow()]),
      h("div", { class: "learn-chain-column" }, node("L")),
    );
    this.asked?.replaceChildren(...(next ? this.#ask(next) : []));
    this.said?.replaceChildren(...(this.known ? this.#last(BACKWARDS[this.known - 1]) : []));
    this.dataset.known = String(this.known);
  }

  /** @param {Name} name */
  #ask(name) {
    const after = AFTER[name];
    return [
      h("p", null, this.t(`learn.chain.hints.${name}`)),
      predict({
        ask: this.t(after === "L" ? "learn.chain.ask_first" : "learn.chain.ask", { name, after }),
        expected: gradient(this.inputs, name),
        onknown: () => this.#know(this.known + 1),
      }),
    ];
  }

  /** How the gradient that was found last comes about. @param {Name} name */
  #last(name) {
    const after = AFTER[name];
    const d = (/** @type {string} */ over, /** @type {string} */ under) =>
      frac(row(o("∂"), i(over)), row(o("∂"), i(under)));
    const [slope, value] = [local(this.inputs, name), gradient(this.inputs, name)];
    const before = after === "L" ? 1 : gradient(this.inputs, after);
    const number = (/** @type {number} */ one) => n(bracketed(short(one, 3)));
    const parts = after === "L" ? [number(slope)] : [number(before), o("·"), number(slope)];
    const turned = name === "w" || name === "x" || name === "b";
    return [
      math(
        d("L", name),
        o("="),
        ...(after === "L" ? [] : [d("L", after), o("·"), d(after, name), o("=")]),
        ...parts,
        o("="),
        n(short(value, 3), "learn-result"),
      ),
      turned
        ? h(
            "p",
            { "data-check": difference(this.inputs, name) },
            this.t(forward(this.inputs).z === 0 ? "learn.chain.kink" : "learn.chain.check", {
              name,
              check: fixed(difference(this.inputs, name), 3),
            }),
          )
        : null,
    ].filter((part) => part !== null);
  }
}
