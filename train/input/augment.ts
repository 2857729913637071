/** Images turned and shifted a little at random, so that a classifier sees more of them than there are. */
import type { Random } from '@alix/infer/io/random';

/** Plain data, for the worker. */
export interface Augmentation {
  /** Degrees: turned about its centre by an angle that is uniform in [-rotate, rotate]. */
  readonly rotate: number;
  /** Pixels: shifted down and right by whole numbers that are uniform in -shift..shift. */
  readonly shift: number;
  /** The probability that an image is changed at all. */
  readonly share: number;
}

/** Whether it changes anything. */
export const isAugmenting = ({ rotate, shift, share }: Augmentation): boolean => share > 0 && (rotate > 0 || shift > 0);

/**
 * Bilinear between pixels; what comes in from outside is the nearest pixel of the edge.
 *
 * @param pixels uint8 [n,H,W,C], left as they are @param shape [H,W,C]
 */
export function augmented(
  pixels: Uint8Array,
  shape: readonly number[],
  { rotate, shift, share }: Augmentation,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const size = shape.reduce((product, n) => product * n, 1);
  const out = pixels.slice();
  const draws = random.uniform(4 * (pixels.length / size));
  for (let image = 0, at = 0; image < pixels.length; image += size, at += 4) {
    const [coin = 0, turn = 0, down = 0, right = 0] = draws.subarray(at, at + 4);
    if (coin >= share) continue;
    const whole = (u: number) => Math.floor((2 * shift + 1) * u) - shift;
    const move = { angle: ((2 * turn - 1) * rotate * Math.PI) / 180, down: whole(down), right: whole(right) };
    moved(pixels.subarray(image, image + size), out.subarray(image, image + size), shape, move);
  }
  return out;
}

/** One image: each pixel of `to` is looked up in `from` where it came from. */
function moved(
  from: Uint8Array,
  to: Uint8Array,
  [height = 1, width = 1, channels = 1]: readonly number[],
  { angle, down, right }: { readonly angle: number; readonly down: number; readonly right: number },
): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const within = (at: number, length: number) => Math.min(Math.max(at, 0), length - 1);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [dy, dx] = [y - down - middleY, x - right - middleX];
      const fromY = within(middleY + cos * dy - sin * dx, height);
      const fromX = within(middleX + sin * dy + cos * dx, width);
      const [top, left] = [Math.floor(fromY), Math.floor(fromX)];
      const [bottom, far] = [within(top + 1, height), within(left + 1, width)];
      const [v, u] = [fromY - top, fromX - left];
      for (let c = 0; c < channels; c++) {
        const pixel = (row: number, column: number) => from[(row * width + column) * channels + c] as number;
        const upper = (1 - u) * pixel(top, left) + u * pixel(top, far);
        const lower = (1 - u) * pixel(bottom, left) + u * pixel(bottom, far);
        to[(y * width + x) * channels + c] = Math.round((1 - v) * upper + v * lower);
      }
    }
}
