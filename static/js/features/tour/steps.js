// @ts-check
/**
 * "Follow a picture through the network": the steps of the tour that comes with the page, as data.
 *
 * A step names no layer: what it is about is found by kind (`landmarks.js`), and a step that a model has no
 * layer for is left out. It completes by what the state shows (`seen`) or by something done to an element
 * (`deed`); a step with neither is there to be read.
 *
 * @typedef {import("../../state/initial.js").State} State
 * @typedef {import("../../state/initial.js").View} View
 * @typedef {import("../../model/model.js").Model} Model
 */
/**
 * @typedef {object} Scene what a step is seen with
 * @property {Model} model
 * @property {import("../../api/client.js").Run} run
 * @property {import("../../api/client.js").Parameters} parameters
 * @property {State} state
 */
/**
 * @typedef {{ on: string[], within: string, keys?: string[] }} Deed events on what a selector matches; for keys, which
 */
/**
 * @typedef {object} Step
 * @property {string} id
 * @property {(model: Model) => boolean} applies
 * @property {(scene: Scene) => Partial<State> | null} prepare what has to change for the step's subject to be there
 * @property {(scene: Scene) => string} target a selector of what is highlighted: all that it matches (`spotlight.js`,
 *   `visibleOf`)
 * @property {string} [keep] a selector of what should stay visible beside it, as far as there is room
 * @property {(scene: Scene, entered: State) => boolean} [seen] whether the state shows that it is done
 * @property {Deed[]} [deeds]
 * @property {boolean} [asks] it is done by an answer to its question
 * @property {(scene: Scene) => Record<string, string | number>} [params] numbers for its words; texts by language under
 *   a name
 */
import { mainTrail } from "../../model/explain.js";
import { INPUT, inputName, isMaps } from "../../model/model.js";
import { topScore } from "../../state/selectors.js";
import { placeOf, samePlace } from "../../state/place.js";
import { viewFor } from "../../state/view.js";
import { activationOf, convolutionOf, endOf, liveliest, poolingOf, probabilitiesOf, scoresOf } from "./landmarks.js";
import { predict } from "./predict.js";

const MANY_CLASSES = 10;
const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];
/** The map of the network, with nothing opened over it. */
const CLEAR = { view: null, panel: null, transform: null };

/** @param {Scene} scene */
const toMap = ({ state }) => (state.view || state.panel ? CLEAR : null);

/**
 * @param {Model} model
 * @param {import("../../state/initial.js").Place} place
 * @param {Partial<View>} [more]
 * @returns {Partial<State>}
 */
const opened = (model, place, more) => ({
  panel: null,
  transform: null,
  view: { name: viewFor(model, place.layer), ...place, ...more },
});

/**
 * The same, but only where another view is open.
 * @param {Scene} scene
 * @param {(view: View) => boolean} fits
 * @param {() => Partial<State> | null} otherwise
 */
const unless = ({ state }, fits, otherwise) => (state.view && fits(state.view) && !state.panel ? null : otherwise());

/** @param {Model} model @param {(model: Model) => import("../../model/model.js").Layer | null} find */
const nameOf = (model, find) => find(model)?.name ?? "";

/**
 * @param {Scene} scene
 * @param {(model: Model) => import("../../model/model.js").Layer | null} find
 * @returns {import("../../state/initial.js").Place}
 */
function lively({ model, run }, find) {
  const layer = nameOf(model, find);
  const tensor = run.activations.get(layer);
  return { layer, unit: tensor ? liveliest(tensor) : 0 };
}

/** @param {string} text */
export const quoted = (text) => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** All units of a layer's column that are shown. @param {string} layer */
const column = (layer) => `loupe-network [data-layer=${quoted(layer)}][data-unit]`;

/** @param {Scene} scene */
const top = ({ run }) => topScore(run)?.class ?? 0;

/** @param {View} view @param {string} name */
const of = (view, name) => view.layer === name;

/** The position that the activation's question is about, in the unit that is looked at. @param {Scene} scene */
export function predictionOf({ model, run, state }) {
  const layer = activationOf(model);
  if (!layer) return null;
  const before = inputName(layer);
  return predict(model, run, state.view && of(state.view, before) ? state.view.unit : null);
}

/** @param {Scene} scene */
const wholeTrail = (scene) =>
  mainTrail(scene, { layer: nameOf(scene.model, endOf), at: [top(scene)] }).map(({ layer, at }) => placeOf(layer, at));

/** @type {readonly Step[]} */
export const STEPS = Object.freeze([
  {
    id: "picture",
    applies: (model) => [1, 3].includes(model.input.shape[0]),
    prepare: toMap,
    target: () => "loupe-strip .strip-scroll",
    deeds: [{ on: ["click"], within: "loupe-strip [data-sample], loupe-strip [data-own]" }],
    params: ({ model }) => ({ height: model.input.shape[1], width: model.input.shape[2] }),
  },
  {
    id: "pixels",
    applies: (model) => isMaps(model.input.shape),
    prepare: (scene) =>
      unless(
        scene,
        ({ layer }) => layer === INPUT,
        () => CLEAR,
      ),
    target: () => column(INPUT),
    seen: ({ state }) => state.view?.layer === INPUT,
    params: ({ model }) => ({
      numbers: model.input.shape.reduce((product, size) => product * size, 1),
      channels: model.input.shape[0],
    }),
  },
  {
    id: "hover",
    applies: (model) => convolutionOf(model) !== null,
    prepare: toMap,
    target: ({ model }) => column(nameOf(model, convolutionOf)),
    keep: "loupe-inspector",
    seen: ({ model, state }, entered) =>
      [state.hover !== entered.hover && state.hover, state.selection !== entered.selection && state.selection].some(
        (place) => place && place.layer === nameOf(model, convolutionOf),
      ),
    params: ({ model }) => ({ layer: nameOf(model, convolutionOf), count: convolutionOf(model)?.output_shape[0] ?? 0 }),
  },
  {
    id: "open",
    applies: (model) => convolutionOf(model) !== null,
    prepare: (scene) =>
      unless(
        scene,
        ({ layer }) => layer === nameOf(scene.model, convolutionOf),
        () => CLEAR,
      ),
    target: ({ model }) => column(nameOf(model, convolutionOf)),
    seen: ({ model, state }) => state.view !== null && of(state.view, nameOf(model, convolutionOf)),
    params: ({ model }) => ({ layer: nameOf(model, convolutionOf) }),
  },
  {
    id: "kernel",
    applies: (model) => convolutionOf(model) !== null,
    prepare: (scene) =>
      unless(
        scene,
        (view) => of(view, nameOf(scene.model, convolutionOf)),
        () => opened(scene.model, lively(scene, convolutionOf)),
      ),
    target: () => 'loupe-view [data-row="0"] .kernel',
    keep: 'loupe-view [data-row="0"]',
    seen: ({ state }) => state.view?.name === "microscope",
    params: ({ model }) => ({
      inputs: convolutionOf(model)?.input_shape[0] ?? 0,
      size: (convolutionOf(model)?.kernel ?? []).join("×"),
    }),
  },
  {
    id: "slide",
    applies: (model) => convolutionOf(model) !== null,
    prepare: (scene) =>
      unless(
        scene,
        ({ name, layer }) => name === "microscope" && layer === nameOf(scene.model, convolutionOf),
        () => opened(scene.model, lively(scene, convolutionOf), { name: "microscope", input: 0 }),
      ),
    target: () => "loupe-view .playback",
    keep: "loupe-view .microscope",
    deeds: [
      { on: ["click"], within: "loupe-view .playback button" },
      { on: ["keydown"], within: "loupe-view .microscope .heat", keys: ARROWS },
    ],
    params: ({ model }) => {
      const layer = convolutionOf(model);
      const products = (layer?.kernel ?? []).reduce((product, size) => product * size, 1);
      return { products, inputs: layer?.input_shape[0] ?? 0, all: products * (layer?.input_shape[0] ?? 0) };
    },
  },
  {
    id: "activation",
    applies: (model) => activationOf(model) !== null,
    prepare(scene) {
      const asked = predictionOf(scene);
      const { state, model } = scene;
      if (
        !asked ||
        (state.view &&
          state.view.name === viewFor(model, asked.from.layer) &&
          samePlace(state.view, asked.from) &&
          !state.panel)
      )
        return null;
      return opened(model, asked.from);
    },
    target: () => "loupe-view .explained:has([data-explained])",
    keep: "loupe-view .view-stage",
    asks: true,
    params: ({ model }) => ({ layer: nameOf(model, activationOf) }),
  },
  {
    id: "pooling",
    applies: (model) => poolingOf(model) !== null,
    prepare: (scene) =>
      unless(
        scene,
        (view) => of(view, nameOf(scene.model, poolingOf)),
        () => opened(scene.model, lively(scene, poolingOf)),
      ),
    target: () => "loupe-view .pooling-maps figure:first-child .heat",
    keep: "loupe-view .pooling-maps",
    deeds: [
      { on: ["pointermove", "pointerdown", "click"], within: "loupe-view .stage-pooling .heat" },
      { on: ["keydown"], within: "loupe-view .stage-pooling .heat", keys: ARROWS },
      { on: ["click"], within: "loupe-view .playback button" },
    ],
    params: ({ model }) => {
      const layer = poolingOf(model);
      return {
        size: (layer?.window ?? []).join("×"),
        before: (layer?.input_shape ?? []).slice(1).join("×"),
        after: (layer?.output_shape ?? []).slice(1).join("×"),
      };
    },
  },
  {
    id: "score",
    applies: (model) => scoresOf(model) !== null,
    prepare(scene) {
      const { model, state } = scene;
      // Of many classes only some are shown: the one that leads is, where they stand in the order of their scores.
      const order =
        model.classes.length > MANY_CLASSES && state.order !== "score"
          ? /** @type {const} */ ({ order: "score" })
          : null;
      const map = unless(
        scene,
        (view) => of(view, nameOf(model, scoresOf)),
        () => (state.view || state.panel ? CLEAR : null),
      );
      return map || order ? { ...map, ...order } : null;
    },
    target: (scene) => `loupe-network [data-class="${top(scene)}"]`,
    keep: "loupe-inspector",
    seen: ({ model, state }) => state.view !== null && of(state.view, nameOf(model, scoresOf)),
  },
  {
    id: "softmax",
    applies: (model) => probabilitiesOf(model) !== null,
    prepare: (scene) =>
      unless(
        scene,
        (view) => of(view, nameOf(scene.model, scoresOf)) || of(view, nameOf(scene.model, probabilitiesOf)),
        () => opened(scene.model, { layer: nameOf(scene.model, scoresOf), unit: top(scene) }),
      ),
    target: () => 'loupe-view [data-action="open-softmax"]',
    keep: "loupe-view .output-sum",
    seen: ({ model, state }) => state.view !== null && of(state.view, nameOf(model, probabilitiesOf)),
    params: ({ model }) => ({ count: model.classes.length }),
  },
  {
    id: "trail",
    applies: (model) => endOf(model) !== null,
    prepare: (scene) =>
      unless(
        scene,
        (view) => of(view, nameOf(scene.model, endOf)),
        () => opened(scene.model, { layer: nameOf(scene.model, endOf), unit: top(scene) }),
      ),
    target: () => 'loupe-view [data-action="trail-to-pixel"]',
    keep: "loupe-view .explanation",
    seen: ({ state }) => state.view?.trail?.some(({ layer }) => layer === INPUT) === true,
  },
  {
    id: "pixel",
    applies: (model) => endOf(model) !== null,
    prepare: (scene) =>
      unless(
        scene,
        ({ trail }) => trail?.some(({ layer }) => layer === INPUT) === true,
        () => {
          const trail = wholeTrail(scene);
          return opened(scene.model, trail[0], { trail });
        },
      ),
    target: () => "loupe-view .trail li:last-child .trail-step",
    keep: "loupe-view .explanation",
    seen: ({ state }) => state.view?.layer === INPUT && state.view.trail !== undefined && state.view.trail.length > 1,
    params: ({ model }) => ({ layers: model.layers.length }),
  },
  {
    id: "end",
    applies: () => true,
    prepare: toMap,
    target: (scene) => (endOf(scene.model) ? "loupe-answer" : "loupe-network"),
  },
]);
