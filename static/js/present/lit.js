// @ts-check
/** What stays lit on the network map while the rest dims: the unit that is pointed at, and what it was made of. */
import { sourceUnit } from "../model/columns.js";
import { INPUT } from "../model/model.js";
import { regionsBehind } from "../model/receptive-field.js";

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

const CHANNEL = 18;

/** @param {import("../model/layout.js").Layout} layout @param {import("../model/model.js").Model} model @param {import("../state/initial.js").Place} place @param {number} head height of a column's name @param {number} text how much larger than usual text is @returns {Box[]} the unit itself first; none where it is not shown */
export function litBoxes(layout, model, place, head, text) {
  const index = layout.columns.findIndex(({ column }) => column.name === place.layer);
  const own = layout.columns[index]?.boxes.find(({ unit }) => unit === place.unit);
  if (!own) return [];
  const target = layout.columns[index];
  const from = layout.columns[index - 1];
  // What stands below a channel of the picture is its name.
  const whole = (/** @type {import("../model/layout.js").PlacedColumn} */ { column, boxes }) =>
    column.layer ? boxes : boxes.map((box) => ({ ...box, height: box.height + CHANNEL * text }));
  const name = (/** @type {import("../model/layout.js").PlacedColumn} */ { label }) => ({
    x: label.x,
    y: label.y,
    width: label.width,
    height: head,
  });
  if (place.at && place.layer !== INPUT) {
    const regions = regionsBehind(model, place);
    const behind = layout.columns.flatMap(({ column, boxes }) =>
      regions
        .filter(({ layer }) => layer === column.name)
        .flatMap(({ unit }) => boxes.filter((box) => unit === null || unit === box.unit)),
    );
    return [own, ...behind, name(target)];
  }
  const { connects } = target.column;
  const sources =
    !from || connects === "none"
      ? []
      : connects === "all"
        ? whole(from)
        : whole(from).filter(({ unit }) => unit === sourceUnit(from.column, target.column, place.unit));
  return [own, ...sources, name(target), ...(sources.length ? [name(from)] : [])];
}
