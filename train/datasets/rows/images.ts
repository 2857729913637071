/** What the readers of encoded images share: several at once, decoded and made into rows. */
import { decodeImage } from '@alix/infer/io/image-file';
import { type Fit, fitImage } from '../fit.js';
import type { RowReader } from '../row-source.js';

/** How many images are on their way at once: the disk's waiting times overlap, and little memory is held. */
const AT_ONCE = 8;

/** The bytes of the encoded image of a row, and its name for error messages. */
export type Fetch = (row: number) => Promise<{ readonly bytes: Uint8Array; readonly where: string }>;

/**
 * A reader of rows that are encoded images. After the first that cannot be read, no other is begun.
 *
 * @param close ends what `fetch` holds open
 */
export function imageRows(fit: Fit, fetch: Fetch, close: () => Promise<void>): RowReader {
  const size = fit.height * fit.width * fit.channels;
  return {
    async read(indices) {
      const out = new Uint8Array(indices.length * size);
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < indices.length) {
          const place = next++;
          try {
            const { bytes, where } = await fetch(indices[place] as number);
            out.set(fitImage(await decodeImage(bytes, where), fit, where), place * size);
          } catch (error) {
            next = indices.length;
            throw error;
          }
        }
      };
      // all are waited for, so that none still reads when the caller closes
      const ended = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, indices.length) }, work));
      const failed = ended.find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
      return out;
    },
    close,
  };
}
