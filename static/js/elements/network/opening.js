// @ts-check
/**
 * The opening's first movement: the picture comes apart into its channels, which slide to their places at the
 * network's left. Where they lie over each other their light adds up: there the three are the picture.
 */
import { h } from "../dom.js";

/** Colours that a channel's light can have, by its name. */
const LIGHT = ["red", "green", "blue"];
/** How large a part of the opening it takes; `network.css` lets the maps wait for it. */
const SHARE = 0.3;
/** Of its time, how long after the channel before it each sets off. */
const APART = 0.12;

/**
 * @param {import("./map.js").LoupeNetwork} map
 * @param {DOMRect} from where the picture stands
 */
export function splitPicture(map, from) {
  const { stage, scene, layout } = map;
  const boxes = layout?.columns.find(({ column }) => !column.layer && column.form === "maps")?.boxes ?? [];
  if (!stage.dataset.developing || !scene?.run || !boxes.length || !from.width) return;
  const { model, run } = scene;
  const [, rows, columns] = run.input.shape;
  const duration = SHARE * parseFloat(getComputedStyle(stage).getPropertyValue("--opening"));
  const { left, top } = stage.getBoundingClientRect();
  const sky = h("div", { class: "opening", "aria-hidden": "true" });
  const flying = boxes.map((box, index) => {
    const piece = h("canvas", { width: columns, height: rows });
    paint(piece, run.input.data.subarray(box.unit * rows * columns, (box.unit + 1) * rows * columns), {
      range: model.input.range,
      light: LIGHT.indexOf(model.input.channels[box.unit]),
    });
    Object.assign(piece.style, {
      left: `${left + box.x}px`,
      top: `${top + box.y}px`,
      width: `${box.width}px`,
      height: `${box.height}px`,
    });
    sky.append(piece);
    const start = `translate(${from.left - left - box.x}px, ${from.top - top - box.y}px) scale(${from.width / box.width}, ${from.height / box.height})`;
    return piece.animate(
      [
        { transform: start, opacity: 1 },
        { transform: start, opacity: 1, offset: 0.1 },
        { transform: "none", opacity: 1, offset: 0.8 },
        { transform: "none", opacity: 0 },
      ],
      {
        duration: (1 - APART * (boxes.length - 1)) * duration,
        delay: APART * index * duration,
        easing: "cubic-bezier(0.4, 0, 0.2, 1)",
        fill: "both",
      },
    ).finished;
  });
  document.body.append(sky);
  const over = () => {
    ended.disconnect();
    sky.remove();
  };
  // Whatever ends the opening ends this.
  const ended = new MutationObserver(over);
  ended.observe(stage, { attributeFilter: ["data-developing"] });
  Promise.allSettled(flying).then(over);
}

/**
 * A channel as light: in its colour if it has one, else in grey.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} values
 * @param {{ range: readonly number[], light: number }} how
 */
function paint(canvas, values, { range: [low, high], light }) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(canvas.width, canvas.height);
  values.forEach((value, pixel) => {
    const byte = Math.round((255 * (value - low)) / (high - low));
    for (let part = 0; part < 3; part++) image.data[4 * pixel + part] = light < 0 || part === light ? byte : 0;
    image.data[4 * pixel + 3] = 255;
  });
  context.putImageData(image, 0, 0);
}
