/**
 * checkpoint-N/ in a run folder: weights.safetensors, optimiser.safetensors and state.json, which holds the other files'
 * sha256. A checkpoint appears whole or not at all, and one that has been damaged since is passed over.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { sha256, writeFolderAtomic } from '@alix/infer/io/files';
import { decodeSafetensors, encodeSafetensors } from '@alix/infer/io/safetensors';
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
  files: z.record(z.string(), z.string()),
});

export type CheckpointState = Omit<z.infer<typeof stateSchema>, 'format' | 'formatVersion' | 'files'>;

/** How far a run is. */
export type RunState = Omit<CheckpointState, 'random'>;

export interface Checkpoint {
  readonly path: string;
  readonly state: CheckpointState;
  readonly weights: ReadonlyMap<string, NamedArray>;
  readonly optimiser: ReadonlyMap<string, NamedArray>;
}

const WEIGHTS = 'weights.safetensors';
const OPTIMISER = 'optimiser.safetensors';
const STATE = 'state.json';

/**
 * Writes checkpoint-STEP and then removes those before it but for the `keep` newest, this one included. Later ones stay and
 * do not count: a run continued from an earlier checkpoint found them damaged, and will come to replace them.
 */
export async function saveCheckpoint(
  run: string,
  { state, weights, optimiser }: Omit<Checkpoint, 'path'>,
  keep: number,
): Promise<string> {
  const path = join(run, `checkpoint-${state.step}`);
  const write = async (folder: string) => {
    const files: Record<string, string> = {};
    for (const [name, arrays] of [
      [WEIGHTS, weights],
      [OPTIMISER, optimiser],
    ] as const) {
      const bytes = encodeSafetensors(arrays);
      files[name] = sha256(bytes);
      await writeFile(join(folder, name), bytes);
    }
    const text = JSON.stringify({ format: 'alix-checkpoint', formatVersion: 1, ...state, files }, null, 2);
    await writeFile(join(folder, STATE), `${text}\n`);
  };
  await writeFolderAtomic(path, write, { replace: true });
  const steps = (await checkpointSteps(run)).filter((step) => step <= state.step);
  for (const step of steps.slice(keep)) await rm(join(run, `checkpoint-${step}`), { recursive: true, force: true });
  return path;
}

/** What a write that was killed leaves behind; see writeFolderAtomic. */
const UNFINISHED = /^\.(checkpoint-\d+|run\.json|metrics\.jsonl)\.\d+-[0-9a-f]+\.tmp(\.old)?$/;

/** Removes what a killed process has left half-written in a run folder. Only for the process that holds its lock. */
export async function removeUnfinished(run: string): Promise<void> {
  for (const name of await readdir(run))
    if (UNFINISHED.test(name)) await rm(join(run, name), { recursive: true, force: true });
}

/** The steps of which there are checkpoints, newest first. */
export async function checkpointSteps(run: string): Promise<number[]> {
  if (!existsSync(run)) return [];
  const names = await readdir(run);
  return names
    .map((name) => /^checkpoint-(\d+)$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
}

/**
 * The newest checkpoint that is whole.
 *
 * @param onDamaged is told of each newer one that is not
 * @throws AlixError 'no-checkpoint' when there is none
 */
export async function newestCheckpoint(
  run: string,
  onDamaged?: (path: string, why: string) => void,
): Promise<Checkpoint> {
  for (const step of await checkpointSteps(run)) {
    const path = join(run, `checkpoint-${step}`);
    try {
      return await loadCheckpoint(path);
    } catch (error) {
      onDamaged?.(path, error instanceof Error ? error.message : String(error));
    }
  }
  throw new AlixError('no-checkpoint', 'no whole checkpoint in this run', {
    where: run,
    remedy: 'train it first, or remove the folder and start again',
  });
}

/** @throws AlixError 'bad-checkpoint' naming the file */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const bad = (file: string, why: string, cause?: unknown) =>
    new AlixError('bad-checkpoint', why, { where: join(path, file), cause });
  let state: z.infer<typeof stateSchema>;
  try {
    state = stateSchema.parse(JSON.parse(await readFile(join(path, STATE), 'utf8')));
  } catch (cause) {
    throw bad(STATE, 'missing or damaged', cause);
  }
  const read = async (file: string): Promise<ReadonlyMap<string, NamedArray>> => {
    const bytes = await readFile(join(path, file)).catch((cause: unknown) => {
      throw bad(file, 'cannot be read', cause);
    });
    if (sha256(bytes) !== state.files[file]) throw bad(file, 'altered since it was written');
    const { tensors } = decodeSafetensors(bytes, join(path, file));
    return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array }]));
  };
  const { format: _f, formatVersion: _v, files: _files, ...rest } = state;
  return { path, state: rest, weights: await read(WEIGHTS), optimiser: await read(OPTIMISER) };
}
