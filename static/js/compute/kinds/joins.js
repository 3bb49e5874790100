// @ts-check
/** Joins: where the branches of a network meet. */
import { zeros } from "./kind.js";

/** @typedef {import("./kind.js").Tensor} Tensor */

/** How many places of the output share one value of an input: 1, or a map's where it has one factor for each map.
 * @param {Tensor} input @param {number} length of the output */
const servedBy = ({ data }, length) => length / data.length;

/** @type {Record<string, import("./kind.js").Computed>} */
export const joins = {
  add: {
    forward(_layer, inputs, _parameters, y) {
      for (let place = 0; place < y.length; place++) {
        let sum = 0;
        for (const { data } of inputs) sum += data[place];
        y[place] = sum;
      }
    },
    backward: (_layer, inputs, _parameters, _y, dy) => ({ inputs: inputs.map(() => dy.slice()) }),
  },
  multiply: {
    /** An input with one value for a map gives it to every place of that map. */
    forward(_layer, inputs, _parameters, y) {
      const served = inputs.map((input) => servedBy(input, y.length));
      for (let place = 0; place < y.length; place++) {
        let product = 1;
        for (let source = 0; source < inputs.length; source++)
          product *= inputs[source].data[Math.floor(place / served[source])];
        y[place] = product;
      }
    },
    /** dx_k = dy · the product of the others, added up over the places that a factor has served. */
    backward(_layer, inputs, _parameters, y, dy) {
      const served = inputs.map((input) => servedBy(input, y.length));
      return {
        inputs: inputs.map(({ data }, k) => {
          const sums = new Float64Array(data.length);
          for (let place = 0; place < y.length; place++) {
            let product = dy[place];
            for (let source = 0; source < inputs.length; source++)
              if (source !== k) product *= inputs[source].data[Math.floor(place / served[source])];
            sums[Math.floor(place / served[k])] += product;
          }
          const dx = zeros(dy, data.length);
          dx.set(sums);
          return dx;
        }),
      };
    },
  },
  concat: {
    forward(_layer, inputs, _parameters, y) {
      let at = 0;
      for (const { data } of inputs) {
        y.set(data, at);
        at += data.length;
      }
    },
    backward(_layer, inputs, _parameters, _y, dy) {
      let at = 0;
      return { inputs: inputs.map(({ data }) => dy.slice(at, (at += data.length))) };
    },
  },
};
