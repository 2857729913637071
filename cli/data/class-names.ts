/** What the classes of image files are called: the folders that they are told apart by. */
import type { Dataset } from '@alix/train/datasets/index';
import { nameAt } from '@alix/train/datasets/rows/names';

type Source = Dataset['source'];

/** By class number; undefined where rows are no files in folders. A class without rows is called by its number. */
export function classNames({ labels, classes, source }: Dataset): readonly string[] | undefined {
  if (!labels || !classes) return undefined;
  const firsts = new Map<number, string>();
  labels.forEach((label, row) => {
    if (firsts.has(label)) return;
    const name = fileOf(source, row);
    if (name !== undefined) firsts.set(label, name);
  });
  const folders = [...firsts].map(([label, name]) => [label, name.split('/').slice(0, -1)] as const);
  const depth = Math.min(...folders.map(([, parts]) => parts.length));
  if (folders.length < 2 || depth < 1) return undefined;
  // "train/" is the same for all
  for (let at = 0; at < depth; at++) {
    const names = new Map(folders.map(([label, parts]) => [label, parts[at] ?? '']));
    if (new Set(names.values()).size === names.size)
      return Array.from({ length: classes }, (_, label) => names.get(label) ?? `${label}`);
  }
  return undefined;
}

function fileOf(source: Source, row: number): string | undefined {
  if (source.kind === 'files') return nameAt(source.names, row);
  return source.kind === 'subset' ? fileOf(source.of, source.rows[row] ?? 0) : undefined;
}
