// @ts-check
/**
 * Signs for tests and automation (documented in docs/automation.md): what is painted, and when.
 */
let runs = 0;

/** Call after the last map of a run has been painted. */
export function markNetworkDrawn() {
  document.documentElement.dataset.network = "ready";
  document.documentElement.dataset.run = String(++runs);
  performance.mark("network-drawn");
  dispatchEvent(new Event("loupe:drawn"));
}

/** Call after an opened view has been painted. */
export function markViewDrawn() {
  performance.mark("view-drawn");
}
