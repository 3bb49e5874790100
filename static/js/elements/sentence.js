// @ts-check
/**
 * A problem in the reader's language. A code without words (from a newer server, say) keeps the
 * server's own English sentence.
 * @param {import("../core/i18n.js").Translator} i18n
 * @param {import("../api/client.js").Problem} problem
 */
export const sentence = (i18n, { code, params, message }) =>
  i18n.has(`errors.${code}`) ? i18n.t(`errors.${code}`, params) : message;
