// @ts-check
/**
 * The questions of all chapters: predict first, then see.
 *
 * A question is made from the loaded model, its parameters and the run that is drawn, so its answer
 * is the engine's own number. Words: `learn.questions.<id>` with `ask`, `hint`, `answer` and one
 * sentence under `mistakes` for each mistake whose result is computed here.
 *
 * @typedef {object} Given what a question is made from
 * @property {import("../../../model/model.js").Model} model
 * @property {import("../../../api/client.js").Parameters} parameters
 * @property {import("../../../api/client.js").Run} run
 * @property {number} seed counts up with "another one"
 * @property {(labels: Record<string, string>) => string} label a class's name in the reader's language
 */
/**
 * @typedef {object} Numeric answered by a number
 * @property {Record<string, string | number>} params what the words are filled with
 * @property {number} expected
 * @property {number} tolerance
 * @property {{ id: string, value: number }[]} mistakes
 * @property {{ title: string, values: number[][], weights: boolean }[]} [operands] small matrices shown with the
 *   question; `title` is a key
 * @property {"percent"} [unit] an answer may be typed as 12.5 or as 12.5 %
 */
/**
 * @typedef {object} Choice answered by choosing; words: `options.<id>`, and for each wrong one `mistakes.<id>`
 * @property {Record<string, string | number>} params
 * @property {string} right
 * @property {string[]} options in the order in which they are shown
 * @property {boolean} [kernels] the options are kernels of the convolution chapter, whose names and pictures they have
 * @property {number[][]} [map] a map that is shown with the question
 */
/** @typedef {Numeric | Choice} Made */
/**
 * @typedef {{ id: string, chapter: string, make: (given: Given) => Made | null }} Question null where the model has
 *   nothing to ask about
 */

import { activation } from "./activation.js";
import { backpropagation } from "./backpropagation.js";
import { beyond } from "./beyond.js";
import { blocks } from "./blocks.js";
import { chainRule } from "./chain-rule.js";
import { choosing } from "./choosing.js";
import { cnn } from "./cnn.js";
import { convolution } from "./convolution.js";
import { counts } from "./dense-vs-conv.js";
import { descent } from "./descent.js";
import { fails } from "./fails.js";
import { flatten } from "./flatten.js";
import { hyperparameters } from "./hyperparameters.js";
import { image } from "./image.js";
import { numpy } from "./numpy.js";
import { overfitting } from "./overfitting.js";
import { pooling } from "./pooling.js";
import { softmax } from "./softmax.js";
import { training } from "./training.js";

/** @type {Question[]} */
export const QUESTIONS = [
  ...cnn,
  ...image,
  ...counts,
  ...convolution,
  ...hyperparameters,
  ...activation,
  ...pooling,
  ...flatten,
  ...softmax,
  ...descent,
  ...chainRule,
  ...backpropagation,
  ...training,
  ...overfitting,
  ...fails,
  ...blocks,
  ...numpy,
  ...beyond,
  ...choosing,
];

/** @param {string} id */
export const questionOf = (id) => QUESTIONS.find((question) => question.id === id);

/** @param {string} chapter */
export const questionsOf = (chapter) => QUESTIONS.filter((question) => question.chapter === chapter);
