/** Learning-rate schedules by name: what the base rate is multiplied by. `epoch` counts from 1 and is whole. */

export interface Moment {
  /** The epoch under way, 1 for the first. */
  readonly epoch: number;
  /** The last epoch of the run; Infinity where steps or hours end it. */
  readonly epochs: number;
}

export const schedules = {
  constant: () => 1,
  /** alpha / sqrt(t) with t = epoch, from Kingma & Ba's section on convergence; AIM's Tables 3 and 4. */
  'inverse-sqrt-epoch': ({ epoch }) => 1 / Math.sqrt(epoch),
  /** To a tenth by the last epoch, in equal factors. */
  exponential: ({ epoch, epochs }) => (Number.isFinite(epochs) && epochs > 1 ? 0.1 ** ((epoch - 1) / (epochs - 1)) : 1),
  /** To nothing after the last epoch, in equal steps. */
  linear: ({ epoch, epochs }) => (Number.isFinite(epochs) ? Math.max(0, 1 - (epoch - 1) / epochs) : 1),
} satisfies Record<string, (moment: Moment) => number>;

export type ScheduleName = keyof typeof schedules;
