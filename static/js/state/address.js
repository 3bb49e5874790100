// @ts-check
/**
 * Which parts of the state an address carries. The version makes old links readable for ever.
 *
 * @typedef {import("./initial.js").State} State
 * @typedef {import("../core/url-state.js").Field<State>} Field
 */

import { COMPARE_FIELDS, formatSide } from "./compare.js";
import { editedPlaces, EDITS_FIELD } from "./edits.js";
import { formatPlace, parsePlace } from "./place.js";
import { PRESENT_FIELD } from "./present.js";
import { defaultPicture } from "./selectors.js";
import { formatTransform, parseTransform } from "./transform-text.js";
import { VIEW_FIELD } from "./view.js";
import { WHY_FIELD } from "./why.js";
import { VOCABULARY } from "./vocabulary.js";

/** @template {string} Choice @param {readonly Choice[]} choices @param {string} text */
const oneOf = (choices, text) =>
  /** @type {readonly string[]} */ (choices).includes(text) ? /** @type {Choice} */ (text) : null;

/** `add_3,add_4`: layers by their names. @param {string} text @returns {readonly string[] | null} */
const parseNames = (text) => {
  const names = text.split(",");
  return text.length <= VOCABULARY.longest_blocks && names.every((name) => parsePlace(`${name}[0]`)) ? names : null;
};

/** Of more names than an address has room for, the last. @param {readonly string[]} names @returns {string | null} */
function formatNames(names) {
  const text = names.join(",");
  if (text.length > VOCABULARY.longest_blocks) return formatNames(names.slice(1));
  return text || null;
}

/** The fields that an address decides: going back to one without them resets them to their defaults.
 * @type {(keyof State)[]} */
export const ADDRESSED = [
  "modelId",
  "needs",
  "picture",
  "scale",
  "details",
  "order",
  "blocks",
  "selection",
  "view",
  "why",
  "panel",
  "transform",
  "edits",
  "pinned",
  "comparing",
  "present",
];

/** Panels that a link does not open: they wait for something that only this person has. @type {State["panel"][]} */
const PASSING = ["camera", "address", "own", "drawing"];

/** What makes a new entry in the browser's history; everything else replaces the current one.
 * @param {State} state */
export const step = ({ modelId, picture, ownPictures, edits, pinned, view, why, panel, present }) =>
  JSON.stringify([
    modelId,
    // Each moment of a drawing is a picture of its own, and none of them a step.
    panel === "drawing" && picture?.source === "own" && ownPictures.some(({ digest }) => digest === picture.id)
      ? "drawing"
      : picture,
    present !== null,
    view && [view.name, view.layer, view.unit, view.input ?? null, view.trail?.length ? view.at : null],
    why && [why.of, why.against],
    panel,
    editedPlaces(edits),
    pinned && formatSide(pinned),
  ]);

/** @type {Field[]} */
export const FIELDS = [
  {
    parameter: "model",
    parse: (text) => ({ modelId: text }),
    // Somebody's own network is named by its content, which is the same wherever its file is.
    format: ({ model, models, modelId }) => {
      const listed = models.find(({ id }) => id === modelId);
      if (listed?.own) return `own:${listed.own.content}`;
      return (listed?.default ?? !model) ? null : modelId;
    },
  },
  {
    parameter: "file",
    parse: (text) => {
      const [, size, file] = /^(\d{1,12}):([^/\\]{1,255})$/.exec(text) ?? [];
      return file ? { needs: { file, size: Number(size) } } : null;
    },
    format: ({ models, modelId }) => {
      const own = models.find(({ id }) => id === modelId)?.own;
      return own ? `${own.size}:${own.file}` : null;
    },
  },
  {
    parameter: "sample",
    parse: (text) => ({ picture: { source: /** @type {const} */ ("sample"), id: text } }),
    format: (state) =>
      state.picture?.source === "sample" && state.picture.id !== defaultPicture(state).id ? state.picture.id : null,
  },
  {
    parameter: "own",
    parse: (text) =>
      /^[0-9a-f]{16,64}$/.test(text) ? { picture: { source: /** @type {const} */ ("own"), id: text } } : null,
    format: ({ picture }) => (picture?.source === "own" ? picture.id : null),
  },
  {
    parameter: "scale",
    parse: (text) => {
      const scale = oneOf(VOCABULARY.scales, text);
      return scale && { scale };
    },
    format: ({ scale }) => (scale === "layer" ? null : scale),
  },
  {
    parameter: "panel",
    parse: (text) => {
      const panel = oneOf(VOCABULARY.panels, text);
      return panel && { panel };
    },
    format: ({ panel }) => (panel && PASSING.every((passing) => passing !== panel) ? panel : null),
  },
  {
    parameter: "transform",
    parse: (text) => {
      const transform = parseTransform(text);
      return transform && { transform, panel: /** @type {const} */ ("transform") };
    },
    format: ({ transform }) => transform && formatTransform(transform),
  },
  EDITS_FIELD,
  ...COMPARE_FIELDS,
  {
    parameter: "details",
    parse: (text) => (text === "0" ? { details: false } : text === "1" ? { details: true } : null),
    format: ({ details }) => (details ? null : "0"),
  },
  {
    parameter: "words",
    parse: (text) => {
      const words = oneOf(VOCABULARY.depths, text);
      return words && { words, wordsAsked: true };
    },
    format: ({ words, wordsAsked }) => (wordsAsked ? words : null),
  },
  {
    parameter: "order",
    parse: (text) => {
      const order = oneOf(VOCABULARY.orders, text);
      return order && { order };
    },
    format: ({ order }) => (order === "class" ? null : order),
  },
  {
    parameter: "blocks",
    parse: (text) => {
      const blocks = parseNames(text);
      return blocks && { blocks };
    },
    format: ({ blocks }) => formatNames(blocks),
  },
  {
    parameter: "at",
    parse: (text) => {
      const selection = parsePlace(text);
      return selection && { selection };
    },
    format: ({ selection, view }) => (selection && !view ? formatPlace(selection) : null),
  },
  VIEW_FIELD,
  WHY_FIELD,
  PRESENT_FIELD,
  {
    parameter: "tour",
    parse: (text) => {
      const [, id, step] = /^([a-z0-9][a-z0-9-]{0,39})(?::([a-z0-9-]{1,20}))?$/.exec(text) ?? [];
      return id ? { tour: { id, step: step ?? "" } } : null;
    },
    format: ({ tour }) => tour && (tour.step ? `${tour.id}:${tour.step}` : tour.id),
  },
];
