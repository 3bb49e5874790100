// @ts-check
/** What the network map needs once there is something to point at. */
import "./inspector.js";

export { NetworkHighlight } from "../network/highlight.js";
export { listenToGrid } from "../network/input.js";
export { explainLabels } from "../network/arithmetic.js";
