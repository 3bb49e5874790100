// @ts-check
/**
 * What can be done with pictures from the strip: the ways in, and the panels that open below it.
 *
 * @typedef {import("../../elements/commands.js").Command} Command
 * @typedef {import("../../state/initial.js").Panel} Panel
 */
import { togglePanel } from "../../state/actions.js";
import { isCovered, isDocked, uncover } from "../../elements/dock.js";

/** @param {string} name @param {Panel} panel @param {string} icon @returns {Command} */
const opens = (name, panel, icon) => ({
  name,
  words: `pictures.${panel}`,
  icon,
  checked: (state) => state.panel === panel && !isCovered(state),
  perform: ({ store }) => {
    const comes = isCovered(store.state) && store.state.panel === panel;
    if (isDocked(panel)) uncover(store);
    if (!comes) togglePanel(store, panel);
  },
});

/** @param {import("./strip.js").LoupeStrip} strip @returns {Command[]} */
export const pictureCommands = (strip) => [
  { name: "add-pictures", words: "pictures.add", icon: "plus", perform: ({ value: files }) => strip.add(files) },
  opens("picture-camera", "camera", "camera"),
  opens("picture-drawing", "drawing", "pen"),
  opens("picture-address", "address", "link"),
  { ...opens("open-crop", "crop", "crop"), available: ({ picture }) => picture?.source === "own" },
  opens("open-preparation", "preparation", "steps"),
  opens("open-transform", "transform", "sliders"),
];
