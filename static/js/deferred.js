// @ts-check
/**
 * What the page does without until its network is drawn: what marks and explains units, the strip's controls,
 * the address bar, messages, panels; and parts that come when they are needed, an opened view, the tour, presentation
 * mode, and Learn when it nears the viewport. Each part defines its own elements, whose tags already stand in the page.
 */
import { requestIdle } from "./core/timing.js";
import { TOUR_KEY } from "./state/initial.js";
import { context } from "./elements/context.js";
import { bindAddress } from "./elements/chrome/address-bar.js";
import { createReading } from "./elements/chrome/reading.js";
import "./elements/inspector/pointing.js";
import "./elements/chrome/notices.js"; // before it is needed: without a server it could not be had any more
import "./elements/chrome/panel.js";
import "./features/pictures/strip.js";

const PARTS = {
  own: () => import("./features/own/index.js"),
  views: () => import("./features/views/index.js"),
  learn: () => import("./features/learn/index.js"),
  tour: () => import("./features/tour/index.js"),
  present: () => import("./features/present/index.js"),
  why: () => import("./features/why/index.js"),
  change: () => import("./features/change/index.js"),
  compare: () => import("./features/compare/index.js"),
};

/** How far above its place Learn begins to load. */
const NEAR = "600px";
/** How much of it must show to be seen without scrolling. */
const SEEN = "-24px";

/** @param {import("./state/actions.js").AppStore} store @param {string} defaultModel */
export function startDeferred(store, defaultModel) {
  bindAddress(store, defaultModel);

  const stop = store.select(
    ({ view }) => view !== null,
    (open) => {
      if (open) void PARTS.views();
    },
  );
  onceDrawn(() =>
    requestIdle(() => {
      stop();
      void PARTS.views();
    }),
  );

  store.select(
    ({ tour }) => tour !== null,
    (open) => void (open && PARTS.tour()),
  );
  store.select(
    ({ present }) => present !== null,
    (on) => void (on && PARTS.present()),
  );
  store.select(
    ({ why }) => why !== null,
    (on) => void (on && PARTS.why()),
  );
  store.select(
    ({ edits }) => edits.length > 0,
    (some) => void (some && PARTS.change()),
  );
  store.select(
    ({ pinned }) => pinned !== null,
    (some) => void (some && PARTS.compare()),
  );
  onceDrawn(() => requestIdle(() => void (isNewcomer(store) && import("./features/tour/offer.js"))));

  context().parts.offer("own", {
    take: async (files) => (await PARTS.own()).take(files),
    prepare: () => void PARTS.own(),
  });
  if (context().settings.own_models)
    onceDrawn(() => requestIdle(async () => (await import("./features/own/keeping.js")).restoreModels()));

  const learn = /** @type {HTMLElement | null} */ (document.querySelector("loupe-learn"));
  if (learn) {
    context().parts.offer("learn", createReading(store, learn));
    const loadWithin = (/** @type {string} */ rootMargin) => {
      const observer = new IntersectionObserver(
        (entries) => {
          if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
          observer.disconnect();
          void PARTS.learn();
        },
        { rootMargin },
      );
      observer.observe(learn);
    };
    // Where there is no room beside the network, which fills the first screen, Learn lies just below it: being near
    // counts only once the person scrolls, being seen only once the network stands.
    addEventListener("scroll", () => loadWithin(NEAR), { once: true, passive: true });
    onceDrawn(() => requestIdle(() => loadWithin(SEEN)));
    const asked = () => void (location.hash.startsWith("#learn") && PARTS.learn());
    addEventListener("hashchange", asked); // a layer's label leads to its chapter
    asked();
  }
}

/** Somebody who has never been offered the tour, and who did not follow a link to something particular.
 * @param {import("./state/actions.js").AppStore} store */
function isNewcomer({ state }) {
  try {
    return !state.tour && !state.view && !state.present && localStorage.getItem(TOUR_KEY) === null;
  } catch {
    return false; // what may not be remembered is not offered at every visit
  }
}

/** @param {() => void} act */
function onceDrawn(act) {
  if (document.documentElement.dataset.network === "ready") act();
  else addEventListener("loupe:drawn", act, { once: true });
}
