/** Exact search over many codes: time for a query once they are loaded, and whether NumPy finds the same. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CodeIndex, distances, type Neighbours, searchBlocks } from '@alix/infer';
import { openCodes } from '@alix/infer/io/codes-file';
import { writeNpy } from '@alix/infer/io/load';
import { createRandom } from '@alix/infer/io/random';
import { type Bench, whole } from './bench.js';
import { describeMachine } from './machine.js';
import { median } from './pairs.js';
import { findPython, peerScript } from './python.js';

const K = 8;

/** What neighbours.py prints for each kind of distance. */
interface Found {
  readonly places: readonly number[];
  readonly distances: readonly number[];
  readonly seconds: number;
}

export const neighbours: Bench = {
  name: 'neighbours',
  usage: '[--n 1000000] [--latent 64] [--queries 20]',
  summary: 'milliseconds of a query over a file of codes once it is loaded, and the same places and distances as NumPy',
  async run(args, print) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        n: { type: 'string', default: '1000000' },
        latent: { type: 'string', default: '64' },
        queries: { type: 'string', default: '20' },
      },
    });
    const [n, d, q] = [whole('n', values.n), whole('latent', values.latent), whole('queries', values.queries)];
    const python = findPython(['numpy']);
    const scratch = await mkdtemp(join(tmpdir(), 'alix-bench-'));
    try {
      print(await describeMachine());
      const [path, asked] = [join(scratch, 'codes.npy'), join(scratch, 'queries.npy')];
      const random = createRandom(1);
      await writeNpy(path, { data: random.normal(n * d), shape: [n, d] });
      const queries = random.normal(q * d);
      await writeNpy(asked, { data: queries, shape: [q, d] });
      const file = await openCodes(path);
      const start = performance.now();
      const index = new CodeIndex(await file.all(), d);
      print(
        `loaded ${n} x ${d} in ${(performance.now() - start).toFixed(0)} ms; one query at a time, after one of each kind`,
      );
      const peer = JSON.parse(run(python, [peerScript('neighbours.py'), path, asked, `${K}`])) as Record<string, Found>;
      for (const distance of distances) {
        await index.search(queries.subarray(0, d), { k: K, distance });
        const found: Neighbours[] = [];
        const [wall, cpu]: [number[], number[]] = [[], []];
        for (let i = 0; i < q; i++) {
          const [from, used] = [performance.now(), process.cpuUsage()];
          found.push(await index.search(queries.subarray(i * d, (i + 1) * d), { k: K, distance }));
          const { user, system } = process.cpuUsage(used);
          wall.push(performance.now() - from);
          cpu.push((user + system) / 1000);
        }
        const streamed = await searchBlocks(file.blocks(), d, queries, { k: K, distance });
        const theirs = peer[distance] as Found;
        const [places, off] = compared(found, theirs);
        const [same] = compared([streamed], theirs);
        print(
          `${distance}: median ${median(wall).toFixed(1)} ms a query (${median(cpu).toFixed(1)} ms of CPU, slowest ${Math.max(...wall).toFixed(1)} ms; NumPy ${(1000 * theirs.seconds).toFixed(0)} ms); ${places} of ${q * K} places as NumPy's, streamed ${same}; distances differ by at most ${off.toExponential(1)}`,
        );
      }
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

function run(python: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(python, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error('neighbours.py failed');
  return stdout;
}

/** How many places are the same, and the largest difference of distances. */
function compared(found: readonly Neighbours[], theirs: Found): [places: number, off: number] {
  const places = found.flatMap((each) => [...each.places]);
  const far = found.flatMap((each) => [...each.distances]);
  return [
    places.filter((place, i) => place === theirs.places[i]).length,
    far.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs.distances[i]!)), 0),
  ];
}
