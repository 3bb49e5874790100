// @ts-check
/** Sliders, choices, switches and steppers, all of native controls. */
import { context } from "../../../elements/context.js";
import { h } from "../../../elements/dom.js";
import { short } from "../model/numbers.js";

let serial = 0;

/**
 * @param {{ id: string, label: string, min: number, max: number, step?: number, value: number,
 *   format?: (value: number) => string, oninput: (value: number) => void }} options
 */
export function slider({ id, label, min, max, step = 1, value, format = (number) => short(number), oninput }) {
  const name = `learn-slider-${serial++}`;
  const output = h("output", { for: name, class: "learn-slider-value" }, format(value));
  const input = h("input", {
    id: name,
    type: "range",
    min,
    max,
    step,
    value,
    "data-slider": id,
    "aria-valuetext": format(value),
  });
  /** @param {number} next */
  const show = (next) => {
    output.textContent = format(next);
    input.setAttribute("aria-valuetext", format(next));
  };
  input.addEventListener("input", () => {
    show(Number(input.value));
    oninput(Number(input.value));
  });
  return {
    element: h("div", { class: "learn-slider-row" }, h("label", { for: name }, label), input, output),
    input,
    /** @param {number} next */
    set(next) {
      input.value = String(next);
      show(next);
    },
  };
}

/**
 * One of several, as chips; radio buttons underneath.
 * @param {{ id: string, label: string, options: { id: string, text: string, icon?: Element }[], value: string,
 *   onchange: (id: string) => void, quiet?: boolean }} options
 */
export function choices({ id, label, options, value, onchange, quiet = false }) {
  const name = `learn-choice-${serial++}`;
  const inputs = options.map((option) =>
    h("input", {
      type: "radio",
      name,
      value: option.id,
      checked: option.id === value,
      "data-choice": `${id}:${option.id}`,
      onchange: () => onchange(option.id),
    }),
  );
  return {
    element: h(
      "fieldset",
      { class: `learn-chips${quiet ? " quiet" : ""}` },
      h("legend", null, label),
      h(
        "div",
        { class: "learn-chip-row" },
        options.map((option, index) =>
          h("label", { class: "learn-chip" }, inputs[index], option.icon ?? null, h("span", null, option.text)),
        ),
      ),
    ),
    /** @param {string} next none is chosen where it is not among the options */
    set(next) {
      for (const input of inputs) input.checked = input.value === next;
    },
  };
}

/** @param {{ id: string, label: string, value: boolean, onchange: (value: boolean) => void }} options */
export function toggle({ id, label, value, onchange }) {
  const input = h("input", {
    type: "checkbox",
    checked: value,
    "data-toggle": id,
    onchange: () => onchange(input.checked),
  });
  return { element: h("label", { class: "learn-toggle" }, input, h("span", null, label)), input };
}

/** @param {{ id: string, text: string, label?: string, onclick: () => void }} options */
export const button = ({ id, text, label, onclick }) =>
  h(
    "button",
    {
      type: "button",
      class: "learn-button",
      "data-do": id,
      "aria-label": label ?? null,
      title: label ?? null,
      onclick,
    },
    text,
  );

/**
 * Back, play or pause, on; and where one is. The learner holds the pace: nothing starts by itself.
 * @param {{ count: number, value?: number, interval?: number, label: string, onstep: (index: number) => void }} options
 */
export function stepper({ count, value = 0, interval = 420, label, onstep }) {
  const { t } = context().i18n;
  let length = count;
  let index = value;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const position = h("input", {
    type: "range",
    min: 0,
    max: length - 1,
    value,
    "aria-label": label,
    "data-slider": "position",
  });
  const play = h("button", {
    type: "button",
    class: "learn-button learn-square",
    "data-do": "play",
    onclick: () => (timer === undefined ? start() : stop()),
  });
  const dressed = () => {
    play.textContent = timer === undefined ? "▶" : "❚❚";
    play.setAttribute("aria-label", t(timer === undefined ? "learn.step.play" : "learn.step.pause"));
    play.title = t(timer === undefined ? "learn.step.play" : "learn.step.pause");
  };
  /** @param {number} next */
  const go = (next) => {
    index = Math.min(length - 1, Math.max(0, next));
    position.value = String(index);
    onstep(index);
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    dressed();
  };
  const start = () => {
    if (index >= length - 1) go(0);
    timer = setInterval(() => (index >= length - 1 ? stop() : go(index + 1)), interval);
    dressed();
  };
  position.addEventListener("input", () => {
    stop();
    go(Number(position.value));
  });
  dressed();
  const single = (/** @type {string} */ id, /** @type {string} */ text, /** @type {number} */ by) =>
    h(
      "button",
      {
        type: "button",
        class: "learn-button learn-square",
        "data-do": id,
        "aria-label": t(`learn.step.${id}`),
        title: t(`learn.step.${id}`),
        onclick: () => (stop(), go(index + by)),
      },
      text,
    );
  return {
    element: h(
      "div",
      { class: "learn-stepper", role: "group", "aria-label": label },
      single("back", "◀", -1),
      play,
      single("on", "▶|", 1),
      position,
    ),
    /**
     * Show a place that was reached in another way; does not call back.
     * @param {number} next
     * @param {number} [newCount]
     */
    set(next, newCount = length) {
      length = newCount;
      position.max = String(Math.max(0, length - 1));
      index = next;
      position.value = String(next);
    },
    stop,
    get playing() {
      return timer !== undefined;
    },
  };
}
