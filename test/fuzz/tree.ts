/** The files of an input: what is written to the scratch folder for one reading. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Leaf =
  | { readonly kind: 'file'; readonly data: Uint8Array }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'folder' }
  | { readonly kind: 'pipe' };

/** By path below the folder, with '/'. A character above 0xff goes as UTF-8; `\udcXX` is the byte XX, as Python has it. */
export type Tree = ReadonlyMap<string, Leaf>;

export const file = (data: Uint8Array | string): Leaf => ({ kind: 'file', data: Buffer.from(data) });

export const treeOf = (files: Readonly<Record<string, Uint8Array | string>>): Tree =>
  new Map(Object.entries(files).map(([path, data]) => [path, file(data)]));

/** Of a path of the tree its bytes on the disk. */
function pathBytes(path: string): Buffer {
  const parts = path.split(/([\udc80-\udcff])/);
  return Buffer.concat(
    parts.map((part) => (/^[\udc80-\udcff]$/.test(part) ? Buffer.of(part.charCodeAt(0) & 0xff) : Buffer.from(part))),
  );
}

/** Names that the system refuses are left out: no reader will ever meet them. */
export function writeTree(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, leaf] of tree) {
    const parts = join(folder, 'x').slice(0, -1);
    const whole = Buffer.concat([Buffer.from(parts), pathBytes(path)]);
    try {
      const above = dirname(whole.toString('latin1'));
      mkdirSync(Buffer.from(above, 'latin1'), { recursive: true });
      if (leaf.kind === 'file') writeFileSync(whole, leaf.data);
      if (leaf.kind === 'folder') mkdirSync(whole, { recursive: true });
      if (leaf.kind === 'link') symlinkSync(leaf.to, whole);
      if (leaf.kind === 'pipe') execFileSync('mkfifo', [whole.toString()]);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (!['ENAMETOOLONG', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOENT', 'EILSEQ'].includes(code)) throw error;
    }
  }
}
