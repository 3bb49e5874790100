// @ts-check
/**
 * Offers the tour to a newcomer, once: a line beside the headline that hides nothing and goes away by
 * itself as soon as the person has begun to look around.
 */
import { TOUR_KEY } from "../../state/initial.js";
import { context } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { loadStyle } from "../../elements/styles.js";

const {
  commands,
  i18n: { t },
  store,
} = context();

const stop = () => {
  unwatch();
  offer.remove();
  away();
};
const away = commands.add([{ name: "offer-later", words: "common.tour.later", icon: "close", perform: () => stop() }]);
const offer = h(
  "aside",
  { class: "tour-offer", "data-offer": "tour", "aria-label": t("common.command.tour.title") },
  h("p", null, t("common.tour.offer")),
  commandButton("start-tour", { class: "button strong", "data-action": "offer-start" }),
  commandButton("offer-later", { square: true, class: "button square quiet" }),
);

await loadStyle("tour-offer");
const { picture } = store.state;
const unwatch = store.select(
  (state) => [state.view, state.tour, state.panel, state.picture !== picture || state.selection !== null],
  ([view, tour, panel, busy]) => (view || tour || panel || busy) && queueMicrotask(stop),
);
context().parts.find("network")?.closest(".stage-map")?.append(offer);
// `memory.js` reads it; it comes with the tour, which has not begun. That the storage works is known: it was asked.
try {
  localStorage.setItem(TOUR_KEY, JSON.stringify({ offered: true }));
} catch {
  // full: it is offered again the next time
}
