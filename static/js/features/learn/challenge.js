// @ts-check
/** The end of a chapter: something to be reached with a picture of one's own. `<loupe-challenge chapter="pooling">` */
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { modelEdits, unedited } from "../../model/scene.js";
import { learn } from "./context.js";
import { CHALLENGES, expectedOf } from "./model/challenges.js";
import { readings } from "./model/answer.js";
import { best, shares } from "./model/shares.js";

/** How far a typed value may lie from the engine's. */
const NEAR = 0.006;

export class LoupeChallenge extends LoupeElement {
  /** @type {import("./model/challenges.js").Seen[]} */
  #seen = [];
  #done = false;
  /** @type {{ value: number, name: string } | null} */
  #expected = null;

  start() {
    const { chapter } = this;
    this.said = h("p", { class: "learn-challenge-said", role: "status" });
    this.task = h("p", null);
    this.field = h("input", {
      id: `learn-challenge-${chapter}`,
      class: "learn-question-field",
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.typed = h(
      "form",
      { class: "learn-question-form", novalidate: true, hidden: true },
      h("label", { for: this.field.id }, this.t("learn.question.your_answer")),
      this.field,
      h("button", { type: "submit", class: "learn-button strong" }, this.t("learn.question.check")),
    );
    this.typed.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#check();
    });
    const title = `learn-challenge-title-${chapter}`;
    this.replaceChildren(
      h(
        "section",
        { class: "learn-challenge", "data-section": "challenge", "aria-labelledby": title },
        h("h4", { id: title }, this.t("learn.challenge.title")),
        this.task,
        this.typed,
        this.said,
      ),
    );
    this.watch(
      ({ scenes, view, why, ownPictures }) => [scenes, view, why, ownPictures],
      () => this.#look(),
    );
    this.cleanup(learn().progress.onChange(() => this.#look()));
  }

  get chapter() {
    return this.getAttribute("chapter") ?? "";
  }

  /** @returns {import("./model/challenges.js").Given | null} null as long as no picture of one's own is drawn */
  get #given() {
    const { scenes, view, why } = this.store.state;
    const [main, plain] = [scenes.main, unedited(scenes)];
    if (!main?.run || !plain?.run || !main.picture || main.picture.source !== "own") return null;
    if (!main.run.scores.length || main.run.activations.size < main.model.layers.length) return null;
    const change = main.edits.find((edit) => edit.target === "input");
    return {
      model: plain.model,
      view,
      why,
      picture: main.picture.id,
      transform: change && "transform" in change ? change.transform : null,
      edited: modelEdits(main).length > 0,
      before: plain.run,
      run: main.run,
      seen: this.#seen,
    };
  }

  #look() {
    const given = this.#given;
    const kept = learn().progress.kept.answered[`challenge-${this.chapter}`] === "right";
    const expected = (this.#expected = given && expectedOf(this.chapter, given));
    if (this.task)
      this.task.textContent = this.t(`learn.challenge.${this.chapter}.task`, {
        value: expected?.name ?? this.t("learn.challenge.a_value"),
      });
    if (this.typed) this.typed.hidden = !expected;
    if (!given) {
      this.#say(kept ? "done" : "", this.t(kept ? "learn.challenge.kept" : "learn.challenge.own_first"));
      return;
    }
    const found = this.#done && this.chapter === "numpy" ? {} : CHALLENGES[this.chapter]?.(given);
    const top = best(shares(given.before));
    const crop = JSON.stringify(this.store.state.ownPictures.find(({ digest }) => digest === given.picture)?.crop);
    if (!this.#seen.some((one) => one.picture === given.picture && one.crop === crop))
      this.#seen.push({ picture: given.picture, crop: crop ?? "", top: top.class });
    if (found) {
      this.#done = true;
      this.#say("done", this.t(`learn.challenge.${this.chapter}.done`, this.#words(found)));
      learn().progress.answer(`challenge-${this.chapter}`, "right");
    } else if (!this.#done || this.chapter !== "numpy") {
      this.#done = false;
      this.#say(kept ? "done" : "", this.t(kept ? "learn.challenge.kept" : "learn.challenge.not_yet"));
    }
  }

  #check() {
    if (!this.#expected) return;
    const { value } = this.#expected;
    const right = readings(this.field?.value ?? "").some((answer) => Math.abs(answer - value) <= NEAR);
    if (!right) return this.#say("", this.t("learn.challenge.numpy.other"));
    this.#done = true;
    return this.#look();
  }

  /** Classes by their names, shares in per cent. @param {import("./model/challenges.js").Params} found */
  #words(found) {
    const { model } = this.store.state;
    return Object.fromEntries(
      Object.entries(found).map(([key, value]) => {
        if (key === "was" || key === "is") {
          const one = model?.classes[Number(value)];
          return [key, one ? this.i18n.label(one.labels) : String(value)];
        }
        return [key, ["before", "now", "share"].includes(key) ? this.i18n.percent(Number(value)) : value];
      }),
    );
  }

  /** @param {"done" | ""} state @param {string} text */
  #say(state, text) {
    if (!this.said) return;
    this.dataset.state = state;
    this.said.textContent = text;
  }
}
