// @ts-check
/** The network map of a model, alone. */
import { LoupeAnswer } from "../../elements/chrome/answer.js";
import { LoupeNetwork } from "../../elements/network/map.js";
import { follow } from "../../state/follow.js";
import { asked, search } from "./address.js";
import { viewHeight } from "./height.js";
import { start } from "./start.js";

/** A height at which ten maps in a column can be told apart, in text sizes. */
const MAP = 34;

const { boot, store, api, runs, pictures } = start({
  asked,
  search,
  measure: ({ text }) => {
    if (document.querySelector(".view[data-open]")) return viewHeight(text);
    // All but the map, whose own height follows the frame's; beside it the inspector scrolls, below it it needs room.
    const beside = matchMedia("(min-width: 64rem)").matches ? ", loupe-inspector" : "";
    const others = document.querySelectorAll(
      `main > :not(.stage), .stage-map > :not(loupe-network, .view), .stage > :not(.stage-map${beside})`,
    );
    return [...others].reduce((sum, part) => sum + part.getBoundingClientRect().height, MAP * 16 * (text / 100));
  },
});

customElements.define("loupe-answer", LoupeAnswer);
customElements.define("loupe-network", LoupeNetwork);
store.select(
  ({ view }) => view,
  (view) => {
    if (!view) return;
    if (boot.controls.includes("views")) void import("../views/index.js");
    else store.update({ view: null, selection: { layer: view.layer, unit: view.unit } });
  },
);
follow({ store, api, runs, pictures });
