// @ts-check
/**
 * NumPy's `.npz`: a ZIP archive with one `.npy` (format version 1.0) for each array, as `numpy.load` reads it.
 *
 * @typedef {import("../trace.js").Tensor} Tensor
 */
import { littleEndian } from "./bytes.js";
import { zip } from "./zip.js";

/** The header's length, with what stands before it, is a multiple of this. */
const ALIGNMENT = 64;
const PREFIX = 10;

/** @param {Tensor} tensor @returns {Uint8Array} */
export function npy({ shape, data }) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((PREFIX + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(length + 4 * data.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - PREFIX, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - PREFIX - 1)}\n`), PREFIX);
  bytes.set(littleEndian(data), length);
  return bytes;
}

/** @param {Map<string, Tensor>} tensors @returns {Uint8Array<ArrayBuffer>} */
export const npz = (tensors) =>
  zip([...tensors].map(([name, tensor]) => ({ name: `${name}.npy`, bytes: npy(tensor) })));
