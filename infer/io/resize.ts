/** Images made smaller or larger. */

interface Taps {
  /** The first input that counts for each output. */
  readonly first: Uint32Array;
  /** Weights of the inputs from there on, `width` for each output; they sum to 1. */
  readonly weights: Float64Array;
  readonly width: number;
}

/**
 * Antialiased linear interpolation: output pixel i takes the inputs around c = (i + 1/2) n/m with weights falling
 * linearly to 0 at a distance of max(n/m, 1), scaled to the sum 1. The rule of Pillow's BILINEAR with its antialiasing,
 * rounded once, at the end; an image of the wanted size comes back as it is. No gamma is undone.
 *
 * @param pixels uint8 [H,W,C]
 * @returns uint8 [to.height,to.width,C]
 */
export function resize(
  pixels: Uint8Array,
  from: { readonly height: number; readonly width: number; readonly channels: number },
  to: { readonly height: number; readonly width: number },
): Uint8Array<ArrayBuffer> {
  const { channels } = from;
  const out = new Uint8Array(to.height * to.width * channels);
  const across = taps(from.width, to.width);
  const down = taps(from.height, to.height);
  // rows first: [H, to.width, C] in float64, so that nothing is rounded in between
  const rows = new Float64Array(from.height * to.width * channels);
  let at = 0;
  for (let y = 0; y < from.height; y++)
    for (let x = 0; x < to.width; x++) {
      const start = (y * from.width + (across.first[x] as number)) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < across.width; k++) {
          const weight = across.weights[x * across.width + k] as number;
          if (weight > 0) sum += weight * (pixels[start + k * channels + c] as number);
        }
        rows[at++] = sum;
      }
    }
  const line = to.width * channels;
  for (let y = 0; y < to.height; y++) {
    const start = (down.first[y] as number) * line;
    for (let i = 0; i < line; i++) {
      let sum = 0.5;
      for (let k = 0; k < down.width; k++) {
        const weight = down.weights[y * down.width + k] as number;
        if (weight > 0) sum += weight * (rows[start + k * line + i] as number);
      }
      out[y * line + i] = Math.floor(sum);
    }
  }
  return out;
}

function taps(n: number, m: number): Taps {
  const scale = n / m;
  const reach = Math.max(scale, 1);
  const width = Math.min(n, 2 * Math.ceil(reach) + 1);
  const first = new Uint32Array(m);
  const weights = new Float64Array(m * width);
  for (let i = 0; i < m; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.ceil(centre - reach - 0.5));
    first[i] = start;
    let sum = 0;
    for (let k = 0; k < width && start + k < n; k++) {
      const weight = Math.max(0, 1 - Math.abs(start + k + 0.5 - centre) / reach);
      weights[i * width + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < width; k++) weights[i * width + k] = (weights[i * width + k] as number) / sum;
  }
  return { first, weights, width };
}

/**
 * A centred part of an image.
 *
 * @param pixels uint8 [H,W,C]
 * @param to at most as large as the image; where what is left over is odd, the extra line goes at the end
 */
export function centreCrop(
  pixels: Uint8Array,
  from: { readonly height: number; readonly width: number; readonly channels: number },
  to: { readonly height: number; readonly width: number },
): Uint8Array<ArrayBuffer> {
  const top = Math.floor((from.height - to.height) / 2);
  const left = Math.floor((from.width - to.width) / 2);
  const line = to.width * from.channels;
  const out = new Uint8Array(to.height * line);
  for (let y = 0; y < to.height; y++) {
    const start = ((top + y) * from.width + left) * from.channels;
    out.set(pixels.subarray(start, start + line), y * line);
  }
  return out;
}
