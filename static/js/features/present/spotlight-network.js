// @ts-check
/** What stays spotlit on the network map while the rest dims: the unit that is pointed at, and what it was made of. */
import { INPUT } from "../../model/model.js";
import { holds, regionsBehind } from "../../model/receptive-field.js";

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

const CHANNEL = 18;

/**
 * @param {import("../../model/layout.js").Layout} layout
 * @param {import("../../model/model.js").Model} model
 * @param {import("../../state/initial.js").Place} place
 * @param {number} head height of a column's name
 * @param {number} text how much larger than usual text is
 * @returns {Box[]} the unit itself first; none where it is not shown
 */
export function spotlitBoxes(layout, model, place, head, text) {
  const target = layout.columns.find(({ column }) => column.name === place.layer);
  const own = target?.boxes.find(({ unit }) => unit === place.unit);
  if (!target || !own) return [];
  // What stands below a channel of the picture is its name.
  const whole = (/** @type {import("../../model/layout.js").PlacedColumn} */ { column, boxes }) =>
    column.layer ? boxes : boxes.map((box) => ({ ...box, height: box.height + CHANNEL * text }));
  const name = (/** @type {import("../../model/layout.js").PlacedColumn} */ { label }) => ({
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
        .flatMap((region) => boxes.filter((box) => holds(region, box.unit))),
    );
    return [own, ...behind, name(target)];
  }
  const sources = target.column.reads(place.unit).flatMap((units) => {
    const from = layout.columns.find(({ column }) => column.name === units.from);
    const boxes = from ? whole(from).filter(({ unit }) => holds({ units }, unit)) : [];
    return from && boxes.length ? [...boxes, name(from)] : [];
  });
  return [own, ...sources, name(target)];
}
