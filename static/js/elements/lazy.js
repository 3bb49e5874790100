// @ts-check
/**
 * Parts of the page that come when they are needed: an opened view, and Learn when it nears the
 * viewport. Each entry module defines its own elements, whose empty tags already stand in the page.
 */
const PARTS = {
  views: () => import("./views/index.js"),
  learn: () => import("../learn/index.js"),
};

/** How far above its place Learn begins to load. */
const NEAR = "600px";
/** How much of it must show to be seen without scrolling. */
const SEEN = "-24px";

/** @param {import("../state/actions.js").AppStore} store */
export function loadWhenNeeded(store) {
  const stop = store.select(({ view }) => view !== null, (open) => {
    if (open) void PARTS.views();
  });
  addEventListener("loupe:drawn", () => requestIdle(() => { stop(); void PARTS.views(); }), { once: true });

  const learn = document.querySelector("loupe-learn");
  if (learn) {
    const loadWithin = (/** @type {string} */ rootMargin) => {
      const observer = new IntersectionObserver((entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        void PARTS.learn();
      }, { rootMargin });
      observer.observe(learn);
    };
    // The network fills the first screen, so Learn always lies just below it: being near counts
    // only once the person scrolls, being seen only once the network stands.
    addEventListener("scroll", () => loadWithin(NEAR), { once: true, passive: true });
    addEventListener("loupe:drawn", () => requestIdle(() => loadWithin(SEEN)), { once: true });
    const asked = () => void (location.hash.startsWith("#learn") && PARTS.learn());
    addEventListener("hashchange", asked); // a layer's label leads to its chapter
    asked();
  }
}

/** @param {() => void} act */
const requestIdle = (act) => ("requestIdleCallback" in window ? requestIdleCallback(act) : setTimeout(act, 200));
