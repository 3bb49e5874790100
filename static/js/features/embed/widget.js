// @ts-check
/** One playground of a chapter, alone. It loads and asks the server for what it uses, and for nothing else. */
import { sceneOf } from "../../model/scene.js";
import { defineWidgets } from "../learn/widgets.js";
import { contentHeight } from "./height.js";
import { markReady, start } from "./start.js";

const sample = new URLSearchParams(location.search).get("sample");
const picture = sample === null ? null : { source: /** @type {const} */ ("sample"), id: sample };

const { boot, store, api, runs, pictures } = start({
  asked: { picture },
  search: ({ modelId, picture: shown }) =>
    `?model=${encodeURIComponent(modelId)}` +
    (shown?.source === "sample" ? `&sample=${encodeURIComponent(shown.id)}` : ""),
  measure: contentHeight,
});
const { needs } = boot;

if (needs === "run") {
  const { follow } = await import("../../state/follow.js");
  follow({ store, api, runs, pictures });
} else if (needs === "model")
  store.select(
    ({ attempt }) => attempt,
    () => void describe(),
  );
await defineWidgets(/** @type {HTMLElement} */ (document.querySelector("main")));
store.select(
  ({ model, run }) => (needs === "run" ? run !== null : needs === "nothing" || model !== null),
  (there) => there && markReady(),
);

async function describe() {
  try {
    const [{ createModel }, description] = await Promise.all([import("../../model/kinds.js"), api.model(boot.model)]);
    store.update({ scenes: { main: sceneOf(createModel(description)), original: null }, problem: null });
  } catch (error) {
    store.update({ problem: /** @type {import("../../api/client.js").Problem} */ (error), network: "error" });
  }
}
