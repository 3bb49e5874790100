// @ts-check
/**
 * Pointer, touch and keyboard on the network map.
 *
 * A grid with roving focus: ↑ ↓ move between units, ← → between layers, Home and End to a layer's ends,
 * Enter opens, Esc lets go. On touch the first tap looks at a unit, the second opens it.
 */
import { leave, select, setHover } from "../../state/actions.js";
import { sameUnit } from "../../state/place.js";
import { context } from "../context.js";
import { pointerRests } from "../resting.js";

/** @typedef {import("./map.js").LoupeNetwork} LoupeNetwork */
/** @typedef {import("../../state/initial.js").Place} Place */

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const controlAt = (target) => (target instanceof Element ? target.closest("[data-unit]") : null);

/** @param {HTMLElement} control @returns {Place} */
const placeOf = ({ dataset }) => ({ layer: dataset.layer ?? "", unit: Number(dataset.unit) });

/** @param {LoupeNetwork} map */
export function listenToGrid(map) {
  const { store, stage } = map;
  let touched = false;

  const look = (/** @type {Place} */ place) => {
    if (!sameUnit(store.state.hover, place)) setHover(store, place);
  };

  const leaving = towardsInspector((control) => look(placeOf(control)));
  map.listen(stage, "pointermove", leaving.moved);
  map.cleanup(leaving.forget);
  /** @type {HTMLElement | null} what the pointer came to last */
  let under = null;
  const over = (/** @type {PointerEvent} */ event) => {
    if (pointerRests(event)) return;
    const control = event.pointerType === "touch" ? null : controlAt(event.target);
    if (control === under) return;
    under = control;
    if (!control || sameUnit(store.state.hover, placeOf(control))) return;
    if (store.state.hover && leaving.deferred(event, control)) return;
    look(placeOf(control));
    leaving.rested(event);
    map.ahead();
  };
  map.listen(stage, "pointerover", over);
  // Moves are handed over once a frame. Where a browser tells of them as they come, what they show is made in the
  // time until then.
  map.listen(stage, "pointerrawupdate", over);
  map.listen(stage, "pointermove", over);
  map.listen(stage, "pointerout", () => void (under = null));
  map.listen(stage, "pointerdown", (event) => void (touched = event.pointerType === "touch"));
  map.listen(stage, "pointerleave", (event) => {
    const { hover } = store.state;
    // On the way to the inspector the unit stays marked; elsewhere the inspector only remembers it.
    if (event.pointerType === "touch" || !hover || store.state.view || inInspector(event.relatedTarget)) return;
    leave(store);
  });
  map.listen(stage, "focusin", (event) => {
    const control = controlAt(event.target);
    if (!control) return;
    map.roveTo(control);
    if (!control.matches(":focus-visible")) return; // a click has its own meaning
    look(placeOf(control));
    select(store, placeOf(control));
  });
  map.listen(stage, "click", (event) => {
    const control = controlAt(event.target);
    if (!control) return;
    const place = placeOf(control);
    const first = touched && !sameUnit(store.state.selection, place);
    touched = false;
    if (first || event.shiftKey) {
      look(place);
      select(store, place);
    } else map.perform("open-view", place);
  });
  map.listen(stage, "keydown", (event) => keys(map, event));
  map.listen(
    stage,
    "wheel",
    (event) => {
      const placed = columnAt(map, event);
      if (!placed?.hidden || event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      const next = placed.first + Math.sign(event.deltaY);
      if (next < 0 || next > placed.hidden) return;
      event.preventDefault();
      map.scrollColumn(placed.column.name, next);
    },
    { passive: false },
  );

  /** Press or drag on a mini-map. */
  const drag = (/** @type {PointerEvent} */ event) => {
    const layer = event.buttons & 1 ? minimapAt(map, event) : null;
    const placed = layer && map.layout?.columns.find(({ column }) => column.name === layer);
    if (!placed || !placed.minimap) return;
    const y = event.clientY - map.stage.getBoundingClientRect().top;
    map.scrollColumn(
      placed.column.name,
      ((y - placed.minimap.y) / placed.minimap.height) * placed.total - placed.shown / 2,
    );
  };
  map.listen(stage, "pointerdown", drag);
  map.listen(stage, "pointermove", drag);
}

/**
 * How long one must have looked at a unit, in milliseconds, before a fast stroke to the right counts as a way to the
 * inspector.
 */
const LOOKED = 400;
/** Pixels in a millisecond that are no longer a look at what lies on the way. */
const FAST = 0.6;
/** After this many milliseconds without such a move the pointer has arrived. */
const ARRIVED = 80;

/**
 * The inspector stands right of the map, so the way to it leads over other units. Whoever has looked at a
 * unit for a while and then moves swiftly to the right keeps it; as soon as the pointer slows down, the unit
 * under it is looked at.
 * @param {(control: HTMLElement) => void} look
 */
function towardsInspector(look) {
  let since = 0;
  let swift = 0;
  let last = { x: 0, y: 0, time: 0 };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const forget = () => clearTimeout(timer);
  const wait = (/** @type {HTMLElement} */ control) => {
    forget();
    timer = setTimeout(() => control.matches(":hover") && look(control), ARRIVED);
  };
  return {
    forget,
    /** @param {PointerEvent} event */
    moved(event) {
      const [x, y, time] = [event.clientX - last.x, event.clientY - last.y, event.timeStamp - last.time];
      swift = time < ARRIVED && x > 0 && Math.abs(y) <= x && x / Math.max(1, time) >= FAST ? swift + 1 : 0;
      last = { x: event.clientX, y: event.clientY, time: event.timeStamp };
    },
    /** @param {PointerEvent} event @param {HTMLElement} control */
    deferred(event, control) {
      forget();
      if (swift < 2 || event.timeStamp - since < LOOKED) return false;
      wait(control);
      return true;
    },
    /** @param {PointerEvent} event */
    rested(event) {
      since = event.timeStamp;
      swift = 0;
    },
  };
}

/** @param {EventTarget | null} target */
const inInspector = (target) => target instanceof Node && Boolean(context().parts.find("inspector")?.contains(target));

/** The column whose mini-map lies under the pointer. @param {LoupeNetwork} map @param {MouseEvent} event */
function minimapAt(map, event) {
  const { left, top } = map.stage.getBoundingClientRect();
  const [x, y] = [event.clientX - left, event.clientY - top];
  const near = map.layout?.columns.find(
    ({ minimap }) =>
      minimap &&
      x >= minimap.x - 9 &&
      x <= minimap.x + minimap.width + 4 &&
      y >= minimap.y - 4 &&
      y <= minimap.y + minimap.height + 4,
  );
  return near?.column.name ?? null;
}

/** The column that an event is over, between its units as well. @param {LoupeNetwork} map @param {WheelEvent} event */
function columnAt(map, event) {
  const stage = map.stage.getBoundingClientRect();
  const [x, y] = [event.clientX - stage.left, event.clientY - stage.top];
  return map.layout?.columns.find(
    ({ x: left, width, minimap, body, lanes }) =>
      x >= (minimap ? minimap.x - 9 : left) &&
      x <= left + width &&
      (lanes === 1 || (y >= body.top && y <= body.bottom)),
  );
}

/** @param {LoupeNetwork} map @param {KeyboardEvent} event */
function keys(map, event) {
  const control = controlAt(event.target);
  if (event.ctrlKey && !["Home", "End"].includes(event.key)) return;
  if (event.altKey || event.metaKey) return;
  const columns = map.layout?.columns ?? [];
  if (!control) return keysOnLabel(map, event);
  const place = placeOf(control);
  const index = columns.findIndex(({ column }) => column.name === place.layer);
  const placed = columns[index];
  if (!placed) return;
  const position = placed.first + placed.boxes.findIndex(({ unit }) => unit === place.unit);

  /** @type {Record<string, () => HTMLElement | null>} */
  const moves = {
    ArrowUp: () => (position === 0 ? labelOf(map, placed.column.name) : unitAt(map, index, position - 1)),
    ArrowDown: () => unitAt(map, index, position + 1),
    ArrowLeft: () => beside(map, placed.slot - 1, control),
    ArrowRight: () => beside(map, placed.slot + 1, control),
    PageUp: () => unitAt(map, index, Math.max(0, position - placed.shown)),
    PageDown: () => unitAt(map, index, Math.min(placed.total - 1, position + placed.shown)),
    Home: () => (event.ctrlKey ? beside(map, 0, control) : unitAt(map, index, 0)),
    End: () =>
      event.ctrlKey ? beside(map, columns[columns.length - 1].slot, control) : unitAt(map, index, placed.total - 1),
  };
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  move()?.focus();
}

/** @param {LoupeNetwork} map @param {KeyboardEvent} event */
function keysOnLabel(map, event) {
  const row =
    event.target instanceof Element && event.target.matches(".network-name")
      ? /** @type {HTMLElement | null} */ (event.target.closest("[data-column]"))
      : null;
  if (!row) return keysOnBlock(map, event);
  const columns = map.layout?.columns ?? [];
  const index = columns.findIndex(({ column }) => column.name === row.dataset.column);
  if (index < 0) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const next =
    event.key === "ArrowDown"
      ? unitAt(map, index, 0)
      : event.key === "ArrowUp"
        ? blockOver(map, columns[index])
        : step && columns[index + step]
          ? labelOf(map, columns[index + step].column.name)
          : null;
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** @param {LoupeNetwork} map @param {KeyboardEvent} event */
function keysOnBlock(map, event) {
  const button =
    event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-block]")) : null;
  const brackets = map.layout?.brackets ?? [];
  const index = brackets.findIndex(({ block }) => block.id === button?.dataset.block);
  if (index < 0) return;
  const step = { ArrowLeft: -1, ArrowRight: 1, Home: -index, End: brackets.length - 1 - index }[event.key];
  const under = map.layout?.columns.find(
    ({ column, x }) => column.name === brackets[index].block.id || (brackets[index].open && x >= brackets[index].x),
  );
  const next =
    event.key === "ArrowDown"
      ? under && labelOf(map, under.column.name)
      : step !== undefined
        ? blockButton(map, brackets[index + step]?.block.id)
        : null;
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** @param {LoupeNetwork} map @param {string} [id] @returns {HTMLElement | null} */
const blockButton = (map, id) => (id === undefined ? null : map.querySelector(`[data-block="${CSS.escape(id)}"]`));

/**
 * The button of the innermost block over a column.
 * @param {LoupeNetwork} map
 * @param {import("../../model/layout.js").PlacedColumn} placed
 */
function blockOver(map, { column, x }) {
  const over = (map.layout?.brackets ?? []).filter(
    (bracket) => bracket.block.id === column.name || (bracket.x <= x && x <= bracket.x + bracket.width),
  );
  return blockButton(map, over[over.length - 1]?.block.id);
}

/** @param {LoupeNetwork} map @param {string} layer @returns {HTMLElement | null} */
const labelOf = (map, layer) => map.querySelector(`[data-column="${CSS.escape(layer)}"] .network-name`);

/**
 * The control at a position of a column, scrolled into its window.
 * @param {LoupeNetwork} map
 * @param {number} index
 * @param {number} position
 */
function unitAt(map, index, position) {
  const placed = map.layout?.columns[index];
  if (!placed || position < 0 || position >= placed.total) return null;
  if (position < placed.first || position >= placed.first + placed.shown) {
    map.scrollNow(placed.column.name, position < placed.first ? position : position - placed.shown + 1);
  }
  const now = map.layout?.columns[index];
  const box = now?.boxes[position - now.first];
  const control = box ? map.controlOf(placed.column.name, box.unit) : null;
  control?.scrollIntoView({ block: "nearest", inline: "nearest" });
  return control;
}

/**
 * The unit of another slot that stands nearest in height.
 * @param {LoupeNetwork} map
 * @param {number} slot
 * @param {HTMLElement} control
 */
function beside(map, slot, control) {
  const columns = map.layout?.columns ?? [];
  const middle = (/** @type {{ y: number, height: number }} */ box) => box.y + box.height / 2;
  const here = columns
    .find(({ column }) => column.name === control.dataset.layer)
    ?.boxes.find(({ unit }) => unit === Number(control.dataset.unit));
  const there = columns.flatMap((placed) =>
    placed.slot === slot ? placed.boxes.map((box) => ({ layer: placed.column.name, box })) : [],
  );
  if (!here || !there.length) return null;
  const away = (/** @type {{ box: import("../../model/layout.js").Box }} */ { box }) =>
    Math.abs(middle(box) - middle(here));
  const nearest = there.reduce((best, one) => (away(one) < away(best) ? one : best));
  const found = map.controlOf(nearest.layer, nearest.box.unit);
  found?.scrollIntoView({ block: "nearest", inline: "nearest" });
  return found;
}
