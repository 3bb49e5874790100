// @ts-check
/**
 * The only place that calls `fetch`. Answers are decoded, errors are `Problem`s with a code
 * that the catalogues translate.
 */
import { encodeTensor, readTensorFile } from "./wire.js";

/** How often a network is sent again for one call: with several workers the next call may reach yet another one. */
const MOST_TIMES = 4;

/** A refusal or a failure, in the server's one error shape (RFC 9457), or made here for a lost connection. */
export class Problem extends Error {
  /**
   * @param {{ code: string, status?: number, params?: Record<string, any>, detail?: string, problems?: Cause[] }}
   *   problem
   */
  constructor({ code, status = 0, params = {}, detail = "", problems = [] }) {
    super(detail || code);
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.params = params;
    this.problems = problems;
  }
}

/**
 * @typedef {{ code: string, params: Record<string, any>, detail: string }} Cause one of several things that are wrong
 */
/** @typedef {ReturnType<typeof createApi>} Api */

/**
 * @param {object} options
 * @param {string} options.base for example `/api/v1`
 * @param {typeof fetch} options.fetch
 * @param {Record<string, any>} [options.known] answers that came with the page, by path
 * @param {(model: string) => Promise<boolean>} [options.sendAgain] gives the server a person's own network that it no
 *   longer holds; whether it could
 */
export function createApi({ base, fetch, known = {}, sendAgain }) {
  /** @param {string} url @param {RequestInit} [init] */
  const requestFrom = async (url, init) => {
    let response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      if (init?.signal?.aborted) throw error;
      throw new Problem({ code: "server_unreachable", detail: String(error) });
    }
    if (response.ok) return response;
    throw await problemOf(response);
  };
  /**
   * Servers hold a person's own networks as long as there is room, and each worker has its own: one that is gone is
   * sent again, and the call repeated.
   * @param {string} path @param {RequestInit} [init]
   */
  const request = async (path, init) => {
    for (let times = 0; ; times++) {
      try {
        return await requestFrom(base + path, init);
      } catch (error) {
        const gone = error instanceof Problem && error.code === "own_model_gone";
        if (!gone || times === MOST_TIMES || !(await sendAgain?.(error.params.model))) throw error;
      }
    }
  };
  /** @param {string} path @param {RequestInit} [init] */
  const json = async (path, init) => known[path] ?? (await request(path, init)).json();
  const id = encodeURIComponent;
  /** @param {string} path @param {RequestInit} [init] */
  const tensors = async (path, init) => readTensorFile(await (await request(path, init)).arrayBuffer());
  /** A run of a picture's bytes, or of what a JSON body says.
   * @param {string} model @param {Blob | object} source @param {Query} query @param {AbortSignal} [signal] */
  const runs = (model, source, query, signal) => {
    const blob = source instanceof Blob;
    return tensors(`/models/${id(model)}/runs${queryText({ ...query, ...TENSORS })}`, {
      method: "POST",
      body: blob ? source : JSON.stringify(source),
      headers: { "content-type": blob ? source.type || "application/octet-stream" : "application/json" },
      signal,
    });
  };

  return {
    /** For what few pages ask; it stands with the part that asks (`api/own.js`). */
    request,
    /** What another answer has told already need not be asked for. @param {Record<string, any>} answers by path */
    know: (answers) => void Object.assign(known, answers),
    /** @param {AbortSignal} [signal] */
    models: (signal) => json("/models", { signal }),
    /** @param {string} model @param {AbortSignal} [signal] */
    model: (model, signal) => json(`/models/${id(model)}`, { signal }),
    /** Parameters by layer name, of all layers or of some; of all their units or of one.
     * @param {{ id: string, digest: string }} model
     * @param {readonly string[] | null} layers
     * @param {AbortSignal} [signal]
     * @param {number | null} [unit]
     * @returns {Promise<Parameters>}
     */
    async parameters(model, layers, signal, unit = null) {
      const query = {
        v: model.digest,
        ...TENSORS,
        ...(layers && { layers: layers.join(",") }),
        ...(unit !== null && { units: `${unit}-${unit}` }),
      };
      const file = await tensors(`/models/${id(model.id)}/parameters${queryText(query)}`, { signal });
      return decodeParameters(file);
    },
    /** @param {string} model @param {AbortSignal} [signal] */
    samples: (model, signal) => json(`/models/${id(model)}/samples`, { signal }),
    /** @param {AbortSignal} [signal] @returns {Promise<{ lessons: LessonSummary[] }>} */
    lessons: (signal) => json("/lessons", { signal }),
    /**
     * A lesson with its steps and their answers.
     * @param {string} lesson
     * @param {AbortSignal} [signal]
     * @returns {Promise<Lesson>}
     */
    lesson: (lesson, signal) => json(`/lessons/${id(lesson)}`, { signal }),
    /** @param {string} model @param {string} sample @param {string | null} digest @param {AbortSignal} [signal] */
    sampleRun: async (model, sample, digest, signal) => {
      const query = { ...(digest && { v: digest }), ...TENSORS };
      return decodeRun(await tensors(`/models/${id(model)}/samples/${id(sample)}/run${queryText(query)}`, { signal }));
    },
    /**
     * Run a picture's bytes.
     * @param {string} model
     * @param {Blob} picture
     * @param {Query} [query]
     * @param {AbortSignal} [signal]
     */
    runPicture: async (model, picture, query = {}, signal) => decodeRun(await runs(model, picture, query, signal)),
    /**
     * A large run: an overview of some layers, and the way to the rest of it. Every piece is run for anew, from the
     * same source.
     * @param {string} model
     * @param {Blob | { sample: string } | { input: import("./wire.js").Tensor, edits?: readonly string[] }} source
     * @param {{ layers: readonly string[], count: number }} shown what is shown first, and how many units of each layer
     * @param {Query} [query] @param {AbortSignal} [signal] @returns {Promise<Run>} */
    async runLarge(model, source, { layers, count }, query = {}, signal) {
      const body = "input" in source ? { ...source, input: encodeTensor(source.input) } : source;
      const ask = (/** @type {Query} */ more, /** @type {AbortSignal | undefined} */ until) =>
        runs(model, body, { ...query, ...more }, until);
      const units = (/** @type {number} */ first, /** @type {number} */ many) => `${first}-${first + many - 1}`;
      const file = await ask({ detail: "overview", layers: named(layers), units: units(0, count) }, signal);
      return {
        ...decodeRun({ ...file, answer: { ...file.answer, layers: [] } }),
        overview: decodeOverview(file),
        ask: {
          overview: async (names, first, many, until) =>
            decodeOverview(
              await ask(
                { detail: "overview", preparation: "none", layers: named(names), units: units(first, many) },
                until,
              ),
            ),
          values: async (names, until) =>
            decodeValues(await ask({ ...REST, ...(names && { layers: named(names) }) }, until)),
        },
      };
    },
    /** What is done to a picture on its way to the network, with small pictures of every step.
     * @param {string} model
     * @param {Blob | { sample: string }} picture
     * @param {Record<string, string | number>} query
     * @param {AbortSignal} [signal]
     */
    prepare: async (model, picture, query = {}, signal) =>
      (await runs(model, picture, { ...query, layers: "none", preparation: "full" }, signal)).answer,
    /**
     * Run a prepared input tensor.
     * @param {string} model
     * @param {import("./wire.js").Tensor} input
     * @param {AbortSignal} [signal]
     * @param {readonly string[]} [edits] what is changed in the model, as `model/edits.js` writes it
     */
    runInput: async (model, input, signal, edits = []) =>
      decodeRun(await runs(model, { input: encodeTensor(input), ...(edits.length > 0 && { edits }) }, {}, signal)),
  };
}

/** @typedef {Record<string, string>} Texts by language */
/**
 * @typedef {{ id: string, languages: string[], title: Texts, about: Texts, model: string, step_count: number }}
 *   LessonSummary
 */
/**
 * @typedef {{ of: string, kind: "number" | "probability" | "count" | "class" | "shape", value: number | number[],
 *   tolerance: number }} LessonAnswer
 */
/** @typedef {{ ask: Texts, answer: LessonAnswer, model: string, sample: string | null }} LessonQuestion */
/** @typedef {{ title: Texts, text: Texts, link: string, question: LessonQuestion | null }} LessonStep */
/** @typedef {LessonSummary & { steps: LessonStep[], pictures: string[] }} Lesson */
/** @typedef {Map<string, import("../model/kinds.js").LayerParameters>} Parameters */
/**
 * @typedef {object} Run one forward pass, decoded
 * @property {string} model
 * @property {import("./wire.js").Tensor} input
 * @property {Map<string, import("./wire.js").Tensor>} activations by layer name, in layer order
 * @property {{ class: number, logit: number, probability: number }[]} scores in class order
 * @property {Map<string, import("../model/statistics.js").Overview>} [overview] of a large run, what is shown of its
 *   layers
 *   while `activations` holds only those that were asked for
 * @property {Pieces} [ask] how the rest of a large run is asked for
 * @property {Map<string, import("./wire.js").Tensor>} [own] of layers whose units were edited, what they themselves
 *   gave
 * @property {"page"} [source] it was made in this page (`compute/here.js`), not by the server
 * @property {any} preparation
 * @property {any} note
 */
/**
 * @typedef {object} Pieces
 * @property {(layers: readonly string[], first: number, count: number, signal?: AbortSignal) => Promise<Map<string,
 *   import("../model/statistics.js").Overview>>} overview
 * @property {(layers: readonly string[] | null, signal?: AbortSignal) => Promise<Map<string,
 *   import("./wire.js").Tensor>>} values of these layers; null for all
 */

/** @param {Pick<import("./wire.js").TensorFile, "answer" | "tensor">} file @returns {Run["activations"]} */
const decodeValues = ({ answer, tensor }) =>
  new Map(answer.layers.map((/** @type {any} */ layer) => [layer.name, tensor(layer.tensor)]));

/** @param {import("./wire.js").TensorFile} file @returns {Run} */
export const decodeRun = ({ answer, tensor }) => ({
  model: answer.model,
  input: tensor(answer.input),
  activations: decodeValues({ answer, tensor }),
  scores: answer.scores,
  preparation: answer.preparation ?? null,
  note: answer.note ?? null,
});

/** @param {readonly string[]} layers */
const named = (layers) => layers.join(",") || "none";

/** @param {import("./wire.js").TensorFile} file @returns {Map<string, import("../model/statistics.js").Overview>} */
const decodeOverview = ({ answer, tensor, numbers }) =>
  new Map(
    answer.layers.map((/** @type {any} */ layer) => {
      const values = (/** @type {string} */ key) => tensor(layer[key]).data;
      const small = layer.thumbnails && numbers(layer.thumbnails);
      const thumbnails = small
        ? [
            {
              first: layer.units[0],
              count: small.shape[0],
              rows: small.shape[1],
              columns: small.shape[2],
              low: values("low"),
              high: values("high"),
              data: small.data,
            },
          ]
        : [];
      const { statistics } = layer;
      return [layer.name, { statistics, minimum: values("minimum"), maximum: values("maximum"), thumbnails }];
    }),
  );

/** @param {import("./wire.js").TensorFile} file @returns {Parameters} */
export const decodeParameters = ({ answer, tensor }) =>
  new Map(
    answer.layers.map((/** @type {any} */ { name, units, ...keys }) => [
      name,
      Object.fromEntries(
        Object.entries(keys).map(([key, own]) => [
          key,
          { ...tensor(/** @type {string} */ (own)), ...(units && { first: units[0] }) },
        ]),
      ),
    ]),
  );

/** @typedef {Record<string, string | number>} Query what stands after the question mark of an address */

/** What later pieces of a run need not say again. */
const REST = { preparation: "none", input: "none" };

/** In this form answers come with tensors. */
const TENSORS = { encoding: "safetensors" };

/** @param {Query} query */
const queryText = (query) => {
  const text = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : "";
};

/** @param {Response} response */
async function problemOf(response) {
  try {
    const body = await response.json();
    if (typeof body.code === "string") return new Problem(body);
  } catch {
    // not our problem shape: a proxy's page, say
  }
  if (response.status === 413) return new Problem({ code: "proxy_limit", status: 413 });
  return new Problem({ code: "http_error", status: response.status, params: { status: response.status } });
}
