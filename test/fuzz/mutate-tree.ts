/** One damaged input: a valid tree of files, of which one is damaged, or its place in the tree. */
import type { Chance } from './chance.js';
import { layerOf, mended } from './layers.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import type { Leaf, Tree } from './tree.js';

const NAMES = [
  'a b',
  'a\nb',
  'a\udcffb',
  '__proto__',
  '-x',
  '\u202egnp',
  'é',
  '.hidden',
  'a\u0007b',
  "it's",
  '*',
  'x'.repeat(240),
  'con',
  '0',
  '%s',
];

const data = (leaf: Leaf | undefined): Uint8Array => (leaf?.kind === 'file' ? leaf.data : new Uint8Array());

/** Renames, links, pipes, folders in place of files. @param secret a path outside, that links lead to */
function displaced(tree: Map<string, Leaf>, path: string, chance: Chance, secret: string): void {
  const leaf = tree.get(path)!;
  const slash = path.lastIndexOf('/') + 1;
  const dot = path.indexOf('.', slash) < 0 ? path.length : path.indexOf('.', slash);
  const other = `${path.slice(0, slash)}${chance.pick(NAMES)}${path.slice(dot)}`;
  const ways: readonly (() => void)[] = [
    () => tree.delete(path),
    () => tree.delete(path) && tree.set(other, leaf),
    () => tree.set(other, leaf),
    () => tree.set(path, { kind: 'folder' }),
    () =>
      tree.set(path, { kind: 'link', to: chance.pick([secret, path.slice(slash), 'nowhere', '/dev/zero', '..', '.']) }),
    () => tree.set(path, { kind: 'pipe' }),
    () => tree.set(path, { kind: 'file', data: new Uint8Array() }),
  ];
  chance.pick(ways)();
}

function damaged(path: string, bytes: Uint8Array, other: Uint8Array, chance: Chance): Uint8Array {
  const layer = chance.is(0.6) ? layerOf(path) : undefined;
  if (layer) {
    try {
      const inner = layer.open(bytes);
      if (inner) {
        const made = layer.json
          ? Buffer.from(mutateJson(Buffer.from(inner).toString(), chance))
          : mutateBytes(inner, chance, inner);
        return layer.close(chance.is(0.7) ? mended(path, made) : made, bytes);
      }
    } catch {
      // the seed has no such layer
    }
  }
  if (/\.jsonl?$/.test(path) && chance.is(0.75)) {
    const lines = path.endsWith('l') ? Buffer.from(bytes).toString().split('\n') : [Buffer.from(bytes).toString()];
    const at = chance.below(lines.length);
    return Buffer.from(lines.with(at, mutateJson(lines[at]!, chance)).join('\n'));
  }
  const made = mutateBytes(bytes, chance, other);
  return chance.is(0.6) ? mended(path, made) : made;
}

/** @param fixed files that stay as they are */
export function mutateTree(seeds: readonly Tree[], chance: Chance, secret: string, fixed?: RegExp): Tree {
  const tree = new Map(chance.pick(seeds));
  const paths = [...tree.keys()].filter((path) => !fixed?.test(path));
  const path = chance.pick(paths);
  if (chance.is(0.06)) {
    displaced(tree, path, chance, secret);
    return tree;
  }
  const others = seeds.flatMap((seed) => [...seed.values()]).filter(({ kind }) => kind === 'file');
  tree.set(path, { kind: 'file', data: damaged(path, data(tree.get(path)), data(chance.pick(others)), chance) });
  return tree;
}
