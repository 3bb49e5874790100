// @ts-check
/**
 * Makes true what the state asks for: when another model, picture, crop or transform is chosen,
 * load it, run it, and put the answer into the state. A late answer never replaces a newer one;
 * a failure leaves what is drawn.
 *
 * @typedef {import("./initial.js").State} State
 * @typedef {import("./actions.js").AppStore} AppStore
 * @typedef {object} Pictures
 * @property {(description: any) => Promise<import("./initial.js").Sample[]>} picturesFor of a model's own kind, made
 *   here
 * @typedef {object} OwnModels
 * @property {(content: string) => Promise<{ id: string } | null>} findModel the network whose content begins so
 */
import { createTask, SUPERSEDED } from "../core/timing.js";
import { Problem } from "../api/client.js";
import { createModel } from "../model/kinds.js";
import { modelEdits, sceneOf, unedited, withShared } from "../model/scene.js";
import { withProblem } from "./initial.js";
import { defaultPicture, ownOf, sampleOf } from "./selectors.js";

/** Where nobody has networks of their own: in embeds. @returns {Promise<OwnModels>} */
const noneOwn = async () => ({ findModel: async () => null });

/** How the name of a model begins that a link gives by its content; digits of the content follow. */
export const LINKED = "own:";

/**
 * The scenes with what their model has learned, where edits have not made something else of it.
 * @param {import("../model/scene.js").Scenes} scenes @param {import("../api/client.js").Parameters | null} parameters
 * @returns {import("../model/scene.js").Scenes}
 */
const withLearned = ({ main, original }, parameters) => ({
  main: main && { ...main, parameters: main.parameters ?? parameters },
  original: original && { ...original, parameters: original.parameters ?? parameters },
});

/** What makes scenes of changes, once something has been changed. @type {typeof import("./making.js") | null} */
let making = null;

/**
 * @param {object} parts
 * @param {AppStore} parts.store
 * @param {import("../api/client.js").Api} parts.api
 * @param {import("./runs.js").Runs} parts.runs
 * @param {() => Promise<OwnModels>} [parts.own] what knows the person's own networks, loaded when one is asked for
 * @param {() => Promise<Pictures>} parts.pictures what makes pictures for models without a gallery
 * @returns {() => void} stops following
 */
export function follow({ store, api, runs, pictures, own = noneOwn }) {
  const modelTask = createTask();
  const runTask = createTask();
  const parametersTask = createTask();

  const failed = (/** @type {unknown} */ error) => {
    if (!(error instanceof Problem)) throw error;
    if (error.code === "server_unreachable") store.update({ offline: true, problem: error, working: false });
    else store.update({ problem: error, working: false });
    if (!store.state.run) store.update({ network: "error" });
    return error;
  };

  /** Say what was refused, and keep everything that is drawn. @param {import("./initial.js").Refusal} refusal */
  const report = (refusal) => store.update({ problems: withProblem(store.state.problems, refusal) });

  /** The scene of the model as it was learned, whatever edits have made of the main one. */
  const asLearned = () => unedited(store.state.scenes);

  /** @param {string} id */
  const loadModel = async (id) => {
    // Whatever else is on its way is late from now on, also where nothing has to be asked for.
    if (store.state.model?.id === id) {
      void modelTask(async () => {});
      return void (store.state.run && store.update({ network: "ready", working: false }));
    }
    if (id.startsWith(LINKED)) return findLinked(id);
    store.update({ network: "loading", working: true });
    try {
      const loaded = await modelTask(async (signal) => {
        const [description, { samples }] = await Promise.all([api.model(id, signal), api.samples(id, signal)]);
        return { description, samples: [...(await made(description, samples)), ...samples] };
      });
      if (loaded === SUPERSEDED) return undefined;
      const { description, samples } = loaded;
      const listed = store.state.models.find((model) => model.id === id);
      const model = createModel(listed?.own ? { ...description, title: listed.title } : description);
      store.update({ scenes: { main: sceneOf(model), original: null }, samples });
    } catch (error) {
      const problem = failed(error);
      const { main } = store.state.scenes;
      if (!main?.run) return store.update({ network: "error" });
      // Another model could not be loaded: the one that is drawn stays.
      if (problem.code !== "server_unreachable") report({ name: id, problem });
      store.update({ modelId: main.model.id, picture: main.picture, network: "ready", problem: null });
    }
    return undefined;
  };

  /** A link to somebody's own network says which by its content; here it has a name only if this browser has its files.
   * @param {string} linked */
  const findLinked = async (linked) => {
    const found = await (await own()).findModel(linked.slice(LINKED.length));
    if (store.state.modelId !== linked) return;
    if (found) return store.update({ modelId: found.id });
    const { needs } = store.state;
    const problem = needs
      ? new Problem({ code: "own_model_needed", params: needs })
      : new Problem({ code: "own_model_unknown" });
    store.update({ network: "error", problem, panel: "own" });
  };

  /**
   * The learned numbers come after the run: the network is drawn without them, what is pointed at is explained with
   * them.
   */
  const loadParameters = async () => {
    const { run } = store.state;
    const { model = null, parameters = null } = asLearned() ?? {};
    if (!model || parameters || !run) return;
    const learned = (/** @type {import("../api/client.js").Parameters} */ found) =>
      store.update({ scenes: withShared(store.state.scenes, model, { parameters: found }) });
    try {
      if (model.in_pieces) return learned(new Map());
      const loaded = await parametersTask((signal) => api.parameters(model, null, signal));
      if (loaded !== SUPERSEDED && !asLearned()?.parameters) learned(loaded);
    } catch (error) {
      failed(error);
    }
  };

  /** A model without a gallery gets pictures of its own kind; those of lessons are no gallery.
   * @param {any} description @param {import("./initial.js").Sample[]} samples */
  const made = async (description, samples) =>
    samples.every(({ role }) => role === "lesson") ? (await pictures()).picturesFor(description) : [];

  /** The picture whose changed form is being run, and whether it has been changed further since. */
  const changing = { key: "", further: false };

  const showPicture = async () => {
    const { picture, ownReady, transform, mix, edits, attempt } = store.state;
    const model = asLearned()?.model;
    if (!model || model.id !== store.state.modelId) return;
    const sample = sampleOf(store.state, picture);
    const own = ownOf(store.state, picture);
    if (!picture) return store.update({ picture: defaultPicture(store.state) });
    if (picture.source === "own" && !own)
      return ownReady ? absent(new Problem({ code: "own_picture_absent" })) : undefined;
    if (picture.source === "sample" && !sample)
      return absent(new Problem({ code: "unknown_sample", params: { sample: picture.id } }));

    // A slider that is dragged asks faster than runs come back. Were each step to abort the one before,
    // nothing would be drawn until it rests; so the step on its way is drawn first, then the newest.
    const key =
      (transform || mix || edits.length > 0) && JSON.stringify([model.id, picture, own?.crop ?? null, attempt]);
    if (key && key === changing.key) return void (changing.further = true);
    changing.key = key || "";
    changing.further = false;
    await runPicture({ model, picture, sample, own, transform, mix, edits });
    if (!key || changing.key !== key) return undefined;
    changing.key = "";
    return changing.further ? void showPicture() : undefined;
  };

  /**
   * @param {{ model: import("../model/model.js").Model, picture: import("./initial.js").PictureRef,
   *   sample?: import("./initial.js").Sample, own?: import("./initial.js").OwnPicture, transform: State["transform"],
   *   mix: State["mix"], edits: State["edits"] }} asked
   */
  const runPicture = async ({ model, picture, sample, own, transform, mix, edits }) => {
    store.update({ working: true });
    const asked = transform !== null || mix !== null || !runs.has({ model, ref: picture, sample, own });
    try {
      const answer = await runTask(async (signal) => {
        const original = { ...sceneOf(model), picture, run: await runs.run({ model, ref: picture, sample, own }) };
        if (!transform && !mix && edits.length === 0) return { main: original, original: null };
        const learned = asLearned();
        const parameters = learned?.model === model ? learned.parameters : null;
        const { changedScene } = await maker();
        const main = await changedScene(original, { parameters, transform, edits, mix }, { api, runs, signal });
        return { main, original };
      });
      // An answer of a model that has been left meanwhile is late, too.
      const learned = asLearned();
      if (answer === SUPERSEDED || learned?.model !== model) return undefined;
      store.update({
        scenes: withLearned(answer, learned.parameters),
        network: "ready",
        working: false,
        problem: null,
        ...(asked && { offline: false }),
      });
    } catch (error) {
      if (edits.length > 0 && error instanceof Problem && error.code !== "server_unreachable") return refuse(error);
      const problem = failed(error);
      if (problem.code === "server_unreachable") return undefined;
      report({ name: own?.name ?? picture.id, thumbnail: own?.thumbnail ?? null, problem });
      const drawn = store.state.scenes.main?.picture;
      if (drawn) store.update({ picture: drawn });
    }
    return undefined;
  };

  /** What makes scenes of changed pictures and models, and has the runs that this page makes compared. */
  const maker = async () => {
    // Kept: even of a module that is there, an import is answered only after the next frame.
    making ??= await import("./making.js");
    if (!comparing) {
      const { followComputed } = await import("./computed.js");
      comparing ??= followComputed({ store, runs });
      stops.push(comparing);
    }
    return making;
  };
  /** Stops comparing runs made here with the server's. @type {(() => void) | null} */
  let comparing = null;

  /** The network cannot be changed so: say why, and go on with what is drawn. @param {Problem} problem */
  const refuse = (problem) => {
    report({ name: "", problem });
    const { main, original } = store.state.scenes;
    store.update({
      edits: original && main ? /** @type {State["edits"]} */ (modelEdits(main)) : [],
      working: false,
    });
  };

  /** The address names a picture that is not here: say so and show what can be shown. @param {Problem} problem */
  const absent = (problem) => {
    report({ name: "", problem });
    store.update({ picture: store.state.scenes.main?.picture ?? defaultPicture(store.state) });
  };

  const stops = [
    store.select(
      (state) => [state.modelId, state.attempt],
      ([id]) => void (id && loadModel(String(id))),
    ),
    store.select(
      (state) => [
        unedited(state.scenes)?.model,
        state.modelId,
        state.picture,
        ownOf(state, state.picture)?.crop,
        state.ownReady,
        state.transform,
        state.mix,
        state.edits,
        state.attempt,
      ],
      () => void showPicture(),
    ),
    store.select(
      ({ model, run, attempt }) => [model, run !== null, attempt],
      () => void loadParameters(),
    ),
  ];
  let following = false;
  stops.push(
    store.select(
      ({ model }) => model?.in_pieces === true,
      async (large) => {
        if (!large || following) return;
        following = true;
        const { followPieces } = await import("./pieces.js");
        stops.push(followPieces({ store, api }));
      },
    ),
  );
  return () => stops.forEach((stop) => stop());
}
