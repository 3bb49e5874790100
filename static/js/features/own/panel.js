// @ts-check
/**
 * The panel of a person's own network: what it is, what is left to say of it, what became of it on the way in, whether
 * it computes the same, and which networks this browser keeps.
 */
import { LINKED } from "../../state/follow.js";
import { context, does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { icon } from "../../elements/icons.js";
import { ownCommands } from "./commands.js";
import { createFacts } from "./facts.js";
import { createKept } from "./kept.js";
import { modelOf } from "./keeping.js";
import { createProof } from "./proof.js";
import { createQuestions } from "./questions.js";
import { refusal } from "./refusal.js";
import { createReport } from "./report.js";
import { bytesText } from "./sentences.js";
import { reopen, session } from "./session.js";

export class LoupeOwn extends LoupeElement {
  start() {
    this.commands(ownCommands(this));
    this.status = h("div", { class: "own-status", role: "status" });
    this.alert = h("div", { role: "alert" });
    const facts = createFacts();
    const questions = createQuestions();
    const proof = createProof();
    const report = createReport();
    const kept = createKept();
    this.done = h(
      "div",
      { class: "row own-done" },
      h(
        "button",
        { type: "button", class: "button strong", "data-action": "own-done", ...does("close-panel") },
        this.t("own.done"),
      ),
    );
    this.replaceChildren(
      this.status,
      this.alert,
      facts.root,
      questions.root,
      this.done,
      proof.root,
      report.root,
      this.#intake(),
      kept.root,
    );

    this.cleanup(
      session.select(
        (state) => Object.values(state),
        () => this.#show(),
      ),
    );
    for (const part of [facts, questions, proof, report])
      this.cleanup(
        session.select(
          (state) => Object.values(state),
          () => part.show(session.state),
        ),
      );
    const list = () => kept.show(this.store.state);
    this.watch(({ models, modelId }) => [models, modelId], list);
    this.cleanup(session.select(({ brought }) => brought, list));
    void this.#recall();
    this.watch(
      ({ modelId, needs }) => [modelId, needs],
      () => this.#show(),
    );
  }

  /** Give the focus to what is asked or offered next. @param {string} selector */
  focusOn(selector) {
    /** @type {HTMLElement | null} */ (this.querySelector(selector))?.focus();
  }

  /** The report of the network that is on the screen, where it is one of the person's own. */
  async #recall() {
    const shown = await modelOf(this.store.state.modelId);
    const { stage, brought, busy } = session.state;
    const other = stage === "open" && !busy && brought?.content !== shown?.content;
    if (shown && (stage === "empty" || other)) await reopen(shown);
  }

  #show() {
    const { stage, files, busy, problem, brought, kept } = session.state;
    const { settings } = context();
    const { modelId, needs } = this.store.state;
    this.dataset.stage = stage;
    this.toggleAttribute("data-busy", busy);
    this.done.hidden = stage !== "open";
    const names = files.map(({ name, blob }) => `${name} (${bytesText(blob.size)})`).join(", ");
    const words = {
      off: () => this.t("own.off", { setting: settings.own_models_setting ?? "CNN_LOUPE_OWN_MODELS" }),
      reading: () => this.t("own.reading", { names }),
      open: () => (kept ? "" : this.t("own.not_kept")),
      refused: () => "",
      empty: () =>
        modelId.startsWith(LINKED)
          ? needs
            ? this.t("own.needed", { file: needs.file, size: bytesText(needs.size) })
            : this.t("own.needed_unknown")
          : "",
    };
    const said = words[stage]();
    if (this.status.textContent !== said) this.status.textContent = said;
    this.status.hidden = !said;
    this.alert.replaceChildren(...(problem ? [refusal(problem, brought ? null : names)] : []));
  }

  /** Where files come in: the whole page takes them as well. */
  #intake() {
    const input = h("input", {
      type: "file",
      multiple: true,
      class: "sr",
      "aria-label": this.t("own.choose"),
      "data-action": "own-files",
      ...does(
        "own-files",
        () => {
          const files = [...input.files];
          input.value = "";
          return files;
        },
        "change",
      ),
    });
    const leave = commandButton("own-leave");
    const root = h(
      "div",
      { class: "own-intake" },
      leave,
      h("label", { class: "button own-choose" }, input, icon("plus"), h("span", null, this.t("own.choose"))),
      h("p", { class: "note" }, this.t("own.reads")),
      h("p", { class: "note" }, this.t("own.where")),
    );
    this.watch(
      ({ modelId }) => modelId.startsWith(LINKED),
      (linked) => void (leave.hidden = !linked),
    );
    this.cleanup(
      session.select(
        ({ stage }) => stage,
        (stage) => void (root.hidden = stage === "off"),
      ),
    );
    return root;
  }
}
