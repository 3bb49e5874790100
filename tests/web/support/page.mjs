// What tests of the page's state share: a model small enough to be read, and a way to let everything have its turn.

/** Everything that waits for a promise or for a module has had its turn; what is imported late is here already. */
export const settled = async () => {
  await import("../../../static/js/state/making.js");
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
};

/** The description of a model of one layer; a kind that nobody knows is one that the page cannot compute. */
export const oneLayer = (id, kind = "relu") => ({
  id,
  digest: id,
  title: { en: id },
  input: { shape: [1, 2, 2], channels: ["grey"], range: [0, 1] },
  classes: [],
  parameter_count: 0,
  layers: [{ name: "relu", kind, output_shape: [1, 2, 2], parameter_count: 0, receptive_field: null }],
  training: null,
  samples_default: "a",
});
