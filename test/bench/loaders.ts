/** How fast each format is read, beside a plain Python reader of the same files. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type Bench, positive, whole } from './bench.js';
import { type LoaderCase, loaderCases } from './loader-cases.js';
import { percent } from './machine.js';
import { dataEnvironment } from './memory.js';
import { median, runPairs } from './pairs.js';
import { findPython, peerScript } from './python.js';
import { type Measured, runSide } from './side.js';

/** What both sides print. */
interface Loaded extends Measured {
  /** Of the data set's training part. */
  readonly images: number;
  /** Images per second from before the opening to the end of the first pass. */
  readonly from_start: number;
  /** Seconds of CPU, all threads, for each image of the later passes. */
  readonly cpu_per_image: number;
}

/** Images whose pixels are compared. */
const COMPARED = 500;
const child = fileURLToPath(new URL('./loader-side.js', import.meta.url));
const STROKES = 'strokes';
const names = [...loaderCases.map(({ name }) => name), STROKES];

/** How far two sides' pixels are apart, in a line. Throws an Error where that is more than `most` of 255. */
export function pixelLine(alix: Uint8Array, peer: Uint8Array, images: number, most: number): string {
  if (alix.length !== peer.length || alix.length === 0)
    throw new Error(`the sides read different pixels: ${alix.length} and ${peer.length} bytes of ${images} images`);
  let [largest, different] = [0, 0];
  for (let i = 0; i < alix.length; i++) {
    const apart = Math.abs((alix[i] as number) - (peer[i] as number));
    largest = Math.max(largest, apart);
    if (apart > 0) different++;
  }
  if (largest > most) throw new Error(`a value differs by ${largest} of 255 between the sides; at most ${most} may`);
  const far =
    largest === 0 ? 'the same' : `within ${largest} of 255, ${percent(different / alix.length)} of them not equal`;
  return `pixels of ${images} images: ${far}`;
}

/** The medians that are beside the rate: from the start, and CPU for each image. */
export function besideLines(pairs: readonly { readonly alix: Loaded; readonly peer: Loaded }[]): readonly string[] {
  const of = (side: 'alix' | 'peer', what: 'from_start' | 'cpu_per_image') =>
    median(pairs.map((pair) => pair[side][what]));
  const ratio = median(pairs.map(({ alix, peer }) => alix.from_start / peer.from_start));
  const micro = (side: 'alix' | 'peer') => `${(1e6 * of(side, 'cpu_per_image')).toFixed(1)} us`;
  return [
    `opening and first pass: alix ${of('alix', 'from_start').toFixed(1)}, peer ${of('peer', 'from_start').toFixed(1)} images/s; median ratio ${ratio.toFixed(3)}`,
    `CPU per image, all threads: alix ${micro('alix')}, peer ${micro('peer')}`,
  ];
}

export const loaders: Bench = {
  name: 'loaders',
  usage: '[CASE...] [--pairs 5] [--seconds 2]',
  summary: `images/s of each format's reader beside a plain one in Python (ALIX_PYTHON); cases: ${names.join(', ')}`,
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { pairs: { type: 'string', default: '5' }, seconds: { type: 'string', default: '2' } },
    });
    const [pairs, seconds] = [whole('pairs', values.pairs), positive('seconds', values.seconds)];
    const unknown = positionals.find((name) => !names.includes(name));
    if (unknown) throw new Error(`there is no case called "${unknown}"; there are ${names.join(', ')}`);
    const isChosen = (name: string) => positionals.length === 0 || positionals.includes(name);
    for (const one of loaderCases.filter(({ name }) => isChosen(name))) {
      print(`\n# ${one.name}: ${one.title}`);
      const python = pythonOf(one, positionals.length > 0, print);
      if (python !== undefined) await compare(one, python, pairs, seconds, print);
    }
    if (isChosen(STROKES)) await drawStrokes(pairs, seconds, print);
  },
};

/** The Python of a case; undefined where it lacks what a case needs that was not asked for by name. */
function pythonOf(one: LoaderCase, isNamed: boolean, print: (line: string) => void): string | undefined {
  try {
    return findPython(['numpy', ...one.modules]);
  } catch (error) {
    if (isNamed) throw error;
    print(`left out: ${(error as Error).message}`);
    return undefined;
  }
}

async function compare(
  one: LoaderCase,
  python: string,
  count: number,
  seconds: number,
  print: (line: string) => void,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'alix-bench-'));
  try {
    const data = await dataOf(one, python, scratch, print);
    const [ours, theirs] = [join(scratch, 'alix.raw'), join(scratch, 'peer.raw')];
    const env = { ...process.env, ALIX_CACHE: join(scratch, 'cache') };
    const options = JSON.stringify(one.options ?? {});
    const alix = [process.execPath, child, '--data', data, '--options', options, '--seconds', `${seconds}`];
    const peer = [python, peerScript('loaders.py'), one.reader, data, `${seconds}`];
    const pairs = await runPairs(
      count,
      () => runSide([...alix, ...(existsSync(ours) ? [] : ['--check', ours, '--count', `${COMPARED}`])], { env }),
      () => runSide([...peer, existsSync(theirs) ? '-' : theirs, `${COMPARED}`]),
      print,
    );
    const loaded = pairs as unknown as readonly { readonly alix: Loaded; readonly peer: Loaded }[];
    for (const line of besideLines(loaded)) print(line);
    const [{ alix: left, peer: right } = {}] = loaded;
    if (!left || left.images !== right?.images)
      throw new Error(`alix has ${left?.images} images, the peer ${right?.images}`);
    const compared = Math.min(COMPARED, left.images);
    print(`${left.images} images; ${pixelLine(await readFile(ours), await readFile(theirs), compared, one.most)}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The real data where they are there, else what Python makes. */
async function dataOf(
  one: LoaderCase,
  python: string,
  scratch: string,
  print: (line: string) => void,
): Promise<string> {
  const { ALIX_DATA } = dataEnvironment();
  const real = ALIX_DATA && one.real && join(ALIX_DATA, one.real);
  if (real && existsSync(real)) {
    print(`real data: ${one.real}`);
    return real;
  }
  const data = join(scratch, 'data');
  // IDX as it is: MNIST's own files unpacked
  const mnist = ALIX_DATA && one.name === 'idx' && join(ALIX_DATA, 'mnist');
  if (mnist && existsSync(mnist)) {
    print('real data: mnist, unpacked');
    await mkdir(data);
    for (const name of (await readdir(mnist)).filter((file) => file.endsWith('.gz')))
      await writeFile(join(data, name.slice(0, -3)), gunzipSync(await readFile(join(mnist, name))));
    return data;
  }
  const maker = [peerScript('loader_data.py'), one.make, data, `${one.count}`];
  const { status, stderr } = spawnSync(python, maker, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the data could not be made: ${stderr.trim().split('\n').at(-1)}`);
  return data;
}

/** Nobody else has these: how fast alix draws them, and reads them from memory. */
async function drawStrokes(runs: number, seconds: number, print: (line: string) => void): Promise<void> {
  print(`\n# ${STROKES}: 28x28, drawn when they are opened; alix alone`);
  const sides: Loaded[] = [];
  for (let run = 0; run < runs; run++) {
    const side = await runSide([process.execPath, child, '--data', STROKES, '--seconds', `${seconds}`]);
    sides.push(side as Loaded);
  }
  const [drawn, read] = [median(sides.map((s) => s.from_start)), median(sides.map((s) => s.images_per_second))];
  const others = percent(Math.max(...sides.map((s) => s.others)));
  print(
    `median of ${runs}: drawn and read once ${drawn.toFixed(1)}, then read ${read.toFixed(1)} images/s; others up to ${others}`,
  );
}
