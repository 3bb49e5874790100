// @ts-check
/**
 * The colours and fonts that canvases draw with, read from the design's tokens.
 *
 * Tokens use `light-dark()`, which only resolves in a real colour property, so a hidden probe carries them.
 *
 * @typedef {{ ground: string, surface: string, raised: string, ink: string, inkSoft: string, line: string, lineStrong:
 *   string, edge: string, accent: string, mono: string, text: number }} Theme `text`: how much larger than usual text
 *   is
 */
import { turnColours } from "../draw/colour.js";

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
  return /** @type {Theme} */ (/** @type {unknown} */ ({ ...colours, mono, text }));
}

/**
 * Know whether the page is dark, whatever the theme says or the device: colours are made for it, and the state tells
 * whoever paints with them.
 * @param {import("../state/actions.js").AppStore} store
 */
export function followTheme(store) {
  const device = matchMedia("(prefers-color-scheme: dark)");
  const turn = () => {
    const { theme } = store.state;
    const dark = theme === "auto" ? device.matches : theme === "dark";
    document.documentElement.dataset.theme = theme;
    turnColours(dark);
    store.update({ dark });
  };
  device.addEventListener("change", turn);
  store.select(({ theme }) => theme, turn);
}

/**
 * Call `react` when the page turns light or dark.
 * @param {import("./element.js").LoupeElement} element
 * @param {() => void} react
 */
export const watchTheme = (element, react) =>
  element.watch(
    ({ theme, dark }) => [theme, dark],
    (_, before) => before && react(),
  );
