// @ts-check
/**
 * Compare: what is shown is pinned as A; what is chosen next is B. An address names A in `with`, by the fields that an
 * address has for what is shown, and how the two are shown in `compare`:
 *
 * `with=sample:koala`, `with=sample:koala!transform:shift_x:4`, `with=model:mine!sample:koala!edits:relu_1_1[3]=0`;
 * `compare=diff` (B minus A), `compare=a`, `compare=b`, and behind them `,align` and `,morph:0.5`.
 *
 * @typedef {import("./initial.js").State} State
 * @typedef {import("./initial.js").Side} Side
 * @typedef {import("./initial.js").Comparing} Comparing
 * @typedef {import("../core/store.js").Store<State>} Store
 * @typedef {import("../model/scene.js").Scene} Scene
 */
import { formatEdits, parseEdits, EditTextError } from "../model/edits.js";
import { modelEdits } from "../model/scene.js";
import { formatTransform, parseTransform } from "./transform-text.js";
import { VOCABULARY } from "./vocabulary.js";

/** How the two are shown at first. @type {Comparing} */
export const USUAL = Object.freeze({ show: "diff", align: false, morph: null });

/** What a scene was made from. @param {Scene} scene @param {string | null} modelId @returns {Side | null} */
export function sideOf(scene, modelId) {
  if (!scene.picture) return null;
  const input = scene.edits.find(({ target }) => target === "input");
  return {
    modelId,
    picture: scene.picture,
    transform: input?.target === "input" ? input.transform : null,
    edits: /** @type {State["edits"]} */ (modelEdits(scene)),
  };
}

/** The scenes from which a side was pinned: they need not be made again. @type {WeakMap<Side,
 *   import("../model/scene.js").Scenes>} */
const pinnedFrom = new WeakMap();

/** @param {Side} side */
export const scenesOf = (side) => pinnedFrom.get(side) ?? null;

/** Pin what is shown as A, or put A away. @param {Store} store */
export function togglePinned(store) {
  const { pinned, scenes, modelId, models } = store.state;
  if (pinned) return putAway(store);
  const listed = models.find(({ id }) => id === modelId);
  const side = scenes.main?.run ? sideOf(scenes.main, listed?.default ? null : modelId) : null;
  if (!side) return undefined;
  pinnedFrom.set(side, scenes);
  return store.update({ pinned: side, comparing: USUAL });
}

/** @param {Store} store */
export const putAway = (store) => store.update({ pinned: null, comparing: USUAL, mix: null, lens: null });

/** @param {Store} store @param {Partial<Comparing>} patch */
export const showCompared = (store, patch) => store.update({ comparing: { ...store.state.comparing, ...patch } });

const SOURCES = /** @type {const} */ (["sample", "own", "noise"]);

/** @param {string} text @returns {Side | null} */
export function parseSide(text) {
  /** @type {Partial<Side>} */
  const found = { modelId: null, transform: null, edits: [] };
  const [head, ...edits] = text.split("!edits:");
  for (const part of head.split("!")) {
    const [, name, value] = /^([a-z]+):(.+)$/.exec(part) ?? [];
    const source = SOURCES.find((one) => one === name);
    if (source) found.picture = { source, id: value };
    else if (name === "model") found.modelId = value;
    else if (name === "transform") {
      found.transform = parseTransform(value);
      if (!found.transform) return null;
    } else return null;
  }
  try {
    found.edits = parseEdits(edits.join("!edits:"));
  } catch (error) {
    if (error instanceof EditTextError) return null;
    throw error;
  }
  const { picture } = found;
  if (!picture || (picture.source === "own" && !/^[0-9a-f]{16,64}$/.test(picture.id))) return null;
  return /** @type {Side} */ (found);
}

/** @param {Side} side */
export function formatSide({ modelId, picture, transform, edits }) {
  const changed = transform && formatTransform(transform);
  return [
    modelId !== null && `model:${modelId}`,
    `${picture.source}:${picture.id}`,
    changed && `transform:${changed}`,
    edits.length > 0 && `edits:${formatEdits(edits)}`,
  ]
    .filter(Boolean)
    .join("!");
}

/** @param {string} text @returns {Comparing | null} */
export function parseComparing(text) {
  const [show, ...rest] = text.split(",");
  if (!VOCABULARY.compared.some((one) => one === show)) return null;
  const found = { ...USUAL, show: /** @type {Comparing["show"]} */ (show) };
  for (const part of rest) {
    const share = /^morph:(0(?:\.\d{1,4})?|1)$/.exec(part)?.[1];
    if (part === "align") found.align = true;
    else if (share !== undefined) found.morph = Number(share);
    else return null;
  }
  return found;
}

/** @param {Comparing} comparing */
export const formatComparing = ({ show, align, morph }) =>
  `${show}${align ? ",align" : ""}${morph === null ? "" : `,morph:${morph}`}`;

/** Their rows in the table of `address.js`. @type {import("../core/url-state.js").Field<State>[]} */
export const COMPARE_FIELDS = [
  {
    parameter: "with",
    parse: (text) => {
      const pinned = parseSide(text);
      return pinned && { pinned };
    },
    format: ({ pinned }) => pinned && formatSide(pinned),
  },
  {
    parameter: "compare",
    parse: (text) => {
      const comparing = parseComparing(text);
      return comparing && { comparing };
    },
    format: ({ pinned, comparing }) => {
      const text = formatComparing(comparing);
      return pinned && text !== formatComparing(USUAL) ? text : null;
    },
  },
];
