// @ts-check
/**
 * The page's head: which model, how it is coloured, and the page's own settings.
 */
import { chooseModel, setScale, setTheme, startTour, toggleDetails, toggleLock } from "../../state/actions.js";
import { VOCABULARY } from "../../state/vocabulary.js";
import { context } from "../context.js";
import { h, titled } from "../dom.js";
import { LoupeElement } from "../element.js";
import { icon } from "../icons.js";

/** @typedef {import("../../state/initial.js").State} State */

const { scales: SCALES, themes: THEMES } = VOCABULARY;
const THEME_ICON = { auto: "theme", light: "sun", dark: "moon" };
const ONE_YEAR = 31_536_000;

export class LoupeHeader extends LoupeElement {
  start() {
    const menu = h(
      "div",
      { class: "header-controls", id: "header-controls" },
      this.#scale(),
      this.#lock(),
      this.#details(),
      this.#languages(),
      this.#theme(),
      this.#tour(),
      this.#help(),
      this.#share(),
    );
    const toggle = h(
      "button",
      {
        type: "button",
        class: "button header-menu",
        "aria-expanded": "false",
        "aria-controls": "header-controls",
        "aria-label": this.t("common.menu"),
        onclick: () => {
          const open = this.toggleAttribute("data-open");
          toggle.setAttribute("aria-expanded", String(open));
        },
      },
      icon("menu"),
    );
    const brand =
      this.querySelector("h1") ?? h("h1", null, h("a", { class: "brand", href: `${context().root}/` }, "CNN Loupe"));
    this.replaceChildren(brand, this.#models(), toggle, menu);
    this.listen(document, "keydown", (event) => this.#keys(event));
  }

  #models() {
    const select = h("select", {
      class: "button",
      "aria-label": this.t("common.model"),
      "data-action": "choose-model",
      onchange: () => chooseModel(this.store, select.value),
    });
    const name = h("span", { class: "model-name" });
    const holder = h("div", { class: "model" }, select, name);
    this.watch(
      (state) => [state.models, state.modelId, state.model],
      () => {
        const { models, modelId, model } = this.store.state;
        const listed = models.length ? models : model ? [{ id: model.id, title: model.title }] : [];
        select.replaceChildren(
          ...listed.map(({ id, title }) =>
            h("option", { value: id, selected: id === modelId }, this.i18n.label(title)),
          ),
        );
        select.hidden = listed.length < 2;
        name.hidden = listed.length > 1;
        name.textContent = listed.length === 1 ? this.i18n.label(listed[0].title) : "";
      },
    );
    return holder;
  }

  #scale() {
    const options = SCALES.map((scale) => {
      const input = h("input", {
        type: "radio",
        name: "scale",
        value: scale,
        onchange: () => setScale(this.store, scale),
      });
      this.watch(
        (state) => state.scale,
        (chosen) => void (input.checked = chosen === scale),
      );
      return h(
        "label",
        { title: this.t(`common.scale.hint.${scale}`) },
        input,
        h("span", null, this.t(`common.scale.${scale}`)),
      );
    });
    return titled({ class: "segments", role: "radiogroup" }, this.t("common.scale.title"), ...options);
  }

  #lock() {
    const button = h("button", {
      type: "button",
      class: "button square",
      "data-action": "lock-scale",
      onclick: () => toggleLock(this.store),
    });
    this.watch(
      (state) => state.lock,
      (lock) => {
        button.setAttribute("aria-pressed", String(lock));
        button.title = this.t(lock ? "common.scale.unlock" : "common.scale.lock");
        button.replaceChildren(
          icon(lock ? "lock" : "unlock"),
          h("span", { class: "sr" }, this.t("common.scale.locked")),
        );
      },
    );
    return button;
  }

  #details() {
    const input = h("input", { type: "checkbox", "data-action": "details", onchange: () => toggleDetails(this.store) });
    this.watch(
      (state) => state.details,
      (details) => void (input.checked = details),
    );
    return h(
      "label",
      { class: "button check", title: this.t("common.details_hint") },
      input,
      h("span", null, this.t("common.details")),
    );
  }

  #languages() {
    const links = Object.entries(context().languages).map(([language, name]) => {
      const link = h(
        "a",
        {
          lang: language,
          hreflang: language,
          href: `?lang=${language}`,
          title: name,
          "aria-current": language === this.i18n.language ? "true" : null,
        },
        SHORT_NAMES[language] ?? name,
      );
      // The page is written anew in the other language, in the same state; the choice is remembered.
      this.listen(link, "click", () => {
        remember("lang", language);
        const here = new URL(location.href);
        here.searchParams.set("lang", language);
        link.href = here.href;
      });
      return link;
    });
    return h("nav", { class: "languages button", "aria-label": this.t("common.language") }, ...links);
  }

  #theme() {
    const button = h("button", {
      type: "button",
      class: "button square",
      "data-action": "theme",
      onclick: () => {
        const next = THEMES[(THEMES.indexOf(this.store.state.theme) + 1) % THEMES.length];
        setTheme(this.store, next);
        remember("theme", next);
      },
    });
    this.watch(
      (state) => state.theme,
      (theme) => {
        const name = this.t("common.theme", { theme: this.t(`common.themes.${theme}`) });
        button.title = name;
        button.replaceChildren(icon(THEME_ICON[theme]), h("span", { class: "sr" }, name));
      },
    );
    return button;
  }

  /** Where the server has lessons, there is more than one tour to choose from. */
  #tour() {
    return h(
      "button",
      {
        type: "button",
        class: "button square",
        "data-action": "tour",
        title: this.t("common.tour.hint"),
        onclick: () => beginTour(this.store),
      },
      icon("tour"),
      h("span", { class: "sr" }, this.t("common.tour.title")),
    );
  }

  #help() {
    return h(
      "button",
      {
        type: "button",
        class: "button square",
        "data-action": "help",
        title: this.t("common.help.title"),
        onclick: () => openDialog("help"),
      },
      icon("help"),
      h("span", { class: "sr" }, this.t("common.help.title")),
    );
  }

  #share() {
    return h(
      "button",
      { type: "button", class: "button", "data-action": "share", onclick: () => openDialog("share") },
      icon("share"),
      h("span", null, this.t("common.share.title")),
    );
  }

  /** Keys that work everywhere outside of text fields. @param {KeyboardEvent} event */
  #keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const act = KEYS[event.key];
    if (!act || document.querySelector("dialog:modal")) return;
    event.preventDefault();
    act(this.store);
  }
}

/** Languages call themselves by their own names, where room is short by these. @type {Record<string, string>} */
const SHORT_NAMES = { en: "EN", "zh-Hans": "中文" };

/** @type {Record<string, (store: import("../../state/actions.js").AppStore) => void>} */
const KEYS = {
  "?": () => openDialog("help"),
  d: toggleDetails,
  l: toggleLock,
  t: (store) => void (store.state.tour || beginTour(store)),
  p: async (store) => (await import("../../state/present.js")).togglePresenting(store),
  1: (store) => setScale(store, "unit"),
  2: (store) => setScale(store, "layer"),
  3: (store) => setScale(store, "module"),
  4: (store) => setScale(store, "network"),
};

/** @param {import("../../state/actions.js").AppStore} store */
const beginTour = (store) => (context().settings.lessons ? openDialog("tours") : startTour(store));

/** A choice that the server reads before it writes the next page. @param {string} name @param {string} value */
function remember(name, value) {
  document.cookie = `${name}=${value}; path=${context().root || "/"}; max-age=${ONE_YEAR}; samesite=lax`;
}

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** What opens a dialog comes when it is first asked for. */
const DIALOGS = {
  help: () => import("./help.js"),
  share: () => import("./share.js"),
  tours: () => import("../../features/tour/chooser.js"),
};

/** @param {keyof typeof DIALOGS} name */
const openDialog = async (name) => (await DIALOGS[name]()).open();
