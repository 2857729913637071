/** Two clouds of 2-D points side by side as one picture: data on the left, samples on the right, on the same axes. */
import type { Pixels } from '@alix/infer/io/png';

const SIDE = 256;
const GAP = 4;
const INK = 20;
const PAPER = 255;

/** @param data,samples float32 [n,2]; the axes are the data's range and a tenth more */
export function drawPoints(data: Float32Array, samples: Float32Array): Pixels {
  const width = 2 * SIDE + GAP;
  const pixels = new Uint8Array(SIDE * width).fill(PAPER);
  const reach = 1.1 * data.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-6);
  const at = (v: number) => Math.floor(((v / reach + 1) / 2) * SIDE);
  const cloud = (points: Float32Array, left: number) => {
    for (let i = 0; i + 1 < points.length; i += 2) {
      const [x, y] = [at(points[i] as number), SIDE - 1 - at(points[i + 1] as number)];
      if (x >= 0 && x < SIDE && y >= 0 && y < SIDE) pixels[y * width + left + x] = INK;
    }
  };
  for (let y = 0; y < SIDE; y++) pixels.fill(128, y * width + SIDE, y * width + SIDE + GAP);
  cloud(data, 0);
  cloud(samples, SIDE + GAP);
  return { height: SIDE, width, channels: 1, pixels };
}
