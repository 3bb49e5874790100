// @ts-check
/**
 * What a file does not say of its network: the names of its classes, how its pictures are prepared, how they fill its
 * input, which of several outputs is meant. Only that is asked; what was answered is a line that can be opened again.
 *
 * @typedef {import("../../api/own.js").Question} Question
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("../../api/own-store.js").Choices} Choices
 */
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { createLineup, wayTitle } from "./lineup.js";
import { session } from "./session.js";

/** In this order they are asked. @type {Record<string, (question: Question) => (Node | null)[]>} */
const FORMS = { classes, preparation, fit, output, architecture };

export function createQuestions() {
  const { t } = context().i18n;
  const root = h("section", { class: "own-questions", "data-part": "questions", "aria-label": t("own.questions") });
  /**
   * What stands there now, by what it is about: a form that somebody is filling in stays.
   * @type {Map<string, { key: string, node: HTMLElement }>}
   */
  const shown = new Map();
  return {
    root,
    /** @param {Session} state */
    show(state) {
      const { brought, stage, asked, settled } = state;
      root.hidden = !brought || stage === "refused" || !Object.keys(asked).length;
      if (!brought || root.hidden) return;
      for (const about of Object.keys(FORMS)) {
        const question = asked[about];
        const known = shown.get(about);
        if (!question) {
          known?.node.remove();
          shown.delete(about);
          continue;
        }
        const done = settled.includes(about) || !brought.questions.some((one) => one.about === about);
        const open = !settled.includes(about) && !(done && about in state.choices);
        const key = JSON.stringify([brought.content, open, open ? null : said(about, state)]);
        if (known?.key === key) continue;
        const node = open ? form(about, question) : line(about, state);
        if (known) known.node.replaceWith(node);
        else root.append(node);
        shown.set(about, { key, node });
      }
    },
  };
}

/** @param {string} about @param {Question} question */
function form(about, question) {
  const { t } = context().i18n;
  return h(
    "section",
    { class: "own-question", "data-question": about, "aria-labelledby": `own-question-${about}` },
    h("h3", { id: `own-question-${about}` }, titleOf(about)),
    h("p", { class: "note" }, t(`own.ask.${about}.hint`, { count: question.count ?? 0 })),
    FORMS[about](question),
  );
}

/** What was said, and a way to say otherwise. @param {string} about @param {Session} state */
function line(about, state) {
  const { t } = context().i18n;
  const change = h(
    "button",
    {
      type: "button",
      class: "button",
      "data-action": "own-change",
      "aria-label": `${t("own.change")}: ${titleOf(about)}`,
      ...does("own-change", about),
    },
    t("own.change"),
  );
  return h(
    "section",
    { class: "own-question own-answered", "data-question": about },
    h("p", null, h("strong", null, titleOf(about)), " ", said(about, state)),
    change,
  );
}

/** @param {string} about @param {Session} state @returns {string} */
function said(about, { brought }) {
  const { t } = context().i18n;
  if (!brought) return "";
  const { classes, preparation: ready, output: chosen } = brought.report;
  if (about === "classes") return listed(classes);
  if (about === "preparation") return wayTitle(ready);
  if (about === "fit") return t(`own.fits.${ready?.fit ?? "cover"}`);
  return String(brought.report.output ?? chosen ?? "");
}

/** @param {string} about */
function titleOf(about) {
  const { i18n } = context();
  return i18n.t(`own.ask.${about}.title`, { count: session.state.brought?.report.classes.length ?? 0 });
}

const MOST_NAMES = 6;

/** @param {readonly string[]} names */
const listed = (names) => {
  const { t } = context().i18n;
  const first = names.slice(0, MOST_NAMES).join(t("own.separator"));
  return names.length > MOST_NAMES ? t("own.and_more", { names: first, count: names.length }) : first;
};

/**
 * A choice of few, each a button that says it.
 * @param {string} about
 * @param {{ name: string, text: string, more?: string, choices: Choices }[]} options
 */
const buttons = (about, options) =>
  h(
    "div",
    { class: "own-choices" },
    options.map(({ name, text, more, choices }) =>
      h(
        "button",
        {
          type: "button",
          class: "button own-choice",
          "data-choice": name,
          ...does("own-answer", { choices, about }),
        },
        h("strong", null, text),
        more ? h("span", { class: "note" }, more) : null,
      ),
    ),
  );

/** @param {Question} question */
function classes({ count, suggestions = [] }) {
  const { t, has } = context().i18n;
  const field = h("textarea", {
    class: "field own-lines",
    rows: 4,
    spellcheck: "false",
    placeholder: t("own.ask.classes.example"),
    "aria-label": t("own.ask.classes.lines", { count }),
    "aria-describedby": "own-lines-count",
  });
  const counted = h("p", { class: "note", id: "own-lines-count", role: "status" });
  const answered = () => (names().length === count ? { choices: { classes: names() }, about: "classes" } : null);
  const use = h(
    "button",
    { type: "button", class: "button", "data-action": "own-lines", ...does("own-answer", () => answered()) },
    t("own.use"),
  );
  const names = () =>
    field.value
      .split("\n")
      .map((/** @type {string} */ text) => text.trim().replace(/^\d+[\s:,]+(?=\S)/, ""))
      .filter(Boolean);
  const show = () => {
    const found = names().length;
    counted.textContent = found ? t("own.ask.classes.counted", { found, count }) : "";
    use.setAttribute("aria-disabled", String(found !== count));
  };
  field.addEventListener("input", show);
  show();
  return [
    suggestions.length
      ? buttons(
          "classes",
          suggestions.map((/** @type {{ id: string, names: string[] }} */ { id, names: known }) => ({
            name: id,
            text: has(`own.sets.${id}`) ? t(`own.sets.${id}`) : id,
            more: listed(known),
            choices: { classes: known },
          })),
        )
      : null,
    h(
      "details",
      { class: "own-own-names", open: !suggestions.length },
      h("summary", null, t("own.ask.classes.lines", { count })),
      h("div", { class: "own-names" }, field, h("div", { class: "row" }, use, counted)),
    ),
    h("div", { class: "row" }, leave("classes")),
  ];
}

/** @param {Question} _question */
function preparation(_question) {
  return [createLineup(), h("div", { class: "row" }, leave("preparation"))];
}

/** @param {Question} question */
function fit({ fits = ["cover", "contain", "stretch"] }) {
  const { t } = context().i18n;
  return [
    buttons(
      "fit",
      fits.map((/** @type {string} */ name) => ({
        name,
        text: t(`own.fits.${name}`),
        more: t(`own.fits.${name}_more`),
        choices: { fit: name },
      })),
    ),
  ];
}

/** @param {Question} question */
function output({ outputs = [] }) {
  return [
    buttons(
      "output",
      outputs.map((/** @type {string} */ name) => ({ name, text: name, choices: { output: name } })),
    ),
  ];
}

/** @param {Question} question */
function architecture({ architectures = [] }) {
  return [
    buttons(
      "architecture",
      architectures.map((/** @type {string} */ name) => ({ name, text: name, choices: { architecture: name } })),
    ),
  ];
}

/** Leave it as it is. @param {string} about */
function leave(about) {
  const { t } = context().i18n;
  return h(
    "button",
    { type: "button", class: "button", "data-action": "own-as-it-is", ...does("own-as-it-is", about) },
    t(`own.ask.${about}.leave`, { now: session.state.brought ? said(about, session.state) : "" }),
  );
}
