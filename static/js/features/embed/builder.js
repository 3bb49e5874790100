// @ts-check
/**
 * The page that makes the snippet of an embed and shows it at work. What is chosen stands in this page's
 * own address, so that it can be sent on, and so that the share dialog can lead here with what is seen.
 */
import { createApi } from "../../api/client.js";
import { createTranslator } from "../../core/i18n.js";
import { copyText } from "../../elements/copy.js";
import { h, titled } from "../../elements/dom.js";
import { createModel } from "../../model/kinds.js";
import { INPUT, unitCount } from "../../model/model.js";
import { viewFor } from "../../state/actions.js";
import { formatView, parseView } from "../../state/place.js";
import { VOCABULARY } from "../../state/vocabulary.js";
import { allows, originOf } from "./builder/origins.js";
import { embedAddress, snippet } from "./builder/snippet.js";

/** @typedef {import("./builder/snippet.js").Choice["what"]} What */

/** @type {any} */
const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
const i18n = createTranslator(boot.language, boot.catalogue);
const t = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ params = {}) =>
  i18n.t(`embed.builder.${key}`, params);
const api = createApi({ base: boot.api, fetch: fetch.bind(globalThis) });
const base = location.origin + boot.root;
const asked = new URLSearchParams(location.search);

/** Heights that suit most frames. @type {Record<What, number>} */
const HEIGHTS = { network: 640, view: 900, widget: 700 };
const TEXTS = [75, 100, 125, 150, 200];
const LONGEST_WAIT = 250; // milliseconds between a change and the new preview

/**
 * A list; the option whose value is "" stands for the default, which the snippet leaves out.
 * @param {string} name
 * @param {string} label
 * @param {[string, string][]} options value, words
 * @param {string | null} [asked]
 * @param {string} [usual] what "" stands for
 */
function choose(name, label, options, asked = "", usual = "") {
  const value = asked === usual ? "" : (asked ?? "");
  const select = h(
    "select",
    { class: "button", name },
    options.map(([key, words]) => h("option", { value: key, selected: key === value }, words)),
  );
  return { row: h("label", { class: "builder-row", "data-row": name }, h("span", null, label), select), select };
}

/** @param {string} name @param {string} label @param {Record<string, any>} attributes */
function field(name, label, attributes) {
  const input = h("input", { class: "field", name, ...attributes });
  return { row: h("label", { class: "builder-row", "data-row": name }, h("span", null, label), input), input };
}

/** @param {string} name @param {string} label @param {boolean} checked */
function tick(name, label, checked) {
  const input = h("input", { type: "checkbox", name, checked });
  return { row: h("label", { class: "builder-tick" }, input, h("span", null, label)), input };
}

/** @param {string} title @param {...Node} rows */
const group = (title, ...rows) => titled({ class: "builder-group" }, title, ...rows);

/** @type {What[]} */
const WHATS = ["network", "view", "widget"];
const first = /** @type {What} */ (
  WHATS.includes(/** @type {any} */ (asked.get("what"))) ? asked.get("what") : asked.has("view") ? "view" : "network"
);
const whats = WHATS.map((what) => h("input", { type: "radio", name: "what", value: what, checked: what === first }));
const widget = choose(
  "widget",
  t("widget"),
  boot.playgrounds.map((/** @type {any} */ one) => [one.name, t("widget_option", one)]),
  asked.get("widget") ?? "convolution",
);
const model = choose(
  "model",
  t("model"),
  boot.models.map((/** @type {any} */ one) => [one.id, i18n.label(one.title)]),
  asked.get("model") ?? "",
);
const sample = choose("sample", t("sample"), []);
const layer = choose("layer", t("layer"), []);
const unit = field("unit", t("unit"), { type: "number", min: 0, value: 0 });
const kept = h("p", { class: "note", hidden: true });
const language = choose(
  "lang",
  t("language"),
  [["", t("language_auto")], ...Object.entries(boot.languages)],
  asked.get("language") ?? "",
);
const theme = choose(
  "theme",
  t("theme"),
  VOCABULARY.themes.map((name) => [name === "auto" ? "" : name, t(`themes.${name}`)]),
  asked.get("theme"),
  "auto",
);
const text = choose(
  "text",
  t("text"),
  TEXTS.map((size) => [size === 100 ? "" : String(size), `${size} %`]),
  asked.get("text"),
  "100",
);
const scale = choose(
  "scale",
  t("scale"),
  VOCABULARY.scales.map((name) => [name === "layer" ? "" : name, t(`scales.${name}`)]),
  asked.get("scale"),
  "layer",
);
const details = tick("details", t("details"), asked.get("details") !== "0");
const width = field("width", t("width"), {
  type: "number",
  min: boot.side[0],
  max: boot.side[1],
  placeholder: "100 %",
  title: t("width_hint"),
  value: asked.get("width") ?? "",
});
const height = field("height", t("height"), {
  type: "number",
  min: boot.side[0],
  max: boot.side[1],
  value: asked.get("height") ?? HEIGHTS[first],
});
const fit = tick("fit", t("fit"), asked.get("fit") === "1");
const controls = group(t("controls"));
const lines = h("textarea", {
  class: "builder-lines mono",
  readonly: true,
  rows: 6,
  "aria-label": t("snippet"),
  onfocus: () => lines.select(),
});
const said = h("p", { class: "note", role: "status" });
const copy = h(
  "button",
  {
    type: "button",
    class: "button strong",
    "data-action": "copy-snippet",
    onclick: async () => {
      const done = await copyText(lines.value);
      said.textContent = t(done ? "copied" : "copy_yourself");
      if (!done) lines.select();
    },
  },
  t("copy"),
);
const stage = h("div", { class: "builder-preview" });
const alone = h("a", { class: "button", target: "_blank", rel: "noopener" }, t("open"));
const site = field("site", t("site"), {
  type: "url",
  inputmode: "url",
  placeholder: "https://moodle.example.org",
  autocomplete: "url",
});
const siteSaid = h("p", { class: "note", role: "status", "data-site": "" });

/** @type {import("../../model/model.js").Model | null} */
let described = null;
/** The view of the link that led here, as long as its place is kept. */
let view = parseView(asked.get("view") ?? "");
/** @type {string[] | null} */
let wanted = asked.has("controls") ? (asked.get("controls") ?? "").split(",") : null;

const what = () => /** @type {What} */ (whats.find(({ checked }) => checked)?.value ?? "network");

/** The view's address: what the link brought, or what suits the chosen layer. */
function viewText() {
  if (!described) return view ? formatView(view) : "";
  const chosen = { layer: layer.select.value, unit: Number(unit.input.value) || 0 };
  if (view && view.layer === chosen.layer && view.unit === chosen.unit) return formatView(view);
  return formatView({ name: viewFor(described, chosen.layer), ...chosen });
}

/** @returns {string[]} */
const chosenControls = () =>
  [...controls.querySelectorAll("input")].filter(({ checked }) => checked).map(({ value }) => value);

/** @returns {import("./builder/snippet.js").Choice} */
function choice() {
  const now = what();
  const shown = chosenControls();
  const usual = boot.usual[now].join() === shown.join();
  const isDefault = boot.models.find((/** @type {any} */ one) => one.id === model.select.value)?.default;
  const title =
    now === "widget"
      ? (widget.select.selectedOptions[0]?.textContent ?? "")
      : i18n.t(`embed.title.${now}`, { model: model.select.selectedOptions[0]?.textContent ?? "" });
  return {
    what: now,
    widget: widget.select.value,
    parameters: {
      ...(now === "view" ? { view: viewText() } : {}),
      model: isDefault ? "" : model.select.value,
      sample: sample.select.value,
      ...(now === "widget" ? {} : { scale: scale.select.value }),
      ...(now === "network" ? { details: details.input.checked ? "" : "0" } : {}),
      lang: language.select.value,
      theme: theme.select.value,
      text: text.select.value,
      controls: usual ? "" : shown.join() || "none",
    },
    width: Number(width.input.value) || null,
    height: Number(height.input.value) || HEIGHTS[now],
    fit: fit.input.checked,
    title: `CNN Loupe: ${title}`,
  };
}

let shownAddress = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** Write the lines anew, and show them at work once the person rests. */
function refresh() {
  const made = choice();
  for (const [name, only] of Object.entries({
    widget: ["widget"],
    layer: ["view"],
    unit: ["view"],
    scale: ["network", "view"],
    details: ["network"],
  })) {
    const row = name === "details" ? details.row : form.querySelector(`[data-row="${name}"]`);
    if (row) row.hidden = !only.includes(made.what);
  }
  const place = viewText();
  kept.hidden = made.what !== "view" || !view || place !== formatView(view) || !/,|!|~/.test(place);
  kept.textContent = t("view_kept", { view: place });
  lines.value = snippet(base, made);
  said.textContent = "";
  alone.href = embedAddress(base, made);
  history.replaceState(null, "", `?${ownQuery(made)}`);
  clearTimeout(waiting);
  waiting = setTimeout(() => preview(made), LONGEST_WAIT);
}

/**
 * This page's own address: `lang` is the language that it speaks itself.
 * @param {import("./builder/snippet.js").Choice} made
 */
function ownQuery({
  what: now,
  widget: playground = "",
  parameters: { lang, ...parameters },
  width: wide,
  height: high,
  fit: follows,
}) {
  const all = {
    what: now,
    widget: now === "widget" ? playground : "",
    ...parameters,
    language: lang,
    width: String(wide ?? ""),
    height: String(high),
    fit: follows ? "1" : "",
    lang: asked.get("lang") ?? "",
  };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ""));
}

/** @param {import("./builder/snippet.js").Choice} made */
function preview(made) {
  const address = embedAddress(base, made);
  let frame = stage.querySelector("iframe");
  if (!frame || address !== shownAddress) {
    shownAddress = address;
    frame = h("iframe", { src: address, title: t("preview"), allow: "clipboard-write" });
    stage.replaceChildren(/** @type {HTMLElement} */ (frame));
  }
  frame?.setAttribute("width", String(made.width ?? "100%"));
  if (!made.fit) frame?.setAttribute("height", String(made.height));
}

// The same as the snippet's own lines do in the foreign page.
addEventListener("message", ({ data, origin, source }) => {
  const frame = stage.querySelector("iframe");
  if (
    fit.input.checked &&
    origin === location.origin &&
    data?.type === "cnn-loupe:size" &&
    frame?.contentWindow === source
  )
    frame.height = data.height;
});

function showControls() {
  const now = what();
  const names = /** @type {string[]} */ (boot.controls[now]);
  const checked = wanted ?? boot.usual[now];
  const rows = names.map((name) => {
    const { row, input } = tick("controls", t(`control.${name}`), checked.includes(name));
    input.value = name;
    return row;
  });
  controls.replaceChildren(/** @type {Element} */ (controls.firstElementChild), ...rows);
}

/** The chosen model's pictures and layers. */
async function loadModel() {
  const id = model.select.value;
  const { samples } = /** @type {any} */ (await api.samples(id));
  const loaded = createModel(await api.model(id));
  if (model.select.value !== id) return;
  described = loaded;
  sample.select.replaceChildren(
    h("option", { value: "" }, t("sample_default")),
    ...samples.map((/** @type {any} */ one) =>
      h("option", { value: one.id, selected: one.id === asked.get("sample") }, i18n.label(one.title)),
    ),
  );
  const names = [INPUT, ...loaded.layers.map(({ name }) => name)];
  const start =
    view && names.includes(view.layer)
      ? view.layer
      : (loaded.layers.find(({ record }) => record.connects === "all") ?? loaded.layers[0]).name;
  layer.select.replaceChildren(
    ...names.map((name) => h("option", { value: name, selected: name === start }, name === INPUT ? t("input") : name)),
  );
  unit.input.value = String(view?.layer === start ? view.unit : 0);
  limitUnit();
  refresh();
}

function limitUnit() {
  const shape =
    layer.select.value === INPUT ? described?.input.shape : described?.layer(layer.select.value)?.output_shape;
  const last = unitCount(shape ?? [1]) - 1;
  unit.input.max = String(last);
  if (Number(unit.input.value) > last) unit.input.value = String(last);
}

function checkSite() {
  const typed = site.input.value;
  const origin = originOf(typed);
  const key = !origin
    ? "site_malformed"
    : !allows(boot.ancestors, origin, location.origin)
      ? "site_refused"
      : origin.startsWith("https:") &&
          location.protocol !== "https:" &&
          !/^(?:localhost|127\.|\[::1\])/.test(location.hostname)
        ? "site_insecure"
        : "site_allowed";
  siteSaid.textContent = typed.trim() ? t(key, { origin: origin ?? "" }) : "";
  siteSaid.dataset.site = typed.trim() ? key : "";
}

const form = h(
  "form",
  { class: "builder-form", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
  titled(
    { class: "builder-group builder-what", role: "radiogroup" },
    t("what"),
    h(
      "div",
      { class: "segments" },
      WHATS.map((name, index) => h("label", null, whats[index], h("span", null, t(`whats.${name}`)))),
    ),
  ),
  h("div", { class: "builder-group" }, widget.row, model.row, sample.row, layer.row, unit.row, kept),
  group(t("look"), language.row, theme.row, text.row, scale.row, details.row),
  group(t("size"), width.row, height.row, fit.row),
  controls,
);

form.addEventListener("input", (/** @type {Event} */ event) => {
  const { name } = /** @type {HTMLInputElement} */ (event.target);
  if (name === "what") {
    wanted = null;
    height.input.value = String(HEIGHTS[what()]);
    showControls();
  }
  if (name === "controls") wanted = chosenControls();
  if (name === "model") {
    view = null;
    void loadModel();
    return;
  }
  if (name === "layer") limitUnit();
  refresh();
});
site.input.addEventListener("input", checkSite);

const host = /** @type {HTMLElement} */ (document.querySelector("[data-builder]"));
host.replaceChildren(
  form,
  h(
    "div",
    { class: "builder-result" },
    h("h2", null, t("snippet")),
    lines,
    h("div", { class: "row" }, copy, alone, said),
    h("h2", null, t("preview")),
    stage,
  ),
);
document.querySelector("[data-site-check]")?.replaceChildren(site.row, siteSaid);
showControls();
refresh();
await loadModel();
