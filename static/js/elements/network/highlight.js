// @ts-check
/**
 * What is marked on the network map: the unit that is looked at, its inputs and edges with their kernels
 * or amounts, and the receptive field of a value. Loaded once the network is drawn.
 */
import { drawField, drawIncoming, outline } from "../../draw/edges.js";
import { productsOf, sumsByOwner } from "../../model/contributions.js";
import { ownersOf } from "../../model/columns.js";
import { learnedOf } from "../../model/learned.js";
import { INPUT, inputOf, isMaps } from "../../model/model.js";
import { holds, regionsBehind, visiblePart } from "../../model/receptive-field.js";
import { largestMagnitude } from "../../model/statistics.js";
import { rowOf } from "../../model/trace.js";

/** @typedef {import("../../model/layout.js").Layout} Layout */
/** @typedef {import("../../model/layout.js").PlacedColumn} PlacedColumn */
/** @typedef {import("../../state/initial.js").Place} Place */

export class NetworkHighlight {
  #map;
  #context;

  /** @param {import("./map.js").LoupeNetwork} map @param {CanvasRenderingContext2D} context */
  constructor(map, context) {
    this.#map = map;
    this.#context = context;
  }

  /** @param {Layout} layout */
  draw(layout) {
    const { hover, selection, view } = this.#map.store.state;
    if (!this.#map.scene || view) return;
    if (hover?.at) this.#field(layout, hover);
    else if (hover) this.#incoming(layout, hover);
    if (!hover && selection) this.#outline(layout, selection, 2);
  }

  /** @param {Layout} layout @param {Place} place @param {number} width */
  #outline(layout, place, width) {
    const box = layout.columns
      .find(({ column }) => column.name === place.layer)
      ?.boxes.find(({ unit }) => unit === place.unit);
    if (box) outline(this.#context, box, this.#map.theme.accent, width);
  }

  /** @param {Layout} layout @param {Place} place */
  #incoming(layout, place) {
    const target = layout.columns.find(({ column }) => column.name === place.layer);
    const to = target?.boxes.find(({ unit }) => unit === place.unit);
    if (!target || !to) return;
    const { kernels, kernelLimit } = this.#kernels(target, place.unit);
    const { amounts, amountLimit } = this.#amounts(target, place.unit);
    const read = target.column.reads(place.unit);
    const links = layout.links.filter((link) => layout.columns[link.to] === target);
    const sources = links.flatMap((link) => {
      const from = layout.columns[link.from];
      const own = read.filter((units) => units.from === from.column.name).map((units) => ({ units }));
      const boxes = from.boxes.filter(({ unit }) => own.some((one) => holds(one, unit)));
      return boxes.length ? [{ link, from, boxes }] : [];
    });
    if (!sources.length) return this.#outline(layout, place, 2.5);
    const gap = Math.min(...sources.map(({ link, from }) => to.x - (link.via ?? from.x + from.width)));
    const pitch = Math.min(...sources.map(({ from: { boxes } }) => (boxes.length > 1 ? boxes[1].y - boxes[0].y : 40)));
    drawIncoming(
      this.#context,
      to,
      sources.flatMap(({ link: { via, arc }, boxes }) =>
        boxes.map((box) => ({
          from: box,
          kernel: kernels?.(box.unit),
          amount: amounts?.(box.unit),
          via,
          around: arc !== null,
        })),
      ),
      {
        kernel: kernelLimit,
        amount: amountLimit,
        kernelSize: Math.round(Math.max(9, Math.min(24, 0.36 * gap, 0.62 * pitch))),
      },
      this.#map.theme,
      sources.flatMap(({ link: { arc } }) => (arc ? [arc] : [])),
    );
  }

  /** The kernels of a unit, one for each map it reads. @param {PlacedColumn} target @param {number} unit */
  #kernels({ column: { layer, fold } }, unit) {
    const shown = layer && this.#map.store.state.details && !fold;
    const { parameters } = this.#map.scene ?? {};
    const weight = shown && parameters ? learnedOf(parameters, layer.name, unit)?.weight : undefined;
    if (!weight || weight.shape.length !== 4) return { kernels: null, kernelLimit: 0 };
    const [, , rows, columns] = weight.shape;
    const own = rowOf(weight, unit);
    return {
      kernels: (/** @type {number} */ source) => ({
        rows,
        columns,
        values: own.subarray(source * rows * columns, (source + 1) * rows * columns),
      }),
      kernelLimit: largestMagnitude([own]),
    };
  }

  /** What each unit before adds to a score in total. @param {PlacedColumn} target @param {number} unit */
  #amounts({ column }, unit) {
    const { parameters, model, run } = this.#map.scene ?? {};
    const { layer, connects } = column;
    const weight = layer && parameters && learnedOf(parameters, layer.name, unit)?.weight;
    const owners = weight && model && connects === "all" && weight.shape.length === 2 ? ownersOf(model, column) : null;
    const before = model?.shape(column.sources[0]);
    const input = run && layer && inputOf(layer, run);
    if (!weight || !input || !owners || !before) return { amounts: null, amountLimit: 0 };
    const sums = sumsByOwner(productsOf(input.data, weight, unit), owners, before[0]);
    const amountLimit = sums.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    return {
      amounts: (/** @type {number} */ source) => ({ value: sums[source], text: this.#map.i18n.value(sums[source]) }),
      amountLimit,
    };
  }

  /** Mark what a value was made from on every earlier map that is shown. @param {Layout} layout @param {Place} place */
  #field(layout, place) {
    const { model } = this.#map.scene ?? {};
    if (!model) return;
    const byName = new Map(layout.columns.map((placed) => [placed.column.name, placed]));
    const self = model.layer(place.layer);
    const shape = self ? self.output_shape : model.input.shape;
    const own = byName.get(place.layer)?.boxes.find(({ unit }) => unit === place.unit);
    if (own && place.at && isMaps(shape))
      drawField(
        this.#context,
        own,
        { top: place.at[0], bottom: place.at[0], left: place.at[1], right: place.at[1] },
        shape,
        this.#map.theme,
      );
    this.#outline(layout, place, 2.5);
    if (place.layer === INPUT) return;
    for (const region of regionsBehind(model, place)) {
      const part = visiblePart(region);
      if (!part) continue;
      for (const box of byName.get(region.layer)?.boxes ?? []) {
        if (holds(region, box.unit)) drawField(this.#context, box, part, region.shape, this.#map.theme);
      }
    }
  }
}
