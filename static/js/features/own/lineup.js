// @ts-check
/**
 * The line-up: one picture whose class the person knows, prepared in the usual ways, and what the network says of each.
 * Prepared as the network learnt it, the picture is recognised; the person sees which way that is, and clicks it.
 *
 * @typedef {import("../../api/own.js").Way} Way
 */
import { Problem } from "../../api/client.js";
import { createOwn } from "../../api/own.js";
import { createTask, SUPERSEDED } from "../../core/timing.js";
import { centred, raster } from "../../model/strokes.js";
import { ownOf, strength } from "../../state/selectors.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { icon } from "../../elements/icons.js";
import { pictureOf } from "../../elements/grey-picture.js";
import { sentenceOf } from "./sentences.js";
import { session } from "./session.js";
import "../../elements/pad.js";

/** Classes that are shown of each way. */
const SHOWN = 3;

/**
 * A preparation in few words: `−1 … 1, BGR`.
 * @param {{ way?: string, colour?: string, invert?: boolean, scale?: number, mean?: number[], std?: number[] } | null}
 *   ready
 */
export function wayTitle(ready) {
  const { i18n } = context();
  if (!ready) return "";
  const way = ready.way ?? wayOf(ready);
  const words = [
    i18n.has(`own.ways.${way}`) ? i18n.t(`own.ways.${way}`) : way,
    ready.colour === "grey" ? "" : (ready.colour ?? "").toUpperCase(),
    ready.invert ? i18n.t("own.inverted") : "",
  ];
  return words.filter(Boolean).join(i18n.t("own.separator"));
}

/** The usual name of a preparation, by what it makes of black and of white; only the numbers are known of one.
 * @param {{ scale?: number, mean?: number[], std?: number[] }} ready */
function wayOf({ scale = 1, mean = [0], std = [1] }) {
  const becomes = (/** @type {number} */ value) => mean.map((one, channel) => (value * scale - one) / std[channel]);
  const [black, white] = [becomes(0), becomes(1)];
  const are = (/** @type {number} */ low, /** @type {number} */ high) =>
    black.every((value) => Math.abs(value - low) < 1e-3) && white.every((value) => Math.abs(value - high) < 1e-3);
  if (are(0, 1)) return "01";
  if (are(-1, 1)) return "11";
  if (are(0, 255)) return "0255";
  return Math.abs(black[0] - IMAGENET_BLACK[mean.length === 1 ? 1 : 0]) < 1e-2 ? "imagenet" : "other";
}

/** What ImageNet's mean and spread make of black: in the first of three channels, and in one grey channel (the mean of
 * the three means, over that of the spreads). */
const IMAGENET_BLACK = [-0.485 / 0.229, -(0.485 + 0.456 + 0.406) / (0.229 + 0.224 + 0.225)];

/** The class that is thought likeliest. @param {Way["scores"]} scores */
const topOf = (scores) => [...(scores ?? [])].sort((a, b) => strength(b) - strength(a))[0];

/** The catalogue's keys of the ways. @type {Record<string, string>} */
const KEYS = { "0..1": "01", "-1..1": "11", "0..255": "0255", imagenet: "imagenet" };

export function createLineup() {
  const { i18n, api, store } = context();
  const { t } = i18n;
  const task = createTask();
  const ways = h("div", { class: "lineup-ways", role: "group", "aria-label": t("own.lineup.ways"), hidden: true });
  const said = h("p", { class: "note", role: "status" });
  const preview = h("img", { class: "lineup-picture", alt: t("own.lineup.picture"), hidden: true });
  const model = session.state.brought?.description;
  const names = () =>
    session.state.brought?.description.classes.map((/** @type {any} */ one) => i18n.label(one.labels)) ?? [];
  const known = h("select", { class: "button", "aria-label": t("own.lineup.known"), onchange: () => show() });
  /** @type {Way[]} */
  let found = [];

  const fillNames = () => {
    const chosen = known.value;
    known.replaceChildren(
      h("option", { value: "" }, t("own.lineup.say")),
      ...names().map((/** @type {string} */ name, /** @type {number} */ index) => h("option", { value: index }, name)),
    );
    known.value = chosen;
  };

  const show = () => {
    const labels = names();
    const wanted = known.value === "" ? null : Number(known.value);
    const right = found.filter(({ scores }) => topOf(scores)?.class === wanted).length;
    if (found.length)
      said.textContent = t(right > 1 ? "own.lineup.several" : "own.lineup.which", { count: found.length, right });
    ways.hidden = !found.length;
    ways.replaceChildren(
      ...found.map((way) => {
        const ranked = [...(way.scores ?? [])].sort((a, b) => strength(b) - strength(a));
        const isRight = wanted !== null && ranked[0]?.class === wanted;
        return h(
          "button",
          {
            type: "button",
            class: "lineup-way",
            "data-way": `${way.way} ${way.colour}${way.invert ? " inverted" : ""}`,
            "data-right": isRight,
            ...does("own-answer", {
              choices: { way: way.way, colour: way.colour, invert: way.invert },
              about: "preparation",
            }),
          },
          h("strong", null, wayTitle({ ...way, way: KEYS[way.way] ?? way.way }), isRight ? icon("check") : null),
          way.scores ? null : h("span", { class: "note" }, t("own.lineup.overflow")),
          h("ol", { class: "score-bars" }, ranked.slice(0, SHOWN).map((score) => bar(labels[score.class], score, score.class === wanted))), // prettier-ignore
        );
      }),
    );
  };

  /** @param {Blob} picture */
  const run = async (picture) => {
    const id = session.state.brought?.id;
    if (!id) return;
    if (preview.src) URL.revokeObjectURL(preview.src);
    preview.src = URL.createObjectURL(picture);
    preview.hidden = false;
    try {
      const answered = await task((signal) => createOwn(api).lineup(id, picture, signal));
      if (answered === SUPERSEDED) return;
      found = answered.ways;
      fillNames();
      show();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      said.textContent = sentenceOf(error);
    }
  };

  const input = h("input", {
    type: "file",
    accept: "image/*",
    class: "sr",
    "aria-label": t("own.lineup.choose"),
    "data-action": "lineup-picture",
    onchange: () => input.files[0] && void run(input.files[0]),
  });
  let started = false;
  fillNames();
  const root = h(
    "div",
    { class: "lineup" },
    h(
      "div",
      { class: "row" },
      h("label", { class: "button" }, input, icon("plus"), h("span", null, t("own.lineup.choose"))),
      preview,
      known,
    ),
    said,
    model && isDrawn(model.input.shape) ? drawing(model.input.shape, run) : null,
    ways,
  );
  // A picture that is dropped, or chosen in the strip, joins the line-up.
  const stop = store.select(
    (state) => ownOf(state, state.picture)?.digest,
    () => {
      const own = ownOf(store.state, store.state.picture);
      if (started && !root.isConnected) return stop();
      if (own && !own.drawing) void run(own.blob);
      return undefined;
    },
  );
  const stopNames = session.select(
    ({ brought }) => brought,
    () => {
      if (started && !root.isConnected) return stopNames();
      fillNames();
      show();
      return undefined;
    },
  );
  started = true;
  return root;
}

/** @param {number[]} shape */
const isDrawn = ([channels, height, width]) => channels === 1 && Math.max(height, width) <= 40;

/** A digit can be drawn at once. @param {number[]} shape @param {(picture: Blob) => Promise<void>} run */
function drawing([, height, width], run) {
  const { t } = context().i18n;
  const pad = h("loupe-pad", { class: "pad pad-small" });
  pad.addEventListener("drawn", async (/** @type {CustomEvent} */ { detail }) => {
    if (!detail.resting || !pad.strokes.length) return;
    await run(await pictureOf(raster(centred(pad.strokes, width, height), width, height)));
  });
  return h("div", { class: "lineup-drawing" }, h("p", { class: "note" }, t("own.lineup.draw")), pad);
}

/** @param {string} name @param {import("../../api/own.js").Score} score @param {boolean} wanted */
function bar(name, { probability, logit }, wanted) {
  const { i18n } = context();
  return h(
    "li",
    { "data-wanted": wanted },
    h("span", { class: "score-name" }, name ?? ""),
    probability === null ? null : h("meter", { min: 0, max: 1, value: probability, "aria-hidden": "true" }),
    h("output", null, probability === null ? i18n.value(logit ?? NaN) : i18n.percent(probability)),
  );
}
