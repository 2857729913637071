/** The commands of the READMEs that train nothing. Those that do: readme.slow.test.ts. */
import { join } from 'node:path';
import { describe } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { needsTensorflow, walks, walkThrough } from './readme-walk.js';

process.env.ALIX_CACHE = join(temporaryFolder(), 'cache');

for (const walk of walks)
  describe(walk.readme, () => {
    walkThrough(walk, (command) => !needsTensorflow(command));
  });
