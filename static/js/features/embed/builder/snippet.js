// @ts-check
/**
 * The lines that put an embed into a page: a plain frame, which needs no script, and, where it is wanted,
 * the few lines that let it grow with its content.
 *
 * @typedef {object} Choice what is embedded, and how
 * @property {"network" | "view" | "widget"} what
 * @property {string} [widget]
 * @property {Record<string, string>} parameters of the embed's address; empty ones are left out
 * @property {number | null} width in pixels; null: as wide as the page allows
 * @property {number} height in pixels
 * @property {boolean} fit
 * @property {string} title for screen readers
 */

/** @param {string} base the server's own address, without a slash at its end @param {Choice} choice */
export function embedAddress(base, { what, widget, parameters }) {
  const path = what === "widget" ? `widget/${widget}` : what;
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%3A/g, ":")}`);
  return `${base}/embed/${path}${query.length ? `?${query.join("&")}` : ""}`;
}

/** @param {string} text */
const attribute = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

/** @param {string} base @param {Choice} choice */
export function snippet(base, choice) {
  const { width, height, fit, title } = choice;
  const frame =
    `<iframe src="${attribute(embedAddress(base, choice))}" title="${attribute(title)}" ` +
    `width="${width ?? "100%"}" height="${height}" loading="lazy" allow="clipboard-write" style="border: 0"></iframe>`;
  return fit ? `${frame}\n${follower(new URL(base).origin)}` : frame;
}

/**
 * Makes every frame of this server as high as it asks to be. The origin is checked, and which frame speaks.
 * @param {string} origin
 */
const follower = (origin) => `<script>
addEventListener("message", ({ data, origin, source }) => {
  if (origin !== ${JSON.stringify(origin)} || data?.type !== "cnn-loupe:size") return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === source) frame.height = data.height;
  }
});
</script>`;
