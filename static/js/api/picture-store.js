// @ts-check
/**
 * The person's own pictures, in this browser's IndexedDB and nowhere else.
 *
 * @typedef {import("../state/initial.js").OwnPicture} OwnPicture
 * @typedef {Omit<OwnPicture, "thumbnail">} KeptPicture without the object URL, which ends with the page
 */
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
    const result = await answer(act(transaction.objectStore(PICTURES)));
    await done;
    return result;
  } finally {
    database.close();
  }
}

/** @returns {Promise<KeptPicture[]>} the oldest first */
export const keptPictures = async () =>
  (await within("readonly", (store) => /** @type {IDBRequest<KeptPicture[]>} */ (store.getAll()))).sort(
    (a, b) => a.added - b.added,
  );

/** @param {KeptPicture} picture */
export const keepPicture = (picture) => within("readwrite", (store) => store.put(picture));

/** @param {string} digest */
export const forgetPicture = (digest) => within("readwrite", (store) => store.delete(digest));

export const forgetPictures = () => within("readwrite", (store) => store.clear());
