// @ts-check
/**
 * What a file that somebody gives is, told from its first bytes and from its name only where bytes cannot tell: a
 * picture, a network, what lies beside a network (its weights, the names of its classes), or arrays of NumPy.
 *
 * Only the way that the file takes is decided here. Whether it can be read is the server's to say, which looks closer.
 *
 * @typedef {"picture" | "model" | "beside" | "arrays" | "unknown"} Content
 */

/** How many of a file's bytes decide. */
export const HEAD = 4096;

/** First bytes, as Latin-1 → what the file is. @type {[RegExp, Content][]} */
const BEGINNINGS = [
  [/^(?:\x89PNG|\xff\xd8\xff|GIF8|BM[^]{4}\0{4}|II\*\0|MM\0\*|RIFF[^]{4}WEBP|[^]{4}ftyp)/, "picture"],
  [/^\s*(?:<\?xml[^]*?)?<svg/i, "picture"],
  [/^PK\x03\x04[^]{22}[^]{4}[^]{0,64}?\.npy/, "arrays"],
  [/^PK(?:\x03\x04|\x05\x06)/, "model"],
  [/^\x89HDF\r\n/, "model"],
  [/^[^]{4}TFL3/, "model"],
  [/^\x80[\x02-\x05]/, "model"], // a pickle, as torch.save wrote it before PyTorch 1.6
  [/^\x08[\x03-\x14][\x12\x1a\x22\x3a\x42]/, "model"], // ONNX: its version of the format, then another field
  [/^[^]{5}\0{3}\{"/, "model"], // safetensors: the length of its header, then the header
  [/^\s*\{[^]*"(?:modelTopology|weightsManifest|layers|class_name|weights)"/, "model"],
  [/^\s*[{[]/, "beside"],
];

/** Names of files that are a network, or a part of one, whatever their bytes are. */
const MODEL = /\.(?:onnx|h5|hdf5|keras|tflite|pt|pth|pkl|safetensors|pb|mlmodel|ckpt)$/i;
const BESIDE = /(?:\.(?:bin|data|txt|json|csv|names|labels)|^group\d+-shard\d+of\d+)$/i;
/** Git LFS leaves such a text where a large file was. */
const POINTER = /^version https:\/\/git-lfs/;

/**
 * @param {Uint8Array} head the first bytes, `HEAD` of them at most @param {string} name
 * @returns {Content}
 */
export function contentOf(head, name) {
  // Each byte as one character. (A TextDecoder of "latin1" reads Windows-1252 in browsers: 0x89 would become “‰”.)
  const text = String.fromCharCode(...head);
  if (MODEL.test(name) && (text === "" || POINTER.test(text))) return "model";
  const known = BEGINNINGS.find(([beginning]) => beginning.test(text))?.[1];
  return known ?? (MODEL.test(name) ? "model" : BESIDE.test(name) ? "beside" : "unknown");
}
