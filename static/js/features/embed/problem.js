// @ts-check
/** What went wrong, and a way to try again; what is drawn stays. */
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { sentence } from "../../elements/sentence.js";

export class LoupeEmbedProblem extends LoupeElement {
  start() {
    this.setAttribute("role", "alert");
    this.watch(
      ({ offline, problem, problems }) => [offline, problem, problems],
      () => {
        const { problem, problems, run } = this.store.state;
        const said = problem ?? problems[problems.length - 1]?.problem;
        this.hidden = !said;
        if (!said) return this.replaceChildren();
        const words =
          said.code === "server_unreachable"
            ? this.t(run ? "common.offline.loaded" : "common.offline.empty")
            : sentence(this.i18n, said);
        const again = problem && commandButton("retry");
        this.replaceChildren(
          h(
            "div",
            { class: "notice bad", "data-notice": "problem", "data-code": said.code },
            h("p", null, words),
            again,
          ),
        );
        return undefined;
      },
    );
  }
}
