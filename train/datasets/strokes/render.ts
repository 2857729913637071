/** Pen tracks to pixels: ink is 255 inside the track, 0 outside, with an edge one pixel soft. */
import type { Track } from './hand.js';

/** Side of the images in pixels. */
export const SIDE = 28;

const depth = new Float64Array(SIDE * SIDE);

/** Draws tracks white on black into `out`, uint8 [28,28]. */
export function render(tracks: readonly Track[], out: Uint8Array): void {
  // depth: how far inside the ink a pixel's centre is, in pixels; negative outside
  depth.fill(-1);
  for (const track of tracks) for (let i = 0; i + 5 < track.length; i += 3) segment(track, i);
  for (let i = 0; i < out.length; i++) {
    const ink = (depth[i] as number) + 0.5;
    out[i] = ink <= 0 ? 0 : ink >= 1 ? 255 : Math.round(255 * ink);
  }
}

/** One straight piece; its radius goes linearly from one end to the other. */
function segment(track: Track, i: number): void {
  const [ax, ay, ar] = [track[i] as number, track[i + 1] as number, track[i + 2] as number];
  const [bx, by, br] = [track[i + 3] as number, track[i + 4] as number, track[i + 5] as number];
  const [dx, dy] = [bx - ax, by - ay];
  const inverse = 1 / (dx * dx + dy * dy + 1e-12);
  const reach = Math.max(ar, br) + 0.5;
  const left = Math.max(0, Math.ceil(Math.min(ax, bx) - reach - 0.5));
  const right = Math.min(SIDE - 1, Math.floor(Math.max(ax, bx) + reach - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(ay, by) - reach - 0.5));
  const bottom = Math.min(SIDE - 1, Math.floor(Math.max(ay, by) + reach - 0.5));
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
      const along = (px * dx + py * dy) * inverse;
      const t = Math.max(0, Math.min(1, along));
      const [ex, ey] = [px - t * dx, py - t * dy];
      const inside = ar + t * (br - ar) - Math.sqrt(ex * ex + ey * ey);
      if (inside > (depth[y * SIDE + x] as number)) depth[y * SIDE + x] = inside;
    }
}
