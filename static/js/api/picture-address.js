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
  const parts = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  try {
    // A site may say nothing of the length, or something wrong: what comes is counted.
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      bytes += part.value.length;
      if (bytes > limit) break;
      parts.push(part.value);
    }
  } catch {
    throw new Problem({ code: "address_broke_off", params: { host: url.host } });
  }
  if (bytes > limit) {
    void reader?.cancel().catch(() => {});
    throw new Problem({ code: "picture_too_large", params: { bytes, limit } });
  }
  return new File(parts, nameOf(url), { type: response.headers.get("content-type") ?? "" });
}

/** The last part of the path, or the host. @param {URL} url */
function nameOf(url) {
  const last = url.pathname.split("/").pop() || url.host;
  try {
    return decodeURIComponent(last);
  } catch {
    return last; // a stray % is no escape
  }
}
