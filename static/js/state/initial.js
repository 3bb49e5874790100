// @ts-check
import { NO_SCENES } from "../model/scene.js";

/**
 * @import { VOCABULARY } from "./vocabulary.js"
 */
/**
 * Everything the page knows, in one frozen object (see `core/store.js`).
 *
 * @typedef {object} State
 * @property {string} language
 * @property {typeof VOCABULARY.themes[number]} theme
 * @property {boolean} dark what the theme comes to on this device: colours of data are made for it (`draw/colour.js`)
 * @property {boolean} details
 * @property {typeof VOCABULARY.depths[number]} words how much is said: plainly, or exactly
 * @property {boolean} wordsAsked the address asks for it: it is not what this person chose
 * @property {typeof VOCABULARY.scales[number]} scale
 * @property {import("../model/scene.js").Scene | null} lock the scene whose colour ranges are kept while pictures
 *   change
 * @property {boolean} tint input channels in their own colours, not in grey
 * @property {typeof VOCABULARY.orders[number]} order of the output column
 * @property {readonly string[]} blocks blocks of the network map that somebody opened or closed, by their last layer
 *   (`model/blocks.js` says how they were at first)
 *
 * @property {ListedModel[]} models
 * @property {string} modelId the chosen model; `own:` and digits of a content as long as a link's own network has not
 *   been found
 * @property {{ file: string, size: number } | null} needs the file that a link's own network is in
 * @property {Sample[]} samples the model's gallery
 * @property {OwnPicture[]} ownPictures
 *
 * @property {PictureRef | null} picture the chosen picture
 * @property {import("../model/scene.js").Scenes} scenes what is shown, which comes some time after it is chosen
 * @property {import("../model/model.js").Model | null} model of the main scene, as the next two: `derived` takes them
 *   from there
 * @property {import("../api/client.js").Parameters | null} parameters
 * @property {import("../api/client.js").Run | null} run
 * @property {Compared | null} compared what the server says of a run that this page has made (`computed.js`)
 * @property {number} arrived counts up with each piece of a large run that is there (`pieces.js`)
 * @property {{ layer: string, first: number } | null} scrolled the column of the map that was scrolled last, and its
 *   first unit
 * @property {"loading" | "ready" | "error"} network
 * @property {boolean} working a picture is on its way
 * @property {import("../api/client.js").Problem | null} problem why the model or the chosen picture could not be shown
 * @property {PictureProblem[]} problems pictures that were refused, each said beside the strip until it is put away
 * @property {boolean} offline the server did not answer
 * @property {number} attempt counts up when the person asks to try again
 * @property {boolean} ownReady the browser's own store of pictures has been read
 * @property {Panel | null} panel what is open between the strip and the network
 * @property {import("../model/transform.js").Transform | null} transform the change that the transform panel asks for
 * @property {readonly import("../model/edits.js").NetworkEdit[]} edits what is to be changed in the model
 * @property {Side | null} pinned A, with which what is shown (B) is compared (`compare.js`)
 * @property {Comparing} comparing how the two are shown
 * @property {import("../model/transform.js").Mix | null} mix the input on its way from A's to B's
 * @property {Lens | null} lens what the maps show instead of the main scene's values, once both runs are there
 *
 * @property {Place | null} hover the value or unit under the pointer or the keyboard's focus
 * @property {Place | null} selection the unit that the inspector keeps when nothing is hovered
 * @property {View | null} view the opened view
 * @property {Why | null} why the evidence that is laid over the picture (`why.js`)
 * @property {string | null} chapter the chapter of Learn that is reached
 * @property {boolean} returns the opened view was opened from a paragraph of Learn that has gone out of sight
 * @property {boolean} reading Learn is asked for: beside the network where there is room for both
 * @property {number} learned how many chapters of Learn were opened in this browser
 * @property {{ id: string, step: string } | null} tour the tour that is open, and its step; an empty one is where it
 *   was left
 * @property {readonly string[] | null} present the controls that a class sees (`present.js`); null while nothing is
 *   presented
 */
/**
 * @typedef {{ id: string, class: number | null, role: string, title: Record<string, string>, caption: Record<string,
 *   string>, url: string, thumbnail: string, digest: string, blob?: Blob
 * }} Sample `blob`: made in this page for a model without a gallery; the server does not know it
 */
/**
 * @typedef {object} OwnPicture a picture that stays in this browser
 * @property {string} digest SHA-256 of the file's bytes, in hexadecimal; its address
 * @property {string} name the file's name, or where it came from
 * @property {Blob} blob what is sent to the server: the file, or what this browser made of one that the server does not
 *   read
 * @property {Blob | null} small a small square of `upright`
 * @property {Blob | null} upright the server’s own picture of it, upright and at most 1,024 px long; null where an
 *   earlier version of the page kept it
 * @property {string} thumbnail an object URL of `small`
 * @property {number} width of `blob`, upright, in pixels
 * @property {number} height of `blob`, upright, in pixels
 * @property {{ width: number, height: number } | null} reducedFrom the size of the file that this browser decoded; null
 *   where the file itself is sent
 * @property {Crop | null} crop the square that the network sees; null is the centred one
 * @property {number} added when it was added, in milliseconds since 1970
 * @property {boolean} [drawing] it is being drawn, and another in a moment
 */
/**
 * @typedef {{ x: number, y: number, size: number, rotate: number }} Crop pixels of the upright picture; degrees
 *   clockwise about the square's centre
 */
/**
 * @typedef {{ id: number, name: string, thumbnail: string | null, problem: import("../api/client.js").Problem }}
 *   PictureProblem
 */
/** @typedef {{ name: string, thumbnail?: string | null, problem: import("../api/client.js").Problem }} Refusal */
/**
 * @typedef {{ id: string, title: Record<string, string>, default: boolean, own?: { content: string, file: string,
 *   size: number } }} ListedModel
 *   `own`: the person's own, by the SHA-256 of its files' contents; one of these files, and how many bytes all are */
/** @typedef {typeof VOCABULARY.panels[number] | "camera" | "address" | "own" | "drawing"} Panel */
/**
 * @typedef {import("../compute/here.js").Apart & { run: import("../api/client.js").Run, note: any }} Compared by how
 *   much the server's run of the same input differs from `run`, and its note
 */
/** @typedef {import("../model/scene.js").PictureRef} PictureRef */
/**
 * @typedef {{ modelId: string | null, picture: PictureRef, transform: State["transform"], edits: State["edits"] }} Side
 *   what a run is made from; `modelId` null is the server's default
 */
/**
 * @typedef {{ show: typeof VOCABULARY.compared[number], align: boolean, morph: number | null }} Comparing `morph`: how
 *   far the input is on its way from A (0) to B (1)
 */
/**
 * @typedef {object} Lens
 * @property {import("../api/client.js").Run} of the run that is compared; of another one the lens shows nothing
 * @property {Comparing["show"]} show
 * @property {Values} a as it is laid over B @property {Values} b @property {Values} difference
 * @property {ReadonlyMap<string, import("../model/alignment.js").Aligned> | null} alignment
 */
/** @typedef {Pick<import("../api/client.js").Run, "input" | "activations">} Values */
/**
 * @typedef {{ layer: string, unit: number, at?: number[] }} Place a unit of a layer (or of `input`); `at` = [row,
 *   column] in its map
 */
/**
 * @typedef {object} View see `view.js`
 * @property {string} name neuron, microscope, activation, pooling, flatten, output, softmax, pixels or values
 * @property {string} layer
 * @property {number} unit
 * @property {number[]} [at] the chosen position in the unit's map; without it the view starts where the value is
 *   largest
 * @property {number} [input] the input map that the microscope looks at
 * @property {Place[]} [trail] the values followed, from the score towards the pixel
 */

/**
 * @typedef {object} Why whose evidence is shown
 * @property {{ layer: string, unit: number } | null} of a class or another unit; null is the class that leads on each
 *   picture
 * @property {number | null} against a second unit of the same layer that it is set against
 * @property {number[] | null} at the place that is looked at: [row, column] in the last maps
 */

/**
 * Under which the browser keeps what it remembers of tours (`features/tour/memory.js`); not there for who was never
 * offered one.
 */
export const TOUR_KEY = "cnn-loupe-tour";

/** @returns {State} */
export const initialState = () => ({
  language: "en",
  theme: "auto",
  dark: false,
  details: true,
  words: "exact",
  wordsAsked: false,
  scale: "layer",
  lock: null,
  tint: true,
  order: "class",
  blocks: [],
  models: [],
  modelId: "",
  needs: null,
  samples: [],
  ownPictures: [],
  picture: null,
  scenes: NO_SCENES,
  model: null,
  parameters: null,
  run: null,
  compared: null,
  arrived: 0,
  scrolled: null,
  network: "loading",
  working: false,
  problem: null,
  problems: [],
  offline: false,
  attempt: 0,
  ownReady: false,
  panel: null,
  transform: null,
  edits: [],
  pinned: null,
  comparing: { show: "diff", align: false, morph: null },
  mix: null,
  lens: null,
  hover: null,
  selection: null,
  view: null,
  why: null,
  chapter: null,
  returns: false,
  reading: false,
  learned: 0,
  tour: null,
  present: null,
});

/** What somebody opened or closed, with one more block turned.
 * @param {readonly string[]} blocks @param {string} id */
export const withTurned = (blocks, id) => (blocks.includes(id) ? blocks.filter((one) => one !== id) : [...blocks, id]);

/** How many refusals are kept. */
const REFUSALS = 8;
let refusals = 0;

/** What was refused, after one more was.
 * @param {readonly PictureProblem[]} problems @param {Refusal} refusal @returns {PictureProblem[]} */
export const withProblem = (problems, { name, thumbnail = null, problem }) =>
  [...problems, { id: ++refusals, name, thumbnail, problem }].slice(-REFUSALS);

/** @typedef {"model" | "parameters" | "run"} Derived */

/**
 * What most of the page asks of the main scene, at the top of the state.
 * @param {State} state
 * @returns {Pick<State, Derived>}
 */
export const derived = ({ scenes: { main } }) => ({
  model: main?.model ?? null,
  parameters: main?.parameters ?? null,
  run: main?.run ?? null,
});
