// @ts-check
/**
 * Large runs, piece by piece: what is shown of them is asked for when it is shown, what opening a unit needs when the
 * pointer or the focus rests on it, and what has not been looked at for long is let go.
 *
 * Pieces are put into the run and the parameters that are there; `arrived` counts up, so that whoever shows them looks
 * again.
 *
 * @typedef {import("./initial.js").State} State
 * @typedef {import("../api/client.js").Run} Run
 */
import { Problem } from "../api/client.js";
import { createTask, SUPERSEDED } from "../core/timing.js";
import { columnsOf } from "../model/columns.js";
import { hasLearned, pieceNamed, weighs } from "../model/learned.js";
import { needsOf, needsOfEvidence } from "../model/needs.js";
import { scoreLayer } from "../model/model.js";
import { modelEdits } from "../model/scene.js";
import { hasThumbnails, merged, SHOWN } from "../model/statistics.js";
import { shownNow } from "./selectors.js";

export { SHOWN };

/** How many bytes of values and learned numbers are kept beside the overview. */
export const MOST_BYTES = 48_000_000;
/** How long one must look at a unit before what opening it needs is asked for, in milliseconds. */
const LOOKS = 100;
/** How many bytes may be fetched before a unit is opened; where opening needs more, only its layer's values are. */
export const MOST_AHEAD = 12_000_000;

/** The layers of which the map shows something: those of its columns, and those that share a colour range with them.
 * @param {Pick<State, "blocks"> & { model: import("../model/model.js").Model }} state */
export function overviewed(state) {
  const { columns } = shownNow(state);
  const groups = new Set(columns.map(({ group }) => group).filter((group) => group >= 0));
  const names = new Set(columns.filter(({ layer }) => layer).map(({ name }) => name));
  for (const { name, group } of columnsOf(state.model)) if (groups.has(group)) names.add(name);
  return state.model.layers.map(({ name }) => name).filter((name) => names.has(name));
}

/**
 * What is worth having before a unit of a layer is opened: all that opening it needs, if that is not too much.
 * @param {import("../model/model.js").Model} model
 * @param {string} name
 * @param {number} unit
 * @returns {import("../model/needs.js").Needs}
 */
export function needsAhead(model, name, unit) {
  const needs = needsOf(model, name, unit);
  const bytes = [
    ...needs.tensors.map((one) => 4 * (model.shape(one) ?? []).reduce((product, size) => product * size, 1)),
    ...needs.parameters.map((one) => weighs(model, one)),
  ].reduce((sum, one) => sum + one, 0);
  return bytes <= MOST_AHEAD ? needs : { tensors: [name], parameters: [] };
}

/**
 * Pieces of learned numbers: whole layers in one answer, each unit's in one of its own.
 * @param {import("../api/client.js").Api} api
 * @param {import("../model/model.js").Model} model
 * @param {readonly string[]} names of pieces
 * @param {AbortSignal} signal
 * @returns {Promise<import("../api/client.js").Parameters>}
 */
async function askLearned(api, model, names, signal) {
  const whole = names.filter((name) => pieceNamed(name).unit === null);
  const answers = await Promise.all([
    ...(whole.length ? [api.parameters(model, whole, signal)] : []),
    ...names
      .filter((name) => !whole.includes(name))
      .map(async (name) => {
        const { layer, unit } = pieceNamed(name);
        const found = await api.parameters(model, [layer], signal, unit);
        return new Map([...found.values()].map((tensors) => [name, tensors]));
      }),
  ]);
  return new Map(answers.flatMap((found) => [...found]));
}

/**
 * @param {{ store: import("./actions.js").AppStore, api: import("../api/client.js").Api }} parts
 * @returns {() => void} stops following
 */
export function followPieces({ store, api }) {
  const overviewTask = createTask();
  const windowTask = createTask();
  const values = createPieces();
  const learned = createPieces(hasLearned);
  /** Names in the order in which they were last wanted. @type {Map<string, number>} */
  const used = new Map();
  let clock = 0;

  /** The large run that is drawn. */
  const large = () => {
    const { model, run } = store.state;
    return model && run?.ask && run.overview ? { model, run, ask: run.ask, overview: run.overview } : null;
  };

  /**
   * @template T
   * @param {ReturnType<typeof createTask>} task
   * @param {(signal: AbortSignal) => Promise<T>} ask
   * @param {(answer: T) => void} keep
   */
  const fetchPiece = async (task, ask, keep) => {
    const { run } = store.state;
    try {
      const answer = await task(ask);
      if (answer === SUPERSEDED) return;
      keep(/** @type {T} */ (answer));
      if (store.state.run === run) store.update({ arrived: store.state.arrived + 1 });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      store.update({ problem: error, ...(error.code === "server_unreachable" && { offline: true }) });
    }
  };

  const lookAround = () => {
    const now = large();
    if (!now) return;
    const { model, ask, overview } = now;
    const missing = overviewed({ model, blocks: store.state.blocks }).filter((name) => !overview.has(name));
    if (missing.length)
      void fetchPiece(
        overviewTask,
        (signal) => ask.overview(missing, 0, SHOWN, signal),
        (found) => found.forEach((one, name) => overview.set(name, merged(overview.get(name), one))),
      );
    const { scrolled } = store.state;
    const known = scrolled && overview.get(scrolled.layer);
    if (scrolled && known && known.thumbnails.length && !hasThumbnails(known, scrolled.first, SHOWN))
      void fetchPiece(
        windowTask,
        (signal) => ask.overview([scrolled.layer], Math.max(0, scrolled.first - SHOWN / 2), 2 * SHOWN, signal),
        (found) => found.forEach((one, name) => overview.set(name, merged(overview.get(name), one))),
      );
  };

  /** The learned numbers as the edits of the scene have made them.
   * @param {import("../model/model.js").Model} model @param {import("../api/client.js").Parameters} found */
  const edited = async (model, found) => {
    const { main } = store.state.scenes;
    const edits = main ? modelEdits(main) : [];
    return edits.length ? (await import("./computed.js")).editedNumbers(model, found, edits) : found;
  };

  /** Whose values and learned numbers what is looked at needs.
   * @param {import("../model/model.js").Model} model */
  const needed = (model) => {
    const { view, hover, selection, why } = store.state;
    const place = view ?? hover ?? selection;
    const layer = place && model.layer(place.layer);
    const needs = layer
      ? (view ? needsOf : needsAhead)(model, layer.name, place.unit)
      : { tensors: /** @type {string[]} */ ([]), parameters: /** @type {string[]} */ ([]) };
    const evidence = why && needsOfEvidence(model, why.of?.layer ?? (scoreLayer(model) ?? model.output).name);
    if (evidence) {
      needs.tensors.push(...evidence.tensors.filter((name) => !needs.tensors.includes(name)));
      needs.parameters.push(
        ...evidence.parameters.filter((name) => weighs(model, name) <= MOST_BYTES && !needs.parameters.includes(name)),
      );
    }
    return needs;
  };

  /** What is on its way to somebody who has looked away is called off. */
  const lookAway = () => {
    const now = large();
    const needs = now && needed(now.model);
    values.callOff(now?.run.activations, needs?.tensors ?? []);
    learned.callOff(store.state.parameters, needs?.parameters ?? []);
  };

  const lookClosely = () => {
    const now = large();
    if (!now) return;
    const { model, run, ask } = now;
    const { parameters } = store.state;
    const needs = needed(model);
    for (const name of [...needs.tensors, ...needs.parameters]) used.set(name, ++clock);
    values.want(run.activations, needs.tensors, (names, task) =>
      fetchPiece(
        task,
        (signal) => ask.values(names, signal),
        (found) => {
          found.forEach((tensor, name) => run.activations.set(name, tensor));
          letGo(run.activations, new Set(needs.tensors), ({ data }) => data.byteLength);
        },
      ),
    );
    if (!parameters) return;
    learned.want(parameters, needs.parameters, (names, task) =>
      fetchPiece(
        task,
        async (signal) => edited(model, await askLearned(api, model, names, signal)),
        (found) => {
          found.forEach((tensors, name) => parameters.set(name, tensors));
          letGo(parameters, new Set(needs.parameters), (tensors) =>
            Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0),
          );
        },
      ),
    );
  };

  /**
   * Forget what was wanted longest ago, until the rest fits.
   * @template T
   * @param {Map<string, T>} pieces
   * @param {ReadonlySet<string>} wanted
   * @param {(piece: T) => number} bytesOf
   */
  const letGo = (pieces, wanted, bytesOf) => {
    let bytes = [...pieces.values()].reduce((sum, piece) => sum + bytesOf(piece), 0);
    const oldest = [...pieces.keys()]
      .filter((name) => !wanted.has(name))
      .sort((a, b) => (used.get(a) ?? 0) - (used.get(b) ?? 0));
    for (const name of oldest) {
      if (bytes <= MOST_BYTES / 2) break;
      bytes -= bytesOf(/** @type {T} */ (pieces.get(name)));
      pieces.delete(name);
    }
  };

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let looking;
  const stops = [
    store.select(({ model, run, blocks, scrolled }) => [model, run, blocks, scrolled], lookAround),
    store.select(
      ({ model, run, parameters, view, why, hover, selection }) => [
        model,
        run,
        parameters,
        why?.of?.layer ?? why !== null,
        view?.layer,
        view?.unit,
        hover?.layer,
        hover?.unit,
        selection?.layer,
        selection?.unit,
      ],
      () => {
        clearTimeout(looking);
        lookAway();
        if (store.state.view) lookClosely();
        else looking = setTimeout(lookClosely, LOOKS);
      },
    ),
  ];
  return () => {
    clearTimeout(looking);
    stops.forEach((stop) => stop());
  };
}

/**
 * Pieces of one kind that are wanted: what is missing is asked for together, and what is on its way is not asked for
 * again, so that a click takes over what resting on the unit has begun.
 * @param {(into: ReadonlyMap<string, unknown>, name: string) => boolean} [has]
 */
function createPieces(has = (into, name) => into.has(name)) {
  const task = createTask();
  /** @type {{ into: unknown, names: readonly string[] } | null} what is on its way, and where it will be put */
  let coming = null;
  return {
    /**
     * @param {ReadonlyMap<string, unknown>} into
     * @param {readonly string[]} names
     * @param {(missing: readonly string[], task: ReturnType<typeof createTask>) => Promise<void>} ask
     */
    want(into, names, ask) {
      const missing = names.filter((name) => !has(into, name));
      const there = coming?.into === into ? coming.names : [];
      if (missing.every((name) => there.includes(name))) return;
      const mine = (coming = { into, names: missing });
      void ask(missing, task).finally(() => {
        if (coming === mine) coming = null;
      });
    },
    /**
     * Unless all that is on its way is still wanted.
     * @param {unknown} into
     * @param {readonly string[]} names
     */
    callOff(into, names) {
      if (!coming || (coming.into === into && coming.names.every((name) => names.includes(name)))) return;
      coming = null;
      void task(() => Promise.resolve());
    },
  };
}
