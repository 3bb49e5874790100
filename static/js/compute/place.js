// @ts-check
/**
 * Where a run is computed: at once on the page's main thread, in a worker beside it, or by the server.
 *
 * The rule is the number of multiplications. A browser makes about 2·10⁹ a second of them in these loops (measured in
 * Chromium: tests/benchmarks/bench_compute.py): what takes longer than half a frame on the main thread would be felt
 * there, and what takes longer than about 150 ms the server does sooner.
 */

/** The most multiplications of a run on the main thread. */
export const MOST_HERE = 25e6;
/** The most of a run in a worker. */
export const MOST_BESIDE = 300e6;

/** @param {number} multiplications of one forward pass @returns {"page" | "worker" | "server"} */
export function placeFor(multiplications) {
  if (multiplications <= MOST_HERE) return "page";
  return multiplications <= MOST_BESIDE ? "worker" : "server";
}
