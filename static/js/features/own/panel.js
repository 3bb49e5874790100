// @ts-check
/**
 * The panel of a person's own network: what it is, what is left to say of it, what became of it on the way in, whether
 * it computes the same, and which networks this browser keeps.
 */
import { chooseModel, closePanel } from "../../state/actions.js";
import { LINKED } from "../../state/follow.js";
import { context } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { icon } from "../../elements/icons.js";
import { createFacts } from "./facts.js";
import { createKept } from "./kept.js";
import { modelOf } from "./keeping.js";
import { createProof } from "./proof.js";
import { createQuestions } from "./questions.js";
import { refusal } from "./refusal.js";
import { createReport } from "./report.js";
import { bytesText } from "./sentences.js";
import { reopen, session, take } from "./session.js";

export class LoupeOwn extends LoupeElement {
  start() {
    this.status = h("div", { class: "own-status", role: "status" });
    this.alert = h("div", { role: "alert" });
    const facts = createFacts();
    const questions = createQuestions();
    const proof = createProof();
    const report = createReport();
    const kept = createKept(this);
    this.done = h(
      "div",
      { class: "row own-done" },
      h(
        "button",
        { type: "button", class: "button strong", "data-action": "own-done", onclick: () => closePanel(this.store) },
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

  /** The report of the network that is on the screen, where it is one of the person's own. */
  async #recall() {
    const shown = await modelOf(this.store.state.modelId);
    const { stage, brought } = session.state;
    if (shown && (stage === "empty" || (stage === "open" && brought?.content !== shown.content))) await reopen(shown);
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
      onchange: async () => {
        const files = [...input.files];
        input.value = "";
        const { contentOf, HEAD } = await import("../../model/files/content.js");
        await take(
          await Promise.all(
            files.map(async (file) => {
              const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
              const content = contentOf(head, file.name);
              // Whoever chooses here means a network: a picture among its files is told of by the server.
              const beside = content === "picture" || content === "unknown";
              return { file, content: beside ? /** @type {const} */ ("beside") : content };
            }),
          ),
        );
      },
    });
    const leave = h(
      "button",
      {
        type: "button",
        class: "button",
        "data-action": "own-leave",
        onclick: () => {
          const usual = this.store.state.models.find((one) => one.default);
          if (usual) chooseModel(this.store, usual.id);
          closePanel(this.store);
        },
      },
      this.t("own.leave"),
    );
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
