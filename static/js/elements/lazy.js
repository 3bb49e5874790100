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

/** @param {import("../state/actions.js").AppStore} store */
export function loadWhenNeeded(store) {
  const stop = store.select(({ view }) => view !== null, (open) => {
    if (open) void PARTS.views();
  });
  addEventListener("loupe:drawn", () => requestIdle(() => { stop(); void PARTS.views(); }), { once: true });

  const learn = document.querySelector("loupe-learn");
  if (learn) {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      void PARTS.learn();
    }, { rootMargin: NEAR });
    observer.observe(learn);
    const asked = () => void (location.hash.startsWith("#learn") && PARTS.learn());
    addEventListener("hashchange", asked); // a layer's label leads to its chapter
    asked();
  }
}

/** @param {() => void} act */
const requestIdle = (act) => ("requestIdleCallback" in window ? requestIdleCallback(act) : setTimeout(act, 200));
