// @ts-check
/**
 * Which unit comes from which: the units that a layer reads above, its own below, a line from each to where it went.
 */
import { h } from "../../../elements/dom.js";

/** @typedef {import("../../../model/model.js").Layer} Layer */
/** @typedef {{ source: number, unit: number }} Origin the unit that a unit is a copy of */

/** The drawing's size in its own units, and how many lines it has at most. */
const [WIDTH, HEIGHT, EDGE, LINES] = [640, 108, 10, 160];

/**
 * The unit that each unit is a copy of; null where every unit stays what it was.
 * @param {Layer} layer
 * @param {import("../../../model/kinds/kind.js").Tracer} tracer
 * @param {import("../subject.js").Subject} subject
 * @returns {Origin[] | null}
 */
export function unitOrigins(layer, tracer, { inputs, parameters }) {
  const [units, ...place] = layer.output_shape;
  if (layer.output_shape.length !== layer.input_shape.length) return null;
  const origins = Array.from({ length: units }, (_, unit) => {
    const { terms } = tracer.trace(layer, inputs, parameters, [unit, ...place.map(() => 0)]);
    return { source: terms[0].source, unit: terms[0].at[0] };
  });
  return origins.some(({ source, unit }, index) => source > 0 || unit !== index) || units < layer.input_shape[0]
    ? origins
    : null;
}

/**
 * @param {Layer} layer @param {readonly Origin[]} origins @param {number} chosen a unit of the layer
 * @param {(unit: number) => void} open @param {import("../host.js").Actions["t"]} t
 */
export function createWiring(layer, origins, chosen, open, t) {
  const starts = layer.input_shapes.map((_, source) =>
    layer.input_shapes.slice(0, source).reduce((sum, [units]) => sum + units + 1, 0),
  );
  const slots = starts[starts.length - 1] + layer.input_shapes[starts.length - 1][0];
  const along = (/** @type {number} */ index, /** @type {number} */ count) =>
    EDGE + ((index + 0.5) * (WIDTH - 2 * EDGE)) / count;
  const above = (/** @type {Origin} */ { source, unit }) => along(starts[source] + unit, slots);
  const below = (/** @type {number} */ unit) => along(unit, origins.length);
  const radius = Math.max(1, Math.min(5, (WIDTH - 2 * EDGE) / Math.max(slots, origins.length) / 2.6));
  const every = Math.ceil(origins.length / LINES);
  const line = (/** @type {number} */ unit) => {
    const [x0, x1] = [above(origins[unit]), below(unit)];
    return `M${x0} 16C${x0} ${HEIGHT / 2} ${x1} ${HEIGHT / 2} ${x1} ${HEIGHT - 16}`;
  };
  const used = new Set(origins.map(({ source, unit }) => `${source},${unit}`));
  const [TOP, BOTTOM] = [12, HEIGHT - 12];
  const circle = (/** @type {number} */ x, /** @type {number} */ y) =>
    `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`;
  /** All that look alike are one path: there may be thousands. @param {string} kind @param {string[]} parts */
  const path = (kind, parts) => h("svg:path", { class: kind, d: parts.join("") });
  const read = layer.input_shapes.flatMap(([units], source) =>
    Array.from({ length: units }, (_, unit) => ({ source, unit, used: used.has(`${source},${unit}`) })),
  );
  const dots = (/** @type {boolean} */ kept) =>
    read.filter((one) => one.used === kept).map((one) => circle(above(one), TOP));
  const drawing = h(
    "svg:svg",
    { class: "wiring-drawing", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    path(
      "lines",
      origins.flatMap((_, unit) => (unit % every === 0 && unit !== chosen ? [line(unit)] : [])),
    ),
    path("left-out", dots(false)),
    path("dots", [...dots(true), ...origins.map((_, unit) => circle(below(unit), BOTTOM))]),
    path("chosen", [line(chosen)]),
    path("dots chosen-dots", [circle(above(origins[chosen]), TOP), circle(below(chosen), BOTTOM)]),
  );
  const range = (/** @type {number} */ first, /** @type {number} */ count) =>
    count === 1 ? `[${first}]` : `[${first}–${first + count - 1}]`;
  let first = 0;
  const parts = layer.inputs.map((name, source) => {
    const [count] = layer.input_shapes[source];
    const start = first;
    first += count;
    return h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "wiring-part",
          "aria-current": origins[chosen].source === source ? "true" : null,
          onclick: () => open(start),
        },
        h("span", null, `${name}${range(0, count)}`),
        h("span", null, `→ ${range(start, count)}`),
      ),
    );
  });
  return h(
    "div",
    { class: "wiring" },
    h("h3", null, t(`views.copy.${layer.output_shape.length > 1 ? "wiring" : "wiring_values"}`, { name: layer.name })),
    layer.inputs.length > 1 ? h("ol", { class: "wiring-parts" }, parts) : "",
    drawing,
  );
}
