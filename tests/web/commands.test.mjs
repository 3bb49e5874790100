// Commands: what a key means, what can be undone, and that every command of the page has words.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { chordOf, createCommands, keyCaps, wordsOf } from "../../static/js/core/commands.js";
import { createHistory } from "../../static/js/core/history.js";
import { createStore } from "../../static/js/core/store.js";
import { COMMANDS } from "../../static/js/elements/chrome/commands.js";
import { SHARED_COMMANDS } from "../../static/js/elements/commands.js";
import { networkCommands } from "../../static/js/elements/network/commands.js";
import { EDIT } from "../../static/js/features/change/commands.js";
import { ownCommands } from "../../static/js/features/own/commands.js";
import { pictureCommands } from "../../static/js/features/pictures/commands.js";
import { viewCommands } from "../../static/js/features/views/commands.js";
import { formatEdits, parseEdits } from "../../static/js/model/edits.js";
import { sceneOf } from "../../static/js/model/scene.js";
import { derived, initialState } from "../../static/js/state/initial.js";
import { VOCABULARY } from "../../static/js/state/vocabulary.js";
import { tinyVgg } from "./support/models.mjs";

const key = (name, held = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  ...held,
});

test("a chord is the key with Control or Command; letters are small, signs are what they are", () => {
  assert.equal(chordOf(key("D", { shiftKey: true })), "d");
  assert.equal(chordOf(key("?", { shiftKey: true })), "?");
  assert.equal(chordOf(key("Z", { metaKey: true, shiftKey: true })), "Ctrl+Shift+z");
  assert.equal(chordOf(key("Escape")), "Escape");
  assert.equal(chordOf(key("p", { altKey: true })), "Alt+p");
  assert.equal(keyCaps("Ctrl+Shift+z"), "Ctrl Shift Z");
  assert.equal(keyCaps("Ctrl+z", true), "⌘ Z");
  assert.equal(keyCaps("ArrowLeft"), "←");
  assert.equal(keyCaps("+"), "+");
});

test("a key means the available command that lies furthest in", () => {
  const store = createStore({ open: false, inner: false });
  const commands = createCommands(store);
  const done = [];
  const row = (name, more) => ({ name, words: name, keys: ["Escape"], perform: () => done.push(name), ...more });
  commands.add([
    row("outer"),
    row("middle", { precedence: 1, available: ({ open }) => open }),
    row("inner", { precedence: 2, available: ({ inner }) => inner }),
  ]);
  const meant = () => commands.meant(key("Escape"), false)?.name;
  assert.equal(meant(), "outer");
  store.update({ open: true });
  assert.equal(meant(), "middle");
  store.update({ inner: true });
  assert.equal(meant(), "inner");
  assert.equal(commands.meant(key("Escape", { ctrlKey: true }), false), null);
});

test("text fields keep their letters, and a key that is held down switches once", () => {
  const commands = createCommands(createStore({}));
  const perform = () => {};
  commands.add([
    { name: "letter", words: "", keys: ["d"], perform },
    { name: "anywhere", words: "", keys: ["Escape"], typing: true, perform },
    { name: "step", words: "", keys: ["n"], repeats: true, perform },
    { name: "told", words: "", shown: ["Enter"], keys: ["Enter"] },
  ]);
  assert.equal(commands.meant(key("d"), false)?.name, "letter");
  assert.equal(commands.meant(key("d"), true), null);
  assert.equal(commands.meant(key("d", { repeat: true }), false), null);
  assert.equal(commands.meant(key("n", { repeat: true }), false)?.name, "step");
  assert.equal(commands.meant(key("Escape"), true)?.name, "anywhere");
  assert.equal(commands.meant(key("Enter"), false), null, "what an element hears by itself is left to it");
});

test("rows come and go, each name once, and whoever watches hears of it", () => {
  const commands = createCommands(createStore({}));
  let heard = 0;
  const deaf = commands.watch(() => heard++);
  const away = commands.add([{ name: "one", words: "" }]);
  assert.throws(() => commands.add([{ name: "one", words: "" }]), /one already/);
  away();
  assert.throws(() => commands.perform("one"), /no command one/);
  deaf();
  const one = [{ name: "one", words: "" }];
  const ends = [commands.add(one), commands.add(one)];
  assert.equal(heard, 2);
  ends[0]();
  assert.equal(commands.get("one"), one[0], "a part that stands in the page twice has its rows until both are gone");
  ends[1]();
  assert.deepEqual(commands.all(), []);
});

test("what cannot be done now is not done", () => {
  const store = createStore({ ready: false, count: 0 });
  const commands = createCommands(store);
  commands.keep(createHistory(store));
  commands.add([
    {
      name: "count",
      words: "",
      available: ({ ready }) => ready,
      undoable: ["count"],
      perform: ({ store: { state, update }, value }) => update({ count: state.count + value }),
    },
  ]);
  commands.perform("count", { value: 2 });
  assert.equal(store.state.count, 0);
  store.update({ ready: true });
  commands.perform("count", { value: 2 });
  assert.equal(store.state.count, 2);
  assert.equal(commands.history.undo()?.name, "count");
  assert.equal(store.state.count, 0);
});

test("undo goes back step by step and redo forward; a new step ends what could be done again", () => {
  let time = 0;
  const store = createStore({ a: 0, b: 0 });
  const history = createHistory(store, () => time);
  const set = (name, patch) => {
    time += 1000;
    history.record({ name, words: name }, Object.keys(patch), () => store.update(patch));
  };
  set("a", { a: 1 });
  set("b", { b: 1 });
  set("a", { a: 2 });
  assert.deepEqual([history.undo()?.name, store.state.a, store.state.b], ["a", 1, 1]);
  assert.deepEqual([history.undo()?.name, store.state.a, store.state.b], ["b", 1, 0]);
  assert.deepEqual([history.redo()?.name, store.state.a, store.state.b], ["b", 1, 1]);
  set("b", { b: 5 });
  assert.equal(history.canRedo, false);
  assert.deepEqual([history.undo()?.name, history.undo()?.name, history.undo()?.name], ["b", "b", "a"]);
  assert.deepEqual([store.state.a, store.state.b, history.canUndo], [0, 0, false]);
  assert.equal(history.undo(), null);
});

test("a slider that is dragged is one step, two drags are two", () => {
  let time = 0;
  const store = createStore({ angle: 0 });
  const history = createHistory(store, () => time);
  const drag = (values) => {
    for (const angle of values) {
      time += 16;
      history.record({ name: "turn", words: "", gesture: true }, ["angle"], () => store.update({ angle }));
    }
  };
  drag([1, 2, 3]);
  time += 5000;
  drag([4, 5]);
  history.undo();
  assert.equal(store.state.angle, 3);
  history.undo();
  assert.equal(store.state.angle, 0);
  history.redo();
  history.redo();
  assert.equal(store.state.angle, 5);
});

test("while a pointer is held down a drag is one step, however slowly it is drawn; a press of its own is another", () => {
  let time = 0;
  const store = createStore({ angle: 0 });
  const history = createHistory(store, () => time);
  const turn = (angle) => {
    time += 2000;
    history.record({ name: "turn", words: "", gesture: true }, ["angle"], () => store.update({ angle }));
  };
  history.press(true);
  turn(1);
  turn(2);
  history.press(false);
  history.press(true);
  turn(3);
  turn(4);
  history.press(false);
  turn(5);
  turn(6);
  const back = [5, 4, 2, 0].map(() => (history.undo(), store.state.angle));
  assert.deepEqual(back, [5, 4, 2, 0]);
});

test("a key that is pressed again at once is a step of its own; what is dragged on one thing is one, on another two", () => {
  const store = createStore(
    {
      ...initialState(),
      scenes: { main: { ...sceneOf(tinyVgg()), run: { scores: [] } }, original: null },
    },
    derived,
  );
  const commands = createCommands(store);
  commands.keep(createHistory(store, () => 0));
  commands.add([EDIT, ...COMMANDS.filter(({ name }) => name === "mute")]);
  const press = (unit) => {
    store.update({ hover: { layer: "relu_1_1", unit } });
    commands.perform(commands.meant(key("x"), false).name);
  };
  const back = () => {
    commands.history.undo();
    return formatEdits(store.state.edits);
  };
  press(3);
  press(4);
  press(4);
  assert.equal(formatEdits(store.state.edits), "relu_1_1[3]=0");
  assert.deepEqual([back(), back(), back()], ["relu_1_1[3]=0;relu_1_1[4]=0", "relu_1_1[3]=0", ""]);
  const drag = (text, about) => commands.perform("edit", { value: parseEdits(text), about });
  drag("relu_1_1[3]*2", "gain 3");
  drag("relu_1_1[3]*3", "gain 3");
  drag("relu_1_1[3]*3;relu_1_1[4]*2", "gain 4");
  assert.deepEqual([back(), back()], ["relu_1_1[3]*3", ""]);
});

test("what was changed since by other ways is not overwritten", () => {
  const store = createStore({ transform: null, details: true });
  const history = createHistory(store);
  history.record({ name: "details", words: "" }, ["details"], () => store.update({ details: false }));
  history.record({ name: "transform", words: "" }, ["transform"], () => store.update({ transform: { flip: 1 } }));
  store.update({ transform: null }); // another picture was chosen
  assert.equal(history.undo()?.name, "details", "the step that no longer fits is left out");
  assert.deepEqual([store.state.transform, store.state.details], [null, true]);
  assert.equal(history.canUndo, false);
  history.record({ name: "details", words: "" }, ["details"], () => {});
  assert.equal(history.canUndo, false, "what changed nothing is no step");
});

const rows = () => {
  const areas = (language) =>
    readdirSync(new URL(`../../static/i18n/${language}/`, import.meta.url)).map((name) =>
      JSON.parse(readFileSync(new URL(`../../static/i18n/${language}/${name}`, import.meta.url), "utf8")),
    );
  return Object.fromEntries(["en", "zh-Hans"].map((language) => [language, Object.assign({}, ...areas(language))]));
};
const said = (words, path) => path.split(".").reduce((node, part) => node?.[part], words);

/** Rows of the page, and those that its parts add. */
const ALL = [
  ...COMMANDS,
  ...SHARED_COMMANDS,
  EDIT,
  ...[networkCommands, pictureCommands, viewCommands, ownCommands].flatMap((commandsOf) => commandsOf({})),
];

test("every command has words in both languages, and its place in presentation mode", () => {
  const catalogues = rows();
  const controls = Object.values(VOCABULARY.presented).flat();
  for (const command of ALL) {
    for (const state of VOCABULARY.themes.map((theme) => ({ ...initialState(), theme })))
      for (const words of Object.values(catalogues)) {
        const key = wordsOf(command.words, state);
        assert.equal(typeof (said(words, `${key}.title`) ?? said(words, key)), "string", command.name);
        if (command.undoable) assert.equal(typeof said(words, `${key}.title`), "string", `${command.name}, undone`);
        if (command.help) assert.equal(typeof said(words, command.help), "string", command.name);
        if (command.group) assert.equal(typeof said(words, `${command.group}.title`), "string", command.name);
      }
    if (command.place) assert.ok(controls.includes(command.control), `${command.name} can be hidden from a class`);
    assert.ok(command.perform || command.shown, `${command.name} does something, or says who does`);
  }
});

test("no two commands have the same name, and no two of the page the same key", () => {
  const names = ALL.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  const keys = COMMANDS.flatMap((command) => command.keys ?? []);
  assert.deepEqual(
    keys.filter((chord, index) => keys.indexOf(chord) !== index),
    [],
  );
});

test("only elements/keys.js hears keys for the whole page, and no element looks for another by its tag", () => {
  const root = new URL("../../static/js/", import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const sources = files.map((name) => [name, readFileSync(new URL(name, root), "utf8")]);
  const hearing =
    /(?:document|window|globalThis)\s*(?:\.addEventListener\(|,)\s*["']key(?:down|up)["']|^\s*addEventListener\(\s*["']key/m;
  assert.deepEqual(
    sources.filter(([, text]) => hearing.test(text)).map(([name]) => name),
    ["elements/keys.js"],
  );
  // What starts a page finds the places that the server wrote into it.
  const starts = /^(?:main|deferred|features\/embed\/(?:view|network|widget|builder))\.js$/;
  assert.deepEqual(
    sources
      .filter(([name, text]) => !starts.test(name) && /querySelector(?:All)?\(\s*["'`]loupe-/.test(text))
      .map(([name]) => name),
    [],
  );
});
