// @ts-check
/**
 * The page's head: which model, and the controls of the commands that have their place here.
 */
import { VOCABULARY } from "../../state/vocabulary.js";
import { context, does } from "../context.js";
import { h } from "../dom.js";
import { LoupeElement } from "../element.js";
import { icon } from "../icons.js";
import { INNERMOST } from "../keys.js";
import { arranged, createControl, hintOf, lookOf } from "../controls.js";

export class LoupeHeader extends LoupeElement {
  /** Heard after what is not seen at once. */
  #said = h("p", { class: "sr", role: "status" });

  start() {
    const menu = h("div", { class: "header-controls", id: "header-controls" });
    const toggle = h(
      "button",
      {
        type: "button",
        class: "button header-menu",
        "aria-expanded": "false",
        "aria-controls": "header-controls",
        "aria-label": this.t("common.menu"),
        ...does("menu"),
      },
      icon("menu"),
    );
    const brand =
      this.querySelector("h1") ?? h("h1", null, h("a", { class: "brand", href: `${context().root}/` }, "CNN Loupe"));
    this.replaceChildren(brand, this.#models(), toggle, menu, this.#said);
    this.offer("header", this);
    const turn = () => toggle.setAttribute("aria-expanded", String(this.toggleAttribute("data-open")));
    this.commands([
      { name: "menu", words: "common.menu", perform: turn },
      {
        name: "close-menu",
        words: "common.command.back",
        keys: ["Escape"],
        precedence: INNERMOST.chooser,
        available: (_, event) =>
          this.hasAttribute("data-open") && event?.target instanceof Node && this.contains(event.target),
        perform: () => {
          turn();
          toggle.focus();
        },
      },
    ]);
    this.#controls(menu);
  }

  /** Say something that only a screen reader needs to hear. @param {string} text */
  announce(text) {
    this.#said.textContent = text;
  }

  /** Give the focus to the control of a command, or to the menu that holds it. @param {string} name */
  focusOn(name) {
    const found = [...this.querySelectorAll(`[data-action="${name}"], .header-menu`)].find((element) =>
      element.checkVisibility(),
    );
    /** @type {HTMLElement | undefined} */ (found)?.focus({ preventScroll: true });
  }

  /** The commands' controls in the order of the vocabulary, the languages among them. @param {HTMLElement} menu */
  #controls(menu) {
    const { commands } = context();
    const learn = this.#learn();
    /** @type {{ command: import("../controls.js").Command, control: import("../controls.js").Control }[]} */
    let made = [];
    const show = () => made.forEach(({ control }) => control.show(this.store.state));
    const build = () => {
      const rows = commands.all().filter(({ place }) => place === "header");
      if (rows.length === made.length && rows.every((row, index) => row === made[index].command)) return;
      made = rows.map((command) => ({ command, control: createControl(command) }));
      menu.replaceChildren(
        learn,
        ...VOCABULARY.presented.page.flatMap((control) =>
          control === "language"
            ? [this.#languages()]
            : arranged(made.filter(({ command }) => command.control === control)),
        ),
      );
      show();
    };
    build();
    this.cleanup(commands.watch(build));
    this.watch((state) => made.flatMap(({ command }) => lookOf(command, state)), show);
  }

  /** The way to the text, and how much of it was opened in this browser. */
  #learn() {
    const { commands } = context();
    const count = h("span", { class: "learn-count" });
    const root = h(
      "button",
      {
        type: "button",
        class: "button",
        "data-action": "learn",
        "data-shown-with": "learn",
        ...does("learn"),
      },
      this.t("common.command.learn.title"),
      " ",
      count,
    );
    const show = () => {
      const { state } = this.store;
      const [read, all] = [state.learned, VOCABULARY.chapters.length];
      count.textContent = `${read}/${all}`;
      root.title = [hintOf(commands.get("learn"), state), this.t("common.learned", { read, all })].join("\n");
      root.setAttribute("aria-pressed", String(state.reading));
    };
    this.watch(({ learned, reading }) => [learned, reading], show);
    return root;
  }

  #models() {
    const select = h("select", {
      class: "button",
      "aria-label": this.t("common.model"),
      "data-action": "choose-model",
      ...does("choose-model", () => select.value, "change"),
    });
    const name = h("span", { class: "model-name" });
    const holder = h("div", { class: "model" }, select, name);
    if (context().settings.own_models) {
      const add = createControl(context().commands.get("own-model"));
      holder.append(add.root);
      add.show(this.store.state);
      this.watch(
        ({ panel }) => panel === "own",
        (open) => add.root.setAttribute("aria-expanded", String(open)),
      );
    }
    this.watch(
      (state) => [state.models, state.modelId, state.model],
      () => {
        const { models, modelId, model } = this.store.state;
        const listed = models.length ? models : model ? [{ id: model.id, title: model.title }] : [];
        const option = (/** @type {{ id: string, title: Record<string, string> }} */ { id, title }) =>
          h("option", { value: id, selected: id === modelId }, this.i18n.label(title));
        const own = listed.filter((one) => "own" in one);
        select.replaceChildren(
          ...listed.filter((one) => !("own" in one)).map(option),
          ...(own.length ? [h("optgroup", { label: this.t("common.own_models") }, own.map(option))] : []),
        );
        select.hidden = listed.length < 2;
        name.hidden = listed.length > 1;
        name.textContent = listed.length === 1 ? this.i18n.label(listed[0].title) : "";
      },
    );
    return holder;
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
          ...does("choose-language", () => ({ language, link })),
        },
        SHORT_NAMES[language] ?? name,
      );
      return link;
    });
    return h("nav", { class: "languages button", "aria-label": this.t("common.language") }, ...links);
  }
}

/** Languages call themselves by their own names, where room is short by these. @type {Record<string, string>} */
const SHORT_NAMES = { en: "EN", "zh-Hans": "中文" };
