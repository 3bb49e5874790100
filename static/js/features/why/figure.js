// @ts-check
/**
 * The picture with the evidence over it: squares that are pointed at, a frame around what a square's place has seen.
 * Another unit's squares take the place of the old ones in a short move, which any next one goes on from.
 */
import { drawEvidence } from "../../draw/evidence.js";
import { tilesOf } from "../../model/evidence.js";
import { h } from "../../elements/dom.js";
import { drawCut, inputPicture, load, sourceOf } from "../../elements/picture.js";

/** How long squares take to become those of another unit, in milliseconds. */
const MORPH = 200;

/** @typedef {ReturnType<typeof createFigure>} Figure */

/**
 * @param {object} host
 * @param {(place: number | null) => void} host.onPoint a square is pointed at, or none any more
 * @param {(place: number) => void} host.onPin a square was chosen
 * @param {(place: number) => void} host.onOpen its calculation is asked for
 * @param {(full: boolean) => void} host.onPicture whether the picture's own pixels are seen
 */
export function createFigure({ onPoint, onPin, onOpen, onPicture }) {
  const ground = h("canvas", { class: "why-ground" });
  const squares = h("canvas", { class: "why-squares" });
  const patch = h("span", { class: "why-patch" });
  const mark = h("span", { class: "why-mark" });
  const root = h(
    "div",
    { class: "why-picture", tabindex: "0", role: "application", "data-why-picture": true },
    ground,
    squares,
    patch,
    mark,
  );
  /** @type {import("../../model/evidence.js").Tiles | null} */
  let tiles = null;
  let key = "";
  /** @type {readonly number[]} */
  let input = [0, 1, 1];
  let count = [1, 1];
  let chosen = 0;
  let limit = 0;
  /** What the squares show now. @type {Float64Array} */
  let seen = new Float64Array(0);
  /** @type {{ from: Float64Array, to: Float64Array, begun: number } | null} */
  let morph = null;
  let frame = 0;
  /** The run whose picture is seen. @type {unknown} */
  let painted = null;
  let repaint = () => {};

  const draw = () => {
    if (!tiles) return;
    drawEvidence(/** @type {any} */ (squares.getContext("2d")), squares, tiles, input, seen, limit);
  };
  const step = (/** @type {number} */ now) => {
    frame = 0;
    if (!morph) return;
    const share = Math.min(1, (now - morph.begun) / MORPH);
    const eased = 1 - (1 - share) ** 3;
    const { from, to } = morph;
    seen = to.map((amount, place) => from[place] + (amount - from[place]) * eased);
    if (share === 1) [seen, morph] = [to, null];
    root.toggleAttribute("data-settled", !morph);
    draw();
    if (morph) frame = requestAnimationFrame(step);
  };
  const resize = () => {
    const width = root.clientWidth * devicePixelRatio;
    const height = (width * input[1]) / input[2];
    if (!width || (Math.round(width) === squares.width && Math.round(height) === squares.height)) return false;
    for (const canvas of [ground, squares]) [canvas.width, canvas.height] = [Math.round(width), Math.round(height)];
    return true;
  };

  /** @param {MouseEvent} event */
  const placeUnder = (event) => {
    if (!tiles) return null;
    const box = root.getBoundingClientRect();
    const find = (/** @type {readonly number[]} */ borders, /** @type {number} */ at) =>
      borders.findIndex((border, index) => index + 1 < borders.length && at >= border && at < borders[index + 1]);
    const row = find(tiles.rows, ((event.clientY - box.top) / box.height) * input[1]);
    const column = find(tiles.columns, ((event.clientX - box.left) / box.width) * input[2]);
    return row < 0 || column < 0 ? null : row * count[1] + column;
  };
  root.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => onPoint(placeUnder(event)));
  root.addEventListener("pointerleave", () => onPoint(null));
  root.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const place = placeUnder(event);
    if (place !== null) onPin(place);
  });
  root.addEventListener("dblclick", (/** @type {MouseEvent} */ event) => {
    const place = placeUnder(event);
    if (place !== null) onOpen(place);
  });
  root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const [rows, columns] = count;
    const [row, column] = [Math.floor(chosen / columns), chosen % columns];
    if (event.key === "Enter") onOpen(chosen);
    else {
      const to = {
        ArrowUp: [row - 1, column],
        ArrowDown: [row + 1, column],
        ArrowLeft: [row, column - 1],
        ArrowRight: [row, column + 1],
        Home: [row, 0],
        End: [row, columns - 1],
      }[event.key];
      if (!to || event.ctrlKey || event.metaKey || event.altKey) return;
      if (to[0] >= 0 && to[0] < rows && to[1] >= 0 && to[1] < columns) onPin(to[0] * columns + to[1]);
    }
    event.preventDefault();
  });

  /**
   * @param {HTMLElement} element
   * @param {{ top: number, left: number, bottom: number, right: number }} box in the input's pixels
   */
  const lay = (element, { top, left, bottom, right }) => {
    const [, height, width] = input;
    Object.assign(element.style, {
      top: `${(100 * top) / height}%`,
      left: `${(100 * left) / width}%`,
      height: `${(100 * (bottom - top)) / height}%`,
      width: `${(100 * (right - left)) / width}%`,
    });
  };

  return {
    root,
    get tiles() {
      return /** @type {import("../../model/evidence.js").Tiles} */ (tiles);
    },
    /**
     * The picture under the evidence; at first the input's pixels, then its own where they can be had.
     * @param {import("../../state/initial.js").State} state
     */
    async showPicture(state) {
      const { run, model } = state;
      if (!run || run.model !== model?.id) return;
      input = run.input.shape;
      root.style.aspectRatio = `${input[2]} / ${input[1]}`;
      resize();
      draw();
      const context = /** @type {CanvasRenderingContext2D} */ (ground.getContext("2d"));
      const paint = (/** @type {HTMLImageElement | null} */ image) => {
        if (image) return drawCut(context, ground, image, run.preparation);
        context.imageSmoothingEnabled = false;
        return context.drawImage(inputPicture(run, model), 0, 0, ground.width, ground.height);
      };
      const show = (/** @type {HTMLImageElement | null} */ image) => {
        repaint = () => paint(image);
        repaint();
        onPicture(image !== null);
      };
      painted = run;
      show(null);
      const source = sourceOf(state);
      const image = source && (await load(source));
      if (image && painted === run) show(image);
    },
    /**
     * @param {import("./subject.js").Subject} subject
     * @param {Float64Array} places
     * @param {number} end of the range
     * @param {boolean} moving
     */
    show({ scene, ground: { maps, values } }, places, end, moving) {
      const next = [scene.model.id, scene.model.digest, maps].join("|");
      if (next !== key) {
        [key, tiles] = [next, tilesOf(scene.model, maps)];
        count = values.shape.slice(1);
      }
      limit = end;
      input = scene.model.input.shape;
      const known = seen.length === places.length;
      if (known && moving) {
        morph = { from: seen, to: places, begun: performance.now() };
        root.removeAttribute("data-settled");
        frame ||= requestAnimationFrame(step);
        return;
      }
      [seen, morph] = [places, null];
      root.toggleAttribute("data-settled", true);
      draw();
    },
    /** Frame a square, and what its place has seen. @param {number} place */
    mark(place) {
      if (!tiles) return;
      chosen = place;
      const [row, column] = [Math.floor(place / count[1]), place % count[1]];
      lay(mark, {
        top: tiles.rows[row],
        bottom: tiles.rows[row + 1],
        left: tiles.columns[column],
        right: tiles.columns[column + 1],
      });
      const field = tiles.patch(place);
      patch.hidden = !field;
      if (field) lay(patch, { ...field, bottom: field.bottom + 1, right: field.right + 1 });
    },
    /** The canvases follow the size of the box. */
    fit() {
      if (!resize()) return;
      repaint();
      draw();
    },
    stop() {
      cancelAnimationFrame(frame);
      frame = 0;
      morph = null;
      painted = null;
    },
  };
}
