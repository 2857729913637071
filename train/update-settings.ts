/** The optimiser's numbers of a run at one moment. */
import type { RunConfig } from './config.js';
import { schedules } from './schedules.js';
import type { UpdateSettings } from './step.js';

/** The optimiser's numbers for one network in one epoch (from 1). */
export function settingsOf(config: RunConfig, network: string, epoch: number): UpdateSettings {
  const { networks, ...base } = config.optimiser;
  const rates = { ...base, ...(networks[network] as Partial<typeof base> | undefined) };
  const factor = schedules[rates.schedule]({ epoch, epochs: config.length.epochs ?? Number.POSITIVE_INFINITY });
  return { ...rates, learningRate: rates.learningRate * factor };
}
