// @ts-check
/**
 * Everything the page knows, in one frozen object (see `core/store.js`).
 *
 * @typedef {object} State
 * @property {string} language
 * @property {"auto" | "light" | "dark"} theme
 * @property {boolean} details
 * @property {"unit" | "layer" | "module" | "network"} scale
 * @property {boolean} lock keep the colour ranges while pictures change
 * @property {"class" | "score"} order of the output column
 *
 * @property {{ id: string, title: Record<string, string>, default: boolean }[]} models
 * @property {string} modelId
 * @property {import("../model/model.js").Model | null} model
 * @property {import("../api/client.js").Parameters | null} parameters
 * @property {Sample[]} samples the model's gallery
 * @property {OwnPicture[]} ownPictures
 *
 * @property {PictureRef | null} picture the chosen picture
 * @property {import("../api/client.js").Run | null} run the run that is drawn
 * @property {PictureRef | null} runOf the picture of the run that is drawn
 * @property {"loading" | "ready" | "error"} network
 * @property {boolean} working a picture is on its way
 * @property {import("../api/client.js").Problem | null} problem shown beside the picture that caused it
 * @property {boolean} offline the server did not answer
 *
 * @property {Place | null} hover the value or unit under the pointer or the keyboard's focus
 * @property {Place | null} selection the unit that the inspector keeps when nothing is hovered
 * @property {View | null} view the opened view
 * @property {string | null} chapter the chapter of Learn that is reached
 */
/** @typedef {{ id: string, class: number | null, role: string, title: Record<string, string>, caption: Record<string, string>, url: string, thumbnail: string, digest: string }} Sample */
/** @typedef {{ digest: string, name: string, thumbnail: string, blob: Blob, crop: Record<string, number> | null }} OwnPicture */
/** @typedef {{ source: "sample" | "own", id: string }} PictureRef */
/** @typedef {{ layer: string, unit: number, at?: number[] }} Place a unit of a layer (or of `input`); `at` = [row, column] in its map */
/** @typedef {{ name: string, layer: string, unit: number, input?: number, at?: number[], trail?: string }} View */

/** @returns {State} */
export const initialState = () => ({
  language: "en",
  theme: "auto",
  details: true,
  scale: "layer",
  lock: false,
  order: "class",
  models: [],
  modelId: "",
  model: null,
  parameters: null,
  samples: [],
  ownPictures: [],
  picture: null,
  run: null,
  runOf: null,
  network: "loading",
  working: false,
  problem: null,
  offline: false,
  hover: null,
  selection: null,
  view: null,
  chapter: null,
});
