// @ts-check
/**
 * Whether a page may show embeds, by the sources that stand in Content-Security-Policy's frame-ancestors:
 * `'self'`, `*`, `https:`, `https://*.school.example:8443` (CSP Level 3, "Does url match expression").
 */

/** @type {Record<string, string>} */
const PORTS = { "http:": "80", "https:": "443" };

/** The origin of a page's address as typed; `null` where it is none. @param {string} text */
export function originOf(text) {
  const typed = text.trim();
  try {
    const { protocol, host } = new URL(/^[a-z]+:\/\//i.test(typed) ? typed : `https://${typed}`);
    return PORTS[protocol] && host ? `${protocol}//${host}` : null;
  } catch {
    return null;
  }
}

/**
 * @param {readonly string[]} sources
 * @param {string} origin of the page that shows the frame
 * @param {string} self the server's own origin
 */
export const allows = (sources, origin, self) =>
  sources.some((source) => matches(source, new URL(origin), new URL(self)));

/** @param {string} source @param {URL} page @param {URL} self */
function matches(source, page, self) {
  if (source === "*") return true;
  if (source === "'self'") return page.origin === self.origin;
  const parts = /^(?:(https?):)?(?:\/\/)?([^:/]*)(?::(\d+|\*))?$/.exec(source);
  if (!parts) return false;
  const [, scheme, host, port] = parts;
  // A page of the safer scheme may stand for one of the other.
  const schemeFits = scheme
    ? page.protocol === `${scheme}:` || (scheme === "http" && page.protocol === "https:")
    : page.protocol === self.protocol || page.protocol === "https:";
  if (!schemeFits) return false;
  if (!host) return true;
  const name = page.hostname.toLowerCase();
  const wanted = host.toLowerCase();
  if (!(wanted.startsWith("*.") ? name.endsWith(wanted.slice(1)) : name === wanted)) return false;
  const at = page.port || PORTS[page.protocol];
  const usual = PORTS[`${scheme ?? page.protocol.slice(0, -1)}:`];
  return port === "*" || at === (port ?? usual) || (!port && at === PORTS[page.protocol]);
}
