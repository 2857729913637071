/** Metrics of features beside the tools that everyone has: each side a process of its own, which times the computation alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeNpy } from '@alix/infer/io/load';
import { createRandom } from '@alix/infer/io/random';
import { type Bench, whole } from './bench.js';
import { runPairs } from './pairs.js';
import { findPython, peerScript } from './python.js';
import { type Measured, runSide } from './side.js';

interface MetricCase {
  readonly name: string;
  readonly title: string;
  readonly modules: readonly string[];
  /** Rows and columns of each of two sets. */
  readonly shape: readonly [n: number, d: number];
}

/** Rows of the support vector machines' draws; row i is of class i % 10. */
const DRAW = 1000;

const cases: readonly MetricCase[] = [
  {
    name: 'fid-2048',
    title: 'statistics to distance, 2048 features; eigenvalues as in torch-fidelity',
    modules: ['numpy'],
    shape: [2500, 2048],
  },
  { name: 'fid-256', title: 'the same of 256 features', modules: ['numpy'], shape: [1000, 256] },
  {
    name: 'prdc',
    title: 'precision, recall, density, coverage of 10,000 and 10,000 rows of 2048',
    modules: ['prdc'],
    shape: [10_000, 2048],
  },
  {
    name: 'svm',
    title: 'draws of 1000 x 5376, 10 classes; LinearSVC, tol 1e-4',
    modules: ['sklearn'],
    shape: [10 * DRAW, 5376],
  },
];

const child = fileURLToPath(new URL('./metrics-side.js', import.meta.url));

/** What a side prints of its result, for a look at whether both computed the same. */
type WithValue = Measured & { readonly value: number };

export const metrics: Bench = {
  name: 'metrics',
  usage: `[${cases.map(({ name }) => name).join('|')}]... [--pairs 5] [--rows N]`,
  summary:
    'metrics of features against torch-fidelity, prdc and scikit-learn: computations/s, and how far the results differ',
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { pairs: { type: 'string', default: '5' }, rows: { type: 'string' } },
    });
    const chosen = positionals.length > 0 ? positionals : cases.map(({ name }) => name);
    for (const name of chosen) {
      const one = cases.find((each) => each.name === name);
      if (!one) throw new Error(`usage: npm run bench -- metrics ${this.usage}`);
      const rows = values.rows === undefined ? one.shape[0] : whole('rows', values.rows);
      await compare(one, rows, whole('pairs', values.pairs), print);
    }
  },
};

async function compare(one: MetricCase, rows: number, pairs: number, print: (line: string) => void): Promise<void> {
  const python = findPython(one.modules);
  const scratch = await mkdtemp(join(tmpdir(), 'alix-bench-'));
  try {
    print(`\n# ${one.name}: ${one.title}`);
    const paths = [join(scratch, 'real.npy'), join(scratch, 'fake.npy')];
    for (const path of paths)
      await writeNpy(path, {
        data: features(path.endsWith('real.npy'), rows, one.shape[1]),
        shape: [rows, one.shape[1]],
      });
    const found: [number[], number[]] = [[], []];
    const side = (which: 0 | 1, command: readonly string[]) => async () => {
      const measured = (await runSide([...command, one.name, ...paths])) as WithValue;
      found[which].push(measured.value);
      return measured;
    };
    await runPairs(pairs, side(0, [process.execPath, child]), side(1, [python, peerScript('metrics.py')]), print, {
      unit: 'runs',
    });
    const [alix = Number.NaN, peer = Number.NaN] = [found[0][0], found[1][0]];
    print(`alix ${alix}, peer ${peer}: relative difference ${Math.abs(alix / peer - 1).toExponential(1)}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** As an extractor gives them: not negative, of different spread, and of row i moved by its class i % 10. */
function features(real: boolean, rows: number, d: number): Float32Array<ArrayBuffer> {
  const random = createRandom(real ? 'real' : 'fake');
  const data = random.normal(rows * d);
  const centres = createRandom('classes').normal(10 * d);
  for (let at = 0; at < data.length; at++) {
    const [i, j] = [Math.floor(at / d), at % d];
    data[at] = Math.max(0, (data[at]! + 0.1 * centres[(i % 10) * d + j]! + (real ? 0 : 0.02)) / (1 + (j % 5)));
  }
  return data;
}
