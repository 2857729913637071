/** The architectures by name. A new one is its file, its line here and its test. */
import { aimGrid } from './aim-grid.js';
import { aimMnist } from './aim-mnist.js';
import { aliGrid } from './ali-grid.js';
import type { Architecture } from './architecture.js';
import { small28 } from './small-28.js';
import { small28Joint } from './small-28-joint.js';

export const architectures: Readonly<Record<string, Architecture>> = Object.fromEntries(
  [aimMnist, small28, small28Joint, aimGrid, aliGrid].map((architecture) => [architecture.name, architecture]),
);
