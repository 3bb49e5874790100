// @ts-check
/**
 * The colours and fonts that canvases draw with, read from the design's tokens.
 *
 * Tokens use `light-dark()`, which only resolves in a real colour property, so a hidden probe carries them.
 *
 * @typedef {{ ground: string, surface: string, raised: string, ink: string, inkSoft: string, line: string,
 *   lineStrong: string, edge: string, accent: string, mono: string, text: number, dark: boolean
 * }} Theme `text`: how much larger than usual text is
 */
const TOKENS = {
  ground: "--ground",
  surface: "--surface",
  raised: "--raised",
  ink: "--ink",
  inkSoft: "--ink-soft",
  line: "--line",
  lineStrong: "--line-strong",
  edge: "--edge",
  accent: "--accent-mark",
};
/** As many properties that hold a colour as there are tokens: one probe carries all of them, styled once. */
const CARRIERS = /** @type {const} */ ([
  "color",
  "backgroundColor",
  "borderTopColor",
  "borderRightColor",
  "borderBottomColor",
  "borderLeftColor",
  "outlineColor",
  "columnRuleColor",
  "caretColor",
]);

/**
 * How much larger than usual text is to be: `--text-factor`, set by presentation mode and by embeds.
 * @param {Element} host
 */
export const textFactor = (host) => Number(getComputedStyle(host).getPropertyValue("--text-factor")) || 1;

/** @param {Element} host @returns {Theme} */
export function readTheme(host) {
  const probe = document.createElement("span");
  probe.hidden = true;
  const tokens = Object.entries(TOKENS);
  tokens.forEach(([, token], index) => (probe.style[CARRIERS[index]] = `var(${token})`));
  probe.style.fontFamily = "var(--mono)";
  host.append(probe);
  const style = getComputedStyle(probe);
  const colours = Object.fromEntries(tokens.map(([name], index) => [name, style[CARRIERS[index]]]));
  const text = textFactor(host);
  const mono = `${12 * text}px ${style.fontFamily}`;
  probe.remove();
  const [red, green, blue] = (colours.ground.match(/[\d.]+/g) ?? []).map(Number);
  return /** @type {Theme} */ (/** @type {unknown} */ ({ ...colours, mono, text, dark: red + green + blue < 3 * 128 }));
}

/**
 * Call `react` when the page turns light or dark.
 * @param {import("./element.js").LoupeElement} element
 * @param {() => void} react
 */
export function watchTheme(element, react) {
  element.listen(matchMedia("(prefers-color-scheme: dark)"), "change", react);
  const observer = new MutationObserver(react);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  element.cleanup(() => observer.disconnect());
}
