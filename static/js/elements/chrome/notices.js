// @ts-check
/**
 * What has to be said above the network: no connection, refused pictures, a picture of none of the classes.
 */
import { noteOf, topScore } from "../../state/selectors.js";
import { commandButton } from "../controls.js";
import { h } from "../dom.js";
import { LoupeElement } from "../element.js";
import { icon } from "../icons.js";
import { sentence } from "../sentence.js";

class LoupeNotices extends LoupeElement {
  #strange = h("div", { role: "status" });

  start() {
    const connection = h("div", { role: "status" });
    const refused = h("div", { role: "alert" });
    this.replaceChildren(connection, refused, this.#strange);
    this.watch(
      (state) => [state.offline, state.problem, state.working],
      () => connection.replaceChildren(...this.#connection()),
    );
    this.watch(
      (state) => state.problems,
      (problems) => refused.replaceChildren(...problems.map((problem) => this.#refusal(problem))),
    );
    this.watch(
      (state) => [state.run, noteOf(state)],
      () => void this.#outOfDistribution(),
    );
  }

  /** @returns {Node[]} */
  #connection() {
    const { offline, problem, run, working } = this.store.state;
    if (!offline && (run || !problem)) return [];
    const words = offline
      ? this.t(run ? "common.offline.loaded" : "common.offline.empty")
      : sentence(this.i18n, /** @type {any} */ (problem));
    const again = commandButton("retry", { disabled: working });
    return [
      h(
        "div",
        { class: "notice bad", "data-notice": offline ? "offline" : "problem" },
        icon("warning"),
        h("p", null, words),
        again,
      ),
    ];
  }

  /** @param {import("../../state/initial.js").PictureProblem} refusal */
  #refusal({ id, name, thumbnail, problem }) {
    return h(
      "div",
      { class: "notice bad", "data-notice": "picture", "data-code": problem.code },
      thumbnail ? h("img", { src: thumbnail, alt: "", width: 48, height: 48 }) : icon("warning"),
      h("p", null, name ? h("strong", null, name) : null, name ? " " : null, sentence(this.i18n, problem)),
      commandButton("dismiss-problem", { value: id, square: true }),
    );
  }

  /** Few pictures need this note: its code comes with the first of them. */
  async #outOfDistribution() {
    const { run, model } = this.store.state;
    const note = noteOf(this.store.state)?.out_of_distribution;
    const best = topScore(run);
    if (!note?.outside || !best || !model?.classes.length) return this.#strange.replaceChildren();
    const { oodNotice } = await import("../../features/pictures/ood-notice.js");
    if (this.store.state.run !== run) return;
    const open = this.#strange.querySelector("details")?.open;
    const shown = oodNotice({
      i18n: this.i18n,
      model,
      note,
      label: this.i18n.label(model.classes[best.class].labels),
      probability: best.probability,
    });
    shown.open = open === true;
    this.#strange.replaceChildren(shown);
  }
}

customElements.define("loupe-notices", LoupeNotices);
