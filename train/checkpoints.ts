/** The checkpoints of a run folder together: which there are, which is the newest whole one or the best, which go. */
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing, temporaryName } from '@alix/infer/io/files';
import {
  type Best,
  type Checkpoint,
  checkpointPath,
  inMemory,
  type OpenedCheckpoint,
  openCheckpoint,
} from './checkpoint.js';

/** Told of each checkpoint that is passed over, and why. */
export type OnDamaged = (path: string, why: string) => void;

/** The steps of which there are checkpoints, newest first. */
export async function checkpointSteps(run: string): Promise<number[]> {
  if (!existsSync(run)) return [];
  const names = await describing(run, () => readdir(run));
  return names
    .map((name) => /^checkpoint-(0|[1-9]\d*)$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
}

/**
 * The newest checkpoint that is whole.
 *
 * @throws AlixError 'no-checkpoint' when there is none
 */
export async function openNewest(run: string, onDamaged?: OnDamaged): Promise<OpenedCheckpoint> {
  for (const step of await checkpointSteps(run)) {
    const path = checkpointPath(run, step);
    try {
      return await openCheckpoint(path);
    } catch (error) {
      onDamaged?.(path, error instanceof Error ? error.message : String(error));
    }
  }
  throw new AlixError('no-checkpoint', 'no whole checkpoint in this run', {
    where: run,
    remedy: 'train it first, or remove the folder and start again',
  });
}

/** The same, in memory. */
export async function newestCheckpoint(run: string, onDamaged?: OnDamaged): Promise<Checkpoint> {
  return inMemory(await openNewest(run, onDamaged));
}

/** The newest whole one, the best by the run's metric, or that of a step. */
export type CheckpointChoice = 'newest' | 'best' | number;

/**
 * Opens the checkpoint that was chosen.
 *
 * @throws AlixError 'no-checkpoint' where there is no such one, 'bad-checkpoint' where it is damaged
 */
export async function openChosen(
  run: string,
  choice: CheckpointChoice,
  onDamaged?: OnDamaged,
): Promise<OpenedCheckpoint> {
  if (choice === 'newest') return openNewest(run, onDamaged);
  const step = choice === 'best' ? (await openNewest(run, onDamaged)).state.best?.step : choice;
  const steps = await checkpointSteps(run);
  if (step !== undefined && steps.includes(step)) return openCheckpoint(checkpointPath(run, step));
  const none = step === undefined ? 'no checkpoint of this run is known as the best' : `no checkpoint of step ${step}`;
  throw new AlixError('no-checkpoint', none, {
    where: run,
    expected: `one of ${steps.join(', ') || 'none'}`,
    remedy: step === undefined ? 'its metric was measured at no checkpoint; take the newest' : 'name one that there is',
  });
}

/**
 * The best checkpoint that there is when a run goes on from `from`: what it says itself, unless that one has been damaged or
 * has gone; then the best of the whole ones up to it.
 *
 * @param isBetter than the other, by the metric
 */
export async function bestUpTo(
  run: string,
  from: OpenedCheckpoint,
  metric: string,
  isBetter: (value: number, than: number) => boolean,
): Promise<Best | undefined> {
  const { best, step } = from.state;
  if (best?.metric === metric && (best.step === step || (await isWhole(checkpointPath(run, best.step))))) return best;
  let found: Best | undefined;
  for (const other of (await checkpointSteps(run)).filter((one) => one <= step).reverse()) {
    const opened = other === step ? from : await openCheckpoint(checkpointPath(run, other)).catch(() => undefined);
    const value = opened?.state.measures?.[metric];
    if (value !== undefined && (!found || isBetter(value, found.value))) found = { metric, value, step: other };
  }
  return found;
}

const isWhole = (path: string) =>
  openCheckpoint(path).then(
    () => true,
    () => false,
  );

/**
 * Removes the checkpoints up to `step` but for the `keep` newest of them and the best. Later ones stay and do not count: a run
 * continued from an earlier checkpoint found them damaged, and will come to replace them.
 */
export async function prune(run: string, step: number, keep: number, best: number | undefined): Promise<void> {
  const steps = (await checkpointSteps(run)).filter((one) => one <= step);
  for (const old of steps.slice(keep).filter((one) => one !== best)) {
    const path = checkpointPath(run, old);
    // a kill in the middle of a removal must not leave half a checkpoint under its name
    const aside = temporaryName(path);
    await describing(path, async () => {
      await rename(path, aside);
      await rm(aside, { recursive: true, force: true });
    });
  }
}

/** What a write or removal that was killed leaves behind: see `temporaryName` and `ensureWritableFolder`. */
const UNFINISHED = /^\.(.+\.\d+-[0-9a-f]{12}\.tmp(\.old)?|(alix-probe|run\.lock)-[0-9a-f]{12})$/;
const FOLDERS = ['.', 'samples', 'extensions'];

/** Removes what a killed process has left half-written in a run folder. Only for the process that holds its lock. */
export async function removeUnfinished(run: string): Promise<void> {
  for (const folder of FOLDERS.map((name) => join(run, name)).filter((path) => existsSync(path)))
    for (const name of await describing(folder, () => readdir(folder)))
      if (UNFINISHED.test(name)) await rm(join(folder, name), { recursive: true, force: true });
}
