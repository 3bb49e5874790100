// @ts-check
/** What the network map needs once there is something to point at: marks, the keys to its colours, hands. */
import "./inspector.js";

export { NetworkLegends } from "../network/legends.js";
export { NetworkHighlight } from "../network/highlight.js";
export { listenToGrid } from "../network/input.js";
export { explainLabels } from "../network/arithmetic.js";
export { splitPicture } from "../network/opening.js";
