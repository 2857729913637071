/** alix data: the data sets that verbs take by name or by path, and where each comes from. */

import type { Context } from '../commands/command.js';
import { textTable } from '../table.js';

export interface ListedData {
  readonly name: string;
  readonly summary: string;
  /** Where it comes from: drawn here, fetched with `alix data download`, or the user's own files. */
  readonly from: 'made' | 'download' | 'files';
  /** Every option with its default. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of those that can be fetched. */
  readonly licence?: string;
  readonly page?: string;
  readonly bytes?: number;
}

const own = new Set(['idx', 'npy', 'image-folder', 'tar-shards']);

export async function listData(): Promise<ListedData[]> {
  const [{ datasets }, { publishedSets }] = await Promise.all([
    import('@alix/train/datasets/index'),
    import('@alix/train/datasets/download/published'),
  ]);
  return Object.values(datasets).map(({ name, summary, defaults }) => {
    const set = publishedSets[name];
    const from = set ? 'download' : own.has(name) ? 'files' : 'made';
    const sizes = set?.files.map(({ bytes }) => bytes);
    const bytes = sizes?.every((size) => size !== undefined) ? sizes.reduce((sum, n) => sum + n, 0) : undefined;
    return {
      name,
      summary,
      from,
      options: defaults,
      ...(set && { licence: set.licence, page: set.page }),
      ...(bytes !== undefined && { bytes }),
    };
  });
}

const words = { made: 'drawn here', download: 'alix data download', files: 'your own files' } as const;

export async function runList(context: Context): Promise<void> {
  const list = await listData();
  if (context.json) return context.out(JSON.stringify({ data: list }));
  const rows = list.map(({ name, from, bytes, options }) => [
    name,
    words[from],
    bytes === undefined ? '' : `${(bytes / 1e6).toFixed(0)} MB`,
    Object.entries(options)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
  ]);
  const lines = textTable([['name', 'from', 'fetched', 'options'], ...rows], { right: [2] });
  context.out([lines[0], ...list.flatMap(({ summary }, i) => [lines[i + 1], `    ${summary}`])].join('\n'));
  context.log('\nLook at one: alix data info strokes -o sheet.png. A path of your own is found by what lies there.');
}
