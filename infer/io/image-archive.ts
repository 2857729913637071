/** The images of a tar archive and where they lie in it, packed: a million of them take some 30 MB. Node only. */

import { AlixError } from './errors.js';
import { FileWindow } from './file-window.js';
import type { Place } from './image-chunk.js';
import { isImageName } from './image-list.js';
import { tarMembers } from './tar.js';
import { turns } from './turn.js';

/** Images in the order of the archive. */
export interface ImageArchive {
  readonly count: number;
  /** Their names in the archive and their places. */
  places(): Generator<{ readonly name: string; readonly place: Place }>;
}

/** Sizes are kept as 32 bits: what is as large as that is refused when it is to be read. */
const MAX_SIZE = 2 ** 32 - 1;
/** No name in a tar holds it. */
const NUL = '\0';

/** Whether a file's first bytes are a tar header's: "ustar" stands at 257. */
export function isTar(head: Uint8Array): boolean {
  return head.length >= 262 && String.fromCharCode(...head.subarray(257, 262)) === 'ustar';
}

/**
 * Walks the archive's headers; members without an image's extension are passed over.
 *
 * @throws AlixError 'bad-tar', 'no-images'
 */
export async function openArchive(path: string): Promise<ImageArchive> {
  const names: string[] = [];
  const offsets: number[] = [];
  const sizes: number[] = [];
  const turn = turns();
  const file = await FileWindow.open(path);
  try {
    for await (const { name, offset, size } of tarMembers(file)) {
      await turn();
      if (!isImageName(name)) continue;
      names.push(name);
      offsets.push(offset);
      sizes.push(Math.min(size, MAX_SIZE));
    }
  } finally {
    await file.close();
  }
  if (names.length === 0)
    throw new AlixError('no-images', 'an archive without images', {
      where: path,
      remedy: 'name another file, or a folder',
    });
  const [packed, offset, size] = [names.join(NUL), Float64Array.from(offsets), Uint32Array.from(sizes)];
  return {
    count: offset.length,
    *places() {
      for (const [i, name] of packed.split(NUL).entries())
        yield { name, place: { path, part: { name, offset: offset[i] as number, size: size[i] as number } } };
    },
  };
}
