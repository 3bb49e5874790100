// @ts-check
/**
 * What Learn asks the server for: its words and its chapters, each fetched once.
 */
import { Problem } from "./client.js";

/** @typedef {ReturnType<typeof createLearnApi>} LearnApi */

/**
 * @param {object} options
 * @param {string} options.root the path under which the server is reached, without trailing slash
 * @param {string} options.assets the path of the static files, with trailing slash
 * @param {typeof fetch} options.fetch
 */
export function createLearnApi({ root, assets, fetch }) {
  /** @type {Map<string, Promise<string>>} */
  const kept = new Map();

  /** @param {string} address */
  const text = async (address) => {
    let response;
    try {
      response = await fetch(address);
    } catch (error) {
      throw new Problem({ code: "server_unreachable", detail: String(error) });
    }
    if (!response.ok)
      throw new Problem({ code: "http_error", status: response.status, params: { status: response.status } });
    return response.text();
  };

  return {
    /** The words of Learn. @param {string} language @returns {Promise<import("../core/i18n.js").Catalogue>} */
    words: async (language) => JSON.parse(await text(`${assets}i18n/${language}/learn.json`)),
    /** A chapter's text with the model's numbers, as HTML of our own templates.
     * @param {string} language @param {string} chapter @param {string} model */
    chapter(language, chapter, model) {
      const address = `${root}/learn/${language}/${chapter}?model=${encodeURIComponent(model)}`;
      const known = kept.get(address);
      if (known) return known;
      const asked = text(address);
      kept.set(address, asked);
      asked.catch(() => kept.delete(address));
      return asked;
    },
  };
}
