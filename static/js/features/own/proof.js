// @ts-check
/**
 * Is it the same network? What ONNX Runtime computes on this server, or what the person's own framework wrote into
 * expected.npz, beside our numbers, layer by layer.
 */
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { icon } from "../../elements/icons.js";
import { sentenceOf } from "./sentences.js";

/** Within this share of a layer's largest value two runtimes of float32 agree; deep networks add up more. */
const AGREES = { shallow: 1e-5, deep: 1e-4, layers: 60 };

export function createProof() {
  const { t } = context().i18n;
  const root = h("section", { class: "own-proof", "data-part": "proof", "aria-label": t("own.proof.title") });
  return {
    root,
    /** @param {import("./session.js").Session} session */
    show({ brought, stage, proof, proofProblem }) {
      root.hidden = (!brought || stage === "refused") && !proofProblem;
      const lines = brought?.report.snippet;
      root.replaceChildren(
        h("h3", null, t("own.proof.title")),
        proofProblem ? h("p", { class: "notice bad", role: "alert" }, sentenceOf(proofProblem)) : "",
        proof?.reason ? h("p", { class: "note" }, proof.reason) : "",
        ...(brought && proof?.by ? said(proof, brought) : lines ? [asking(lines)] : []),
      );
    },
  };
}

/** @param {string} text lines of Python */
function asking(text) {
  const { t } = context().i18n;
  const said = h("span", { class: "note", role: "status" });
  const copy = h(
    "button",
    {
      type: "button",
      class: "button",
      "data-action": "own-copy-snippet",
      ...does("copy", {
        text,
        copied: (/** @type {boolean} */ done) => void (said.textContent = t(done ? "own.copied" : "own.not_copied")),
      }),
    },
    icon("copy"),
    h("span", null, t("own.copy")),
  );
  return h(
    "details",
    { class: "own-asking" },
    h("summary", null, t("own.proof.not_checked")),
    h("p", null, t("own.proof.how")),
    h("pre", { class: "code", tabindex: "0", "data-part": "snippet" }, text),
    h("div", { class: "row" }, copy, said),
  );
}

/** @param {any} proof @param {import("../../api/own.js").Brought} brought @returns {Node[]} */
function said(proof, { report }) {
  const { i18n } = context();
  const { t } = i18n;
  const { largest } = proof;
  const layers = proof.layers ?? [];
  const scores = proof.scores ?? [];
  const allowed = report.layers.length > AGREES.layers ? AGREES.deep : AGREES.shallow;
  const share = largest?.difference ?? 0;
  const best = [...scores].sort((a, b) => b.theirs - a.theirs)[0];
  const headline = proof.by === "expected" ? "own.proof.own" : "own.proof.runtime";
  return [
    largest
      ? h(
          "p",
          { class: "own-verdict", "data-verdict": share <= allowed ? "same" : "differs" },
          icon(share <= allowed ? "check" : "warning"),
          h("span", null, t(headline, { runtime: `ONNX Runtime ${proof.version ?? ""}`.trim(), difference: share.toExponential(0), layer: largest.layer, count: layers.length }), " ", t(share <= allowed ? "own.proof.same" : "own.proof.differs")), // prettier-ignore
        )
      : "",
    best
      ? h("p", { "data-part": "both" }, t("own.proof.both", { theirs: best.theirs.toFixed(5), ours: best.ours.toFixed(5) })) // prettier-ignore
      : "",
    layers.length
      ? h(
          "details",
          { class: "own-layers" },
          h("summary", null, t("own.proof.by_layer", { count: layers.length })),
          h(
            "div",
            {
              class: "own-table",
              tabindex: "0",
              role: "region",
              "aria-label": t("own.proof.by_layer", { count: layers.length }),
            },
            h(
              "table",
              null,
              h("thead", null, h("tr", null, ["yours", "here", "difference"].map((name) => h("th", { scope: "col" }, t(`own.proof.${name}`))))), // prettier-ignore
              h(
                "tbody",
                null,
                layers.map(
                  (/** @type {{ layer: string, name: string, difference: number }} */ { layer, name, difference }) =>
                    h(
                      "tr",
                      { "data-layer": layer },
                      h("th", { scope: "row" }, h("code", null, name)),
                      h("td", null, h("code", null, layer)),
                      h("td", { class: "number" }, difference === 0 ? "0" : difference.toExponential(1)),
                    ),
                ),
              ),
            ),
          ),
        )
      : "",
  ].filter((node) => node !== "");
}
