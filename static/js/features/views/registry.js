// @ts-check
/** The opened views by name. `stage` fills the view; `card` lies beside it. */
import { createActivation } from "./activation.js";
import { createCopy } from "./copy.js";
import { createFlatten } from "./flatten.js";
import { createGlobal } from "./global.js";
import { createMaps } from "./maps.js";
import { createMicroscope } from "./microscope.js";
import { createNeuron } from "./neuron.js";
import { createOutput } from "./output.js";
import { createPixels } from "./pixels.js";
import { createPooling } from "./pooling.js";
import { createSoftmax } from "./softmax.js";
import { createValues } from "./values.js";

/**
 * @typedef {(subject: import("./subject.js").Subject, actions:
 *   import("./host.js").Actions) => import("./host.js").ViewPart} Create
 */

/** @typedef {{ stage: Create, card?: Create }} Definition */

/** @type {Record<(typeof import("../../state/vocabulary.js").VOCABULARY.views)[number], Definition>} */
export const VIEWS = {
  neuron: { stage: createNeuron },
  microscope: { stage: createNeuron, card: createMicroscope },
  activation: { stage: createActivation },
  pooling: { stage: createPooling },
  flatten: { stage: createFlatten },
  output: { stage: createOutput },
  softmax: { stage: createSoftmax },
  pixels: { stage: createPixels },
  maps: { stage: createMaps },
  copy: { stage: createCopy },
  global: { stage: createGlobal },
  values: { stage: createValues },
};

/**
 * The view of this name; an old or foreign address may name one that there is not.
 * @param {string} name
 * @returns {Definition | undefined}
 */
export const viewNamed = (name) =>
  Object.hasOwn(VIEWS, name) ? VIEWS[/** @type {keyof typeof VIEWS} */ (name)] : undefined;
