// Pictures are functions: what is drawn where, recorded without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIVATIONS } from "../../static/js/draw/colour.js";
import { drawField, drawIncoming, pointOn } from "../../static/js/draw/edges.js";
import { drawHistogram } from "../../static/js/draw/histogram.js";
import { divergingPainter, drawBars, drawLinks, drawMaps, drawMinimap } from "../../static/js/draw/maps.js";
import { columnsOf } from "../../static/js/model/columns.js";
import { layoutNetwork } from "../../static/js/model/layout.js";
import { tinyVgg } from "./support/models.mjs";

/** A context that writes down every call and every property that was set when it was made. */
function recorder() {
  const calls = [];
  const state = { canvas: { width: 64, height: 64 } };
  const context = new Proxy(state, {
    get: (target, name) => {
      if (name in target) return target[name];
      if (name === "createImageData")
        return (width, height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) });
      if (name === "measureText") return (text) => ({ width: 7 * text.length });
      return (...args) =>
        void calls.push({
          name,
          args,
          strokeStyle: target.strokeStyle,
          fillStyle: target.fillStyle,
          lineWidth: target.lineWidth,
          smoothing: target.imageSmoothingEnabled,
        });
    },
    set: (target, name, value) => {
      target[name] = value;
      return true;
    },
  });
  return { context, calls, of: (name) => calls.filter((call) => call.name === name) };
}

const theme = {
  ground: "#fff",
  surface: "#fff",
  ink: "#000",
  line: "#ccc",
  lineStrong: "#888",
  edge: "#ddd",
  accent: "#f60",
  mono: "12px mono",
};

test("every shown unit of a column is copied once, from its own rows to its own box", () => {
  const [main, scratch] = [recorder(), recorder()];
  const tensor = { shape: [3, 2, 4], data: Float32Array.from({ length: 24 }, (_, index) => index) };
  const boxes = [2, 0].map((unit, place) => ({ unit, x: 10, y: 50 * place, width: 40, height: 20 }));
  drawMaps(
    main.context,
    scratch.context,
    boxes,
    tensor,
    divergingPainter(() => 1),
    1,
  );
  assert.deepEqual(
    main.of("drawImage").map(({ args }) => args.slice(1)),
    [
      [0, 0, 4, 2, 10, 0, 40, 20],
      [0, 2, 4, 2, 10, 50, 40, 20],
    ],
  );
  assert.equal(scratch.of("putImageData").length, 1);
});

test("enlarged maps keep hard pixels, reduced ones are averaged", () => {
  for (const [side, smoothing] of [
    [40, false],
    [8, true],
  ]) {
    const [main, scratch] = [recorder(), recorder()];
    drawMaps(
      main.context,
      scratch.context,
      [{ unit: 0, x: 0, y: 0, width: side, height: side }],
      { shape: [1, 20, 20], data: new Float32Array(400) },
      divergingPainter(() => 1),
      1,
    );
    assert.equal(main.of("drawImage")[0].smoothing, smoothing);
  }
});

test("bars stand right of the middle for positive values, left for negative, and never leave their box", () => {
  const { context, of } = recorder();
  drawBars(
    context,
    [0, 1, 2].map((unit) => ({ unit, x: 0, y: 20 * unit, width: 100, height: 10 })),
    Float32Array.of(0.5, -0.5, 9),
    () => 1,
    theme,
  );
  const bars = of("fillRect")
    .filter((_, index) => index % 3 === 1)
    .map(({ args }) => args);
  assert.deepEqual(bars, [
    [50, 0, 25, 10],
    [25, 20, 25, 10],
    [50, 40, 50, 10],
  ]);
});

test("at rest every edge of a quiet link is drawn, once", () => {
  const layout = layoutNetwork(columnsOf(tinyVgg()), { width: 1144, height: 716 });
  const { context, of } = recorder();
  drawLinks(context, layout, theme);
  const edges = layout.links.reduce((count, link) => count + link.edges.length, 0);
  assert.equal(of("moveTo").length, edges);
  assert.equal(edges, 30 + 3 * 100 + 6 * 10 + 100);
});

test("an edge begins at its source's right side and ends at its target's left side", () => {
  const [from, to] = [
    { x: 0, y: 0, width: 10, height: 10 },
    { x: 50, y: 100, width: 10, height: 10 },
  ];
  assert.deepEqual(
    [pointOn(from, to, 0), pointOn(from, to, 1)],
    [
      { x: 10, y: 5 },
      { x: 50, y: 105 },
    ],
  );
  assert.deepEqual(pointOn(from, to, 0.5), { x: 30, y: 55 });
});

test("a hovered unit's edges carry its kernels, a hovered class's edges colour and number", () => {
  const to = { x: 100, y: 0, width: 40, height: 40 };
  const from = { x: 0, y: 0, width: 40, height: 40 };
  const kernel = recorder();
  drawIncoming(
    kernel.context,
    to,
    [{ from, kernel: { rows: 3, columns: 3, values: new Float32Array(9) } }],
    { kernel: 1, amount: 0, kernelSize: 18 },
    theme,
  );
  assert.equal(kernel.of("fillRect").length, 9);
  const amount = recorder();
  drawIncoming(
    amount.context,
    to,
    [{ from, amount: { value: -2, text: "−2.00" } }],
    { kernel: 0, amount: 2, kernelSize: 18 },
    theme,
  );
  assert.deepEqual(
    amount.of("fillText").map(({ args }) => args[0]),
    ["−2.00"],
  );
  assert.equal(amount.of("stroke")[0].strokeStyle, ACTIVATIONS.css(-1));
});

test("a receptive field is marked where its rows and columns lie", () => {
  const { context, of } = recorder();
  drawField(
    context,
    { x: 100, y: 200, width: 60, height: 30 },
    { top: 2, left: 3, bottom: 4, right: 5 },
    [1, 10, 20],
    theme,
  );
  assert.deepEqual(
    of("strokeRect").map(({ args }) => args),
    Array(2).fill([109, 206, 9, 9]),
  );
});

test("a mini-map has a colour for each unit and frames the window", () => {
  const { context, of } = recorder();
  drawMinimap(context, { x: 0, y: 0, width: 7, height: 640 }, Array(64).fill("red"), 32, 8, theme);
  assert.equal(of("fillRect").length, 64);
  assert.deepEqual(of("strokeRect").at(-1).args, [-1, 320, 9, 80]);
});

test("a histogram's tallest bar fills its box and empty bins draw nothing", () => {
  const { context, of } = recorder();
  drawHistogram(
    context,
    { x: 0, y: 0, width: 30, height: 51 },
    { counts: [0, 10, 5], low: -1, high: 2 },
    { ...theme, colour: () => "blue" },
  );
  const bars = of("fillRect").filter(({ fillStyle }) => fillStyle === "blue");
  assert.deepEqual(
    bars.map(({ args }) => args.slice(1)),
    [
      [1, 9, 50],
      [26, 9, 25],
    ],
  );
});
