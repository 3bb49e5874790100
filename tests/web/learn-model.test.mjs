// The arithmetic of Learn's playgrounds, against the worked examples of the chapters.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIVATIONS, activationOf } from "../../static/js/features/learn/model/activations.js";
import { judge, readings } from "../../static/js/features/learn/model/answer.js";
import {
  OPERATIONS,
  finiteDifference,
  gradient,
  operationOf,
  padded,
} from "../../static/js/features/learn/model/backprop.js";
import { SHUFFLED, asMatrix, reordered, times, touches } from "../../static/js/features/learn/model/as-matrix.js";
import { BACKWARDS, difference, gradient as chainGradient } from "../../static/js/features/learn/model/chain.js";
import { correlate, products } from "../../static/js/features/learn/model/convolution.js";
import { convolution, dense, denseForSameMaps } from "../../static/js/features/learn/model/counts.js";
import { equal, make, map, rotate180, shift, size, total } from "../../static/js/features/learn/model/matrix.js";
import { minMax, plainShares, softmax } from "../../static/js/features/learn/model/normalise.js";
import { BEST, CURVATURE, course, left, loss, slope, stepFrom } from "../../static/js/features/learn/model/descent.js";
import { bracketed, fixed, short } from "../../static/js/features/learn/model/numbers.js";
import { afterShift, cellsOf, pool, readCells } from "../../static/js/features/learn/model/pooling.js";
import {
  FEATURES,
  KERNELS,
  PHOTO_KERNELS,
  PICTURES,
  kernelOf,
  pictureOf,
} from "../../static/js/features/learn/model/presets.js";
import { createProgress } from "../../static/js/state/progress.js";
import {
  covered,
  leftOver,
  outputSize,
  problem,
  shrink,
  unread,
  uses,
} from "../../static/js/features/learn/model/sliding.js";
import { accuracyOf, precisionOf, readTraining, recallOf } from "../../static/js/features/learn/model/training.js";
import {
  COUNT,
  gradient as valleyGradient,
  loss as valleyLoss,
  lowest,
  train as trainTwo,
} from "../../static/js/features/learn/model/valley.js";
import { BLOCKS, blockOf } from "../../static/js/features/learn/model/blocks.js";
import { candidates } from "../../static/js/features/learn/model/failures.js";
import { LINEAGE } from "../../static/js/features/learn/model/lineage.js";
import { chapterOfHash } from "../../static/js/features/learn/chapters.js";

const means = (picture, kernel) => {
  const weights = kernelOf(kernel).values;
  return map(correlate(pictureOf(picture).values, weights), (sum) => sum / weights.flat().length);
};
const places = (matrix, value) =>
  matrix.flatMap((row, i) => row.flatMap((cell, j) => (cell === value ? [[i, j]] : [])));
const near = (a, b, tolerance = 1e-9) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test("the letter X has 13 cells of +1", () => {
  assert.equal(
    pictureOf("letter-x")
      .values.flat()
      .filter((value) => value === 1).length,
    13,
  );
});

test("each small kernel answers 1.00 exactly where the chapter says", () => {
  assert.deepEqual(places(means("letter-x", "falling"), 1), [
    [1, 1],
    [2, 2],
    [4, 4],
    [5, 5],
  ]);
  assert.deepEqual(places(means("letter-x", "rising"), 1), [
    [1, 5],
    [2, 4],
    [4, 2],
    [5, 1],
  ]);
  assert.deepEqual(places(means("letter-x", "small-x"), 1), [[3, 3]]);
});

test("the three symmetric kernels equal their own rotation, the corner does not", () => {
  for (const id of ["falling", "rising", "small-x"])
    assert.ok(equal(rotate180(kernelOf(id).values), kernelOf(id).values), id);
  assert.ok(!equal(rotate180(kernelOf("corner").values), kernelOf("corner").values));
  const picture = pictureOf("letter-x").values;
  assert.notDeepEqual(
    correlate(picture, kernelOf("corner").values),
    correlate(picture, rotate180(kernelOf("corner").values)),
  );
});

test("the line detector's weights add up to 0: plain areas give 0, the line 6, the block's edges ±3", () => {
  assert.equal(total(kernelOf("line-zero-sum").values), 0);
  const result = correlate(pictureOf("zero-one").values, kernelOf("line-zero-sum").values);
  assert.equal(Math.max(...result.flat()), 6);
  assert.ok(result.flat().includes(3) && result.flat().includes(-3));
  assert.equal(
    correlate(
      make(9, 9, () => 7),
      kernelOf("line-zero-sum").values,
    )
      .flat()
      .every((value) => value === 0),
    true,
  );
});

test("the curve detector gives 6 on its curve and 0 on the other", () => {
  const result = correlate(pictureOf("curve").values, kernelOf("curve").values);
  assert.equal(result[0][0], 6);
  assert.equal(result[6][6], 0);
  assert.equal(Math.max(...result.flat()), 6);
});

test("line and semicircle fit the square and the circle, each its own", () => {
  assert.equal(Math.max(...means("square", "line").flat()), 1);
  assert.ok(Math.max(...means("circle", "line").flat()) < 1);
  assert.equal(Math.max(...means("circle", "semicircle").flat()), 1);
  assert.ok(Math.max(...means("square", "semicircle").flat()) < 1);
});

test("every preset names kernels that exist and fit its picture", () => {
  for (const { values, kernels } of PICTURES)
    for (const id of kernels) assert.ok(correlate(values, kernelOf(id).values).length > 0, id);
  for (const id of PHOTO_KERNELS)
    assert.ok(
      KERNELS.some((kernel) => kernel.id === id),
      id,
    );
  near(total(kernelOf("blur").values), 1);
  near(total(kernelOf("sharpen").values), 1);
  assert.equal(total(kernelOf("outline").values), 0);
});

test("a 5×5 filter fits in 28 places of 32, and its products are its sum", () => {
  assert.equal(
    correlate(
      make(32, 32, () => 1),
      make(5, 5, () => 1),
    ).length,
    28,
  );
  const [picture, kernel] = [pictureOf("letter-x").values, kernelOf("corner").values];
  assert.equal(total(products(picture, kernel, [2, 3])), correlate(picture, kernel)[2][3]);
});

test("output sizes follow the formula with its floor, padding, stride and dilation", () => {
  const size = (w, f, s = 1, p = 0, d = 1) => outputSize({ size: w, kernel: f, stride: s, padding: p, dilation: d });
  assert.equal(size(9, 3), 7);
  assert.equal(size(9, 3, 1, 1), 9);
  assert.equal(size(8, 3, 2), 3);
  assert.equal(size(64, 3, 2, 3), 34);
  assert.equal(size(9, 3, 1, 0, 2), 5);
  assert.equal(leftOver({ size: 8, kernel: 3, stride: 2, padding: 0, dilation: 1 }), 1);
});

test("a corner is seen by one 7×7 window, an inner pixel by 49", () => {
  const seen = uses({ size: 32, kernel: 7, stride: 1, padding: 0, dilation: 1 });
  assert.equal(seen[0] ** 2, 1);
  assert.equal(seen[16] ** 2, 49);
});

test("32 is down to 2 after 15 layers and a sixteenth does not fit; 1024 is 824 after 100", () => {
  const sizes = shrink(32, 3, 16);
  assert.equal(sizes.length, 16);
  assert.equal(sizes[15], 2);
  assert.equal(shrink(1024, 3, 100).at(-1), 824);
});

test("an impossible window says what would fit, and what it says is true", () => {
  for (let size = 1; size <= 8; size++)
    for (let kernel = 1; kernel <= 9; kernel++)
      for (const dilation of [1, 2, 3]) {
        const setting = { size, kernel, stride: 2, padding: 0, dilation };
        const wrong = problem(setting);
        assert.equal(wrong === null, outputSize(setting) >= 1);
        if (!wrong) continue;
        assert.equal(problem({ ...setting, kernel: wrong.largestKernel }), null);
        assert.notEqual(problem({ ...setting, kernel: wrong.largestKernel + 1 }), null);
        assert.equal(problem({ ...setting, padding: wrong.leastPadding }), null);
        assert.notEqual(problem({ ...setting, padding: wrong.leastPadding - 1 }), null);
      }
});

test("parameter counts are those of the chapter", () => {
  assert.equal(convolution({ channels: 1, kernel: 3, filters: 1 }).count, 10);
  assert.equal(convolution({ channels: 1, kernel: 3, filters: 5 }).count, 50);
  assert.equal(convolution({ channels: 3, kernel: 3, filters: 5 }).count, 140);
  assert.equal(dense({ side: 224, channels: 1, neurons: 1 }).inputs, 50176);
  assert.equal(dense({ side: 32, channels: 3, neurons: 1 }).inputs, 3072);
  assert.equal(dense({ side: 32, channels: 1, neurons: 5 }).count, 5125);
  const same = denseForSameMaps({ side: 32, channels: 1, kernel: 3, filters: 5 });
  assert.deepEqual([same.neurons, same.each, same.count], [4500, 1025, 4612500]);
});

test("slopes of the activation functions agree with finite differences away from kinks", () => {
  for (const { f, slope } of ACTIVATIONS)
    for (const x of [-4, -1.3, -0.2, 0.3, 2.24, 4.5]) near(slope(x), (f(x + 1e-5) - f(x - 1e-5)) / 2e-5, 1e-6);
  assert.equal(activationOf("relu").f(2.24), 2.24);
  assert.equal(activationOf("relu").f(-1.3), 0);
  assert.equal(activationOf("sigmoid").f(-1000), 0);
  assert.equal(activationOf("sigmoid").f(0), 0.5);
});

test("pooling keeps the first of equal maxima, and drops what fills no window", () => {
  const { max, average, winners } = pool(
    [
      [1, 5, 2],
      [5, 0, 2],
      [9, 9, 9],
    ],
    { window: 2, stride: 2 },
  );
  assert.deepEqual(max, [[5]]);
  assert.deepEqual(average, [[2.75]]);
  assert.deepEqual(winners, [[[0, 1]]]);
});

test("the map of the pooling chapter shows what the chapter says: peaks survive a step, means do not", () => {
  const setting = { window: 2, stride: 2 };
  for (const [down, right] of [
    [0, 1],
    [1, 0],
    [1, 1],
  ]) {
    const { windows, max, average } = afterShift(FEATURES, shift(FEATURES, down, right), setting);
    assert.ok(max >= 2 && max > average, `${down} ${right}: ${max} and ${average} of ${windows}`);
  }
  assert.deepEqual(afterShift(FEATURES, FEATURES, setting), { windows: 3, max: 3, average: 3 });
  const empty = make(8, 8, () => 0);
  assert.deepEqual(afterShift(empty, shift(empty, 0, 1), setting), { windows: 0, max: 0, average: 0 });
});

test("the cells that pooling reads are those under its windows, in every setting", () => {
  for (let window = 1; window <= 4; window++)
    for (let stride = 1; stride <= 4; stride++) {
      const side = pool(FEATURES, { window, stride }).max.length;
      const read = new Set();
      for (let row = 0; row < side; row++)
        for (let column = 0; column < side; column++)
          for (const cell of cellsOf(window, stride, [row, column])) read.add(String(cell));
      assert.equal(readCells(8, { window, stride }), read.size, `${window} ${stride}`);
    }
  assert.equal(readCells(8, { window: 2, stride: 3 }), 36);
});

test("what the sliding widget says of unread positions is so in every setting", () => {
  let settings = 0;
  for (let size = 1; size <= 14; size++)
    for (let padding = 0; padding <= 3; padding++)
      for (let kernel = 1; kernel <= 7; kernel++)
        for (let stride = 1; stride <= 5; stride++)
          for (let dilation = 1; dilation <= 3; dilation++) {
            const setting = { size, padding, kernel, stride, dilation };
            if (problem(setting)) continue;
            settings++;
            const { left, skipped, holes } = unread(setting);
            const count = outputSize(setting);
            const seen = new Set(Array.from({ length: count }, (_, index) => covered(setting, index)).flat());
            const last = Math.max(...covered(setting, count - 1));
            const spans = (position) =>
              Array.from({ length: count }, (_, index) => covered(setting, index)).some(
                (cells) => Math.min(...cells) <= position && position <= Math.max(...cells),
              );
            const all = Array.from({ length: size + 2 * padding }, (_, index) => index - padding);
            const none = all.filter((position) => !seen.has(position));
            assert.equal(none.filter((position) => position > last).length, left, JSON.stringify(setting));
            assert.equal(
              none.filter((position) => position <= last && !spans(position)).length,
              skipped * (count - 1),
              JSON.stringify(setting),
            );
            assert.equal(
              none.filter((position) => position <= last && spans(position)).length,
              holes,
              JSON.stringify(setting),
            );
          }
  assert.ok(settings > 3000);
  assert.deepEqual(unread({ size: 9, padding: 0, kernel: 1, stride: 4, dilation: 1 }), {
    left: 0,
    skipped: 3,
    holes: 0,
  });
  assert.deepEqual(unread({ size: 5, padding: 0, kernel: 3, stride: 1, dilation: 2 }), {
    left: 0,
    skipped: 0,
    holes: 2,
  });
  assert.deepEqual(unread({ size: 9, padding: 0, kernel: 2, stride: 4, dilation: 1 }), {
    left: 3,
    skipped: 2,
    holes: 0,
  });
});

test("nine products add up to nothing though a pixel is on: the detector of four on the dots", () => {
  const { values } = pictureOf("dots");
  const result = correlate(values, kernelOf("dots").values);
  assert.deepEqual(
    result.map((line) => line.join("")),
    ["01000", "01110", "10021", "14210", "00121"],
  );
  assert.deepEqual(products(values, kernelOf("dots").values, [0, 0]).flat(), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(places(result, 4), [[3, 1]]);
});

test("a convolution written as a matrix: 36 of 144 weights may differ from 0, with four values; shuffling changes nothing", () => {
  const picture = make(4, 4, (i, j) => i * i - 3 * j);
  const kernel = [
    [1, 2],
    [3, -1],
  ];
  const matrix = asMatrix(kernel, [4, 4]);
  assert.deepEqual(size(matrix), [9, 16]);
  assert.equal(matrix.flat().filter((weight) => weight !== 0).length, 36);
  assert.deepEqual(new Set(matrix.flat()), new Set([0, 1, 2, 3, -1]));
  matrix.forEach((line, place) =>
    line.forEach((weight, pixel) => assert.equal(weight !== 0, touches(kernel, [4, 4], place, pixel))),
  );
  assert.deepEqual(times(matrix, picture.flat()), correlate(picture, kernel).flat());
  assert.deepEqual(
    [...SHUFFLED].sort((a, b) => a - b),
    Array.from({ length: 16 }, (_, index) => index),
  );
  const moved = SHUFFLED.map((pixel) => picture.flat()[pixel]);
  assert.deepEqual(times(reordered(matrix, SHUFFLED), moved), times(matrix, picture.flat()));
  for (const [place, pixel] of SHUFFLED.entries())
    if (place % 4) assert.notEqual(Math.abs(pixel - SHUFFLED[place - 1]), 1, "neighbours are parted");
});

test("one weight: slope and steps are those of the parabola, and each rate does what is said of it", () => {
  for (const w of [-1, 0.3, 2.2]) near(slope(w), (loss(w + 1e-5) - loss(w - 1e-5)) / 2e-5, 1e-6);
  near(slope(BEST), 0);
  for (let rate = 0; rate <= 0.25; rate += 0.002) {
    const start = -0.5;
    const { next } = stepFrom(start, rate);
    const share = Math.abs(next - BEST) / Math.abs(start - BEST);
    near(share, Math.abs(left(rate)), 1e-9);
    const other = (next - BEST) * (start - BEST) < 0;
    const said = course(rate);
    if (said === "leaves") assert.ok(share > 1 && rate > 2 / CURVATURE);
    else if (said === "jumps") assert.ok(other && share < 1);
    else if (said === "stays") assert.equal(share, 1);
    else assert.ok(!other && share < 1 && said === (share > 0.9 ? "creeps" : "comes"), `${rate} ${said}`);
  }
  assert.equal(course(2 / CURVATURE), "circles");
});

test("the small graph's gradients agree with finite differences away from ReLU's kink", () => {
  for (const w of [-2, 0.5, 3])
    for (const x of [-1, 2])
      for (const b of [-0.75, 1.25])
        for (const name of ["w", "x", "b"]) {
          const inputs = { w, x, b, y: 1 };
          near(chainGradient(inputs, name), difference(inputs, name), 1e-6);
        }
  near(chainGradient({ w: 1, x: 1, b: -3, y: 1 }, "w"), 0);
  assert.equal(new Set(BACKWARDS).size, 6);
});

test("two weights: the gradient is the loss's slope, whole batches go straight down, and training ends near the lowest point", () => {
  const at = [-1.5, 3.5];
  const slopes = valleyGradient(at);
  [0, 1].forEach((axis) => {
    const moved = (by) => valleyLoss(at.map((value, index) => value + (index === axis ? by : 0)));
    near(slopes[axis], (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-5);
  });
  valleyGradient(lowest()).forEach((part) => near(part, 0, 1e-9));
  const train = (more) => trainTwo({ rate: 0.1, momentum: 0, batch: COUNT, epochs: 10, start: at, ...more });
  const whole = train({});
  assert.equal(whole.length, 11);
  whole.slice(1).forEach((step, index) => assert.ok(step.loss < whole[index].loss));
  assert.equal(train({ batch: 4 }).length, 161);
  assert.ok(train({ momentum: 0.9, epochs: 40 }).at(-1).loss < 1.05 * valleyLoss(lowest()));
  assert.ok(train({ momentum: 0.9 }).at(-1).loss < whole.at(-1).loss, "momentum helps along the valley");
  assert.deepEqual(train({ batch: 1, rate: 0.05 }), train({ batch: 1, rate: 0.05 }), "the same each time");
});

test("links to a chapter that was divided lead to its first part", () => {
  assert.equal(chapterOfHash("#learn-learning"), "descent");
  assert.equal(chapterOfHash("#learn-constructor"), null);
});

test("networks that made history are counted layer by layer, to the parameter that their papers and libraries have", () => {
  const counted = Object.fromEntries(LINEAGE.map(({ id, count }) => [id, count]));
  assert.equal(counted.lenet.parameters, 61706);
  assert.equal(counted.alexnet.parameters, 60965224);
  assert.equal(counted.vgg.parameters, 138357544);
  assert.equal(counted.resnet.parameters, 25557032);
  assert.equal(counted.mobilenet.parameters, 4231976);
  assert.deepEqual(
    LINEAGE.map(({ count }) => count.layers),
    [5, 8, 16, 50, 28],
  );
  near(counted.vgg.products / 1e9, 15.47, 0.01);
  near(counted.resnet.products / 1e9, 4.09, 0.02);
  near(counted.mobilenet.products / 1e6, 569, 1);
});

test("modern blocks cost what the chapter says", () => {
  const size = { channels: 64, filters: 64, side: 32 };
  const cost = (id) => blockOf(id).cost(size);
  assert.equal(cost("plain").parameters, 64 * (9 * 64 + 1));
  assert.equal(cost("grouped").products, cost("plain").products / 4);
  assert.equal(cost("strided").products, cost("plain").products / 4);
  near(cost("separable").products / cost("plain").products, 1 / 9 + 1 / 64);
  assert.equal(cost("pointwise").parameters, 64 * 65);
  assert.equal(cost("transposed").out, 64);
  assert.equal(cost("global").parameters, 0);
  for (const { id, field, reads } of BLOCKS) {
    const rows = [0, 1, 2, 3].flatMap(reads).map(([row]) => row);
    assert.equal(Math.max(...rows) - Math.min(...rows) + 1, field, id);
  }
});

test("four answers to choose from hold the network's and the true one", () => {
  const scores = [0.1, 0.5, 0.05, 0.3, 0.05].map((probability, index) => ({ class: index, probability }));
  assert.deepEqual(candidates(scores, 4), [0, 1, 3, 4]);
  assert.deepEqual(candidates(scores, null), [0, 1, 2, 3]);
  assert.deepEqual(candidates(scores, 1), [0, 1, 2, 3]);
});

test("the number field reckons", () => {
  for (const [text, value] of [
    ["10*(3*9+1)", 280],
    ["10 × (3·9 + 1)", 280],
    ["-ln(0.3)", -Math.log(0.3)],
    ["−ln 0,3", -Math.log(0.3)],
    ["exp(2.15)", Math.exp(2.15)],
    ["e^2.15", Math.exp(2.15)],
    ["1/2", 0.5],
    ["2^3^2", 512],
    ["-2^2", -4],
    ["(64−3)/2+1", 31.5],
    ["floor((64-3)/2)+1", 31],
    ["⌊(64 − 3) / 2⌋ + 1", 31],
    ["sqrt(2)", Math.SQRT2],
    ["√2", Math.SQRT2],
    ["max(0, -3)", 0],
    ["１０＋２", 12],
    ["（1＋2）×3", 9],
    ["50%", 0.5],
    ["log(8)", Math.log(8)],
    ["1.5e3", 1500],
  ])
    near(readings(text)[0], value, 1e-12);
  for (const text of ["", "abc", "1+", "(1", "1)", "1/0", "alert(1)", "constructor", "9^999", "x=1", "()", "ln()"])
    assert.deepEqual(readings(text), [], text);
  assert.deepEqual(readings("1,690"), [1690, 1.69]);
  assert.ok(readings("(".repeat(5000)).length === 0, "depth is bounded");
});

test("softmax adds up to 1, keeps the order, and knows only differences", () => {
  const scores = [3, -2, 0.5, 900];
  near(
    softmax(scores).reduce((a, b) => a + b),
    1,
  );
  softmax([1, 2]).forEach((share, index) => near(share, softmax([101, 102])[index], 1e-12));
  assert.ok(softmax([1, 2], 100)[0] > 0.49);
  assert.ok(softmax([1, 2], 0.05)[1] > 0.999999);
  assert.ok(plainShares([3, -2, 0.5])[0] > 1);
  assert.ok(Number.isNaN(plainShares([1, -1])[0]));
  assert.deepEqual(minMax([1, 3, 2]), [0, 1, 0.5]);
});

test("every derivative of every operation agrees with its finite difference", () => {
  for (const operation of OPERATIONS)
    for (const name of operation.steps.slice(1))
      gradient(operation, operation.initial, name).forEach((row, i) =>
        row.forEach((value, j) => {
          const atKink = operation.id === "relu" && operation.initial.X[i][j] === 0;
          const tie = operation.id === "max-pool" && i < 2 && j > 1 && operation.initial.X[i][j] === 2;
          if (!atKink && !tie) near(value, finiteDifference(operation, operation.initial, name, [i, j]), 1e-6);
        }),
      );
});

test("∂L/∂W is the valid, ∂L/∂X the full cross-correlation with W turned, ∂L/∂b the sum", () => {
  const operation = operationOf("convolution");
  const { X, W, dH } = operation.initial;
  assert.deepEqual(gradient(operation, operation.initial, "W"), correlate(X, dH));
  assert.deepEqual(gradient(operation, operation.initial, "X"), correlate(padded(dH, 1), rotate180(W)));
  assert.deepEqual(gradient(operation, operation.initial, "b"), [[total(dH)]]);
});

test("max pooling sends the gradient to the first of equals only, ReLU blocks it at 0", () => {
  assert.deepEqual(gradient(operationOf("max-pool"), operationOf("max-pool").initial, "X")[0].slice(2), [-2, 0]);
  assert.equal(gradient(operationOf("relu"), operationOf("relu").initial, "X")[1][0], 0);
});

test("typed numbers are read with comma or point, either minus, groups and percent", () => {
  assert.deepEqual(readings("0,25"), [0.25]);
  assert.deepEqual(readings(" −1.5 "), [-1.5]);
  assert.deepEqual(readings("-1.5"), [-1.5]);
  assert.deepEqual(readings("–2"), [-2]);
  assert.deepEqual(readings("16,910"), [16910, 16.91]);
  assert.deepEqual(readings("1.234"), [1.234, 1234]);
  assert.deepEqual(readings("1 690"), [1690]);
  assert.deepEqual(readings("12.5 %"), [0.125]);
  assert.deepEqual(readings("－３"), [-3]); // full-width, as Chinese keyboards type it
  for (const nothing of ["", "x", "1.2.3", "--1", "1e", "."]) assert.deepEqual(readings(nothing), [], nothing);
});

test("a wrong answer is met with its mistake, another one with too high or too low", () => {
  const task = { expected: 140, tolerance: 0.5, mistakes: [{ id: "no_bias", value: 135 }] };
  assert.deepEqual(judge(task, [140]), { right: true });
  assert.deepEqual(judge(task, [135]), { right: false, mistake: "no_bias", high: false });
  assert.deepEqual(judge(task, [200]), { right: false, mistake: null, high: true });
});

test("numbers are written with a true minus and never as minus zero", () => {
  assert.equal(short(-0.001), "0");
  assert.equal(fixed(-0.001), "0.00");
  assert.equal(short(-1.5), "−1.5");
  assert.equal(bracketed("−2"), "(−2)");
});

test("progress is kept, survives damage, is never lowered, and can be cleared", () => {
  const kept = new Map();
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  const progress = createProgress(storage);
  progress.read("cnn");
  progress.answer("recall", "right");
  progress.answer("recall", "revealed");
  assert.deepEqual(createProgress(storage).kept, { read: ["cnn"], answered: { recall: "right" } });
  progress.clear();
  assert.deepEqual(createProgress(storage).kept, { read: [], answered: {} });
  kept.set("cnn-loupe.learn", "{damaged");
  assert.deepEqual(createProgress(storage).kept, { read: [], answered: {} });
  assert.deepEqual(createProgress(null).kept, { read: [], answered: {} });
});

test("training curves are read from the description, or said to be missing", () => {
  assert.equal(readTraining(null), null);
  assert.equal(readTraining({ summary: "interim" }), null);
  const training = readTraining({
    history: { epoch: [1, 2], train_loss: [2, 1], validation_loss: [2, 1.5], train_accuracy: [0.2, 0.5] },
    confusion: {
      counts: [
        [8, 2],
        [1, 9],
      ],
    },
  });
  assert.deepEqual(training.epochs, [1, 2]);
  assert.deepEqual(
    training.loss.map(({ id }) => id),
    ["training", "validation"],
  );
  assert.deepEqual(
    training.accuracy.map(({ id }) => id),
    ["training"],
  );
  near(accuracyOf(training.confusion), 0.85);
  near(recallOf(training.confusion, 0), 0.8);
  near(precisionOf(training.confusion, 0), 8 / 9);
});

test("a hash names a chapter or nothing", () => {
  assert.equal(chapterOfHash("#learn-convolution"), "convolution");
  assert.equal(chapterOfHash("#learn"), "cnn");
  assert.equal(chapterOfHash("#learn-nothing"), null);
  assert.equal(chapterOfHash("#network"), null);
});
