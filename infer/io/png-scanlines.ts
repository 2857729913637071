/** The scan lines of a PNG: PNG specification, third edition, section 9 (filtering). */

/**
 * Undoes the filters.
 *
 * @param lines of each scan line its filter's number, then `stride` bytes
 * @param pixel bytes from a byte to that of the pixel on its left, at least 1
 * @returns the `stride` bytes of each line, or undefined where a filter is unknown
 */
export function unfilter(
  lines: Uint8Array,
  height: number,
  stride: number,
  pixel: number,
): Uint8Array<ArrayBuffer> | undefined {
  // one line of zeros above, so that the first is as the others
  const out = new Uint8Array((height + 1) * stride);
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1);
    const undo = filters[lines[from] as number];
    if (!undo) return undefined;
    undo(lines, from + 1, out, (y + 1) * stride, stride, pixel);
  }
  return out.subarray(stride);
}

/** Puts the line at `from` of `lines` to `to` of `out`, where the line above ends. */
type Undo = (lines: Uint8Array, from: number, out: Uint8Array, to: number, stride: number, pixel: number) => void;

const none: Undo = (lines, from, out, to, stride) => {
  out.set(lines.subarray(from, from + stride), to);
};

const sub: Undo = (lines, from, out, to, stride, pixel) => {
  for (let i = 0; i < pixel; i++) out[to + i] = lines[from + i] as number;
  for (let i = pixel; i < stride; i++) out[to + i] = (lines[from + i] as number) + (out[to + i - pixel] as number);
};

const up: Undo = (lines, from, out, to, stride) => {
  for (let i = 0; i < stride; i++) out[to + i] = (lines[from + i] as number) + (out[to - stride + i] as number);
};

const average: Undo = (lines, from, out, to, stride, pixel) => {
  for (let i = 0; i < stride; i++) {
    const left = i < pixel ? 0 : (out[to + i - pixel] as number);
    out[to + i] = (lines[from + i] as number) + ((left + (out[to - stride + i] as number)) >> 1);
  }
};

/** The neighbour that is nearest to left + above - aboveLeft; in a tie the left one, then the one above. */
const paeth: Undo = (lines, from, out, to, stride, pixel) => {
  const above = to - stride;
  // without a left neighbour the nearest is the one above
  for (let i = 0; i < pixel; i++) out[to + i] = (lines[from + i] as number) + (out[above + i] as number);
  for (let i = pixel; i < stride; i++) {
    const left = out[to + i - pixel] as number;
    const top = out[above + i] as number;
    const corner = out[above + i - pixel] as number;
    const fromLeft = Math.abs(top - corner);
    const fromTop = Math.abs(left - corner);
    const fromCorner = Math.abs(left + top - 2 * corner);
    const nearest = fromLeft <= fromTop && fromLeft <= fromCorner ? left : fromTop <= fromCorner ? top : corner;
    out[to + i] = (lines[from + i] as number) + nearest;
  }
};

/** By their numbers in the file. */
const filters: readonly Undo[] = [none, sub, up, average, paeth];
