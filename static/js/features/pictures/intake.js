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
import { anew, blobOfAddress, LONGEST, thumbnailOf, UPRIGHT } from "./decode.js";

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
  const { model, panel } = store.state;
  // The editor moves a square; a network that takes whole pictures has none, and one on its way in is being asked
  // about.
  const square = (model?.input.preparation?.fit ?? "cover") === "cover";
  if (files.length === 1 && square && panel !== "own") store.update({ panel: "crop" });
}

/** @param {File} file @returns {Promise<OwnPicture | null>} null where it was refused */
async function addPicture(file) {
  const { store } = context();
  const name = file.name || context().i18n.t("pictures.pasted");
  try {
    const { own, problem } = await sent(file, name);
    // A proxy's limit is told even where the picture got through smaller: whoever runs it can raise it.
    if (problem?.code === "proxy_limit")
      reportProblem(store, { name, problem: new Problem({ ...problem, code: "proxy_limit_reduced" }) });
    await keep(own);
    const picture = shown(own);
    addOwn(store, picture);
    return picture;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const small = UNSHOWN.has(error.code) ? null : await thumbnailOf(file, { part: true }).catch(() => null);
    reportProblem(store, { name, thumbnail: small ? URL.createObjectURL(small) : null, problem: error });
    if (error.code === "server_unreachable") store.update({ offline: true });
    return null;
  }
}

/** Refusals of files that a browser might take minutes to decode, or that hold nothing to be shown. */
const UNSHOWN = new Set(["picture_too_many_blocks", "picture_unreadable", "picture_empty", "server_unreachable"]);
/** Refusals of files that are sound: a browser that can show them sends the picture anew. */
const FORMATS = new Set(["picture_format_refused", "picture_format_unknown", "picture_kind_refused"]);
const SIZES = new Set([
  "body_too_large",
  "picture_too_large",
  "picture_too_long",
  "picture_too_many_pixels",
  "picture_too_many_scans",
]);

/**
 * The file as it is, since the server's reading decides. Only one that is refused for its size or its format is decoded
 * here and sent anew; `problem` is the refusal.
 * @param {File} file @param {string} name @returns {Promise<{ own: KeptPicture, problem: Problem | null }>}
 */
async function sent(file, name) {
  const { settings } = context();
  const limit = settings.max_upload_bytes;
  try {
    if (file.size > limit) throw new Problem({ code: "picture_too_large", params: { bytes: file.size, limit } });
    return { own: await asked(file, name, null), problem: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const proxy = error.code === "proxy_limit";
    if (!proxy && !SIZES.has(error.code) && !FORMATS.has(error.code)) throw error;
    const other = await anew(file, proxy ? LONGEST.proxy : LONGEST.server, error.params).catch(() => null);
    if (!other || other.blob.size > limit || (!FORMATS.has(error.code) && other.blob.size >= file.size)) throw error;
    try {
      return { own: await asked(other.blob, name, other.from), problem: error };
    } catch (second) {
      throw second instanceof Problem && second.code !== "proxy_limit" ? second : error;
    }
  }
}

/**
 * What the server says of this picture.
 * @param {Blob} blob
 * @param {string} name
 * @param {{ width: number, height: number } | null} reducedFrom
 * @returns {Promise<KeptPicture>}
 */
async function asked(blob, name, reducedFrom) {
  const { store, runs } = context();
  const { model } = store.state;
  if (!model) throw new Problem({ code: "server_unreachable" });
  const digest = await digestOf(await bytesOf(blob));
  const kept = { digest, name, blob, reducedFrom, crop: null, added: Date.now() };
  const candidate = { ...kept, width: 0, height: 0, small: null, upright: null, thumbnail: "" };
  try {
    const { preparation } = await runs.run({ model, ref: { source: "own", id: digest }, own: candidate });
    return { ...kept, ...(await seen(preparation)) };
  } catch (error) {
    if (error instanceof Problem && error.code === "proxy_limit") error.params.bytes = blob.size;
    throw error;
  }
}

/** The picture as the server sees it: its size, itself, and a small square of it. @param {any} preparation */
async function seen({ upright: { width, height, picture } }) {
  const upright = blobOfAddress(picture);
  return { width, height, upright, small: await thumbnailOf(upright) };
}

/**
 * With the server's picture of it, which pictures kept by earlier versions of this page lack.
 * @param {OwnPicture} own
 * @returns {Promise<OwnPicture>}
 */
export async function withUpright(own) {
  const { store, api } = context();
  const { model } = store.state;
  if (own.upright || !model) return own;
  const { preparation } = await api.prepare(model.id, own.blob, { upright: UPRIGHT });
  const picture = { ...own, ...(await seen(preparation)) };
  addOwn(store, picture);
  return picture;
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

/** @param {KeptPicture} picture @returns {OwnPicture} */
const shown = (picture) => ({ ...picture, thumbnail: URL.createObjectURL(picture.small ?? picture.blob) });

/** @param {KeptPicture} picture */
async function keep(picture) {
  kept.set(picture.digest, picture);
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
    let found = [];
    try {
      found = await keptPictures();
    } catch {
      keeps = false; // private windows of some browsers have no IndexedDB; pictures last as long as the page
    }
    for (const picture of found) kept.set(picture.digest, picture);
    store.update({ ownPictures: [...found.map(shown), ...store.state.ownPictures], ownReady: true });
    store.select(({ ownPictures }) => ownPictures, keepUp);
  })();
  return restored;
}

/** The pictures that this browser keeps, by digest. @type {Map<string, KeptPicture>} */
const kept = new Map();

/** What this browser keeps follows what the page has, whether it was changed, taken out, or brought back.
 * @param {readonly OwnPicture[]} pictures */
function keepUp(pictures) {
  for (const { thumbnail: _ends, drawing, ...picture } of pictures) {
    if (drawing) continue;
    const known = kept.get(picture.digest);
    if (known?.crop !== picture.crop || known?.upright !== picture.upright) void keep(picture);
  }
  for (const digest of [...kept.keys()])
    if (!pictures.some((picture) => picture.digest === digest)) {
      kept.delete(digest);
      void forgetPicture(digest).catch(() => {});
    }
}

export async function removeAll() {
  const { store } = context();
  await forgetPictures().catch(() => {});
  for (const picture of store.state.ownPictures) {
    removeOwn(store, picture.digest);
    URL.revokeObjectURL(picture.thumbnail);
  }
}
