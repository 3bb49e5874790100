// @ts-check
/**
 * Tensors as they travel: to the server as `{ shape, dtype: "float32", data: base64 little-endian }`,
 * from it in safetensors files (https://github.com/huggingface/safetensors#format), whose metadata hold the answer as
 * JSON with each tensor's name in the tensor's place.
 *
 * @typedef {{ shape: readonly number[], data: Float32Array }} Tensor
 * @typedef {Float32Array | Int32Array | Uint8Array} Numbers
 */

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

const TYPES = { F32: Float32Array, I32: Int32Array, U8: Uint8Array };

/**
 * @typedef {object} TensorFile an answer with its tensors
 * @property {any} answer
 * @property {(name: string) => Tensor} tensor a float32 tensor by its name
 * @property {(name: string) => { shape: readonly number[], data: Numbers }} numbers one of any type
 */

/** @param {ArrayBuffer} buffer the whole file @returns {TensorFile} */
export function readTensorFile(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, 8, length)),
  );

  /** @param {string} name */
  const numbers = (name) => {
    const entry = entries[name];
    if (!entry) throw new RangeError(`the answer has no tensor ${name}`);
    const { dtype, shape, data_offsets: offsets } = entry;
    const Type = TYPES[/** @type {keyof typeof TYPES} */ (dtype)];
    if (!Type) throw new TypeError(`tensor ${name} of dtype ${dtype}; only ${Object.keys(TYPES).join(", ")} are known`);
    const [from, to] = offsets.map((/** @type {number} */ offset) => 8 + length + offset);
    const aligned = LITTLE_ENDIAN && from % Type.BYTES_PER_ELEMENT === 0;
    if (aligned) return { shape, data: new Type(buffer, from, (to - from) / Type.BYTES_PER_ELEMENT) };
    const bytes = new Uint8Array(buffer.slice(from, to));
    if (!LITTLE_ENDIAN && Type.BYTES_PER_ELEMENT === 4)
      for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
    return { shape, data: new Type(bytes.buffer) };
  };

  return {
    answer: JSON.parse(metadata.answer),
    numbers,
    tensor(name) {
      const { shape, data } = numbers(name);
      if (!(data instanceof Float32Array)) throw new TypeError(`tensor ${name} is not of float32`);
      return { shape, data };
    },
  };
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
