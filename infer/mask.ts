/** Masks: which pixels of an image are hidden. */
import type { ImageBatch } from './batches.js';
import { type Bundle, imageOf } from './bundle.js';
import { describeValue } from './describe-value.js';
import { AlixError } from './io/errors.js';
import { perImage } from './per-image.js';

/** [N,H,W] row by row, or one [H,W] for all images. Whatever is not 0 (or is true) is hidden, 0 (or false) is known. */
export type MaskArray = Uint8Array | readonly boolean[];

/** Masks as an array, or asked for one image at a time: [H,W] for the image of that name and place. */
export type Masks = MaskArray | ((name: string, place: number) => MaskArray | Promise<MaskArray>);

/** Gives the masks of a batch: uint8 [n,H,W], 1 where hidden. */
export interface MaskSource {
  of(batch: ImageBatch, first: number): Promise<Uint8Array>;
  /** To be called with the number of images there were, once it is known. @throws AlixError 'bad-mask' for another number of masks */
  end(images: number | undefined): void;
}

/** @throws AlixError 'bad-mask' for masks of another size, and from `of` for one that hides the whole image */
export function maskSource(bundle: Bundle, masks: Masks): MaskSource {
  const { height, width } = imageOf(bundle);
  const size = height * width;
  const bits = (mask: unknown) => {
    if (!(mask instanceof Uint8Array) && !Array.isArray(mask))
      throw new AlixError('bad-mask', 'not a mask', {
        expected: 'uint8, or true and false',
        found: describeValue(mask),
      });
    return Uint8Array.from(mask as ArrayLike<unknown>, (value) => (value ? 1 : 0));
  };
  const row = {
    size,
    code: 'bad-mask',
    what: `not masks of the size that the model's images have, ${width}x${height}`,
  };
  if (typeof masks !== 'function') {
    const all = perImage(bits(masks), row);
    return {
      async of({ names, n }, first) {
        const rows = all.rows(first, n);
        names.forEach((name, i) => {
          refuseAllHidden(rows.subarray(i * size, (i + 1) * size), name);
        });
        return rows;
      },
      end: all.end,
    };
  }
  return {
    async of({ names, n }, first) {
      const rows = new Uint8Array(n * size);
      for (const [i, name] of names.entries()) {
        const mask = bits(await masks(name, first + i));
        if (mask.length !== size)
          throw new AlixError('bad-mask', row.what, {
            where: name,
            expected: `${size} values`,
            found: `${mask.length}`,
          });
        refuseAllHidden(mask, name);
        rows.set(mask, i * size);
      }
      return rows;
    },
    end() {},
  };
}

function refuseAllHidden(mask: Uint8Array, where: string): void {
  if (mask.includes(0)) return;
  throw new AlixError('bad-mask', 'the mask hides the whole image, and leaves nothing to go by', {
    where,
    remedy: 'leave some pixels known, or use sample',
  });
}
