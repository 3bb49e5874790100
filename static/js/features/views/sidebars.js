// @ts-check
/** Which network stands beside the opened view; it stays while views of one model follow each other. */
import { shownNow } from "../../state/selectors.js";
import { createNetworkSidebar } from "./network-sidebar.js";

/** @typedef {import("../../model/scene.js").WholeScene} WholeScene */

/**
 * @param {import("../../elements/element.js").LoupeElement} host
 * @param {import("./host.js").Actions} actions
 */
export function createSidebars(host, actions) {
  /** @type {{ key: string, part: ReturnType<typeof createNetworkSidebar> } | null} */
  let current = null;

  /** Which layers stand there: beside a large network what the map shows of it, and what the opened layer reads.
   * @param {WholeScene} scene */
  const namesOf = ({ model }) => {
    const all = model.layers.map((layer) => layer.name);
    if (!model.in_pieces) return all;
    const { view, blocks } = host.store.state;
    const name = view?.layer ?? "";
    const some = new Set([
      name,
      ...(model.layer(name)?.inputs ?? []),
      ...(view?.trail ?? []).map(({ layer }) => layer),
      ...shownNow({ model, blocks }).columns.map((column) => column.name),
    ]);
    return all.filter((one) => some.has(one));
  };

  return {
    /** What stands beside views of a scene. @param {WholeScene} scene */
    of(scene) {
      const { model } = scene;
      const names = namesOf(scene);
      const key = JSON.stringify([model.id, model.digest, host.store.state.words, model.in_pieces && names]);
      if (current?.key !== key) current = { key, part: createNetworkSidebar(scene, names, actions) };
      return current.part;
    },
    /** What stands there now. */
    get shown() {
      return current?.part ?? null;
    },
  };
}
