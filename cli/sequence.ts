/** Images whose order is the one in which they were named. */
import type { NamedImage } from '@alix/infer';
import type { Bundle } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import type { ImageEntry } from '@alix/infer/io/images';
import { openInputs } from './inputs.js';

export interface Sequence {
  readonly images: readonly NamedImage[];
  /** The files that hold them. */
  readonly entries: readonly ImageEntry[];
}

/**
 * Reads the images of all arguments into memory. Other than `openInputs` does, each argument stays in its place, and may come again; the
 * images of a folder, a pattern or a stack are in the order of their names.
 *
 * @param options.max an error when there are more
 * @throws AlixError 'usage', and those of `openInputs`
 */
export async function readSequence(
  paths: readonly string[],
  bundle: Bundle,
  { signal, max, resize = false }: { readonly signal: AbortSignal; readonly max: number; readonly resize?: boolean },
): Promise<Sequence> {
  const images: NamedImage[] = [];
  const entries: ImageEntry[] = [];
  for (const path of paths) {
    const inputs = await openInputs([path], bundle, { onError: 'fail', signal, resize });
    if (images.length + inputs.total > max)
      throw new AlixError('usage', 'too many images for this verb', {
        where: path,
        expected: `at most ${max}`,
        found: `${images.length + inputs.total}`,
        remedy: 'name fewer',
      });
    entries.push(...inputs.entries);
    for await (const image of inputs.images) images.push(image);
  }
  return { images, entries };
}
