// @ts-check
/**
 * One opened view, alone. Following a number leads to other views; closing them leads back to the first.
 */
import { Problem } from "../../api/client.js";
import { reportProblem } from "../../state/actions.js";
import { follow } from "../../state/follow.js";
import { viewFor } from "../../state/view.js";
import { asked, search } from "./address.js";
import { viewHeight } from "./height.js";
import { markReady, start } from "./start.js";

const { store, api, runs, pictures } = start({ asked, search, measure: ({ text }) => viewHeight(text) });
const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const home = /** @type {import("../../state/initial.js").View} */ (store.state.view);
let fits = true;

store.select(
  ({ view }) => view,
  (view) => {
    if (!view && fits) store.update({ view: home });
    main.toggleAttribute(
      "data-at-home",
      view === null || (view.name === home.name && view.layer === home.layer && view.unit === home.unit),
    );
  },
);

store.select(
  ({ model }) => model,
  (model) => {
    if (!model) return;
    const right = viewFor(model, home.layer);
    fits = [right, "values", right === "neuron" ? "microscope" : right].includes(home.name);
    if (fits) return void import("../views/index.js");
    store.update({ view: null, network: "error" });
    return reportProblem(store, {
      name: "",
      problem: new Problem({ code: "embed_view_of_other_kind", params: { view: home.name, layer: home.layer, right } }),
    });
  },
);

const host = /** @type {HTMLElement} */ (document.querySelector("loupe-view"));
const opened = new MutationObserver(() => {
  if (!host.hasAttribute("data-open")) return;
  opened.disconnect();
  markReady();
});
opened.observe(host, { attributes: true, attributeFilter: ["data-open"] });
follow({ store, api, runs, pictures });
