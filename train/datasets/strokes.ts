/** strokes: hand-written-like digits 0-9, 28x28 grey, white on black, drawn from pen strokes. It needs no download. */

import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { createRandom, type Random } from '@alix/infer/io/random';
import { type DatasetSource, imageDataset, resolveOptions, type Split } from './dataset.js';
import { glyphs } from './strokes/glyphs.js';
import { write } from './strokes/hand.js';
import { render, SIDE } from './strokes/render.js';

const defaults = {
  /** Images in the train split. */
  train: 60_000,
  /** Images in the test split. */
  test: 10_000,
};

/** The source of the table. The test split is of other hands than the train split, whatever their numbers. */
export const strokes: DatasetSource = {
  name: 'strokes',
  summary: 'hand-written-like digits 0-9, 28x28 grey, drawn from pen strokes; any number, no download',
  defaults,
  async open({ split, options, seed, signal }) {
    const count = resolveOptions('strokes', defaults, options)[split];
    const { pixels, labels, draw } = sheet(seed, split, count);
    for (let start = 0; start < count; start += AT_ONCE) {
      draw(start, Math.min(start + AT_ONCE, count));
      // a Ctrl-C is heard in between
      await new Promise((resolve) => setTimeout(resolve));
      throwIfAborted(signal);
    }
    return imageDataset({ name: 'strokes', shape: [SIDE, SIDE, 1], classes: 10, pixels, labels });
  },
};

/** Images that are drawn in one go, some tenths of a second. */
const AT_ONCE = 2000;

/**
 * `count` digits: pixels uint8 [count,28,28,1] and labels uint8 [count], uniform over 0-9. Image i depends on seed, split
 * and i alone, so that fewer images are a prefix of more.
 *
 * @throws AlixError 'bad-option' unless count is a whole number of at least 1
 */
export function drawStrokes(seed: number | string, split: Split, count: number) {
  const { pixels, labels, draw } = sheet(seed, split, count);
  draw(0, count);
  return { pixels, labels };
}

/** Room for `count` digits, and what draws those from `start` to `end`. */
function sheet(seed: number | string, split: Split, count: number) {
  if (!Number.isInteger(count) || count < 1)
    throw new AlixError('bad-option', 'a number of images is a whole number of at least 1', { found: `${count}` });
  const root = createRandom(seed).split('strokes').split(split);
  // where a worker can read them too: sixty thousand images need not be copied there
  const pixels = new Uint8Array(new SharedArrayBuffer(count * SIDE * SIDE));
  const labels = new Uint8Array(count);
  const draw = (start: number, end: number) => {
    for (let i = start; i < end; i++)
      labels[i] = drawDigit(root.split(`${i}`), pixels.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
  };
  return { pixels, labels, draw };
}

/** One digit into `out`; returns which. */
function drawDigit(random: Random, out: Uint8Array): number {
  const digit = random.integer(0, 9);
  const forms = glyphs[digit] ?? [];
  let ticket = random.integer(0, forms.reduce((sum, { weight }) => sum + weight, 0) - 1);
  for (const form of forms) {
    ticket -= form.weight;
    if (ticket >= 0) continue;
    render(write(form, random), out);
    break;
  }
  return digit;
}
