// @ts-check
/** IndexedDB as promises: one transaction a call. */

/** @template Result @param {IDBRequest<Result>} request @returns {Promise<Result>} */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {string} name @param {number} version @param {Record<string, IDBObjectStoreParameters>} stores */
export function createDatabase(name, version, stores) {
  const open = () => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const [store, options] of Object.entries(stores))
        if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store, options);
    };
    return answer(request);
  };

  return {
    /**
     * Do something with these stores; what the last request answered.
     * @template Result
     * @param {string | string[]} names @param {IDBTransactionMode} mode
     * @param {(stores: IDBObjectStore[]) => IDBRequest<Result>} act @returns {Promise<Result>}
     */
    async within(names, mode, act) {
      const database = await open();
      try {
        const transaction = database.transaction(names, mode);
        const done = new Promise((resolve, reject) => {
          transaction.oncomplete = resolve;
          transaction.onabort = transaction.onerror = () => reject(transaction.error);
        });
        // Awaited together: a refused request ends its transaction as well, and neither may be left without a listener.
        const [result] = await Promise.all([
          answer(act([names].flat().map((store) => transaction.objectStore(store)))),
          done,
        ]);
        return result;
      } finally {
        database.close();
      }
    },
  };
}
