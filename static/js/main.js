// @ts-check
/**
 * The composition root: reads what the server put into the page, wires the parts, and starts them.
 *
 * Every module that is imported here, directly or not, is fetched before the network is drawn; whatever
 * can wait for that comes with `elements/lazy.js`.
 */
import { createApi } from "./api/client.js";
import { createTranslator } from "./core/i18n.js";
import { createScheduler } from "./core/timing.js";
import { createStore } from "./core/store.js";
import { LoupeAnswer } from "./elements/answer.js";
import { provide } from "./elements/context.js";
import { LoupeHeader } from "./elements/header.js";
import { LoupeNetwork } from "./elements/network-map.js";
import { follow } from "./state/follow.js";
import { initialState } from "./state/initial.js";
import { createRuns } from "./state/runs.js";

/** @type {any} */
const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
const root = document.documentElement;

// An address without a query asks for nothing: what reads and writes addresses can wait then.
const asked = location.search ? (await import("./elements/address-bar.js")).stateOfAddress(location.search) : {};
const store = createStore({
  ...initialState(),
  ...asked,
  modelId: asked.modelId || boot.default_model,
  language: boot.language,
  models: boot.models ?? [],
  theme: /** @type {import("./state/initial.js").State["theme"]} */ (root.dataset.theme ?? "auto"),
});
const api = createApi({ base: boot.api, fetch: fetch.bind(globalThis) });
const runs = createRuns(api);
const i18n = createTranslator(boot.language, boot.catalogue);

provide({
  store,
  api,
  runs,
  i18n,
  scheduler: createScheduler(requestAnimationFrame.bind(globalThis)),
  root: boot.root,
  assets: boot.static,
  languages: boot.languages,
  settings: boot.settings,
});

store.select(({ network }) => network, (network) => {
  // "ready" is said by whoever paints the last map (`elements/network-map.js`).
  if (network !== "ready") root.dataset.network = network;
});
store.select(({ theme }) => theme, (theme) => void (root.dataset.theme = theme));

customElements.define("loupe-header", LoupeHeader);
customElements.define("loupe-answer", LoupeAnswer);
customElements.define("loupe-network", LoupeNetwork);
follow({ store, api, runs });

/** The rest of the page: once the network is drawn or cannot be, or at once where the address asks for it. */
const loadRest = async () => {
  const { startRest } = await import("./elements/lazy.js");
  startRest(store, boot.default_model);
};
/** @type {Promise<void> | undefined} */
let rest;
const need = () => void (rest ??= loadRest());
if (location.search || location.hash) need();
addEventListener("loupe:drawn", need, { once: true });
store.select(({ network }) => network, (network) => network === "error" && need());
