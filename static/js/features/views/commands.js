// @ts-check
/**
 * What can be done in an opened view. Its parts ask for it through `Actions` (`host.js`) or with controls of their own.
 *
 * @typedef {import("../../elements/commands.js").Command} Command
 * @typedef {import("../../model/explain.js").ValueIndex} ValueIndex
 */
import { context } from "../../elements/context.js";
import { INNERMOST } from "../../elements/keys.js";
import { placeOf, samePlace } from "../../state/place.js";
import { climb, closeView, follow, followForward, openView } from "../../state/view.js";
import { fromTop, wholeTrail } from "./trail.js";

/** @param {ValueIndex} valueIndex */
const placeOfValue = ({ layer, at }) => placeOf(layer, at);

/** @param {import("./host.js").LoupeView} host @returns {Command[]} */
export const viewCommands = (host) => [
  {
    name: "climb",
    words: "common.command.back",
    keys: ["Escape"],
    typing: true,
    precedence: INNERMOST.view,
    available: () => host.open !== null,
    perform: ({ store }) => climb(store),
  },
  { name: "close-view", words: "views.out", perform: ({ store }) => closeView(store) },
  {
    // A link, which the browser follows.
    name: "leave-for-chapter",
    words: "views.chapter",
    icon: "help",
    perform: ({ store }) => context().parts.find("learn")?.roomy || closeView(store),
  },
  {
    name: "choose-unit",
    words: "views.picker",
    /** Nothing where what was typed is no unit. */
    perform: ({ store, value }) =>
      value &&
      openView(store, { ...value, at: value.layer === store.state.view?.layer ? store.state.view?.at : undefined }),
  },
  {
    name: "open-input",
    words: "common.command.open-input",
    perform: ({ store, value: input }) => {
      const { view } = store.state;
      if (!view) return;
      const { layer, unit, trail } = view;
      openView(store, { layer, unit, at: host.at }, { name: "microscope", input, trail });
    },
  },
  {
    name: "follow",
    words: "views.follow_hint",
    perform: ({ store, value: { from, to } }) => follow(store, placeOfValue(from), placeOfValue(to)),
  },
  {
    name: "follow-forward",
    words: "views.forward",
    perform: ({ store, value: { from, to } }) => followForward(store, placeOfValue(from), placeOfValue(to)),
  },
  {
    name: "trail-to-pixel",
    words: "views.trail.to_pixel",
    perform: async ({ store, value: { scene, view, valueIndex, steps } }) => {
      const here = placeOfValue(valueIndex);
      const index = steps.findIndex((/** @type {import("../../state/initial.js").Place} */ step) =>
        samePlace(step, here),
      );
      const onward = (await wholeTrail(scene, valueIndex)).map(placeOfValue);
      openView(store, here, { name: view.name, input: view.input, trail: [...steps.slice(0, index), ...onward] });
    },
  },
  {
    name: "trail-from-top",
    words: "views.trail.from_top",
    perform: async ({ store, value: scene }) => {
      const trail = (await fromTop(scene)).map(placeOfValue);
      openView(store, trail[0], { trail });
    },
  },
  {
    name: "export-view",
    words: "views.export",
    icon: "share",
    perform: async () => (await import("../export/dialog.js")).openExport(),
  },
  ...PLAYBACK.map((name) => ({
    name: `playback-${name}`,
    words: `views.playback.${name}`,
    available: () => host.playback !== null,
    perform: (/** @type {{ value?: any }} */ { value }) => host.playback?.[name](value),
  })),
];

/** @type {readonly ["back", "play", "step", "end", "pace"]} */
const PLAYBACK = ["back", "play", "step", "end", "pace"];
