/** The process that reads damaged inputs: what hangs or crashes it is told by its parent (fuzz.ts). */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { chanceOf } from './chance.js';
import type { Format } from './format.js';
import { escapeOf, pollution, problemOf, writeSecret } from './judge.js';
import type { Job, Told } from './messages.js';
import { mutateTree } from './mutate-tree.js';
import { type Tree, writeTree } from './tree.js';

const [root = '', jobs = '[]'] = process.argv.slice(2);
/** Bytes that one reading may add to the most that the process ever had. */
const ROOM = Number(process.env.ALIX_FUZZ_MEMORY ?? 800e6);
const around = join(root, 'around');
const folder = join(around, 'input');
mkdirSync(around, { recursive: true });
process.env.ALIX_CACHE = join(root, 'cache');
const secret = writeSecret(folder);
const seeds = new Map<string, readonly Tree[]>();

/** Those that are wrong on purpose need nothing of alix's loaded. */
async function formatNamed(name: string): Promise<Format> {
  const all = name.startsWith('planted-')
    ? (await import('./formats/planted.js')).planted
    : (await import('./formats/index.js')).formats;
  const found = all.find((format) => format.name === name);
  if (found) return found;
  throw new Error(`no such format: ${name}; there are ${all.map((format) => format.name).join(', ')}`);
}

/** Of promises that nobody waits for. */
let stray: unknown;
process.on('unhandledRejection', (reason) => {
  stray ??= reason ?? new Error('nothing');
});
const tell = (told: Told) => new Promise<void>((settle) => process.send?.(told, undefined, {}, () => settle()));
const most = () => process.resourceUsage().maxRSS * 1024;

async function readOne({ format: name, seed, index }: { format: string; seed: number; index: number }): Promise<Told> {
  const format = await formatNamed(name);
  const valid = seeds.get(name) ?? (await format.seeds());
  seeds.set(name, valid);
  // the first inputs are the valid ones themselves: a reader that takes nothing would pass all the rest
  const isValid = index < valid.length;
  const tree = isValid ? valid[index]! : mutateTree(valid, chanceOf(name, seed, index), secret, format.fixed);
  writeTree(folder, tree);
  const before = most();
  stray = undefined;
  let error: unknown;
  try {
    await format.read(folder, index);
  } catch (reason) {
    error = reason ?? new Error('nothing');
  }
  await setImmediate();
  const grown = most() - before;
  const problem =
    (error === undefined ? undefined : problemOf(error, folder, tree)) ??
    (stray === undefined ? undefined : `nobody waits for: ${stray}`) ??
    (error !== undefined && isValid ? `a valid input is refused: ${(error as Error).message}` : undefined) ??
    (grown > ROOM ? `took ${Math.round(grown / 1e6)} MB` : undefined) ??
    escapeOf(folder, ['input', 'secret.png']) ??
    pollution();
  if (process.env.ALIX_FUZZ_KEEP === undefined) rmSync(folder, { recursive: true, force: true });
  const line = error instanceof Error ? error.message.slice(0, 500) : '';
  return { kind: 'ended', refused: error !== undefined, problem, line };
}

for (const { format, seed, from, to } of JSON.parse(jobs) as Job[])
  for (let index = from; index < to; index++) {
    await tell({ kind: 'begins', format, seed, index });
    await tell(await readOne({ format, seed, index }));
  }
await tell({ kind: 'done' });
process.disconnect?.();
// a reader that left something open must not hold the others up
process.exit(0);
