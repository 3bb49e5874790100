// @ts-check
/**
 * A tour: the words of its step beside what they speak of, what there is to do, and the way on.
 *
 * It is not modal: the page stays what it is, and every key works. `T` goes to the tour and back to what it
 * speaks of; inside it, and where nothing has the focus, Enter and the arrow keys go on and back.
 *
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./steps.js").Scene} Scene
 * @typedef {import("./network.js").Tour} Tour
 */
import { isWhole } from "../../model/scene.js";
import { context, does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { icon } from "../../elements/icons.js";
import { INNERMOST } from "../../elements/keys.js";
import { createQuestion } from "./ask.js";
import { beside, isDeed, isRead, isSeen, stepAt, stepsFor } from "./course.js";
import { createSpotlight, visibleOf } from "./spotlight.js";
import { inline, paragraphs } from "./text.js";

/** How long something that opens may take the focus from the tour, in milliseconds. */
const HOLD = 2000;
/** How long what a step speaks of may be on its way before the way to it is offered. */
const PATIENCE = 1200;
/** What takes keys as text or as steps of its own. */
const FIELDS = "input, textarea, select, [contenteditable]";
const EVENTS = ["click", "pointermove", "pointerdown"];

export class LoupeTour extends LoupeElement {
  /** @type {(id: string) => Promise<Tour | null>} where tours come from; set by the entry module */
  find = async () => null;
  /** @type {import("./memory.js").TourMemory} */
  memory = /** @type {any} */ (null);

  /** @type {Tour | null} */
  #tour = null;
  /** @type {Step | null} */
  #step = null;
  /** @type {Step[]} */
  #there = [];
  /** @type {import("../../model/model.js").Model | null} */
  #model = null;
  /** The state in which the step began. @type {import("../../state/initial.js").State} */
  #entered = /** @type {any} */ (null);
  #done = false;
  #asked = "";
  #held = 0;
  #late = 0;
  /** @type {ReturnType<typeof createSpotlight>} */
  #light = /** @type {any} */ (null);

  #name = h("span", { class: "tour-name" });
  #count = h("summary");
  #list = h("ol", { class: "tour-list" });
  #steps = h("details", { class: "tour-steps" }, this.#count, this.#list);
  #words = h("div", { class: "tour-words", "aria-live": "polite", "aria-atomic": "true" });
  #question = h("div", { class: "tour-question-place" });
  #said = h("p", { class: "tour-said", role: "status" });
  #show = h("button", {
    type: "button",
    class: "button",
    "data-action": "tour-show",
    hidden: true,
    ...does("tour-show"),
  });
  #back = h("button", { type: "button", class: "button", "data-action": "tour-back", ...does("tour-back") });
  #next = h("button", { type: "button", class: "button", "data-action": "tour-next", ...does("tour-next") });

  start() {
    this.className = "tour";
    this.setAttribute("role", "region");
    this.hidden = true;
    this.#show.textContent = this.t("tour.show");
    this.#back.textContent = this.t("tour.back");
    this.#addCommands();
    const leave = commandButton("tour-leave", { square: true, class: "button square quiet" });
    this.replaceChildren(
      h("div", { class: "tour-head" }, this.#name, this.#steps, leave),
      this.#words,
      this.#question,
      this.#said,
      h(
        "div",
        { class: "tour-foot" },
        this.#back,
        this.#show,
        h("span", { class: "tour-keys note", "aria-hidden": "true" }, h("kbd", null, "T"), " ", this.t("tour.cross")),
        this.#next,
      ),
    );
    this.#light = createSpotlight(this, (found) => this.#found(found));
    this.cleanup(() => this.#light.stop());
    this.cleanup(() => clearTimeout(this.#late));

    this.watch(
      ({ tour }) => tour?.id ?? null,
      (id) => void this.#open(id),
    );
    this.watch(
      ({ tour, modelId, scenes }) => [tour?.step, modelId, scenes.main],
      () => this.#follow(),
    );
    this.watch(
      (state) => state,
      () => this.#check(),
    );
    this.watch(
      ({ view, panel, picture, order, details, model, run, selection, problems }) => [
        view,
        panel,
        picture,
        order,
        details,
        model,
        run,
        selection,
        problems,
      ],
      () => this.#aim(),
    );
    for (const type of EVENTS)
      this.listen(document, type, (event) => this.#happened(event), { capture: true, passive: true });
    this.listen(document, "loupe:drawn", () => this.#light.again());
    this.listen(document, "focusin", (event) => this.#refocus(event));
    this.listen(document, "pointerdown", () => void (this.#held = 0), { capture: true, passive: true });
    this.cleanup(
      context().commands.observe((event) => {
        this.#held = 0;
        this.#happened(event);
      }),
    );
  }

  /** @returns {Scene | null} null while something that the steps speak of is still missing */
  get #scene() {
    const { state } = this.store;
    const { main } = state.scenes;
    return isWhole(main) && main.model.id === state.modelId ? { ...main, state } : null;
  }

  /** @param {string | null} id */
  async #open(id) {
    this.#tour = null;
    this.#step = null;
    if (id === null) return this.remove();
    const tour = await this.find(id);
    if (!this.isConnected || this.store.state.tour?.id !== id) return undefined;
    if (!tour) return this.store.update({ tour: null });
    this.#tour = tour;
    const title = tour.title();
    this.setAttribute("aria-label", this.t("tour.label", { title: title.text }));
    this.#name.textContent = title.text;
    this.#name.lang = title.language ?? this.i18n.language;
    this.#follow();
    return undefined;
  }

  /** Make what is shown agree with the state. */
  #follow() {
    const { tour } = this.store.state;
    const scene = this.#scene;
    if (!tour || !this.#tour || tour.id !== this.#tour.id || !scene) return;
    this.#there = stepsFor(this.#tour.steps, scene.model);
    const step = stepAt(this.#tour.steps, this.#there, tour.step || this.memory.at(tour.id));
    if (!step) return this.store.update({ tour: null });
    if (step.id !== tour.step) return this.store.update({ tour: { id: tour.id, step: step.id } });
    const opening = this.hidden;
    if (step !== this.#step || scene.model !== this.#model) {
      this.#step = step;
      this.#model = scene.model;
      this.memory.reach(tour.id, step.id);
      this.#asked = "";
      this.#enter();
    } else this.#write();
    if (!opening) return undefined;
    this.hidden = false;
    if (this.#focusIsFree()) this.#next.focus({ preventScroll: true });
    this.#light.again();
    return undefined;
  }

  /**
   * Bring the page to where the step's subject is.
   * @param {boolean} [again] it was there, and the learner went elsewhere
   */
  #enter(again = false) {
    const [step, scene, tour] = [this.#step, this.#scene, this.#tour];
    if (!step || !scene || !tour) return;
    if (this.contains(document.activeElement)) this.#held = performance.now() + HOLD;
    const patch = step.prepare(scene);
    if (patch) this.store.update(patch);
    if (!again) {
      this.#entered = this.store.state;
      this.#done = isRead(step) || this.memory.done(tour.id).has(step.id);
      this.#question.replaceChildren();
      this.#said.replaceChildren();
    }
    this.#write();
    this.#aim();
    this.#check();
  }

  /** Highlight what the step speaks of as things stand now. */
  #aim() {
    const [step, scene] = [this.#step, this.#scene];
    if (step && scene) this.#light.show(step.target(scene) || null, step.keep);
    else this.#light.again();
  }

  /** The step's words, with the numbers of the run that is drawn. */
  #write() {
    const [step, scene, tour] = [this.#step, this.#scene, this.#tour];
    if (!step || !scene || !tour) return;
    const { text, todo } = tour.words(step, scene);
    const name = tour.name(step);
    const place = this.#there.indexOf(step);
    const content = h(
      "div",
      { lang: text.language ?? null },
      h(
        "h2",
        { class: "tour-title" },
        h("span", { class: "sr" }, this.t("tour.step", { number: place + 1, count: this.#there.length }), " "),
        inline(name.text),
      ),
      paragraphs(text.text),
      todo ? h("p", { class: "tour-todo" }, inline(todo)) : "",
    );
    if (this.#words.firstElementChild?.textContent !== content.textContent) this.#words.replaceChildren(content);
    this.dataset.step = step.id;
    const question = tour.question(step, scene);
    if (question && question.key !== this.#asked && !(this.#asked && this.#done)) {
      this.#asked = question.key;
      this.#question.replaceChildren(
        createQuestion(
          question,
          (key, params) => this.t(key, params),
          () => this.#answered(),
        ),
      );
    } else if (!question && !this.#asked) {
      this.#question.replaceChildren();
      if (step.asks && !this.#done) this.#complete(); // nothing to choose between in this run
    }
    this.#foot();
  }

  #foot() {
    const [step, tour] = [this.#step, this.#tour];
    if (!step || !tour) return;
    const place = this.#there.indexOf(step);
    const last = place === this.#there.length - 1;
    const kept = this.memory.done(tour.id);
    this.dataset.done = String(this.#done);
    this.#back.disabled = place === 0;
    this.#next.textContent = this.t(last ? "tour.finish" : this.#done ? "tour.next" : "tour.skip");
    this.#next.classList.toggle("strong", this.#done);
    this.#count.textContent = `${place + 1} / ${this.#there.length}`;
    this.#count.setAttribute("aria-label", this.t("tour.steps", { number: place + 1, count: this.#there.length }));
    this.#list.replaceChildren(
      ...this.#there.map((one) =>
        h(
          "li",
          null,
          h(
            "button",
            {
              type: "button",
              class: "tour-jump",
              "data-tour-step": one.id,
              "data-done": String(kept.has(one.id)),
              "aria-current": one === step ? "step" : null,
              ...does("tour-step", one.id),
            },
            inline(tour.name(one).text),
            kept.has(one.id) ? h("span", { class: "sr" }, ` (${this.t("tour.done")})`) : "",
          ),
        ),
      ),
      h(
        "li",
        { class: "tour-again" },
        h(
          "button",
          { type: "button", class: "tour-jump", "data-action": "tour-again", ...does("tour-again") },
          this.t("tour.again"),
        ),
      ),
    );
  }

  #check() {
    const [step, scene] = [this.#step, this.#scene];
    if (step && scene && !this.#done && isSeen(step, scene, this.#entered)) this.#complete();
  }

  /** @param {Event} event */
  #happened(event) {
    if (!this.#step?.deeds || this.#done || !(event.target instanceof Element)) return;
    const target = event.target;
    const happened = {
      type: event.type,
      key: event instanceof KeyboardEvent ? event.key : undefined,
      matches: (/** @type {string} */ selector) => target.closest(selector) !== null,
    };
    if (isDeed(this.#step, happened)) this.#complete();
  }

  #answered() {
    const [step, scene, tour] = [this.#step, this.#scene, this.#tour];
    if (!step || !scene || !tour) return;
    const shown = tour.answered(step, scene);
    if (!this.#done) this.#complete();
    if (this.contains(document.activeElement)) {
      this.#held = performance.now() + HOLD;
      this.#next.focus({ preventScroll: true }); // the next key goes on, where a field would take it as text
    }
    if (shown) this.store.update(shown);
  }

  #complete() {
    const [step, tour] = [this.#step, this.#tour];
    if (!step || !tour) return;
    this.#done = true;
    this.memory.complete(tour.id, step.id);
    this.#foot();
    this.#said.replaceChildren(
      icon("check"),
      h("span", null, this.t("tour.well")),
      h("span", { class: "sr" }, ` ${this.t("tour.on")}`),
    );
  }

  /** @param {1 | -1} by */
  #go(by) {
    const step = this.#step && beside(this.#there, this.#step, by);
    if (step) this.#jump(step);
    else if (by === 1) {
      if (this.#tour) this.memory.forget(this.#tour.id); // the next time it begins anew
      this.#leave();
    }
  }

  /** @param {Step} step */
  #jump(step) {
    this.#steps.open = false;
    if (this.#tour) this.store.update({ tour: { id: this.#tour.id, step: step.id } });
    if (document.activeElement === document.body || !this.contains(document.activeElement)) return;
    this.#next.focus({ preventScroll: true });
  }

  #again() {
    if (!this.#tour) return;
    this.memory.forget(this.#tour.id);
    this.#step = null;
    this.#jump(this.#there[0]);
    this.#follow();
  }

  #leave() {
    const inside = this.contains(document.activeElement);
    this.store.update({ tour: null });
    this.remove();
    if (inside) context().parts.find("header")?.focusOn("tour");
  }

  /** @param {boolean} found */
  #found(found) {
    clearTimeout(this.#late);
    if (found) this.#show.hidden = true;
    else
      this.#late = setTimeout(() => {
        this.#show.hidden = this.#light.found;
      }, PATIENCE);
  }

  #focusIsFree() {
    const active = document.activeElement;
    return (
      !active ||
      active === document.body ||
      active.matches('[data-action="tour"], .header-menu') ||
      active.closest("dialog") !== null
    );
  }

  /**
   * What opens for a step takes the focus; whoever goes through the tour by keyboard keeps it here.
   * @param {FocusEvent} event
   */
  #refocus(event) {
    if (performance.now() > this.#held || !(event.target instanceof Element) || this.contains(event.target)) return;
    this.#next.focus({ preventScroll: true });
  }

  #addCommands() {
    const inside = (/** @type {KeyboardEvent | undefined} */ event) =>
      event?.target instanceof Node && this.contains(event.target);
    /** In the tour, and where nothing has the focus, but not where the key has a meaning of its own. */
    const turns = (/** @type {KeyboardEvent | undefined} */ event) =>
      event?.target === document.body ||
      (inside(event) &&
        event?.target instanceof Element &&
        !event.target.matches(event.key === "Enter" ? `${FIELDS}, button, summary, a` : FIELDS));
    this.commands([
      {
        name: "tour-cross",
        words: "common.command.tour",
        help: "common.command.tour.help",
        keys: ["t"],
        precedence: 1,
        available: () => !this.hidden,
        perform: () => this.#cross(),
      },
      {
        name: "tour-next",
        words: "tour.command.next",
        keys: ["ArrowRight", "Enter"],
        available: (_, event) => !this.hidden && (!event || (this.#done && turns(event))),
        perform: () => this.#go(1),
      },
      {
        name: "tour-back",
        words: "tour.command.back",
        keys: ["ArrowLeft"],
        available: (_, event) => !this.hidden && (!event || turns(event)),
        perform: () => this.#go(-1),
      },
      {
        name: "tour-close",
        words: "common.command.back",
        keys: ["Escape"],
        typing: true,
        precedence: INNERMOST.tour,
        available: (_, event) => !this.hidden && inside(event),
        perform: () => (this.#steps.open ? void (this.#steps.open = false) : this.#leave()),
      },
      { name: "tour-leave", words: "tour.leave", icon: "close", perform: () => this.#leave() },
      { name: "tour-show", words: "tour.show", perform: () => this.#enter(true) },
      { name: "tour-again", words: "tour.again", perform: () => this.#again() },
      {
        name: "tour-step",
        words: "tour.jump",
        perform: ({ value }) => {
          const step = this.#there.find(({ id }) => id === value);
          if (step) this.#jump(step);
        },
      },
    ]);
  }

  /** From the tour to what it speaks of, or from the page to the tour. */
  #cross() {
    if (!this.contains(document.activeElement)) return void this.#next.focus({ preventScroll: true });
    const scene = this.#scene;
    const selector = this.#step && scene && this.#step.target(scene);
    const elements = selector ? visibleOf(selector) : [];
    const controls = elements
      .flatMap((element) => [element, ...element.querySelectorAll("button, a[href], input, [tabindex]")])
      .filter(
        (element) =>
          element instanceof HTMLElement &&
          element.matches("button:not(:disabled), a[href], input, [tabindex]") &&
          element.checkVisibility(),
      );
    const control =
      controls.find((element) => element.matches('[tabindex="0"], [aria-pressed="true"]')) ??
      controls[0] ??
      context().parts.find("network");
    /** @type {HTMLElement | null} */ (control)?.focus({ preventScroll: true });
    return undefined;
  }
}
