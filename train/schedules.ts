/** Learning-rate schedules by name: what the base rate is multiplied by. `epoch` counts from 1 and is whole. */

import type { Moment } from './objectives/objective.js';

export const schedules = {
  constant: () => 1,
  /** alpha / sqrt(t) with t = epoch, from Kingma & Ba's section on convergence; AIM's Tables 3 and 4. */
  'inverse-sqrt-epoch': ({ epoch }) => 1 / Math.sqrt(epoch),
  /** To a tenth by the last epoch, in equal factors. */
  exponential: ({ epoch, epochs }) => (Number.isFinite(epochs) && epochs > 1 ? 0.1 ** ((epoch - 1) / (epochs - 1)) : 1),
  /** Constant for the first half, then to a hundredth in equal factors: BiGAN's 200 + 200 epochs. */
  'half-then-exponential': ({ epoch, epochs }) =>
    Number.isFinite(epochs) ? 0.01 ** Math.max(0, (2 * epoch - epochs) / epochs) : 1,
  /** To nothing after the last epoch, in equal steps. */
  linear: ({ epoch, epochs }) => (Number.isFinite(epochs) ? Math.max(0, 1 - (epoch - 1) / epochs) : 1),
} satisfies Record<string, (moment: Moment) => number>;

export type ScheduleName = keyof typeof schedules;
