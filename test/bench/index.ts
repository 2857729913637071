/** The benchmarks, one line each. */
import type { Bench } from './bench.js';
import { encode } from './encode.js';
import { evaluate } from './evaluate.js';
import { grid } from './grid.js';
import { input } from './input.js';
import { loaders } from './loaders.js';
import { loadingMemory } from './loading-memory.js';
import { memory } from './memory.js';
import { metrics } from './metrics.js';
import { neighbours } from './neighbours.js';
import { peers } from './peers.js';
import { profile } from './profile.js';
import { refine } from './refine.js';
import { train } from './train.js';

export const benches: readonly Bench[] = [
  train,
  profile,
  peers,
  memory,
  input,
  loaders,
  loadingMemory,
  encode,
  grid,
  refine,
  neighbours,
  metrics,
  evaluate,
];
