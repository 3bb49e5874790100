// @ts-check
/**
 * A dense neuron, opened: the maps behind it laid out as one strip, each value times its weight, what
 * spoke for and against, and the sum with the bias. For a class score the way on to softmax.
 */
import { exact, signed } from "../../core/i18n.js";
import { ACTIVATIONS, WEIGHTS } from "../../draw/colour.js";
import { contributions, largest, totals } from "../../model/contributions.js";
import { tensorOf } from "../../model/explain.js";
import { inputName, isMaps, probabilitiesOf } from "../../model/model.js";
import { limitOf } from "../../model/ranges.js";
import { indexAt, rowOf, valueAt } from "../../model/trace.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { createHeat } from "./parts/heat.js";
import { contributionsLegend, valuesLegend, weightsLegend } from "./parts/legend.js";
import { addOperands, operandRow } from "./parts/operands.js";
import { createRows } from "./parts/rows.js";
import { viewLimit } from "./parts/range.js";
import { createValue, setBias, setValue, shownValue, sizeText, valueIndexText } from "./parts/value.js";

/** How many values are listed for and against. */
const LISTED = 6;

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createOutput(subject, actions) {
  const { t, i18n } = actions;
  const { model } = subject.scene;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const before = model.layer(subject.source);
  // Values that lie pixel by pixel are shown as the vector that they are.
  const byMap = before?.record.family === "reshape" && isMaps(before.input_shape) && before.order !== "hwc";
  const flattened = byMap ? before : null;
  const mapsName = flattened ? inputName(flattened) : subject.source;
  const count = subject.input.shape[0];
  // A vector that was not flattened is shown as maps of one row, one for all its values.
  const shape = flattened ? flattened.input_shape : [1, 1, count];
  const [maps, rows, columns] = shape;
  const size = rows * columns;
  const normalised = probabilitiesOf(model, layer);
  const isLogarithm = normalised?.record.family === "log_probability";

  const build = (/** @type {number} */ map) => {
    const name = flattened ? `${mapsName}[${map}]` : mapsName;
    const pick = (/** @type {number} */ row, /** @type {number} */ column, /** @type {boolean} */ pinned) =>
      showElement(map * size + row * columns + column, pinned);
    const value = createHeat({
      rows,
      columns,
      from: name,
      label: t("views.map", { name, shape: sizeText([rows, columns]) }),
      onPoint: pick,
    });
    const product = createHeat({ rows, columns, label: t("views.output.products_of", { name }), onPoint: pick });
    const strip = createHeat({
      rows: 1,
      columns: size,
      className: "strip-values",
      label: t("views.output.strip_of", { name }),
      onPoint: (_row, column, pinned) => showElement(map * size + column, pinned),
    });
    const weights = createHeat({
      rows: 1,
      columns: size,
      className: "strip-weights",
      label: t("views.output.weights_of", { name }),
      onPoint: (_row, column, pinned) => showElement(map * size + column, pinned),
    });
    const marks = [value.mark("cell", [1, 1]), product.mark("cell", [1, 1])];
    const stripMarks = [strip.mark("cell", [1, 1]), weights.mark("cell", [1, 1])];
    for (const heat of [product, strip, weights]) heat.root.tabIndex = -1;
    for (const heat of [strip, weights]) heat.root.style.aspectRatio = "";
    const total = createValue("partial");
    const row = h(
      "div",
      { class: "output-row", "data-row": map },
      h("span", { class: "row-name" }, flattened ? `[${map}]` : ""),
      value.root,
      h("div", { class: "strips" }, strip.root, weights.root),
      product.root,
      total,
    );
    row.classList.toggle("chosen", map === shownMap);
    return { row, value, product, strip, weights, marks, stripMarks, total, painted: 0 };
  };
  const heads = h(
    "div",
    { class: "output-heads" },
    h("strong", null, actions.named(mapsName), h("span", null, flattened ? sizeText([rows, columns]) : "")),
    h("strong", null, t("views.output.strip", { count }), h("span", null, t("views.output.strip_hint"))),
    h("strong", null, t("views.output.products"), h("span", null, t("views.output.products_hint"))),
    h("strong", null, t("views.output.adds")),
  );
  let shownMap = -1;
  const list = createRows({
    count: maps,
    className: "output-rows",
    label: t("views.output.maps", { count: maps }),
    heads,
    build,
  });
  const readout = h("p", { class: "element-readout", "aria-live": "polite" });
  const elementLink = h(
    "button",
    { type: "button", class: "operand element-link" },
    h("span", { class: "operand-name" }),
    h("span", { class: "operand-value mono" }),
  );
  const elementWeight = createValue("mono");
  const elementProduct = createValue("mono");
  const pixelName = h("span", { class: "note" });
  readout.append(
    elementLink,
    h("span", { class: "element-product" }, "× ", elementWeight, " = ", elementProduct),
    pixelName,
  );

  const [positive, negative, bias, logit] = [createValue(""), createValue(""), createValue(""), createValue("result")];
  const pro = h("ol", { class: "operand-list compact" });
  const contra = h("ol", { class: "operand-list compact" });
  const probability = h("strong", { class: "value result" });
  const legends = h("div", { class: "view-legends" });
  const sum = h(
    "div",
    { class: "output-sum" },
    h("div", { class: "sum-line" }, h("span", null, t("views.output.for")), positive),
    h("div", { class: "sum-line" }, h("span", null, t("views.output.against")), negative),
    h("div", { class: "sum-line" }, h("span", null, t("views.bias")), bias),
    h(
      "div",
      { class: "sum-line total" },
      h("span", null, t(`views.output.${normalised ? "logit" : layer === model.output ? "raw" : "sum"}`)),
      logit,
    ),
    normalised
      ? h(
          "div",
          { class: "sum-line after" },
          h("span", null, t(`views.output.${isLogarithm ? "log_probability" : "probability"}`)),
          probability,
        )
      : "",
    normalised
      ? h(
          "button",
          {
            type: "button",
            class: "button strong",
            "data-action": "open-softmax",
            ...does("open-view", { layer: normalised.name, unit: subject.unit, options: { name: "softmax" } }),
          },
          t("views.output.open_softmax"),
        )
      : "",
    h("h3", null, t("views.output.pro"), " ", h("span", { class: "mono" }, actions.named(mapsName))),
    pro,
    h("h3", null, t("views.output.contra"), " ", h("span", { class: "mono" }, actions.named(mapsName))),
    contra,
  );
  const root = h(
    "div",
    { class: "stage-output" },
    h("div", { class: "output-left" }, list.root, readout),
    sum,
    legends,
  );

  let current = subject;
  /** @type {import("../../model/contributions.js").Contributions} */
  let found = { products: new Float64Array(count), bias: 0, positive: 0, negative: 0, total: 0 };
  let element = 0;
  let waiting = 0;
  let version = 0;
  /**
   * What the rows are painted from.
   * @type {{ values: Float32Array, weights: Float32Array, products: Float32Array, sums: Float64Array,
   *   limits: number[] }}
   */
  let look = {
    values: new Float32Array(),
    weights: new Float32Array(),
    products: new Float32Array(),
    sums: new Float64Array(),
    limits: [1, 1, 1],
  };

  const paintRows = () => {
    for (const [map, part] of list.parts) {
      if (part.painted === version) continue;
      part.painted = version;
      const { values, weights, products, sums, limits } = look;
      const [from, to] = [map * size, (map + 1) * size];
      part.value.paint(values.subarray(from, to), limits[0], ACTIVATIONS);
      part.strip.paint(values.subarray(from, to), limits[0], ACTIVATIONS);
      part.weights.paint(weights.subarray(from, to), limits[1], WEIGHTS);
      part.product.paint(products.subarray(from, to), limits[2], ACTIVATIONS);
      setValue(part.total, sums[map]);
    }
  };
  /** Rows come and go while one scrolls. */
  const lookAround = () => {
    list.look();
    paintRows();
    markRow();
  };
  list.root.addEventListener("scroll", () => actions.frame(lookAround), { passive: true });
  const sized = new ResizeObserver(() => actions.frame(lookAround));
  sized.observe(list.root);

  /** Mark the element in its row, if that exists now. */
  const markRow = () => {
    const part = list.parts.get(shownMap);
    if (!part) return;
    const [row, column] = [Math.floor((element % size) / columns), element % columns];
    part.row.classList.add("chosen");
    part.marks.forEach((mark) => mark.move(row, column));
    part.stripMarks.forEach((mark) => mark.move(0, element % size));
    part.value.place(row, column);
  };

  const draw = () => {
    const map = Math.floor(element / size);
    const [row, column] = [Math.floor((element % size) / columns), element % columns];
    if (shownMap !== map) list.parts.get(shownMap)?.row.classList.remove("chosen");
    shownMap = map;
    markRow();
    const weight = look.weights[element];
    const value = current.input.data[element];
    const [name, number] = elementLink.children;
    name.textContent = actions.named(subject.source, [element]);
    number.textContent = signed(value);
    elementLink.dataset.place = valueIndexText({ layer: subject.source, at: [element] });
    elementLink.dataset.value = exact(value);
    pixelName.textContent = flattened
      ? t("views.output.pixel_of", { name: actions.named(mapsName, [map, row, column]) })
      : "";
    setValue(elementWeight, weight);
    setValue(elementProduct, value * weight);
  };

  /**
   * @param {number} index
   * @param {boolean} pinned the list of operands is left to the explanation; a click keeps the mark
   */
  function showElement(index, pinned) {
    if (index === element && !pinned) return;
    element = index;
    if (pinned) return draw();
    if (!waiting)
      waiting = requestAnimationFrame(() => {
        waiting = 0;
        draw();
      });
    return undefined;
  }

  /** @param {1 | -1} sign */
  const listed = (sign) =>
    largest(found.products, sign, LISTED).map((index) => {
      const weight = look.weights[index];
      const at = flattened ? indexAt(shape, index) : [index];
      return operandRow(
        {
          "data-place": valueIndexText({ layer: subject.source, at: [index] }),
          "data-value": exact(current.input.data[index]),
          onpointerenter: () => showElement(index, false),
          onfocus: () => showElement(index, false),
        },
        [`[${at.join(", ")}]`],
        signed(current.input.data[index]),
        {
          factor: [`× ${signed(weight)}`, exact(weight)],
          product: [`= ${signed(found.products[index])}`, String(found.products[index])],
        },
      );
    });

  return {
    root,
    name: "output",
    positions: null,
    paint(next) {
      current = next;
      const parameters = /** @type {import("../../model/kinds.js").LayerParameters} */ (next.parameters);
      found = contributions(next.input, parameters, next.unit);
      const values = flattened
        ? /** @type {import("../../model/trace.js").Tensor} */ (tensorOf(next.scene, mapsName)).data
        : next.input.data;
      const weights = rowOf(parameters.weight, next.unit);
      const products = Float32Array.from(found.products);
      const limit =
        viewLimit(
          actions.state(),
          { ...next, layer: flattened ?? next.layer, sources: [mapsName], view: { ...next.view, unit: 0 } },
          () => [values],
        ) || 1;
      const [weightLimit, productLimit] = [limitOf([weights]), limitOf([products])];
      look = {
        values,
        weights,
        products,
        sums: totals(found.products, maps),
        limits: [limit, weightLimit, productLimit],
      };
      version++;
      paintRows();
      setValue(positive, found.positive);
      setValue(negative, found.negative);
      setBias(bias, layer.bias === false ? null : found.bias, t);
      setValue(logit, valueAt(next.output, [next.unit]), { layer: layer.name, at: [next.unit] });
      if (normalised) {
        const share = /** @type {number} */ (tensorOf(next.scene, normalised.name)?.data[next.unit]);
        probability.textContent = shownValue(i18n, model, normalised.name, share);
        probability.dataset.value = exact(share);
      }
      for (const [list, sign] of /** @type {[HTMLElement, 1 | -1][]} */ ([
        [pro, 1],
        [contra, -1],
      ])) {
        list.replaceChildren();
        addOperands(list, listed(sign));
      }
      legends.replaceChildren(
        valuesLegend(limit, t),
        weightsLegend(weightLimit, t),
        contributionsLegend(productLimit, t),
      );
      element = largest(found.products, 1, 1)[0] ?? 0;
      draw();
    },
    point() {},
    settle: lookAround,
    dispose() {
      cancelAnimationFrame(waiting);
      sized.disconnect();
    },
  };
}
