// @ts-check
/**
 * A picture by its address, fetched by this browser and never by the server; only where the
 * self-hoster allows it (the content policy forbids it otherwise).
 */
import { Problem } from "./client.js";

/** @param {string} text what the person typed @returns {URL} */
export function pictureAddress(text) {
  let url;
  try {
    url = new URL(text.trim());
  } catch {
    throw new Problem({ code: "address_malformed", params: { address: text } });
  }
  if (url.protocol !== "https:") throw new Problem({ code: "address_not_https", params: { address: text } });
  return url;
}

/**
 * @param {URL} url @param {number} limit most bytes
 * @param {typeof fetch} [ask]
 * @returns {Promise<File>}
 */
export async function fetchPicture(url, limit, ask = fetch) {
  let response;
  try {
    response = await ask.call(globalThis, url, { mode: "cors", credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    // Browsers do not tell whether the site is away or forbids other pages to read its pictures.
    throw new Problem({ code: "address_refused", params: { host: url.host } });
  }
  if (!response.ok) throw new Problem({ code: "address_status", params: { host: url.host, status: response.status } });
  if (Number(response.headers.get("content-length")) > limit) throw new Problem({ code: "picture_too_large", params: { bytes: Number(response.headers.get("content-length")), limit } });
  const blob = await response.blob();
  return new File([blob], decodeURIComponent(url.pathname.split("/").pop() || url.host), { type: blob.type });
}
