// @ts-check
/**
 * How often each value occurs, each bar in the colour that its value has on the map.
 * @param {CanvasRenderingContext2D} context @param {{ x: number, y: number, width: number, height: number }} box
 * @param {{ counts: ArrayLike<number>, low: number, high: number }} data equal bins from `low` to `high`
 * @param {{ line: string, lineStrong: string, colour: (value: number) => string }} theme
 */
export function drawHistogram(context, { x, y, width, height }, { counts, low, high }, theme) {
  const most = Array.from(counts).reduce((largest, count) => Math.max(largest, count), 0);
  const step = width / counts.length;
  for (let bin = 0; bin < counts.length; bin++) {
    if (counts[bin] === 0) continue;
    const tall = Math.max(1, (counts[bin] / most) * (height - 1));
    context.fillStyle = theme.colour(low + ((bin + 0.5) / counts.length) * (high - low));
    context.fillRect(x + bin * step, y + height - tall, Math.max(1, step - 1), tall);
    context.strokeStyle = theme.lineStrong; // pale bars need an outline on a pale ground
    context.lineWidth = 0.5;
    context.strokeRect(x + bin * step, y + height - tall, Math.max(1, step - 1), tall);
  }
  context.fillStyle = theme.line;
  context.fillRect(x, y + height - 1, width, 1);
  if (low < 0 && high > 0) {
    context.fillStyle = theme.lineStrong;
    context.fillRect(Math.round(x + (-low / (high - low)) * width), y, 1, height);
  }
}
