// @ts-check
/**
 * The person's own pictures, in this browser's IndexedDB and nowhere else.
 *
 * Files are stored as bytes with their type: a private window of WebKit keeps an ArrayBuffer and refuses a Blob.
 *
 * @typedef {import("../state/initial.js").OwnPicture} OwnPicture
 * @typedef {Omit<OwnPicture, "thumbnail">} KeptPicture without the object URL, which ends with the page
 * @typedef {{ bytes: ArrayBuffer, type: string }} StoredFile
 * @typedef {Omit<KeptPicture, typeof FILES[number]> & Record<typeof FILES[number], StoredFile | Blob | null | undefined>} StoredPicture
 */
/** What of a picture is a file. */
const FILES = /** @type {const} */ (["blob", "small", "upright"]);
const DATABASE = "cnn-loupe";
const PICTURES = "pictures";
const VERSION = 1;

/** @template Result @param {IDBRequest<Result>} request @returns {Promise<Result>} */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @returns {Promise<IDBDatabase>} */
function open() {
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = () => request.result.createObjectStore(PICTURES, { keyPath: "digest" });
  return answer(request);
}

/** @template Result @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<Result>} act */
async function within(mode, act) {
  const database = await open();
  try {
    const transaction = database.transaction(PICTURES, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    // Awaited together: a refused request ends its transaction as well, and neither may be left without a listener.
    const [result] = await Promise.all([answer(act(transaction.objectStore(PICTURES))), done]);
    return result;
  } finally {
    database.close();
  }
}

/** @param {Blob} blob @returns {Promise<StoredFile>} */
const stored = async (blob) => ({ bytes: await blob.arrayBuffer(), type: blob.type });

/** A picture that an earlier version kept holds a Blob itself, and may lack a file. @param {StoredFile | Blob | null | undefined} file */
const restored = (file) => (!file ? null : file instanceof Blob ? file : new Blob([file.bytes], { type: file.type }));

/** @returns {Promise<KeptPicture[]>} the oldest first */
export const keptPictures = async () =>
  (await within("readonly", (store) => /** @type {IDBRequest<StoredPicture[]>} */ (store.getAll())))
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
  return within("readwrite", (store) => store.put(kept));
}

/** @param {string} digest */
export const forgetPicture = (digest) => within("readwrite", (store) => store.delete(digest));

export const forgetPictures = () => within("readwrite", (store) => store.clear());
