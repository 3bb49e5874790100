// @ts-check
/**
 * Tensors as they travel: `{ shape, dtype: "float32", data: base64 little-endian }`.
 *
 * @typedef {{ shape: readonly number[], data: Float32Array }} Tensor
 */

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** @param {{ shape: number[], dtype: string, data: string }} wire @returns {Tensor} */
export function decodeTensor({ shape, dtype, data }) {
  if (dtype !== "float32") throw new TypeError(`tensor of dtype ${dtype}; only float32 is known`);
  const bytes = decodeBase64(data);
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.byteLength !== 4 * count)
    throw new RangeError(`tensor ${shape.join("×")} has ${bytes.byteLength} bytes; ${4 * count} were expected`);
  if (!LITTLE_ENDIAN) {
    const view = new DataView(bytes.buffer);
    return { shape, data: Float32Array.from({ length: count }, (_, index) => view.getFloat32(4 * index, true)) };
  }
  return { shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, count) };
}

/** @param {Tensor} tensor */
export function encodeTensor({ shape, data }) {
  return {
    shape: [...shape],
    dtype: "float32",
    data: encodeBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  };
}

/** @param {Uint8Array} bytes @returns {string} */
function encodeBase64(bytes) {
  if ("toBase64" in bytes) return /** @type {any} */ (bytes).toBase64();
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function decodeBase64(text) {
  if ("fromBase64" in Uint8Array) return /** @type {any} */ (Uint8Array).fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
