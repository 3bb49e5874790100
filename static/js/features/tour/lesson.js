// @ts-check
/**
 * A teacher's lesson as a tour: each step leads to the state of the page that it speaks of, and is done once
 * its question is answered.
 *
 * @typedef {import("../../state/initial.js").State} State
 * @typedef {import("../../api/client.js").Lesson} Lesson
 * @typedef {import("../../api/client.js").LessonStep} LessonStep
 * @typedef {import("../../api/client.js").LessonQuestion} LessonQuestion
 * @typedef {import("./network.js").Text} Text
 */
import { readAddress } from "../../core/url-state.js";
import { FIELDS } from "../../state/address.js";
import { parsePlace, samePlace } from "../../state/place.js";
import { exists, viewFor } from "../../state/view.js";
import { judge } from "./judge.js";
import { quoted } from "./steps.js";

/** Up to this many classes are choices to press; of more, the name is typed. */
const MOST_CHOICES = 12;
/** What a step begins with where its link does not say otherwise. */
const BARE = { view: null, selection: null, panel: null, transform: null };

/**
 * @param {Lesson} lesson
 * @param {import("../../core/i18n.js").Translator} i18n
 * @returns {import("./network.js").Tour}
 */
export function lessonTour(lesson, i18n) {
  const { t } = i18n;

  /**
   * In the page's language, or in the first that the lesson has.
   * @param {Record<string, string>} texts
   * @returns {Text}
   */
  const inWords = (texts) => {
    const language = i18n.language in texts ? i18n.language : (lesson.languages.find((one) => one in texts) ?? "");
    return { text: texts[language] ?? "", ...(language && language !== i18n.language ? { language } : {}) };
  };
  const stepOf = (/** @type {{ id: string }} */ { id }) => lesson.steps[Number(id) - 1];

  return {
    id: lesson.id,
    title: () => inWords(lesson.title),
    steps: lesson.steps.map((step, index) => asStep(step, index)),
    name: (step) => inWords(stepOf(step).title),
    words: (step) => ({ text: inWords(stepOf(step).text), todo: null }),
    question(step, scene) {
      const { question } = stepOf(step);
      if (!question) return null;
      const { picture, transform } = scene.state;
      const same =
        scene.model.id === question.model &&
        (question.sample === null || (picture?.id === question.sample && !transform));
      const sample = scene.state.samples.find(({ id }) => id === question.sample);
      const about =
        question.sample === null
          ? t("tour.lesson.about_model", { model: question.model })
          : t("tour.lesson.about", {
              model: question.model,
              picture: sample ? i18n.label(sample.title) : question.sample,
            });
      return {
        key: `${step.id} ${same}`,
        ask: inWords(question.ask),
        ...(same ? {} : { about }),
        ...answers(question, scene.model, i18n),
      };
    },
    answered(step, scene) {
      const place = placeAsked(stepOf(step).question, scene);
      return place && { panel: null, view: { name: viewFor(scene.model, place.layer), ...place } };
    },
  };
}

/** @param {LessonStep} step @param {number} index @returns {import("./steps.js").Step} */
function asStep(step, index) {
  const wanted = { ...BARE, ...readAddress(FIELDS, step.link).patch };
  return {
    id: String(index + 1),
    applies: () => true,
    prepare: ({ state }) => (isAt(state, wanted, true) ? null : wanted),
    target: ({ state }) => (isAt(state, wanted, false) ? targetOf(wanted) : ""),
    keep: wanted.view ? "loupe-view .view-stage" : "loupe-inspector",
    asks: step.question !== null,
  };
}

/**
 * Whether the page shows what a link leads to; `exactly` down to the position in a map.
 * @param {State} state
 * @param {Partial<State>} wanted
 * @param {boolean} exactly
 */
function isAt(state, wanted, exactly) {
  const same = (/** @type {keyof State} */ key) =>
    JSON.stringify(state[key] ?? null) === JSON.stringify(wanted[key] ?? null);
  if (state.modelId !== wanted.modelId || (wanted.picture && !same("picture")) || !same("panel") || !same("transform"))
    return false;
  if (["scale", "details", "order", "present"].some((key) => key in wanted && !same(/** @type {keyof State} */ (key))))
    return !exactly;
  const [view, place] = [wanted.view, wanted.selection];
  if (!view)
    return (
      state.view === null && (!exactly || !place || (state.selection !== null && samePlace(state.selection, place)))
    );
  if (state.view?.name !== view.name || state.view.layer !== view.layer || state.view.unit !== view.unit) return false;
  return (
    !exactly ||
    (samePlace(state.view, { ...view, at: view.at ?? state.view.at }) &&
      state.view.input === (view.input ?? state.view.input) &&
      (!view.trail?.length || same("view")))
  );
}

/** What a step's words stand beside. @param {Partial<State>} wanted */
function targetOf({ view, selection }) {
  if (view)
    return view.at || view.trail?.length ? "loupe-view .explained:has([data-explained])" : "loupe-view .view-title";
  // A unit that a long column does not show is still in the inspector.
  return selection
    ? `loupe-network [data-layer=${quoted(selection.layer)}][data-unit="${selection.unit}"] || loupe-inspector`
    : "loupe-answer";
}

/**
 * The value that is asked for, where it is one that the page can open.
 * @param {LessonQuestion | null} question
 * @param {import("./steps.js").Scene} scene
 */
function placeAsked(question, { model, state }) {
  if (
    question?.answer.kind !== "number" ||
    model.id !== question.model ||
    state.picture?.id !== question.sample ||
    state.transform
  )
    return null;
  const place = parsePlace(question.answer.of.replace(/\s/g, ""));
  return place && exists(model, place) ? place : null;
}

/**
 * @param {LessonQuestion} question
 * @param {import("../../model/model.js").Model} model
 * @param {import("../../core/i18n.js").Translator} i18n
 */
function answers({ answer, model: asked }, model, i18n) {
  const { t } = i18n;
  const value = Number(answer.value);
  const classes = model.id === asked ? model.classes : [];
  const named = (/** @type {number} */ index) => (classes[index] ? i18n.label(classes[index].labels) : String(index));
  const shown = {
    number: () => ({ value: i18n.value(value), full: i18n.full(value) }),
    probability: () => ({ value: i18n.percent(value), full: i18n.full(value) }),
    count: () => ({ value: i18n.plain(value), full: String(value) }),
    class: () => ({ value: named(value), full: String(value) }),
    shape: () => ({
      value: /** @type {number[]} */ (answer.value).join("×"),
      full: /** @type {number[]} */ (answer.value).join("×"),
    }),
  }[answer.kind]();
  const params = { of: answer.of, ...shown };
  const exact = answer.kind === "number" || answer.kind === "probability";
  const [right, reveal] = ["right", "reveal"].map((word) => t(`tour.lesson.${word}${exact ? "_rounded" : ""}`, params));
  if (answer.kind === "class" && classes.length > 0 && classes.length <= MOST_CHOICES) {
    return {
      choices: classes.map(({ index }) => ({
        id: index === value ? "right" : String(index),
        text: named(index),
        right: index === value,
        said: index === value ? right : t("tour.lesson.other_class", { class: named(index) }),
      })),
      reveal,
    };
  }
  const verdict = (/** @type {string} */ text) =>
    answer.kind === "class" ? classTyped(text, value, classes) : judge(answer, text);
  return {
    choices: null,
    judge(/** @type {string} */ text) {
      const found = verdict(text);
      return found && { right: found === "right", said: found === "right" ? right : t(`tour.lesson.${found}`) };
    },
    reveal,
  };
}

/**
 * @param {string} text
 * @param {number} value
 * @param {import("../../model/model.js").Model["classes"]} classes
 * @returns {"right" | "wrong" | null}
 */
function classTyped(text, value, classes) {
  const plain = (/** @type {string} */ name) => name.normalize("NFKC").trim().toLowerCase();
  const found = classes.find(({ index, name, labels }) =>
    [String(index), name, ...Object.values(labels)].some((one) => plain(one) === plain(text)),
  );
  if (found) return found.index === value ? "right" : "wrong";
  return classes.length || !/^\d+$/.test(text.trim()) ? null : Number(text) === value ? "right" : "wrong";
}
