// @ts-check
/**
 * The words of a part that is opened later: `i18n/<language>/<area>.json`.
 * @param {string} assets the path of the static files, with trailing slash
 * @param {string} language
 * @param {string} area
 * @returns {Promise<import("../core/i18n.js").Catalogue>}
 */
export async function fetchWords(assets, language, area) {
  const answer = await fetch(`${assets}i18n/${language}/${area}.json`);
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  return answer.json();
}
