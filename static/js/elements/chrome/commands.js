// @ts-check
/**
 * What can be done on the page as a whole. Parts that are loaded later add rows of their own while they stand in the
 * page: presentation mode its steps, a tour its way on, an opened view the way out of it.
 *
 * @typedef {import("../../state/initial.js").State} State
 * @typedef {import("../../core/commands.js").Command<State>} Command
 */
import {
  chooseModel,
  dismissProblem,
  resetEdits,
  setScale,
  setTheme,
  startTour,
  toggleDetails,
  toggleLock,
  togglePanel,
  toggleUnit,
  toggleWords,
} from "../../state/actions.js";
import { isNormalised } from "../../model/model.js";
import { VOCABULARY } from "../../state/vocabulary.js";
import { context } from "../context.js";

const { scales: SCALES, themes: THEMES } = VOCABULARY;
const THEME_ICON = { auto: "theme", light: "sun", dark: "moon" };

/** What opens a dialog comes when it is first asked for. */
const DIALOGS = {
  help: () => import("./help.js"),
  share: () => import("./share.js"),
  tours: () => import("../../features/tour/chooser.js"),
};

/** What changes the network comes when it is first asked for. */
const changing = () => import("../../features/change/index.js");

/** @param {keyof typeof DIALOGS} name */
const openDialog = async (name) => (await DIALOGS[name]()).open();

/** The unit that is pointed at or has the focus, else the opened one, where it can be changed: probabilities cannot, as
 * they would no longer add up to 1.
 * @param {State} state */
function unitInFocus({ hover, view, selection, model }) {
  const place = hover ?? view ?? selection;
  const layer = place && model?.layer(place.layer);
  return layer && !isNormalised(layer) ? place : null;
}

/** @param {typeof SCALES[number]} scale @param {number} index @returns {Command} */
const scaleCommand = (scale, index) => ({
  name: `scale-${scale}`,
  words: `common.command.scale-${scale}`,
  help: "common.command.scale.help",
  keys: [String(index + 1)],
  place: "header",
  look: "choice",
  group: "common.command.scale",
  choice: scale,
  control: "scale",
  checked: (state) => state.scale === scale,
  undoable: ["scale"],
  perform: ({ store }) => setScale(store, scale),
});

/** One step back or forward, and what it was about, for whoever does not see it. @param {"undo" | "redo"} way */
function travel(way) {
  const { commands, i18n, parts } = context();
  const step = commands.history?.[way]();
  if (step)
    parts.find("header")?.announce(i18n.t(`common.command.${way}.done`, { what: i18n.t(`${step.words}.title`) }));
}

const ONE_YEAR = 31_536_000;

/**
 * A choice that is kept; the server reads language and theme before it writes the next page.
 * @param {"lang" | "theme" | "words"} name
 * @param {string} value
 */
export function remember(name, value) {
  document.cookie = `${name}=${value}; path=${context().root || "/"}; max-age=${ONE_YEAR}; samesite=lax`;
}

/** @type {Command[]} */
export const COMMANDS = [
  // What the browser, and the elements that have the focus, do by themselves: for the list of keys.
  { name: "move", words: "common.command.move", shown: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"] },
  { name: "ends", words: "common.command.ends", shown: ["Home", "End"] },
  { name: "open", words: "common.command.open", shown: ["Enter"] },
  { name: "back", words: "common.command.back", shown: ["Escape"] },
  { name: "choose-model", words: "common.model", perform: ({ store, value }) => chooseModel(store, value) },
  {
    name: "choose-language",
    words: "common.language",
    // A link: the page is written anew in the other language, in the same state; the choice is remembered.
    perform: ({ value: { language, link } }) => {
      remember("lang", language);
      const here = new URL(location.href);
      here.searchParams.set("lang", language);
      link.href = here.href;
    },
  },
  {
    name: "dismiss-problem",
    words: "common.dismiss",
    icon: "close",
    perform: ({ store, value }) => dismissProblem(store, value),
  },
  ...SCALES.map(scaleCommand),
  {
    name: "lock-scale",
    words: "common.command.lock-scale",
    icon: ({ lock }) => (lock ? "lock" : "unlock"),
    keys: ["l"],
    place: "header",
    look: "icon",
    control: "scale",
    checked: ({ lock }) => lock !== null,
    undoable: ["lock"],
    perform: ({ store }) => toggleLock(store),
  },
  {
    name: "details",
    words: "common.command.details",
    help: "common.command.details.help",
    keys: ["d"],
    place: "header",
    look: "check",
    control: "details",
    checked: ({ details }) => details,
    undoable: ["details"],
    perform: ({ store }) => toggleDetails(store),
  },
  {
    name: "words",
    words: "common.command.words",
    help: "common.command.words.help",
    keys: ["v"],
    place: "header",
    look: "check",
    control: "details",
    checked: ({ words }) => words === "exact",
    perform: ({ store }) => {
      toggleWords(store);
      remember("words", store.state.words);
    },
  },
  {
    name: "theme",
    words: ({ theme }) => `common.command.theme-${theme}`,
    icon: ({ theme }) => THEME_ICON[theme],
    place: "header",
    look: "icon",
    control: "theme",
    perform: ({ store }) => {
      const next = THEMES[(THEMES.indexOf(store.state.theme) + 1) % THEMES.length];
      setTheme(store, next);
      remember("theme", next);
    },
  },
  {
    name: "undo",
    words: "common.command.undo",
    help: "common.command.undo.hint",
    icon: "undo",
    keys: ["Ctrl+z"],
    place: "header",
    look: "icon",
    control: "menu",
    repeats: true,
    available: () => context().commands.history?.canUndo ?? false,
    perform: () => travel("undo"),
  },
  {
    name: "redo",
    words: "common.command.redo",
    help: "common.command.redo.hint",
    icon: "redo",
    keys: ["Ctrl+y", "Ctrl+Shift+z"],
    place: "header",
    look: "icon",
    control: "menu",
    repeats: true,
    available: () => context().commands.history?.canRedo ?? false,
    perform: () => travel("redo"),
  },
  {
    name: "tour",
    words: "common.command.tour",
    help: "common.command.tour.help",
    icon: "tour",
    keys: ["t"],
    place: "header",
    look: "icon",
    control: "menu",
    // Where the server has lessons, there is more than one tour to choose from. (One that is open has the key to
    // itself.)
    perform: ({ store, event }) => {
      if (event && store.state.tour) return;
      if (context().settings.lessons) void openDialog("tours");
      else startTour(store);
    },
  },
  { name: "start-tour", words: "common.tour.start", perform: ({ store, value }) => startTour(store, value) },
  { name: "go-to-learn", words: "common.help.learn", perform: () => context().parts.find("learn")?.reveal() },
  {
    name: "learn",
    words: "common.command.learn",
    help: "common.command.learn.help",
    keys: ["r"],
    checked: () => context().parts.find("learn")?.beside ?? false,
    perform: () => context().parts.find("learn")?.toggle(),
  },
  {
    name: "why",
    words: "common.command.why",
    keys: ["w"],
    checked: ({ why }) => why !== null,
    available: ({ run, model, view }) => !view && run !== null && run.model === model?.id && run.scores.length > 0,
    perform: async ({ store }) => (await import("../../state/why.js")).toggleWhy(store),
  },
  {
    name: "mute",
    words: "common.command.mute",
    keys: ["x"],
    available: (state) => state.run !== null && unitInFocus(state) !== null,
    undoable: ["edits"],
    perform: ({ store, value = unitInFocus(store.state) }) => value && toggleUnit(store, value),
  },
  {
    name: "solo",
    words: "common.command.solo",
    keys: ["s"],
    available: (state) => state.run !== null && unitInFocus(state) !== null,
    perform: async ({ store, value = unitInFocus(store.state) }) => (await changing()).solo(value),
  },
  {
    name: "change",
    words: "common.command.change",
    keys: ["e"],
    available: (state) => state.run !== null && unitInFocus(state) !== null,
    perform: async ({ store, value = unitInFocus(store.state) }) => (await changing()).openBench(value),
  },
  {
    name: "ablations",
    words: "common.command.ablations",
    keys: ["a"],
    available: ({ run, model }) =>
      run !== null && run.model === model?.id && run.scores.some(({ logit }) => logit !== null),
    perform: async () => (await changing()).openAblations(),
  },
  {
    name: "compare",
    words: "common.command.compare",
    keys: ["c"],
    checked: ({ pinned }) => pinned !== null,
    available: ({ run, model, pinned, mix, scenes }) =>
      pinned !== null || (mix === null && run !== null && run.model === model?.id && scenes.main?.picture !== null),
    perform: async ({ store }) => (await import("../../state/compare.js")).togglePinned(store),
  },
  {
    name: "reset-edits",
    words: "common.command.reset-edits",
    available: ({ edits }) => edits.length > 0,
    undoable: ["edits"],
    perform: ({ store }) => resetEdits(store),
  },
  {
    name: "present",
    words: "common.command.present",
    help: "common.command.present.help",
    icon: "screen",
    keys: ["p"],
    checked: ({ present }) => present !== null,
    perform: async ({ store }) => (await import("../../state/present.js")).togglePresenting(store),
  },
  {
    name: "own-model",
    words: "common.command.own-model",
    help: "common.command.own-model.title",
    icon: "plus",
    keys: ["o"],
    look: "icon",
    available: () => context().settings.own_models === true,
    perform: ({ store }) => togglePanel(store, "own"),
  },
  { name: "paste", words: "common.command.paste", shown: ["Ctrl+v"] },
  {
    name: "help",
    words: "common.command.help",
    help: "common.command.help.help",
    icon: "help",
    keys: ["?"],
    place: "header",
    look: "icon",
    control: "menu",
    perform: () => openDialog("help"),
  },
  {
    name: "share",
    words: "common.command.share",
    icon: "share",
    place: "header",
    look: "text",
    control: "menu",
    perform: () => openDialog("share"),
  },
];
