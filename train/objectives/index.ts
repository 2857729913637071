/** The objectives by name. A new one is its file, its line here and its test. */
import { ali } from './ali.js';
import { dali } from './dali.js';
import { gan } from './gan.js';
import type { Objective } from './objective.js';

export const objectives: Readonly<Record<string, Objective>> = { ali, dali, gan };
