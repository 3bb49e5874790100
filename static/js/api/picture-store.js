// @ts-check
/**
 * The person's own pictures, in this browser's IndexedDB and nowhere else.
 *
 * Files are stored as bytes with their type: a private window of WebKit keeps an ArrayBuffer and refuses a Blob.
 *
 * @typedef {import("../state/initial.js").OwnPicture} OwnPicture
 * @typedef {Omit<OwnPicture, "thumbnail">} KeptPicture without the object URL, which ends with the page
 * @typedef {{ bytes: ArrayBuffer, type: string }} StoredFile
 * @typedef {Omit<KeptPicture, typeof FILES[number]> & Record<typeof FILES[number], StoredFile | Blob | null |
 *   undefined>} StoredPicture
 */
import { createDatabase } from "./database.js";

/** What of a picture is a file. */
const FILES = /** @type {const} */ (["blob", "small", "upright"]);
const PICTURES = "pictures";
const { within } = createDatabase("cnn-loupe", 1, { [PICTURES]: { keyPath: "digest" } });

/** @param {Blob} blob @returns {Promise<StoredFile>} */
const stored = async (blob) => ({ bytes: await blob.arrayBuffer(), type: blob.type });

/**
 * A picture that an earlier version kept holds a Blob itself, and may lack a file.
 * @param {StoredFile | Blob | null | undefined} file
 */
const restored = (file) => (!file ? null : file instanceof Blob ? file : new Blob([file.bytes], { type: file.type }));

/** @returns {Promise<KeptPicture[]>} the oldest first */
export const keptPictures = async () =>
  (await within(PICTURES, "readonly", ([store]) => /** @type {IDBRequest<StoredPicture[]>} */ (store.getAll())))
    .map(
      (picture) =>
        /** @type {KeptPicture} */ ({
          ...picture,
          ...Object.fromEntries(FILES.map((name) => [name, restored(picture[name])])),
        }),
    )
    .sort((a, b) => a.added - b.added);

/** @param {KeptPicture} picture */
export async function keepPicture(picture) {
  // Read before the transaction begins: it would end while the bytes are awaited.
  const files = await Promise.all(
    FILES.map(async (name) => [name, picture[name] && (await stored(/** @type {Blob} */ (picture[name])))]),
  );
  const kept = { ...picture, ...Object.fromEntries(files) };
  return within(PICTURES, "readwrite", ([store]) => store.put(kept));
}

/** @param {string} digest */
export const forgetPicture = (digest) => within(PICTURES, "readwrite", ([store]) => store.delete(digest));

export const forgetPictures = () => within(PICTURES, "readwrite", ([store]) => store.clear());
