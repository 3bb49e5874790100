// @ts-check
/**
 * The custom elements that come with the page: tag → class. Whatever is opened later registers
 * itself at the end of its own entry module.
 */
import { LoupeAnswer } from "./answer.js";
import { LoupeHeader } from "./header.js";
import { LoupeNetwork } from "./network-map.js";
import { LoupeNotices } from "./notices.js";
import { LoupePanel } from "./panel.js";
import { LoupeStrip } from "./strip.js";

/** @type {Record<string, CustomElementConstructor>} */
const ELEMENTS = {
  "loupe-header": LoupeHeader,
  "loupe-strip": LoupeStrip,
  "loupe-notices": LoupeNotices,
  "loupe-panel": LoupePanel,
  "loupe-answer": LoupeAnswer,
  "loupe-network": LoupeNetwork,
};

export function register() {
  for (const [tag, constructor] of Object.entries(ELEMENTS)) customElements.define(tag, constructor);
}
