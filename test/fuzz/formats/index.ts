/** The table of formats. */
import type { Format } from '../format.js';
import { archives } from './archives.js';
import { datasets } from './datasets.js';
import { images } from './images.js';
import { leftovers } from './leftovers.js';
import { models } from './models.js';
import { reports } from './reports.js';
import { runs } from './runs.js';
import { tensors } from './tensors.js';

/** Every format that alix reads. */
export const formats: readonly Format[] = [
  ...images,
  ...datasets,
  ...archives,
  ...tensors,
  ...models,
  ...runs,
  ...reports,
  ...leftovers,
];
