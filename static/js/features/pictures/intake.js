// @ts-check
/**
 * Every way in ends here: files become own pictures, one after the other; what is refused is said,
 * and what was on the screen stays.
 */
import { forgetPicture, forgetPictures, keepPicture, keptPictures } from "../../api/picture-store.js";
import { Problem } from "../../api/client.js";
import { digestOf } from "../../core/sha256.js";
import { choosePicture, reportProblem } from "../../state/actions.js";
import { addOwn, removeOwn } from "./own-pictures.js";
import { context } from "../../elements/context.js";
import { decode } from "./decode.js";

/** @typedef {import("../../state/initial.js").OwnPicture} OwnPicture */
/** @typedef {import("../../api/picture-store.js").KeptPicture} KeptPicture */

/** Pictures that would not be kept are told of once. */
let keeps = true;

/**
 * Add pictures to the strip and show the last good one; a single one opens the crop editor.
 * @param {File[]} files
 */
export async function addPictures(files) {
  const { store } = context();
  await restorePictures();
  store.update({ working: true });
  let last = null;
  try {
    for (const file of files) last = (await addPicture(file)) ?? last;
  } finally {
    store.update({ working: false });
  }
  if (!last) return;
  choosePicture(store, { source: "own", id: last.digest });
  if (files.length === 1) store.update({ panel: "crop" });
}

/** @param {File} file @returns {Promise<OwnPicture | null>} null where it was refused */
async function addPicture(file) {
  const { store, runs, settings } = context();
  const { model } = store.state;
  const name = file.name || context().i18n.t("pictures.pasted");
  const decoded = await decode(file);
  const blob = decoded?.blob ?? file;
  try {
    if (!model) throw new Problem({ code: "server_unreachable" });
    if (blob.size > settings.max_upload_bytes)
      throw new Problem({ code: "picture_too_large", params: { bytes: blob.size, limit: settings.max_upload_bytes } });
    const digest = await digestOf(await bytesOf(blob));
    const kept = {
      digest,
      name,
      blob,
      small: decoded?.thumbnail ?? null,
      reducedFrom: decoded?.reducedFrom ?? null,
      crop: null,
      added: Date.now(),
    };
    const candidate = { ...kept, width: decoded?.width ?? 0, height: decoded?.height ?? 0, thumbnail: "" };
    // The server's reading decides: browsers show damaged files that it refuses, and the other way round.
    const run = await runs.run({ model, ref: { source: "own", id: digest }, own: candidate });
    const size = decoded ?? uprightSize(run.preparation);
    const picture = { ...kept, width: size.width, height: size.height };
    await keep(picture);
    const own = shown(picture);
    addOwn(store, own);
    return own;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    reportProblem(store, {
      name,
      thumbnail: decoded?.thumbnail ? URL.createObjectURL(decoded.thumbnail) : null,
      problem: error,
    });
    if (error.code === "server_unreachable") store.update({ offline: true });
    return null;
  }
}

/** @param {Blob} blob */
async function bytesOf(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    // A folder, or a file that was moved or changed after it was chosen.
    throw new Problem({ code: "picture_unreadable", detail: String(error) });
  }
}

/** The picture's size once it stands upright, from what the server did. @param {any} preparation */
function uprightSize(preparation) {
  const turned = preparation.steps.some(
    (/** @type {any} */ step) => step.id === "orientation" && step.params.exif >= 5,
  );
  const { width, height } = preparation.source;
  return turned ? { width: height, height: width } : { width, height };
}

/** @param {KeptPicture} picture @returns {OwnPicture} */
const shown = (picture) => ({ ...picture, thumbnail: URL.createObjectURL(picture.small ?? picture.blob) });

/** @param {KeptPicture} picture */
async function keep(picture) {
  try {
    await keepPicture(picture);
  } catch {
    if (keeps)
      reportProblem(context().store, { name: picture.name, problem: new Problem({ code: "own_picture_not_kept" }) });
    keeps = false;
  }
}

/** @type {Promise<void> | null} */
let restored = null;

/** Bring back, once, what this browser keeps. */
export function restorePictures() {
  restored ??= (async () => {
    const { store } = context();
    /** @type {KeptPicture[]} */
    let kept = [];
    try {
      kept = await keptPictures();
    } catch {
      keeps = false; // private windows of some browsers have no IndexedDB; pictures last as long as the page
    }
    store.update({ ownPictures: [...kept.map(shown), ...store.state.ownPictures], ownReady: true });
  })();
  return restored;
}

/** Keep a picture's new crop. @param {OwnPicture} picture */
export const keepCrop = ({ thumbnail: _ends, ...picture }) => keep(picture);

/** @param {OwnPicture} picture */
export async function remove(picture) {
  await forgetPicture(picture.digest).catch(() => {});
  removeOwn(context().store, picture.digest);
  URL.revokeObjectURL(picture.thumbnail);
}

export async function removeAll() {
  const { store } = context();
  await forgetPictures().catch(() => {});
  for (const picture of store.state.ownPictures) {
    removeOwn(store, picture.digest);
    URL.revokeObjectURL(picture.thumbnail);
  }
}
