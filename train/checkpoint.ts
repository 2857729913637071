/**
 * checkpoint-N/ in a run folder: weights.safetensors, optimiser.safetensors and state.json, which holds the other files'
 * sha256 and its own. A checkpoint appears whole or not at all, and what has been damaged since is seen when it is opened.
 */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { sha256, writeFolderAtomic } from '@alix/infer/io/files';
import { restoreRandom } from '@alix/infer/io/random';
import { openSafetensors, type Stored, writeSafetensors } from '@alix/infer/io/safetensors-file';
import { z } from 'zod';
import type { NamedArray } from './tensorflow/variables.js';

const stateSchema = z.strictObject({
  format: z.literal('alix-checkpoint'),
  formatVersion: z.literal(1),
  /** Steps done. */
  step: z.number().int().nonnegative(),
  /** Epochs done, and batches done of the one under way. */
  epoch: z.number().int().nonnegative(),
  batchInEpoch: z.number().int().nonnegative(),
  /** Seconds of training so far, over all sessions. */
  seconds: z.number().nonnegative(),
  random: z.array(z.number()),
  /** What was measured of held-out rows at this step, where it was. */
  measures: z.record(z.string(), z.number()).optional(),
  /** The best checkpoint up to this one, which may be it. */
  best: z.strictObject({ metric: z.string(), value: z.number(), step: z.number().int().nonnegative() }).optional(),
  files: z.record(z.string(), z.string()),
  /** Of everything else in this file, as JSON; older versions wrote none. */
  stateSha256: z.string().optional(),
});

export type CheckpointState = Omit<
  z.infer<typeof stateSchema>,
  'format' | 'formatVersion' | 'files' | 'stateSha256' | 'measures' | 'best'
> & {
  readonly measures?: Readonly<Record<string, number>> | undefined;
  readonly best?: Best | undefined;
};

/** The best checkpoint of a run: which, and by what. */
export interface Best {
  /** As in metrics.jsonl: "reconstruction_mse". */
  readonly metric: string;
  readonly value: number;
  readonly step: number;
}

/** How far a run is. */
export type RunState = Pick<CheckpointState, 'step' | 'epoch' | 'batchInEpoch' | 'seconds'>;

/** A checkpoint that has been read through once and found whole; its arrays are read as they are asked for. */
export interface OpenedCheckpoint {
  readonly path: string;
  readonly state: CheckpointState;
  readonly weights: ReadonlyMap<string, Stored<Float32Array>>;
  readonly optimiser: ReadonlyMap<string, Stored<Float32Array>>;
}

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly path: string;
  readonly state: CheckpointState;
  readonly weights: ReadonlyMap<string, NamedArray>;
  readonly optimiser: ReadonlyMap<string, NamedArray>;
}

const WEIGHTS = 'weights.safetensors';
const OPTIMISER = 'optimiser.safetensors';
const STATE = 'state.json';

export const checkpointPath = (run: string, step: number): string => join(run, `checkpoint-${step}`);

/**
 * Writes checkpoint-STEP, an array at a time.
 *
 * @returns its path
 * @throws AlixError 'disk-full', ...; then nothing of it is left, and what was there stays
 */
export async function saveCheckpoint(
  run: string,
  { state, weights, optimiser }: Omit<OpenedCheckpoint, 'path'>,
): Promise<string> {
  const path = checkpointPath(run, state.step);
  const write = async (folder: string) => {
    const files = {
      [WEIGHTS]: await writeSafetensors(join(folder, WEIGHTS), weights),
      [OPTIMISER]: await writeSafetensors(join(folder, OPTIMISER), optimiser),
    };
    const content = { format: 'alix-checkpoint', formatVersion: 1, ...state, files };
    const text = JSON.stringify({ ...content, stateSha256: hashOf(content) }, null, 2);
    await writeFile(join(folder, STATE), `${text}\n`);
  };
  await writeFolderAtomic(path, write, { replace: true });
  return path;
}

const hashOf = (content: object) => sha256(new TextEncoder().encode(JSON.stringify(content)));

/**
 * Opens a checkpoint and checks every byte of it.
 *
 * @throws AlixError 'bad-checkpoint' naming the file
 */
export async function openCheckpoint(path: string): Promise<OpenedCheckpoint> {
  const state = await readState(path);
  const open = async (file: string) => {
    const opened = await openSafetensors(join(path, file)).catch((cause: unknown) => {
      throw bad(path, file, 'missing or damaged', cause);
    });
    if (opened.sha256 !== state.files[file]) throw bad(path, file, 'altered since it was written');
    return opened.tensors as ReadonlyMap<string, Stored<Float32Array>>;
  };
  const { format: _f, formatVersion: _v, files: _files, stateSha256: _s, ...rest } = state;
  return { path, state: rest, weights: await open(WEIGHTS), optimiser: await open(OPTIMISER) };
}

async function readState(path: string): Promise<z.infer<typeof stateSchema>> {
  try {
    const file = join(path, STATE);
    // a named pipe would never end
    if (!(await stat(file)).isFile()) throw new Error('not a file');
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    const state = stateSchema.parse(json);
    // hashed as it stands in the file: the schema may order keys in its own way
    const { stateSha256, ...content } = json as Record<string, unknown>;
    if (stateSha256 !== undefined && stateSha256 !== hashOf(content)) throw new Error('altered');
    if (basename(path) !== `checkpoint-${state.step}`) throw new Error('of another step');
    restoreRandom(state.random);
    return state;
  } catch (cause) {
    throw bad(path, STATE, 'missing or damaged', cause);
  }
}

const bad = (path: string, file: string, why: string, cause?: unknown) =>
  new AlixError('bad-checkpoint', why, { where: join(path, file), cause });

/** The arrays of an opened checkpoint where arrays are wanted, each read anew at every look at its `data`. */
export function lazily(stored: ReadonlyMap<string, Stored<Float32Array>>): ReadonlyMap<string, NamedArray> {
  const lazy = (part: Stored<Float32Array>): NamedArray => ({
    shape: part.shape,
    get data() {
      return part.data();
    },
  });
  return new Map([...stored].map(([name, part]) => [name, lazy(part)]));
}

/** The same in memory, once and for all. */
export function inMemory({ path, state, weights, optimiser }: OpenedCheckpoint): Checkpoint {
  return { path, state, weights: read(weights), optimiser: read(optimiser) };
}

export const read = (stored: ReadonlyMap<string, Stored<Float32Array>>): ReadonlyMap<string, NamedArray> =>
  new Map([...stored].map(([name, part]) => [name, { shape: part.shape, data: part.data() }]));
