// @ts-check
/**
 * What every element may use. The composition root (`main.js`) provides it once,
 * before any element is defined.
 *
 * @typedef {object} Context
 * @property {import("../core/store.js").Store<import("../state/initial.js").State>} store
 * @property {import("../api/client.js").Api} api
 * @property {import("../state/runs.js").Runs} runs runs of pictures, each asked for once
 * @property {ReturnType<typeof import("../core/timing.js").createScheduler>} scheduler
 * @property {import("../core/i18n.js").Translator} i18n of the current language; replaced when it changes
 * @property {string} root the path under which the server is reached, without trailing slash
 * @property {string} assets the path of the static files, with trailing slash
 * @property {Record<string, string>} languages the catalogues that the server has: BCP 47 tag → the language's own name
 * @property {{ picture_by_address: boolean, max_upload_bytes: number, lessons: number }} settings what the self-hoster decided
 */

/** @type {Context | null} */
let provided = null;

/** @param {Context} context */
export function provide(context) {
  provided = context;
}

/** @returns {Context} */
export function context() {
  if (!provided) throw new Error("context() was called before main.js provided it");
  return provided;
}
