/** Encoding pictures: `alix encode` beside Pillow and Python's onnxruntime, each from its start to its end. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { decodeNpy } from '@alix/infer/io/npy';
import { resolveModel } from 'alix/dist/models.js';
import { type Bench, whole } from './bench.js';
import { type EncodeCase, encodeCases } from './encode-cases.js';
import { encodeMemory } from './encode-memory.js';
import { median, ratio, runPairs } from './pairs.js';
import { findPython, peerScript } from './python.js';
import { type Measured, runSide } from './side.js';

const child = fileURLToPath(new URL('./encode-side.js', import.meta.url));

/** What both sides are told. */
interface Settings {
  readonly pairs: number;
  /** For the command lines of both. */
  readonly options: readonly string[];
  readonly images: number | undefined;
  /** A folder that is removed at the end. */
  readonly scratch: string;
}

export const encode: Bench = {
  name: 'encode',
  usage: `[${encodeCases.map(({ name }) => name).join('|')}]... | MODEL FOLDER [--pairs 5] [--batch 64] [--threads N] [--images N]`,
  summary: 'images/s from pictures to codes.npy, start-up included, against Pillow + onnxruntime in Python; and memory',
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        pairs: { type: 'string', default: '5' },
        batch: { type: 'string', default: '64' },
        threads: { type: 'string', default: `${availableParallelism()}` },
        images: { type: 'string' },
      },
    });
    const named = positionals.map((name) => encodeCases.find((one) => one.name === name));
    const [model, folder, ...more] = positionals;
    const isOwn = named.every((one) => one === undefined);
    if (isOwn ? !model || !folder || more.length > 0 : named.includes(undefined))
      throw new Error(`usage: npm run bench -- encode ${this.usage}`);
    const scratch = await mkdtemp(join(tmpdir(), 'alix-bench-'));
    const settings: Settings = {
      pairs: whole('pairs', values.pairs),
      options: [
        ...['--batch', `${whole('batch', values.batch)}`],
        ...['--threads', `${whole('threads', values.threads)}`],
      ],
      images: values.images === undefined ? undefined : whole('images', values.images),
      scratch,
    };
    try {
      if (isOwn) await againstPython(model as string, folder as string, settings, print);
      else {
        const models = new Map<string, string>();
        for (const one of named) if (one) await runCase(one, models, settings, print);
      }
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

/** @param models folders by architecture, of those that are made already */
async function runCase(
  one: EncodeCase,
  models: Map<string, string>,
  settings: Settings,
  print: (line: string) => void,
): Promise<void> {
  const count = settings.images ?? one.images;
  print(`\n# ${one.name}: ${count} ${one.title}`);
  const model = models.get(one.architecture) ?? join(settings.scratch, one.architecture);
  if (!models.has(one.architecture)) {
    // it brings the networks and export, which the other benches' start need not wait for
    const { writeRandomModel } = await import('./random-model.js');
    await writeRandomModel(one.architecture, model);
  }
  models.set(one.architecture, model);
  const folder = join(settings.scratch, `pictures-${one.name}`);
  await one.make(folder, count);
  if (one.bar === undefined) {
    const output = join(settings.scratch, 'codes.npy');
    await encodeMemory([process.execPath, child, model, folder, output, ...settings.options], print);
  } else {
    const middle = await againstPython(model, folder, settings, print);
    print(
      `${one.name}: ${middle.toFixed(3)} times Python (at least ${one.bar}: ${middle >= one.bar ? 'met' : 'NOT met'})`,
    );
  }
  await rm(folder, { recursive: true, force: true });
}

/** @returns the median of alix's images per second over Python's */
async function againstPython(
  model: string,
  folder: string,
  { pairs, options, scratch }: Settings,
  print: (line: string) => void,
): Promise<number> {
  const python = findPython(['onnxruntime', 'PIL', 'numpy']);
  const encoder = join(resolveModel(model), 'encoder.onnx');
  const [ours, theirs] = [join(scratch, 'alix.npy'), join(scratch, 'peer.npy')];
  let loop = 0;
  let n = 0;
  /** Whole processes are compared, as a user runs them: start-up counts. */
  const side = async (command: readonly string[]): Promise<Measured> => {
    const measured = (await runSide(command)) as Measured & { images: number; loop_ms?: number };
    n = measured.images;
    loop = Math.max(loop, measured.loop_ms ?? 0);
    return { ...measured, images_per_second: n / measured.wall };
  };
  const all = await runPairs(
    pairs,
    () => side([process.execPath, child, model, folder, ours, ...options]),
    () => side([python, peerScript('encode_folder.py'), encoder, folder, theirs, ...options]),
    print,
  );
  print(
    `${n} images; largest difference of the codes ${(await difference(ours, theirs)).toExponential(1)}; ` +
      `alix's event loop stood still for ${loop.toFixed(0)} ms at most`,
  );
  return median(all.map(ratio));
}

/** Shows that both sides did the same work. */
async function difference(one: string, other: string): Promise<number> {
  const [a, b] = [decodeNpy(await readFile(one), one), decodeNpy(await readFile(other), other)];
  if (a.shape.join() !== b.shape.join())
    throw new Error(`alix gave codes ${a.shape.join('x')}, the peer ${b.shape.join('x')}: not the same images`);
  let worst = 0;
  for (let i = 0; i < a.data.length; i++) worst = Math.max(worst, Math.abs(Number(a.data[i]) - Number(b.data[i])));
  return worst;
}
