/** What sections of reports are called. */
import type { Group } from '../measure.js';

export const titles: Readonly<Record<Group, string>> = {
  reconstructions: 'Reconstructions',
  samples: 'Samples from the prior',
  codes: 'Codes',
  likelihood: 'Likelihood',
};
