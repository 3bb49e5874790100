// @ts-check
/** The files in folders that were dropped: a model is often one, with its weights and its names beside it. */

/** How many files are taken at once, and how deep folders are looked into. */
export const MOST = 500;
const DEEPEST = 8;

/**
 * @param {readonly (FileSystemEntry | null)[]} entries as the drop had them, folders and files
 * @returns {Promise<{ files: File[], more: boolean }>} in the order of their names; what systems hide is left out, and
 *   `more` says that there were more than are taken
 */
export async function filesIn(entries) {
  /** @type {File[]} */
  const files = [];
  let more = false;
  /** @param {FileSystemEntry} entry @param {number} depth */
  const walk = async (entry, depth) => {
    if (more || (depth > 0 && /^(?:\.|__MACOSX$)/.test(entry.name))) return;
    if (entry.isFile) {
      if (files.length === MOST) more = true;
      else files.push(await asked((took, failed) => /** @type {FileSystemFileEntry} */ (entry).file(took, failed)));
    } else if (depth < DEEPEST)
      for (const inner of await listed(/** @type {FileSystemDirectoryEntry} */ (entry))) await walk(inner, depth + 1);
  };
  for (const entry of entries) if (entry) await walk(entry, 0);
  return { files, more };
}

/** All of a folder: a reader gives some at a time, at last none. @param {FileSystemDirectoryEntry} folder */
async function listed(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const found = [];
  for (;;) {
    const some = await asked((took, failed) => reader.readEntries(took, failed));
    if (!some.length) return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    found.push(...some);
    if (found.length > MOST) return found;
  }
}

/**
 * @template T
 * @param {(took: (found: T) => void, failed: (error: unknown) => void) => void} ask
 * @returns {Promise<T>}
 */
const asked = (ask) => new Promise(ask);
