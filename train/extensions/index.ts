/**
 * Users' own objectives, architectures and recipes, from files outside alix. A loaded file is known by the sha256 of what it
 * packs to, and each configuration names those that it uses: two versions of one file do not meet.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing, sha256, writeFileAtomic } from '@alix/infer/io/files';
import { architectures } from '../architectures/index.js';
import type { RunConfig } from '../config.js';
import { objectives } from '../objectives/index.js';
import { recipes } from '../recipes/index.js';
import { importPacked, pack } from './pack.js';
import { type Definitions, recognise } from './shapes.js';

/** A user's file as a configuration names it. */
export type ExtensionRecord = RunConfig['extensions'][number];

export interface Extension extends Definitions {
  readonly record: ExtensionRecord;
  /** The packed file. */
  readonly text: string;
}

const builtIn: Definitions = { objectives, architectures, recipes };
const tables = ['objectives', 'architectures', 'recipes'] as const;
const loaded = new Map<string, Extension>();

/**
 * Loads a user's .ts or .js file; `record` of the result goes into the configuration's "extensions".
 *
 * @throws AlixError 'bad-extension' for a file that does not parse, fails, exports nothing that can be trained, or takes a name
 *   of alix's own
 */
export async function openExtension(file: string): Promise<Extension> {
  const packed = await pack(file);
  const extension = await load({ file, sha256: packed.sha256 }, packed.text);
  for (const table of tables)
    for (const name of Object.keys(extension[table]))
      if (Object.hasOwn(builtIn[table], name))
        throw new AlixError('bad-extension', `alix has ${article(table)} of the name "${name}" already`, {
          where: file,
          remedy: 'choose another name',
        });
  return extension;
}

/**
 * What a configuration can name: alix's own, and over it what its extensions add.
 *
 * @throws AlixError 'bad-extension' where two of them have one name, or one was not loaded
 */
export function known({ extensions }: Pick<RunConfig, 'extensions'>): Definitions {
  const all = { objectives: { ...objectives }, architectures: { ...architectures }, recipes: { ...recipes } };
  const from = new Map<string, string>();
  for (const { file, sha256 } of extensions) {
    const extension = loaded.get(sha256);
    if (!extension)
      throw new AlixError('bad-extension', 'this file of the configuration is not loaded', {
        where: file,
        remedy: 'await loadExtensions(config) before the configuration is used',
      });
    for (const table of tables)
      for (const [name, value] of Object.entries(extension[table])) {
        const key = `${table.slice(0, -1)} "${name}"`;
        const other = from.get(key);
        if (other) throw new AlixError('bad-extension', `there is one ${key} in ${other} too`, { where: file });
        from.set(key, file);
        Object.assign(all[table], { [name]: value });
      }
  }
  return all;
}

/**
 * Loads the files that a configuration names: the run's copies where there are any, else the files themselves.
 *
 * @param folder the run's
 * @throws AlixError 'bad-extension' where a copy was altered, or neither it nor the file as it was is there
 */
export async function loadExtensions({ extensions }: Pick<RunConfig, 'extensions'>, folder?: string): Promise<void> {
  for (const record of extensions) {
    if (loaded.has(record.sha256)) continue;
    const copy = folder === undefined ? undefined : copyOf(record, folder);
    if (copy !== undefined && existsSync(copy)) {
      const text = await describing(copy, () => readFile(copy, 'utf8'));
      if (sha256(new TextEncoder().encode(text)) !== record.sha256)
        throw new AlixError('bad-extension', "the run's copy of a file was altered", {
          where: copy,
          expected: `sha256 ${record.sha256}`,
        });
      await load(record, text);
    } else {
      const packed = await pack(record.file);
      checkSame(record, packed.sha256, record.file);
      await load(record, packed.text);
    }
  }
}

/** Writes the copies of a run's files into its folder. */
export async function keepExtensions({ extensions }: Pick<RunConfig, 'extensions'>, folder: string): Promise<void> {
  for (const record of extensions) {
    const { text } = loaded.get(record.sha256) as Extension;
    const copy = copyOf(record, folder);
    if (!existsSync(copy)) await writeFileAtomic(copy, text);
  }
}

/**
 * Checks that a run which is continued has the files that it began with. A file that has gone is no matter: the run has a
 * copy of it.
 *
 * @param now the files that the command names
 * @throws AlixError 'bad-extension' naming the file that has changed
 */
export async function checkUnchanged(
  before: readonly ExtensionRecord[],
  now: readonly ExtensionRecord[],
): Promise<void> {
  const was = new Map(before.map((record) => [record.sha256, record]));
  for (const record of now) {
    const same = before.find(({ file }) => basename(file) === basename(record.file));
    if (!was.has(record.sha256)) throw changed(record.file, same, record.sha256);
  }
  for (const record of before)
    if (existsSync(record.file)) checkSame(record, (await pack(record.file)).sha256, record.file);
}

function checkSame(record: ExtensionRecord, found: string, where: string): void {
  if (record.sha256 !== found) throw changed(where, record, found);
}

const changed = (where: string, before: ExtensionRecord | undefined, found: string) =>
  new AlixError('bad-extension', 'the file is not as it was when the run began', {
    where,
    expected: before ? `sha256 ${before.sha256}` : 'none',
    found,
    remedy: 'undo the change, or start another run with -o',
  });

const article = (table: (typeof tables)[number]) => `${table === 'recipes' ? 'a' : 'an'} ${table.slice(0, -1)}`;

async function load(record: ExtensionRecord, text: string): Promise<Extension> {
  const before = loaded.get(record.sha256);
  if (before) return { ...before, record };
  const extension = { record, text, ...recognise(await importPacked(text, record.file), record.file) };
  loaded.set(record.sha256, extension);
  return extension;
}

const copyOf = ({ file, sha256 }: ExtensionRecord, folder: string) =>
  join(folder, 'extensions', `${basename(file, extname(file))}.${sha256.slice(0, 12)}.mjs`);
