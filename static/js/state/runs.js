// @ts-check
/**
 * Runs of pictures, each asked for once: the newest are kept, so that going back and forth
 * (and a server that is gone) costs nothing.
 */

/** How many runs are kept. One of Tiny VGG is 0.8 MB of floats. */
export const KEPT = 12;
/** Longest side of the server's picture of a whole picture, in pixels. */
const UPRIGHT = 1024;

/**
 * @typedef {object} Picture what is to be run
 * @property {import("../model/model.js").Model} model
 * @property {import("./initial.js").PictureRef} ref
 * @property {import("./initial.js").Sample} [sample]
 * @property {import("./initial.js").OwnPicture} [own]
 */

/** @typedef {ReturnType<typeof createRuns>} Runs */

/** @param {import("../api/client.js").Api} api */
export function createRuns(api) {
  /** Insertion order is age. @type {Map<string, Promise<import("../api/client.js").Run>>} */
  const kept = new Map();

  /** A run of a model that is too large to be sent whole. @param {Picture} picture */
  const askLarge = async ({ model, ref, sample, own }) => {
    const source =
      ref.source === "noise" ? { input: await noise(model.input) } : (own?.blob ?? sample?.blob ?? { sample: ref.id });
    return api.runLarge(model.id, source, await firstShown(model), {
      ...own?.crop,
      preparation: "summary",
      ...(own && !own.upright && { upright: UPRIGHT }),
    });
  };

  /** @param {Picture} picture */
  const ask = async (picture) => {
    const { model, ref, sample, own } = picture;
    if (model.in_pieces) return askLarge(picture);
    if (ref.source === "noise") return api.runInput(model.id, await noise(model.input));
    if (own)
      return api.runPicture(model.id, own.blob, {
        ...own.crop,
        preparation: "summary",
        // To draw the crop editor from: asked for once.
        ...(!own.upright && { upright: UPRIGHT }),
      });
    if (sample?.blob) return api.runPicture(model.id, sample.blob, { preparation: "summary" });
    return api.sampleRun(model.id, ref.id, sample?.digest ?? null);
  };

  /** @param {Picture} picture */
  const run = (picture) => {
    const key = keyOf(picture);
    const known = kept.get(key);
    if (known) {
      kept.delete(key);
      kept.set(key, known);
      return known;
    }
    const asked = ask(picture);
    kept.set(key, asked);
    asked.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT) break;
      kept.delete(oldest);
    }
    return asked;
  };

  return {
    run,
    /**
     * Run a prepared input.
     * @param {import("../model/model.js").Model} model
     * @param {import("../api/wire.js").Tensor} input
     * @param {AbortSignal} [signal]
     * @param {readonly string[]} [edits] texts of what is changed in the network
     */
    runInput: (model, input, signal, edits) =>
      model.in_pieces
        ? firstShown(model).then((shown) => api.runLarge(model.id, { input, edits }, shown, {}, signal))
        : api.runInput(model.id, input, signal, edits),
    /** Whether this run is at hand or on its way. @param {Picture} picture */
    has: (picture) => kept.has(keyOf(picture)),
    /** Ask ahead of need; a failure shows itself when the run is wanted. @param {Picture} picture */
    prefetch: (picture) => void (picture.model.in_pieces || run(picture).catch(() => {})),
  };
}

/**
 * What of a large run is asked for first: what the map shows before anybody opens a block.
 * @param {import("../model/model.js").Model} model
 */
async function firstShown(model) {
  const { overviewed, SHOWN } = await import("./pieces.js");
  return { layers: overviewed({ model, blocks: [] }), count: SHOWN };
}

/** @param {Picture} picture */
const keyOf = ({ model, ref, own }) => JSON.stringify([model.id, model.digest, ref.source, ref.id, own?.crop ?? null]);

/**
 * The same noise every time, for models that take no pictures.
 * @param {import("../model/model.js").Model["input"]} input
 */
async function noise({ shape, range: [low, high] }) {
  const { gaussian } = await import("../model/transform.js");
  const next = gaussian(1);
  const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () =>
    Math.min(high, Math.max(low, (low + high) / 2 + (high - low) * 0.2 * next())),
  );
  return { shape, data };
}
