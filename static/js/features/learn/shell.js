// @ts-check
/**
 * Learn: the list of chapters, one open chapter, and how one gets from one to the other.
 *
 * A chapter is addressed by the hash (`#learn-convolution`) and kept in `state.chapter`. Its text
 * comes from the server with the loaded model's numbers in it; its playgrounds and questions are
 * elements that follow the state.
 */
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { icon } from "../../elements/icons.js";
import { INNERMOST } from "../../elements/keys.js";
import { CHAPTERS, PAGES, chapterOfHash } from "./chapters.js";
import { learn } from "./context.js";
import { createDriving } from "./driving.js";
import { QUESTIONS, questionsOf } from "./questions/index.js";
import { closeView } from "../../state/view.js";
import { Terms } from "./terms.js";
import { showInNetwork, showPicture } from "./show.js";
import { defineWidgets } from "./widgets.js";

/** So narrow, the list of chapters lies folded above the text; as in learn.css. In rem. */
const NARROW = 68;

export class LoupeLearn extends LoupeElement {
  /** Counts openings, so that a slow chapter never replaces a newer one. */
  #opening = 0;
  /**
   * Links that were followed to the network, how far below the window's upper edge they stood, and how far the column
   * was scrolled.
   * @type {Map<number, { link: HTMLElement, top: number, within: number }>}
   */
  #left = new Map();
  #leaving = 0;
  /** @type {Set<string>} */
  #asked = new Set(QUESTIONS.map(({ id }) => id));

  start() {
    const { progress } = learn();
    this.commands([
      { name: "clear-progress", words: "learn.progress.clear", perform: () => progress.clear() },
      { name: "open-chapter", words: "learn.retry", perform: ({ value }) => this.#open(value) },
      {
        name: "show-in-network",
        words: "common.command.select-unit",
        perform: ({ store, value: { target, block } }) => showInNetwork(store, target, block),
      },
      {
        name: "show-picture",
        words: "common.command.choose-picture",
        perform: ({ store, value: { target, block } }) => showPicture(store, target, block),
      },
      { name: "return-to-text", words: "views.return", perform: ({ store }) => this.#returnToText(store) },
    ]);
    this.watch(
      ({ view, returns }) => returns && !view,
      (over) => void (over && this.store.update({ returns: false })),
    );
    this.article = h("article", { class: "learn-article", tabindex: -1, "aria-live": "off" });
    this.links = new Map(
      PAGES.map((id) => [
        id,
        h("a", { href: `#learn-${id}`, class: "learn-link", "data-chapter": id }, this.t(`learn.chapters.${id}`)),
      ]),
    );
    this.count = h("p", { class: "learn-progress", role: "status" });
    this.bar = h("progress", { class: "learn-bar", max: 1, value: 0, "aria-label": this.t("learn.progress.label") });
    const clear = h(
      "button",
      { type: "button", class: "learn-clear", "data-do": "clear-progress", ...does("clear-progress") },
      this.t("learn.progress.clear"),
    );
    const list = (/** @type {readonly string[]} */ ids, /** @type {string} */ tag) =>
      h(
        tag,
        { class: "learn-list" },
        ids.map((id) => h("li", null, this.links?.get(id))),
      );
    const contents = h(
      "details",
      { class: "learn-contents", open: true },
      h("summary", null, this.t("learn.contents")),
      list(CHAPTERS, "ol"),
      list(PAGES.slice(CHAPTERS.length), "ul"),
      h("div", { class: "learn-kept" }, this.bar, this.count, clear),
    );
    /** @type {boolean | undefined} */
    let narrow;
    const fold = () => {
      if (this.clientWidth === 0 || narrow === this.clientWidth <= NARROW * 16) return;
      narrow = !narrow;
      contents.toggleAttribute("open", !narrow);
    };
    narrow = this.clientWidth > NARROW * 16;
    fold();
    this.observeSize(this, fold);
    this.listen(contents, "click", (event) => {
      if (narrow && event.target.closest("a")) contents.removeAttribute("open");
    });

    this.replaceChildren(
      h(
        "header",
        { class: "learn-head" },
        h("h2", { id: "learn" }, this.t("learn.title")),
        h("p", null, this.t("learn.lead")),
        h(
          "button",
          {
            type: "button",
            class: "button square learn-close",
            "data-action": "close-learn",
            "aria-label": this.t("learn.close"),
            title: this.t("learn.close"),
            ...does("close-learn"),
          },
          icon("close"),
        ),
      ),
      h("div", { class: "learn-body" }, h("nav", { "aria-label": this.t("learn.contents") }, contents), this.article),
    );
    this.commands([
      {
        name: "close-learn",
        words: "common.command.back",
        keys: ["Escape"],
        precedence: INNERMOST.reading,
        available: () => this.#place?.beside ?? false,
        perform: () => this.#place?.close(),
      },
    ]);
    this.driving = createDriving(this, () => this.#place?.beside ?? false);
    this.terms = new Terms(this);
    this.cleanup(() => this.terms?.close());
    this.cleanup(progress.onChange(() => this.#showProgress()));
    this.listen(window, "hashchange", () => this.#followHash());
    this.listen(this.article, "click", (event) => {
      const button = event.target.closest("[data-show], [data-picture]");
      if (button) this.#show(button);
    });
    this.listen(window, "popstate", ({ state }) => this.#return(state?.reading));
    this.watch(
      ({ model, parameters, run }) => [model, parameters, run],
      () => this.#count(),
    );
    this.watch(
      ({ samples }) => samples,
      () => this.#offerPictures(),
    );
    this.#followHash();
    this.watch(
      ({ chapter, modelId }) => [chapter, modelId],
      ([chapter]) => void this.#open(chapter ?? CHAPTERS[0]),
    );
    this.#showProgress();
  }

  /** Lead to what a paragraph speaks of; Back returns to the paragraph. @param {HTMLElement} link */
  #show(link) {
    this.#left.set(++this.#leaving, { link, top: link.getBoundingClientRect().top, within: this.scrollTop });
    history.replaceState({ reading: this.#leaving }, "", location.href);
    const beside = this.#place?.beside ?? false;
    const { picture, transform = "" } = link.dataset;
    const block = beside ? "nearest" : "center";
    if (picture) this.perform("show-picture", { target: { sample: picture, transform }, block });
    else this.perform("show-in-network", { target: link.dataset, block });
    if (beside) this.driving?.hold(link);
    else if (this.store.state.view) this.store.update({ returns: true });
  }

  /** Out of the opened view and back to the link that led to it. @param {import("./show.js").Store} store */
  #returnToText(store) {
    closeView(store);
    this.#return(this.#leaving);
  }

  get #place() {
    return context().parts.find("learn");
  }

  /** Links to pictures that the model's gallery has not are taken away. */
  #offerPictures() {
    const there = new Set(this.store.state.samples.map(({ id }) => id));
    for (const link of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-picture]")))
      link.hidden = !there.has(link.dataset.picture ?? "");
  }

  /** @param {number | undefined} reading an entry of the history from which something was shown */
  #return(reading) {
    const found = reading === undefined ? undefined : this.#left.get(reading);
    if (!found) return;
    // After the frame in which the view closes and the page has its height again.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (!found.link.isConnected) return;
        if (this.#place?.beside) this.scrollTop = found.within;
        else scrollBy({ top: found.link.getBoundingClientRect().top - found.top, behavior: "instant" });
        found.link.focus({ preventScroll: true });
      }),
    );
  }

  /** The address names a chapter: go there. */
  #followHash() {
    const chapter = chapterOfHash(location.hash);
    if (!chapter) return;
    this.jump = true;
    if (this.store.state.chapter === chapter) void this.#open(chapter);
    else this.store.update({ chapter });
  }

  /** @param {string} id */
  async #open(id) {
    const { modelId } = this.store.state;
    if (!modelId) return;
    const opening = ++this.#opening;
    const scroll = this.jump;
    this.jump = false;
    for (const [page, link] of this.links ?? []) {
      if (page === id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const same = this.article.dataset.chapter === id && this.article.dataset.model === modelId;
    if (!same) {
      let html;
      try {
        html = await learn().api.chapter(this.i18n.language, id, modelId);
      } catch (error) {
        if (opening === this.#opening) this.#failed(id, error);
        return;
      }
      if (opening !== this.#opening) return;
      await this.#fill(id, html);
      this.article.dataset.model = modelId;
    }
    if (scroll) {
      // Beside the network only the text moves.
      if (this.#place?.beside)
        this.scrollTop += this.article.getBoundingClientRect().top - this.getBoundingClientRect().top;
      else this.article.scrollIntoView({ block: "start" });
      this.article.focus({ preventScroll: true });
    }
    if (CHAPTERS.includes(id)) learn().progress.read(id);
    this.#prefetch(id);
  }

  /** @param {string} id @param {string} html of our own templates */
  async #fill(id, html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const place = CHAPTERS.indexOf(id);
    this.article.id = `learn-${id}`;
    this.article.dataset.chapter = id;
    this.article.replaceChildren(
      ...(place >= 0
        ? [h("p", { class: "learn-number" }, this.t("learn.number", { number: place + 1, count: CHAPTERS.length }))]
        : []),
      ...parsed.body.childNodes,
      this.#around(id),
    );
    if (place >= 0)
      this.article.querySelector(".learn-references, .learn-around")?.before(h("loupe-challenge", { chapter: id }));
    this.#offerPictures();
    this.article.removeAttribute("data-settled");
    await defineWidgets(this.article);
    this.article.dataset.view = "learn";
    this.article.dataset.settled = "";
    this.driving?.look();
  }

  /** The ways on and back. @param {string} id */
  #around(id) {
    const place = PAGES.indexOf(id);
    const way = (/** @type {string} */ key, /** @type {string | undefined} */ to) =>
      to
        ? h(
            "a",
            { href: `#learn-${to}`, class: `learn-way ${key}`, rel: key },
            h("span", null, this.t(`learn.${key}`)),
            this.t(`learn.chapters.${to}`),
          )
        : h("span");
    return h(
      "nav",
      { class: "learn-around", "aria-label": this.t("learn.around") },
      way("prev", PAGES[place - 1]),
      way("next", PAGES[place + 1]),
    );
  }

  /** @param {string} id @param {any} error */
  #failed(id, error) {
    const key = `errors.${error?.code}`;
    const again = h(
      "button",
      { type: "button", class: "learn-button", "data-do": "retry", ...does("open-chapter", id) },
      this.t("learn.retry"),
    );
    this.article.dataset.chapter = "";
    this.article.replaceChildren(
      h(
        "div",
        { class: "learn-failed", role: "alert" },
        h("p", null, this.i18n.has(key) ? this.t(key, error.params) : this.t("learn.failed")),
        again,
      ),
    );
  }

  /** The neighbours' texts, so that reading goes on when the server is gone. @param {string} id */
  #prefetch(id) {
    const place = PAGES.indexOf(id);
    const { language, modelId } = { language: this.i18n.language, modelId: this.store.state.modelId };
    for (const next of [PAGES[place + 1], PAGES[place - 1]])
      if (next)
        learn()
          .api.chapter(language, next, modelId)
          .catch(() => {});
  }

  /** Which questions the loaded model can be asked. */
  #count() {
    const { model, parameters, run } = this.store.state;
    if (model && parameters && run && run.activations.size === model.layers.length) {
      const given = { model, parameters, run, seed: 0, label: this.i18n.label };
      this.#asked = new Set(QUESTIONS.filter((question) => question.make(given)).map(({ id }) => id));
    }
    this.#showProgress();
  }

  #showProgress() {
    const { read, answered } = learn().progress.kept;
    const questions = QUESTIONS.filter(({ id }) => this.#asked.has(id));
    const right = questions.filter(({ id }) => answered[id] === "right").length;
    this.count.textContent = this.t("learn.progress.count", {
      read: CHAPTERS.filter((id) => read.includes(id)).length,
      chapters: CHAPTERS.length,
      right,
      questions: questions.length,
    });
    this.bar.value = right / (questions.length || 1);
    for (const id of CHAPTERS) {
      const own = questionsOf(id).filter((question) => this.#asked.has(question.id));
      const done = own.length > 0 && own.every((question) => answered[question.id]);
      this.links?.get(id)?.setAttribute("data-progress", done ? "done" : read.includes(id) ? "read" : "new");
      const words = done ? this.t("learn.progress.done") : read.includes(id) ? this.t("learn.progress.read") : "";
      const link = /** @type {HTMLElement} */ (this.links?.get(id));
      link.replaceChildren(
        this.t(`learn.chapters.${id}`),
        ...(words ? [h("span", { class: "sr" }, ` (${words})`)] : []),
      );
    }
  }
}
