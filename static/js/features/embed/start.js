// @ts-check
/**
 * What every embed begins with: the state that its address asks for, the words that the server put into
 * the page, and what all its elements share. Nothing is kept in the browser, nothing is heard from the
 * page around the frame.
 *
 * @typedef {object} Boot what the server wrote into the page (`server/routes/embed.py`)
 * @property {string} language @property {string} root @property {string} api @property {string} static
 * @property {string} model @property {any[]} models
 * @property {string[]} controls @property {[number, number] | null} size @property {number} text
 * @property {string | null} widget @property {"run" | "model" | "nothing"} needs
 * @property {import("../../core/i18n.js").Catalogue} catalogue @property {Record<string, any>} answers
 */
/** @typedef {import("../../state/initial.js").State} State */
import { createApi } from "../../api/client.js";
import { createCommands } from "../../core/commands.js";
import { createTranslator } from "../../core/i18n.js";
import { createScheduler } from "../../core/timing.js";
import { createStore } from "../../core/store.js";
import { SHARED_COMMANDS } from "../../elements/commands.js";
import { createParts, provide } from "../../elements/context.js";
import { followTheme } from "../../elements/theme.js";
import { listenToKeys } from "../../elements/keys.js";
import { derived, initialState } from "../../state/initial.js";
import { createRuns } from "../../state/runs.js";
import { LoupeEmbedBar } from "./bar.js";
import { reportHeight } from "./height.js";
import { LoupeEmbedLink } from "./link.js";
import { LoupeEmbedProblem } from "./problem.js";

const root = document.documentElement;

/**
 * @param {object} parts
 * @param {Partial<State>} parts.asked what the address says of the state
 * @param {(state: State) => string} parts.search the same for the whole page's address, `?…` or empty
 * @param {(boot: Boot) => number} parts.measure the height that this embed would like to have, in CSS pixels
 */
export function start({ asked, search, measure }) {
  /** @type {Boot} */
  const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
  /** @type {State} */
  const initial = {
    ...initialState(),
    ...asked,
    modelId: boot.model,
    language: boot.language,
    models: boot.models,
    theme: /** @type {State["theme"]} */ (root.dataset.theme),
  };
  const store = createStore(initial, derived);
  const api = createApi({ base: boot.api, fetch: fetch.bind(globalThis), known: boot.answers });
  const runs = createRuns(api);
  const commands = createCommands(store);
  provide({
    store,
    commands,
    parts: createParts(),
    api,
    runs,
    i18n: createTranslator(boot.language, boot.catalogue),
    scheduler: createScheduler(requestAnimationFrame.bind(globalThis)),
    root: boot.root,
    assets: boot.static,
    languages: {},
    settings: { picture_by_address: false, max_upload_bytes: 0, lessons: 0 },
  });
  commands.add(SHARED_COMMANDS);
  followTheme(store);
  listenToKeys(document, commands);
  resize(boot);
  store.select(
    ({ network }) => network,
    (network) => {
      // "ready" is said by whoever draws last.
      if (network !== "ready") root.dataset.network = network;
    },
  );

  /** The whole page in the same state. @param {string} [hash] */
  const wholePage = (hash = "") => {
    const query = search(store.state);
    return `${location.origin}${boot.root}/${query}${query ? "&" : "?"}lang=${boot.language}${hash}`;
  };
  LoupeEmbedLink.address = wholePage;
  customElements.define("loupe-embed-problem", LoupeEmbedProblem);
  customElements.define("loupe-embed-bar", LoupeEmbedBar);
  customElements.define("loupe-embed-link", LoupeEmbedLink);
  // A link to a chapter leads to the whole page, outside of the frame.
  addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element ? event.target.closest('a[href^="#learn"]') : null;
      if (!link) return;
      event.preventDefault();
      event.stopPropagation();
      if (boot.controls.includes("link")) open(wholePage(link.getAttribute("href") ?? ""), "_blank", "noopener");
    },
    { capture: true },
  );
  reportHeight(() => boot.size?.[1] ?? measure(boot));
  return { boot, store, api, runs, pictures: () => import("../../elements/made-pictures.js") };
}

/** Text size, and the box that the address gives. @param {Boot} boot */
function resize({ size, text }) {
  if (text !== 100) {
    root.style.fontSize = `${text}%`;
    root.style.setProperty("--text-factor", String(text / 100));
  }
  if (!size) return;
  root.style.setProperty("--embed-width", `${size[0]}px`);
  root.style.setProperty("--embed-height", `${size[1]}px`);
}

/** Call once what is embedded has been painted. */
export const markReady = () =>
  void requestAnimationFrame(() => {
    root.dataset.network = "ready";
    dispatchEvent(new Event("loupe:drawn"));
  });
