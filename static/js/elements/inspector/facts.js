// @ts-check
/** The inspector's numbers: of a unit on this picture, of a class, of a layer, of the model. */
import { exact } from "../../core/i18n.js";
import { ACTIVATIONS, GREY, colourOf } from "../../draw/colour.js";
import { fieldArithmetic, parameterArithmetic, sizeArithmetic } from "../../model/arithmetic.js";
import { productsOf, sumsByOwner } from "../../model/contributions.js";
import { columnsOf, ownersOf } from "../../model/columns.js";
import { hyperparameters } from "../../model/hyperparameters.js";
import { learnedOf } from "../../model/learned.js";
import { inputOf, isMaps, shapeText } from "../../model/model.js";
import { unitEdits } from "../../model/scene.js";
import { condition, deviation, summarise, unitValues } from "../../model/statistics.js";
import { numberOf } from "../../model/trace.js";
import { colourRanges, layerName, valueName } from "../../state/selectors.js";
import { h } from "../dom.js";

/** @typedef {import("./inspector.js").LoupeInspector} Host */
/** @typedef {import("./inspector.js").Subject} Subject */

const LISTED = 12;

/** @param {(readonly [string, Node | string, string?] | null | false)[]} entries name, value, full value */
const list = (entries) =>
  h(
    "dl",
    { class: "inspector-facts" },
    ...entries
      .filter((entry) => entry)
      .flatMap((entry) => {
        const [name, value, full] = /** @type {readonly [string, Node | string, string?]} */ (entry);
        return [h("dt", null, name), h("dd", { "data-value": full ?? null, title: full ?? null }, value)];
      }),
  );

/** A rounded value that holds its full one. @param {Host} host @param {number} value */
const number = ({ i18n }, value) =>
  h("span", { "data-value": exact(value), title: i18n.full(value) }, i18n.value(value));

/** @param {string} title @param {...(Node | string | null)} content */
const box = (title, ...content) => h("section", { class: "inspector-box" }, h("h3", null, title), ...content);

/** A unit's values on this picture. @param {Host} host @param {Subject} subject */
export function unitFacts(host, { model, column, unit, tensor }) {
  const { i18n } = host;
  const values = unitValues(tensor, unit);
  if (!isMaps(column.shape))
    return [
      list([
        [
          host.t("network.inspector.value"),
          i18n.plainly ? i18n.value(values[0]) : i18n.full(values[0]),
          exact(values[0]),
        ],
      ]),
    ];
  const { minimum, maximum, mean, zeros, count } = summarise(values);
  const spreadOf = deviation(values, mean);
  const edited = host.scene !== null && unitEdits(host.scene, column.name, unit).length > 0;
  const state = edited ? "edited" : condition(values, column.layer?.record.bounds ?? null);
  const limit = column.layer ? (colourRanges(host.store.state, host.scene)?.limit(column.name, unit) ?? 0) : 0;
  return [
    state && h("p", { class: "inspector-hint is-warning" }, host.t(`network.inspector.${state}`)),
    host.spread.show(values, zeros, (value) =>
      column.layer ? colourOf(ACTIVATIONS, value, limit) : GREY.css(value / model.input.range[1]),
    ),
    list([
      [host.t("network.inspector.range"), h("span", null, number(host, minimum), " … ", number(host, maximum))],
      [host.t("network.inspector.mean"), number(host, mean)],
      [
        host.t("network.inspector.deviation"),
        h(
          "span",
          { "data-value": exact(spreadOf), title: i18n.full(spreadOf) },
          i18n.value(spreadOf).replace(/^\+/, ""),
        ),
      ],
      zeros > 0 && [host.t("network.inspector.zeros"), i18n.percent(zeros / count), `${zeros} / ${count}`],
    ]),
  ].filter(Boolean);
}

/** A layer's hyperparameters in one line. @param {Host} host @param {import("../../model/model.js").Layer} layer */
export function settings(host, layer) {
  const words = hyperparameters(layer).map(({ key, text }) => {
    const name = host.i18n.has(`network.hyperparameter.${key}`) ? host.t(`network.hyperparameter.${key}`) : key;
    return `${name} ${text === "true" || text === "false" ? host.t(`network.${text}`) : text}`;
  });
  return words.length ? h("p", { class: "inspector-settings" }, ...words.map((word) => h("span", null, word))) : null;
}

/**
 * Sizes and arithmetic of the layer.
 * @param {Pick<Host, "t" | "i18n">} host
 * @param {{ model: import("../../model/model.js").Model, column: { layer: import("../../model/model.js").Layer |
 *   null } }} subject
 */
export function layerFacts(host, { model, column }) {
  const layer = /** @type {import("../../model/model.js").Layer} */ (column.layer);
  const sum = parameterArithmetic(layer);
  const field = layer.receptive_field;
  const sizes = sizeArithmetic(layer);
  const plain = (/** @type {number} */ value) => host.i18n.plain(value);
  const axisName = (/** @type {string} */ axis) =>
    axis === "both" ? null : `${host.t(`network.inspector.${axis}`)}: `;
  const grown = fieldArithmetic(model, layer);
  return [
    list([
      [host.t("network.inspector.output"), shapeText(layer.output_shape)],
      sum
        ? [
            host.t("network.inspector.learned"),
            `${sum.factors.map(plain).join("·")}${sum.bias ? " + 1" : ""} = ${plain(sum.perUnit)}`,
            String(sum.perUnit),
          ]
        : [
            host.t("network.inspector.learned"),
            layer.parameter_count ? plain(layer.parameter_count) : host.t("network.inspector.nothing_learned"),
          ],
      sum && [
        host.t("network.inspector.learned_layer"),
        `${plain(sum.units)}·${plain(sum.perUnit)} = ${plain(sum.total)}`,
        String(sum.total),
      ],
      field &&
        isMaps(layer.output_shape) && [
          host.t("network.inspector.field"),
          host.t("network.inspector.field_size", { size: field.size.join("×") }),
        ],
    ]),
    ...(sizes.length
      ? [
          box(
            host.t("network.inspector.size"),
            ...sizes.map(({ axis, text, result, exact: whole }) =>
              h(
                "p",
                { class: "inspector-formula" },
                axisName(axis),
                `${text} = `,
                h("b", null, String(result)),
                whole ? null : h("small", null, host.t("network.inspector.floor")),
              ),
            ),
          ),
        ]
      : []),
    ...(grown.length
      ? [
          box(
            host.t("network.inspector.field_grows"),
            ...grown.map(({ axis, text, result }) =>
              h("p", { class: "inspector-formula" }, axisName(axis), `${text} = `, h("b", null, String(result))),
            ),
          ),
        ]
      : []),
  ];
}

/**
 * A class's score: the share of every map before, the bias, the sum.
 * @param {Host} host
 * @param {Omit<Subject, "tensor">} subject
 */
export function classFacts(host, { model, run, column, unit }) {
  const { i18n } = host;
  const { logit, probability } = run.scores[unit];
  const layer = /** @type {import("../../model/model.js").Layer} */ (column.layer);
  const facts = list([
    typeof probability === "number" && [
      host.t("network.inspector.probability"),
      i18n.percent(probability),
      exact(probability),
    ],
    [
      host.t(column.probabilities ? "network.inspector.logit" : "network.inspector.score"),
      i18n.value(logit),
      exact(logit),
    ],
  ]);
  const learned = host.scene?.parameters;
  const parameters = learned && learnedOf(learned, layer.name, unit);
  const before = columnsOf(model).find(({ name }) => name === column.sources[0]);
  const owners = ownersOf(model, column);
  const input = inputOf(layer, run);
  if (!parameters || parameters.weight.shape.length !== 2 || !before || !owners || !input) return [facts];
  const sums = sumsByOwner(productsOf(input.data, parameters.weight, unit), owners, before.units);
  const bias = parameters.bias ? numberOf(parameters.bias, unit) : 0;
  const ranked = [...sums.keys()].sort((a, b) => Math.abs(sums[b]) - Math.abs(sums[a]));
  const largest = Math.max(Math.abs(bias), ...sums.map(Math.abs));
  const line = (/** @type {string} */ name, /** @type {number} */ value) => {
    const fill = h("span", { class: "inspector-share-fill" });
    fill.style.transform = `scaleX(${largest > 0 ? Math.abs(value) / largest / 2 : 0})`;
    fill.classList.toggle("is-negative", value < 0);
    fill.style.backgroundColor = colourOf(ACTIVATIONS, value, largest);
    return h(
      "li",
      null,
      h("span", { class: "inspector-share-name" }, name),
      h("span", { class: "inspector-share-bar" }, fill),
      h(
        "span",
        { class: "inspector-share-value", "data-value": exact(value), title: i18n.full(value) },
        i18n.value(value),
      ),
    );
  };
  const rest = ranked.slice(LISTED).reduce((total, source) => total + sums[source], 0);
  return [
    facts,
    box(
      host.t("network.inspector.shares"),
      h(
        "ul",
        { class: "inspector-shares" },
        ...ranked
          .slice(0, LISTED)
          .map((source) => line(valueName(i18n, model, { layer: before.name, at: [source] }), sums[source])),
        ranked.length > LISTED && line(host.t("network.inspector.others", { count: ranked.length - LISTED }), rest),
        line(host.t("network.inspector.bias"), bias),
      ),
      h(
        "p",
        { class: "inspector-formula" },
        `${host.t("network.inspector.sum")} = `,
        h("b", { "data-value": exact(logit) }, i18n.value(logit)),
      ),
    ),
  ];
}

/**
 * The two classes that the one number at the end stands for.
 * @param {Pick<Host, "i18n">} host
 * @param {Pick<Subject, "model" | "run">} subject
 */
export const pairFacts = ({ i18n }, { model, run }) => [
  list(
    model.classes.map(({ labels }, index) => {
      const share = run.scores[index].probability;
      return (
        typeof share === "number" && /** @type {const} */ ([i18n.label(labels), i18n.percent(share), exact(share)])
      );
    }),
  ),
];

/**
 * A layer's learned numbers, with the multiplication that gives their count.
 * @param {import("../../model/model.js").Layer} layer
 * @param {(value: number) => string} plain
 */
function countText(layer, plain) {
  const sum = parameterArithmetic(layer);
  return sum && sum.units * sum.perUnit === sum.total
    ? `${plain(sum.units)}·${plain(sum.perUnit)} = ${plain(sum.total)}`
    : plain(layer.parameter_count);
}

/**
 * The model as a whole, while no unit is looked at.
 * @param {Host} host
 * @param {import("../../model/model.js").Model} model
 */
export function modelFacts(host, model) {
  const learned = model.layers.filter(({ parameter_count: count }) => count > 0);
  const plain = (/** @type {number} */ value) => host.i18n.plain(value);
  return [
    list([
      [host.t("network.inspector.takes"), shapeText(model.input.shape)],
      [
        host.t("network.inspector.gives"),
        model.classes.length
          ? host.t("network.classes", { count: model.classes.length })
          : shapeText(model.output.output_shape),
      ],
    ]),
    box(
      host.t("network.inspector.all_learned"),
      h(
        "dl",
        { class: "inspector-facts of-layers" },
        ...learned.map((layer) =>
          h(
            "div",
            null,
            h("dt", null, layerName(host.i18n, model, layer.name)),
            h("dd", null, countText(layer, plain)),
          ),
        ),
        h(
          "div",
          null,
          h("dt", null, host.t("network.inspector.total")),
          h("dd", null, h("b", null, plain(model.parameter_count))),
        ),
      ),
    ),
  ];
}
