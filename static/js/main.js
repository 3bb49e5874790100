// @ts-check
/**
 * The composition root: reads what the server put into the page, wires the parts, and starts them.
 *
 * Every module that is imported here, directly or not, is fetched before the network is drawn; whatever
 * can wait for that comes with `deferred.js`.
 */
import { createApi } from "./api/client.js";
import { createCommands } from "./core/commands.js";
import { createTranslator, setDepth } from "./core/i18n.js";
import { createScheduler } from "./core/timing.js";
import { createStore } from "./core/store.js";
import { createParts, provide } from "./elements/context.js";
import { h } from "./elements/dom.js";
import { followTheme } from "./elements/theme.js";
import { LoupeNetwork } from "./elements/network/map.js";
import { follow } from "./state/follow.js";
import { derived, initialState } from "./state/initial.js";
import { createRuns } from "./state/runs.js";

/** @type {any} */
const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
const root = document.documentElement;

/** @param {Partial<import("./state/initial.js").State>} asked what the address asks for */
function start(asked) {
  /** @type {import("./state/initial.js").State} */
  const initial = {
    ...initialState(),
    // Who has not chosen reads plain words.
    words: /(?:^|; )words=exact(?:;|$)/.test(document.cookie) ? "exact" : "plain",
    ...asked,
    modelId: asked.modelId || boot.default_model,
    language: boot.language,
    models: boot.models ?? [],
    theme: /** @type {import("./state/initial.js").State["theme"]} */ (root.dataset.theme ?? "auto"),
  };
  const store = createStore(initial, derived);
  store.select(
    ({ words }) => words,
    (words) => {
      setDepth(words);
      root.dataset.words = words;
    },
  );
  const own = () => import("./features/own/keeping.js");
  const api = createApi({
    base: boot.api,
    fetch: fetch.bind(globalThis),
    known: boot.answers,
    sendAgain: async (id) => (await own()).sendAgain(id),
  });
  const runs = createRuns(api);

  provide({
    store,
    commands: createCommands(store),
    parts: createParts(),
    api,
    runs,
    i18n: createTranslator(boot.language, boot.catalogue),
    scheduler: createScheduler(requestAnimationFrame.bind(globalThis)),
    root: boot.root,
    assets: boot.static,
    languages: boot.languages,
    settings: boot.settings,
  });

  store.select(
    ({ network }) => network,
    (network) => {
      // "ready" is said by whoever paints the last map (`elements/network/map.js`).
      if (network !== "ready") root.dataset.network = network;
    },
  );
  followTheme(store);

  void import("./elements/chrome/frame.js");
  customElements.define("loupe-network", LoupeNetwork);
  follow({ store, api, runs, own, pictures: () => import("./elements/made-pictures.js") });

  // The rest of the page: once the network is drawn or cannot be, or at once where the address asks for it.
  // It is fetched while the network is being drawn.
  store.select(
    ({ run }) => run !== null,
    (some) => {
      if (some)
        document.head.append(
          ...boot.later.map((/** @type {string} */ name) =>
            h("link", { rel: "modulepreload", href: boot.static + name }),
          ),
        );
    },
  );
  let begun = false;
  const startDeferred = async () => {
    if (begun) return;
    begun = true;
    (await import("./deferred.js")).startDeferred(store, boot.default_model);
  };
  if (location.search || location.hash) void startDeferred();
  addEventListener("loupe:drawn", startDeferred, { once: true });
  store.select(
    ({ network }) => network,
    (network) => void (network === "error" && startDeferred()),
  );
}

// An address without a query asks for nothing: what reads and writes addresses can wait then. (A function that
// is called later, not an `await` here: what is loaded later imports from this module, and would wait for it.)
if (location.search)
  void import("./elements/chrome/address-bar.js").then(({ stateOfAddress }) => start(stateOfAddress(location.search)));
else start({});
