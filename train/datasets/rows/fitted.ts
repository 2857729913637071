/** Images of another source, cropped, scaled or recoloured when they are asked for. */
import { type Fit, fitImage } from '../fit.js';
import type { RowReader, RowSource } from '../row-source.js';

export interface FittedRows {
  readonly kind: 'fitted';
  /** [H,W,C] after fitting. */
  readonly shape: readonly number[];
  readonly of: RowSource;
  readonly fit: Fit;
}

/** @param open reads the other source */
export function fittedRows({ of, fit, shape }: FittedRows, open: (source: RowSource) => RowReader): RowReader {
  const reader = open(of);
  const [height = 0, width = 0, channels] = of.shape;
  const [from, to] = [of.shape, shape].map((sides) => sides.reduce((product, n) => product * n, 1)) as [number, number];
  return {
    async read(indices) {
      const stored = (await reader.read(indices)) as Uint8Array<ArrayBuffer>;
      const out = new Uint8Array(indices.length * to);
      for (let i = 0; i < indices.length; i++) {
        const pixels = stored.subarray(i * from, (i + 1) * from);
        const image = { height, width, channels: channels === 1 ? (1 as const) : (3 as const), pixels };
        out.set(fitImage(image, fit, `row ${indices[i]}`), i * to);
      }
      return out;
    },
    close: () => reader.close(),
  };
}
