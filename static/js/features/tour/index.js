// @ts-check
/** Entry of the tours, loaded when one is begun: their words and their style come with them. */
import { Problem } from "../../api/client.js";
import { fetchWords } from "../../api/words.js";
import { context } from "../../elements/context.js";
import { loadStyle } from "../../elements/styles.js";
import { reportProblem } from "../../state/actions.js";
import { createTourMemory } from "./memory.js";
import { LoupeTour } from "./element.js";
import { NETWORK, networkTour } from "./network.js";

const { api, assets, i18n, store } = context();

// Some of a tour's words are the opened views' own: the names of what is to be pressed.
const words = Promise.all(["tour", "views", "operations"].map((area) => fetchWords(assets, i18n.language, area)));
const styled = loadStyle("tour");
for (const found of await words) i18n.extend(found);
await styled;
customElements.define("loupe-tour", LoupeTour);

const memory = createTourMemory(storage());

/** @param {string} id */
async function find(id) {
  if (id === NETWORK) return networkTour(i18n);
  try {
    const [lesson, { lessonTour }] = await Promise.all([api.lesson(id), import("./lesson.js")]);
    return lessonTour(lesson, i18n);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    reportProblem(store, { name: "", problem: error });
    return null;
  }
}

/** @type {LoupeTour | null} */
let shown = null;
store.select(
  ({ tour }) => tour !== null,
  (open) => {
    if (!open || shown?.isConnected) return;
    shown = /** @type {LoupeTour} */ (document.createElement("loupe-tour"));
    Object.assign(shown, { find, memory });
    document.body.append(shown);
  },
);

/** The browser may forbid it (private windows, blocked cookies). */
function storage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
