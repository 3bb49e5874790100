// @ts-check
/**
 * Runs made in a module worker, so that one of some tenths of a second holds nothing up.
 *
 * The worker answers in the order in which it is asked. It is started with the first run, and keeps the model that it
 * was sent last.
 */

/** @typedef {import("../model/model.js").Model} Model */
/** @typedef {import("../api/client.js").Run} Run */
/** @typedef {import("../api/client.js").Parameters} Parameters */
/** @typedef {import("../api/wire.js").Tensor} Tensor */
/** @typedef {Pick<Worker, "postMessage" | "addEventListener" | "terminate">} Thread */

/** @param {() => Thread} start starts `worker.js` */
export function createBeside(start) {
  /** @type {Thread | null} */
  let thread = null;
  /** @type {{ model: Model, parameters: Parameters } | null} */
  let sent = null;
  /** @type {{ resolve: (run: Run | null) => void, reject: (error: Error) => void }[]} */
  let waiting = [];

  /** It cannot be started, or has failed: whoever waits hears of it, and the next run starts another. */
  const fail = (/** @type {Event} */ event) => {
    const left = waiting;
    [thread, sent, waiting] = [null, null, []];
    for (const { reject } of left)
      reject(new Error(`the worker has failed: ${/** @type {any} */ (event).message ?? ""}`));
  };
  const started = () => {
    thread = start();
    thread.addEventListener("message", (event) => waiting.shift()?.resolve(/** @type {MessageEvent} */ (event).data));
    thread.addEventListener("error", fail);
    return thread;
  };

  return {
    /**
     * Null where a value overflows.
     * @param {Model} model @param {Parameters} parameters @param {Tensor} input
     * @param {readonly import("./edits.js").Edit[]} [edits] @returns {Promise<Run | null>}
     */
    run(model, parameters, input, edits = []) {
      const to = thread ?? started();
      const known = sent?.model === model && sent.parameters === parameters;
      sent = { model, parameters };
      to.postMessage({ ...(!known && { model: plain(model), parameters }), input, edits });
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    stop() {
      thread?.terminate();
      [thread, sent, waiting] = [null, null, []];
    },
  };
}

/** A model as it can be sent: without the functions that `createModel` adds again. @param {Model} model */
function plain({ ending, added, layers, layer, placeOf, consumers, shape, output, ...rest }) {
  return {
    ...rest,
    output: { ending, added },
    layers: layers.map(({ record: _record, ...own }) => own),
  };
}
