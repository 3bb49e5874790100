// @ts-check
/**
 * The safetensors format: eight bytes with the header's length, the header as JSON, then the
 * tensors' bytes without gaps (https://github.com/huggingface/safetensors#format).
 *
 * @typedef {import("../trace.js").Tensor} Tensor
 */
import { littleEndian } from "./bytes.js";

/** The tensors' bytes begin at a multiple of this, so that they can be mapped into memory. */
const ALIGNMENT = 8;

/** @param {Map<string, Tensor>} tensors @param {Record<string, string>} [metadata] @returns {Uint8Array<ArrayBuffer>} */
export function safetensors(tensors, metadata = {}) {
  /** @type {Record<string, any>} */
  const entries = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of tensors)
    entries[name] = { dtype: "F32", shape: [...shape], data_offsets: [end, (end += 4 * data.length)] };

  const json = new TextEncoder().encode(JSON.stringify(entries));
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(json, 8);
  let at = 8 + length;
  for (const { data } of tensors.values()) {
    bytes.set(littleEndian(data), at);
    at += 4 * data.length;
  }
  return bytes;
}
