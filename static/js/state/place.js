// @ts-check
/**
 * Places in the network, as addresses and lessons write them: a unit of a layer, or one value of it. The server reads
 * the same notation (`server/places.py`); both are held to one table of cases.
 *
 * @typedef {import("./initial.js").Place} Place
 * @typedef {import("./initial.js").View} View
 */
import { VOCABULARY } from "./vocabulary.js";

const PLACE = /^([\w.-]{1,64})\[(\d{1,7})(?:,(\d{1,7})(?:,(\d{1,7}))?)?\]$/;
const VIEW = /^([a-z]{1,20}):([^!]+)(?:!(\d{1,7}))?$/;

/** The index of a place in its layer's output: unit, row, column. @param {Place} place */
export const indexOf = ({ unit, at }) => [unit, ...(at ?? [])];

/** @param {string} layer @param {readonly number[]} index @returns {Place} */
export const placeOf = (layer, [unit, ...at]) => (at.length ? { layer, unit, at } : { layer, unit });

/** `conv_1_2[3]` is a unit, `conv_1_2[3,30,24]` one of its values. @param {string} text @returns {Place | null} */
export function parsePlace(text) {
  const match = PLACE.exec(text);
  if (!match) return null;
  const [, layer, ...index] = match;
  return placeOf(layer, index.filter((part) => part !== undefined).map(Number));
}

/** A place in NumPy's notation. @param {Place} place */
export const formatPlace = (place) => `${place.layer}[${indexOf(place).join(",")}]`;

/** @param {readonly number[] | null | undefined} a @param {readonly number[] | null | undefined} b */
export const sameIndex = (a, b) =>
  (a ?? []).length === (b ?? []).length && (a ?? []).every((index, axis) => index === (b ?? [])[axis]);

/** The same unit of the same layer, wherever in its map. @param {Place | null} a @param {Place | null} b */
export const sameUnit = (a, b) => a?.layer === b?.layer && a?.unit === b?.unit;

/** @param {Place} a @param {Place} b */
export const samePlace = (a, b) => sameUnit(a, b) && sameIndex(a.at, b.at);

/**
 * `neuron:conv_1_2[3,30,24]`, with `!2` the input row that the microscope shows, and the
 * trail's places after `~`. This is version 1 of the notation; a later one will begin with its
 * number and a dot, so that it cannot be mistaken for this one.
 * @param {string} text @returns {View | null}
 */
export function parseView(text) {
  const [head, ...steps] = text.split("~");
  const match = VIEW.exec(head);
  const place = match && parsePlace(match[2]);
  if (!match || !place || text.length > VOCABULARY.longest_view) return null;
  const trail = steps.map(parsePlace);
  if (trail.some((step) => step === null)) return null;
  return {
    name: match[1],
    layer: place.layer,
    unit: place.unit,
    at: place.at,
    input: match[3] === undefined ? undefined : Number(match[3]),
    trail: /** @type {Place[]} */ (trail),
  };
}

/** The view's notation. Of a trail that is too long for an address it has the steps next to the view's own place.
 * @param {View} view */
export function formatView(view) {
  const head = `${view.name}:${formatPlace(view)}${view.input === undefined ? "" : `!${view.input}`}`;
  const trail = (view.trail ?? []).map(formatPlace);
  let room = VOCABULARY.longest_view - head.length;
  let from = Math.max(0, trail.indexOf(formatPlace(view)));
  let to = from;
  for (let grown = true; grown; ) {
    grown = false;
    for (const index of [to, from - 1]) {
      if (index < 0 || index >= trail.length || trail[index].length + 1 > room) continue;
      room -= trail[index].length + 1;
      [from, to, grown] = [Math.min(from, index), Math.max(to, index + 1), true];
    }
  }
  return [head, ...trail.slice(from, to)].join("~");
}
