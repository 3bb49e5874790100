// @ts-check
/**
 * Five networks that made history, layer by layer, so that their parameters and multiplications are counted and not
 * copied: LeNet-5 (1998, with full connections), AlexNet (2012, in its two groups), VGG-16 (2014), ResNet-50 (2015),
 * MobileNet (2017).
 */

/** Counts while layers are added, one after the other. */
class Count {
  parameters = 0;
  products = 0;
  /** Layers with weights, as papers count them. */
  layers = 0;

  /** @param {number} channels @param {number} side */
  constructor(channels, side) {
    this.channels = channels;
    this.side = side;
  }

  /**
   * @param {number} filters @param {number} kernel
   * @param {{ stride?: number, padding?: number, groups?: number, normalised?: boolean, apart?: boolean }} [options]
   *   `normalised`: scale and shift in place of biases; `apart`: beside the chain (a shortcut)
   */
  conv(filters, kernel, { stride = 1, padding = 0, groups = 1, normalised = false, apart = false } = {}) {
    const out = Math.floor((this.side + 2 * padding - kernel) / stride) + 1;
    const weights = (kernel * kernel * this.channels * filters) / groups;
    this.parameters += weights + (normalised ? 2 * filters : filters);
    this.products += weights * out * out;
    if (apart) return this;
    this.layers++;
    this.channels = filters;
    this.side = out;
    return this;
  }

  /** @param {number} window @param {number} [stride] @param {number} [padding] */
  pool(window, stride = window, padding = 0) {
    this.side = Math.floor((this.side + 2 * padding - window) / stride) + 1;
    return this;
  }

  global() {
    this.side = 1;
    return this;
  }

  /** @param {number} units */
  dense(units) {
    const inputs = this.channels * this.side * this.side;
    this.parameters += inputs * units + units;
    this.products += inputs * units;
    this.layers++;
    this.channels = units;
    this.side = 1;
    return this;
  }
}

const lenet = () => new Count(1, 32).conv(6, 5).pool(2).conv(16, 5).pool(2).dense(120).dense(84).dense(10);

const alexnet = () =>
  new Count(3, 227)
    .conv(96, 11, { stride: 4 })
    .pool(3, 2)
    .conv(256, 5, { padding: 2, groups: 2 })
    .pool(3, 2)
    .conv(384, 3, { padding: 1 })
    .conv(384, 3, { padding: 1, groups: 2 })
    .conv(256, 3, { padding: 1, groups: 2 })
    .pool(3, 2)
    .dense(4096)
    .dense(4096)
    .dense(1000);

function vgg() {
  const count = new Count(3, 224);
  for (const [filters, times] of [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ]) {
    for (let layer = 0; layer < times; layer++) count.conv(filters, 3, { padding: 1 });
    count.pool(2);
  }
  return count.dense(4096).dense(4096).dense(1000);
}

function resnet() {
  const count = new Count(3, 224).conv(64, 7, { stride: 2, padding: 3, normalised: true }).pool(3, 2, 1);
  [3, 4, 6, 3].forEach((blocks, stage) => {
    const width = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      if (block === 0) count.conv(4 * width, 1, { stride, normalised: true, apart: true });
      count.conv(width, 1, { normalised: true });
      count.conv(width, 3, { stride, padding: 1, normalised: true });
      count.conv(4 * width, 1, { normalised: true });
    }
  });
  return count.global().dense(1000);
}

function mobilenet() {
  const count = new Count(3, 224).conv(32, 3, { stride: 2, padding: 1, normalised: true });
  const steps = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    ...Array(5).fill([512, 1]),
    [1024, 2],
    [1024, 1],
  ];
  for (const [filters, stride] of steps) {
    count.conv(count.channels, 3, { stride, padding: 1, groups: count.channels, normalised: true });
    count.conv(filters, 1, { normalised: true });
  }
  return count.global().dense(1000);
}

/** @type {readonly { id: string, name: string, year: number, count: Count }[]} */
export const LINEAGE = Object.freeze([
  { id: "lenet", name: "LeNet-5", year: 1998, count: lenet() },
  { id: "alexnet", name: "AlexNet", year: 2012, count: alexnet() },
  { id: "vgg", name: "VGG-16", year: 2014, count: vgg() },
  { id: "resnet", name: "ResNet-50", year: 2015, count: resnet() },
  { id: "mobilenet", name: "MobileNet", year: 2017, count: mobilenet() },
]);
