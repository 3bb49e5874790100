// @ts-check
/**
 * The pictures and kernels of the convolution chapter. Words for them: `learn.convolution.…`.
 *
 * `mean` marks pairs of ±1, where sum / cells runs from −1 to 1 and reads as "how alike";
 * it is a teaching aid, real layers do not divide.
 *
 * @typedef {{ id: string, values: import("./matrix.js").Matrix, kernels: string[], at?: number[] }} PicturePreset `at`
 *   is where the window begins
 * @typedef {{ id: string, values: import("./matrix.js").Matrix, mean: boolean }} KernelPreset
 */
import { drawn, make, map } from "./matrix.js";

const PLUS_MINUS = { "#": 1, ".": -1 };
const ZERO_ONE = { "#": 1, ".": 0 };

/** The letter X: +1 on both diagonals from (1, 1) to (7, 7), 13 cells; −1 elsewhere. */
export const LETTER_X = make(9, 9, (row, column) =>
  row > 0 && row < 8 && column > 0 && column < 8 && (row === column || row + column === 8) ? 1 : -1,
);

const ZERO_ONE_PICTURE = drawn(
  `.........
   ..#......
   ..#......
   ..#...###
   ..#...###
   ..#...###
   ..#......
   ..#......
   .........`,
  ZERO_ONE,
);

const CURVE_PICTURE = drawn(
  `...##......
   ..#........
   .#.........
   #..........
   #..........
   ...........
   ...........
   ..........#
   ..........#
   ..........#
   .......####`,
  ZERO_ONE,
);

/** A few dots, and a detector of four under which the first dot does not fall: a sum of nine products that is 0. */
const DOTS = drawn(
  `.......
   .#...#.
   .......
   ...#...
   .#...#.
   ..###..
   .......`,
  ZERO_ONE,
);

const SQUARE = drawn(
  `.........
   .#######.
   .#.....#.
   .#.....#.
   .#.....#.
   .#.....#.
   .#.....#.
   .#######.
   .........`,
  PLUS_MINUS,
);

const CIRCLE = drawn(
  `.........
   ...###...
   ..#...#..
   .#.....#.
   .#.....#.
   .#.....#.
   ..#...#..
   ...###...
   .........`,
  PLUS_MINUS,
);

const EDGES = [
  "vertical-edge",
  "horizontal-edge",
  "sobel-x",
  "sobel-y",
  "outline",
  "blur",
  "sharpen",
  "emboss",
  "identity",
];

/** @type {PicturePreset[]} */
export const PICTURES = [
  { id: "letter-x", values: LETTER_X, kernels: ["falling", "rising", "small-x", "corner"] },
  { id: "zero-one", values: ZERO_ONE_PICTURE, kernels: ["line-zero-sum", ...EDGES] },
  { id: "dots", values: DOTS, kernels: ["dots", ...EDGES], at: [0, 0] },
  { id: "curve", values: CURVE_PICTURE, kernels: ["curve"], at: [0, 0] },
  { id: "square", values: SQUARE, kernels: ["line", "semicircle"] },
  { id: "circle", values: CIRCLE, kernels: ["line", "semicircle"] },
  { id: "blank", values: make(9, 9, () => 0), kernels: EDGES },
];

/** @type {KernelPreset[]} */
export const KERNELS = [
  { id: "falling", mean: true, values: drawn("#..\n.#.\n..#", PLUS_MINUS) },
  { id: "rising", mean: true, values: drawn("..#\n.#.\n#..", PLUS_MINUS) },
  { id: "small-x", mean: true, values: drawn("#.#\n.#.\n#.#", PLUS_MINUS) },
  { id: "corner", mean: true, values: drawn("#..\n#..\n###", PLUS_MINUS) },
  { id: "line-zero-sum", mean: false, values: make(3, 3, (_, column) => [-1, 2, -1][column]) },
  { id: "dots", mean: false, values: drawn("..#\n#..\n.##", ZERO_ONE) },
  { id: "curve", mean: false, values: drawn("...##\n..#..\n.#...\n#....\n#....", ZERO_ONE) },
  { id: "line", mean: true, values: make(5, 3, (_, column) => (column === 1 ? 1 : -1)) },
  { id: "semicircle", mean: true, values: drawn("..##\n.#..\n#...\n#...\n#...\n.#..\n..##", PLUS_MINUS) },
  { id: "vertical-edge", mean: false, values: make(3, 3, (_, column) => [-1, 0, 1][column]) },
  { id: "horizontal-edge", mean: false, values: make(3, 3, (row) => [-1, 0, 1][row]) },
  {
    id: "sobel-x",
    mean: false,
    values: [
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1],
    ],
  },
  {
    id: "sobel-y",
    mean: false,
    values: [
      [-1, -2, -1],
      [0, 0, 0],
      [1, 2, 1],
    ],
  },
  { id: "outline", mean: false, values: make(3, 3, (row, column) => (row === 1 && column === 1 ? 8 : -1)) },
  {
    id: "blur",
    mean: false,
    values: map(
      [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
      ],
      (weight) => weight / 16,
    ),
  },
  {
    id: "sharpen",
    mean: false,
    values: [
      [0, -1, 0],
      [-1, 5, -1],
      [0, -1, 0],
    ],
  },
  {
    id: "emboss",
    mean: false,
    values: [
      [-2, -1, 0],
      [-1, 1, 1],
      [0, 1, 2],
    ],
  },
  { id: "identity", mean: false, values: make(3, 3, (row, column) => (row === 1 && column === 1 ? 1 : 0)) },
];

/** Kernels that make sense on a photograph. */
export const PHOTO_KERNELS = EDGES;

/** @param {string} id */
export const pictureOf = (id) => /** @type {PicturePreset} */ (PICTURES.find((preset) => preset.id === id));
/** @param {string} id */
export const kernelOf = (id) => /** @type {KernelPreset} */ (KERNELS.find((preset) => preset.id === id));

/**
 * The pooling chapter's map: peaks in the upper left of their windows, so that a step to the right or down leaves them
 * there.
 */
export const FEATURES = drawn(
  `00000000
   00000000
   00930000
   00310000
   00005200
   00002100
   00000000
   00000041`,
  Object.fromEntries([..."0123456789"].map((digit) => [digit, Number(digit)])),
);
