/**
 * The tests of *.slow.test.ts: minutes rather than seconds. ALIX_SLOW_FILES=N runs N of the files only, chosen by ALIX_SEED,
 * which the tests take their random choices from too.
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const seed = process.env.ALIX_SEED ?? '0';
const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.slow.test.ts') && !/(^|[\\/])(dist|node_modules)[\\/]/.test(path))
  .map((path) => `test/${path.replaceAll('\\', '/')}`);
const rank = (path: string) => createHash('sha256').update(`${seed} ${path}`).digest('hex');
const ranked = files.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));

export default defineConfig({
  test: {
    include: ranked.slice(0, Number(process.env.ALIX_SLOW_FILES ?? files.length)),
    exclude: [],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    setupFiles: ['test/setup.ts'],
  },
});
