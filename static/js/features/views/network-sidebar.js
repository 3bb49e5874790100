// @ts-check
/**
 * The network as a sidebar: beside an opened view every layer stands as one small map, in the colours of the
 * large one, and on each map before the value that is looked at lies the window that it sees, down to the
 * picture. Each earlier layer is shown by the unit through which most of the value came. A layer leads to
 * its place on that way, the empty ground back to the network.
 *
 * Moving the pointer moves windows only; maps are painted once it rests.
 */
import { sameItems } from "../../core/store.js";
import { exact } from "../../core/i18n.js";
import { ACTIVATIONS, paintDiverging } from "../../draw/colour.js";
import { inputImage } from "../../draw/input.js";
import { mainTrail, tensorOf } from "../../model/explain.js";
import { INPUT, isMaps, unitCount } from "../../model/model.js";
import { thumbnailOf, unitValues } from "../../model/statistics.js";
import { limitOf } from "../../model/ranges.js";
import { regionsBehind } from "../../model/receptive-field.js";
import { valueAt } from "../../model/trace.js";
import { colourRanges, layerName, valueName } from "../../state/selectors.js";
import { placeOf, samePlace } from "../../state/place.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { scrollTo } from "../../elements/scroll.js";
import { shownValue, sizeText, valueIndexText } from "./parts/value.js";

/** @typedef {import("../../model/explain.js").ValueIndex} ValueIndex */
/** @typedef {import("../../model/explain.js").Scene} Scene */
/** @typedef {{ valueIndex: ValueIndex | null, key: string }} Shown what an entry shows now */

/**
 * @param {Scene} scene
 * @param {readonly string[]} names of the layers that stand in it
 * @param {import("./host.js").Actions} actions
 */
export function createNetworkSidebar({ model }, names, { t, i18n, state, open }) {
  const entries = [INPUT, ...names].map((layer) =>
    createEntry(
      layer,
      layer === INPUT
        ? model.input.shape
        : /** @type {import("../../model/model.js").Layer} */ (model.layer(layer)).output_shape,
      layer === INPUT ? t("views.picture") : layerName(i18n, model, layer),
      i18n,
    ),
  );
  const byLayer = new Map(entries.map((entry) => [entry.layer, entry]));
  const list = h(
    "ol",
    { class: "sidebar-layers", "aria-label": t("views.sidebar.title") },
    entries.slice(1).map(({ root }) => root),
  );
  const outWords = h("span");
  const out = h(
    "button",
    {
      type: "button",
      class: "view-out",
      "data-action": "close-view",
      title: t("views.out_hint"),
      ...does("climb"),
    },
    h("span", { "aria-hidden": "true" }, "←"),
    outWords,
    h("kbd", { "aria-hidden": "true" }, "Esc"),
  );
  const root = h(
    "nav",
    { class: "network-sidebar", "aria-label": t("views.sidebar.title") },
    out,
    entries[0].root,
    list,
  );
  root.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    if (event.target === root || event.target === list) context().commands.perform("climb");
  });

  /** The way from the shown value to the picture, the value itself first. @type {ValueIndex[]} */
  let way = [];

  entries.forEach((entry) =>
    entry.button.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      event.stopPropagation();
      go(entry.layer);
    }),
  );

  /** Open a layer at its place on the way; the steps up to it become the trail. @param {string} layer */
  function go(layer) {
    const { view } = state();
    const trail = view?.trail ?? [];
    const followed = trail.find((step) => step.layer === layer);
    if (followed) return open(undefined, followed, trail);
    const index = way.findIndex((valueIndex) => valueIndex.layer === layer);
    if (index > 0) {
      const here = placeOf(way[0].layer, way[0].at);
      const from = trail.findIndex((step) => samePlace(step, here));
      const steps = [
        ...trail.slice(0, Math.max(0, from)),
        ...way.slice(0, index + 1).map((valueIndex) => placeOf(valueIndex.layer, valueIndex.at)),
      ];
      return open(undefined, steps[steps.length - 1], steps);
    }
    const { shape } = /** @type {Entry} */ (byLayer.get(layer));
    return open(undefined, { layer, unit: Math.min(view?.unit ?? 0, unitCount(shape) - 1) });
  }

  return {
    root,
    /** Another position of the shown unit: move the windows. @param {ValueIndex} valueIndex */
    point(valueIndex) {
      const regions = new Map(
        regionsBehind(model, placeOf(valueIndex.layer, valueIndex.at)).map((region) => [region.layer, region]),
      );
      for (const entry of entries) {
        const region = regions.get(entry.layer);
        if (entry.layer === valueIndex.layer)
          entry.frame(
            isMaps(entry.shape)
              ? { top: valueIndex.at[1], bottom: valueIndex.at[1], left: valueIndex.at[2], right: valueIndex.at[2] }
              : { top: 0, bottom: 0, left: valueIndex.at[0], right: valueIndex.at[0] },
            true,
          );
        else if (region && isMaps(entry.shape)) entry.frame(region, false);
        else if (region && region.units.count < entry.shape[0])
          entry.frame(
            { top: 0, bottom: 0, left: region.units.first, right: region.units.first + region.units.count - 1 },
            false,
          );
        else entry.frame(null, false);
      }
    },
    /**
     * The pointer rests, or something else is shown: paint, name, and say values.
     * @param {Scene} scene
     * @param {ValueIndex} valueIndex
     */
    show(scene, valueIndex) {
      way = mainTrail(scene, valueIndex);
      const on = new Map(way.map((one) => [one.layer, one]));
      const trail = state().view?.trail ?? [];
      const behind = ancestors(model, valueIndex.layer);
      outWords.textContent = t(state().view?.name === "microscope" ? "views.out_neuron" : "views.out");
      for (const entry of entries) {
        const followed = trail.find((step) => step.layer === entry.layer);
        const found =
          on.get(entry.layer) ??
          (followed ? { layer: entry.layer, at: [followed.unit, ...(followed.at ?? [])] } : null);
        entry.show(
          scene,
          entry.layer === valueIndex.layer ? "here" : behind.has(entry.layer) ? "earlier" : "later",
          found,
          state(),
        );
      }
      this.point(valueIndex);
    },
    /** Bring the shown value's layer into sight. @param {ValueIndex} valueIndex */
    reveal(valueIndex) {
      if (valueIndex.layer !== INPUT) scrollTo(list, byLayer.get(valueIndex.layer)?.root ?? null);
    },
  };
}

/**
 * The names of all that a layer's values are made from.
 * @param {import("../../model/model.js").Model} model
 * @param {string} layer
 */
function ancestors(model, layer) {
  const found = new Set(model.layer(layer)?.inputs);
  for (const name of found) model.layer(name)?.inputs.forEach((input) => found.add(input));
  return found;
}

/** @typedef {ReturnType<typeof createEntry>} Entry */

/**
 * @param {string} layer
 * @param {readonly number[]} shape
 * @param {string} title
 * @param {import("../../core/i18n.js").Translator} i18n
 */
function createEntry(layer, shape, title, i18n) {
  const maps = isMaps(shape);
  const [rows, columns] = maps ? [shape[1], shape[2]] : [1, shape[0]];
  const canvas = h("canvas", { width: columns, height: rows, "aria-hidden": "true" });
  const frame = h("i", { class: "sidebar-window", hidden: true });
  const map = h("span", { class: `sidebar-map${maps ? "" : " is-vector"}` }, canvas, frame);
  map.style.setProperty("--ratio", String(columns / rows));
  const name = h("span", { class: "sidebar-name" }, title);
  const value = h("span", { class: "sidebar-value mono" });
  const button = h(
    "button",
    { type: "button", class: "sidebar-layer", "data-sidebar-layer": layer },
    map,
    h("span", { class: "sidebar-words" }, name, value),
  );
  // However long the list, the picture with the window on it stays in sight: it stands before it.
  const root = layer === INPUT ? h("div", { class: "is-picture" }, button) : h("li", null, button);
  /** @type {readonly unknown[]} */
  let painted = [];

  return {
    layer,
    shape,
    root,
    button,
    /**
     * Frame cells of the map; null where nothing is marked.
     * @param {{ top: number, bottom: number, left: number, right: number } | null} cells
     * @param {boolean} own the value itself
     */
    frame(cells, own) {
      // A frame around the whole map would say nothing.
      frame.hidden =
        cells === null ||
        (!own && cells.top <= 0 && cells.left <= 0 && cells.bottom >= rows - 1 && cells.right >= columns - 1);
      frame.classList.toggle("own", own);
      if (!cells) return void root.removeAttribute("data-seen");
      if (own) root.removeAttribute("data-seen");
      else {
        root.dataset.seen = layer;
        root.dataset.rows = `${cells.top},${cells.bottom}`;
        root.dataset.columns = `${cells.left},${cells.right}`;
      }
      const { style } = frame;
      style.left = `${(100 * cells.left) / columns}%`;
      style.top = `${(100 * cells.top) / rows}%`;
      style.width = `${(100 * (cells.right - cells.left + 1)) / columns}%`;
      style.height = `${(100 * (cells.bottom - cells.top + 1)) / rows}%`;
      return undefined;
    },
    /**
     * @param {Scene} scene
     * @param {"earlier" | "here" | "later"} order
     * @param {ValueIndex | null} valueIndex
     * @param {import("../../state/initial.js").State} state
     */
    show(scene, order, valueIndex, state) {
      const { view, scale, lock, dark } = state;
      const unit = valueIndex ? valueIndex.at[0] : Math.min(view?.unit ?? 0, unitCount(shape) - 1);
      root.dataset.order = order;
      if (maps && layer !== INPUT) map.dataset.from = `${layer}[${unit}]`;
      button.toggleAttribute("aria-current", order === "here");
      if (order === "here") button.setAttribute("aria-current", "true");
      const tensor = tensorOf(scene, layer);
      const known = scene.run.overview?.get(layer);
      // Of a large run only some values are at hand; a small picture stands for a map that nobody has asked for.
      const small = tensor ? null : known && (thumbnailOf(known, unit) ?? thumbnailOf(known, 0));
      name.replaceChildren(
        title,
        ...(maps && layer !== INPUT ? [h("wbr"), i18n.plainly ? ` · ${unit}` : `[${unit}]`] : []),
      );
      if (valueIndex && tensor) {
        const found = valueAt(tensor, valueIndex.at);
        value.textContent = shownValue(i18n, scene.model, layer, found);
        button.dataset.place = valueIndexText(valueIndex);
        button.dataset.value = exact(found);
        button.title = `${valueName(i18n, scene.model, valueIndex)} = ${value.textContent}`;
      } else {
        value.textContent = maps ? sizeText([rows, columns]) : sizeText(shape);
        for (const attribute of ["data-place", "data-value", "title"]) button.removeAttribute(attribute);
      }
      const wanted = [scene.run, unit, dark, scale, lock, tensor !== undefined, small !== null];
      const shownTensor = tensor ?? (known && !maps ? { shape, data: known.maximum } : small);
      if (sameItems(wanted, painted) || !shownTensor) return;
      painted = wanted;
      [canvas.height, canvas.width] = maps ? [shownTensor.shape[1], shownTensor.shape[2]] : [1, shape[0]];
      const pen = canvas.getContext("2d");
      if (layer === INPUT)
        return pen.putImageData(
          inputImage((width, height) => new ImageData(width, height), shownTensor, scene.model.input.range),
          0,
          0,
        );
      const values = small ? small.data : maps ? unitValues(shownTensor, unit) : shownTensor.data;
      const image = pen.createImageData(canvas.width, canvas.height);
      // A vector is one map of its layer here, so its own range is that of all its values.
      const limit = !maps && scale === "unit" ? 0 : colourRanges(state, scene)?.limit(layer, unit);
      paintDiverging(new Uint32Array(image.data.buffer), 0, values, limit || limitOf([values]), ACTIVATIONS);
      pen.putImageData(image, 0, 0);
    },
  };
}
