// @ts-check
/**
 * The picture's pixels as numbers: the picture, and its channels side by side with the numbers around the chosen pixel.
 */
import { channelScale } from "../../draw/colour.js";
import { INPUT } from "../../model/model.js";
import { valueAt } from "../../model/trace.js";
import { h } from "../../elements/dom.js";
import { createHeat } from "./parts/heat.js";
import { createLegend } from "./parts/legend.js";
import { createGrid } from "./parts/grid.js";
import { paintUnit } from "./parts/paint.js";
import { createPicture } from "./parts/picture.js";
import { createValue, setValue, sizeText } from "./parts/value.js";

/** Pixels shown as numbers to each side of the chosen one. */
const AROUND = 2;

/**
 * A pixel's value in little room: two decimals, and more where these would make it look like 0.
 * @param {number} value
 */
const share = (value) => value.toFixed(value !== 0 && Math.abs(value) < 0.005 ? 4 : 2).replace("-", "\u2212");

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createPixels(subject, actions) {
  const { t } = actions;
  const { model } = subject.scene;
  const [channels, rows, columns] = subject.output.shape;
  const side = (/** @type {number} */ size) => Math.min(size, 2 * AROUND + 1);
  const [gridRows, gridColumns] = [side(rows), side(columns)];
  const point = (/** @type {number} */ row, /** @type {number} */ column, /** @type {boolean} */ pinned) =>
    actions.point([row, column], pinned);
  const channelName = (/** @type {number} */ channel) => {
    const name = model.input.channels[channel];
    const key = `views.channel.${name}`;
    return name && actions.i18n.has(key) ? t(key) : (name ?? `[${channel}]`);
  };

  const parts = Array.from({ length: channels }, (_, channel) => {
    const name = `${INPUT}[${channel}]`;
    const heat = createHeat({
      rows,
      columns,
      className: "large",
      from: name,
      label: t("views.map", { name: `${name} ${channelName(channel)}`, shape: sizeText([rows, columns]) }),
      onPoint: point,
    });
    const marks = [heat.mark("cell", [1, 1]), heat.mark("window", [gridRows, gridColumns])];
    const grid = createGrid(gridRows, gridColumns, t("views.pixels.numbers", { name: channelName(channel) }), {
      className: "pixels",
    });
    const value = createValue("result");
    const root = h(
      "figure",
      { class: `channel${channel === subject.unit ? " chosen" : ""}`, "data-row": channel },
      h("figcaption", null, h("strong", null, channelName(channel)), ` ${name}`, value),
      heat.root,
      grid.root,
    );
    return { root, heat, marks, grid, value };
  });
  /** @type {import("./parts/heat.js").Heat | null} */
  let picture = null;
  const pictureFigure = h("figure", { class: "channel" });
  const pictureNumbers = h("p", { class: "pixel-colour" });
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-pixels" },
    h("p", { class: "note" }, t("views.pixels.words", { rows, columns, channels })),
    h(
      "div",
      { class: "channels" },
      channels > 1 ? pictureFigure : "",
      parts.map(({ root: figure }) => figure),
    ),
    legends,
  );

  let current = subject;
  /** @type {{ move: (top: number, left: number) => void } | null} */
  let pictureMark = null;

  return {
    root,
    name: "pixels",
    positions: null,
    paint(next) {
      current = next;
      picture = createPicture(next.scene, t("views.picture"), point);
      picture.root.classList.add("large");
      pictureMark = picture.mark("cell", [1, 1]);
      pictureFigure.replaceChildren(
        h("figcaption", null, h("strong", null, t("views.picture"))),
        picture.root,
        pictureNumbers,
      );
      parts.forEach(({ heat }, channel) =>
        paintUnit(heat, next.scene, INPUT, next.output, channel, 1, actions.state().tint),
      );
      const [low, high] = model.input.range;
      legends.replaceChildren(
        ...parts
          .slice(0, 3)
          .map((_, channel) =>
            createLegend(
              actions.state().tint ? channelName(channel) : t("views.legend.pixels"),
              channelScale(model.input.channels[channel], actions.state().tint),
              { low: String(low), high: String(high), sequential: true },
            ),
          )
          .slice(0, actions.state().tint ? 3 : 1),
      );
    },
    point([row, column]) {
      const top = Math.max(0, Math.min(rows - gridRows, row - AROUND));
      const left = Math.max(0, Math.min(columns - gridColumns, column - AROUND));
      const [low, high] = model.input.range;
      picture?.place(row, column);
      pictureMark?.move(row, column);
      const bytes = parts.map(({ heat, marks, grid, value }, channel) => {
        heat.place(row, column);
        marks[0].move(row, column);
        marks[1].move(top, left);
        const cells = Array.from({ length: gridRows * gridColumns }, (_, index) => {
          const at = [channel, top + Math.floor(index / gridColumns), left + (index % gridColumns)];
          return { value: valueAt(current.output, at), valueIndex: { layer: INPUT, at } };
        });
        grid.set(cells, high - low || 1, {
          pixels: new Uint32Array(),
          css: (share) => channelScale(model.input.channels[channel], actions.state().tint).css(share),
        });
        for (const cell of grid.cells)
          if (cell.firstChild instanceof Text) cell.firstChild.data = share(Number(cell.dataset.value));
        grid.mark((row - top) * gridColumns + (column - left));
        setValue(value, valueAt(current.output, [channel, row, column]), { layer: INPUT, at: [channel, row, column] });
        return Math.round((255 * (valueAt(current.output, [channel, row, column]) - low)) / (high - low || 1));
      });
      pictureNumbers.textContent = t("views.pixels.colour", { row, column, values: bytes.join(" · ") });
    },
  };
}
