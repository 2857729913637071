/** The optimiser's numbers of a run at one moment. */
import type { RunConfig } from './config.js';
import type { Moment } from './objectives/objective.js';
import { schedules } from './schedules.js';
import type { UpdateSettings } from './step.js';

/** Epochs that schedules and annealing run over: those of the configuration, else as many as its steps make. */
export function plannedEpochs({ length }: RunConfig, stepsPerEpoch: number): number {
  return (
    length.epochs ?? (length.steps === undefined ? Number.POSITIVE_INFINITY : Math.ceil(length.steps / stepsPerEpoch))
  );
}

/** Where a run's steps end; Infinity where only hours end it. */
export function plannedSteps({ length }: RunConfig, stepsPerEpoch: number): number {
  const { epochs = Number.POSITIVE_INFINITY, steps = Number.POSITIVE_INFINITY } = length;
  return Math.min(steps, epochs * stepsPerEpoch);
}

/** The optimiser's numbers for one network at one moment. */
export function settingsOf(config: RunConfig, network: string, moment: Moment): UpdateSettings {
  const { networks, ...base } = config.optimiser;
  const rates = { ...base, ...(networks[network] as Partial<typeof base> | undefined) };
  const factor = schedules[rates.schedule](moment);
  return { ...rates, learningRate: rates.learningRate * factor };
}
