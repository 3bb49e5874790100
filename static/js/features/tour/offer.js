// @ts-check
/**
 * Offers the tour to a newcomer, once: a line beside the headline that hides nothing and goes away by
 * itself as soon as the person has begun to look around.
 */
import { startTour } from "../../state/actions.js";
import { TOUR_KEY } from "../../state/initial.js";
import { context } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { icon } from "../../elements/icons.js";
import { loadStyle } from "../../elements/styles.js";

const {
  i18n: { t },
  store,
} = context();

const stop = () => {
  unwatch();
  offer.remove();
};
const offer = h(
  "aside",
  { class: "tour-offer", "data-offer": "tour", "aria-label": t("common.command.tour.title") },
  h("p", null, t("common.tour.offer")),
  h(
    "button",
    {
      type: "button",
      class: "button strong",
      "data-action": "offer-start",
      onclick: () => {
        stop();
        startTour(store);
      },
    },
    t("common.tour.start"),
  ),
  h(
    "button",
    {
      type: "button",
      class: "button square quiet",
      "data-action": "offer-later",
      title: t("common.tour.later"),
      "aria-label": t("common.tour.later"),
      onclick: stop,
    },
    icon("close"),
  ),
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
