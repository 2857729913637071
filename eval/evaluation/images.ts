/** The images that an evaluation reads: in memory, or wherever they come from. */
import { AlixError } from '@alix/infer/io/errors';
import type { ImageSize } from '../report/images.js';

/** Class numbers from 0. */
export type ClassLabels = Uint8Array | Uint16Array;

/** Images to measure on, and how rows of them are read. */
export interface EvalImages {
  readonly name: string;
  readonly size: ImageSize;
  readonly n: number;
  readonly labels: ClassLabels | undefined;
  readonly classes: number | undefined;
  /** What they are called, where they have names. */
  readonly classNames?: readonly string[];
  /** Names the content, order included; what is computed of it alone may then be used again. */
  readonly fingerprint?: string | undefined;
  /** uint8 [rows,H,W,C] */
  read(rows: Uint32Array): Promise<Uint8Array>;
}

/**
 * Images that are at hand.
 *
 * @param data uint8 [n,H,W,C] @throws AlixError 'bad-shape'; 'bad-option' where a label is none of the classes
 */
export function imagesInMemory(
  data: Uint8Array,
  size: ImageSize,
  options: { readonly name?: string; readonly labels?: ClassLabels; readonly classes?: number } = {},
): EvalImages {
  const { name = 'images', labels, classes } = options;
  const each = size.height * size.width * size.channels;
  const n = data.length / each;
  if (!Number.isInteger(n) || (labels && labels.length !== n))
    throw new AlixError('bad-shape', 'images and labels do not fit', {
      expected: `a multiple of ${each} bytes, and a label for each image`,
      found: `${data.length} bytes${labels ? `, ${labels.length} labels` : ''}`,
    });
  const found = labels && 1 + Array.from(labels).reduce((most, label) => Math.max(most, label), -1);
  if (found !== undefined && classes !== undefined && found > classes)
    throw new AlixError('bad-option', 'a label is none of the classes', {
      expected: `0 to ${classes - 1}`,
      found: `${found - 1}`,
    });
  return {
    name,
    size,
    n,
    labels,
    classes: classes ?? found,
    async read(rows) {
      const out = new Uint8Array(rows.length * each);
      for (const [i, row] of rows.entries()) out.set(data.subarray(row * each, (row + 1) * each), i * each);
      return out;
    },
  };
}
