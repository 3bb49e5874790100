// @ts-check
/**
 * The only place that calls `fetch`. Answers are decoded, errors are `Problem`s with a code
 * that the catalogues translate.
 */
import { decodeTensor, encodeTensor } from "./wire.js";

/** A refusal or a failure, in the server's one error shape (RFC 9457), or made here for a lost connection. */
export class Problem extends Error {
  /** @param {{ code: string, status?: number, params?: Record<string, any>, detail?: string }} problem */
  constructor({ code, status = 0, params = {}, detail = "" }) {
    super(detail || code);
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.params = params;
  }
}

/** @typedef {ReturnType<typeof createApi>} Api */

/**
 * @param {object} options
 * @param {string} options.base for example `/api/v1`
 * @param {typeof fetch} options.fetch
 * @param {Record<string, any>} [options.known] answers that came with the page, by path
 */
export function createApi({ base, fetch, known = {} }) {
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
  /** @param {string} path @param {RequestInit} [init] */
  const request = (path, init) => requestFrom(base + path, init);
  /** @param {string} path @param {RequestInit} [init] */
  const json = async (path, init) => known[path] ?? (await request(path, init)).json();
  const id = encodeURIComponent;

  return {
    /** @param {AbortSignal} [signal] */
    models: (signal) => json("/models", { signal }),
    /** @param {string} model @param {AbortSignal} [signal] */
    model: (model, signal) => json(`/models/${id(model)}`, { signal }),
    /** Parameters by layer name. @param {string} model @param {AbortSignal} [signal]
     * @returns {Promise<Parameters>} */
    async parameters(model, signal) {
      const { layers } = await json(`/models/${id(model)}/parameters`, { signal });
      return new Map(
        layers.map((/** @type {any} */ { name, ...tensors }) => [
          name,
          Object.fromEntries(
            Object.entries(tensors).map(([key, tensor]) => [key, decodeTensor(/** @type {any} */ (tensor))]),
          ),
        ]),
      );
    },
    /** @param {string} model @param {AbortSignal} [signal] */
    samples: (model, signal) => json(`/models/${id(model)}/samples`, { signal }),
    /** @param {AbortSignal} [signal] @returns {Promise<{ lessons: LessonSummary[] }>} */
    lessons: (signal) => json("/lessons", { signal }),
    /** A lesson with its steps and their answers. @param {string} lesson @param {AbortSignal} [signal] @returns {Promise<Lesson>} */
    lesson: (lesson, signal) => json(`/lessons/${id(lesson)}`, { signal }),
    /** A gallery picture's bytes. @param {string} url as the gallery's list gives it @param {AbortSignal} [signal] */
    picture: async (url, signal) => (await requestFrom(url, { signal })).blob(),
    /** @param {string} model @param {string} sample @param {string | null} digest @param {AbortSignal} [signal] */
    sampleRun: async (model, sample, digest, signal) =>
      decodeRun(
        await json(`/models/${id(model)}/samples/${id(sample)}/run${digest ? `?v=${id(digest)}` : ""}`, { signal }),
      ),
    /** Run a picture's bytes. @param {string} model @param {Blob} picture @param {Record<string, string | number>} query @param {AbortSignal} [signal] */
    runPicture: async (model, picture, query = {}, signal) =>
      decodeRun(
        await json(`/models/${id(model)}/runs${queryText(query)}`, {
          method: "POST",
          body: picture,
          headers: { "content-type": picture.type || "application/octet-stream" },
          signal,
        }),
      ),
    /** What is done to a picture on its way to the network, with small pictures of every step.
     * @param {string} model @param {Blob | { sample: string }} picture @param {Record<string, string | number>} query @param {AbortSignal} [signal] */
    prepare: (model, picture, query = {}, signal) => {
      const blob = picture instanceof Blob;
      const headers = { "content-type": blob ? picture.type || "application/octet-stream" : "application/json" };
      return json(`/models/${id(model)}/runs${queryText({ ...query, layers: "none", preparation: "full" })}`, {
        method: "POST",
        body: blob ? picture : JSON.stringify(picture),
        headers,
        signal,
      });
    },
    /** Run a prepared input tensor. @param {string} model @param {import("./wire.js").Tensor} input @param {AbortSignal} [signal] */
    runInput: async (model, input, signal) =>
      decodeRun(
        await json(`/models/${id(model)}/runs`, {
          method: "POST",
          body: JSON.stringify({ input: encodeTensor(input) }),
          headers: { "content-type": "application/json" },
          signal,
        }),
      ),
  };
}

/** @typedef {Record<string, string>} Texts by language */
/** @typedef {{ id: string, languages: string[], title: Texts, about: Texts, model: string, step_count: number }} LessonSummary */
/** @typedef {{ of: string, kind: "number" | "probability" | "count" | "class" | "shape", value: number | number[], tolerance: number }} LessonAnswer */
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
 * @property {any} preparation
 * @property {any} note
 */

/** @param {any} wire @returns {Run} */
export function decodeRun(wire) {
  return {
    model: wire.model,
    input: decodeTensor(wire.input),
    activations: new Map(wire.layers.map((/** @type {any} */ layer) => [layer.name, decodeTensor(layer.tensor)])),
    scores: wire.scores,
    preparation: wire.preparation ?? null,
    note: wire.note ?? null,
  };
}

/** @param {Record<string, string | number>} query */
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
  return new Problem({ code: "http_error", status: response.status, params: { status: response.status } });
}
