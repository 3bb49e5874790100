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

/**
 * @param {Map<string, Tensor>} tensors
 * @param {Record<string, string>} [metadata]
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function safetensors(tensors, metadata = {}) {
  const sizes = [...tensors].map(([name, { shape, data }]) => ({ name, dtype: "F32", shape, bytes: 4 * data.length }));
  const head = header(sizes, metadata);
  const bytes = new Uint8Array(head.length + sizes.reduce((sum, size) => sum + size.bytes, 0));
  bytes.set(head);
  let at = head.length;
  for (const { data } of tensors.values()) {
    bytes.set(littleEndian(data), at);
    at += 4 * data.length;
  }
  return bytes;
}

/** What stands before files of any kind, each a tensor of bytes under its own name.
 * @param {readonly { name: string, size: number }[]} files @param {Record<string, string>} [metadata] */
export const headerOfFiles = (files, metadata = {}) =>
  header(
    files.map(({ name, size }) => ({ name, dtype: "U8", shape: [size], bytes: size })),
    metadata,
  );

/**
 * @param {readonly { name: string, dtype: string, shape: readonly number[], bytes: number }[]} tensors in the file's
 *   order
 * @param {Record<string, string>} metadata @returns {Uint8Array<ArrayBuffer>} */
function header(tensors, metadata) {
  /** @type {Record<string, any>} */
  const entries = { __metadata__: metadata };
  let end = 0;
  for (const { name, dtype, shape, bytes } of tensors)
    entries[name] = { dtype, shape: [...shape], data_offsets: [end, (end += bytes)] };

  const json = new TextEncoder().encode(JSON.stringify(entries));
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = new Uint8Array(8 + length);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.fill(0x20, 8);
  head.set(json, 8);
  return head;
}
