/** Folders of the pictures of codes that alix makes itself, with the codes: samples, ways between images, a plane. */
import { join } from 'node:path';
import { decodeBatches, type Model } from '@alix/infer';
import { openCodesFile } from '../codes/npy-file.js';
import type { Context } from '../commands/command.js';
import type { ModelOptions } from '../options.js';
import { jobOf } from '../resuming.js';
import { CODES, pictureFolder } from './folder.js';
import { pictureJournal } from './journal.js';

export interface CodePictures {
  readonly verb: string;
  /** Codes of a batch each, float32 [n,d], drawn or made again when a run goes on. */
  readonly batches: Iterable<Float32Array>;
  /** Options of the verb that change a byte, by their names; and a sum of what else does. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly inputs: string;
  /** What codes.npy.json says beside the names. */
  readonly description: object;
  /** The name of the picture at a place. */
  readonly name: (place: number) => string;
  /** Called when pictures and codes are there. */
  readonly end: () => Promise<void>;
}

/**
 * Decodes the codes into a folder. With `resume` batches whose pictures an earlier run of the same has written are left out.
 *
 * @throws AlixError 'other-job', 'output-exists', and those of the model and the disk
 */
export async function writeCodePictures(
  model: Model,
  folder: string,
  { verb, batches, settings, inputs, description, name, end }: CodePictures,
  { batch, threads, resume }: ModelOptions & { readonly resume?: true },
  { signal, log }: Context,
  onProgress: (done: number) => void,
): Promise<void> {
  const journal = pictureJournal<never>(folder, verb, resume === true);
  const before = await journal.begin(jobOf(model, { batch, threads, ...settings }, inputs));
  const begun = before.at(-1)?.images ?? 0;
  if (resume) log(begun === 0 ? 'there is nothing to resume: it begins anew' : `${begun} images are done`);
  const names = before.flatMap(({ pictures }) => pictures.map(({ file }) => file));
  const pictures = pictureFolder(folder, model.image, names);
  const d = model.latent.size;
  try {
    const codes = await openCodesFile(join(folder, CODES), d);
    try {
      let done = 0;
      for (const latent of batches) {
        await codes.write(latent);
        const first = done;
        done += latent.length / d;
        if (done <= begun) continue;
        for await (const { n, pixels } of decodeBatches(model, latent, { batch, signal })) {
          const these = Array.from({ length: n }, (_, i) => name(first + i));
          const written = await pictures.writeSummed(these, pixels);
          for (const { file } of written) names.push(file);
          await journal.add({ images: done, skipped: [], unmasked: [], told: [], pictures: written });
        }
        onProgress(done);
      }
      await codes.commit({ ...description, names });
    } finally {
      await codes.discard();
    }
    await end();
    await journal.finish();
  } catch (error) {
    throw await journal.fail(error);
  }
}

/** Codes [n,d] in runs of at most `batch`. */
export function* inBatches(latent: Float32Array, d: number, batch: number): Generator<Float32Array> {
  for (let start = 0; start < latent.length; start += batch * d)
    yield latent.subarray(start, Math.min(latent.length, start + batch * d));
}
