/** What `alix data download --dry-run` tells: each file, how much of it is still to come, from where. Nothing is fetched or made. */
import { join } from 'node:path';
import { isThere } from '@alix/train/datasets/download/is-there';
import { partSize } from '@alix/train/datasets/download/part';
import type { PublishedSet } from '@alix/train/datasets/download/published';
import type { Plan } from '../plan.js';

interface Wanted {
  readonly name: string;
  /** The first that is tried; undefined where the authors give none. */
  readonly address: string | undefined;
  readonly bytes: number | undefined;
}

/** Files that are there are checked, not fetched again; what is left of a run that was cut short is gone on with. */
export async function downloadPlan(folder: string, files: readonly Wanted[]): Promise<Plan> {
  const found = await Promise.all(
    files.map(async (file) => {
      const path = join(folder, file.name);
      const isPresent = await isThere(path);
      return { ...file, path, isPresent, part: isPresent ? 0 : await partSize(path) };
    }),
  );
  const missing = found.filter(({ isPresent }) => !isPresent);
  const left = missing.reduce((sum, { bytes = 0, part }) => sum + Math.max(0, bytes - part), 0);
  const isKnown = missing.every(({ bytes }) => bytes !== undefined);
  return {
    inputs: missing.flatMap(({ address }) => address ?? []),
    outputs: missing.map(({ path }) => path),
    counts: { files: missing.length, ...(isKnown && { 'bytes to fetch': left }) },
    notes: [
      ...found.filter(({ isPresent }) => isPresent).map(({ path }) => `${path} is there and would be checked`),
      ...found
        .filter(({ part }) => part > 0)
        .map(({ path, part }) => `${path}.part has ${part.toLocaleString('en')} bytes and would be gone on with`),
      ...missing.filter(({ address }) => !address).map(({ name }) => `${name} has no direct address: get it by hand`),
      ...(isKnown ? [] : ['how long the file is, its server will say']),
    ],
  };
}

/** A published set's files, all or those that are named, as its authors or a mirror have them. */
export function filesOf(set: PublishedSet, only: readonly string[] | undefined, mirror: string | undefined): Wanted[] {
  return set.files
    .filter(({ name }) => only?.includes(name) ?? true)
    .map(({ name, addresses, bytes }) => ({
      name,
      address: mirror === undefined ? addresses[0] : `${mirror.replace(/\/*$/, '')}/${name}`,
      bytes,
    }));
}
