// @ts-check
/**
 * The loops of convolution: what its forward pass, its two gradients and the transposed convolution are made of.
 *
 * All four work on maps in float64 with the padding written out, so that inner loops neither ask for borders nor
 * convert. A sum runs over the kernel's cells row by row, then over the maps in their order; `collect` begins it with
 * the bias.
 * The form of an inner loop is chosen by the kernel: a 3×3 kernel keeps nine weights and nine values at hand and reads
 * three new values a place, any other takes its cells four at a time.
 *
 * @typedef {object} Kernel
 * @property {readonly number[]} size rows and columns
 * @property {readonly number[]} stride
 * @property {readonly number[]} dilation
 * @property {number} groups into how many equal parts maps and filters are split
 */
/** @typedef {{ data: Float64Array, maps: number, rows: number, columns: number }} Maps */
/** @typedef {import("./kinds/kind.js").Numbers} Numbers */

/** Empty maps. @param {number} maps @param {number} rows @param {number} columns @returns {Maps} */
export const emptyMaps = (maps, rows, columns) => ({
  data: new Float64Array(maps * rows * columns),
  maps,
  rows,
  columns,
});

/**
 * Maps with zeros around them, or without their borders where a side is negative.
 * @param {Numbers} x @param {readonly number[]} shape
 * @param {{ top: number, bottom: number, left: number, right: number }} sides @returns {Maps}
 */
export function framed(x, [maps, height, width], { top, bottom, left, right }) {
  const found = emptyMaps(maps, height + top + bottom, width + left + right);
  const [low, high] = [Math.max(0, -top), Math.min(height, height + bottom)];
  const [from, to] = [Math.max(0, -left), Math.min(width, width + right)];
  for (let map = 0; map < maps; map++)
    for (let row = low; row < high; row++) {
      const start = (map * height + row) * width;
      found.data.set(
        x.subarray(start + from, start + to),
        (map * found.rows + row + top) * found.columns + left + from,
      );
    }
  return found;
}

/**
 * What lies in a frame, written into y.
 * @param {Maps} maps @param {number} top @param {number} left @param {Numbers} y @param {readonly number[]} shape of y
 */
export function unframed({ data, maps, rows, columns }, top, left, y, [, height, width]) {
  for (let map = 0; map < maps; map++)
    for (let row = 0; row < height; row++) {
      const start = (map * rows + row + top) * columns + left;
      y.set(data.subarray(start, start + width), (map * height + row) * width);
    }
}

/**
 * y[o, i, j] = bias[o] + Σ_{c,u,v} x[c, i·s + u·d, j·s + v·d] · w[o, c, u, v], c over the maps of o's group.
 * @param {Maps} x @param {Float64Array} w (O, C / groups, Kh, Kw) @param {Numbers | null} bias
 * @param {Kernel} kernel @param {Numbers} y @param {readonly number[]} shape of y
 */
export function collect(x, w, bias, { size, stride, dilation, groups }, y, [filters, rows, columns]) {
  const count = x.maps / groups;
  const each = filters / groups;
  const cells = size[0] * size[1];
  const add = isThree(size, stride, dilation) ? addThree : cells === 1 ? null : addCells;
  const sum = new Float64Array(columns);
  // Row by row of the output: the rows of x that it reads stay in the cache for all filters.
  for (let row = 0; row < rows; row++)
    for (let filter = 0; filter < filters; filter++) {
      sum.fill(bias ? bias[filter] : 0);
      const first = Math.floor(filter / each) * count;
      const at = filter * count * cells;
      const from = (first * x.rows + row * stride[0]) * x.columns;
      if (add)
        for (let map = 0; map < count; map++)
          add(sum, x, from + map * x.rows * x.columns, w, at + map * cells, size, stride[1], dilation);
      // With a 1×1 kernel the maps of a place are a row of cells, each as far from the next as a map is large.
      else addCells(sum, x, from, w, at, [1, count], stride[1], [1, x.rows * x.columns]);
      y.set(sum, (filter * rows + row) * columns);
    }
}

/** @param {readonly number[]} size @param {readonly number[]} stride @param {readonly number[]} dilation */
const isThree = (size, stride, dilation) =>
  size[0] === 3 && size[1] === 3 && stride[1] === 1 && dilation[0] === 1 && dilation[1] === 1;

/** One map's part of a row, with a 3×3 kernel.
 * @param {Float64Array} sum @param {Maps} x @param {number} from @param {Float64Array} w @param {number} at */
function addThree(sum, { data, columns }, from, w, at) {
  // One by one: taking a list apart costs as much as the row.
  const w0 = w[at];
  const w1 = w[at + 1];
  const w2 = w[at + 2];
  const w3 = w[at + 3];
  const w4 = w[at + 4];
  const w5 = w[at + 5];
  const w6 = w[at + 6];
  const w7 = w[at + 7];
  const w8 = w[at + 8];
  let top = from;
  let middle = top + columns;
  let bottom = middle + columns;
  let a0 = data[top];
  let a1 = data[top + 1];
  let b0 = data[middle];
  let b1 = data[middle + 1];
  let c0 = data[bottom];
  let c1 = data[bottom + 1];
  for (let column = 0; column < sum.length; column++) {
    const a2 = data[top + 2];
    const b2 = data[middle + 2];
    const c2 = data[bottom + 2];
    // Three sums that do not wait for each other.
    sum[column] += w0 * a0 + w1 * a1 + w2 * a2 + (w3 * b0 + w4 * b1 + w5 * b2) + (w6 * c0 + w7 * c1 + w8 * c2);
    a0 = a1;
    a1 = a2;
    b0 = b1;
    b1 = b2;
    c0 = c1;
    c1 = c2;
    top++;
    middle++;
    bottom++;
  }
}

/** One map's part of a row, with any kernel.
 * @param {Float64Array} sum @param {Maps} x @param {number} from @param {Float64Array} w @param {number} at
 * @param {readonly number[]} size @param {number} stride @param {readonly number[]} dilation */
function addCells(sum, { data, columns }, from, w, at, [rows, cells], stride, [down, across]) {
  for (let row = 0; row < rows; row++) {
    const start = from + row * down * columns;
    const weights = at + row * cells;
    let cell = 0;
    for (; cell + 4 <= cells; cell += 4) {
      const w0 = w[weights + cell];
      const w1 = w[weights + cell + 1];
      const w2 = w[weights + cell + 2];
      const w3 = w[weights + cell + 3];
      let place = start + cell * across;
      for (let column = 0; column < sum.length; column++, place += stride)
        sum[column] +=
          w0 * data[place] + w1 * data[place + across] + w2 * data[place + 2 * across] + w3 * data[place + 3 * across];
    }
    for (; cell < cells; cell++) {
      const weight = w[weights + cell];
      let place = start + cell * across;
      for (let column = 0; column < sum.length; column++, place += stride) sum[column] += weight * data[place];
    }
  }
}

/**
 * The way back of `collect`, and the transposed convolution:
 * into[t, i·s + u·d, j·s + v·d] += from[f, i, j] · w[o, c, u, v] for every i, j, u, v.
 * @param {Maps} from @param {Float64Array} w (O, C / groups, Kh, Kw) @param {Kernel} kernel @param {Maps} into
 * @param {boolean} forward whether `from` has the maps that are read (c) and `into` the filters (o), or the other way
 */
export function spread(from, w, { size, stride, dilation, groups }, into, forward) {
  const [filters, maps] = forward ? [into.maps, from.maps] : [from.maps, into.maps];
  const count = maps / groups;
  const each = filters / groups;
  for (let filter = 0; filter < filters; filter++)
    for (let map = 0; map < count; map++) {
      const read = Math.floor(filter / each) * count + map;
      const [source, target] = forward ? [read, filter] : [filter, read];
      for (let u = 0; u < size[0]; u++)
        for (let v = 0; v < size[1]; v++) {
          const weight = w[((filter * count + map) * size[0] + u) * size[1] + v];
          for (let row = 0; row < from.rows; row++) {
            let place = (target * into.rows + row * stride[0] + u * dilation[0]) * into.columns + v * dilation[1];
            const end = (source * from.rows + row + 1) * from.columns;
            for (let value = end - from.columns; value < end; value++, place += stride[1])
              into.data[place] += weight * from.data[value];
          }
        }
    }
}

/**
 * The gradient of the kernels: dw[o, c, u, v] = Σ_{i,j} dy[o, i, j] · x[c, i·s + u·d, j·s + v·d].
 * @param {Maps} x @param {Maps} dy @param {Kernel} kernel @param {Numbers} dw
 */
export function weigh(x, dy, { size, stride, dilation, groups }, dw) {
  const count = x.maps / groups;
  const each = dy.maps / groups;
  const cells = size[0] * size[1];
  const threes = size[1] === 3 && stride[1] === 1 && dilation[1] === 1;
  const step = threes ? 2 : 1;
  for (let group = 0; group < groups; group++)
    for (let filter = group * each; filter < (group + 1) * each; filter += step) {
      const second = Math.min(filter + 1, (group + 1) * each - 1);
      for (let map = 0; map < count; map++) {
        const from = (group * count + map) * x.rows * x.columns;
        const at = (filter * count + map) * cells;
        if (threes) weighThrees(x, from, dy, filter, second, size[0], stride[0], dilation[0], dw, at, count * cells);
        else weighCells(x, from, dy, filter, size, stride, dilation, dw, at);
      }
    }
}

/**
 * Two filters' kernels of three columns, row by row: each value of x that is read serves six sums.
 * @param {Maps} x @param {number} from @param {Maps} dy @param {number} filter @param {number} second the other filter,
 *   or the same where there is none left
 * @param {number} rows of the kernel @param {number} stride @param {number} dilation @param {Numbers} dw
 * @param {number} at where the kernel of the first filter begins @param {number} next how far the second's lies behind
 */
function weighThrees({ data, columns }, from, dy, filter, second, rows, stride, dilation, dw, at, next) {
  const given = dy.data;
  const apart = (second - filter) * dy.rows * dy.columns;
  for (let row = 0; row < rows; row++) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let t0 = 0;
    let t1 = 0;
    let t2 = 0;
    for (let down = 0; down < dy.rows; down++) {
      let place = from + (down * stride + row * dilation) * columns;
      let x0 = data[place];
      let x1 = data[place + 1];
      const end = (filter * dy.rows + down + 1) * dy.columns;
      for (let value = end - dy.columns; value < end; value++) {
        const s = given[value];
        const t = given[value + apart];
        const x2 = data[place + 2];
        s0 += s * x0;
        s1 += s * x1;
        s2 += s * x2;
        t0 += t * x0;
        t1 += t * x1;
        t2 += t * x2;
        x0 = x1;
        x1 = x2;
        place++;
      }
    }
    const first = at + 3 * row;
    dw[first] = s0;
    dw[first + 1] = s1;
    dw[first + 2] = s2;
    if (apart === 0) continue;
    dw[first + next] = t0;
    dw[first + next + 1] = t1;
    dw[first + next + 2] = t2;
  }
}

/** @param {Maps} x @param {number} from @param {Maps} dy @param {number} filter @param {readonly number[]} size
 * @param {readonly number[]} stride @param {readonly number[]} dilation @param {Numbers} dw @param {number} at */
function weighCells({ data, columns }, from, dy, filter, size, stride, dilation, dw, at) {
  const given = dy.data;
  for (let u = 0; u < size[0]; u++)
    for (let v = 0; v < size[1]; v++) {
      let sum = 0;
      for (let row = 0; row < dy.rows; row++) {
        let place = from + (row * stride[0] + u * dilation[0]) * columns + v * dilation[1];
        const end = (filter * dy.rows + row + 1) * dy.columns;
        for (let value = end - dy.columns; value < end; value++, place += stride[1]) sum += given[value] * data[place];
      }
      dw[at + u * size[1] + v] = sum;
    }
}

/**
 * Kernels seen from the other side, (C, O / groups, Kh, Kw) out of (O, C / groups, Kh, Kw), as the way back reads them;
 * done twice it is undone.
 * @param {Numbers} w @param {number} filters O @param {number} count C / groups @param {number} groups
 * @param {number} cells Kh · Kw @param {boolean} turned by half a turn
 */
export function swapped(w, filters, count, groups, cells, turned) {
  const each = filters / groups;
  const found = new Float64Array(w.length);
  for (let filter = 0; filter < filters; filter++)
    for (let map = 0; map < count; map++) {
      const group = Math.floor(filter / each);
      const from = (filter * count + map) * cells;
      const to = ((group * count + map) * each + (filter % each)) * cells;
      for (let cell = 0; cell < cells; cell++) found[to + (turned ? cells - 1 - cell : cell)] = w[from + cell];
    }
  return found;
}
