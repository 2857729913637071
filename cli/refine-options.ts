/** The options of refinement, which several verbs share, and its progress. */
import type { Model, RefineSettings, RefineStep } from '@alix/infer';
import type { Command } from 'commander';
import { positiveNumber, wholeNumber } from './options.js';

export interface RefineOptions {
  readonly refine?: number;
  readonly learningRate?: number;
}

/** @param what what the steps lead to, for the help */
export function addRefineOptions(command: Command, what: string): Command {
  return command
    .option('--refine <steps>', what, wholeNumber(1))
    .option('--learning-rate <x>', 'with --refine: of its steps of Adam (default: 0.1)', positiveNumber);
}

/** What refinement goes by when the learning rate is not given. */
const LEARNING_RATE = 0.1;

/** How refinement is to go; undefined where it was not asked for. */
export interface Refinement extends RefineSettings {
  readonly steps: number;
  readonly learningRate: number;
}

/** @throws AlixError 'usage' for a learning rate without refinement */
export async function refinementOf({ refine, learningRate }: RefineOptions): Promise<Refinement | undefined> {
  if (refine !== undefined) return { steps: refine, learningRate: learningRate ?? LEARNING_RATE };
  if (learningRate === undefined) return undefined;
  const { AlixError } = await import('@alix/infer/io/errors');
  throw new AlixError('usage', '--learning-rate does nothing without --refine', { remedy: 'add --refine 50' });
}

/** Told before any image is read. @throws AlixError 'no-graph' */
export async function needRefine(model: Model): Promise<void> {
  if (model.has('refine')) return;
  const { AlixError } = await import('@alix/infer/io/errors');
  throw new AlixError('no-graph', 'this model has no refine.onnx, which --refine needs', {
    where: model.bundle.name,
    remedy: 'export its run again with this version of alix, or leave --refine out',
  });
}

/** Shows the steps of a batch behind the bar, which moves once a batch. */
export function stepNote(update: (done: number, note?: unknown) => void): (step: RefineStep) => void {
  return ({ step, steps, first, loss }) => update(first, `step ${step}/${steps}, loss ${loss.toPrecision(3)}`);
}
