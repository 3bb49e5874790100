// @ts-check
/**
 * The composition root: reads what the server put into the page, wires the parts, and starts them.
 */
import { createApi } from "./api/client.js";
import { createTranslator } from "./core/i18n.js";
import { createScheduler } from "./core/scheduler.js";
import { createStore } from "./core/store.js";
import { bindAddress, stateOfAddress } from "./elements/address-bar.js";
import { provide } from "./elements/context.js";
import { loadWhenNeeded } from "./elements/lazy.js";
import { register } from "./elements/register.js";
import { follow } from "./state/follow.js";
import { initialState } from "./state/initial.js";
import { createRuns } from "./state/runs.js";

/** @type {any} */
const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
const root = document.documentElement;

const asked = stateOfAddress(location.search);
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
  // "ready" is said by whoever paints the last map (`elements/marks.js`).
  if (network !== "ready") root.dataset.network = network;
});
store.select(({ theme }) => theme, (theme) => void (root.dataset.theme = theme));

register();
follow({ store, api, runs });
bindAddress(store, boot.default_model);
loadWhenNeeded(store);
