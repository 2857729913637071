/** Decoded pixels into the holes of images. */
import { AlixError } from './io/errors.js';
import { turns } from './io/turn.js';

/** Images of one size. */
export interface Frame {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const MOST = 32;

/** @throws AlixError 'bad-option' */
export function checkFeather(feather: number): void {
  if (!Number.isInteger(feather) || feather < 0 || feather > MOST)
    throw new AlixError('bad-option', `feather is a whole number of pixels from 0 to ${MOST}`, { found: `${feather}` });
}

/**
 * The originals, with what was decoded where they are hidden. With `feather` f, what the decoder is off at the nearest known pixel (the
 * mean of several as near) is taken from a hidden one at distance r <= f, times 1 - r/(f+1). The event loop turns meanwhile.
 *
 * @param originals uint8 [n,H,W,C]; known pixels are copied bit for bit
 * @param decoded float32 [n,H,W,C] in [0,1]
 * @param masks uint8 [n,H,W], 1 where hidden
 */
export async function paste(
  originals: Uint8Array,
  decoded: Float32Array,
  masks: Uint8Array,
  frame: Frame,
  feather = 0,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, channels } = frame;
  const rings = ringsOf(feather);
  const out = Uint8Array.from(originals);
  const turn = turns();
  for (let at = 0; at < masks.length; at++) {
    if (at % width === 0) await turn();
    if (!masks[at]) continue;
    const { seen, share } = nearestKnown(masks, at, frame, rings, feather);
    for (let c = 0; c < channels; c++) {
      const off = (place: number) => originals[place * channels + c]! - 255 * decoded[place * channels + c]!;
      const shift = seen.length > 0 ? (share * seen.reduce((sum, place) => sum + off(place), 0)) / seen.length : 0;
      const value = 255 * decoded[at * channels + c]! + shift;
      out[at * channels + c] = Math.round(Math.max(0, Math.min(255, value)));
    }
  }
  return out;
}

/** Steps to pixels at one distance. */
interface Ring {
  readonly distance: number;
  readonly steps: readonly (readonly [dy: number, dx: number])[];
}

/** All pixels at most `radius` away, the nearest first. */
function ringsOf(radius: number): Ring[] {
  const rings = new Map<number, [number, number][]>();
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++) {
      const square = dy * dy + dx * dx;
      if (square === 0 || square > radius * radius) continue;
      rings.set(square, [...(rings.get(square) ?? []), [dy, dx]]);
    }
  return [...rings].sort(([a], [b]) => a - b).map(([square, steps]) => ({ distance: Math.sqrt(square), steps }));
}

function nearestKnown(
  masks: Uint8Array,
  at: number,
  { height, width }: Frame,
  rings: readonly Ring[],
  feather: number,
): { readonly seen: readonly number[]; readonly share: number } {
  const [y, x] = [Math.floor(at / width) % height, at % width];
  for (const { distance, steps } of rings) {
    const seen: number[] = [];
    for (const [dy, dx] of steps) {
      if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) continue;
      const place = at + dy * width + dx;
      if (!masks[place]) seen.push(place);
    }
    if (seen.length > 0) return { seen, share: 1 - distance / (feather + 1) };
  }
  return { seen: [], share: 0 };
}
