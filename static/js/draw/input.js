// @ts-check
/**
 * An input tensor as a picture: its values, nothing else. Paint it enlarged with
 * `image-rendering: pixelated`.
 *
 * @param {(width: number, height: number) => { data: Uint8ClampedArray, width: number, height: number }} make makes an
 *   empty image of a size, for example `(w, h) => new ImageData(w, h)`
 * @param {{ shape: readonly number[], data: Float32Array }} tensor (C, H, W); three channels are colours, others are
 *   shown by their mean as grey
 * @param {readonly number[]} [range] the values of black and white
 */
export function inputImage(make, { shape, data }, [low, high] = [0, 1]) {
  const [channels, height, width] = shape;
  const size = height * width;
  const image = make(width, height);
  const scale = 255 / (high - low);
  for (let pixel = 0; pixel < size; pixel++) {
    const place = 4 * pixel;
    if (channels === 3) {
      for (let channel = 0; channel < 3; channel++)
        image.data[place + channel] = (data[channel * size + pixel] - low) * scale + 0.5;
    } else {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += data[channel * size + pixel];
      image.data[place] = image.data[place + 1] = image.data[place + 2] = (sum / channels - low) * scale + 0.5;
    }
    image.data[place + 3] = 255;
  }
  return image;
}
