// @ts-check
/**
 * What a model's description says about its training, or null where it says nothing.
 *
 * @typedef {{ id: string, values: number[] }} Series
 * @typedef {object} Training
 * @property {number[]} epochs
 * @property {Series[]} loss training and validation
 * @property {Series[]} accuracy training and validation
 * @property {number[][] | null} confusion rows: true class, columns: predicted class
 */

/** @param {any} training `training` of the model's description @returns {Training | null} */
export function readTraining(training) {
  const history = training?.history ?? {};
  const counts = training?.confusion?.counts;
  const confusion = Array.isArray(counts) ? counts : null;
  const length = Math.max(0, ...Object.values(history).map((column) => (Array.isArray(column) ? column.length : 0)));
  if (length === 0 && !confusion) return null;
  const series = (/** @type {string} */ kind) =>
    [
      ["training", `train_${kind}`],
      ["validation", `validation_${kind}`],
    ]
      .filter(([, key]) => Array.isArray(history[key]))
      .map(([id, key]) => ({ id, values: history[key] }));
  return {
    epochs: Array.from({ length }, (_, index) => history.epoch?.[index] ?? index + 1),
    loss: series("loss"),
    accuracy: series("accuracy"),
    confusion,
  };
}

/** Right answers by all. @param {number[][]} confusion */
export const accuracyOf = (confusion) => confusion.reduce((sum, row, k) => sum + row[k], 0) / sumOf(confusion.flat());

/** How many of a class's pictures are recognised. @param {number[][]} confusion @param {number} k */
export const recallOf = (confusion, k) => confusion[k][k] / sumOf(confusion[k]);

/** How often the network is right when it names the class. @param {number[][]} confusion @param {number} k */
export const precisionOf = (confusion, k) => confusion[k][k] / sumOf(confusion.map((row) => row[k]));

/** @param {number[]} values */
const sumOf = (values) => values.reduce((sum, value) => sum + value, 0);
